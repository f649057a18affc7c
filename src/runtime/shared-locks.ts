/**
 * Locks between the runs of one home: of whole runs, which wait for them before they begin, and of single tasks.
 *
 * L1. Who holds what is read from the states of the runs, never kept on its own: after a crash nothing is to be found out.
 * L2. A run that waits as a whole gets all its locks or none, and never before another such run that waits longer
 *     for one of them, unless its priority is higher.
 * L3. A quarantined run keeps what it holds, because its attempts may still be at work.
 */
import { locksOfRun, usesLocks } from "../engine/admit/run-locks.ts";
import type { RunLock } from "../engine/admit/run-locks.ts";
import { isStaleAbout, noteLocksElsewhere } from "../engine/evolve/locks.ts";
import type { LiveRun } from "./live-run.ts";

interface Waiting {
  readonly run: LiveRun;
  readonly locks: readonly RunLock[];
}

export class SharedLocks {
  /** Open runs in whose plans a lock occurs. */
  private readonly users = new Set<LiveRun>();
  private readonly held = new Map<LiveRun, readonly RunLock[]>();
  private readonly waiting: Waiting[] = [];

  /** A new run asks for its locks; true when it may begin. */
  ask(run: LiveRun, at: number): boolean {
    if (!usesLocks(run.state.index)) return true;
    this.users.add(run);
    const locks = locksOfRun(run.state, run.evaluator, at);
    const place = this.waiting.findIndex((other) => priorityOf(other.run) < priorityOf(run));
    this.waiting.splice(place < 0 ? this.waiting.length : place, 0, { run, locks });
    return this.admit().includes(run);
  }

  /** A run that is under way has its locks, whoever else may have them. */
  hold(run: LiveRun, at: number): void {
    if (!usesLocks(run.state.index) || this.held.has(run)) return;
    this.users.add(run);
    this.held.set(run, locksOfRun(run.state, run.evaluator, at));
  }

  /** A run has ended, or will go on elsewhere: the runs that may begin now. */
  leave(run: LiveRun): readonly LiveRun[] {
    if (!this.users.delete(run)) return [];
    this.held.delete(run);
    const place = this.waiting.findIndex((other) => other.run === run);
    if (place >= 0) this.waiting.splice(place, 1);
    return this.admit();
  }

  /** Tells a run, before it decides, what the others hold. */
  show(run: LiveRun): void {
    if (this.users.has(run)) noteLocksElsewhere(run.state, this.countElsewhere(run));
  }

  /** Runs with tasks that wait for what the others hold otherwise than they were told. */
  findStale(): readonly LiveRun[] {
    return [...this.users].filter((run) => isStaleAbout(run.state, this.countElsewhere(run)));
  }

  private admit(): readonly LiveRun[] {
    const admitted: LiveRun[] = [];
    const wanted = new Set<string>();
    for (const entry of Array.from(this.waiting)) {
      const { run, locks } = entry;
      const elsewhere = this.countElsewhere(run);
      if (locks.every(({ key, limit }) => !wanted.has(key) && (elsewhere.get(key) ?? 0) < limit)) {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        this.held.set(run, locks);
        admitted.push(run);
      } else for (const { key } of locks) wanted.add(key);
    }
    return admitted;
  }

  private countElsewhere(run: LiveRun): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    const add = (key: string, count: number): void => void counts.set(key, (counts.get(key) ?? 0) + count);
    for (const other of this.users) {
      if (other === run) continue;
      for (const { key } of this.held.get(other) ?? []) add(key, 1);
      for (const [key, lock] of other.state.locks) if (lock.holders.size > 0) add(key, lock.holders.size);
    }
    return counts;
  }
}

function priorityOf(run: LiveRun): number {
  const priority = run.state.index.plan.notes["priority"];
  return typeof priority === "number" ? priority : 0;
}
