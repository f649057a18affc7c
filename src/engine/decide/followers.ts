/**
 * What came after a task: those that depend on it, later stages, and what came after whatever it stands in.
 * A manual retry asks: what follows from a task that runs again, and whether a run has gone on from a bad end.
 */
import { hasEnded, isBad, phases, taskKinds } from "../../model/run/phase.ts";
import type { RegionIndex } from "../../model/plan/plan-index.ts";
import type { RunState } from "../../model/run/run-state.ts";

/** All tasks that came after this one and have ended, up to the end of the run; without what is inside of them. */
export function listFollowers(state: RunState, task: number): readonly number[] {
  const { tasks } = state;
  const found: number[] = [];
  for (let child = task; (tasks.parent[child] as number) >= 0; child = tasks.parent[child] as number) {
    for (const follower of listAfter(state, child, "all")) {
      if (hasEnded(tasks.phase[follower] as number)) found.push(follower);
    }
  }
  return found;
}

/**
 * Whether the run has gone on from this bad end, so that a retry leaves it as it is: what is around it has succeeded,
 * or something after it has, and nothing was omitted because of it (Argo, isDescendantNodeSucceeded).
 */
export function isLeftBehindGood(state: RunState, task: number): boolean {
  const { tasks } = state;
  for (let at = tasks.parent[task] as number; at >= 0; at = tasks.parent[at] as number) {
    if (tasks.phase[at] === phases.succeeded) return true;
  }
  const own = tasks.kind[task] === taskKinds.member ? (tasks.parent[task] as number) : task;
  const next = listAfter(state, own, "next");
  if (next.some((at) => tasks.phase[at] === phases.omitted)) return false;
  return listAfter(state, own, "all").some((at) => holdsGood(state, at));
}

/** Whether a task, or anything in it, has succeeded. */
function holdsGood(state: RunState, task: number): boolean {
  const { tasks } = state;
  if (tasks.phase[task] === phases.succeeded) return true;
  if (!isBad(tasks.phase[task] as number)) return false;
  const first = tasks.first[task] as number;
  for (let child = first; child < first + (tasks.count[task] as number); child += 1) {
    if (holdsGood(state, child)) return true;
  }
  return false;
}

/** Nodes after this one in its own region: `next` are those that depend on it directly, or stand in later stages. */
export function listAfter(state: RunState, task: number, how: "next" | "all"): readonly number[] {
  const { tasks } = state;
  const kind = tasks.kind[task];
  if (kind !== taskKinds.node && kind !== taskKinds.group) return [];
  const region = tasks.parent[task] as number;
  const index = state.index.regions[tasks.process[region] as number];
  if (index === undefined) return [];
  const first = tasks.first[region] as number;
  const local = task - first;
  const { order } = index.region;
  if (order.kind === "stages") {
    return order.stages
      .slice((index.stageOf[local] as number) + 1)
      .flatMap((members) => members.map((one) => first + one));
  }
  return (how === "next" ? listDependents(index, local) : listAllDependents(index, local)).map(
    (one) => first + one,
  );
}

function listDependents(index: RegionIndex, local: number): readonly number[] {
  return Array.from(index.dependents.subarray(index.dependentStart[local], index.dependentStart[local + 1]));
}

function listAllDependents(index: RegionIndex, local: number): readonly number[] {
  const found = new Set<number>();
  const stack = [...listDependents(index, local)];
  for (let one = stack.pop(); one !== undefined; one = stack.pop()) {
    if (found.has(one)) continue;
    found.add(one);
    stack.push(...listDependents(index, one));
  }
  return [...found];
}
