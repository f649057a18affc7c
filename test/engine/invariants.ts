/**
 * What must hold after every decision. A shadow of the run folds nothing but its events:
 * it must equal the run's own state, and each event must be one that the table of transitions allows.
 */
import assert from "node:assert/strict";
import type { Decided } from "../../src/engine/decide/decide.ts";
import { evolve } from "../../src/engine/evolve/evolve.ts";
import { countPlaces } from "../../src/engine/owed.ts";
import { isCountedService } from "../../src/engine/evolve/close.ts";
import { findRegion } from "../../src/engine/evolve/limits.ts";
import { isBelowHook, listLapsed } from "../../src/engine/expand/may-begin.ts";
import type { RunEvent } from "../../src/model/run/events.ts";
import { phaseNames, phases, taskKinds, transitions } from "../../src/model/run/phase.ts";
import { createRunState } from "../../src/model/run/run-state.ts";
import type { RunState } from "../../src/model/run/run-state.ts";
import { taskFlags } from "../../src/model/run/task-table.ts";
import { printEvent } from "./print-run.ts";
import type { Puppet } from "./puppet.ts";

/** Makes a check to run after each decision of one puppet. */
export function createWatch(): (puppet: Puppet, decided: Decided) => void {
  let shadow: RunState | undefined;
  let seen = 0;
  return (puppet, decided) => {
    if (shadow === undefined || puppet.history.length - decided.events.length !== seen) {
      shadow = createRunState(puppet.index, "r1", "run");
      for (const event of puppet.history.slice(0, puppet.history.length - decided.events.length))
        evolve(shadow, event);
    }
    for (const event of decided.events) checkEvent(shadow, event);
    seen = puppet.history.length;
    assert.deepEqual(snapshot(shadow), snapshot(puppet.state), "a replay of the events gives the same state");
    checkBounds(puppet.state);
  };
}

function checkEvent(state: RunState, event: RunEvent): void {
  if ("task" in event) checkBegin(state, event);
  const before = state.tasks.phase.slice(0, state.tasks.size);
  evolve(state, event);
  before.forEach((from, task) => {
    const to = state.tasks.phase[task] as number;
    const isOwn = "task" in event && event.task === task;
    const kind = event.kind === "run.retried" ? "task.reset" : event.kind;
    if (from === to && !isOwn) return;
    if (isOwn && !transitions.some((row) => row.event === kind))
      return assert.equal(to, from, printEvent(state, event));
    const isAllowed = transitions.some(
      (row) => row.event === kind && row.from.includes(nameOf(from)) && row.to.includes(nameOf(to)),
    );
    assert.ok(isAllowed, `${nameOf(from)} -> ${nameOf(to)} by ${printEvent(state, event)}`);
    assert.ok(
      isOwn || kind === "task.reset",
      `an event changes only its own task: ${printEvent(state, event)}`,
    );
  });
}

function nameOf(phase: number): (typeof phaseNames)[number] {
  return phaseNames[phase] ?? "waiting";
}

/** A task begins only when its needs have closed, and after a stop only below a hook. */
function checkBegin(state: RunState, event: RunEvent & { readonly task: number }): void {
  const { tasks } = state;
  const { task } = event;
  const begins = ["task.queued", "task.opened", "task.expanded", "attempt.started"].includes(event.kind);
  const isFirst = tasks.phase[task] === phases.waiting;
  if (!begins && !(event.kind === "task.settled" && isFirst)) return;
  const what = (): string => printEvent(state, event);
  if (begins && state.stopping !== undefined)
    assert.ok(state.stopping.hooks && isBelowHook(state, task), `after a stop: ${what()}`);
  if (begins) assert.ok(!state.suspended || state.stopping !== undefined, `while suspended: ${what()}`);
  const kind = tasks.kind[task];
  const parent = tasks.parent[task] as number;
  if (begins && parent >= 0 && kind !== taskKinds.hook)
    assert.equal(tasks.phase[parent], phases.running, `in something dead: ${what()}`);
  if (begins && kind === taskKinds.member) checkPlace(state, task, event);
  if (kind !== taskKinds.node && kind !== taskKinds.group) return;
  const region = tasks.parent[task] as number;
  const first = tasks.first[region] as number;
  for (const need of state.index.nodes[tasks.node[task] as number]?.needs ?? []) {
    const isDone = tasks.hasFlag(first + need, taskFlags.closed) || isCountedService(state, first + need);
    assert.ok(isDone, `before its needs: ${what()}`);
  }
  if (begins && isFirst) assert.deepEqual(listLapsed(state, task), [], `without its services: ${what()}`);
  if (begins && kind === taskKinds.node) checkPlace(state, task, event);
  if (begins && isFirst) assert.ok(!tasks.hasFlag(region, taskFlags.halted), `in a halted region: ${what()}`);
  const index = state.index.regions[tasks.process[region] as number];
  if (index?.region.order.kind !== "stages") return;
  const stage = first + index.region.nodes.length + (index.stageOf[task - first] as number);
  assert.equal(tasks.phase[stage], phases.running, `outside its stage: ${what()}`);
}

/** In a region with a limit, whoever begins has a place. */
function checkPlace(state: RunState, task: number, event: RunEvent): void {
  const region = findRegion(state, task);
  if (!state.limits.has(region)) return;
  assert.ok(state.tasks.hasFlag(task, taskFlags.counted), `without a place: ${printEvent(state, event)}`);
}

/** Whether a task lies in its parent's present block, and a member's fan-out in that of its region. */
function isInBlocks(state: RunState, task: number): boolean {
  const { tasks } = state;
  const parent = tasks.parent[task] as number;
  const first = tasks.first[parent] as number;
  if (task < first || task >= first + (tasks.count[parent] as number)) return false;
  return tasks.kind[task] !== taskKinds.member || isInBlocks(state, parent);
}

function checkBounds(state: RunState): void {
  const { tasks } = state;
  const places = countPlaces(state);
  assert.ok(places <= state.attemptsAtMost, "more attempts than the run allows");
  checkServices(state);
  for (const [key, lock] of state.locks) {
    assert.ok(lock.holders.size <= lock.limit, `lock ${key} has too many holders`);
    for (const holder of lock.holders)
      assert.equal(tasks.phase[holder], phases.running, `a holder of ${key} does not run`);
    assert.equal(new Set(lock.waiting).size, lock.waiting.length, `somebody waits twice for ${key}`);
  }
  const counted = new Map<number, number>();
  for (let task = 0; task < tasks.size; task += 1) {
    const parent = tasks.parent[task] as number;
    // What waited in a block that has been left behind keeps its mark for ever, and it means nothing.
    const isDead = parent >= 0 && !isInBlocks(state, task);
    if (!tasks.hasFlag(task, taskFlags.counted) || isDead) continue;
    const region = tasks.kind[task] === taskKinds.member ? (tasks.parent[parent] as number) : parent;
    counted.set(region, (counted.get(region) ?? 0) + 1);
  }
  for (const [region, limit] of state.limits) {
    if (tasks.phase[region] === phases.running)
      assert.equal(limit.active, counted.get(region) ?? 0, "a limit counts what has a place");
    assert.ok(limit.active <= limit.limit, "more active children than the region allows");
  }
}

/** What serves also runs, in something that is under way; what is kept as a service has not closed. */
function checkServices(state: RunState): void {
  const { tasks } = state;
  for (const task of state.served) assert.ok(state.running.has(task), "a service served and does not run");
  for (const task of state.serving) assert.ok(state.served.has(task), "a service serves and never did");
  for (const [region, services] of state.services) {
    assert.ok(services.size > 0, "a region keeps an empty list of services");
    for (const task of services) {
      assert.ok(!tasks.hasFlag(task, taskFlags.closed), "a closed service is kept");
      if (region >= 0)
        assert.equal(tasks.phase[region], phases.running, "a region ended before its services");
    }
  }
  for (const [region, down] of state.down) {
    assert.ok(down.size > 0, "a region keeps an empty list of services that are down");
    for (const task of down)
      assert.ok(state.services.get(region)?.has(task), "what is down is no service of its region");
  }
  for (const task of state.dismissed)
    assert.ok(isCountedService(state, task), "something was dismissed that is no service under way");
  if (state.ended !== undefined) assert.equal(state.running.size, 0, "the run ended before its attempts");
}

/** Everything in a state that its events determine. The agenda, the ready queue and the timers may hold stale entries. */
export function snapshot(state: RunState): unknown {
  const { tasks, limits } = state;
  const hidden = new Set(["tasks", "limits", "agenda", "ready", "timers", "index"]);
  const rest = Object.fromEntries(Object.entries(state).filter(([name]) => !hidden.has(name)));
  const columns = Object.entries(tasks).map(([name, column]) => [
    name,
    typeof column === "number" ? column : (column as Int32Array).slice(0, tasks.size),
  ]);
  return {
    ...rest,
    columns: Object.fromEntries(columns),
    limits: [...limits].map(([region, limit]) => [
      region,
      limit.limit,
      limit.active,
      [...limit.held.ranges()],
    ]),
  };
}
