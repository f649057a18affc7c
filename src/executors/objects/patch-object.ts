/**
 * Changes to objects as Kubernetes takes them: JSON patch (RFC 6902), merge patch (RFC 7386), and the strategic merge,
 * which is a merge that keeps the members of lists whose items have names.
 */
import { MillraceError } from "../../base/errors.ts";
import type { Json, JsonObject } from "../../base/json.ts";
import { canonicalJson, isJsonObject } from "../../base/json.ts";

/** The object after the change. Throws `object/bad-patch`. */
export function patchObject(object: JsonObject, patch: Json, strategy: string): JsonObject {
  const changed = applyPatch(object, patch, strategy);
  if (isJsonObject(changed)) return changed;
  throw badPatch("an object must remain, and the change leaves something else");
}

function applyPatch(object: JsonObject, patch: Json, strategy: string): Json {
  switch (strategy) {
    case "json":
      if (!Array.isArray(patch)) throw badPatch("a change of the form json is a list of operations");
      return (patch as readonly Json[]).reduce(applyOperation, object as Json);
    case "merge":
      return merge(object, patch, replaceList);
    case "":
    case "strategic":
      return merge(object, patch, mergeNamedList);
    default:
      throw badPatch(`the strategy ${JSON.stringify(strategy)} is none of strategic, merge, json`);
  }
}

function badPatch(message: string): MillraceError {
  return new MillraceError("object/bad-patch", "invalid", message);
}

type MergeList = (before: Json | undefined, after: readonly Json[]) => Json;

function merge(before: Json | undefined, patch: Json, mergeList: MergeList): Json {
  if (Array.isArray(patch)) return mergeList(before, patch as readonly Json[]);
  if (!isJsonObject(patch)) return patch;
  const merged = new Map(Object.entries(isJsonObject(before) ? before : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, merge(merged.get(key), value, mergeList));
  }
  return Object.fromEntries(merged);
}

const replaceList: MergeList = (_before, after) => after;

/** Lists of named things are merged by name; all others are replaced. */
const mergeNamedList: MergeList = (before, after) => {
  if (!Array.isArray(before) || after.length === 0) return after;
  const items = before as readonly Json[];
  if (![...items, ...after].every((item) => nameOf(item) !== undefined)) return after;
  const merged = new Map(items.map((item) => [nameOf(item), item]));
  for (const item of after) {
    const name = nameOf(item);
    if (isJsonObject(item) && item["$patch"] === "delete") merged.delete(name);
    else merged.set(name, merge(merged.get(name), item, mergeNamedList));
  }
  return [...merged.values()];
};

function nameOf(item: Json): string | undefined {
  const name = isJsonObject(item) ? item["name"] : undefined;
  return typeof name === "string" ? name : undefined;
}

function applyOperation(document: Json, operation: Json): Json {
  if (!isJsonObject(operation)) throw badPatch("an operation is an object with op and path");
  const { op, path, from, value } = operation;
  const target = readPointer(path, "path");
  switch (typeof op === "string" ? op : "") {
    case "add":
      return change(document, target, "add", requireValue(value));
    case "replace":
      readAt(document, target);
      return change(document, target, "replace", requireValue(value));
    case "remove":
      return change(document, target, "remove", null);
    case "copy":
      return change(document, target, "add", readAt(document, readPointer(from, "from")));
    case "move": {
      const source = readPointer(from, "from");
      const moved = readAt(document, source);
      return change(change(document, source, "remove", null), target, "add", moved);
    }
    case "test": {
      const found = readAt(document, target);
      if (canonicalJson(found) === canonicalJson(requireValue(value))) return document;
      throw badPatch(`the test of /${target.join("/")} found ${JSON.stringify(found)}`);
    }
    default:
      throw badPatch(
        `the operation ${JSON.stringify(op ?? null)} is none of add, remove, replace, move, copy, test`,
      );
  }
}

function requireValue(value: Json | undefined): Json {
  if (value === undefined) throw badPatch("the operation needs a value");
  return value;
}

function readPointer(pointer: Json | undefined, field: string): readonly string[] {
  if (typeof pointer !== "string" || (pointer !== "" && !pointer.startsWith("/")))
    throw badPatch(
      `${field} is ${JSON.stringify(pointer ?? null)}, expected a path such as /metadata/labels/name`,
    );
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function readAt(document: Json, path: readonly string[]): Json {
  let value: Json | undefined = document;
  for (const name of path) {
    if (Array.isArray(value)) value = (value as readonly Json[])[findIndex(name, value.length, path)];
    else value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
    if (value === undefined) throw noSuchPath(path);
  }
  return value;
}

function noSuchPath(path: readonly string[]): MillraceError {
  return badPatch(`the object has nothing at /${path.join("/")}`);
}

function findIndex(name: string, length: number, path: readonly string[]): number {
  const index = /^(?:0|[1-9]\d*)$/.test(name) ? Number(name) : -1;
  if (index < 0 || index > length) throw noSuchPath(path);
  return index;
}

/** A copy in which one place is different; what is beside the way to it is shared. */
function change(
  document: Json,
  path: readonly string[],
  op: "add" | "replace" | "remove",
  value: Json,
  depth = 0,
): Json {
  const name = path[depth];
  if (name === undefined) return op === "remove" ? null : value;
  const isLast = depth === path.length - 1;
  if (Array.isArray(document)) {
    const list = document as readonly Json[];
    const index = name === "-" && isLast ? list.length : findIndex(name, list.length, path);
    if (!isLast || op === "replace") {
      if (index === list.length) throw noSuchPath(path);
      return list.with(index, change(list[index] as Json, path, op, value, depth + 1));
    }
    if (op === "remove" && index === list.length) throw noSuchPath(path);
    return op === "remove" ? list.toSpliced(index, 1) : list.toSpliced(index, 0, value);
  }
  if (!isJsonObject(document)) throw noSuchPath(path);
  const has = Object.hasOwn(document, name);
  if (!has && (!isLast || op === "remove")) throw noSuchPath(path);
  const members = new Map(Object.entries(document));
  if (isLast && op === "remove") members.delete(name);
  else members.set(name, isLast ? value : change(document[name] as Json, path, op, value, depth + 1));
  return Object.fromEntries(members);
}
