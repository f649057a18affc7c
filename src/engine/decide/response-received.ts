/** The answer to a request: any 2xx is good, unless the template says what is. */
import { unreachable } from "../../base/errors.ts";
import type { Process } from "../../model/plan/plan.ts";
import type { RunInput } from "../../model/run/inputs.ts";
import { phases } from "../../model/run/phase.ts";
import { computeOutputs } from "../expand/bind.ts";
import { buildRequest } from "../expand/order.ts";
import { createCalleeScope, findInputs } from "../expand/scope.ts";
import { Refusal, orRefuse } from "./decision.ts";
import type { Decision } from "./decision.ts";

type Received = Extract<RunInput, { kind: "response.received" }>;

/** Settles a request; an answer to a request that is no longer open is ignored. */
export function receiveResponse(decision: Decision, input: Received): void {
  const { state } = decision;
  const { task, response } = input;
  if (!state.requests.has(task)) return;
  if ("problem" in response) {
    return decision.settle(task, phases.errored, {
      reason: { code: "request-failed", message: response.problem },
    });
  }
  const process = state.index.plan.processes[state.tasks.process[task] as number] as Process;
  orRefuse(decision, task, () => {
    const brought = { result: response.body, values: {}, files: {} };
    if (!isAccepted(decision, task, process, response)) {
      const reason = { code: "response-refused" as const, message: String(response.statusCode) };
      return decision.settle(task, phases.failed, { reason, outputs: brought });
    }
    const results = computeOutputs(decision, process, createCalleeScope(state, decision.run, task), brought);
    decision.settle(task, phases.succeeded, results);
  });
}

function isAccepted(
  decision: Decision,
  task: number,
  process: Process,
  response: Exclude<Received["response"], { problem: string }>,
): boolean {
  if (process.body.kind !== "request") return unreachable(process.body as never);
  if (process.body.accept === undefined) return response.statusCode >= 200 && response.statusCode < 300;
  const request = buildRequest(decision, task, process, findInputs(decision.state, task));
  const scope = { ...createCalleeScope(decision.state, decision.run, task), exchange: { request, response } };
  const answer = decision.evaluate(process.body.accept, scope);
  if (!answer.ok) throw new Refusal({ code: "expression-failed", message: answer.message });
  return answer.value === true;
}
