/**
 * Why a task waits, runs, was left out or failed: facts for whoever asks, in the engine's own words.
 * The facts are read from the state alone; a language or a user interface makes sentences of them.
 * The most telling fact comes first. Asking costs what is looked at: the task's needs, block, locks and ancestors.
 */
import { hasEnded, isBad, phases, taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import { taskFlags } from "../../model/run/task-table.ts";
import type { Reason, ReasonCode } from "../../model/run/values.ts";
import { findRegion, lacksPlace } from "../evolve/limits.ts";
import { isCountedService } from "../evolve/close.ts";
import { isDismissed } from "../decide/services.ts";
import { countPlaces } from "../owed.ts";
import { isBarred, isDue, listLapsed } from "../expand/may-begin.ts";

export type FactCode =
  /** The run has not begun. */
  | "run-not-started"
  /** Nothing begins until the run is resumed. */
  | "run-suspended"
  /** The run stops: what has not begun will not; `reason` says why. */
  | "run-stopping"
  /** `tasks` must close first. */
  | "waits-for-needs"
  /** `tasks` are services that it needs, and that are being tried again. */
  | "waits-for-return"
  /** `tasks` is the stage that must end well first. */
  | "waits-for-stage"
  /** `tasks` is the region whose limit of active children is reached; `limit` says how many. */
  | "waits-for-place"
  /** `tasks` hold the lock or are before this one in its queue; `message` is its key, `limit` its holders at most. */
  | "waits-for-lock"
  /** The run's own limit on attempts is reached: `limit` run. */
  | "waits-for-run-limit"
  /** Everything is there but an executor with room. */
  | "waits-for-room"
  /** The next attempt, or the end of a wait, comes at `at`. */
  | "waits-until"
  /** Somebody must resume or set it. */
  | "waits-for-person"
  /** A request is under way since `at`. */
  | "waits-for-response"
  /** An attempt runs since `at`. */
  | "attempt-runs"
  /** Others can use it since `at`; it is ended with its region. */
  | "serves"
  /** It is a service that nobody needs any more, and it was asked to end. */
  | "service-ends"
  /** `tasks` are services that are ending, and nothing else is left. */
  | "waits-for-services"
  /** `tasks` are the children that have not closed; `count` of them in all. */
  | "waits-for-children"
  /** It has ended, but `tasks`, its hooks, have not. */
  | "waits-for-hooks"
  /** It must have ended by `at`. */
  | "must-end-by"
  /** It must have started by `at`. */
  | "must-start-by"
  /** No target of its region needs it. */
  | "not-a-target"
  /** What it belongs to (`tasks`) ended, or began anew, without it. */
  | "left-behind"
  /** Its region (`tasks`) starts nothing new. */
  | "region-halted"
  /** It ended well at `at`. */
  | "succeeded"
  /** It ended badly at `at`; `reason` says why. */
  | "ended-badly"
  /** It ended badly because of `tasks`: from the child to the one where it began, whose own `reason` is given. */
  | "child-failed"
  /** `tasks` are its attempts; `reason` says why there are no more. */
  | "attempts"
  /** It was skipped or omitted at `at`; `reason` says why; for a guard `tasks` are the needs that it looked at. */
  | "left-out";

export interface Fact {
  readonly code: FactCode;
  readonly tasks?: readonly number[];
  /** How many tasks there are, when `tasks` names only the first of them. */
  readonly count?: number;
  readonly limit?: number;
  readonly at?: number;
  readonly message?: string;
  readonly reason?: Reason;
}

/** Most tasks that one fact names. */
const tasksAtMost = 20;

/** The facts about one task. Throws nothing; an unknown number has none. */
export function explainTask(state: RunState, task: number): readonly Fact[] {
  if (task < 0 || task >= state.tasks.size) return [];
  const phase = state.tasks.phase[task] as number;
  if (hasEnded(phase)) return explainEnded(state, task);
  if (phase === phases.running) return explainRunning(state, task);
  return explainNotBegun(state, task);
}

function explainEnded(state: RunState, task: number): Fact[] {
  const { tasks } = state;
  const phase = tasks.phase[task] as number;
  const at = tasks.endedAt[task] as number;
  const reason = state.reasons.get(task);
  const facts: Fact[] = [];
  if (phase === phases.succeeded)
    facts.push({ code: "succeeded", at, ...(reason === undefined ? {} : { reason }) });
  else if (isBad(phase)) facts.push(explainBadEnd(state, task, at));
  else facts.push(explainLeftOut(state, task, at, reason));
  facts.push(...listAttempts(state, task));
  const open = (state.hooks.get(task) ?? []).filter((hook) => !isClosed(state, hook));
  if (open.length > 0) facts.push({ code: "waits-for-hooks", ...name(open) });
  return facts;
}

function explainBadEnd(state: RunState, task: number, at: number): Fact {
  const chain: number[] = [];
  let root = findBlame(state, task);
  // Blame never goes in circles: it points to a child or a sibling that ended earlier. The bound is for safety.
  while (root?.task !== undefined && chain.length < tasksAtMost * 10) {
    chain.push(root.task);
    root = findBlame(state, root.task);
  }
  if (chain.length > 0)
    return { code: "child-failed", at, tasks: chain, ...(root === undefined ? {} : { reason: root }) };
  return { code: "ended-badly", at, ...(root === undefined ? {} : { reason: root }) };
}

/** Why a blamed task ended as it did: an omitted one was left out because of a need, the last attempt decides for a retried one. */
function findBlame(state: RunState, task: number): Reason | undefined {
  const reason = state.reasons.get(task);
  if (reason?.code === "guard-false") {
    const need = listNeeds(state, task).find(
      (each) => isBad(state.tasks.phase[each] as number) || isInherited(state, each),
    );
    return need === undefined ? reason : { code: "child-failed", task: need };
  }
  const last = state.attempts.get(task)?.at(-1);
  const isCounted: readonly (ReasonCode | undefined)[] = [
    "retries-exhausted",
    "retry-not-allowed",
    "retry-too-late",
  ];
  return last !== undefined && isCounted.includes(reason?.code)
    ? { code: "child-failed", task: last }
    : reason;
}

/** An omitted need whose own branch went wrong. */
function isInherited(state: RunState, task: number): boolean {
  return isBad(state.branches.get(task) ?? phases.succeeded);
}

function explainLeftOut(state: RunState, task: number, at: number, reason: Reason | undefined): Fact {
  const needs = reason?.code === "guard-false" ? listNeeds(state, task) : [];
  return {
    code: "left-out",
    at,
    ...(reason === undefined ? {} : { reason }),
    ...(needs.length === 0 ? {} : name(needs)),
  };
}

function explainRunning(state: RunState, task: number): Fact[] {
  const { tasks } = state;
  const facts: Fact[] = [];
  const startedAt = tasks.startedAt[task] as number;
  const until = state.waits.get(task);
  if (isDismissed(state, task)) facts.push({ code: "service-ends" });
  else if (state.serving.has(task)) facts.push({ code: "serves", at: startedAt });
  else if (state.running.has(task)) facts.push({ code: "attempt-runs", at: startedAt });
  else if (until !== undefined)
    facts.push(until === Infinity ? { code: "waits-for-person" } : { code: "waits-until", at: until });
  else if (state.requests.has(task)) facts.push({ code: "waits-for-response", at: startedAt });
  else if (tasks.hasFlag(task, taskFlags.retried)) facts.push(...explainRetrying(state, task));
  else facts.push(...listOpenChildren(state, task), ...listEndingServices(state, task));
  return [...facts, ...explainHalt(state, task), ...explainRun(state, task), ...listDeadlines(state, task)];
}

/** A task with retries waits for its last attempt. */
function explainRetrying(state: RunState, task: number): Fact[] {
  const last = state.attempts.get(task)?.at(-1);
  if (last === undefined) return [];
  return [{ code: "waits-for-children", tasks: [last], count: 1 }, ...listAttempts(state, task)];
}

function listAttempts(state: RunState, task: number): Fact[] {
  const attempts = state.attempts.get(task) ?? [];
  const reason = state.reasons.get(task);
  if (attempts.length === 0 || (attempts.length === 1 && reason === undefined)) return [];
  return [{ code: "attempts", ...name(attempts), ...(reason === undefined ? {} : { reason }) }];
}

function listOpenChildren(state: RunState, task: number): Fact[] {
  const { tasks } = state;
  const open = listChildren(state, task).filter(
    (child) =>
      !isClosed(state, child) &&
      !isCountedService(state, child) &&
      tasks.kind[child] !== taskKinds.stage &&
      (tasks.pending[child] as number) >= 0,
  );
  return open.length === 0 ? [] : [{ code: "waits-for-children", ...name(open) }];
}

/** Services that a region waits for, because all else in it has ended. */
function listEndingServices(state: RunState, task: number): Fact[] {
  const ending = [...(state.services.get(task) ?? [])].filter(
    (service) => state.dismissed.has(service) || hasEnded(state.tasks.phase[service] as number),
  );
  return ending.length === 0 ? [] : [{ code: "waits-for-services", ...name(ending) }];
}

function listChildren(state: RunState, task: number): number[] {
  const { tasks } = state;
  if (tasks.kind[task] !== taskKinds.stage) {
    const first = tasks.first[task] as number;
    return Array.from({ length: tasks.count[task] as number }, (_, index) => first + index);
  }
  const region = tasks.parent[task] as number;
  const order = state.index.regions[tasks.process[region] as number]?.region.order;
  const members = order?.kind === "stages" ? order.stages[tasks.order[task] as number] : undefined;
  return (members ?? []).map((local) => (tasks.first[region] as number) + local);
}

function explainHalt(state: RunState, task: number): Fact[] {
  return state.tasks.hasFlag(task, taskFlags.halted) ? [{ code: "region-halted", tasks: [task] }] : [];
}

function explainNotBegun(state: RunState, task: number): Fact[] {
  if (state.startedAt === 0) return [{ code: "run-not-started" }];
  const dead = findDead(state, task);
  if (dead !== undefined) return [dead];
  return [...findObstacles(state, task), ...explainRun(state, task), ...listDeadlines(state, task)];
}

/** Why a task will never begin where it stands; undefined when it may. */
function findDead(state: RunState, task: number): Fact | undefined {
  const { tasks } = state;
  const parent = tasks.parent[task] as number;
  if (parent < 0 || tasks.kind[task] === taskKinds.hook || tasks.kind[task] === taskKinds.attempt)
    return undefined;
  const first = tasks.first[parent] as number;
  const isInside = task >= first && task < first + (tasks.count[parent] as number);
  if (isInside && (tasks.pending[task] as number) < 0) return { code: "not-a-target", tasks: [parent] };
  if (!isInside || tasks.phase[parent] !== phases.running) return { code: "left-behind", tasks: [parent] };
  return undefined;
}

/** What the task itself waits for, apart from the run as a whole. */
function findObstacles(state: RunState, task: number): Fact[] {
  const { tasks } = state;
  const region = findRegion(state, task);
  const isHalted = isBarred(state, task) && state.stopping === undefined;
  const isOver = region >= 0 && tasks.active[region] === 0 && state.services.has(region);
  if (isHalted || isOver) return [{ code: "region-halted", tasks: [region] }];
  const needs = listNeeds(state, task).filter(
    (need) => !isClosed(state, need) && !isCountedService(state, need),
  );
  if (tasks.phase[task] === phases.waiting && needs.length > 0)
    return [{ code: "waits-for-needs", ...name(needs) }];
  const lapsed = listLapsed(state, task);
  if (lapsed.length > 0) return [{ code: "waits-for-return", ...name(lapsed) }];
  const stage = findStageBefore(state, task);
  if (stage !== undefined) return [{ code: "waits-for-stage", tasks: [stage] }];
  const notBefore = state.notBefore.get(task);
  if (notBefore !== undefined) return [{ code: "waits-until", at: notBefore }];
  if (tasks.phase[task] === phases.waiting && lacksPlace(state, task)) {
    const limit = state.limits.get(region)?.limit;
    return [{ code: "waits-for-place", tasks: [region], ...(limit === undefined ? {} : { limit }) }];
  }
  const locks = listLocks(state, task);
  if (locks.length > 0) return locks;
  const isHeld = state.stopping === undefined ? state.suspended : isBarred(state, task);
  if (isHeld || !isReadyForRoom(state, task)) return [];
  if (countPlaces(state) >= state.attemptsAtMost)
    return [{ code: "waits-for-run-limit", limit: state.attemptsAtMost }];
  return [{ code: "waits-for-room" }];
}

/** A task that needs nothing but an executor: queued, or fired and left unbound until there is room. */
function isReadyForRoom(state: RunState, task: number): boolean {
  return state.tasks.phase[task] === phases.ready || isDue(state, task);
}

/** The stage that must end before the one in which the task stands. */
function findStageBefore(state: RunState, task: number): number | undefined {
  const { tasks } = state;
  const parent = tasks.parent[task] as number;
  if (parent < 0 || tasks.phase[task] !== phases.waiting) return undefined;
  const index = state.index.regions[tasks.process[parent] as number];
  if (index?.region.order.kind !== "stages" || tasks.kind[task] === taskKinds.member) return undefined;
  const firstStage = (tasks.first[parent] as number) + index.region.nodes.length;
  const own =
    tasks.kind[task] === taskKinds.stage
      ? task
      : firstStage + (index.stageOf[task - (tasks.first[parent] as number)] as number);
  for (let stage = firstStage; stage < own; stage += 1) if (!isClosed(state, stage)) return stage;
  return undefined;
}

function listLocks(state: RunState, task: number): Fact[] {
  return (state.wanted.get(task) ?? []).flatMap((key): Fact[] => {
    const lock = state.locks.get(key);
    if (lock === undefined || lock.holders.has(task)) return [];
    const ahead = lock.waiting.slice(0, Math.max(0, lock.waiting.indexOf(task)));
    if (lock.holders.size + ahead.length < lock.limit) return [];
    return [
      { code: "waits-for-lock", message: key, limit: lock.limit, ...name([...lock.holders, ...ahead]) },
    ];
  });
}

/** What holds the whole run back. */
function explainRun(state: RunState, task: number): Fact[] {
  if (state.stopping !== undefined)
    return isBarred(state, task) ? [{ code: "run-stopping", reason: state.stopping.reason }] : [];
  const isWorking = state.running.has(task) || state.requests.has(task);
  return state.suspended && !isWorking ? [{ code: "run-suspended" }] : [];
}

function listDeadlines(state: RunState, task: number): Fact[] {
  const deadline = state.deadlines.get(task);
  const facts: Fact[] = [];
  if (deadline?.deadlineAt !== undefined) facts.push({ code: "must-end-by", at: deadline.deadlineAt });
  if (deadline?.startBy !== undefined && state.tasks.phase[task] === phases.ready)
    facts.push({ code: "must-start-by", at: deadline.startBy });
  return facts;
}

function listNeeds(state: RunState, task: number): number[] {
  const { tasks } = state;
  const kind = tasks.kind[task];
  if (kind !== taskKinds.node && kind !== taskKinds.group) return [];
  const first = tasks.first[tasks.parent[task] as number] as number;
  return (state.index.nodes[tasks.node[task] as number]?.needs ?? []).map((need) => first + need);
}

function isClosed(state: RunState, task: number): boolean {
  return state.tasks.hasFlag(task, taskFlags.closed);
}

function name(tasks: readonly number[]): { readonly tasks: readonly number[]; readonly count: number } {
  return { tasks: tasks.slice(0, tasksAtMost), count: tasks.length };
}
