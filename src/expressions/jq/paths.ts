/**
 * Parts of values: fields, indexes and slices are read, set and deleted here, each by a key or by a path of keys.
 * Values are never changed; what is set gives a new value that shares all other parts with the old one.
 */
import { compareValues, describe, fail, isArray, isObject, listKeys, typeOf } from "./values.ts";
import type { Charge, JqList, JqObject, JqValue, KeyOrder } from "./values.ts";

/** A part of a text or list, from `from` up to `to`, which is not in it. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** The bounds of a slice in something of this length (jq manual, "Array/String Slice"). */
export function findSpan(from: JqValue, to: JqValue, length: number): Span {
  if ((from !== null && typeof from !== "number") || (to !== null && typeof to !== "number"))
    return fail("Start and end indices of an array slice must be numbers");
  const clamp = (bound: number): number => Math.min(Math.max(bound < 0 ? bound + length : bound, 0), length);
  const start = from === null || Number.isNaN(from) ? 0 : Math.floor(clamp(from));
  const end = to === null || Number.isNaN(to) ? length : Math.ceil(clamp(to));
  return { from: start, to: Math.max(start, end) };
}

function toSpan(key: ReadonlyMap<string, JqValue>, length: number): Span {
  const [from, to] = [key.get("start"), key.get("end")];
  return from === undefined || to === undefined
    ? fail("Start and end indices of an array slice must be numbers")
    : findSpan(from, to, length);
}

/** What stands under one key. An object as a key means a slice, a list the places where it occurs. */
export function getMember(value: JqValue, key: JqValue, charge?: Charge): JqValue {
  if (isObject(value) && typeof key === "string") return value.get(key) ?? null;
  if (isArray(value)) {
    if (typeof key === "number") return value[toIndex(key, value.length)] ?? null;
    if (isObject(key)) {
      const { from, to } = toSpan(key, value.length);
      return value.slice(from, to);
    }
    if (isArray(key)) return findSublists(value, key, charge);
  }
  if (typeof value === "string" && isObject(key)) {
    const points = Array.from(value);
    const { from, to } = toSpan(key, points.length);
    return points.slice(from, to).join("");
  }
  if (value === null && (typeof key === "string" || typeof key === "number" || isObject(key))) return null;
  return refuseKey(value, key);
}

function toIndex(key: number, length: number): number {
  const index = Math.floor(key);
  return index < 0 ? index + length : index;
}

function refuseKey(value: JqValue, key: JqValue): never {
  if (typeof key === "string") return fail(`Cannot index ${typeOf(value)} with ${JSON.stringify(key)}`);
  return fail(`Cannot index ${typeOf(value)} with ${typeOf(key)}`);
}

/** Where a list occurs inside another one. */
export function findSublists(list: JqList, part: JqList, charge?: Charge): JqList {
  charge?.(list.length);
  if (part.length === 0) return [];
  return list.flatMap((_, at) =>
    at + part.length <= list.length &&
    part.every((item, index) => compareValues(list[at + index] ?? null, item, charge) === 0)
      ? [at]
      : [],
  );
}

/** The members of a list or an object, with their keys. */
export function listMembers(
  value: JqValue,
  order: KeyOrder,
): readonly (readonly [string | number, JqValue])[] {
  if (isArray(value)) return value.map((item, index) => [index, item] as const);
  if (isObject(value)) return listKeys(value, order).map((key) => [key, value.get(key) ?? null] as const);
  return fail(`Cannot iterate over ${value === null ? "null" : describe(value)}`);
}

/** What stands at the end of a path; below null everything is null. */
export function getPath(value: JqValue, path: JqList): JqValue {
  let found = value;
  for (const key of path) {
    if (found === null) return null;
    found = getMember(found, key);
  }
  return found;
}

/**
 * Lists and objects that were copied for a series of changes and that nobody else has seen yet: the next change may be
 * made in place. `charge` is paid for each slot that is copied.
 */
export interface Drafts {
  readonly lists: Map<JqValue, JqValue[]>;
  readonly objects: Map<JqValue, Map<string, JqValue>>;
  readonly charge: (slots: number) => void;
}

export function createDrafts(charge: (slots: number) => void): Drafts {
  return { lists: new Map(), objects: new Map(), charge };
}

/** From now on somebody else may hold parts of the drafts, so they are copied again before they are changed. */
function closeDrafts(drafts: Drafts): void {
  drafts.lists.clear();
  drafts.objects.clear();
}

/** A value with the part at a path replaced by what `change` makes of it. */
export function updatePath(
  value: JqValue,
  path: JqList,
  change: (old: JqValue) => JqValue,
  drafts: Drafts,
  at = 0,
): JqValue {
  if (at === path.length) {
    if (drafts.lists.has(value) || drafts.objects.has(value)) closeDrafts(drafts);
    return change(value);
  }
  const key = path[at] ?? null;
  const member = updatePath(getMember(value, key), path, change, drafts, at + 1);
  return setMember(value, key, member, drafts);
}

function setMember(value: JqValue, key: JqValue, member: JqValue, drafts: Drafts): JqValue {
  if (typeof key === "string" && (value === null || isObject(value)))
    return openObject(value, drafts).set(key, member);
  if (value !== null && !isArray(value)) {
    return isObject(key) && !isObject(value)
      ? fail(`Cannot update field at object index of ${typeOf(value)}`)
      : refuseKey(value, key);
  }
  const list = value ?? [];
  if (typeof key === "number") return setItem(list, key, member, drafts);
  if (!isObject(key)) return refuseKey(list, key);
  if (!isArray(member)) return fail("A slice of an array can only be assigned another array");
  drafts.charge(list.length + member.length);
  const { from, to } = toSpan(key, list.length);
  return [...list.slice(0, from), ...member, ...list.slice(to)];
}

function openObject(value: JqObject | null, drafts: Drafts): Map<string, JqValue> {
  const open = drafts.objects.get(value);
  if (open !== undefined) return open;
  drafts.charge((value?.size ?? 0) * 2);
  const copy = new Map(value ?? []);
  drafts.objects.set(copy, copy);
  return copy;
}

function openList(list: JqList, drafts: Drafts): JqValue[] {
  const open = drafts.lists.get(list);
  if (open !== undefined) return open;
  drafts.charge(list.length);
  const copy = [...list];
  drafts.lists.set(copy, copy);
  return copy;
}

const longestList = 1 << 24;

function setItem(list: JqList, key: number, item: JqValue, drafts: Drafts): JqList {
  if (Number.isNaN(key)) return fail("Cannot set array element at NaN index");
  const index = toIndex(key, list.length);
  if (index < 0) return fail("Out of bounds negative array index");
  if (index > longestList) return fail("Array index too large");
  drafts.charge(Math.max(0, index + 1 - list.length));
  const open = openList(list, drafts);
  while (open.length < index) open.push(null);
  open[index] = item;
  return open;
}

/** A value without the parts at these paths. All keys mean places in the value as it was before. */
export function deletePaths(value: JqValue, paths: JqList, charge: (slots: number) => void): JqValue {
  const drafts = createDrafts(charge);
  const sorted = paths.toSorted(compareValues).map((path) => {
    return isArray(path) ? path : fail("Path must be specified as an array");
  });
  if (sorted[0]?.length === 0) return null;
  return deleteSorted(value, sorted, 0, drafts);
}

/** The paths agree up to `at` and are sorted, so those with the same next key stand together, the shortest first. */
function deleteSorted(value: JqValue, paths: readonly JqList[], at: number, drafts: Drafts): JqValue {
  if (value === null) return null;
  const keys: JqValue[] = [];
  let rest: JqValue = value;
  for (let from = 0, to = 0; from < paths.length; from = to) {
    const key = paths[from]?.[at] ?? null;
    while (to < paths.length && compareValues(paths[to]?.[at] ?? null, key) === 0) to += 1;
    to = Math.max(to, from + 1);
    if (paths[from]?.length === at + 1) {
      keys.push(key);
      continue;
    }
    const old = getMember(rest, key);
    if (old !== null)
      rest = setMember(rest, key, deleteSorted(old, paths.slice(from, to), at + 1, drafts), drafts);
  }
  return deleteMembers(rest, keys, drafts.charge);
}

function deleteMembers(value: JqValue, keys: JqList, charge: (slots: number) => void): JqValue {
  if (keys.length === 0) return value;
  if (isObject(value)) {
    charge(value.size);
    const gone = new Set(keys.map((key) => (typeof key === "string" ? key : refuseDeletion(value, key))));
    return new Map([...value].filter(([key]) => !gone.has(key)));
  }
  if (!isArray(value)) return refuseDeletion(value, keys[0] ?? null);
  charge(value.length);
  const spans = keys.map((key) => {
    if (typeof key === "number") return toItemSpan(key, value.length);
    return isObject(key) ? toSpan(key, value.length) : refuseDeletion(value, key);
  });
  const gone = new Set<number>();
  for (const { from, to } of spans) for (let index = from; index < to; index++) gone.add(index);
  return value.filter((_, index) => !gone.has(index));
}

function refuseDeletion(value: JqValue, key: JqValue): never {
  return fail(`Cannot delete ${describe(key)} from ${typeOf(value)}`);
}

function toItemSpan(key: number, length: number): Span {
  const index = toIndex(key, length);
  return index < 0 ? { from: 0, to: 0 } : { from: index, to: Math.min(index + 1, length) };
}
