/**
 * Members, indexes and slices of values (expr-lang, vm/runtime Fetch and Slice).
 */
import { EvalError, failEvaluation } from "../context.ts";
import { findMethod } from "../go/time-methods.ts";
import { countBytes, encodeUtf8, sliceBytes } from "../go/utf8.ts";
import { formatValue } from "../go/format-value.ts";
import { goTypeName, isDuration, isHost, isList, isLocation, isMap, isTime } from "../value.ts";
import type { MapKey, Value } from "../value.ts";

/** An index as Go's ToInt takes it: integers, and floats cut to integers. */
function toIndex(value: Value): number {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number") return Math.trunc(value);
  return failEvaluation(`invalid operation: int(${goTypeName(value)})`);
}

/** The element at an index that counts from the end when negative; undefined when out of range. */
function findElement(items: ArrayLike<Value | number>, index: number): Value | undefined {
  const at = index < 0 ? items.length + index : index;
  return at >= 0 && at < items.length ? items[at] : undefined;
}

function fetchElement(items: ArrayLike<Value | number>, key: Value): Value {
  const index = toIndex(key);
  const found = findElement(items, index);
  if (found !== undefined) return found;
  const at = index < 0 ? items.length + index : index;
  throw new EvalError(
    "expression/index-out-of-range",
    `index out of range: ${at} (array length is ${items.length})`,
  );
}

/** A member of a map; nil when there is none, whatever the name. */
export function fetchKey(object: Value, key: Value): Value | undefined {
  if (isHost(object)) return typeof key === "string" ? (object.find(key) ?? null) : null;
  if (isMap(object))
    return (typeof key !== "object" || key === null ? object.get(key as MapKey) : undefined) ?? null;
  return undefined;
}

/** `object.key` and `object[key]`; refuses what Go refuses: members of nil, indexes out of range. */
export function fetchMember(object: Value, key: Value): Value {
  const member = fetchKey(object, key);
  if (member !== undefined) return member;
  if (isList(object)) return fetchElement(object, key);
  if (object instanceof Uint8Array) return fetchByte(object, key);
  if (typeof object === "string") return fetchByte(encodeUtf8(object), key);
  if (isTime(object) || isDuration(object) || isLocation(object)) {
    const method = typeof key === "string" ? findMethod(object, key) : undefined;
    if (method !== undefined) return method;
  }
  throw new EvalError(
    "expression/no-such-member",
    `cannot fetch ${formatValue(key)} from ${goTypeName(object)}`,
  );
}

function fetchByte(bytes: Uint8Array, key: Value): Value {
  return BigInt(fetchElement(bytes, key) as number);
}

/** The builtin `get`: like `object[key]`, but nil instead of a refusal. */
export function getMember(object: Value, key: Value): Value {
  if (object === null) return null;
  const member = fetchKey(object, key);
  if (member !== undefined) return member;
  if (isList(object)) return findElement(object, toIndex(key)) ?? null;
  const bytes = typeof object === "string" ? encodeUtf8(object) : object;
  if (bytes instanceof Uint8Array) {
    const byte = findElement(bytes, toIndex(key));
    return typeof byte === "number" ? BigInt(byte) : null;
  }
  return typeof key === "string" ? (findMethod(object, key) ?? null) : null;
}

/** Holds a bound of a slice within the length; negative bounds count from the end. */
function clampBound(bound: Value | undefined, length: number, absent: number): number {
  if (bound === undefined) return absent;
  const at = toIndex(bound);
  return Math.min(Math.max(at < 0 ? length + at : at, 0), length);
}

/**
 * `object[from:to]` of a list or a text; bounds out of range are moved into it. Texts are cut by bytes, as
 * in Go.
 */
export function sliceValue(object: Value, from: Value | undefined, to: Value | undefined): Value {
  const isText = typeof object === "string";
  if (!isText && !isList(object) && !(object instanceof Uint8Array)) {
    return failEvaluation(`cannot slice ${goTypeName(object)}`);
  }
  const length = isText ? countBytes(object) : object.length;
  const end = clampBound(to, length, length);
  const start = Math.min(clampBound(from, length, 0), end);
  return isText ? sliceBytes(object, start, end) : object.slice(start, end);
}
