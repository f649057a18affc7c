/**
 * The locks of all runs of one engine: who holds each, who waits, and who is next.
 * Part of the state of every run on it; it is nothing but the sum of what those states say, so that after a crash the
 * folded states give it back.
 *
 * B1. A ticket gets all its locks at once or none.
 * B2. Tickets wait by priority, then by the age of their run, then by arrival (Argo, docs/synchronization.md, Queuing);
 *     only the head of every queue it stands in may go on.
 * B3. Nobody waits for what it holds: a task below one that holds a lock (or in a run that does) may use that unit,
 *     one such task at a time. What waits inside a holder is passed over by nobody who cannot go on himself, so that no
 *     head of a queue waits for somebody who waits behind it.
 * B4. The work for one ticket depends on its locks, not on how many others wait.
 */
import { TicketHeap, isBefore } from "./ticket-heap.ts";

/** A lock that somebody asks for; no limit means that nobody knows one, and nothing is held back. */
export interface LockWish {
  readonly key: string;
  readonly limit?: number;
}

/** A run on the board. */
export interface LockUser {
  readonly runId: string;
  readonly name: string;
  /** Tasks that shall be looked at again. */
  readonly agenda: { push(task: number): void };
}

/** What a task (-1: the run as a whole) asked for. */
export interface LockTicket {
  readonly user: LockUser;
  readonly task: number;
  readonly priority: number;
  /** When its run was created; epoch ms. */
  readonly createdAt: number;
  readonly arrival: number;
  readonly asked: readonly LockWish[];
  readonly wishes: readonly Wish[];
  /** Stands below something that holds locks. */
  readonly inner: boolean;
  phase: "waiting" | "asleep" | "held" | "gone";
}

interface Wish {
  readonly lock: BoardLock;
  /** Who around it held the same lock when it asked, nearest first. The first of them that still does lends its unit. */
  readonly lenders: readonly LockTicket[];
  /** Held: a unit of its own, or that of the lender. */
  unit: "none" | "own" | "lent";
  /** Whose unit it is, when it is lent. */
  from: Wish | undefined;
  /** The ticket inside that uses this unit. */
  user: LockTicket | undefined;
}

/** One lock. */
export interface BoardLock {
  readonly key: string;
  /** What the youngest run that names one said; Infinity when none did. */
  asked: number;
  askedAt: number;
  /** The limit that is stored beside the documents; it counts over theirs. */
  stored: number | undefined;
  /** What is kept for it beside the runs, and since when: it counts over runs that were created before. */
  kept: KeptLimit | undefined;
  /** Units in use. */
  used: number;
  readonly holders: Set<LockTicket>;
  readonly waiting: Set<LockTicket>;
  readonly outer: TicketHeap<LockTicket>;
  /** Waiting inside of holders, by what else they wait for: of those who want the same, only the first can be next. */
  readonly inner: Map<string, TicketHeap<LockTicket>>;
}

/** A limit that somebody has written down at some time; epoch ms. */
export interface KeptLimit {
  readonly limit: number;
  readonly at: number;
}

export class LockBoard {
  private readonly locks = new Map<string, BoardLock>();
  private readonly stored = new Map<string, number>();
  private kept: ReadonlyMap<string, KeptLimit> = new Map();
  private readonly woken = new Set<LockUser>();
  private arrivals = 0;
  /** What was taken and given back since the last call of `begin`. */
  /** Locks that nobody used any more at some time since then. */
  private readonly emptied = new Set<BoardLock>();
  private readonly journal: { readonly ticket: LockTicket; readonly what: "taken" | "given-back" }[] = [];

  /** Locks that somebody holds or waits for. */
  list(): readonly BoardLock[] {
    return [...this.locks.values()].filter(isUsed);
  }

  find(key: string): BoardLock | undefined {
    return this.locks.get(key);
  }

  /** The ticket stands in the queue of every lock that it wants. `around`: tickets that are held around it, nearest first. */
  enter(
    who: Pick<LockTicket, "user" | "task" | "priority" | "createdAt">,
    asked: readonly LockWish[],
    around: readonly LockTicket[],
  ): LockTicket {
    const limits = new Map(asked.map(({ key, limit }) => [key, limit]));
    const wishes = [...limits].map(([key, limit]): Wish => {
      const lock = this.getLock(key);
      noteLimit(lock, limit, who.createdAt);
      const lenders = around.filter((ticket) => ticket.wishes.some((wish) => wish.lock === lock));
      return { lock, lenders, unit: "none", from: undefined, user: undefined };
    });
    this.arrivals += 1;
    const inner = around.length > 0;
    const ticket: LockTicket = {
      ...who,
      arrival: this.arrivals,
      asked,
      wishes,
      inner,
      phase: "asleep",
    };
    this.awaken(ticket);
    return ticket;
  }

  /** Whether all its locks are free for it, and it is its turn. */
  mayClaim(ticket: LockTicket): boolean {
    if (ticket.phase !== "waiting") return ticket.phase === "held";
    return ticket.wishes.every((wish) => {
      if (canBorrow(wish)) return true;
      if (roomOf(wish.lock) <= 0) return false;
      return ticket.inner ? !this.mustYield(ticket, wish.lock) : wish.lock.outer.peek() === ticket;
    });
  }

  /** It holds what it waited for. Facts are not argued with: a history that says so is right. */
  claim(ticket: LockTicket): void {
    if (ticket.phase === "held" || ticket.phase === "gone") return;
    ticket.phase = "held";
    this.journal.push({ ticket, what: "taken" });
    for (const wish of ticket.wishes) {
      const { lock } = wish;
      lock.waiting.delete(ticket);
      lock.holders.add(ticket);
      if (canBorrow(wish)) borrow(wish, ticket);
      else {
        wish.unit = "own";
        lock.used += 1;
      }
    }
    for (const { lock } of ticket.wishes) this.wakeAfterClaim(lock);
  }

  /** It needs its locks no more, or waits for them no more. */
  leave(ticket: LockTicket): void {
    const { phase } = ticket;
    if (phase === "gone") return;
    ticket.phase = "gone";
    for (const wish of ticket.wishes) {
      const { lock } = wish;
      lock.waiting.delete(ticket);
      lock.holders.delete(ticket);
      if (phase === "held") giveBack(wish);
    }
    if (phase === "held") this.journal.push({ ticket, what: "given-back" });
    for (const { lock } of ticket.wishes) {
      this.wakeNext(lock);
      if (!isUsed(lock)) this.emptied.add(lock);
    }
  }

  /** A decision begins, which may come to nothing. */
  begin(): void {
    if (this.journal.length > 0) this.journal.length = 0;
    if (this.emptied.size === 0) return;
    for (const lock of this.emptied) if (!isUsed(lock)) this.locks.delete(lock.key);
    this.emptied.clear();
  }

  /** The decision came to nothing: what it gave back is held still, and what it took is not, as the history says. */
  takeBack(): void {
    for (const { ticket, what } of this.journal.splice(0).reverse()) {
      if (what === "taken") this.leave(ticket);
      else {
        ticket.phase = "waiting";
        this.claim(ticket);
      }
    }
    this.journal.length = 0;
  }

  /** Its run cannot go on for now: it holds nobody up. */
  putToSleep(ticket: LockTicket): void {
    if (ticket.phase !== "waiting") return;
    ticket.phase = "asleep";
    for (const { lock } of ticket.wishes) this.wakeNext(lock);
  }

  /** Waits again, where it would stand if it had never slept. */
  awaken(ticket: LockTicket): void {
    if (ticket.phase !== "asleep") return;
    ticket.phase = "waiting";
    for (const { lock } of ticket.wishes) {
      lock.waiting.add(ticket);
      if (ticket.inner) getInner(lock, ticket).push(ticket);
      else lock.outer.push(ticket);
    }
    if (this.mayClaim(ticket)) this.wake(ticket);
  }

  /** Limits that are stored beside the documents, by key. What is not named has none. */
  setStoredLimits(limits: ReadonlyMap<string, number>): void {
    const touched = new Set([...this.stored.keys(), ...limits.keys()]);
    this.stored.clear();
    for (const [key, limit] of limits) this.stored.set(key, limit);
    for (const key of touched) {
      const lock = this.locks.get(key);
      if (lock === undefined) continue;
      lock.stored = limits.get(key);
      this.wakeNext(lock);
    }
  }

  /**
   * Limits by what stands behind the first `/` of a key, because whoever keeps them knows of no namespaces. Such a limit
   * holds for runs that were created before it was written; a later one brings what it was given then.
   */
  setKeptLimits(limits: ReadonlyMap<string, KeptLimit>): void {
    this.kept = limits;
    for (const lock of this.locks.values()) {
      const before = limitOf(lock);
      lock.kept = this.findKept(lock.key);
      if (limitOf(lock) !== before) this.wakeNext(lock);
    }
  }

  private findKept(key: string): KeptLimit | undefined {
    return this.kept.get(key.slice(key.indexOf("/") + 1));
  }

  /** Runs that have something to look at since the last call. */
  takeWoken(): readonly LockUser[] {
    const woken = [...this.woken];
    this.woken.clear();
    return woken;
  }

  private getLock(key: string): BoardLock {
    const known = this.locks.get(key);
    if (known !== undefined) return known;
    const lock: BoardLock = {
      key,
      asked: Infinity,
      askedAt: -Infinity,
      stored: this.stored.get(key),
      kept: this.findKept(key),
      used: 0,
      holders: new Set(),
      waiting: new Set(),
      outer: new TicketHeap(),
      inner: new Map(),
    };
    this.locks.set(key, lock);
    return lock;
  }

  /** The last free unit belongs to the head of the queue when that stands before it and can go on now. */
  private mustYield(ticket: LockTicket, lock: BoardLock): boolean {
    const head = lock.outer.peek();
    return head !== undefined && roomOf(lock) === 1 && isBefore(head, ticket) && this.mayClaim(head);
  }

  /** More may have room; and what the new head of this queue keeps free elsewhere may be free for those inside. */
  private wakeAfterClaim(lock: BoardLock): void {
    this.wakeNext(lock);
    const head = lock.outer.peek();
    if (head === undefined || roomOf(lock) > 0) return;
    for (const wish of head.wishes) if (wish.lock !== lock) this.wakeInner(wish.lock);
  }

  private wakeNext(lock: BoardLock): void {
    const head = lock.outer.peek();
    if (head !== undefined && this.mayClaim(head)) this.wake(head);
    this.wakeInner(lock);
  }

  private wakeInner(lock: BoardLock): void {
    for (const [signature, heap] of lock.inner) {
      const first = heap.peek();
      if (first === undefined) lock.inner.delete(signature);
      else if (this.mayClaim(first)) this.wake(first);
    }
  }

  private wake(ticket: LockTicket): void {
    if (ticket.task >= 0) ticket.user.agenda.push(ticket.task);
    this.woken.add(ticket.user);
  }
}

function isUsed({ holders, waiting }: BoardLock): boolean {
  return holders.size > 0 || waiting.size > 0;
}

/** The limit that a text says; undefined for what is no whole number, or a greater one than anybody means. */
export function findLimit(text: string): number | undefined {
  return /^\s*\d{1,9}\s*$/u.test(text) ? Number(text) : undefined;
}

/** How many may hold a lock at once; Infinity when nobody knows. */
export function limitOf(lock: BoardLock): number {
  const { stored, kept, asked, askedAt } = lock;
  return stored ?? (kept !== undefined && kept.at > askedAt ? kept.limit : asked);
}

/** Units that are free; below 0 after the limit was lowered. */
export function roomOf(lock: BoardLock): number {
  return limitOf(lock) - lock.used;
}

/** The locks that keep a waiting ticket from going on: those without room, and then those with others before it. */
export function listObstacles(ticket: LockTicket): readonly BoardLock[] {
  if (ticket.phase === "held" || ticket.phase === "gone") return [];
  const open = ticket.wishes.filter((wish) => !canBorrow(wish)).map(({ lock }) => lock);
  const full = open.filter((lock) => roomOf(lock) <= 0);
  const contested = open.filter((lock) => roomOf(lock) > 0 && !isFirst(ticket, lock));
  return [...full, ...contested];
}

/** Those that stand before a ticket in the queue of a lock, and those that hold it. */
export function listBefore(ticket: LockTicket, lock: BoardLock): readonly LockTicket[] {
  const before = [...lock.waiting].filter((other) => other !== ticket && isBefore(other, ticket));
  return [...lock.holders, ...before.sort((a, b) => (isBefore(a, b) ? -1 : 1))];
}

function isFirst(ticket: LockTicket, lock: BoardLock): boolean {
  return ticket.inner || lock.outer.peek() === ticket;
}

function noteLimit(lock: BoardLock, limit: number | undefined, at: number): void {
  // Of what one run says, the first counts.
  if (limit === undefined || at <= lock.askedAt) return;
  lock.asked = limit;
  lock.askedAt = at;
}

function findLent({ lock, lenders }: Wish): Wish | undefined {
  const lender = lenders.find(({ phase }) => phase === "held");
  return lender?.wishes.find((wish) => wish.lock === lock);
}

function canBorrow(wish: Wish): boolean {
  const unit = findLent(wish);
  return unit !== undefined && unit.user === undefined;
}

function borrow(wish: Wish, ticket: LockTicket): void {
  const unit = findLent(wish);
  if (unit !== undefined) unit.user = ticket;
  wish.from = unit;
  wish.unit = "lent";
}

/** A unit goes back where it came from; one that somebody inside still uses stays with him. */
function giveBack(wish: Wish): void {
  const { unit, from, user } = wish;
  const inside = user?.wishes.find(({ lock }) => lock === wish.lock);
  wish.unit = "none";
  wish.from = undefined;
  wish.user = undefined;
  if (from !== undefined) from.user = user;
  if (inside !== undefined) {
    inside.from = from;
    inside.unit = unit;
  } else if (unit === "own") wish.lock.used -= 1;
}

/** Tickets are alike when they want the same of the same lenders. */
function getInner(lock: BoardLock, { wishes }: LockTicket): TicketHeap<LockTicket> {
  const signature = wishes
    .map(({ lock: { key }, lenders }) =>
      [key, ...lenders.map(({ user, task }) => `${user.runId}/${task}`)].join(" of "),
    )
    .join("\n");
  const heap = lock.inner.get(signature) ?? new TicketHeap<LockTicket>();
  lock.inner.set(signature, heap);
  return heap;
}
