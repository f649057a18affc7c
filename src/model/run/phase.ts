/**
 * Phases of tasks, and the transition table.
 * The table is data: a property test shows that nothing else ever happens, and the diagram in the docs is drawn from it.
 */

/** Phases are small numbers because a run keeps one per task in a typed array. */
export const phases = {
  /** Made, not yet decided about. */
  waiting: 0,
  /** Bound and allowed to run; waits for room, a lock, or a time. */
  ready: 1,
  /** An attempt runs, or children do, or a wait is under way. */
  running: 2,
  succeeded: 3,
  /** A bad end of the work itself: exit code, deadline, failed child. */
  failed: 4,
  /** A bad end of the machinery around it: an expression, an artifact, a lost attempt. */
  errored: 5,
  /** Its condition was false, or its list was empty. */
  skipped: 6,
  /** Its guard over other tasks did not hold. */
  omitted: 7,
} as const;

export type PhaseName = keyof typeof phases;
export type Phase = (typeof phases)[PhaseName];

/** Names by number. */
export const phaseNames: readonly PhaseName[] = [
  "waiting",
  "ready",
  "running",
  "succeeded",
  "failed",
  "errored",
  "skipped",
  "omitted",
];

/** True once a task has ended, in whatever way. */
export function hasEnded(phase: number): boolean {
  return phase >= phases.succeeded;
}

/** True for failed and errored. */
export function isBad(phase: number): boolean {
  return phase === phases.failed || phase === phases.errored;
}

/** What a task is in the tree of a run. */
export const taskKinds = {
  /** The call of the plan's entry process: task 0. */
  entry: 0,
  /** A node of a region, called once. */
  node: 1,
  /** A node of a region that fans out; its members are its children. */
  group: 2,
  /** One item of a fan-out. */
  member: 3,
  /** One try under a task that has a retry policy. */
  attempt: 4,
  /** One list of a region that is ordered in stages. */
  stage: 5,
  /** A process called by a hook. */
  hook: 6,
} as const;

export type TaskKindName = keyof typeof taskKinds;
export const taskKindNames: readonly TaskKindName[] = [
  "entry",
  "node",
  "group",
  "member",
  "attempt",
  "stage",
  "hook",
];

/** Every change of phase that an event may make: event kind, phases it may find, phases it may leave. */
export const transitions: readonly {
  readonly event: string;
  readonly from: readonly PhaseName[];
  readonly to: readonly PhaseName[];
}[] = [
  { event: "task.expanded", from: ["waiting"], to: ["running"] },
  { event: "task.queued", from: ["waiting"], to: ["ready"] },
  { event: "task.opened", from: ["waiting", "ready"], to: ["running"] },
  { event: "task.skipped", from: ["waiting", "ready"], to: ["skipped"] },
  { event: "task.omitted", from: ["waiting", "ready"], to: ["omitted"] },
  { event: "attempt.started", from: ["waiting", "ready"], to: ["running"] },
  { event: "attempt.ready", from: ["running"], to: ["running"] },
  { event: "attempt.lapsed", from: ["running"], to: ["running"] },
  { event: "task.dismissed", from: ["running"], to: ["running"] },
  { event: "attempt.ended", from: ["running"], to: ["succeeded", "failed", "errored"] },
  { event: "task.settled", from: ["waiting", "ready", "running"], to: ["succeeded", "failed", "errored"] },
  {
    event: "task.reset",
    from: ["succeeded", "failed", "errored", "skipped", "omitted", "running"],
    to: ["waiting", "running"],
  },
];
