/**
 * Limits on the active children of a region: who has a place, who waits for one.
 * A child gets its place when it is fired and gives it back when it ends; both happen while events are folded,
 * so that a replay gives the same places to the same children.
 */
import { phases, taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import { taskFlags } from "../../model/run/task-table.ts";

/** The region that a node or member stands in. */
export function findRegion(state: RunState, task: number): number {
  const parent = state.tasks.parent[task] as number;
  return state.tasks.kind[task] === taskKinds.member ? (state.tasks.parent[parent] as number) : parent;
}

/** Whether a fired child still waits for a place. Fan-outs and stages need none: their members do. */
export function lacksPlace(state: RunState, task: number): boolean {
  const kind = state.tasks.kind[task];
  if (kind !== taskKinds.node && kind !== taskKinds.member) return false;
  if (state.tasks.hasFlag(task, taskFlags.counted)) return false;
  return state.limits.has(findRegion(state, task));
}

/** Puts a range of children that were just fired on the agenda, as far as their region has places. */
export function placeChildren(state: RunState, region: number, first: number, count: number): void {
  const limit = state.limits.get(region);
  if (limit === undefined) return state.agenda.push(first, count);
  const room = Math.min(count, Math.max(0, limit.limit - limit.active));
  for (let task = first; task < first + room; task += 1) takePlace(state, region, task);
  limit.held.push(first + room, count - room);
  // In a run that stops, those that hold the places may never end; what may not begin any more needs none.
  if (state.stopping !== undefined) state.agenda.push(first + room, count - room);
}

function takePlace(state: RunState, region: number, task: number): void {
  const limit = state.limits.get(region);
  if (limit === undefined) return;
  limit.active += 1;
  state.tasks.setFlag(task, taskFlags.counted);
  state.agenda.push(task);
}

/** A child has ended: its place goes to the next one that waits. */
export function leavePlace(state: RunState, task: number): void {
  const { tasks } = state;
  if (!tasks.hasFlag(task, taskFlags.counted)) return;
  tasks.flags[task] = (tasks.flags[task] as number) & ~taskFlags.counted;
  const region = findRegion(state, task);
  const limit = state.limits.get(region);
  if (limit === undefined) return;
  limit.active -= 1;
  while (limit.active < limit.limit && !limit.held.isEmpty) {
    const next = limit.held.shift();
    // Those that were omitted while they waited need no place any more.
    if (tasks.phase[next] === phases.waiting) takePlace(state, region, next);
  }
}
