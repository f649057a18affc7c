/** The answer to a request: any 2xx is good, unless the template says what is. A listing is good in any case. */
import { unreachable } from "../../base/errors.ts";
import type { Expression } from "../../model/plan/expression.ts";
import { isObjectRequest } from "../../model/plan/plan.ts";
import type { Process } from "../../model/plan/plan.ts";
import type { Response, RunInput } from "../../model/run/inputs.ts";
import { phases } from "../../model/run/phase.ts";
import type { Scope } from "../../model/run/scope.ts";
import type { Reason } from "../../model/run/values.ts";
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
  if ("listed" in response) return settleListing(decision, task, process, response.listed);
  orRefuse(decision, task, () => {
    const request = buildRequest(decision, task, process, findInputs(state, task));
    const scope = { ...createCalleeScope(state, decision.run, task), exchange: { request, response } };
    const isObject = isObjectRequest(request);
    const verdict = judgeResponse(decision, process, response, scope, isObject && request.isWatched);
    if (verdict.kind === "undecided") return;
    if (isObject && request.isWatched) decision.effects.push({ kind: "request.cancel", task });
    const brought = isObject ? undefined : { result: response.body, values: {}, files: {} };
    if (verdict.kind === "refused") {
      const outputs = brought === undefined ? {} : { outputs: brought };
      return decision.settle(task, phases.failed, { reason: verdict.reason, ...outputs });
    }
    decision.settle(task, phases.succeeded, computeOutputs(decision, process, scope, brought));
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

type Verdict =
  | { readonly kind: "accepted" }
  | { readonly kind: "refused"; readonly reason: Reason }
  /** The object may become what is wanted. */
  | { readonly kind: "undecided" };

/** What an answer means; a refusal names the condition that decided, when there is one. */
function judgeResponse(
  decision: Decision,
  process: Process,
  response: Response,
  scope: Scope,
  isWatched: boolean,
): Verdict {
  if (process.body.kind !== "request") return unreachable(process.body as never);
  const { accept, refuse, request } = process.body;
  const isGood = response.statusCode >= 200 && response.statusCode < 300;
  if (isObjectRequest(request)) {
    if (!isGood) return { kind: "refused", reason: { code: "request-refused", message: response.body } };
    if (refuse !== undefined && holds(decision, refuse, scope).value)
      return { kind: "refused", reason: { code: "object-refused", message: refuse.source } };
    if (accept === undefined || holds(decision, accept, scope).value) return { kind: "accepted" };
    if (isWatched) return { kind: "undecided" };
  }
  if (accept === undefined && isGood) return { kind: "accepted" };
  const answer = accept === undefined ? undefined : holds(decision, accept, scope);
  if (answer?.value === true) return { kind: "accepted" };
  const asked = answer === undefined ? {} : { source: answer.source };
  return {
    kind: "refused",
    reason: { code: "response-refused", message: String(response.statusCode), ...asked },
  };
}

function holds(
  decision: Decision,
  condition: Expression,
  scope: Scope,
): { readonly value: boolean; readonly source: string } {
  const answer = decision.evaluate(condition, scope);
  if (!answer.ok) throw new Refusal({ code: "expression-failed", message: answer.message });
  return { value: answer.value === true, source: answer.text ?? condition.source };
}
