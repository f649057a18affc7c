/** The answer to a request: any 2xx is good, unless the template says what is. A listing is good in any case. */
import { unreachable } from "../../base/errors.ts";
import type { Process } from "../../model/plan/plan.ts";
import type { Response, RunInput } from "../../model/run/inputs.ts";
import { phases } from "../../model/run/phase.ts";
import { computeOutputs } from "../expand/bind.ts";
import { buildHttpRequest } from "../expand/order.ts";
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
  if ("listed" in response) return settleListing(decision, task, process, response.listed);
  orRefuse(decision, task, () => {
    const brought = { result: response.body, values: {}, files: {} };
    const verdict = judgeResponse(decision, task, process, response);
    if (!verdict.accepted) {
      const { source } = verdict;
      const asked = source === undefined ? {} : { source };
      const reason = { code: "response-refused" as const, message: String(response.statusCode), ...asked };
      return decision.settle(task, phases.failed, { reason, outputs: brought });
    }
    const results = computeOutputs(decision, process, createCalleeScope(state, decision.run, task), brought);
    decision.settle(task, phases.succeeded, results);
  });
}

/** Most of a listing's result, in characters of its text: it is kept in the history. */
const resultLengthAtMost = 4 * 1024 * 1024;

function settleListing(decision: Decision, task: number, process: Process, listed: readonly string[]): void {
  const { body } = process;
  if (body.kind !== "listing") return;
  orRefuse(decision, task, () => {
    const scope = createCalleeScope(decision.state, decision.run, task);
    const value = decision.resolve(body.result, { ...scope, listed });
    const result = typeof value === "string" ? value : JSON.stringify(value);
    if (result.length > resultLengthAtMost) {
      const message = `the list makes a result of ${result.length} characters, and ${resultLengthAtMost} are the most`;
      throw new Refusal({ code: "expression-failed", message });
    }
    const results = computeOutputs(decision, process, scope, { result, values: {}, files: {} });
    decision.settle(task, phases.succeeded, results);
  });
}

/** Whether the answer is good; `source` is the condition that decided, when there is one. */
function judgeResponse(
  decision: Decision,
  task: number,
  process: Process,
  response: Response,
): { readonly accepted: boolean; readonly source?: string } {
  if (process.body.kind !== "request") return unreachable(process.body as never);
  const { accept } = process.body;
  if (accept === undefined) return { accepted: response.statusCode >= 200 && response.statusCode < 300 };
  const request = buildHttpRequest(decision, task, process, findInputs(decision.state, task));
  const scope = { ...createCalleeScope(decision.state, decision.run, task), exchange: { request, response } };
  const answer = decision.evaluate(accept, scope);
  if (!answer.ok) throw new Refusal({ code: "expression-failed", message: answer.message });
  return { accepted: answer.value === true, source: answer.text ?? accept.source };
}
