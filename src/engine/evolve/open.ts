/** How tasks come into being: blocks of nodes, members, attempts, hooks. */
import type { RunEvent } from "../../model/run/events.ts";
import { phases, taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import { RangeQueue } from "../../model/run/range-queue.ts";
import { taskFlags } from "../../model/run/task-table.ts";
import type { RegionIndex } from "../../model/plan/plan-index.ts";
import { hasHooks } from "./hanging-hooks.ts";
import { findRegion, lacksPlace, placeChildren } from "./limits.ts";
import { claimLocks } from "./locks.ts";

type EventOf<K extends RunEvent["kind"]> = Extract<RunEvent, { kind: K }>;

/** Marks a pending child as waiting for nothing that will ever come: it is not needed. */
const excluded = -1;

/** A child that was not counted as active by whoever fired it is counted with its first event. */
export function enterTask(state: RunState, task: number): void {
  const { tasks } = state;
  const flags = tasks.flags[task] as number;
  if ((flags & taskFlags.entered) !== 0) return;
  tasks.flags[task] = flags | taskFlags.entered;
  const parent = tasks.parent[task] as number;
  if (parent >= 0 && tasks.kind[task] !== taskKinds.hook)
    tasks.active[parent] = (tasks.active[parent] as number) + 1;
}

/** Counts a child as active for its parent, and puts it on the agenda as soon as its region has a place for it. */
export function fireChild(state: RunState, task: number): void {
  enterTask(state, task);
  if (lacksPlace(state, task)) placeChildren(state, findRegion(state, task), task, 1);
  else state.agenda.push(task);
}

/** Folds task.expanded: one block of members. */
export function expandTask(state: RunState, event: EventOf<"task.expanded">): void {
  const { tasks } = state;
  const group = event.task;
  enterTask(state, group);
  const node = tasks.node[group] as number;
  const first = tasks.allocate(event.count, group, taskKinds.member);
  tasks.node.fill(node, first, first + event.count);
  for (let index = 0; index < event.count; index += 1) tasks.order[first + index] = index;
  tasks.phase[group] = phases.running;
  tasks.startedAt[group] = event.at;
  tasks.first[group] = first;
  tasks.count[group] = event.count;
  tasks.pending[group] = event.count;
  if (event.items !== undefined) state.items.set(group, event.items);
  else {
    const each = state.index.nodes[node]?.each;
    if (each?.kind === "items" && Array.isArray(each.items))
      state.items.set(group, { kind: "list", list: each.items });
  }
  if (hasHooks(state, group)) state.agenda.push(group);
  const call = state.index.nodes[node]?.call;
  const parent = tasks.parent[group] as number;
  const isLate =
    call?.kind === "process" && state.index.startsLate[call.process] === true && !state.limits.has(parent);
  // Members that are bound only when there is room for them wait as one range.
  if (isLate) state.ready.push(first, event.count);
  else placeChildren(state, parent, first, event.count);
}

/** Folds task.opened: a region's block, a stage's members, the first attempt, a wait, or a request. */
export function openTask(state: RunState, event: EventOf<"task.opened">): void {
  const { tasks } = state;
  const task = event.task;
  enterTask(state, task);
  claimLocks(state, task);
  tasks.phase[task] = phases.running;
  tasks.startedAt[task] = event.at;
  if (tasks.kind[task] === taskKinds.stage) return openStage(state, task);
  tasks.process[task] = event.process;
  state.notBefore.delete(task);
  if (event.inputs !== undefined) state.inputs.set(task, event.inputs);
  const node = tasks.node[task] as number;
  if (node >= 0 && (state.index.nodes[node]?.hooks?.length ?? 0) > 0) state.agenda.push(task);
  if (tasks.kind[task] === taskKinds.entry) state.agenda.push(task);
  if (event.retried) {
    tasks.setFlag(task, taskFlags.retried);
    state.attempts.set(task, []);
    return startAttemptUnder(state, task, 0, event.at);
  }
  const region = state.index.regions[event.process];
  if (region !== undefined) return openRegion(state, task, region, event);
  const kind = state.index.plan.processes[event.process]?.body.kind;
  if (kind === "request" || kind === "listing") {
    state.requests.add(task);
  } else {
    const until = event.until ?? Infinity;
    state.waits.set(task, until);
    // A wait of no length needs no timer: it ends in the decision that opened it.
    if (until <= event.at) state.agenda.push(task);
    else state.timers.push(until, task);
  }
}

function openRegion(state: RunState, task: number, index: RegionIndex, event: EventOf<"task.opened">): void {
  const { tasks } = state;
  const { nodes, order } = index.region;
  const stages = order.kind === "stages" ? order.stages.length : 0;
  const first = tasks.allocate(nodes.length + stages, task, taskKinds.node);
  tasks.first[task] = first;
  tasks.count[task] = nodes.length + stages;
  if (event.limit !== undefined) {
    state.limits.set(task, { limit: event.limit, active: 0, held: new RangeQueue() });
  }
  for (let local = 0; local < nodes.length; local += 1) {
    const node = nodes[local];
    if (node?.each !== undefined) tasks.kind[first + local] = taskKinds.group;
    tasks.node[first + local] = index.nodeBase + local;
    tasks.pending[first + local] = node?.needs.length ?? 0;
  }
  if (order.kind === "stages") openStages(state, task, first + nodes.length, stages);
  else openGraph(state, task, index, event.targets);
}

function openStages(state: RunState, task: number, firstStage: number, stages: number): void {
  const { tasks } = state;
  for (let stage = 0; stage < stages; stage += 1) {
    tasks.kind[firstStage + stage] = taskKinds.stage;
    tasks.order[firstStage + stage] = stage;
  }
  tasks.pending[task] = stages;
  if (stages === 0) state.agenda.push(task);
  else fireChild(state, firstStage);
}

function openGraph(
  state: RunState,
  task: number,
  index: RegionIndex,
  targets: readonly number[] | undefined,
): void {
  const { tasks } = state;
  const size = index.region.nodes.length;
  const order = index.region.order;
  const fixed =
    order.kind === "graph" && Array.isArray(order.targets) ? (order.targets as readonly number[]) : undefined;
  const ends = targets ?? fixed;
  if (ends !== undefined) state.targets.set(task, ends);
  const needed = ends === undefined ? undefined : findNeeded(index, ends);
  const first = tasks.first[task] as number;
  let pending = size;
  for (let local = 0; local < size; local += 1) {
    if (needed !== undefined && needed[local] === 0) {
      tasks.pending[first + local] = excluded;
      pending -= 1;
    } else if (tasks.pending[first + local] === 0) fireChild(state, first + local);
  }
  tasks.pending[task] = pending;
  if (pending === 0) state.agenda.push(task);
}

/** 1 for every node that a target needs, itself included. */
function findNeeded(index: RegionIndex, targets: readonly number[]): Uint8Array {
  const needed = new Uint8Array(index.region.nodes.length);
  const stack = [...targets];
  for (let local = stack.pop(); local !== undefined; local = stack.pop()) {
    if (needed[local] === 1) continue;
    needed[local] = 1;
    for (const need of index.region.nodes[local]?.needs ?? []) stack.push(need);
  }
  return needed;
}

function openStage(state: RunState, stage: number): void {
  const { tasks } = state;
  const region = tasks.parent[stage] as number;
  const order = state.index.regions[tasks.process[region] as number]?.region.order;
  const members = order?.kind === "stages" ? (order.stages[tasks.order[stage] as number] ?? []) : [];
  const first = tasks.first[region] as number;
  // After a manual retry some members may have ended long ago, and others may be under way again.
  const open = members
    .map((local) => first + local)
    .filter((child) => !tasks.hasFlag(child, taskFlags.closed));
  tasks.pending[stage] = open.length;
  if (open.length === 0) state.agenda.push(stage);
  for (const child of open) {
    if (tasks.phase[child] === phases.waiting) fireChild(state, child);
    else enterTask(state, child);
  }
}

/** Makes the next attempt of a retried task. */
export function startAttemptUnder(state: RunState, owner: number, notBefore: number, at: number): void {
  const { tasks } = state;
  const attempts = state.attempts.get(owner) ?? [];
  const task = tasks.allocate(1, owner, taskKinds.attempt);
  tasks.node[task] = tasks.node[owner] as number;
  tasks.process[task] = tasks.process[owner] as number;
  tasks.order[task] = attempts.length;
  attempts.push(task);
  state.attempts.set(owner, attempts);
  enterTask(state, task);
  if (notBefore > at) {
    state.notBefore.set(task, notBefore);
    state.timers.push(notBefore, task);
  } else state.agenda.push(task);
}

/** Folds hook.started: one task that belongs to its owner (or to the run). */
export function startHook(state: RunState, event: EventOf<"hook.started">): void {
  const { tasks } = state;
  const task = tasks.allocate(1, event.owner, taskKinds.hook);
  if (event.owner >= 0) tasks.node[task] = tasks.node[event.owner] as number;
  tasks.order[task] = event.hook;
  const started = state.hooks.get(event.owner);
  if (started === undefined) state.hooks.set(event.owner, [task]);
  else started.push(task);
  state.hooksPending.set(event.owner, (state.hooksPending.get(event.owner) ?? 0) + 1);
  state.agenda.push(task);
}
