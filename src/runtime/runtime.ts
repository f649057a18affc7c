/**
 * The loop: take inputs, decide, commit, perform what is owed, report back.
 *
 * R1. Events are committed before their effects are performed.
 * R2. One turn at a time: a turn decides for all runs that have inputs, and commits once for all of them.
 * R3. What the outside can see (a run's end, an answer to a command) is reported only after a durable commit.
 * R4. A broken invariant, or a fault in carrying out what one run asks for, quarantines that run; the others go on.
 * R5. When the store refuses a commit, nothing of that turn is performed, and the runtime stops with the store's error.
 * R6. Runs about which there is nothing to decide cost nothing: a turn looks at those that have inputs, and at those
 *     that want room, alone.
 */
import { MillraceError, assertInvariant } from "../base/errors.ts";
import { decide } from "../engine/decide/decide.ts";
import { moveToBoard, putLocksToSleep } from "../engine/evolve/locks.ts";
import { owed, wantsRoom } from "../engine/owed.ts";
import type { Effect } from "../model/run/effects.ts";
import { encodeEvents } from "../model/run/event-codec.ts";
import { LockBoard } from "../model/run/lock-board.ts";
import type { KeptLimit } from "../model/run/lock-board.ts";
import type { RunEvent } from "../model/run/events.ts";
import type { RunInput } from "../model/run/inputs.ts";
import type { RunState } from "../model/run/run-state.ts";
import type { RunDocument, RunSummary } from "../ports/history-store.ts";
import { isIdle } from "./live-run.ts";
import type { LiveRun } from "./live-run.ts";
import { RunTimers } from "./run-timers.ts";
import { RunSlots } from "./run-slots.ts";
import { Performer } from "./perform/performer.ts";
import type { RuntimePorts } from "./runtime-ports.ts";
import { addFigures, describeLocks, nameRunPhase, summarizeForLists } from "./summary.ts";

/** Called after every commit with the events of one run. */
export type RunListener = (run: LiveRun, events: readonly RunEvent[]) => void;

/** Time between two commits that reach the disk while nobody waits for one. */
const syncEveryMs = 100;
/** Time between two updates of a running run's summary. */
const summaryEveryMs = 1_000;

export class Runtime {
  private readonly ports: RuntimePorts;
  private readonly runs = new Map<string, LiveRun>();
  /** Runs with attempts that wait for room, in the order in which they are offered it. */
  private readonly inLine = new Set<LiveRun>();
  /** Those of them that are being stopped. */
  private readonly stopping = new Set<LiveRun>();
  private readonly timers = new RunTimers();
  private readonly busy = new Set<LiveRun>();
  /** Runs of which more has been committed than their summaries say. They are brought up at `rowsAt`, also when they rest. */
  private readonly behind = new Set<LiveRun>();
  private rowsAt = Infinity;
  private readonly listeners = new Set<RunListener>();
  private readonly faultListeners = new Set<(error: Error) => void>();
  private readonly endWaiters = new Map<
    string,
    { resolve: (run: LiveRun) => void; reject: (error: Error) => void }[]
  >();
  private readonly created: { summary: RunSummary; document: RunDocument }[] = [];
  private durableWaiters: { resolve: () => void; reject: (error: Error) => void }[] = [];
  private readonly performer: Performer;
  private readonly locks = new LockBoard();
  private readonly slots: RunSlots;
  private turnAsked = false;
  private turning: Promise<void> | undefined;
  private lastSyncAt: number;
  /** What an earlier process left in the history may not have reached the disk either. */
  private unsynced = true;
  private cancelWake: (() => void) | undefined;
  private wakeAt = Infinity;
  private failure: Error | undefined;
  private tellStopped: (error: Error) => void = () => undefined;
  private closed = false;

  constructor(ports: RuntimePorts) {
    this.ports = ports;
    this.slots = new RunSlots(ports.limits ?? {});
    this.stopped = new Promise((resolve) => (this.tellStopped = resolve));
    // What is new waits for the next sync like everything else; the start of a run promises nothing to the outside.
    this.lastSyncAt = ports.clock.now();
    this.performer = new Performer(ports, {
      send: (runId, input) => this.send(runId, input),
      roomChanged: () => this.askForTurn(),
      failed: (error) => this.fail(error),
      broken: (run, error) => this.quarantine(run, error),
    });
  }

  /** Resolves with the error that stops the runtime, when one does. */
  readonly stopped: Promise<Error>;

  /** Runs in memory. */
  get liveRuns(): readonly LiveRun[] {
    return [...this.runs.values()];
  }

  /** A run in memory by its id. */
  find(runId: string): LiveRun | undefined {
    return this.runs.get(runId);
  }

  /** The error that stopped the runtime; undefined while it works. */
  get stoppedBy(): Error | undefined {
    return this.failure;
  }

  listen(listener: RunListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Tells of runs that a broken invariant stops (R4). */
  listenForFaults(listener: (error: Error) => void): () => void {
    this.faultListeners.add(listener);
    return () => this.faultListeners.delete(listener);
  }

  /** Takes a new run, and starts it. */
  startRun(run: LiveRun, document: RunDocument): void {
    this.take(run);
    this.created.push({ summary: run.summary, document });
    this.begin(run);
  }

  /** Lets a run begin, or exist and wait for a place among the runs. */
  private begin(run: LiveRun): void {
    this.send(run.runId, { kind: "run.start", at: this.ports.clock.now(), held: !this.slots.ask(run) });
  }

  /** Limits of locks that are stored beside the documents, by key; they hold from now on. */
  setLockLimits(limits: ReadonlyMap<string, number>): void {
    this.locks.setStoredLimits(limits);
    this.passLocksOn();
  }

  /** Limits that are kept beside the runs (lock-board.ts, `setKeptLimits`); runs that have room now go on. */
  setKeptLimits(limits: ReadonlyMap<string, KeptLimit>): void {
    this.locks.setKeptLimits(limits);
    this.passLocksOn();
  }

  /**
   * Takes over runs whose states were folded from the history, and asks what is owed. Those that have begun, or wait for
   * their locks, have their places before any of those that wait for one, and before anything is decided; the oldest come
   * first, as they did before.
   */
  adoptRuns(runs: readonly LiveRun[]): void {
    const inOrder = runs.toSorted((a, b) => a.state.createdAt - b.state.createdAt);
    for (const run of inOrder) this.take(run);
    const placed = inOrder.filter(({ state }) => hasPlace(state));
    const waiting = inOrder.filter(({ state }) => !hasPlace(state));
    for (const run of placed) if (run.state.ended === undefined) this.slots.hold(run);
    for (const run of [...placed, ...waiting]) this.adopt(run);
  }

  private adopt(run: LiveRun): void {
    const now = this.ports.clock.now();
    try {
      this.performer.recover(run, owed(run.state, run.evaluator, now).effects);
    } catch (error) {
      return this.quarantine(run, toError(error));
    }
    // What served in another life is asked anew; the executor tells of those that it finds alive.
    for (const task of run.state.serving) this.send(run.runId, { kind: "attempt.lapsed", at: now, task });
    const { startedAt, queued, ended } = run.state;
    if (ended === undefined && (startedAt === 0 || queued !== undefined)) this.begin(run);
    this.send(run.runId, { kind: "time.reached", at: now });
  }

  /**
   * Lets go of a run that has ended and has nothing left to do; whether nothing of it is left here. Its history can be
   * adopted again. `abandons`: what it owes is given up, because the run is about to be deleted.
   */
  release(runId: string, abandons = false): boolean {
    const run = this.runs.get(runId);
    if (run === undefined) return true;
    if (run.state.callbacksOwed.size > 0 && !abandons) return false;
    if (run.state.ended === undefined || !isIdle(run) || this.busy.has(run)) return false;
    if (run.state.running.size > 0 || run.state.requests.size > 0) return false;
    this.performer.forgetCallbacks(run);
    this.inLine.delete(run);
    this.stopping.delete(run);
    this.timers.forget(run);
    this.busy.delete(run);
    this.behind.delete(run);
    return this.runs.delete(runId);
  }

  private take(run: LiveRun): void {
    assertInvariant(!this.runs.has(run.runId), `run ${run.runId} is driven twice`);
    this.runs.set(run.runId, run);
    moveToBoard(run.state, this.locks);
    this.note(run);
  }

  /** Takes note of what a run asks for after a decision. */
  private note(run: LiveRun): void {
    const wants = run.quarantined === undefined && wantsRoom(run.state);
    if (wants) this.inLine.add(run);
    else this.inLine.delete(run);
    if (wants && run.state.stopping !== undefined) this.stopping.add(run);
    else this.stopping.delete(run);
    this.timers.note(run);
  }

  /** Tells a run's engine something. */
  send(runId: string, input: RunInput): void {
    const run = this.runs.get(runId);
    if (run === undefined || this.closed) return;
    run.inbox.push(input);
    this.busy.add(run);
    this.askForTurn();
  }

  /** Resolves once everything sent so far is decided and on disk. Rejects when the runtime stops or closes first. */
  settleDurably(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.failure !== undefined) return reject(this.failure);
      if (this.closed) return reject(closedError());
      this.durableWaiters.push({ resolve, reject });
      this.askForTurn();
    });
  }

  /**
   * Resolves when the run has ended and that is on disk. Rejects when the runtime stops first, or the run is
   * quarantined; stays open when the runtime is closed, because the run then goes on elsewhere.
   */
  async waitForEnd(runId: string): Promise<LiveRun> {
    const run = this.runs.get(runId);
    assertInvariant(run !== undefined, `run ${runId} is not driven here`);
    if (run.state.ended !== undefined) await this.settleDurably();
    if (run.state.ended !== undefined) return run;
    if (run.quarantined !== undefined) throw quarantinedError(run, run.quarantined);
    if (this.failure !== undefined) throw this.failure;
    return new Promise((resolve, reject) => {
      const waiters = this.endWaiters.get(runId) ?? [];
      waiters.push({ resolve, reject });
      this.endWaiters.set(runId, waiters);
    });
  }

  /** Lets go of everything, with what was committed on disk; `leaveRunning` lets attempts go on without us. */
  async close(options: { readonly leaveRunning: boolean }): Promise<void> {
    await this.turning;
    this.closed = true;
    this.cancelWake?.();
    for (const waiter of this.durableWaiters.splice(0)) waiter.reject(closedError());
    const performerCloses = this.performer.close(options);
    // Attempts that are ended are gone before somebody else may take their runs over; idle slots leave meanwhile.
    if (this.performer.isBusy) await performerCloses;
    try {
      if (this.failure === undefined && this.unsynced) await this.sync();
    } finally {
      await this.ports.artifacts.close();
      await this.ports.history.close();
      await performerCloses;
    }
  }

  private async sync(): Promise<void> {
    await this.ports.artifacts.syncPending();
    await this.ports.history.commit({ appended: [] }, { durable: true });
    this.unsynced = false;
  }

  private askForTurn(): void {
    if (this.turnAsked || this.closed || this.failure !== undefined) return;
    this.turnAsked = true;
    this.ports.soon(() => {
      this.turnAsked = false;
      if (this.turning !== undefined) return this.askForTurnAfter(this.turning);
      this.turning = this.turn()
        .catch((error: unknown) => this.fail(toError(error)))
        .finally(() => (this.turning = undefined));
    });
  }

  private askForTurnAfter(turning: Promise<void>): void {
    this.turnAsked = true;
    void turning.finally(() => {
      this.turnAsked = false;
      this.askForTurn();
    });
  }

  private async turn(): Promise<void> {
    if (this.closed || this.failure !== undefined) return;
    const now = this.ports.clock.now();
    const worked = [...this.busy];
    this.busy.clear();
    for (const run of worked) this.decideAll(run);
    for (const run of worked) this.note(run);
    const seen = new Set(worked);
    for (const run of this.offerRoom(now)) if (!seen.has(run)) worked.push(run);
    await this.commit(worked, now);
    this.performAll(worked);
    this.passPlacesOn(worked, now);
    this.passLocksOn();
    for (const run of worked) if (run.more && run.quarantined === undefined) this.busy.add(run);
    if (this.busy.size > 0) this.askForTurn();
    this.setWake();
  }

  /** Runs that waited for the places of those that have ended may begin. */
  private passPlacesOn(worked: readonly LiveRun[], at: number): void {
    for (const run of worked) {
      if (run.state.ended === undefined) continue;
      for (const next of this.slots.leave(run)) this.send(next.runId, { kind: "run.start", at });
    }
  }

  /** Runs with something that waited for what others have let go of may go on. */
  private passLocksOn(): void {
    const at = this.ports.clock.now();
    for (const { runId } of this.locks.takeWoken()) {
      const run = this.runs.get(runId);
      if (run === undefined || run.quarantined !== undefined) continue;
      const { queued, agenda } = run.state;
      if (queued !== undefined || !agenda.isEmpty) this.send(runId, { kind: "run.continue", at });
    }
  }

  private decideAll(run: LiveRun): void {
    const inputs = run.inbox.splice(0);
    if (run.more) inputs.unshift({ kind: "run.continue", at: this.ports.clock.now() });
    for (const input of inputs) this.decideOne(run, input);
  }

  private decideOne(run: LiveRun, input: RunInput): void {
    if (run.quarantined !== undefined) return;
    try {
      this.locks.begin();
      const asked = input.kind === "run.retry" ? { ...input, held: !this.slots.ask(run) } : input;
      const decided = decide(run.state, asked, run.evaluator);
      for (const event of decided.events) run.pendingEvents.push(event);
      for (const effect of decided.effects) run.pendingEffects.push(effect);
      run.more = decided.more;
    } catch (error) {
      this.locks.takeBack();
      this.quarantine(run, toError(error));
    }
  }

  /** Lets ready attempts start while the executor has room. A run that got some is last in line the next time. */
  private offerRoom(now: number): ReadonlySet<LiveRun> {
    const offered = new Set<LiveRun>();
    let free = this.performer.free;
    const offer = (run: LiveRun): void => {
      this.decideOne(run, { kind: "capacity.offered", at: now, free: Math.max(0, free) });
      offered.add(run);
      free -= countStarts(run.pendingEffects);
    };
    for (const run of this.inLine) {
      if (free <= 0) break;
      if (!run.more) offer(run);
    }
    // What a stop keeps from beginning needs no room to end.
    for (const run of this.stopping) if (!run.more && !offered.has(run)) offer(run);
    for (const run of offered) {
      if (countStarts(run.pendingEffects) > 0) this.inLine.delete(run);
      this.note(run);
    }
    return offered;
  }

  private async commit(worked: readonly LiveRun[], now: number): Promise<void> {
    const appended = worked
      .filter((run) => run.pendingEvents.length > 0)
      .map((run) => ({
        runId: run.runId,
        firstSeq: run.committedSeq + 1,
        count: run.pendingEvents.length,
        body: encodeEvents(run.pendingEvents),
      }));
    const updated = this.chooseRows(worked, now).map((run) => this.updateSummary(run, now));
    const created = this.created.splice(0);
    const ended = worked.some((run) => run.state.ended !== undefined && run.pendingEvents.length > 0);
    const waiters = this.durableWaiters.splice(0);
    const durable =
      ended || waiters.length > 0 || (appended.length > 0 && now - this.lastSyncAt >= syncEveryMs);
    if (appended.length > 0 || created.length > 0 || updated.length > 0 || (durable && this.unsynced)) {
      try {
        // Content first: a durable event never names what a power cut could take back.
        if (durable) await this.ports.artifacts.syncPending();
        // The end of the only run: no other has anything to do meanwhile.
        const mayBlock = ended && this.runs.size === 1 && !this.performer.isBusy;
        await this.ports.history.commit({ created, appended, updated }, { durable, mayBlock });
      } catch (error) {
        // They are refused with all others, once the runtime says itself that it has stopped.
        this.durableWaiters.unshift(...waiters);
        throw error;
      }
      this.unsynced = !durable;
      if (durable) this.lastSyncAt = now;
    }
    for (const run of worked) run.committedSeq += run.pendingEvents.length;
    for (const waiter of waiters) waiter.resolve();
  }

  /** The runs whose summaries are written with this commit. */
  private chooseRows(worked: readonly LiveRun[], now: number): readonly LiveRun[] {
    // The row of a run that has not begun says all there is to say; ten thousand may wait when an engine starts.
    for (const run of worked)
      if (run.pendingEvents.length > 0 && run.state.startedAt !== 0) this.behind.add(run);
    const chosen = new Set(worked.filter((run) => this.needsSummary(run, now)));
    if (now >= this.rowsAt) for (const run of this.behind) chosen.add(run);
    for (const run of chosen) this.behind.delete(run);
    if (this.behind.size === 0) this.rowsAt = Infinity;
    else if (now >= this.rowsAt || this.rowsAt === Infinity) this.rowsAt = now + summaryEveryMs;
    return [...chosen];
  }

  private needsSummary(run: LiveRun, now: number): boolean {
    if (run.quarantined !== undefined) return run.pendingEvents.length > 0;
    if (run.state.callbacksOwed.size !== (run.summary.view["owes"] ?? 0)) return true;
    if (nameRunPhase(run.state) !== run.summary.phase)
      return run.committedSeq > 0 || run.pendingEvents.length > 0;
    if (run.pendingEvents.length === 0) return false;
    // Whoever looks for the users of a lock goes by the rows.
    const isKnown = typeof describeLocks(run.state)["locks"] === typeof run.summary.view["locks"];
    // One that was suspended before it began may be so again.
    const hasBegun = run.state.startedAt !== 0 && run.summary.startedAt === undefined;
    return !isKnown || hasBegun || now - run.summaryAt >= summaryEveryMs;
  }

  private updateSummary(run: LiveRun, now: number): RunSummary {
    // A state that was left in the middle of a decision says nothing; the next engine shall take the run over and see.
    if (run.quarantined !== undefined) run.summary = { ...run.summary, phase: "running" };
    else {
      const summary = summarizeForLists(run.state, run.language, run.summary.labels);
      run.summary = addFigures(summary, run.state, run.evaluator);
    }
    run.summaryAt = now;
    return run.summary;
  }

  private performAll(worked: readonly LiveRun[]): void {
    for (const run of worked) {
      const events = run.pendingEvents;
      const effects = run.pendingEffects;
      run.pendingEvents = [];
      run.pendingEffects = [];
      if (run.quarantined !== undefined) continue;
      for (const effect of effects) this.performer.perform(run, effect);
      if (events.length > 0) for (const listener of this.listeners) listener(run, events);
      if (run.state.ended !== undefined) this.reportEnd(run);
    }
  }

  private reportEnd(run: LiveRun): void {
    const waiters = this.endWaiters.get(run.runId) ?? [];
    this.endWaiters.delete(run.runId);
    for (const waiter of waiters) waiter.resolve(run);
  }

  /** Sets one timer for the earliest time that any run asks for, and for the next sync. */
  private setWake(): void {
    const syncAt = this.unsynced ? this.lastSyncAt + syncEveryMs : Infinity;
    const at = Math.min(syncAt, this.rowsAt, this.timers.nextAt());
    if (at === this.wakeAt) return;
    this.cancelWake?.();
    this.wakeAt = at;
    this.cancelWake = at === Infinity ? undefined : this.ports.clock.callAt(at, () => this.wake());
  }

  private wake(): void {
    this.wakeAt = Infinity;
    this.cancelWake = undefined;
    const now = this.ports.clock.now();
    for (const run of this.timers.takeDue(now)) this.send(run.runId, { kind: "time.reached", at: now });
    if (this.unsynced && now - this.lastSyncAt >= syncEveryMs)
      this.durableWaiters.push({ resolve: () => undefined, reject: () => undefined });
    this.askForTurn();
  }

  private quarantine(run: LiveRun, error: Error): void {
    run.quarantined = error;
    run.more = false;
    // It keeps what it holds, because its attempts may still be at work; what it waits for it will not take.
    putLocksToSleep(run.state);
    for (const next of this.slots.leave(run))
      this.send(next.runId, { kind: "run.start", at: this.ports.clock.now() });
    // What was decided before the fault is a fact that others may have built on, and is committed; none of it is done.
    run.pendingEffects = [];
    const failure = quarantinedError(run, error);
    for (const listener of this.faultListeners) listener(failure);
    for (const waiter of this.endWaiters.get(run.runId) ?? []) waiter.reject(failure);
    this.endWaiters.delete(run.runId);
  }

  private fail(error: Error): void {
    if (this.failure !== undefined) return;
    this.failure = error;
    this.tellStopped(error);
    this.performer.halt();
    this.cancelWake?.();
    for (const waiters of this.endWaiters.values()) for (const waiter of waiters) waiter.reject(error);
    this.endWaiters.clear();
    for (const waiter of this.durableWaiters.splice(0)) waiter.reject(error);
  }
}

function countStarts(effects: readonly Effect[]): number {
  let count = 0;
  for (const effect of effects) if (effect.kind === "attempt.start") count += 1;
  return count;
}

/** Whether a run was let in: it has begun, or waits for its locks. */
function hasPlace({ startedAt, queued }: RunState): boolean {
  return queued === undefined ? startedAt !== 0 : queued.reason.code === "lock-wait";
}

export function quarantinedError(run: LiveRun, error: Error): MillraceError {
  return new MillraceError(
    "runtime/quarantined",
    "invalid",
    `run ${run.name} is stopped by a fault in Millrace: ${error.message}`,
    {
      cause: error,
      hint: "The history of the run is kept; please report it with the output of `millrace get -o json`.",
    },
  );
}

function closedError(): MillraceError {
  return new MillraceError("runtime/closed", "unavailable", "the engine was closed before this was done");
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

export { isIdle };
