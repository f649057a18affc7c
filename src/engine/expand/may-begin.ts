/**
 * Whether a task that has not begun may begin.
 * The agenda and the queue of ready tasks may hold entries that mean nothing any more, after a replay above all:
 * these questions are asked of the state alone, so that such entries do no harm.
 */
import { unreachable } from "../../base/errors.ts";
import { phases, taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import { taskFlags } from "../../model/run/task-table.ts";
import { findRegion } from "../evolve/limits.ts";

/** Whether a task is a hook or was called by one, however deep. */
export function isBelowHook(state: RunState, task: number): boolean {
  for (let at = task; at >= 0; at = state.tasks.parent[at] as number) {
    if (state.tasks.kind[at] === taskKinds.hook) return true;
  }
  return false;
}

/** Whether the run's stop lets this task begin: hooks and what they call may, when the stop allows hooks. */
export function mayBegin(state: RunState, task: number): boolean {
  if (state.stopping === undefined) return true;
  return state.stopping.hooks && isBelowHook(state, task);
}

/** Whether a fan-out lets no more members begin: the run stops, or its region ends because of a failure. */
export function isGroupBarred(state: RunState, group: number): boolean {
  return !mayBegin(state, group) || isEnding(state, state.tasks.parent[group] as number);
}

/** Whether the run's stop, the halt of its region, or the dismissal of its service keeps this task from beginning. */
export function isBarred(state: RunState, task: number): boolean {
  if (!mayBegin(state, task)) return true;
  const kind = state.tasks.kind[task];
  if (kind === taskKinds.attempt) return state.dismissed.has(state.tasks.parent[task] as number);
  if (kind === taskKinds.node || kind === taskKinds.group)
    return isHalted(state, state.tasks.parent[task] as number);
  // A fan-out is under way once it is expanded: only a region that ends on failure holds its members back.
  return kind === taskKinds.member && isEnding(state, findRegion(state, task));
}

function isHalted(state: RunState, region: number): boolean {
  return state.tasks.hasFlag(region, taskFlags.halted);
}

function isEnding(state: RunState, region: number): boolean {
  if (!isHalted(state, region)) return false;
  return state.index.regions[state.tasks.process[region] as number]?.region.endOnFailure === true;
}

/** Services of which the task needs one, and that cannot be used now: in stages, all those of its region. */
export function listLapsed(state: RunState, task: number): readonly number[] {
  const { tasks } = state;
  const kind = tasks.kind[task];
  if (
    state.down.size === 0 ||
    (kind !== taskKinds.node && kind !== taskKinds.group && kind !== taskKinds.member)
  )
    return [];
  const region = findRegion(state, task);
  const down = [...(state.down.get(region) ?? [])];
  if (state.index.regions[tasks.process[region] as number]?.region.order.kind === "stages") return down;
  const needs = state.index.nodes[tasks.node[task] as number]?.needs ?? [];
  const first = tasks.first[region] as number;
  return down.filter((service) => {
    const node = tasks.kind[service] === taskKinds.member ? (tasks.parent[service] as number) : service;
    return needs.includes(node - first);
  });
}

/** Whether a waiting task has been fired and belongs to something that is under way. */
export function isDue(state: RunState, task: number): boolean {
  const { tasks } = state;
  const kind = tasks.kind[task] as number;
  const parent = tasks.parent[task] as number;
  switch (kind) {
    case taskKinds.entry:
      return state.startedAt !== 0 || state.stopping !== undefined;
    case taskKinds.hook:
      return state.hooks.get(parent)?.includes(task) === true;
    case taskKinds.attempt:
      return tasks.phase[parent] === phases.running && state.attempts.get(parent)?.at(-1) === task;
    case taskKinds.member:
      return isInBlock(state, task, parent);
    case taskKinds.node:
    case taskKinds.group:
    case taskKinds.stage:
      return tasks.hasFlag(task, taskFlags.entered) && isInBlock(state, task, parent);
    default:
      return unreachable(kind as never);
  }
}

/**
 * Whether a node or member is left unbound until there is room for it: nothing but room can hold it back.
 * In a region with a limit everything is bound when it gets its place.
 */
export function isBoundLate(state: RunState, task: number): boolean {
  const call = state.index.nodes[state.tasks.node[task] as number]?.call;
  return (
    call?.kind === "process" &&
    state.index.startsLate[call.process] === true &&
    !state.limits.has(findRegion(state, task))
  );
}

/** Whether a task that stands in the queue for room stands there rightly at this time. */
export function mayAdmit(state: RunState, task: number, at: number): boolean {
  const phase = state.tasks.phase[task];
  if (phase === phases.ready) return true;
  if (phase !== phases.waiting || !isDue(state, task)) return false;
  return state.tasks.kind[task] === taskKinds.attempt
    ? (state.notBefore.get(task) ?? 0) <= at
    : isBoundLate(state, task);
}

/** A task that was set back has a new block, or none: what lies in an older one is dead. */
function isInBlock(state: RunState, task: number, parent: number): boolean {
  const { tasks } = state;
  const first = tasks.first[parent] as number;
  return (
    tasks.phase[parent] === phases.running && task >= first && task < first + (tasks.count[parent] as number)
  );
}
