/** The clock has moved: waits end, backoffs pass, deadlines fall due. */
import { hasEnded, phases } from "../../model/run/phase.ts";
import { beginStop } from "./commands.ts";
import type { Decision } from "./decision.ts";

/** Takes every timer that is due. */
export function reachTime(decision: Decision): void {
  const { state, at } = decision;
  for (let task = state.timers.shiftDue(at); task !== undefined; task = state.timers.shiftDue(at)) {
    if (task < 0) reachRunDeadline(decision);
    else if (state.deadlines.has(task)) reachTaskDeadline(decision, task);
    else state.agenda.push(task);
  }
}

function reachRunDeadline(decision: Decision): void {
  const { state, at } = decision;
  if (at < state.deadlineAt || state.ended !== undefined || state.stopping !== undefined) return;
  if (hasEnded(state.tasks.phase[0] as number)) return;
  beginStop(decision, { code: "deadline" }, true);
}

function reachTaskDeadline(decision: Decision, task: number): void {
  const { state, at } = decision;
  const deadline = state.deadlines.get(task);
  const phase = state.tasks.phase[task] as number;
  if (hasEnded(phase)) return;
  if (at >= (deadline?.deadlineAt ?? Infinity)) {
    if (state.running.has(task)) decision.effects.push({ kind: "attempt.cancel", task, why: "timed-out", graceMs: 0 });
    else if (phase === phases.ready) decision.settle(task, phases.failed, { reason: { code: "timed-out" } });
    return;
  }
  if (phase === phases.ready && at >= (deadline?.startBy ?? Infinity)) {
    decision.settle(task, phases.failed, { reason: { code: "queue-timed-out" } });
  }
}
