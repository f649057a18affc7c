/**
 * Callbacks of a run: which are due when it has ended, and what the answer to one means.
 *
 * B1. What is owed is decided in the decision that ends the run, so whoever knows of the end knows of the callbacks.
 * B2. An order is computed once. All its tries are the same, and carry the same idempotency key.
 * B3. Of each callback one try is under way; an answer to an earlier one is ignored, also when it comes twice.
 * B4. A callback never changes how its run has ended.
 */
import type { Json } from "../../base/json.ts";
import type { Templated } from "../../model/plan/expression.ts";
import type { Callback, CallbackOrder, CallbackTries, StartOrder } from "../../model/plan/callback.ts";
import type { HttpRequest } from "../../model/plan/plan.ts";
import type { Effect } from "../../model/run/effects.ts";
import type { CallbackAnswer, Response, RunInput } from "../../model/run/inputs.ts";
import { phaseNames } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import type { Scope } from "../../model/run/scope.ts";
import { resolveTemplated } from "../expand/order.ts";
import { createScope } from "../expand/scope.ts";
import { Refusal } from "./decision.ts";
import type { Decision } from "./decision.ts";

/** The header by which a receiver knows a callback that it has had before. */
const keyHeader = "Idempotency-Key";

/** Longest wait that a receiver can ask for. */
const retryAfterAtMostMs = 24 * 60 * 60 * 1000;

/** The run has just ended: the callbacks that follow from it are owed from now on. */
export function oweCallbacks(decision: Decision): void {
  const { plan } = decision.state.index;
  (plan.callbacks ?? []).forEach((callback, index) => oweOne(decision, callback, index));
}

function oweOne(decision: Decision, callback: Callback, index: number): void {
  const { state, at } = decision;
  const number = state.callbacks.length;
  if (callback.ends?.some((end) => end === phaseNames[state.ended as number]) === false) return;
  const scope = createRunScope(decision);
  try {
    if (callback.condition !== undefined && !decision.resolve<boolean>(callback.condition, scope)) return;
    const order = resolveOrder(decision, callback, scope);
    decision.record({ kind: "callback.owed", at, callback: index, order });
    sendCallback(decision, number);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    decision.record({ kind: "callback.owed", at, callback: index });
    settle(decision, number, false, `it cannot be computed: ${error.message}`);
  }
}

function createRunScope(decision: Decision): Scope {
  return createScope(decision.state, decision.run, { region: -1, inputs: undefined, own: 0 });
}

function resolveOrder(decision: Decision, { order }: Callback, scope: Scope): CallbackOrder {
  const resolve = (template: unknown): unknown =>
    resolveTemplated(decision, template as Templated<Json>, scope);
  return order.kind === "request"
    ? { kind: "request", request: resolve(order.request) as HttpRequest }
    : { kind: "start", start: resolve(order.start) as StartOrder };
}

/** Sends a callback that is owed and whose time has come. */
export function sendCallback(decision: Decision, number: number): void {
  const effect = findCallbackEffect(decision.state, number, decision.at);
  if (effect !== undefined) decision.effects.push(effect);
}

/** The try that is owed at a time; undefined when there is none. */
export function findCallbackEffect(state: RunState, number: number, at: number): Effect | undefined {
  const owed = state.callbacks[number];
  if (owed?.order === undefined || owed.settled !== undefined || owed.notBefore > at) return undefined;
  const order = addKey(owed.order, `${state.runId}-${number}`);
  return { kind: "callback.send", number, tried: owed.tried, order };
}

/** A document may have a key of its own. */
function addKey(order: CallbackOrder, key: string): CallbackOrder {
  if (order.kind !== "request") return order;
  const { request } = order;
  if (request.headers.some(({ name }) => name.toLowerCase() === keyHeader.toLowerCase())) return order;
  const headers = [...request.headers, { name: keyHeader, value: key, secret: false }];
  return { kind: "request", request: { ...request, headers } };
}

/** What became of a try. */
export function takeCallbackAnswer(
  decision: Decision,
  input: Extract<RunInput, { kind: "callback.answered" }>,
): void {
  const { state } = decision;
  const { number, tried, answer } = input;
  const owed = state.callbacks[number];
  if (owed === undefined || owed.settled !== undefined || owed.tried !== tried) return;
  const callback = state.index.plan.callbacks?.[owed.callback];
  if (callback === undefined) return settle(decision, number, false, "the plan does not have it any more");
  const verdict = judge(decision, callback, owed.order, answer);
  if (verdict.kind !== "failed") return settle(decision, number, verdict.kind === "good", verdict.message);
  if (tried >= callback.tries.more) {
    const times = tried === 0 ? "once" : `${tried + 1} times`;
    return settle(decision, number, false, `${verdict.message}; tried ${times}`);
  }
  const waitMs = Math.max(computeDelay(callback.tries, tried), verdict.waitMs);
  decision.record({
    kind: "callback.retried",
    at: decision.at,
    number,
    notBefore: decision.at + waitMs,
    message: verdict.message,
  });
}

function settle(decision: Decision, number: number, delivered: boolean, message: string): void {
  decision.record({ kind: "callback.settled", at: decision.at, number, delivered, message });
}

interface Verdict {
  /** `failed`: it may be tried again. */
  readonly kind: "good" | "bad" | "failed";
  readonly message: string;
  /** What the receiver asked for. */
  readonly waitMs: number;
}

function judge(
  decision: Decision,
  callback: Callback,
  order: CallbackOrder | undefined,
  answer: CallbackAnswer,
): Verdict {
  if ("started" in answer) return { kind: "good", message: answer.started, waitMs: 0 };
  if ("refusal" in answer) return { kind: "bad", message: answer.refusal, waitMs: 0 };
  if ("problem" in answer) return { kind: "failed", message: answer.problem, waitMs: 0 };
  const message = `the receiver answered ${answer.statusCode}`;
  try {
    const isGood = isAccepted(decision, callback, order, answer);
    return { kind: isGood ? "good" : "failed", message, waitMs: isGood ? 0 : readRetryAfter(answer) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: "failed", message: `${message}: ${error.message}`, waitMs: 0 };
  }
}

/** Any 2xx, unless the document says what is good. */
function isAccepted(
  decision: Decision,
  { order: template }: Callback,
  order: CallbackOrder | undefined,
  response: Response,
): boolean {
  const accept = template.kind === "request" ? template.accept : undefined;
  if (accept === undefined || order?.kind !== "request")
    return response.statusCode >= 200 && response.statusCode < 300;
  const scope = { ...createRunScope(decision), exchange: { request: order.request, response } };
  return decision.resolve<boolean>(accept, scope);
}

/** RFC 9110, 10.2.3: seconds. A date is not followed, because the engine does not know the clock of the receiver. */
function readRetryAfter({ headers }: Response): number {
  const text = headers["Retry-After"]?.[0]?.trim() ?? "";
  return /^\d{1,9}$/u.test(text) ? Math.min(Number(text) * 1000, retryAfterAtMostMs) : 0;
}

/** The wait after the try with this number, from 0. */
export function computeDelay({ delayMs, factor, capMs }: CallbackTries, tried: number): number {
  return Math.min(delayMs * factor ** tried, capMs);
}
