/**
 * A document as it was submitted: the object that a cluster would store for it, with everything that was given beside the
 * document written into it (Argo, ApplySubmitOpts). For people and programs that look at it; plans are not made from it.
 */
import { isJsonObject } from "../../../base/json.ts";
import type { Json, JsonObject } from "../../../base/json.ts";
import type { Submission } from "../../../model/run/language.ts";
import { listObjectValues } from "../read/list-objects.ts";

/** Undefined for a text without a document that can be run. */
export function showDocument(source: string, submission: Submission): JsonObject | undefined {
  const objects = listObjectValues(source);
  const chosen =
    submission.document === undefined
      ? (objects.find(isWorkflow) ?? objects.find((object) => isJsonObject(object["spec"])))
      : objects[submission.document];
  if (chosen === undefined) return undefined;
  const { metadata, spec } = isWorkflow(chosen) ? readParts(chosen, "spec") : makeWorkflow(chosen);
  const shown = {
    ...chosen,
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: applyToMetadata(metadata, submission),
    spec: applyToSpec(spec, submission),
  };
  const { status: _old, ...rest } = shown as JsonObject;
  return rest;
}

/** Argo's tests leave the kind out. */
function isWorkflow({ kind }: JsonObject): boolean {
  return kind === "Workflow" || kind === undefined;
}

interface Parts {
  readonly metadata: JsonObject;
  readonly spec: JsonObject;
}

function readParts(object: JsonObject, field: string): Parts {
  return { metadata: readObject(object, "metadata"), spec: readObject(object, field) };
}

/** The run of a template or of a schedule: named after it, with the labels and annotations that it gives to its runs. */
function makeWorkflow(object: JsonObject): Parts {
  const { metadata, spec } = readParts(object, "spec");
  const isCron = object["kind"] === "CronWorkflow";
  const { name } = metadata;
  const given = readObject(spec, "workflowMetadata");
  return {
    metadata: { ...given, ...(typeof name === "string" ? { generateName: `${name}-` } : {}) },
    spec: isCron ? readObject(spec, "workflowSpec") : spec,
  };
}

function applyToMetadata(metadata: JsonObject, submission: Submission): JsonObject {
  const { name, namePrefix, labels = {}, annotations = {} } = submission;
  const { name: _own, ...unnamed } = metadata;
  const named =
    name !== undefined && name !== ""
      ? { ...metadata, name }
      : namePrefix !== undefined && namePrefix !== ""
        ? { ...unnamed, generateName: namePrefix }
        : metadata;
  return {
    ...named,
    ...addTexts(metadata, "labels", labels),
    ...addTexts(metadata, "annotations", annotations),
  };
}

function addTexts(metadata: JsonObject, field: string, added: Readonly<Record<string, string>>): JsonObject {
  return Object.keys(added).length === 0 ? {} : { [field]: { ...readObject(metadata, field), ...added } };
}

function applyToSpec(spec: JsonObject, { entrypoint, priority, parameters }: Submission): JsonObject {
  const given = readObject(spec, "arguments");
  const list: readonly Json[] = Array.isArray(given["parameters"]) ? given["parameters"] : [];
  const left = new Map(Object.entries(parameters));
  const own = list.map((one) => (isJsonObject(one) ? takeValue(one, left) : one));
  const added = [...left].map(([name, value]) => ({ name, value }));
  return {
    ...spec,
    ...(entrypoint === undefined || entrypoint === "" ? {} : { entrypoint }),
    ...(priority === undefined ? {} : { priority }),
    ...(Object.keys(parameters).length === 0
      ? {}
      : { arguments: { ...given, parameters: [...own, ...added] } }),
  };
}

/** The parameter with the value that was given for it, which then is no more among those that are left. */
function takeValue(parameter: JsonObject, left: Map<string, string>): JsonObject {
  const { name } = parameter;
  const value = typeof name === "string" ? left.get(name) : undefined;
  if (typeof name !== "string" || value === undefined) return parameter;
  left.delete(name);
  const { valueFrom: _source, ...rest } = parameter;
  return { ...rest, value };
}

function readObject(object: JsonObject, field: string): JsonObject {
  const value = object[field];
  return isJsonObject(value) ? value : {};
}
