/** The end of a wait: its outputs are what was supplied, completed with defaults. */
import type { Process } from "../../model/plan/plan.ts";
import type { RunState } from "../../model/run/run-state.ts";
import { phases } from "../../model/run/phase.ts";
import { computeOutputs } from "../expand/bind.ts";
import { createCalleeScope } from "../expand/scope.ts";
import { orRefuse } from "./decision.ts";
import type { Decision } from "./decision.ts";

/** Name of a value that a wait must give back, has no default for, and was not supplied with; undefined when it can end. */
export function findUnsetOutput(state: RunState, task: number): string | undefined {
  const process = state.index.plan.processes[state.tasks.process[task] ?? -1];
  const values = state.outputs.get(task)?.values ?? {};
  return process?.outputs.find(
    (output) =>
      output.from.kind === "supplied" && output.default === undefined && !Object.hasOwn(values, output.name),
  )?.name;
}

/** What people have said of a wait, with what is said now behind it (Argo joins messages so); undefined when that is nothing. */
export function joinNotes(state: RunState, task: number, message: string | undefined): string | undefined {
  const before = state.reasons.get(task)?.message;
  return before === undefined || message === undefined ? (message ?? before) : `${before}; ${message}`;
}

/** Ends a wait well; it ends badly when a value that must be supplied was not. */
export function endWait(decision: Decision, task: number, message?: string): void {
  const { state } = decision;
  const process = state.index.plan.processes[state.tasks.process[task] as number] as Process;
  orRefuse(decision, task, () => {
    const scope = createCalleeScope(state, decision.run, task);
    const results = computeOutputs(decision, process, scope, state.outputs.get(task));
    const note = joinNotes(state, task, message);
    const reason = note === undefined ? {} : { reason: { code: "set-by-user" as const, message: note } };
    decision.settle(task, phases.succeeded, { ...results, ...reason });
  });
}
