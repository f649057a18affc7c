/**
 * The loop: take inputs, decide, commit, perform what is owed, report back.
 *
 * R1. Events are committed before their effects are performed.
 * R2. One turn at a time: a turn decides for all runs that have inputs, and commits once for all of them.
 * R3. What the outside can see (a run's end, an answer to a command) is reported only after a durable commit.
 * R4. A broken invariant quarantines its run; the others go on.
 * R5. When the store refuses a commit, nothing of that turn is performed, and the runtime stops with the store's error.
 */
import { MillraceError } from "../base/errors.ts";
import { decide } from "../engine/decide/decide.ts";
import { owed, wantsRoom } from "../engine/owed.ts";
import type { Effect } from "../model/run/effects.ts";
import { encodeEvents } from "../model/run/event-codec.ts";
import type { RunEvent } from "../model/run/events.ts";
import type { RunInput } from "../model/run/inputs.ts";
import type { ArtifactStore } from "../ports/artifact-store.ts";
import type { AttemptFiles } from "../ports/attempt-files.ts";
import type { Clock } from "../ports/clock.ts";
import type { Executor, ExecutorListener } from "../ports/executor.ts";
import type { HistoryStore, RunDocument, RunSummary } from "../ports/history-store.ts";
import type { Requester } from "../ports/requester.ts";
import { isIdle } from "./live-run.ts";
import type { LiveRun } from "./live-run.ts";
import { Performer } from "./perform/performer.ts";
import { nameRunPhase, summarizeRun } from "./summary.ts";

export interface RuntimePorts {
  readonly clock: Clock;
  readonly history: HistoryStore;
  /** Makes the executor that will report to the given listener. */
  readonly createExecutor: (listener: ExecutorListener) => Executor;
  readonly files: AttemptFiles;
  readonly artifacts: ArtifactStore;
  readonly requester: Requester;
  /** Calls back soon, after whatever else has arrived by then. */
  readonly soon: (callback: () => void) => void;
}

/** Called after every commit with the events of one run. */
export type RunListener = (run: LiveRun, events: readonly RunEvent[]) => void;

/** Time between two commits that reach the disk while nobody waits for one. */
const syncEveryMs = 100;
/** Time between two updates of a running run's summary. */
const summaryEveryMs = 1_000;

export class Runtime {
  private readonly ports: RuntimePorts;
  private readonly runs = new Map<string, LiveRun>();
  private readonly busy = new Set<LiveRun>();
  private readonly listeners = new Set<RunListener>();
  private readonly endWaiters = new Map<string, { resolve: (run: LiveRun) => void; reject: (error: Error) => void }[]>();
  private readonly created: { summary: RunSummary; document: RunDocument }[] = [];
  private durableWaiters: { resolve: () => void; reject: (error: Error) => void }[] = [];
  private readonly performer: Performer;
  private turnAsked = false;
  private turning: Promise<void> | undefined;
  private lastSyncAt = 0;
  private unsynced = false;
  private cancelWake: (() => void) | undefined;
  private wakeAt = Infinity;
  private failure: Error | undefined;
  private closed = false;

  constructor(ports: RuntimePorts) {
    this.ports = ports;
    this.performer = new Performer(ports, {
      send: (runId, input) => this.send(runId, input),
      roomChanged: () => this.askForTurn(),
      failed: (error) => this.fail(error),
    });
  }

  /** Runs in memory. */
  get liveRuns(): readonly LiveRun[] {
    return [...this.runs.values()];
  }

  /** The error that stopped the runtime; undefined while it works. */
  get stoppedBy(): Error | undefined {
    return this.failure;
  }

  listen(listener: RunListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Takes a new run, and starts it. */
  startRun(run: LiveRun, document: RunDocument): void {
    this.created.push({ summary: run.summary, document });
    this.runs.set(run.runId, run);
    this.send(run.runId, { kind: "run.start", at: this.ports.clock.now() });
  }

  /** Takes over a run whose state was folded from the history, and asks what is owed. */
  adoptRun(run: LiveRun): void {
    this.runs.set(run.runId, run);
    const now = this.ports.clock.now();
    const debts = owed(run.state, run.evaluator, now);
    this.performer.recover(run, debts.effects);
    if (run.state.createdAt === 0 || run.state.startedAt === 0) this.send(run.runId, { kind: "run.start", at: now });
    this.send(run.runId, { kind: "time.reached", at: now });
  }

  /** Tells a run's engine something. */
  send(runId: string, input: RunInput): void {
    const run = this.runs.get(runId);
    if (run === undefined || this.closed) return;
    run.inbox.push(input);
    this.busy.add(run);
    this.askForTurn();
  }

  /** Resolves once everything sent so far is decided and on disk. */
  settleDurably(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.failure !== undefined) return reject(this.failure);
      this.durableWaiters.push({ resolve, reject });
      this.askForTurn();
    });
  }

  /** Resolves when the run has ended and that is on disk. Rejects when the runtime stops first. */
  waitForEnd(runId: string): Promise<LiveRun> {
    return new Promise((resolve, reject) => {
      if (this.failure !== undefined) return reject(this.failure);
      const waiters = this.endWaiters.get(runId) ?? [];
      waiters.push({ resolve, reject });
      this.endWaiters.set(runId, waiters);
    });
  }

  /** Lets go of everything; `leaveRunning` lets attempts go on without us. */
  async close(options: { readonly leaveRunning: boolean }): Promise<void> {
    await this.turning;
    this.closed = true;
    this.cancelWake?.();
    await this.performer.close(options);
    await this.ports.artifacts.close();
    await this.ports.history.close();
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
    for (const run of this.offerRoom(now)) if (!worked.includes(run)) worked.push(run);
    await this.commit(worked, now);
    this.performAll(worked);
    for (const run of worked) if (run.more && run.quarantined === undefined) this.busy.add(run);
    if (this.busy.size > 0) this.askForTurn();
    this.setWake();
  }

  private decideAll(run: LiveRun): void {
    const inputs = run.inbox.splice(0);
    if (run.more) inputs.unshift({ kind: "run.continue", at: this.ports.clock.now() });
    for (const input of inputs) this.decideOne(run, input);
  }

  private decideOne(run: LiveRun, input: RunInput): void {
    if (run.quarantined !== undefined) return;
    try {
      const decided = decide(run.state, input, run.evaluator);
      for (const event of decided.events) run.pendingEvents.push(event);
      for (const effect of decided.effects) run.pendingEffects.push(effect);
      run.more = decided.more;
    } catch (error) {
      this.quarantine(run, toError(error));
    }
  }

  /** Lets ready attempts of all runs start while the executor has room. */
  private offerRoom(now: number): LiveRun[] {
    const offered: LiveRun[] = [];
    for (const run of this.runs.values()) {
      if (run.quarantined !== undefined || run.more || !wantsRoom(run.state)) continue;
      const free = this.performer.free - countStarts(run.pendingEffects);
      if (free <= 0 && run.state.stopping === undefined) continue;
      this.decideOne(run, { kind: "capacity.offered", at: now, free: Math.max(0, free) });
      offered.push(run);
    }
    return offered;
  }

  private async commit(worked: readonly LiveRun[], now: number): Promise<void> {
    const appended = worked
      .filter((run) => run.pendingEvents.length > 0 && run.quarantined === undefined)
      .map((run) => ({
        runId: run.runId,
        firstSeq: run.committedSeq + 1,
        count: run.pendingEvents.length,
        body: encodeEvents(run.pendingEvents),
      }));
    const updated = worked.filter((run) => this.needsSummary(run, now)).map((run) => this.updateSummary(run, now));
    const created = this.created.splice(0);
    const ended = worked.some((run) => run.state.ended !== undefined && run.pendingEvents.length > 0);
    const waiters = this.durableWaiters.splice(0);
    const durable = ended || waiters.length > 0 || (appended.length > 0 && now - this.lastSyncAt >= syncEveryMs);
    if (appended.length > 0 || created.length > 0 || updated.length > 0 || (durable && this.unsynced)) {
      try {
        // Content first: a durable event never names what a power cut could take back.
        if (durable) await this.ports.artifacts.syncPending();
        await this.ports.history.commit({ created, appended, updated }, { durable });
      } catch (error) {
        for (const waiter of waiters) waiter.reject(toError(error));
        throw error;
      }
      this.unsynced = !durable;
      if (durable) this.lastSyncAt = now;
    }
    for (const run of worked) run.committedSeq = run.state.seq;
    for (const waiter of waiters) waiter.resolve();
  }

  private needsSummary(run: LiveRun, now: number): boolean {
    if (run.pendingEvents.length === 0) return false;
    return nameRunPhase(run.state) !== run.summary.phase || now - run.summaryAt >= summaryEveryMs;
  }

  private updateSummary(run: LiveRun, now: number): RunSummary {
    run.summary = summarizeRun(run.state, run.language, run.summary.labels);
    run.summaryAt = now;
    return run.summary;
  }

  private performAll(worked: readonly LiveRun[]): void {
    for (const run of worked) {
      const events = run.pendingEvents;
      const effects = run.pendingEffects;
      run.pendingEvents = [];
      run.pendingEffects = [];
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
    let at = this.unsynced ? this.lastSyncAt + syncEveryMs : Infinity;
    for (const run of this.runs.values()) {
      if (run.state.ended === undefined && run.quarantined === undefined) at = Math.min(at, run.state.timers.nextAt());
    }
    if (at === this.wakeAt) return;
    this.cancelWake?.();
    this.wakeAt = at;
    this.cancelWake = at === Infinity ? undefined : this.ports.clock.callAt(at, () => this.wake());
  }

  private wake(): void {
    this.wakeAt = Infinity;
    this.cancelWake = undefined;
    const now = this.ports.clock.now();
    for (const run of this.runs.values()) {
      if (run.state.ended === undefined && run.state.timers.nextAt() <= now) this.send(run.runId, { kind: "time.reached", at: now });
    }
    if (this.unsynced && now - this.lastSyncAt >= syncEveryMs) this.durableWaiters.push({ resolve: () => undefined, reject: () => undefined });
    this.askForTurn();
  }

  private quarantine(run: LiveRun, error: Error): void {
    run.quarantined = error;
    run.more = false;
    run.pendingEvents = [];
    run.pendingEffects = [];
    const failure = new MillraceError("runtime/quarantined", "invalid", `run ${run.name} is stopped by a fault in Millrace: ${error.message}`, {
      cause: error,
      hint: "The history of the run is kept; please report it with the output of `millrace get -o json`.",
    });
    for (const waiter of this.endWaiters.get(run.runId) ?? []) waiter.reject(failure);
    this.endWaiters.delete(run.runId);
  }

  private fail(error: Error): void {
    if (this.failure !== undefined) return;
    this.failure = error;
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

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

export { isIdle };
