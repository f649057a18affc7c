/**
 * Manual retry: a finished run goes on from its bad ends (Argo: `argo retry`).
 * Tasks that ended badly wait again, and so does whatever came after them and did not run;
 * the tasks around them run again; what succeeded stays as it is.
 */
import type { RunInput } from "../../model/run/inputs.ts";
import { isBad, phases, taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import { taskFlags } from "../../model/run/task-table.ts";
import { isBelowHook } from "../expand/may-begin.ts";
import { isLeftBehindGood, listAfter, listFollowers } from "./followers.ts";
import { isService } from "./services.ts";
import type { Decision } from "./decision.ts";

/** What a retry touches: tasks that begin from scratch, and tasks around them that are under way again. */
interface Reopening {
  readonly reset: Set<number>;
  readonly reopened: Set<number>;
}

/** Reopens the run. A run that has not ended, or has nothing to do again, stays as it is. */
export function retryRun(decision: Decision, input: Extract<RunInput, { kind: "run.retry" }>): void {
  const { state } = decision;
  if (state.ended === undefined) return;
  const reopening: Reopening = { reset: new Set(), reopened: new Set() };
  for (const task of state.failures) addBadEnd(state, task, reopening);
  for (const task of input.also) if (isCall(state, task)) addAgain(state, task, reopening);
  for (const task of reopening.reopened) addServices(state, task, reopening);
  const { reset, reopened } = keepOutermost(state, reopening);
  // A run that failed only because of its exit hooks has nothing to set back: the hooks alone run again.
  if (reset.size === 0 && reopened.size === 0 && !isBad(state.ended)) return;
  for (const task of reopened) resetWhatCameAfter(state, task, reset);
  const values = Object.keys(input.values).length === 0 ? {} : { values: input.values };
  decision.record({
    kind: "run.retried",
    at: decision.at,
    reset: [...reset].sort((a, b) => a - b),
    reopened: [...reopened].sort((a, b) => a - b),
    ...values,
  });
}

/** Whether a number stands for a call that has ended; stages, attempts and hooks are no calls of their own. */
function isCall(state: RunState, task: number): boolean {
  if (task < 0 || task >= state.tasks.size || !state.tasks.hasFlag(task, taskFlags.closed)) return false;
  const kind = state.tasks.kind[task];
  return (
    kind === taskKinds.entry ||
    kind === taskKinds.node ||
    kind === taskKinds.group ||
    kind === taskKinds.member
  );
}

/** Whatever is inside a task that begins from scratch is gone. */
function keepOutermost(state: RunState, { reset, reopened }: Reopening): Reopening {
  const isInside = (task: number): boolean => {
    for (let at = state.tasks.parent[task] as number; at >= 0; at = state.tasks.parent[at] as number) {
      if (reset.has(at)) return true;
    }
    return false;
  };
  return {
    reset: new Set([...reset].filter((task) => !isInside(task))),
    reopened: new Set([...reopened].filter((task) => !reset.has(task) && !isInside(task))),
  };
}

/** Adds a task that ended badly, unless that is only the consequence of another bad end below it. */
function addBadEnd(state: RunState, task: number, reopening: Reopening): void {
  const { tasks } = state;
  const kind = tasks.kind[task];
  if (!isBad(tasks.phase[task] as number) || kind === taskKinds.stage || kind === taskKinds.attempt) return;
  if (isLeftBehindGood(state, task)) return;
  if (isContainer(state, task)) addOpened(state, task, reopening);
  else addRoot(state, task, reopening);
}

/** Adds a good end that shall run again, and what came after it (Argo, getNodeIDsToReset). */
function addAgain(state: RunState, task: number, reopening: Reopening): void {
  if (findAbove(state, task) === undefined) return;
  addRoot(state, task, reopening);
  for (const follower of listFollowers(state, task)) reopening.reset.add(follower);
}

/** A task whose children stay: a fan-out or a region that was opened. Tasks with retries begin from scratch. */
function isContainer(state: RunState, task: number): boolean {
  const { tasks } = state;
  if (tasks.hasFlag(task, taskFlags.retried) || (tasks.count[task] as number) === 0) return false;
  return (
    tasks.kind[task] === taskKinds.group || state.index.regions[tasks.process[task] as number] !== undefined
  );
}

function addOpened(state: RunState, task: number, reopening: Reopening): void {
  const above = findAbove(state, task);
  if (above === undefined) return;
  reopening.reopened.add(task);
  openAbove(state, above, reopening);
}

function addRoot(state: RunState, task: number, reopening: Reopening): void {
  const above = findAbove(state, task);
  if (above === undefined) return;
  const owner = above.findLast((at) => state.tasks.hasFlag(at, taskFlags.retried));
  if (owner === undefined) reopening.reset.add(task);
  openAbove(state, above, reopening);
}

/**
 * The tasks around a task, from the inside out; undefined when it cannot be retried where it stands:
 * below a hook, in a block that was left behind, or in an attempt of a task that has succeeded since.
 */
function findAbove(state: RunState, task: number): readonly number[] | undefined {
  const { tasks } = state;
  if (isBelowHook(state, task)) return undefined;
  const above: number[] = [];
  for (
    let child = task, at = tasks.parent[task] as number;
    at >= 0;
    child = at, at = tasks.parent[at] as number
  ) {
    if (tasks.hasFlag(at, taskFlags.retried)) {
      if (!isBad(tasks.phase[at] as number)) return undefined;
    } else {
      const first = tasks.first[at] as number;
      if (child < first || child >= first + (tasks.count[at] as number)) return undefined;
    }
    above.push(at);
  }
  return above;
}

/** The outermost task with retries begins from scratch; what is around it is open again, what is inside is gone. */
function openAbove(state: RunState, above: readonly number[], reopening: Reopening): void {
  const place = above.findLastIndex((at) => state.tasks.hasFlag(at, taskFlags.retried));
  if (place >= 0) reopening.reset.add(above[place] as number);
  for (const at of above.slice(place + 1)) reopening.reopened.add(at);
}

/** Nodes that did not run because of a bad end wait again, transitively; so does what a halt kept from running. */
function resetWhatCameAfter(state: RunState, parent: number, reset: Set<number>): void {
  const { tasks } = state;
  const first = tasks.first[parent] as number;
  for (let child = first; child < first + (tasks.count[parent] as number); child += 1) {
    if (state.reasons.get(child)?.code === "region-halted" && tasks.phase[child] === phases.omitted)
      reset.add(child);
  }
  const index = state.index.regions[tasks.process[parent] as number];
  if (index === undefined || index.region.order.kind !== "graph" || tasks.kind[parent] === taskKinds.group)
    return;
  const stack = index.region.nodes.flatMap((_, local) =>
    isTouched(state, first + local, reset) ? [local] : [],
  );
  for (let local = stack.pop(); local !== undefined; local = stack.pop()) {
    for (
      let at = index.dependentStart[local] as number;
      at < (index.dependentStart[local + 1] as number);
      at += 1
    ) {
      const dependent = first + (index.dependents[at] as number);
      const phase = tasks.phase[dependent] as number;
      if (reset.has(dependent) || (phase !== phases.omitted && phase !== phases.skipped)) continue;
      reset.add(dependent);
      stack.push(index.dependents[at] as number);
    }
  }
}

/**
 * What runs again needs the services that it ran beside, and they have ended with everything else. What came after one
 * and was to go on begins from scratch, because it must wait until the service can be used.
 */
function addServices(state: RunState, parent: number, { reset, reopened }: Reopening): void {
  const { tasks } = state;
  if (tasks.kind[parent] === taskKinds.group) return;
  const first = tasks.first[parent] as number;
  for (let child = first; child < first + (tasks.count[parent] as number); child += 1) {
    const isGroup = tasks.kind[child] === taskKinds.group;
    const sample = isGroup && (tasks.count[child] as number) > 0 ? (tasks.first[child] as number) : child;
    const hasRun = tasks.phase[child] === phases.succeeded || isBad(tasks.phase[child] as number);
    if (!hasRun || !isService(state, sample)) continue;
    reset.add(child);
    for (const after of listAfter(state, child, "all")) if (reopened.delete(after)) reset.add(after);
  }
}

function isTouched(state: RunState, task: number, reset: Set<number>): boolean {
  return reset.has(task) || isBad(state.tasks.phase[task] as number);
}
