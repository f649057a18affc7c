/**
 * Acts on kept objects as kubectl does, in its words: whoever reads the message of a task knows them.
 * What is made is marked with the task that made it, so that a request that comes again finds it.
 */
import { MillraceError } from "../../base/errors.ts";
import type { Json, JsonObject } from "../../base/json.ts";
import { canonicalJson, isJsonObject } from "../../base/json.ts";
import type { ObjectRequest } from "../../model/plan/plan.ts";
import type { Answer, ObjectCaller, ObjectKeeper } from "../../ports/object-keeper.ts";
import { nameByManifest, nameByWords, readFlags, readMetadata, readName, readTexts } from "./name-objects.ts";
import type { NamedObjects, ReadFlags } from "./name-objects.ts";
import type { ObjectCollection } from "./object-collection.ts";
import { patchObject } from "./patch-object.ts";

/** Annotation with the task that made an object. */
export const makerAnnotation = "millrace/made-by";
/** Label with the name of the run that made an object. */
export const parentLabel = "millrace/parent";
/** Label with the name of the run with which an object is deleted. */
export const ownerLabel = "millrace/owner";

export interface KeeperParts {
  readonly collections: readonly ObjectCollection[];
  /** The objects of a text. Throws MillraceErrors with what is wrong. */
  readonly readText: (text: string) => readonly Json[];
  /** Whether labels fit a selector. Throws MillraceErrors. */
  readonly matchesSelector: (labels: Readonly<Record<string, string>>, selector: string) => boolean;
}

export function createObjectKeeper(parts: KeeperParts): ObjectKeeper {
  return {
    act: async (request, caller, tell, signal) => {
      const answered = await answer(parts, request, caller);
      if (signal.aborted) return;
      tell(answered.answer);
      if (request.isWatched && answered.watched !== undefined)
        await watch(answered.watched, answered.answer, tell, signal);
    },
  };
}

interface Answered {
  readonly answer: Answer;
  /** The one object that was meant. */
  readonly watched?: Kept;
}

interface Kept {
  readonly collection: ObjectCollection;
  readonly name: string;
}

async function answer(parts: KeeperParts, request: ObjectRequest, caller: ObjectCaller): Promise<Answered> {
  try {
    return await act(parts, request, caller);
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    const statusCode = { "not-found": 404, conflict: 409 }[error.category as string] ?? 422;
    return { answer: { statusCode, headers: {}, body: error.message } };
  }
}

async function act(parts: KeeperParts, request: ObjectRequest, caller: ObjectCaller): Promise<Answered> {
  const flags = readFlags(request.flags);
  const manifest = readManifest(parts, request);
  switch (request.action) {
    case "create":
    case "apply":
      return make(parts, request, requireObject(manifest, request.action), caller);
    case "replace": {
      const object = requireObject(manifest, request.action);
      const kept = findOne(parts, nameByManifest(object));
      await requireKept(kept);
      await kept.collection.replace(kept.name, object);
      return answerOne(kept);
    }
    case "patch":
      return patch(parts, request, flags, manifest);
    case "get":
    case "delete":
      return lookOrDelete(parts, request.action, flags, manifest);
    default:
      throw new MillraceError(
        "object/bad-action",
        "invalid",
        `the action ${JSON.stringify(request.action)} is none of get, create, apply, delete, replace, patch`,
      );
  }
}

function readManifest({ readText }: KeeperParts, { manifest }: ObjectRequest): Json | undefined {
  if (manifest.trim() === "") return undefined;
  const objects = readText(manifest);
  if (objects.length > 1)
    throw new MillraceError(
      "object/several",
      "invalid",
      `the manifest has ${objects.length} objects, expected one`,
    );
  return objects[0];
}

function requireObject(manifest: Json | undefined, action: string): JsonObject {
  if (typeof manifest === "object" && manifest !== null && !Array.isArray(manifest))
    return manifest as JsonObject;
  throw new MillraceError("object/no-manifest", "invalid", `${action} needs a manifest of an object`);
}

function findCollection({ collections }: KeeperParts, kind: string): ObjectCollection {
  const word = kind.toLowerCase();
  const found = collections.find(
    (one) => one.kind === kind || one.words.includes(word) || one.resource === word,
  );
  if (found !== undefined) return found;
  throw new MillraceError(
    "object/unknown-kind",
    "invalid",
    `objects of kind ${kind} are kept by a cluster only`,
    {
      hint: `kinds that are kept here: ${collections.map((one) => one.kind).join(", ")}`,
    },
  );
}

function findOne(parts: KeeperParts, { kind, names }: NamedObjects): Kept {
  const collection = findCollection(parts, kind);
  const [name] = names;
  if (name !== undefined && names.length === 1) return { collection, name };
  throw new MillraceError("object/unnamed", "invalid", `one ${kind} must be named, found ${names.length}`);
}

async function requireKept({ collection, name }: Kept): Promise<JsonObject> {
  const object = await collection.get(name);
  if (object !== undefined) return object;
  throw new MillraceError(
    "object/unknown",
    "not-found",
    `Error from server (NotFound): ${collection.resource} "${name}" not found`,
  );
}

async function answerOne(kept: Kept): Promise<Answered> {
  return { answer: good(await requireKept(kept)), watched: kept };
}

function good(body: Json): Answer {
  return { statusCode: 200, headers: {}, body: JSON.stringify(body) };
}

async function make(
  parts: KeeperParts,
  request: ObjectRequest,
  object: JsonObject,
  caller: ObjectCaller,
): Promise<Answered> {
  const { kind, names } = nameByManifest(object);
  const collection = findCollection(parts, kind);
  const maker = `${caller.runId}/${caller.task}`;
  const { name, before } = await findPlace(collection, names[0], object, maker);
  const kept: Kept = { collection, name };
  if (before === undefined) {
    await collection.create(mark(object, name, maker, caller, request.isOwned), caller);
    return answerOne(kept);
  }
  if (isMadeBy(before, maker)) return answerOne(kept);
  if (request.action === "create")
    throw new MillraceError(
      "object/exists",
      "conflict",
      `Error from server (AlreadyExists): ${collection.resource} "${name}" already exists`,
    );
  const after = patchObject(before, object, "strategic");
  if (canonicalJson(after) !== canonicalJson(before)) await collection.replace(name, after);
  return answerOne(kept);
}

interface ObjectPlace {
  readonly name: string;
  readonly before: JsonObject | undefined;
}

/** The given name, or one from the prefix that nobody else has. */
async function findPlace(
  collection: ObjectCollection,
  name: string | undefined,
  object: JsonObject,
  maker: string,
): Promise<ObjectPlace> {
  if (name !== undefined) return { name, before: await collection.get(name) };
  const prefix = readMetadata(object)["generateName"];
  if (typeof prefix !== "string" || prefix === "")
    throw new MillraceError(
      "object/unnamed",
      "invalid",
      `the ${collection.kind} has neither a name nor a generateName`,
    );
  for (let attempt = 0; ; attempt += 1) {
    const made = prefix + makeSuffix(`${maker}/${attempt}`);
    const before = await collection.get(made);
    if (before === undefined || isMadeBy(before, maker)) return { name: made, before };
  }
}

function isMadeBy(object: JsonObject, maker: string): boolean {
  return readTexts(readMetadata(object)["annotations"])[makerAnnotation] === maker;
}

/** Five to seven letters and digits that are always the same for a text. */
function makeSuffix(text: string): string {
  let hash = 2166136261;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16777619) >>> 0;
  return hash.toString(36).padStart(5, "0");
}

function mark(
  object: JsonObject,
  name: string,
  maker: string,
  caller: ObjectCaller,
  isOwned: boolean,
): JsonObject {
  const { generateName: _, ...rest } = readMetadata(object);
  const given = readReferences(rest);
  const owner = isOwned ? caller.runName : findOwner(given);
  const labels = {
    ...readTexts(rest["labels"]),
    [parentLabel]: caller.runName,
    ...(owner === undefined ? {} : { [ownerLabel]: owner }),
  };
  const annotations = { ...readTexts(rest["annotations"]), [makerAnnotation]: maker };
  const references = isOwned ? { ownerReferences: [...given, refer(caller)] } : {};
  return { ...object, metadata: { ...rest, name, labels, annotations, ...references } };
}

function readReferences({ ownerReferences }: JsonObject): readonly JsonObject[] {
  return Array.isArray(ownerReferences) ? (ownerReferences as readonly Json[]).filter(isJsonObject) : [];
}

/** The run that a manifest itself names as its owner. */
function findOwner(references: readonly JsonObject[]): string | undefined {
  const name = references.find(({ kind }) => kind === "Workflow")?.["name"];
  return typeof name === "string" && name !== "" ? name : undefined;
}

function refer({ runId, runName }: ObjectCaller): JsonObject {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    name: runName,
    uid: runId,
    controller: true,
  };
}

async function patch(
  parts: KeeperParts,
  request: ObjectRequest,
  flags: ReadFlags,
  manifest: Json | undefined,
): Promise<Answered> {
  if (manifest === undefined)
    throw new MillraceError("object/no-manifest", "invalid", "patch needs a manifest with the change");
  const named = nameByWords(flags) ?? nameByManifest(requireObject(manifest, "patch"));
  const kept = findOne(parts, named);
  const before = await requireKept(kept);
  const after = patchObject(before, manifest, request.mergeStrategy);
  if (canonicalJson(after) !== canonicalJson(before)) await kept.collection.replace(kept.name, after);
  return answerOne(kept);
}

async function lookOrDelete(
  parts: KeeperParts,
  action: "get" | "delete",
  flags: ReadFlags,
  manifest: Json | undefined,
): Promise<Answered> {
  const named = nameByWords(flags) ?? nameByManifest(requireObject(manifest, action));
  const collection = findCollection(parts, named.kind);
  const names = await listNames(parts, collection, named);
  const objects: JsonObject[] = [];
  for (const name of names) {
    const isLost = flags.ignoreNotFound && (await collection.get(name)) === undefined;
    if (!isLost) objects.push(await requireKept({ collection, name }));
  }
  if (action === "delete") for (const name of names) await collection.remove(name);
  const [only] = objects;
  const isOne = named.selector === undefined && only !== undefined && objects.length === 1;
  const body = isOne ? only : { apiVersion: "v1", kind: "List", items: objects };
  const [name] = names;
  return {
    answer: good(body),
    ...(isOne && name !== undefined && action === "get" ? { watched: { collection, name } } : {}),
  };
}

async function listNames(
  parts: KeeperParts,
  collection: ObjectCollection,
  { kind, names, selector }: NamedObjects,
): Promise<readonly string[]> {
  if (selector === undefined) {
    if (names.length > 0) return names;
    throw new MillraceError("object/unnamed", "invalid", `the ${kind} has no name`);
  }
  const objects = await collection.list();
  return objects
    .filter((object) => parts.matchesSelector(readTexts(readMetadata(object)["labels"]), selector))
    .map(readName);
}

/** Tells the object whenever it is another than before, one look at a time. */
async function watch(
  kept: Kept,
  first: Answer,
  tell: (answer: Answer) => void,
  signal: AbortSignal,
): Promise<void> {
  let last = "body" in first ? first.body : "";
  let isChanged = true;
  let wake = (): void => undefined;
  const notice = (): void => {
    isChanged = true;
    wake();
  };
  const stop = kept.collection.watch(kept.name, notice);
  signal.addEventListener("abort", notice);
  try {
    while (!signal.aborted) {
      if (!isChanged) await new Promise<void>((resolve) => (wake = resolve));
      isChanged = false;
      if (signal.aborted) return;
      const object = await kept.collection.get(kept.name);
      const body = object === undefined ? "" : JSON.stringify(object);
      if (signal.aborted || body === last) continue;
      last = body;
      if (object !== undefined) {
        tell({ statusCode: 200, headers: {}, body });
        continue;
      }
      const gone = `Error from server (NotFound): ${kept.collection.resource} "${kept.name}" not found`;
      return tell({ statusCode: 404, headers: {}, body: gone });
    }
  } finally {
    stop();
    signal.removeEventListener("abort", notice);
  }
}
