/**
 * Manual retry: a finished run goes on from its bad ends (Argo: `argo retry`).
 * Tasks that ended badly wait again, and so does whatever came after them and did not run;
 * the tasks around them run again; what succeeded stays as it is.
 */
import type { RunInput } from "../../model/run/inputs.ts";
import { isBad, phases, taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import { taskFlags } from "../../model/run/task-table.ts";
import type { Decision } from "./decision.ts";

/** Reopens the run. A run that has not ended, or has nothing to do again, stays as it is. */
export function retryRun(decision: Decision, input: Extract<RunInput, { kind: "run.retry" }>): void {
  const { state } = decision;
  if (state.ended === undefined) return;
  const reset = new Set<number>();
  const reopened = new Set<number>();
  for (let task = 0; task < state.tasks.size; task += 1) {
    if (isRoot(state, task)) addRoot(state, task, reset, reopened);
  }
  for (const task of input.also) addRoot(state, task, reset, reopened);
  if (reset.size === 0) return;
  for (const region of [...reopened]) resetWhatCameAfter(state, region, reset);
  const values = Object.keys(input.values).length === 0 ? {} : { values: input.values };
  decision.record({ kind: "run.retried", at: decision.at, reset: [...reset].filter((task) => !reopened.has(task)), reopened: [...reopened], ...values });
}

/** A bad end that is not the consequence of a bad end below it. */
function isRoot(state: RunState, task: number): boolean {
  const { tasks } = state;
  if (!isBad(tasks.phase[task] as number) || tasks.kind[task] === taskKinds.stage || tasks.kind[task] === taskKinds.attempt) return false;
  if (isBelowHook(state, task)) return false;
  const isRegion = state.index.regions[tasks.process[task] as number] !== undefined && (tasks.count[task] as number) > 0;
  if ((tasks.flags[task]! & taskFlags.retried) !== 0) return true;
  return !isRegion && tasks.kind[task] !== taskKinds.group;
}

function isBelowHook(state: RunState, task: number): boolean {
  for (let at = task; at >= 0; at = state.tasks.parent[at] as number) if (state.tasks.kind[at] === taskKinds.hook) return true;
  return false;
}

function addRoot(state: RunState, task: number, reset: Set<number>, reopened: Set<number>): void {
  reset.add(task);
  for (let at = state.tasks.parent[task] as number; at >= 0; at = state.tasks.parent[at] as number) {
    if ((state.tasks.flags[at]! & taskFlags.retried) !== 0) reset.add(at);
    else reopened.add(at);
  }
}

/** Nodes that were skipped over because of a bad end wait again, transitively. */
function resetWhatCameAfter(state: RunState, region: number, reset: Set<number>): void {
  const { tasks } = state;
  const index = state.index.regions[tasks.process[region] as number];
  if (index === undefined || index.region.order.kind !== "graph") return;
  const first = tasks.first[region] as number;
  const stack = index.region.nodes.flatMap((_, local) => (isTouched(state, first + local, reset) ? [local] : []));
  for (let local = stack.pop(); local !== undefined; local = stack.pop()) {
    for (let at = index.dependentStart[local] as number; at < (index.dependentStart[local + 1] as number); at += 1) {
      const dependent = first + (index.dependents[at] as number);
      const phase = tasks.phase[dependent] as number;
      if (reset.has(dependent) || (phase !== phases.omitted && phase !== phases.skipped)) continue;
      reset.add(dependent);
      stack.push(index.dependents[at] as number);
    }
  }
}

function isTouched(state: RunState, task: number, reset: Set<number>): boolean {
  return reset.has(task) || isBad(state.tasks.phase[task] as number);
}
