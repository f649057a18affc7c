/** The annotation `millrace/callbacks` of the run, wherever it comes from: the document, its template, or whoever submits. */
import type { Callback, CallbackTries } from "../../../model/plan/callback.ts";
import { callbackStates, findCallbacks, readCallbackMs } from "../read/read-callbacks.ts";
import type { CallbackRetry, CallbackSpec, CallbackState, NextWorkflow } from "../read/read-callbacks.ts";
import { callbacksAnnotation } from "../read/read-callbacks.ts";
import type { TextMap } from "../read/types.ts";
import type { Expression } from "../../../model/plan/expression.ts";
import { lowerHttp } from "./lower-http.ts";
import type { LowerHttpText } from "./lower-http.ts";
import { dialects, intern, report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";

const noCallbacks: readonly Callback[] = [];

/** `place` is where annotations stand in the document, for problems that its check could not see. */
export function lowerCallbacks(desk: Lowering, annotations: TextMap, place: Place): readonly Callback[] {
  const found = findCallbacks(annotations);
  if (found === undefined) return noCallbacks;
  for (const { message, hint } of found.problems)
    report(desk, "error", "argo/bad-callback", `${callbacksAnnotation}: ${message}`, place, hint);
  if (found.problems.length > 0) return noCallbacks;
  return found.callbacks.map((spec) => lowerCallback(desk, spec, place));
}

function lowerCallback(desk: Lowering, spec: CallbackSpec, place: Place): Callback {
  const { name = "", when = [], expression = "", retryStrategy = {} } = spec;
  return {
    name,
    ...(when.length === 0 ? {} : { ends: listEnds(when) }),
    ...(expression === "" ? {} : { condition: intern(desk, dialects.expr, expression, "boolean") }),
    order: lowerOrder(desk, spec, place),
    tries: lowerTries(retryStrategy),
  };
}

/** `!Succeeded` is all but one; several of them are what is left. */
function listEnds(when: readonly string[]): NonNullable<Callback["ends"]> {
  const states = Object.keys(callbackStates) as CallbackState[];
  const wanted = when.filter((state) => !state.startsWith("!"));
  const kept = wanted.length === 0 ? states : states.filter((state) => wanted.includes(state));
  return kept.filter((state) => !when.includes(`!${state}`)).map((state) => callbackStates[state]);
}

function lowerOrder(
  desk: Lowering,
  { name = "", http, workflow }: CallbackSpec,
  place: Place,
): Callback["order"] {
  const text: LowerHttpText = (source) => lowerMessage(desk, source);
  if (workflow !== undefined) return { kind: "start", start: lowerNext(workflow, text) };
  const { method, body, bodyFrom, ...rest } = http ?? {};
  const isPost = method === undefined || method === "" || /^post$/iu.test(method);
  const isEmpty = (body === undefined || body === "") && bodyFrom === undefined;
  const full = {
    ...rest,
    method: isPost ? "POST" : method,
    ...(bodyFrom === undefined ? {} : { bodyFrom }),
    ...(body === undefined ? {} : { body }),
    ...(isPost && isEmpty ? withUsualBody(name, rest.headers) : {}),
  };
  const { request, accept } = lowerHttp(desk, full, place, text);
  // A receiver that has moved must not be taken for one that has got it.
  return {
    kind: "request",
    request: { ...request, keepsMethod: true },
    ...(accept === undefined ? {} : { accept }),
  };
}

/** What a receiver gets that was not told what to send: what has ended, and how. */
function withUsualBody(
  callback: string,
  headers: NonNullable<CallbackSpec["http"]>["headers"] = [],
): Pick<NonNullable<CallbackSpec["http"]>, "body" | "headers"> {
  const fields = {
    callback: JSON.stringify(callback),
    name: "{{=toJson(workflow.name)}}",
    uid: "{{=toJson(workflow.uid)}}",
    namespace: "{{=toJson(workflow.namespace)}}",
    status: "{{=toJson(workflow.status)}}",
    duration: "{{workflow.duration}}",
    parameters: "{{workflow.parameters.json}}",
    failures: "{{=toJson(sprig.fromJson(sprig.fromJson(workflow.failures)) ?? [])}}",
  };
  const body = Object.entries(fields).map(([field, text]) => `${JSON.stringify(field)}: ${text}`);
  const isTyped = headers.some((header) => header.name?.toLowerCase() === "content-type");
  const type = { name: "Content-Type", value: "application/json" };
  return { body: `{${body.join(", ")}}`, headers: isTyped ? headers : [...headers, type] };
}

function lowerNext(
  { workflowTemplateRef, arguments: given, payload }: NextWorkflow,
  text: LowerHttpText,
): Extract<Callback["order"], { kind: "start" }>["start"] {
  const kind = workflowTemplateRef?.clusterScope === true ? "ClusterWorkflowTemplate" : "WorkflowTemplate";
  return {
    definition: text(`${kind}/${workflowTemplateRef?.name ?? ""}`),
    parameters: (given?.parameters ?? []).map(({ name = "", value = "" }) => ({ name, value: text(value) })),
    ...(payload === undefined ? {} : { payload: text(payload) }),
  };
}

function lowerMessage(desk: Lowering, source: string): string | Expression {
  return source.includes("{{") ? intern(desk, dialects.message, source, "text") : source;
}

/** Five more tries, after 10 s, 20 s, 40 s and so on, unless the document says otherwise. */
function lowerTries({ limit, backoff = {} }: CallbackRetry): CallbackTries {
  const { duration, factor, cap } = backoff;
  const delayMs = readCallbackMs(duration ?? "10s") ?? 0;
  return {
    more: limit === undefined ? 5 : Number(limit),
    delayMs,
    factor: factor === undefined ? 2 : Number(factor),
    capMs: Math.max(readCallbackMs(cap ?? "1h") ?? 0, 0),
  };
}
