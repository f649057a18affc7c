/**
 * What an expr expression can see: the same names as tags, arranged as nested maps, read when they are asked for.
 * All values are text, except files. A name that does not exist (yet) is a missing member, so that `??` works.
 */
import { createHostObject } from "../../../expressions/value.ts";
import type { HostObject, Value } from "../../../expressions/value.ts";
import type { FileValue } from "../../../model/plan/plan.ts";
import type { Scope, TaskView } from "../../../model/run/scope.ts";
import { EvalError } from "../../../expressions/context.ts";
import { isJsonObject } from "../../../base/json.ts";
import { isText } from "./answers.ts";
import type { Answer } from "./answers.ts";
import { compileName } from "./names.ts";
import type { Reading } from "./names.ts";
import { findItemMember, itemToText } from "./item-text.ts";
import { jsonToText } from "./json-text.ts";
import { createFileObject } from "./files.ts";
import { argoFunctions } from "../../../expressions/argo-functions.ts";
import { findFile, findOutputs, readParameter, readResult, readTaskField, readAllParameters } from "./sibling-values.ts";
import type { ReadOutput } from "./sibling-values.ts";
import { findTexts, readWorkflow } from "./workflow-values.ts";

/** What was met on the way: an absent output explains a missing value better than "nil". */
export interface Trace {
  absent: string | undefined;
}

/** The environment of expressions in a scope. */
export function createEnvironment(reading: Reading, trace: Trace): HostObject {
  const { scope } = reading;
  const siblings = (): HostObject => createSiblings(scope, trace);
  const roots: Readonly<Record<string, () => Value | undefined>> = {
    workflow: () => createWorkflow(scope),
    inputs: () => createInputs(reading),
    outputs: () => createOwnOutputs(reading, trace),
    steps: siblings,
    tasks: siblings,
    item: () => createItem(scope),
    retries: () => (scope.attemptNumber === undefined ? undefined : String(scope.attemptNumber)),
    lastRetry: () => createLastRetry(reading),
    pod: () => createNamed(["name"], (name) => readFlat(`pod.${name}`, reading)),
    node: () => createNamed(["name"], (name) => readFlat(`node.${name}`, reading)),
    request: () => (scope.exchange === undefined ? undefined : createRequest(scope.exchange)),
    response: () => (scope.exchange === undefined ? undefined : createResponse(scope.exchange)),
  };
  return createHostObject(
    (name) => (Object.hasOwn(roots, name) ? roots[name]?.() : argoFunctions.get(name)),
    () => Object.keys(roots),
  );
}

function readFlat(name: string, reading: Reading): Value | undefined {
  const answer = compileName(name)(reading);
  return typeof answer === "string" ? answer : undefined;
}

/** A map whose members are read by name. */
function createNamed(names: readonly string[], read: (name: string) => Value | undefined): HostObject {
  return createHostObject(read, () => names);
}

/** Texts by name; names with dots can also be reached part by part, as Argo's flat variables are nested. */
function createTexts(texts: { readonly [name: string]: string }): HostObject {
  return createHostObject(
    (name) => {
      if (Object.hasOwn(texts, name)) return texts[name];
      const prefix = `${name}.`;
      const below = Object.entries(texts).filter(([key]) => key.startsWith(prefix));
      if (below.length === 0) return undefined;
      return createTexts(Object.fromEntries(below.map(([key, text]) => [key.slice(prefix.length), text])));
    },
    () => Object.keys(texts),
  );
}

const workflowFields = [
  "name", "namespace", "mainEntrypoint", "serviceAccountName", "uid", "duration", "status", "failures", "priority",
  "scheduledTime", "creationTimestamp", "parameters", "labels", "annotations", "outputs",
] as const;

function createWorkflow(scope: Scope): HostObject {
  const { run } = scope;
  return createNamed(workflowFields, (name) => {
    switch (name) {
      case "parameters":
        return withJson(createTexts(run.values), () => toValue(readWorkflow(run, "parameters.json")));
      case "labels":
      case "annotations":
        return withJson(createTexts(findTexts(run, name)), () => toValue(readWorkflow(run, `${name}.json`)));
      case "outputs":
        return createOutputs(run.published.values, run.published.files, undefined);
      case "creationTimestamp":
        return createNamed(["s", "RFC3339"], (part) => toValue(readWorkflow(run, `creationTimestamp.${part}`)));
      default:
        return toValue(readWorkflow(run, name));
    }
  });
}

/** `.json` is the whole map as JSON text, unless a member has that name. */
function withJson(texts: HostObject, read: () => Value | undefined): HostObject {
  return createHostObject((name) => texts.find(name) ?? (name === "json" ? read() : undefined), texts.keys);
}

function toValue(answer: Answer): Value | undefined {
  return isText(answer) ? answer : undefined;
}

function createInputs(reading: Reading): HostObject {
  const { inputs } = reading.scope;
  const texts = (): HostObject =>
    createNamed(Object.keys(inputs?.values ?? {}), (name) => {
      const value = inputs !== undefined && Object.hasOwn(inputs.values, name) ? inputs.values[name] : undefined;
      return value === undefined ? undefined : jsonToText(value);
    });
  const files = (): HostObject =>
    createNamed(Object.keys(inputs?.files ?? {}), (name) => {
      const file = inputs?.files[name];
      const path = readFlat(`inputs.artifacts.${name}.path`, reading);
      return file === undefined && path === undefined ? undefined : createFileObject(file, name, path);
    });
  return createNamed(["parameters", "artifacts"], (kind) => (kind === "parameters" ? texts() : kind === "artifacts" ? files() : undefined));
}

function createOwnOutputs(reading: Reading, trace: Trace): HostObject {
  const { own, template } = reading.scope;
  const names = (kind: string): readonly string[] =>
    (kind === "parameters" ? template?.outputParameters : template?.outputArtifacts)?.map(({ name }) => String(name)) ?? [];
  const brought = own === undefined ? undefined : createTaskOutputs(own, trace);
  return createNamed(["parameters", "artifacts", "result", "exitCode"], (kind) => {
    if ((kind !== "parameters" && kind !== "artifacts") || template === undefined) return brought?.find(kind);
    return createNamed(names(kind), (name) =>
      createNamed(["path"], (part) => (part === "path" ? readFlat(`outputs.${kind}.${name}.path`, reading) : undefined)));
  });
}

function createItem(scope: Scope): Value | undefined {
  const { item } = scope;
  if (item === undefined) return undefined;
  if (!isJsonObject(item)) return itemToText(item);
  return createNamed(Object.keys(item), (key) => findItemMember(item, key));
}

function createLastRetry(reading: Reading): Value | undefined {
  if (reading.scope.lastAttempt === undefined && reading.scope.attemptNumber === undefined) return undefined;
  return createNamed(["exitCode", "status", "duration", "message"], (name) => readFlat(`lastRetry.${name}`, reading));
}

function createSiblings(scope: Scope, trace: Trace): HostObject {
  return createHostObject(
    (name) => {
      const task = scope.sibling(name);
      if (task !== undefined) return createTask(task, scope, trace);
      return name === "name" ? scope.own?.name : undefined;
    },
    () => scope.siblingNames(),
  );
}

const taskFields = ["id", "ip", "status", "exitCode", "startedAt", "finishedAt", "hostNodeName", "outputs"] as const;

function createTask(task: TaskView, scope: Scope, trace: Trace): HostObject {
  return createNamed(taskFields, (field) => {
    if (field === "outputs") return createTaskOutputs(task, trace);
    const answer = readTaskField(task, field, scope);
    return answer === undefined ? undefined : toValue(answer);
  });
}

function createTaskOutputs(task: TaskView, trace: Trace): HostObject {
  const note = (name: string, read: ReadOutput): Value | undefined => {
    if (typeof read === "string") return read;
    if ("refusal" in read) throw new EvalError("expression/invalid-operation", read.refusal);
    if (read.missing === "absent") trace.absent = `${task.name}.outputs.${name}`;
    return undefined;
  };
  return createNamed(["result", "exitCode", "parameters", "artifacts"], (kind) => {
    switch (kind) {
      case "result":
        return note("result", readResult(task));
      case "exitCode":
        return task.exitCode === undefined ? undefined : String(task.exitCode);
      case "parameters": {
        if (task.isFanOut && listOutputNames(task).length === 0) return note("parameters", readAllParameters(task));
        return createNamed(listOutputNames(task), (name) => note(`parameters.${name}`, readParameter(task, name)));
      }
      case "artifacts":
        return createNamed(Object.keys(findOutputs(task)?.files ?? {}), (name) => {
          const file = findFile(task, name);
          if (file === undefined) trace.absent = `${task.name}.outputs.artifacts.${name}`;
          return file === undefined ? undefined : createFileObject(file, name, undefined);
        });
      default:
        return undefined;
    }
  });
}

function listOutputNames(task: TaskView): readonly string[] {
  const outputs = task.isFanOut ? task.children().map(findOutputs).find((one) => one !== undefined) : findOutputs(task);
  return Object.keys(outputs?.values ?? {});
}

function createOutputs(
  values: { readonly [name: string]: unknown },
  files: Readonly<Record<string, FileValue>>,
  result: string | undefined,
): HostObject {
  return createNamed(["parameters", "artifacts"], (kind) => {
    if (kind === "result") return result;
    if (kind === "parameters") {
      return createNamed(Object.keys(values), (name) => {
        const value = Object.hasOwn(values, name) ? values[name] : undefined;
        return value === undefined ? undefined : jsonToText(value as Parameters<typeof jsonToText>[0]);
      });
    }
    if (kind !== "artifacts") return undefined;
    return createNamed(Object.keys(files), (name) => {
      const file = Object.hasOwn(files, name) ? files[name] : undefined;
      return file === undefined ? undefined : createFileObject(file, name, undefined);
    });
  });
}

type Exchange = NonNullable<Scope["exchange"]>;

/** `request` and `response` of an http template's successCondition: headers are lists of text, the status is a number. */
function createRequest({ request }: Exchange): HostObject {
  const headers = new Map<string, string[]>();
  for (const { name, value } of request.headers) headers.set(name, [...(headers.get(name) ?? []), value]);
  const fields: Readonly<Record<string, Value>> = { method: request.method, url: request.url, body: request.body ?? "", headers };
  return createNamed(Object.keys(fields), (name) => (Object.hasOwn(fields, name) ? fields[name] : undefined));
}

function createResponse({ response }: Exchange): HostObject {
  const headers = new Map(Object.entries(response.headers).map(([name, values]) => [canonicalHeader(name), values] as const));
  const fields: Readonly<Record<string, Value>> = { statusCode: BigInt(response.statusCode), body: response.body, headers };
  return createNamed(Object.keys(fields), (name) => (Object.hasOwn(fields, name) ? fields[name] : undefined));
}

/** Go writes header names as `Content-Type`. */
function canonicalHeader(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/gu, (letter) => letter.toUpperCase());
}
