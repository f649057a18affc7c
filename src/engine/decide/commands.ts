/** What people ask of a run: suspend, resume, stop, terminate, and setting the end or the values of a wait. */
import { unreachable } from "../../base/errors.ts";
import type { RunInput } from "../../model/run/inputs.ts";
import { phases } from "../../model/run/phase.ts";
import type { Reason } from "../../model/run/values.ts";
import { defaultGraceMs } from "../expand/order.ts";
import { endWait, findUnsetOutput, joinNotes } from "./finish-wait.ts";
import type { Decision } from "./decision.ts";
import { isBelowHook } from "../expand/may-begin.ts";

type InputOf<K extends RunInput["kind"]> = Extract<RunInput, { kind: K }>;

export function suspendRun(decision: Decision): void {
  const { state } = decision;
  if (state.ended === undefined && !state.suspended)
    decision.record({ kind: "run.suspended", at: decision.at });
}

/**
 * Resumes the run and ends all its open waits well but those that lack a value; or, with tasks, ends just those waits.
 */
export function resumeRun(decision: Decision, input: InputOf<"run.resume">): void {
  const { state } = decision;
  if (state.ended !== undefined) return;
  if (input.tasks === undefined && state.suspended) decision.record({ kind: "run.resumed", at: decision.at });
  const open = [...state.waits.keys()].filter((task) => findUnsetOutput(state, task) === undefined);
  for (const task of input.tasks ?? open) {
    if (state.waits.has(task)) endWait(decision, task, input.message);
  }
}

/** Stops the run; or, with tasks, fails those waits. */
export function stopRun(decision: Decision, input: InputOf<"run.stop">): void {
  const { state } = decision;
  if (input.tasks === undefined)
    return beginStop(decision, { code: "stopped", ...message(input.message) }, true);
  for (const task of input.tasks) {
    if (!state.waits.has(task)) continue;
    const note = message(joinNotes(state, task, input.message));
    decision.settle(task, phases.failed, { reason: { code: "set-by-user", ...note } });
  }
}

export function terminateRun(decision: Decision): void {
  beginStop(decision, { code: "terminated" }, false);
}

/** Nothing new begins; what runs is asked to end. A terminate may follow a stop, not the other way round. */
export function beginStop(decision: Decision, reason: Reason, hooks: boolean): void {
  const { state } = decision;
  if (state.ended !== undefined) return;
  if (state.stopping !== undefined && (hooks || !state.stopping.hooks)) return;
  decision.record({ kind: "run.stopping", at: decision.at, reason, hooks });
  for (const task of state.running) {
    if (hooks && isBelowHook(state, task)) continue;
    decision.effects.push({
      kind: "attempt.cancel",
      task,
      why: "cancelled",
      graceMs: hooks ? defaultGraceMs : 0,
    });
  }
}

/** Gives a wait values, a message, an end, or several of these (Argo: `node set`). */
export function setTask(decision: Decision, input: InputOf<"task.set">): void {
  const { state } = decision;
  if (!state.waits.has(input.task)) return;
  const note = message(joinNotes(state, input.task, input.message));
  if (Object.keys(input.values).length > 0 || (input.phase === undefined && input.message !== undefined)) {
    decision.record({
      kind: "task.supplied",
      task: input.task,
      at: decision.at,
      values: input.values,
      ...(input.phase === undefined && input.message !== undefined ? note : {}),
    });
  }
  if (input.phase === undefined) return;
  const reason = { code: "set-by-user" as const, ...note };
  switch (input.phase) {
    case "succeeded":
      return endWait(decision, input.task, input.message);
    case "skipped":
      return decision.settle(input.task, phases.succeeded, { reason });
    case "failed":
      return decision.settle(input.task, phases.failed, { reason });
    case "errored":
      return decision.settle(input.task, phases.errored, { reason });
    default:
      unreachable(input.phase);
  }
}

function message(text: string | undefined): { message?: string } {
  return text === undefined ? {} : { message: text };
}
