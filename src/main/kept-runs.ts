/**
 * Runs as objects, for tasks that start other runs, wait for them and steer them.
 * Of a run that exists the labels, `spec.suspend` and `spec.shutdown` can be changed; the rest is what it was made from.
 */
import type { RunCommand, RunPicture, RunRow, SubmitAnswer } from "../api/house.ts";
import { MillraceError } from "../base/errors.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { canonicalJson, isJsonObject } from "../base/json.ts";
import { readMetadata, readTexts } from "../executors/objects/name-objects.ts";
import type { ObjectCollection } from "../executors/objects/object-collection.ts";
import type { ObjectCaller } from "../ports/object-keeper.ts";

/** What the engine of this process can do with its runs. */
export interface RunHands {
  /** Starts a run of this name from a document, which may refer to what its caller could refer to. */
  submit(source: string, caller: ObjectCaller): Promise<SubmitAnswer>;
  /** Undefined when there is no such run. */
  picture(name: string): Promise<RunPicture | undefined>;
  list(): Promise<readonly RunRow[]>;
  command(name: string, command: RunCommand): Promise<void>;
  relabel(name: string, labels: Readonly<Record<string, string>>): Promise<void>;
  /** Ends it first, when it has not ended. */
  remove(name: string): Promise<boolean>;
  /** Calls back when the run's phase may be another one. */
  watch(name: string, changed: () => void): () => void;
}

/** `readText` gives the objects of a document's text. */
export function createKeptRuns(hands: RunHands, readText: ReadText): ObjectCollection {
  return {
    kind: "Workflow",
    words: ["workflow", "workflows", "wf"],
    resource: "workflows.argoproj.io",
    get: async (name) => {
      const picture = await hands.picture(name);
      return picture === undefined ? undefined : toObject(picture, readText);
    },
    list: async () => (await hands.list()).map(({ name, labels }) => ({ metadata: { name, labels } })),
    create: async (object, caller) => {
      const answer = await hands.submit(JSON.stringify(object), caller);
      if (!answer.ok) throw refuseDocument(answer);
    },
    replace: (name, object) => replaceRun(hands, name, object, readText),
    remove: (name) => hands.remove(name),
    watch: (name, changed) => hands.watch(name, changed),
  };
}

function refuseDocument(answer: Extract<SubmitAnswer, { ok: false }>): MillraceError {
  const errors = answer.diagnostics.filter(({ severity }) => severity === "error");
  return new MillraceError(
    "object/invalid",
    "invalid",
    `the Workflow is refused: ${errors.map(({ message }) => message).join("; ")}`,
  );
}

type ReadText = (text: string) => readonly Json[];

/** In the form of Argo's Workflow. */
function toObject(picture: RunPicture, readText: ReadText): JsonObject {
  const { row, annotations, view, state } = picture;
  const document = findDocument(picture, readText);
  const { ownerReferences } = readMetadata(document);
  const created = new Date(row.createdAt).toISOString().replace(/\.\d+Z$/, "Z");
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: {
      name: row.name,
      uid: row.runId,
      creationTimestamp: created,
      labels: row.labels,
      annotations,
      ...(ownerReferences === undefined ? {} : { ownerReferences }),
    },
    spec: { ...readSpec(document), ...(state.suspended ? { suspend: true } : {}) },
    status: view.status(state),
  };
}

function findDocument({ source, submission }: RunPicture, readText: ReadText): JsonObject {
  const document = readText(source)[submission.document ?? 0];
  return isJsonObject(document) ? document : {};
}

function readSpec({ spec }: JsonObject): JsonObject {
  if (!isJsonObject(spec)) return {};
  const { suspend: _, ...rest } = spec;
  return rest;
}

const shutdowns: Readonly<Record<string, RunCommand>> = {
  Stop: { kind: "stop" },
  Terminate: { kind: "terminate" },
};

async function replaceRun(
  hands: RunHands,
  name: string,
  after: JsonObject,
  readText: ReadText,
): Promise<void> {
  const picture = await hands.picture(name);
  if (picture === undefined) return;
  const before = split(toObject(picture, readText));
  const wanted = split(after);
  const command = typeof wanted.shutdown === "string" ? shutdowns[wanted.shutdown] : undefined;
  const isFixed = wanted.shutdown !== undefined && command === undefined;
  if (isFixed || canonicalJson(wanted.rest) !== canonicalJson(before.rest)) {
    const message = `of the run ${name} only labels, spec.suspend and spec.shutdown (Stop, Terminate) can be changed`;
    throw new MillraceError("object/fixed", "conflict", message);
  }
  await hands.relabel(name, wanted.labels);
  if (wanted.suspend !== before.suspend)
    await hands.command(name, { kind: wanted.suspend ? "suspend" : "resume" });
  if (command !== undefined) await hands.command(name, command);
}

/** What can be changed, and the rest. */
function split(object: JsonObject) {
  const { labels, ...metadata } = readMetadata(object);
  const spec = isJsonObject(object["spec"]) ? object["spec"] : {};
  const { suspend, shutdown, ...rest } = spec;
  return {
    labels: readTexts(labels),
    suspend: suspend === true,
    shutdown,
    rest: { metadata, spec: rest },
  };
}
