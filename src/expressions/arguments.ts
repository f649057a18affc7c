/**
 * Reading the arguments of builtins and functions: each reader refuses what Go's types would refuse,
 * and says which function, which argument and what was found.
 */
import { failEvaluation } from "./context.ts";
import { goTypeName, isHost, isList, isMap } from "./value.ts";
import type { HostObject, Value, ValueList, ValueMap } from "./value.ts";

const maxSafe = BigInt(Number.MAX_SAFE_INTEGER);

/** Refuses argument `index` (from 0). */
export function refuseArgument(
  name: string,
  index: number,
  expected: string,
  found: Value | undefined,
): never {
  const what = found === undefined ? "nothing" : goTypeName(found);
  return failEvaluation(`${name} expects ${expected} as argument ${index + 1}, but got ${what}`);
}

/** Refuses a wrong number of arguments; `most` of -1 means any number. */
export function checkArity(name: string, args: readonly Value[], least: number, most = least): void {
  if (args.length >= least && (most < 0 || args.length <= most)) return;
  const expected = most === least ? `${least}` : most < 0 ? `at least ${least}` : `${least} to ${most}`;
  failEvaluation(`invalid number of arguments for ${name} (expected ${expected}, got ${args.length})`);
}

export function getText(name: string, args: readonly Value[], index: number): string {
  const value = args[index];
  return typeof value === "string" ? value : refuseArgument(name, index, "a string", value);
}

/** An integer, or a float cut to one. */
export function getInteger(name: string, args: readonly Value[], index: number): bigint {
  const value = args[index];
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isFinite(value)) return BigInt(Math.trunc(value));
  return refuseArgument(name, index, "an integer", value);
}

/** An integer as a JavaScript number, held within what arrays and texts can ever need. */
export function getCount(name: string, args: readonly Value[], index: number): number {
  const value = getInteger(name, args, index);
  return Number(value > maxSafe ? maxSafe : value < -maxSafe ? -maxSafe : value);
}

export function getList(name: string, args: readonly Value[], index: number): ValueList {
  const value = args[index];
  if (value !== undefined && isList(value)) return value;
  if (value instanceof Uint8Array) return Array.from(value, BigInt);
  return refuseArgument(name, index, "a list", value);
}

export function getMap(name: string, args: readonly Value[], index: number): ValueMap | HostObject {
  const value = args[index];
  if (value !== undefined && (isMap(value) || isHost(value))) return value;
  return refuseArgument(name, index, "a map", value);
}
