/**
 * Which tasks are nodes in Argo's eyes, and how they hang together.
 * Argo makes a node when something begins; a task that never got that far has none.
 */
import { isObjectRequest } from "../../../model/plan/plan.ts";
import type { Body, Process } from "../../../model/plan/plan.ts";
import { hasEnded, phases, taskKinds } from "../../../model/run/phase.ts";
import type { RunState } from "../../../model/run/run-state.ts";
import { taskFlags } from "../../../model/run/task-table.ts";
import type { ReasonCode } from "../../../model/run/values.ts";

/** True when Argo would have a node for the task. */
export function isVisible(state: RunState, task: number): boolean {
  const { tasks } = state;
  const phase = tasks.phase[task] ?? 0;
  if (state.resets.size > 0 && isLeftBehind(state, task)) return false;
  if (phase === phases.omitted && state.reasons.get(task)?.code === "region-halted") return false;
  if (phase === phases.waiting && !isPending(state, task)) return false;
  return tasks.kind[task] !== taskKinds.group || !isHiddenGroup(state, task);
}

/** True for what a manual retry left behind: attempts, blocks and hooks of something that has begun anew since. */
export function isLeftBehind(state: RunState, task: number): boolean {
  const { tasks } = state;
  for (let at = task; tasks.kind[at] !== taskKinds.entry; at = tasks.parent[at] ?? -1) {
    const parent = tasks.parent[at] ?? -1;
    if (tasks.kind[at] === taskKinds.hook) {
      if (state.hooks.get(parent)?.includes(at) !== true) return true;
      if (parent < 0) return false;
    } else if (tasks.kind[at] === taskKinds.attempt) {
      if (state.attempts.get(parent)?.includes(at) !== true) return true;
    } else {
      const first = tasks.first[parent] ?? 0;
      if (at < first || at >= first + (tasks.count[parent] ?? 0)) return true;
    }
  }
  return false;
}

/** A waiting task that has been reached: Argo would show it as pending. */
function isPending(state: RunState, task: number): boolean {
  const { tasks } = state;
  if (state.ended !== undefined) return false;
  const parent = tasks.parent[task] ?? -1;
  if (parent >= 0 && hasEnded(tasks.phase[parent] ?? 0) && tasks.kind[task] !== taskKinds.hook) return false;
  const kind = tasks.kind[task];
  if (
    kind === taskKinds.member ||
    kind === taskKinds.attempt ||
    kind === taskKinds.hook ||
    kind === taskKinds.entry
  )
    return true;
  return ((tasks.flags[task] ?? 0) & taskFlags.entered) !== 0;
}

/** Members of a fan-out in steps hang under their StepGroup directly; a group without members is a node of its own. */
function isHiddenGroup(state: RunState, task: number): boolean {
  return (state.tasks.count[task] ?? 0) > 0 && isStaged(state, state.tasks.parent[task] ?? -1);
}

/** True for an opened region whose nodes are ordered in stages. */
export function isStaged(state: RunState, region: number): boolean {
  return state.index.regions[state.tasks.process[region] ?? -1]?.region.order.kind === "stages";
}

/** The process that a task calls, as far as it is known. */
export function findProcess(state: RunState, task: number): Process | undefined {
  const { tasks, index } = state;
  const kind = tasks.kind[task];
  if (kind === taskKinds.stage) return undefined;
  const called = tasks.process[task] ?? -1;
  if (called >= 0) return index.plan.processes[called];
  if (kind === taskKinds.hook) {
    const parent = tasks.parent[task] ?? -1;
    const hooks = parent < 0 ? index.plan.hooks : (index.nodes[tasks.node[task] ?? -1]?.hooks ?? []);
    const call = hooks[tasks.order[task] ?? 0]?.call;
    return call?.kind === "process" ? index.plan.processes[call.process] : undefined;
  }
  const call = index.nodes[tasks.node[task] ?? -1]?.call;
  return call?.kind === "process" ? index.plan.processes[call.process] : undefined;
}

const bodyTypes: Readonly<Record<Body["kind"], string>> = {
  task: "Pod",
  wait: "Suspend",
  request: "HTTP",
  listing: "Pod",
  region: "DAG",
  eval: "Pod",
};

/** What can be wrong with a call before anything of it has begun. */
const refusals: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  "expression-failed",
  "argument-missing",
  "value-not-allowed",
  "input-missing",
  "unknown-process",
  "recursion-too-deep",
]);

/** True for a task that ended with an error before anything of it had begun. */
export function isRefused(state: RunState, task: number): boolean {
  const { tasks } = state;
  if (tasks.phase[task] !== phases.errored || !refusals.has(state.reasons.get(task)?.code ?? "child-failed"))
    return false;
  return !state.attemptFacts.has(task) && !state.attempts.has(task) && (tasks.count[task] ?? 0) === 0;
}

/** True for a task whose result came from an earlier run: Argo shows it as skipped. */
export function isTakenOver(state: RunState, task: number): boolean {
  return state.reasons.get(task)?.code === "reused";
}

/** Argo's type of a node. */
export function nodeType(state: RunState, task: number): string {
  const { tasks } = state;
  const phase = tasks.phase[task];
  if (phase === phases.skipped || phase === phases.omitted || isRefused(state, task)) return "Skipped";
  if (isTakenOver(state, task)) return "Skipped";
  const kind = tasks.kind[task];
  if (kind === taskKinds.stage) return "StepGroup";
  if (kind === taskKinds.group) return "TaskGroup";
  if (((tasks.flags[task] ?? 0) & taskFlags.retried) !== 0) return "Retry";
  const body = findProcess(state, task)?.body;
  if (body === undefined) return "Pod";
  // A resource template is done by a pod in a cluster.
  if (body.kind === "request" && isObjectRequest(body.request)) return "Pod";
  return body.kind === "region" && body.region.order.kind === "stages" ? "Steps" : bodyTypes[body.kind];
}

/** Tasks in the block of a task: nodes and stages of a region, members of a group, attempts of a retried task. */
export function listChildren(state: RunState, task: number): readonly number[] {
  const attempts = state.attempts.get(task);
  if (attempts !== undefined) return attempts;
  const first = state.tasks.first[task] ?? 0;
  if (first === 0) return [];
  return Array.from({ length: state.tasks.count[task] ?? 0 }, (_, index) => first + index);
}

/** Hook tasks of a task, or of the run for -1. */
export function listHooks(state: RunState, owner: number): readonly number[] {
  return state.hooks.get(owner) ?? [];
}

/** The opened region around a task: the node that Argo calls its boundary. -1 for the entry and hooks of the run. */
export function findBoundary(state: RunState, task: number): number {
  const { tasks } = state;
  const parent = tasks.parent[task] ?? -1;
  if (parent < 0) return -1;
  switch (tasks.kind[task] ?? taskKinds.entry) {
    case taskKinds.attempt:
    case taskKinds.member:
    case taskKinds.hook:
      return findBoundary(state, parent);
    default:
      return parent;
  }
}
