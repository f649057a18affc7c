/**
 * The values of jq: JSON, with objects as Maps, so that a key named `__proto__` is a key like any other.
 * Their order is jq's: null, false, true, numbers, texts, arrays, objects.
 */
import type { Json } from "../../base/json.ts";
import { EvalError } from "../context.ts";
import { checkDepth } from "../go/format-value.ts";
import { writeJson } from "../go/json.ts";
import { compareText } from "../go/utf8.ts";

export type JqObject = ReadonlyMap<string, JqValue>;
export type JqList = readonly JqValue[];
export type JqValue = null | boolean | number | string | JqList | JqObject;
export type JqType = "null" | "boolean" | "number" | "string" | "array" | "object";

/** An error that a program may catch; `value` is what `catch` sees. */
export class JqError extends Error {
  readonly value: JqValue;
  /** Where in the source it came about, once that is known. */
  offset: number | undefined;

  constructor(value: JqValue) {
    super(typeof value === "string" ? value : `${writeValue(value)} (not a string)`);
    this.value = value;
    this.offset = undefined;
  }
}

/** Refuses an operation; the program may catch that. */
export function fail(message: string): never {
  throw new JqError(message);
}

export function isObject(value: JqValue): value is JqObject {
  return value instanceof Map;
}

export function isArray(value: JqValue): value is JqList {
  return Array.isArray(value);
}

export function typeOf(value: JqValue): JqType {
  if (value === null) return "null";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return "number";
  if (typeof value === "string") return "string";
  return isArray(value) ? "array" : "object";
}

/** Everything is true but `null` and `false`. */
export function isTruthy(value: JqValue): boolean {
  return value !== null && value !== false;
}

function rank(value: JqValue): number {
  if (value === null) return 0;
  if (value === false) return 1;
  if (value === true) return 2;
  if (typeof value === "number") return 3;
  if (typeof value === "string") return 4;
  return isArray(value) ? 5 : 6;
}

/** Pays for work that is about to be done; throws when nothing is left. */
export type Charge = (steps: number) => void;

const free: Charge = () => undefined;

/**
 * Below zero, zero or above it; a number that is none comes before all numbers, also before itself. Each member that is
 * looked at costs a step.
 */
export function compareValues(left: JqValue, right: JqValue, charge: Charge = free): number {
  if (typeof left === "number" && typeof right === "number") {
    if (left < right || Number.isNaN(left)) return -1;
    return left === right ? 0 : 1;
  }
  if (typeof left === "string" && typeof right === "string") {
    charge(Math.min(left.length, right.length) >> 4);
    return compareText(left, right);
  }
  if (isArray(left) && isArray(right)) return compareLists(left, right, charge);
  if (isObject(left) && isObject(right)) {
    charge(left.size + right.size);
    const keys = sortKeys(left);
    const order = compareLists(keys, sortKeys(right), charge);
    if (order !== 0) return order;
    return compareLists(
      keys.map((key) => left.get(key) ?? null),
      keys.map((key) => right.get(key) ?? null),
      charge,
    );
  }
  return rank(left) - rank(right);
}

function compareLists(left: JqList, right: JqList, charge: Charge): number {
  for (const [index, item] of left.entries()) {
    if (index >= right.length) return 1;
    charge(1);
    const order = compareValues(item, right[index] ?? null, charge);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

export function sortKeys(value: JqObject): readonly string[] {
  return [...value.keys()].sort(compareText);
}

/** JSON as a value; the members of objects keep their order. */
export function fromJson(json: Json, depth = 0): JqValue {
  checkDepth(depth);
  if (json === null || typeof json !== "object") return json;
  if (Array.isArray(json)) return json.map((item: Json) => fromJson(item, depth + 1));
  return new Map(Object.entries(json).map(([key, value]) => [key, fromJson(value as Json, depth + 1)]));
}

/**
 * In which order the members of an object come: as jq has them (as they were written), or by their keys, as gojq has
 * them, whose objects have no order.
 */
export type KeyOrder = "written" | "sorted";

/** The JSON text that jq itself makes of a value: what is no number is null, the infinite is the largest number. */
export function writeValue(value: JqValue, order: KeyOrder = "sorted"): string {
  if (typeof value === "number") return writeNumber(value);
  if (isArray(value)) return `[${value.map((item) => writeValue(item, order)).join(",")}]`;
  if (!isObject(value)) return writeJson(value, { escapeHtml: false });
  const members = listKeys(value, order).map(
    (key) => `${writeJson(key, { escapeHtml: false })}:${writeValue(value.get(key) ?? null, order)}`,
  );
  return `{${members.join(",")}}`;
}

function writeNumber(value: number): string {
  if (Number.isNaN(value)) return "null";
  return writeJson(Number.isFinite(value) ? value : Math.sign(value) * Number.MAX_VALUE);
}

export function listKeys(value: JqObject, order: KeyOrder): readonly string[] {
  return order === "sorted" ? sortKeys(value) : [...value.keys()];
}

/** A JSON text as a value. */
export function readValue(text: string): JqValue {
  try {
    return fromJson(JSON.parse(text) as Json);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof EvalError)
      return fail(`${quoteShort(text)} cannot be parsed as JSON: ${error.message}`);
    throw error;
  }
}

const quotedAtMost = 14;

/** A value for a message: its JSON text, cut when it is long. No more of the value is looked at than is shown. */
export function quoteShort(value: JqValue): string {
  const text = writeStart(value, quotedAtMost + 1);
  return text.length > quotedAtMost ? `${text.slice(0, quotedAtMost - 3)}...` : text;
}

/** The JSON text of a value, or its first `length` characters and some more. */
function writeStart(value: JqValue, length: number): string {
  if (typeof value === "string") return writeValue(value.slice(0, length));
  if (!isArray(value) && !isObject(value)) return writeValue(value);
  const [open, close] = isArray(value) ? "[]" : "{}";
  let text = open ?? "";
  for (const [key, member] of value.entries()) {
    if (text.length > length) return text;
    if (text.length > 1) text += ",";
    if (typeof key === "string") text += `${writeStart(key, length)}:`;
    text += writeStart(member, length - text.length);
  }
  return text + (close ?? "");
}

/** A value for a message, with its type. */
export function describe(value: JqValue): string {
  return `${typeOf(value)} (${quoteShort(value)})`;
}
