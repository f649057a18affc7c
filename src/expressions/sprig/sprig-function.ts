/**
 * The form of a sprig function, and readers for its arguments.
 * Go calls these functions by reflection: types must fit exactly, and nil stands for the zero value of the type.
 */
import { failEvaluation } from "../context.ts";
import type { EvalContext } from "../context.ts";
import { goTypeName, isHost, isList, isMap, isTime, toMap } from "../value.ts";
import type { TimeValue, Value, ValueList, ValueMap } from "../value.ts";
import { formatValue } from "../go/format-value.ts";
import { decodeUtf8 } from "../go/utf8.ts";

/** The arguments of one call. */
export interface Call {
  /** `sprig.trim`, for messages. */
  readonly name: string;
  readonly args: readonly Value[];
  readonly context: EvalContext;
}

/** A function with the number of arguments it takes; `most` of -1 means any number. */
export interface SprigFunction {
  readonly least: number;
  readonly most: number;
  readonly run: (call: Call) => Value;
}

export type SprigEntries = readonly (readonly [string, SprigFunction])[];

/** A function of a fixed number of arguments. */
export function fixed(arity: number, run: (call: Call) => Value): SprigFunction {
  return { least: arity, most: arity, run };
}

/** A function of `least` or more arguments. */
export function variadic(least: number, run: (call: Call) => Value): SprigFunction {
  return { least, most: -1, run };
}

/** The same function under several names. */
export function alias(names: readonly string[], entry: SprigFunction): SprigEntries {
  return names.map((name) => [name, entry] as const);
}

function refuse(call: Call, index: number, expected: string): never {
  const found = call.args[index];
  return failEvaluation(
    `${call.name} expects ${expected} as argument ${index + 1}, but got ${found === undefined ? "nothing" : goTypeName(found)}`,
  );
}

export function textArg(call: Call, index: number): string {
  const value = call.args[index] ?? null;
  if (value === null) return "";
  return typeof value === "string" ? value : refuse(call, index, "a string");
}

/** A Go int as a JavaScript number. */
export function intArg(call: Call, index: number): number {
  const value = call.args[index] ?? null;
  if (value === null) return 0;
  return typeof value === "bigint" ? Number(value) : refuse(call, index, "an int");
}

export function boolArg(call: Call, index: number): boolean {
  const value = call.args[index] ?? null;
  if (value === null) return false;
  return typeof value === "boolean" ? value : refuse(call, index, "a bool");
}

export function timeArg(call: Call, index: number): TimeValue {
  const value = call.args[index] ?? null;
  return isTime(value) ? value : refuse(call, index, "a time");
}

export function mapArg(call: Call, index: number): ValueMap {
  const value = call.args[index] ?? null;
  if (value === null) return new Map();
  return isMap(value) || isHost(value) ? toMap(value) : refuse(call, index, "a map");
}

/** A list; unlike the other types nil is refused, as sprig does. */
export function listArg(call: Call, index: number): ValueList {
  const value = call.args[index] ?? null;
  return isList(value) ? value : refuse(call, index, "a list");
}

export function anyArg(call: Call, index: number): Value {
  return call.args[index] ?? null;
}

/** sprig's strval: texts as they are, everything else as `%v`. */
export function toText(value: Value): string {
  if (value instanceof Uint8Array) return decodeUtf8(value);
  return formatValue(value);
}

/** sprig's strslice: the elements of a list as texts without nil; a single value counts as a list of one. */
export function toTexts(value: Value): readonly string[] {
  if (value === null) return [];
  if (!isList(value)) return [toText(value)];
  return value.filter((item) => item !== null).map(toText);
}

/** sprig's empty: nil, "", 0, false and collections without elements. */
export function isEmpty(value: Value): boolean {
  switch (typeof value) {
    case "string":
      return value === "";
    case "number":
      return value === 0;
    case "bigint":
      return value === 0n;
    case "boolean":
      return !value;
    case "function":
    case "object":
    case "symbol":
    case "undefined":
      break;
  }
  if (value === null) return true;
  if (isList(value) || value instanceof Uint8Array) return value.length === 0;
  if (isHost(value)) return value.keys().length === 0;
  if (isMap(value)) return value.size === 0;
  return "tag" in value && value.tag === "duration" && value.ns === 0n;
}
