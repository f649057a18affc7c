/**
 * What an expr expression can see: the same names as tags, arranged as nested maps, read when they are asked for.
 * All values are text, except files. A name that does not exist (yet) is a missing member, so that `??` works.
 */
import { createHostObject } from "../../../expressions/value.ts";
import type { HostObject, Value } from "../../../expressions/value.ts";
import type { FileValue } from "../../../model/plan/plan.ts";
import type { Scope } from "../../../model/run/scope.ts";
import { isJsonObject } from "../../../base/json.ts";
import { isText } from "./answers.ts";
import type { Answer } from "./answers.ts";
import { compileName } from "./names.ts";
import type { Reading } from "./names.ts";
import { findItemMember, itemToText } from "./item-text.ts";
import { jsonToText } from "./json-text.ts";
import { createFileObject } from "./files.ts";
import { argoFunctions } from "../../../expressions/argo-functions.ts";
import { metricNames } from "./metric-values.ts";
import { findTexts, readWorkflow } from "./workflow-values.ts";
import { createRequest, createResponse, isHttpExchange } from "./exchange-env.ts";
import { createNamed, createSiblings, createTaskOutputs } from "./task-env.ts";
import type { Trace } from "./task-env.ts";
import { ownMember } from "./own-member.ts";

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
    retries: () => readFlat("retries", reading),
    ...(reading.isMetric === true ? createMetricRoots(reading) : {}),
    lastRetry: () => createLastRetry(reading),
    pod: () => createNamed(["name"], (name) => readFlat(`pod.${name}`, reading)),
    node: () => createNamed(["name"], (name) => readFlat(`node.${name}`, reading)),
    request: () => (isHttpExchange(scope.exchange) ? createRequest(scope.exchange) : undefined),
    response: () => (isHttpExchange(scope.exchange) ? createResponse(scope.exchange) : undefined),
  };
  return createHostObject(
    (name) => (Object.hasOwn(roots, name) ? roots[name]?.() : argoFunctions.get(name)),
    () => Object.keys(roots),
  );
}

function createMetricRoots(reading: Reading): Readonly<Record<string, () => Value | undefined>> {
  return {
    ...Object.fromEntries(metricNames.map((name) => [name, () => readFlat(name, reading)])),
    resourcesDuration: () =>
      createNamed(["cpu", "memory"], (name) => readFlat(`resourcesDuration.${name}`, reading)),
  };
}

function readFlat(name: string, reading: Reading): Value | undefined {
  const answer = compileName(name)(reading);
  return typeof answer === "string" ? answer : undefined;
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
  "name",
  "namespace",
  "mainEntrypoint",
  "serviceAccountName",
  "uid",
  "duration",
  "status",
  "failures",
  "priority",
  "scheduledTime",
  "creationTimestamp",
  "parameters",
  "labels",
  "annotations",
  "outputs",
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
        return createNamed(["s", "RFC3339"], (part) =>
          toValue(readWorkflow(run, `creationTimestamp.${part}`)),
        );
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
      const value = ownMember(inputs?.values, name);
      return value === undefined ? undefined : jsonToText(value);
    });
  const files = (): HostObject =>
    createNamed(Object.keys(inputs?.files ?? {}), (name) => {
      const file = ownMember(inputs?.files, name);
      const path = readFlat(`inputs.artifacts.${name}.path`, reading);
      return file === undefined && path === undefined ? undefined : createFileObject(file, name, path);
    });
  return createNamed(["parameters", "artifacts"], (kind) =>
    kind === "parameters" ? texts() : kind === "artifacts" ? files() : undefined,
  );
}

function createOwnOutputs(reading: Reading, trace: Trace): HostObject {
  const { own, template } = reading.scope;
  const names = (kind: string): readonly string[] =>
    (kind === "parameters" ? template?.outputParameters : template?.outputArtifacts)?.flatMap(({ name }) =>
      typeof name === "string" ? [name] : [],
    ) ?? [];
  const brought = own === undefined ? undefined : createTaskOutputs(own, trace);
  return createNamed(["parameters", "artifacts", "result", "exitCode"], (kind) => {
    if ((kind !== "parameters" && kind !== "artifacts") || template === undefined) return brought?.find(kind);
    return createNamed(names(kind), (name) =>
      createNamed(["path"], (part) =>
        part === "path" ? readFlat(`outputs.${kind}.${name}.path`, reading) : undefined,
      ),
    );
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
  return createNamed(["exitCode", "status", "duration", "message"], (name) =>
    readFlat(`lastRetry.${name}`, reading),
  );
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
        const value = ownMember(values, name);
        return value === undefined ? undefined : jsonToText(value as Parameters<typeof jsonToText>[0]);
      });
    }
    if (kind !== "artifacts") return undefined;
    return createNamed(Object.keys(files), (name) => {
      const file = ownMember(files, name);
      return file === undefined ? undefined : createFileObject(file, name, undefined);
    });
  });
}
