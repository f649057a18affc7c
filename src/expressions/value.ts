/**
 * The values of the Go dialects.
 * Go tells integers from floats, so a bigint is Go's `int` (64 bits) and a number is `float64`.
 * Maps are JavaScript Maps: a key named `__proto__` or `constructor` is a key like any other.
 */
import type { EvalContext } from "./context.ts";

/** A place on earth whose clocks agree, or a fixed distance from UTC. */
export interface Zone {
  /** `UTC`, `Local`, an IANA name, or the abbreviation of a fixed zone (may be empty). */
  readonly name: string;
  /** Present for fixed zones; absent when the offset depends on the instant. */
  readonly offsetSeconds?: number;
}

/** Go's `time.Time`. */
export interface TimeValue {
  readonly tag: "time";
  /** Nanoseconds since 1970-01-01T00:00:00Z. */
  readonly unixNs: bigint;
  readonly zone: Zone;
}

/** Go's `time.Duration`. */
export interface DurationValue {
  readonly tag: "duration";
  readonly ns: bigint;
}

/** Go's `*time.Location`. */
export interface LocationValue {
  readonly tag: "location";
  readonly zone: Zone;
}

/** A function that an expression may call. */
export interface FunctionValue {
  readonly tag: "function";
  readonly name: string;
  readonly call: (args: readonly Value[], context: EvalContext) => Value;
}

/**
 * A map that the host answers for, so that big scopes need not be copied.
 * `find` may throw an EvalError, for example for a value that does not exist yet.
 */
export interface HostObject {
  readonly tag: "host";
  readonly find: (key: string) => Value | undefined;
  readonly keys: () => readonly string[];
}

/** What Go can use as a key of `map[any]any` here. */
export type MapKey = null | boolean | bigint | number | string;
export type ValueList = readonly Value[];
export type ValueMap = ReadonlyMap<MapKey, Value>;

export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | ValueList
  | ValueMap
  | TimeValue
  | DurationValue
  | LocationValue
  | FunctionValue
  | HostObject;

/** The kind of a value; `host` counts as `map`. */
export type ValueKind =
  | "nil"
  | "bool"
  | "int"
  | "float"
  | "string"
  | "bytes"
  | "list"
  | "map"
  | "time"
  | "duration"
  | "location"
  | "function";

/** Tells what a value is. */
export function kindOf(value: Value): ValueKind {
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    case "number":
      return "float";
    case "string":
      return "string";
    case "function":
    case "object":
    case "symbol":
    case "undefined":
      break;
  }
  if (value === null) return "nil";
  if (isList(value)) return "list";
  if (value instanceof Map) return "map";
  if (value instanceof Uint8Array) return "bytes";
  const tag = (value as TimeValue | DurationValue | LocationValue | FunctionValue | HostObject).tag;
  return tag === "host" ? "map" : tag;
}

export function isList(value: Value): value is ValueList {
  return Array.isArray(value);
}

export function isMap(value: Value): value is ValueMap {
  return value instanceof Map;
}

function hasTag(value: Value, tag: string): boolean {
  return typeof value === "object" && value !== null && "tag" in value && value.tag === tag;
}

export function isHost(value: Value): value is HostObject {
  return hasTag(value, "host");
}

export function isTime(value: Value): value is TimeValue {
  return hasTag(value, "time");
}

export function isDuration(value: Value): value is DurationValue {
  return hasTag(value, "duration");
}

export function isLocation(value: Value): value is LocationValue {
  return hasTag(value, "location");
}

export function isFunction(value: Value): value is FunctionValue {
  return hasTag(value, "function");
}

/** Go's name of a value's type, as `%T` prints it. */
export function goTypeName(value: Value): string {
  const names: Readonly<Record<ValueKind, string>> = {
    nil: "<nil>",
    bool: "bool",
    int: "int",
    float: "float64",
    string: "string",
    bytes: "[]uint8",
    list: "[]interface {}",
    map: "map[string]interface {}",
    time: "time.Time",
    duration: "time.Duration",
    location: "*time.Location",
    function: "func",
  };
  return names[kindOf(value)];
}

/** Go's 64-bit integers wrap around silently. */
export function wrapInt(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

/** Wraps a function with its name for messages. */
export function createFunction(name: string, call: FunctionValue["call"]): FunctionValue {
  return { tag: "function", name, call };
}

/** A host object from two functions. */
export function createHostObject(find: HostObject["find"], keys: HostObject["keys"]): HostObject {
  return { tag: "host", find, keys };
}

/** A map from plain members. Own members only: the prototype is never consulted. */
export function createMap(members: Iterable<readonly [string, Value]>): ValueMap {
  return new Map<MapKey, Value>(members);
}

/** The members of a map or a host object as a Map; a host object is read member by member. */
export function toMap(value: ValueMap | HostObject): ValueMap {
  if (!isHost(value)) return value;
  const members: [MapKey, Value][] = [];
  for (const key of value.keys()) {
    const found = value.find(key);
    if (found !== undefined) members.push([key, found]);
  }
  return new Map(members);
}
