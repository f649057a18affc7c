/** The clock has moved: waits end, backoffs pass, deadlines fall due. */
import { hasEnded, phases } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import type { ReasonCode } from "../../model/run/values.ts";
import { callbackOfTimer } from "../evolve/callbacks.ts";
import { sendCallback } from "./callbacks.ts";
import { beginStop } from "./commands.ts";
import type { Decision } from "./decision.ts";

/** Takes every timer that is due. */
export function reachTime(decision: Decision): void {
  const { state, at } = decision;
  for (let task = state.timers.shiftDue(at); task !== undefined; task = state.timers.shiftDue(at)) {
    if (task < -1) sendCallback(decision, callbackOfTimer(task));
    else if (task < 0) reachRunDeadline(decision);
    else {
      reachTaskDeadline(decision, task);
      state.agenda.push(task);
    }
  }
}

function reachRunDeadline(decision: Decision): void {
  const { state, at } = decision;
  if (at < state.deadlineAt || state.ended !== undefined || state.stopping !== undefined) return;
  if (state.queued !== undefined) return;
  if (hasEnded(state.tasks.phase[0] as number)) return;
  beginStop(decision, { code: "deadline" }, true);
}

function reachTaskDeadline(decision: Decision, task: number): void {
  const { state, at } = decision;
  const deadline = state.deadlines.get(task);
  if (deadline === undefined || hasEnded(state.tasks.phase[task] as number)) return;
  if (at >= (deadline.deadlineAt ?? Infinity)) endLate(decision, findWorker(state, task), "timed-out");
  else if (at >= (deadline.startBy ?? Infinity) && state.tasks.phase[task] === phases.ready) {
    endLate(decision, task, "queue-timed-out");
  }
}

/** Who works for a task: the last attempt when it has retries, otherwise the task itself. */
function findWorker(state: RunState, task: number): number {
  return state.attempts.get(task)?.at(-1) ?? task;
}

/** Ends a leaf that took too long. One that runs is asked to end, and reports that itself. */
function endLate(decision: Decision, task: number, code: ReasonCode): void {
  const { state } = decision;
  if (state.running.has(task)) {
    decision.effects.push({ kind: "attempt.cancel", task, why: "timed-out", graceMs: 0 });
    return;
  }
  if (state.requests.has(task)) decision.effects.push({ kind: "request.cancel", task });
  const hasBegun = state.tasks.phase[task] === phases.running;
  const isOpenLeaf = state.waits.has(task) || state.requests.has(task);
  if (!hasEnded(state.tasks.phase[task] as number) && (isOpenLeaf || !hasBegun)) {
    decision.settle(task, phases.failed, { reason: { code } });
  }
}
