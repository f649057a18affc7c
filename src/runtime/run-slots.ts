/**
 * Places among the runs: how many may be under way at once, in the engine and in each namespace.
 * Those that wait are taken by priority and then by age; a namespace that is full holds up no other
 * (Argo, docs/parallelism.md; workflow/sync/multi_throttler.go).
 *
 * A run keeps its place until it has ended, also while it is suspended or waits for a lock. Runs that were under way
 * before the engine was started keep theirs, however many they are.
 */
import { TicketHeap, isBefore } from "../model/run/ticket-heap.ts";
import type { RunLimits } from "../model/run/run-limits.ts";
import type { LiveRun } from "./live-run.ts";

interface Place {
  readonly run: LiveRun;
  readonly namespace: string;
  readonly priority: number;
  readonly createdAt: number;
  readonly arrival: number;
  phase: "waiting" | "taken" | "left";
}

export class RunSlots {
  private readonly limits: RunLimits;
  private readonly places = new Map<LiveRun, Place>();
  private readonly waiting = new Map<string, TicketHeap<Place>>();
  private readonly taken = new Map<string, number>();
  private takenInAll = 0;
  private arrivals = 0;

  constructor(limits: RunLimits) {
    this.limits = limits;
  }

  /** Whether any number of runs may be under way. */
  private get isUnlimited(): boolean {
    const { runsAtMost, runsPerNamespaceAtMost, namespaceLimits } = this.limits;
    return runsAtMost === undefined && runsPerNamespaceAtMost === undefined && namespaceLimits === undefined;
  }

  /** A run asks for a place; whether it has one now. One that waits is named by `leave` when its turn comes. */
  ask(run: LiveRun): boolean {
    if (this.isUnlimited || this.places.get(run)?.phase === "taken") return true;
    if (!this.places.has(run)) this.enter(run);
    return this.fill().includes(run);
  }

  /** A run that is under way has a place, whether there is one or not. */
  hold(run: LiveRun): void {
    if (this.isUnlimited) return;
    const place = this.places.get(run) ?? this.enter(run);
    if (place.phase === "waiting") this.take(place);
  }

  /** A run needs no place any more: the runs that have one now. */
  leave(run: LiveRun): readonly LiveRun[] {
    const place = this.places.get(run);
    if (place === undefined) return [];
    this.places.delete(run);
    if (place.phase === "taken") {
      this.takenInAll -= 1;
      this.taken.set(place.namespace, (this.taken.get(place.namespace) ?? 1) - 1);
    }
    place.phase = "left";
    return this.fill();
  }

  private enter(run: LiveRun): Place {
    const { plan } = run.state.index;
    const namespace = plan.policy.namespace ?? "default";
    this.arrivals += 1;
    const place: Place = {
      run,
      namespace,
      priority: plan.policy.priority ?? 0,
      createdAt: run.state.createdAt === 0 ? run.summary.createdAt : run.state.createdAt,
      arrival: this.arrivals,
      phase: "waiting",
    };
    this.places.set(run, place);
    const heap = this.waiting.get(namespace) ?? new TicketHeap<Place>();
    heap.push(place);
    this.waiting.set(namespace, heap);
    return place;
  }

  private take(place: Place): void {
    place.phase = "taken";
    this.takenInAll += 1;
    this.taken.set(place.namespace, (this.taken.get(place.namespace) ?? 0) + 1);
  }

  private fill(): readonly LiveRun[] {
    const filled: LiveRun[] = [];
    while (this.takenInAll < (this.limits.runsAtMost ?? Infinity)) {
      const next = this.findNext();
      if (next === undefined) break;
      this.take(next);
      filled.push(next.run);
    }
    return filled;
  }

  private findNext(): Place | undefined {
    let best: Place | undefined;
    for (const [namespace, heap] of this.waiting) {
      const first = heap.peek();
      if (first === undefined) this.waiting.delete(namespace);
      else if (this.hasRoom(namespace) && (best === undefined || isBefore(first, best))) best = first;
    }
    return best;
  }

  private hasRoom(namespace: string): boolean {
    const { runsPerNamespaceAtMost = Infinity, namespaceLimits = {} } = this.limits;
    const own = Object.hasOwn(namespaceLimits, namespace) ? namespaceLimits[namespace] : undefined;
    return (this.taken.get(namespace) ?? 0) < (own ?? runsPerNamespaceAtMost);
  }
}
