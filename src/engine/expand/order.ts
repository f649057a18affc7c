/** From a task's template to the order for an executor: every expression in it is replaced by its value. */
import type { Json } from "../../base/json.ts";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import { isExpression } from "../../model/plan/expression.ts";
import { isObjectRequest } from "../../model/plan/plan.ts";
import type {
  FileValue,
  HttpRequest,
  ListingRequest,
  ObjectRequest,
  Process,
  TaskInput,
  TaskTemplate,
} from "../../model/plan/plan.ts";
import type { Templated } from "../../model/plan/expression.ts";
import type { AttemptInput, AttemptOrder } from "../../model/run/attempt.ts";
import { taskKinds } from "../../model/run/phase.ts";
import type { Scope } from "../../model/run/scope.ts";
import { Refusal } from "../decide/decision.ts";
import type { Decision } from "../decide/decision.ts";
import { nameAttempt } from "../../model/run/attempt-name.ts";
import type { Inputs } from "../../model/run/values.ts";
import { createCalleeScope } from "./scope.ts";

/** Time between the polite and the forced end when a template does not say. */
export const defaultGraceMs = 5_000;

/** The id of a task's current try. */
function attemptIdOf({ state }: Decision, task: number): string {
  return `${state.runId}/${nameAttempt(state, task)}`;
}

/** Builds the order of a bound task. Throws Refusals. */
export function buildOrder(
  decision: Decision,
  task: number,
  process: Process,
  inputs: Inputs | undefined,
): AttemptOrder {
  if (process.body.kind !== "task")
    throw new Refusal({ code: "unknown-process", message: `${process.id} is no task` });
  const template = process.body.task;
  const scope = { ...createCalleeScope(decision.state, decision.run, task, template), inputs };
  const { inputs: laid, ...rest } = template;
  const resolved = resolveTemplated(decision, rest as unknown as Templated<Json>, scope) as unknown as Omit<
    AttemptOrder,
    "attemptId" | "runId" | "taskName" | "inputs"
  >;
  const timeoutMs = findTimeout(decision, task, process, scope);
  return {
    ...resolved,
    attemptId: attemptIdOf(decision, task),
    runId: decision.state.runId,
    taskName: `${decision.state.name}/${process.id}`,
    inputs: laid.flatMap((input) => layInput(decision, input, scope)),
    ...(process.policy.service === true ? { service: true } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

/**
 * How long the attempt may run. One after the first also ends where the time for all attempts is over
 * (Argo, processNodeRetries, executionDeadline).
 */
function findTimeout(decision: Decision, task: number, process: Process, scope: Scope): number | undefined {
  const { attemptTimeoutMs, retry } = process.policy;
  const ownMs = attemptTimeoutMs === undefined ? undefined : decision.resolve(attemptTimeoutMs, scope);
  const { tasks, attempts } = decision.state;
  if (retry?.elapsedAtMostMs === undefined || (tasks.order[task] as number) === 0) return ownMs;
  const [first] =
    tasks.kind[task] === taskKinds.attempt ? (attempts.get(tasks.parent[task] as number) ?? []) : [];
  if (first === undefined) return ownMs;
  const untilAt = (tasks.startedAt[first] as number) + decision.resolve(retry.elapsedAtMostMs, scope);
  return Math.min(ownMs ?? Infinity, Math.max(0, untilAt - decision.at));
}

/** Builds the request of a bound task. Throws Refusals. */
export function buildRequest(
  decision: Decision,
  task: number,
  process: Process,
  inputs: Inputs | undefined,
): HttpRequest | ObjectRequest {
  const { body } = process;
  if (body.kind !== "request")
    throw new Refusal({ code: "unknown-process", message: `${process.id} is no request` });
  const request = resolveFor(decision, task, body.request, inputs) as HttpRequest | ObjectRequest;
  return body.manifestFrom === undefined || !isObjectRequest(request)
    ? request
    : addManifest(decision, task, request, body.manifestFrom, inputs);
}

/** A text is known here already; whatever else the file is, the runtime reads it. */
function addManifest(
  decision: Decision,
  task: number,
  request: ObjectRequest,
  file: TaskInput,
  inputs: Inputs | undefined,
): ObjectRequest {
  const scope = { ...createCalleeScope(decision.state, decision.run, task), inputs };
  const [input] = layInput(decision, file, scope);
  if (input === undefined) {
    const message = `the artifact ${file.name}, which has the manifest, is absent`;
    throw new Refusal({ code: "input-missing", message });
  }
  return input.source.kind === "text"
    ? { ...request, manifest: input.source.text }
    : { ...request, manifestFrom: input };
}

/** The same for a process that lists a place in storage. Throws Refusals. */
function buildListing(
  decision: Decision,
  task: number,
  process: Process,
  inputs: Inputs | undefined,
): ListingRequest {
  const { body } = process;
  if (body.kind !== "listing")
    throw new Refusal({ code: "unknown-process", message: `${process.id} lists nothing` });
  return { list: resolveFor(decision, task, body.place, inputs) as StoragePlace };
}

/** What a task asks of the runtime itself: a request, or a listing. Throws Refusals. */
export function buildQuestion(
  decision: Decision,
  task: number,
  process: Process,
  inputs: Inputs | undefined,
): HttpRequest | ObjectRequest | ListingRequest {
  return process.body.kind === "listing"
    ? buildListing(decision, task, process, inputs)
    : buildRequest(decision, task, process, inputs);
}

function resolveFor(decision: Decision, task: number, value: unknown, inputs: Inputs | undefined): unknown {
  const scope = { ...createCalleeScope(decision.state, decision.run, task), inputs };
  return resolveTemplated(decision, value as Templated<Json>, scope);
}

/** How an artifact is wrapped belongs to it: what a task packed is unpacked for the next one, what it did not is not. */
const unpackings = { none: "keep", tar: "tar-by-content", zip: "zip" } as const;

function layInput(
  decision: Decision,
  input: TaskTemplate["inputs"][number],
  scope: Scope,
): readonly AttemptInput[] {
  const given = input.source === undefined ? scope.inputs?.files[input.name] : input.source;
  const file = isExpression(given) ? (decision.resolve(given, scope) as unknown as FileValue) : given;
  if (file === undefined || file.kind === "absent") return [];
  const path = isExpression(input.path) ? (decision.resolve(input.path, scope) as string) : input.path;
  return [
    {
      name: input.name,
      path,
      source: file,
      unpack: file.kind === "artifact" ? unpackings[file.artifact.archive.kind] : input.unpack,
      ...(input.mode === undefined ? {} : { mode: input.mode }),
      recurseMode: input.recurseMode,
    },
  ];
}

/** Replaces every expression in a JSON-like value; parts without one are shared, not copied. */
export function resolveTemplated(decision: Decision, value: Templated<Json>, scope: Scope): Json {
  if (isExpression(value)) return decision.resolve(value, scope);
  if (typeof value !== "object" || value === null) return value as Json;
  if (Array.isArray(value)) return resolveList(decision, value as readonly Templated<Json>[], scope);
  let copy: Record<string, Json> | undefined;
  const source = value as unknown as Record<string, Templated<Json>>;
  for (const key of Object.keys(source)) {
    const before = source[key] as Templated<Json>;
    const after = resolveTemplated(decision, before, scope);
    if (after !== (before as Json)) {
      copy ??= { ...(source as Record<string, Json>) };
      copy[key] = after;
    }
  }
  return (copy ?? source) as Json;
}

function resolveList(decision: Decision, list: readonly Templated<Json>[], scope: Scope): Json {
  let copy: Json[] | undefined;
  list.forEach((before, index) => {
    const after = resolveTemplated(decision, before, scope);
    if (after !== (before as Json)) {
      copy ??= [...(list as readonly Json[])];
      copy[index] = after;
    }
  });
  return copy ?? (list as Json);
}
