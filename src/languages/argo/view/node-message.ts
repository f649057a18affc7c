/** Messages of nodes and of the run. */
import { limitOf, listObstacles } from "../../../model/run/lock-board.ts";
import { isBad, phases, taskKinds } from "../../../model/run/phase.ts";
import type { RunState } from "../../../model/run/run-state.ts";
import type { Reason } from "../../../model/run/values.ts";
import { describeReason } from "./describe-reason.ts";
import { nodeId, nodeName } from "./node-names.ts";
import { findProcess, isRefused, isStaged, isTakenOver, listChildren } from "./tree.ts";

/** The ticket of a run as a whole. */
const wholeRun = -1;

/** Message of a task; empty when there is none. */
export function nodeMessage(state: RunState, task: number): string {
  if (state.tasks.phase[task] === phases.ready) return describeWaiting(state, task);
  const reason = state.reasons.get(task);
  if (reason === undefined) return "";
  if (reason.code === "child-failed") return describeChild(state, task, reason);
  const isLeaf = findProcess(state, task)?.body.kind === "task" && !state.attempts.has(task);
  if (isLeaf && (reason.code === "stopped" || reason.code === "terminated")) {
    return `workflow shutdown with strategy:  ${reason.code === "stopped" ? "Stop" : "Terminate"}`;
  }
  return describeReason(reason, { id: (other) => nodeId(state, other) });
}

/**
 * A child whose references could not be resolved never became a node of its own in Argo: its message is the parent's.
 * Otherwise a dag says nothing about its failed children, while steps and their groups do (Argo, executeStepGroup).
 */
function describeChild(state: RunState, task: number, reason: Reason): string {
  const child = reason.task === undefined ? undefined : findUnresolved(state, reason.task);
  if (child !== undefined) return child;
  return isOfSteps(state, task)
    ? describeReason(reason, { id: (other) => nodeId(state, findBlamed(state, other)) })
    : "";
}

/** In steps a fan-out is no node of its own: the first of its members that ended badly is blamed. */
function findBlamed(state: RunState, child: number): number {
  const { tasks } = state;
  if (tasks.kind[child] !== taskKinds.group || !isStaged(state, tasks.parent[child] ?? -1)) return child;
  return listChildren(state, child).find((member) => isBad(tasks.phase[member] ?? 0)) ?? child;
}

function findUnresolved(state: RunState, child: number): string | undefined {
  const reason = state.reasons.get(child);
  if (reason?.code === "expression-failed") return reason.message;
  if (isRefused(state, child) && isStaged(state, state.tasks.parent[child] ?? -1)) {
    return `step group deemed errored due to child ${nodeName(state, child)} error: ${nodeMessage(state, child)}`;
  }
  // A fan-out is blamed for its members.
  if (
    reason?.code !== "child-failed" ||
    reason.task === undefined ||
    state.tasks.kind[child] !== taskKinds.group
  )
    return undefined;
  const member = state.reasons.get(reason.task);
  return member?.code === "expression-failed" ? member.message : undefined;
}

function isOfSteps(state: RunState, task: number): boolean {
  return state.tasks.kind[task] === taskKinds.stage || isStaged(state, task) || isStagedRetry(state, task);
}

function isStagedRetry(state: RunState, task: number): boolean {
  const body = findProcess(state, task)?.body;
  return body?.kind === "region" && body.region.order.kind === "stages";
}

/** Which lock a queued task, or the run as a whole (-1), waits for (Argo, workflow/sync/semaphore.go, checkAcquire). */
function describeWaiting(state: RunState, task: number): string {
  const ticket = state.tickets.get(task);
  // Who could take its locks now waits for something else, such as room.
  if (ticket === undefined || ticket.phase === "asleep" || state.locks.mayClaim(ticket)) return "";
  const lock = listObstacles(ticket)[0] ?? ticket.wishes[0]?.lock;
  if (lock === undefined) return "";
  const limit = limitOf(lock);
  // Without a limit only those who stand before it can keep it waiting.
  const status = limit === Infinity ? "" : ` Lock status: ${limit - lock.used}/${limit}`;
  return `Waiting for ${lock.key} lock.${status}`;
}

const phaseWords = [
  "Pending",
  "Pending",
  "Running",
  "Succeeded",
  "Failed",
  "Error",
  "Skipped",
  "Omitted",
] as const;

/** Argo's word for a phase of a node. */
export function phaseWord(phase: number): string {
  return phaseWords[phase] ?? "Pending";
}

/** Phase of a node in Argo's words. A group of steps with a child that could not begin is an error itself. */
export function nodePhase(state: RunState, task: number): string {
  const { tasks } = state;
  const phase = tasks.phase[task] ?? phases.waiting;
  if (isTakenOver(state, task)) return phaseWord(phases.skipped);
  if (tasks.kind[task] !== taskKinds.stage || phase !== phases.failed) return phaseWord(phase);
  const blamed = state.reasons.get(task)?.task;
  if (blamed === undefined) return phaseWord(phase);
  const member = tasks.kind[blamed] === taskKinds.group ? state.reasons.get(blamed)?.task : undefined;
  return phaseWord(isRefused(state, member ?? blamed) ? phases.errored : phase);
}

/** Phase and message of the run. */
export function describeOutcome(state: RunState): { readonly phase: string; readonly message: string } {
  if (state.ended === undefined && (state.startedAt === 0 || state.queued !== undefined))
    return { phase: "Pending", message: describeRunWait(state) };
  if (state.ended === undefined) return { phase: "Running", message: "" };
  const reason = state.endReason;
  const message = reason === undefined ? "" : describeRunReason(state, reason);
  return { phase: phaseWord(state.ended), message };
}

/** A run that exists and may not begin waits for its locks, or for a place among the runs. */
function describeRunWait(state: RunState): string {
  if (state.queued === undefined) return "";
  return state.tickets.has(wholeRun) ? describeWaiting(state, wholeRun) : describeReason(state.queued.reason);
}

function describeRunReason(state: RunState, reason: Reason): string {
  if (reason.code === "child-failed") return describeChild(state, 0, reason);
  return describeReason(reason, { id: (other) => nodeId(state, other) });
}
