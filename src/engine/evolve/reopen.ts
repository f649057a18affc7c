/**
 * Folding run.retried: the given tasks are as if they had never begun, and those around them are under way again.
 * Nothing runs at this time, so limits and locks begin anew. A reopened child takes no place of its region's limit,
 * because what is under way in it is what would be counted.
 */
import type { RunEvent } from "../../model/run/events.ts";
import { phases, taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import { RangeQueue } from "../../model/run/range-queue.ts";
import { noExitCode, taskFlags } from "../../model/run/task-table.ts";
import { placeChildren } from "./limits.ts";
import { releaseAllLocks } from "./locks.ts";
import { fireChild } from "./open.ts";

/** Sets tasks back. Linear in the blocks that are opened again; a person asks for this, no event of a run does. */
export function reopenRun(state: RunState, event: Extract<RunEvent, { kind: "run.retried" }>): void {
  state.ended = undefined;
  state.endReason = undefined;
  state.endedAt = 0;
  state.stopping = undefined;
  state.suspended = false;
  state.hooks.delete(-1);
  state.hooksPending.delete(-1);
  state.failures.length = 0;
  // The run has its whole time again (Argo, FormulateRetryWorkflow, sets the start anew).
  state.deadlineAt += event.at - state.startedAt;
  state.startedAt = event.at;
  state.timers.push(state.deadlineAt, -1);
  releaseAllLocks(state);
  if (event.values !== undefined) Object.assign(state.values, event.values);
  for (const task of event.reset) setBack(state, task);
  for (const task of event.reopened) markOpen(state, task);
  // From the inside out, so that a parent counts children that are already open.
  for (const task of [...event.reopened].sort((a, b) => b - a)) recount(state, task);
  state.agenda.push(0);
}

function setBack(state: RunState, task: number): void {
  const { tasks } = state;
  if (tasks.hasFlag(task, taskFlags.closed)) state.closedCount -= 1;
  tasks.phase[task] = phases.waiting;
  tasks.flags[task] = 0;
  tasks.process[task] = tasks.kind[task] === taskKinds.entry ? state.index.plan.entry : -1;
  tasks.startedAt[task] = 0;
  tasks.endedAt[task] = 0;
  tasks.exitCode[task] = noExitCode;
  tasks.first[task] = 0;
  tasks.count[task] = 0;
  tasks.active[task] = 0;
  tasks.pending[task] = 0;
  forgetResults(state, task);
  state.inputs.delete(task);
  state.memos.delete(task);
  state.items.delete(task);
  state.limits.delete(task);
  state.targets.delete(task);
  state.attempts.delete(task);
  state.attemptFacts.delete(task);
  state.resets.set(task, (state.resets.get(task) ?? 0) + 1);
}

function markOpen(state: RunState, task: number): void {
  const { tasks } = state;
  if (tasks.hasFlag(task, taskFlags.closed)) state.closedCount -= 1;
  tasks.phase[task] = phases.running;
  tasks.flags[task] = 0;
  tasks.endedAt[task] = 0;
  tasks.active[task] = 0;
  forgetResults(state, task);
  const limit = state.limits.get(task);
  if (limit !== undefined) state.limits.set(task, { limit: limit.limit, active: 0, held: new RangeQueue() });
}

function forgetResults(state: RunState, task: number): void {
  state.reasons.delete(task);
  state.outputs.delete(task);
  state.branches.delete(task);
  state.hooks.delete(task);
  state.hooksPending.delete(task);
}

/** Counts a reopened task's children again and fires those that nothing holds back. */
function recount(state: RunState, task: number): void {
  const { tasks } = state;
  const first = tasks.first[task] as number;
  for (let child = first; child < first + (tasks.count[task] as number); child += 1) {
    // One that was given a place and never began has it no more.
    if (tasks.phase[child] === phases.waiting) tasks.flags[child] = 0;
  }
  const index = state.index.regions[tasks.process[task] as number];
  if (tasks.kind[task] === taskKinds.group) recountGroup(state, task);
  else if (index?.region.order.kind === "stages") recountStages(state, task, index.region.nodes.length);
  else recountGraph(state, task);
  if (tasks.pending[task] === 0) state.agenda.push(task);
}

function isOpenAgain(state: RunState, task: number): boolean {
  return !state.tasks.hasFlag(task, taskFlags.closed);
}

function recountGroup(state: RunState, group: number): void {
  const { tasks } = state;
  const first = tasks.first[group] as number;
  const region = tasks.parent[group] as number;
  let pending = 0;
  for (let member = first; member < first + (tasks.count[group] as number); member += 1) {
    if (!isOpenAgain(state, member)) continue;
    pending += 1;
    if (tasks.phase[member] === phases.waiting) placeChildren(state, region, member, 1);
    else countAgain(state, member, group);
  }
  tasks.pending[group] = pending;
}

function countAgain(state: RunState, child: number, parent: number): void {
  state.tasks.setFlag(child, taskFlags.entered);
  state.tasks.active[parent] = (state.tasks.active[parent] as number) + 1;
}

function recountGraph(state: RunState, region: number): void {
  const { tasks } = state;
  const index = state.index.regions[tasks.process[region] as number];
  if (index === undefined) return;
  const first = tasks.first[region] as number;
  let pending = 0;
  index.region.nodes.forEach((node, local) => {
    const child = first + local;
    if (!isOpenAgain(state, child) || (tasks.pending[child] as number) < 0) return;
    pending += 1;
    if (tasks.phase[child] !== phases.waiting) return countAgain(state, child, region);
    tasks.pending[child] = node.needs.filter((need) => isOpenAgain(state, first + need)).length;
    if (tasks.pending[child] === 0) fireChild(state, child);
  });
  tasks.pending[region] = pending;
}

/** Stages that are done stay done; the first one that is not goes on, and the others wait for it. */
function recountStages(state: RunState, region: number, nodes: number): void {
  const { tasks } = state;
  const index = state.index.regions[tasks.process[region] as number];
  const order = index?.region.order;
  if (order?.kind !== "stages") return;
  const first = tasks.first[region] as number;
  let pending = 0;
  order.stages.forEach((members, number) => {
    const stage = first + nodes + number;
    const open = members.map((local) => first + local).filter((child) => isOpenAgain(state, child));
    if (!isOpenAgain(state, stage) && open.length === 0) return;
    pending += 1;
    if (pending > 1) setBackStage(state, stage);
    else if (tasks.phase[stage] === phases.waiting) fireChild(state, stage);
    else reopenStage(state, region, stage, open);
  });
  tasks.pending[region] = pending;
}

/** A stage after the one that goes on: it will be opened again when its turn comes. */
function setBackStage(state: RunState, stage: number): void {
  if (state.tasks.phase[stage] !== phases.waiting) setBack(state, stage);
}

function reopenStage(state: RunState, region: number, stage: number, open: readonly number[]): void {
  const { tasks } = state;
  if (tasks.hasFlag(stage, taskFlags.closed)) state.closedCount -= 1;
  tasks.phase[stage] = phases.running;
  tasks.flags[stage] = 0;
  tasks.endedAt[stage] = 0;
  state.reasons.delete(stage);
  countAgain(state, stage, region);
  tasks.pending[stage] = open.length;
  if (open.length === 0) state.agenda.push(stage);
  for (const child of open) {
    if (tasks.phase[child] === phases.waiting) fireChild(state, child);
    else countAgain(state, child, region);
  }
}
