/**
 * Event -> next state: the only place that builds state.
 *
 * E1. Total: every recorded event folds, and nothing is decided here.
 * E2. The work of one event is proportional to what it touches: a task, its parent, the siblings that wait for it.
 * E3. Whoever may have something to decide because of the event is put on the agenda.
 */
import { unreachable } from "../../base/errors.ts";
import { hasEnded, phases, taskKinds } from "../../model/run/phase.ts";
import type { RunEvent } from "../../model/run/events.ts";
import type { RunState } from "../../model/run/run-state.ts";
import { taskFlags } from "../../model/run/task-table.ts";
import { evolveCallback, isOfCallback } from "./callbacks.ts";
import { endTask, closeTask } from "./close.ts";
import {
  awakenLocks,
  claimLocks,
  putLocksToSleep,
  queueForLocks,
  releaseAllLocks,
  releaseLocks,
  wholeRun,
} from "./locks.ts";
import { dismissService, lapse, serve } from "./services.ts";
import { enterTask, expandTask, openTask, startAttemptUnder, startHook } from "./open.ts";
import { reopenRun } from "./reopen.ts";

/** Folds a list of events. */
export function evolveAll(state: RunState, events: Iterable<RunEvent>): void {
  for (const event of events) evolve(state, event);
}

/** Folds one event into the state. */
export function evolve(state: RunState, event: RunEvent): void {
  state.seq += 1;
  if (isOfCallback(event)) return evolveCallback(state, event);
  switch (event.kind) {
    case "run.created":
      state.createdAt = event.at;
      state.suspended = event.suspended;
      state.tasks.process[state.tasks.allocate(1, -1, taskKinds.entry)] = state.index.plan.entry;
      return;
    case "run.started":
      return evolveRunStarted(state, event);
    case "run.queued":
      return evolveRunQueued(state, event);
    case "run.admitted":
      return evolveRunAdmitted(state, event.at);
    case "run.suspended":
      return evolveSuspended(state, true);
    case "run.resumed":
      return evolveSuspended(state, false);
    case "run.stopping":
      return evolveRunStopping(state, event);
    case "run.ended":
      state.ended = event.phase;
      state.endReason = event.reason;
      state.endedAt = event.at;
      state.queued = undefined;
      return releaseAllLocks(state);
    case "run.retried":
      return reopenRun(state, event);
    case "task.expanded":
      return expandTask(state, event);
    case "task.queued":
      return evolveQueued(state, event);
    case "task.opened":
      return openTask(state, event);
    case "task.looked":
      return evolveLooked(state, event);
    case "task.missed":
      return evolveMissed(state, event.task);
    case "task.retried":
      return startAttemptUnder(state, event.task, event.notBefore, event.at);
    case "task.halted":
      return evolveHalted(state, event.task);
    case "task.skipped":
      return endWithoutRunning(state, event.task, event.at, phases.skipped, event);
    case "task.omitted":
      return endWithoutRunning(state, event.task, event.at, phases.omitted, event);
    case "task.supplied":
      return evolveSupplied(state, event);
    case "task.settled":
      return evolveSettled(state, event);
    case "task.closed":
      return closeTask(state, event.task);
    case "attempt.started":
      return evolveAttemptStarted(state, event);
    case "attempt.ended":
      return evolveAttemptEnded(state, event);
    case "attempt.ready":
      return serve(state, event.task);
    case "attempt.lapsed":
      return lapse(state, event.task);
    case "task.dismissed":
      return dismissService(state, event.task);
    case "hook.started":
      return startHook(state, event);
    default:
      unreachable(event);
  }
}

type EventOf<K extends RunEvent["kind"]> = Extract<RunEvent, { kind: K }>;

function evolveSuspended(state: RunState, suspended: boolean): void {
  state.suspended = suspended;
  if (suspended) putLocksToSleep(state);
  else awakenLocks(state);
}

function evolveRunQueued(state: RunState, event: EventOf<"run.queued">): void {
  state.queued = { reason: event.reason };
  if (event.locks !== undefined) queueForLocks(state, wholeRun, event.locks);
}

/** The time that a retried run waited is none of its own. */
function evolveRunAdmitted(state: RunState, at: number): void {
  state.queued = undefined;
  claimLocks(state, wholeRun);
  state.deadlineAt += at - state.startedAt;
  state.startedAt = at;
  state.timers.push(state.deadlineAt, -1);
  state.agenda.push(0);
}

function evolveRunStarted(state: RunState, event: EventOf<"run.started">): void {
  state.queued = undefined;
  claimLocks(state, wholeRun);
  state.startedAt = event.at;
  state.values = { ...event.values };
  state.labels = { ...event.labels };
  state.attemptsAtMost = event.attemptsAtMost ?? Infinity;
  state.deadlineAt = event.deadlineAt ?? Infinity;
  state.timers.push(state.deadlineAt, -1);
  state.agenda.push(0);
}

function evolveRunStopping(state: RunState, event: EventOf<"run.stopping">): void {
  state.stopping = { reason: event.reason, hooks: event.hooks };
  state.agenda.push(0);
  if (state.queued !== undefined) releaseLocks(state, wholeRun);
  state.queued = undefined;
  awakenLocks(state);
  // Whatever waits for a person, a time or a lock is asked once more, because nobody else will wake it.
  for (const task of state.waits.keys()) state.agenda.push(task);
  for (const task of state.requests) state.agenda.push(task);
  for (const task of state.notBefore.keys()) state.agenda.push(task);
  for (const { task, phase } of state.tickets.values())
    if (task >= 0 && phase === "waiting") state.agenda.push(task);
  for (const [task, memo] of state.memos) if (memo.state === "asked") state.agenda.push(task);
  for (const limit of state.limits.values())
    for (const range of limit.held.ranges()) state.agenda.push(range.first, range.count);
}

/** Everything in the region that has not begun is asked again, because it will not begin any more. */
function evolveHalted(state: RunState, region: number): void {
  const { tasks } = state;
  tasks.setFlag(region, taskFlags.halted);
  const first = tasks.first[region] as number;
  const count = tasks.count[region] as number;
  state.agenda.push(region);
  state.agenda.push(first, count);
  for (let child = first; child < first + count; child += 1) {
    if (tasks.kind[child] === taskKinds.group)
      state.agenda.push(tasks.first[child] as number, tasks.count[child] as number);
  }
}

function evolveQueued(state: RunState, event: EventOf<"task.queued">): void {
  const { tasks } = state;
  enterTask(state, event.task);
  tasks.phase[event.task] = phases.ready;
  tasks.process[event.task] = event.process;
  if (event.inputs !== undefined) state.inputs.set(event.task, event.inputs);
  if (event.deadlineAt !== undefined || event.startBy !== undefined) {
    state.deadlines.set(event.task, {
      ...(event.deadlineAt === undefined ? {} : { deadlineAt: event.deadlineAt }),
      ...(event.startBy === undefined ? {} : { startBy: event.startBy }),
    });
    state.timers.push(event.deadlineAt ?? Infinity, event.task);
    state.timers.push(event.startBy ?? Infinity, event.task);
  }
  if (event.locks !== undefined) queueForLocks(state, event.task, event.locks);
  state.agenda.push(event.task);
}

/** What asks for a kept result holds its locks already: another of the same key may be making that result. */
function evolveLooked(state: RunState, event: EventOf<"task.looked">): void {
  const { task, cache, key, ageAtMostMs } = event;
  claimLocks(state, task);
  const limit = ageAtMostMs === undefined ? {} : { ageAtMostMs };
  state.memos.set(task, { cache, key, ...limit, state: "asked" });
}

function evolveMissed(state: RunState, task: number): void {
  const memo = state.memos.get(task);
  if (memo !== undefined) state.memos.set(task, { ...memo, state: "missed" });
  state.agenda.push(task);
}

function evolveAttemptStarted(state: RunState, event: EventOf<"attempt.started">): void {
  const { tasks } = state;
  const task = event.task;
  enterTask(state, task);
  claimLocks(state, task);
  tasks.phase[task] = phases.running;
  tasks.startedAt[task] = event.at;
  if (event.process !== undefined) tasks.process[task] = event.process;
  if (event.inputs !== undefined) state.inputs.set(task, event.inputs);
  state.notBefore.delete(task);
  state.running.add(task);
  const node = tasks.node[task] as number;
  if (tasks.kind[task] === taskKinds.entry) state.agenda.push(task);
  else if (node >= 0 && (state.index.nodes[node]?.hooks?.length ?? 0) > 0) {
    state.agenda.push(tasks.kind[task] === taskKinds.attempt ? (tasks.parent[task] as number) : task);
  }
}

function evolveAttemptEnded(state: RunState, event: EventOf<"attempt.ended">): void {
  state.running.delete(event.task);
  if (state.served.delete(event.task)) lapse(state, event.task);
  state.tasks.phase[event.task] = event.phase;
  if (event.exitCode !== undefined) state.tasks.exitCode[event.task] = event.exitCode;
  if (event.outputs !== undefined) state.outputs.set(event.task, event.outputs);
  if (event.facts !== undefined) state.attemptFacts.set(event.task, event.facts);
  publish(state, event);
  endTask(state, event.task, event.at, event.reason);
}

function evolveSettled(state: RunState, event: EventOf<"task.settled">): void {
  const { tasks } = state;
  const task = event.task;
  if (hasEnded(tasks.phase[task] as number)) return;
  enterTask(state, task);
  if (event.process !== undefined) tasks.process[task] = event.process;
  if (event.inputs !== undefined) state.inputs.set(task, event.inputs);
  if (tasks.startedAt[task] === 0) tasks.startedAt[task] = event.at;
  tasks.phase[task] = event.phase;
  if (event.outputs !== undefined) state.outputs.set(task, event.outputs);
  else if (tasks.hasFlag(task, taskFlags.retried)) copyFromLastAttempt(state, task);
  if (event.exitCode !== undefined) tasks.exitCode[task] = event.exitCode;
  const memo = state.memos.get(task);
  if (memo?.state === "asked" && event.phase === phases.succeeded)
    state.memos.set(task, { ...memo, state: "hit" });
  publish(state, event);
  endTask(state, task, event.at, event.reason);
}

/** A retried task has the outputs and the exit code of its last attempt. */
function copyFromLastAttempt(state: RunState, task: number): void {
  const last = state.attempts.get(task)?.at(-1);
  if (last === undefined) return;
  const outputs = state.outputs.get(last);
  if (outputs !== undefined) state.outputs.set(task, outputs);
  state.tasks.exitCode[task] = state.tasks.exitCode[last] as number;
}

function endWithoutRunning(
  state: RunState,
  task: number,
  at: number,
  phase: number,
  event: EventOf<"task.skipped"> | EventOf<"task.omitted">,
): void {
  enterTask(state, task);
  state.tasks.startedAt[task] = at;
  state.tasks.phase[task] = phase;
  if (event.reason.code === "region-halted") markCutShort(state, task);
  endTask(state, task, at, event.reason);
}

/** What was kept from running is missing where it stands: its parent starts nothing more and cannot end well. */
function markCutShort(state: RunState, task: number): void {
  const { tasks } = state;
  if (tasks.kind[task] !== taskKinds.hook) tasks.setFlag(tasks.parent[task] as number, taskFlags.halted);
}

function evolveSupplied(state: RunState, event: EventOf<"task.supplied">): void {
  const before = state.outputs.get(event.task);
  state.outputs.set(event.task, {
    ...(before?.result === undefined ? {} : { result: before.result }),
    values: { ...before?.values, ...event.values },
    files: before?.files ?? {},
  });
  // The event has all that has been said of the wait.
  if (event.message !== undefined)
    state.reasons.set(event.task, { code: "set-by-user", message: event.message });
}

function publish(state: RunState, event: EventOf<"task.settled"> | EventOf<"attempt.ended">): void {
  if (event.published === undefined) return;
  Object.assign(state.publishedValues, event.published.values);
  Object.assign(state.publishedFiles, event.published.files);
}
