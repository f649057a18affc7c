/** How tasks end, and whom their end concerns. */
import type { RegionIndex } from "../../model/plan/plan-index.ts";
import { isBad, phases, taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import { taskFlags } from "../../model/run/task-table.ts";
import type { Reason } from "../../model/run/values.ts";
import { hasHooks } from "./hanging-hooks.ts";
import { findRegion, leavePlace } from "./limits.ts";
import { releaseLocks } from "./locks.ts";
import { fireChild } from "./open.ts";

/** The task's phase is set; frees what it held, and closes it at once when it has no hooks to run first. */
export function endTask(state: RunState, task: number, at: number, reason: Reason | undefined): void {
  const { tasks } = state;
  const phase = tasks.phase[task] as number;
  tasks.endedAt[task] = at;
  if (reason !== undefined) state.reasons.set(task, reason);
  if (isBad(phase)) state.failures.push(task);
  state.waits.delete(task);
  state.requests.delete(task);
  state.deadlines.delete(task);
  state.notBefore.delete(task);
  releaseLocks(state, task);
  if (state.down.size > 0) endLapse(state, task, findServiceRegion(state, task));
  if (phase <= phases.errored && reason?.code !== "reused" && hasHooks(state, task)) state.agenda.push(task);
  else closeTask(state, task);
  // Last, so that a region that halts because of this end does so before the next child takes the place.
  leavePlace(state, task);
}

/** Ended with all its hooks: counts it for whoever waits. */
export function closeTask(state: RunState, task: number): void {
  const { tasks } = state;
  const flags = tasks.flags[task] as number;
  if ((flags & taskFlags.closed) !== 0) return;
  tasks.flags[task] = flags | taskFlags.closed;
  state.closedCount += 1;
  if (isCountedService(state, task)) closeService(state, task);
  else countAsDone(state, task);
}

/** Tells whoever waits for this task that it is done: it has closed, or it is a service that can be used. */
export function countAsDone(state: RunState, task: number): void {
  const { tasks } = state;
  const flags = tasks.flags[task] as number;
  const kind = tasks.kind[task];
  const parent = tasks.parent[task] as number;
  if (kind === taskKinds.entry) {
    state.agenda.push(task);
    return;
  }
  if (kind === taskKinds.hook) return closeHook(state, parent);
  if ((flags & taskFlags.entered) !== 0) tasks.active[parent] = (tasks.active[parent] as number) - 1;
  if (kind === taskKinds.member) closeMember(state, task, parent);
  else if (kind === taskKinds.attempt) {
    tasks.pending[parent] = 0;
    state.agenda.push(parent);
  } else if (kind === taskKinds.stage) closeStage(state, task, parent);
  else closeNode(state, task, parent);
}

/** The region that a service is ended with; -1 for one that nobody else stands beside. */
export function findServiceRegion(state: RunState, task: number): number {
  const kind = state.tasks.kind[task];
  return kind === taskKinds.node || kind === taskKinds.member ? findRegion(state, task) : -1;
}

/** Whether the task is a service that has been of use, and has not closed. */
export function isCountedService(state: RunState, task: number): boolean {
  if (state.services.size === 0) return false;
  return state.services.get(findServiceRegion(state, task))?.has(task) === true;
}

/** A service is of use again, or has ended: whatever waited in its region for that is asked again. */
export function endLapse(state: RunState, task: number, region: number): void {
  const { tasks } = state;
  const down = state.down.get(region);
  if (down?.delete(task) !== true) return;
  if (down.size === 0) state.down.delete(region);
  const first = tasks.first[region] as number;
  const count = tasks.count[region] as number;
  state.agenda.push(first, count);
  for (let child = first; child < first + count; child += 1) {
    if (tasks.kind[child] === taskKinds.group)
      state.agenda.push(tasks.first[child] as number, tasks.count[child] as number);
  }
}

/** A service that was counted as done has ended: a bad end still tells in its region, and the region may wait for it. */
function closeService(state: RunState, task: number): void {
  const { tasks } = state;
  const region = findServiceRegion(state, task);
  const services = state.services.get(region);
  services?.delete(task);
  if (services?.size === 0) state.services.delete(region);
  state.dismissed.delete(task);
  if (region < 0) return countAsDone(state, task);
  const phase = tasks.phase[task] as number;
  state.agenda.push(region);
  if (!isBad(phase)) return;
  spoilRegion(state, region);
  const parent = tasks.parent[task] as number;
  if (tasks.kind[task] === taskKinds.member) {
    if (tasks.phase[parent] === phases.running) tasks.setFlag(parent, taskFlags.spoiled);
    return;
  }
  const index = state.index.regions[tasks.process[region] as number];
  if (index?.region.order.kind !== "graph") return;
  state.branches.set(task, phase);
  const local = task - (tasks.first[region] as number);
  if (isTarget(state, region, local, index) && !isExcused(state, task, phase))
    tasks.setFlag(region, taskFlags.failing);
}

function closeHook(state: RunState, owner: number): void {
  const pending = (state.hooksPending.get(owner) ?? 0) - 1;
  state.hooksPending.set(owner, pending);
  if (pending === 0) state.agenda.push(Math.max(owner, 0));
}

function closeMember(state: RunState, task: number, group: number): void {
  const { tasks } = state;
  tasks.pending[group] = (tasks.pending[group] as number) - 1;
  if (isBad(tasks.phase[task] as number)) {
    tasks.setFlag(group, taskFlags.spoiled);
    spoilRegion(state, tasks.parent[group] as number);
  }
  // With none active a group that lets no more begin has come to its end; whether it is one is for the engine to say.
  if (tasks.pending[group] === 0 || tasks.active[group] === 0) state.agenda.push(group);
}

/** Whether the order of the region goes on as if this bad end were a good one. */
export function isTolerated(state: RunState, task: number): boolean {
  return doesTolerate(state, task, state.tasks.phase[task] as number);
}

function doesTolerate(state: RunState, task: number, phase: number): boolean {
  const tolerates = state.index.nodes[state.tasks.node[task] as number]?.tolerates;
  if (phase === phases.failed) return tolerates?.failed === true;
  if (phase === phases.errored) return tolerates?.errored === true;
  return true;
}

function spoilRegion(state: RunState, region: number): void {
  state.tasks.setFlag(region, taskFlags.spoiled);
  const process = state.tasks.process[region] as number;
  if (state.index.regions[process]?.region.endOnFailure === true) state.agenda.push(region);
}

function closeStage(state: RunState, stage: number, region: number): void {
  const { tasks } = state;
  tasks.pending[region] = (tasks.pending[region] as number) - 1;
  state.agenda.push(region);
  if (tasks.phase[stage] !== phases.succeeded || tasks.hasFlag(region, taskFlags.halted)) return;
  const blockEnd = (tasks.first[region] as number) + (tasks.count[region] as number);
  let next = stage + 1;
  // After a manual retry later stages may be done already.
  while (next < blockEnd && tasks.hasFlag(next, taskFlags.closed)) next += 1;
  if (next < blockEnd) fireChild(state, next);
}

function closeNode(state: RunState, task: number, region: number): void {
  const { tasks } = state;
  const index = state.index.regions[tasks.process[region] as number];
  if (index === undefined) return;
  const local = task - (tasks.first[region] as number);
  if (isBad(tasks.phase[task] as number)) spoilRegion(state, region);
  if (index.region.order.kind === "stages") {
    const stage =
      (tasks.first[region] as number) + index.region.nodes.length + (index.stageOf[local] as number);
    tasks.pending[stage] = (tasks.pending[stage] as number) - 1;
    if (isBad(tasks.phase[task] as number) && !isTolerated(state, task))
      tasks.setFlag(stage, taskFlags.spoiled);
    if (tasks.pending[stage] === 0) state.agenda.push(stage);
    if (tasks.active[region] === 0) state.agenda.push(region);
    return;
  }
  closeGraphNode(state, task, region, index);
}

function closeGraphNode(state: RunState, task: number, region: number, index: RegionIndex): void {
  const { tasks } = state;
  const first = tasks.first[region] as number;
  const local = task - first;
  const isHalted = tasks.hasFlag(region, taskFlags.halted);
  tasks.pending[region] = (tasks.pending[region] as number) - 1;
  const branch = traceBranch(state, task, first, index);
  if (branch !== phases.succeeded) state.branches.set(task, branch);
  if (isBad(branch) && isTarget(state, region, local, index) && !isExcused(state, task, branch)) {
    tasks.setFlag(region, taskFlags.failing);
  }
  const end = index.dependentStart[local + 1] as number;
  for (let at = index.dependentStart[local] as number; at < end; at += 1) {
    const dependent = first + (index.dependents[at] as number);
    // After a manual retry a dependent may be under way or done already, and what it counts then is its own children.
    if (tasks.phase[dependent] !== phases.waiting) continue;
    tasks.pending[dependent] = (tasks.pending[dependent] as number) - 1;
    if (tasks.pending[dependent] === 0 && !isHalted) fireChild(state, dependent);
  }
  if (tasks.pending[region] === 0 || tasks.active[region] === 0 || isBad(branch)) state.agenda.push(region);
}

function isTarget(state: RunState, region: number, local: number, index: RegionIndex): boolean {
  const targets = state.targets.get(region);
  return targets === undefined
    ? index.dependentStart[local] === index.dependentStart[local + 1]
    : targets.includes(local);
}

/**
 * A bad end that the last node of a branch tolerates does not fail the region, even where that node was omitted
 * and the bad end is that of a task before it (Argo: dag.go, assessDAGPhase).
 */
export function isExcused(state: RunState, task: number, branch: number): boolean {
  return isBad(branch) && doesTolerate(state, task, branch);
}

/**
 * How the branch stands that ends in this task: a task that did not run inherits from those it needed,
 * and a bad end wins (Argo: dag.go, assessDAGPhase). A service that can be used stands well.
 */
function traceBranch(state: RunState, task: number, first: number, index: RegionIndex): number {
  const phase = state.tasks.phase[task] as number;
  if (phase === phases.running) return phases.succeeded;
  if (phase < phases.skipped) return phase;
  let worst: number = phases.succeeded;
  for (const need of index.region.nodes[task - first]?.needs ?? []) {
    const branch = state.branches.get(first + need) ?? phases.succeeded;
    if (branch > worst) worst = branch;
  }
  return worst;
}
