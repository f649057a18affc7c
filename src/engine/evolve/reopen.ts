/** Folding run.retried: the given tasks are as if they had never begun, and those around them are under way again. */
import type { RunEvent } from "../../model/run/events.ts";
import { phases, taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import { noExitCode, taskFlags } from "../../model/run/task-table.ts";
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
  state.deadlineAt = Infinity;
  if (event.values !== undefined) Object.assign(state.values, event.values);
  for (const task of event.reset) setBack(state, task);
  for (const task of event.reopened) markOpen(state, task);
  // From the inside out, so that a parent counts children that are already open.
  for (const task of [...event.reopened].sort((a, b) => b - a)) recount(state, task);
  if (event.reset.includes(0)) state.agenda.push(0);
}

function setBack(state: RunState, task: number): void {
  const { tasks } = state;
  tasks.phase[task] = phases.waiting;
  tasks.flags[task] = 0;
  tasks.startedAt[task] = 0;
  tasks.endedAt[task] = 0;
  tasks.exitCode[task] = noExitCode;
  tasks.first[task] = 0;
  tasks.count[task] = 0;
  tasks.active[task] = 0;
  tasks.pending[task] = 0;
  state.closedCount -= 1;
  state.inputs.delete(task);
  state.outputs.delete(task);
  state.reasons.delete(task);
  state.attempts.delete(task);
  state.hooks.delete(task);
  state.hooksPending.delete(task);
  state.branches.delete(task);
  state.attemptFacts.delete(task);
  state.resets.set(task, (state.resets.get(task) ?? 0) + 1);
}

function markOpen(state: RunState, task: number): void {
  const { tasks } = state;
  tasks.phase[task] = phases.running;
  tasks.flags[task] = (tasks.flags[task] as number) & (taskFlags.retried | taskFlags.counted);
  tasks.endedAt[task] = 0;
  tasks.active[task] = 0;
  state.closedCount -= 1;
  state.reasons.delete(task);
  state.outputs.delete(task);
  state.branches.delete(task);
  state.hooks.delete(task);
  state.hooksPending.delete(task);
}

/** Counts a reopened task's children again and fires those that nothing holds back. */
function recount(state: RunState, task: number): void {
  const { tasks } = state;
  if (tasks.kind[task] === taskKinds.group) return recountGroup(state, task);
  const index = state.index.regions[tasks.process[task] as number];
  if (index === undefined) return;
  if (index.region.order.kind === "stages") recountStages(state, task, index.region.nodes.length);
  else recountGraph(state, task);
}

function isOpenAgain(state: RunState, task: number): boolean {
  return (state.tasks.flags[task]! & taskFlags.closed) === 0;
}

function recountGroup(state: RunState, group: number): void {
  const { tasks } = state;
  const first = tasks.first[group] as number;
  let pending = 0;
  for (let member = first; member < first + (tasks.count[group] as number); member += 1) {
    if (!isOpenAgain(state, member)) continue;
    pending += 1;
    if (tasks.phase[member] === phases.waiting) state.agenda.push(member);
    else countAgain(state, member, group);
  }
  tasks.pending[group] = pending;
}

function countAgain(state: RunState, child: number, parent: number): void {
  state.tasks.flags[child]! |= taskFlags.entered;
  state.tasks.active[parent]! += 1;
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

function recountStages(state: RunState, region: number, nodes: number): void {
  const { tasks } = state;
  const index = state.index.regions[tasks.process[region] as number];
  const order = index?.region.order;
  if (order?.kind !== "stages") return;
  const first = tasks.first[region] as number;
  let pending = 0;
  let isCurrent = true;
  order.stages.forEach((members, number) => {
    const stage = first + nodes + number;
    if (!isOpenAgain(state, stage) && members.every((local) => !isOpenAgain(state, first + local))) return;
    pending += 1;
    if (!isCurrent) return;
    isCurrent = false;
    tasks.phase[stage] = phases.running;
    tasks.flags[stage] = 0;
    tasks.endedAt[stage] = 0;
    state.reasons.delete(stage);
    countAgain(state, stage, region);
    tasks.pending[stage] = members.filter((local) => isOpenAgain(state, first + local)).length;
    for (const local of members) {
      const child = first + local;
      if (!isOpenAgain(state, child)) continue;
      if (tasks.phase[child] === phases.waiting) fireChild(state, child);
      else countAgain(state, child, region);
    }
  });
  tasks.pending[region] = pending;
}
