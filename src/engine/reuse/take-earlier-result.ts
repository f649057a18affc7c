/**
 * Results of an earlier run: a task that the evaluator knows from there is settled with them and does not run.
 * Its outputs are published like those of one that ran; its hooks do not run again.
 */
import type { Process } from "../../model/plan/plan.ts";
import { phases } from "../../model/run/phase.ts";
import type { Inputs } from "../../model/run/values.ts";
import type { Decision } from "../decide/decision.ts";
import { computeOutputs } from "../expand/bind.ts";
import { createCalleeScope } from "../expand/scope.ts";

/** Settles a bound leaf with what an earlier run made of it; false when there is nothing to take. Throws Refusals. */
export function takeEarlierResult(
  decision: Decision,
  task: number,
  number: number,
  inputs: Inputs | undefined,
): boolean {
  const { state, evaluator } = decision;
  const process = state.index.plan.processes[number] as Process;
  // What is needed of a service is that it runs, and no earlier run can give that.
  if (process.body.kind !== "task" || process.policy.service === true) return false;
  const earlier = evaluator.findReused?.(state, task);
  if (earlier === undefined) return false;
  const scope = { ...createCalleeScope(state, decision.run, task), inputs };
  const results = computeOutputs(decision, process, scope, earlier.outputs);
  const bound = inputs === undefined ? {} : { inputs };
  const reason = { code: "reused", message: earlier.message } as const;
  decision.settle(task, phases.succeeded, { process: number, ...bound, ...results, reason });
  return true;
}
