/**
 * Builtins on lists.
 */
import { checkArity, getList, refuseArgument } from "../../arguments.ts";
import { chargeBytes, chargeSteps, failEvaluation } from "../../context.ts";
import type { EvalContext } from "../../context.ts";
import { checkDepth } from "../../go/format-value.ts";
import { countRunes } from "../../go/utf8.ts";
import { goTypeName, isHost, isList, isMap } from "../../value.ts";
import type { Value, ValueList } from "../../value.ts";
import { isEqual, orderValues, readOrder } from "../compare.ts";
import { getMember } from "../fetch.ts";
import type { Builtin } from "./builtin.ts";

const len: Builtin = (args, _context, name) => {
  checkArity(name, args, 1);
  const value = args[0] ?? null;
  if (typeof value === "string") return BigInt(countRunes(value));
  if (isList(value) || value instanceof Uint8Array) return BigInt(value.length);
  if (isMap(value)) return BigInt(value.size);
  if (isHost(value)) return BigInt(value.keys().length);
  return failEvaluation(`invalid argument for len (type ${goTypeName(value)})`);
};

/** The first or last element; nil for everything that has none. */
function edge(index: bigint): Builtin {
  return (args, _context, name) => {
    checkArity(name, args, 1);
    const value = args[0] ?? null;
    if (!isList(value) && typeof value !== "string" && !(value instanceof Uint8Array)) return null;
    return getMember(value, index);
  };
}

const take: Builtin = (args, context, name) => {
  checkArity(name, args, 2);
  const items = getList(name, args, 0);
  const count = args[1];
  if (typeof count !== "bigint") return refuseArgument(name, 1, "an int", count);
  if (count < 0n) return failEvaluation(`cannot take ${count} elements`);
  const kept = items.slice(0, Number(count));
  chargeBytes(context, kept.length * 8);
  return kept;
};

const reverse: Builtin = (args, context, name) => {
  checkArity(name, args, 1);
  const items = getList(name, args, 0);
  chargeBytes(context, items.length * 8);
  return items.toReversed();
};

/** A key that equal plain values share; undefined for values that must be compared one by one. */
function hashKey(value: Value): string | undefined {
  switch (typeof value) {
    case "string":
      return `s${value}`;
    case "boolean":
      return `b${value}`;
    case "number":
      return Number.isNaN(value) ? undefined : `n${value === 0 ? 0 : value}`;
    // An integer equals the float of the same value, as far as floats can tell integers apart.
    case "bigint":
      return BigInt.asIntN(53, value) === value ? `n${value}` : undefined;
    case "function":
    case "object":
    case "symbol":
    case "undefined":
      return undefined;
  }
}

const uniq: Builtin = (args, context, name) => {
  checkArity(name, args, 1);
  const keys = new Set<string>();
  const others: Value[] = [];
  const kept: Value[] = [];
  for (const item of getList(name, args, 0)) {
    const key = hashKey(item);
    chargeSteps(context, 1 + (key === undefined ? kept.length : others.length));
    const known = key === undefined ? kept.some((other) => isEqual(item, other)) : keys.has(key);
    if (known || (key !== undefined && others.some((other) => isEqual(item, other)))) continue;
    if (key === undefined) others.push(item);
    else keys.add(key);
    kept.push(item);
  }
  chargeBytes(context, kept.length * 8);
  return kept;
};

const concat: Builtin = (args, context, name) => {
  checkArity(name, args, 1, -1);
  const lists = args.map((_, index) => getList(name, args, index));
  chargeBytes(
    context,
    lists.reduce((total, list) => total + list.length * 8, 0),
  );
  return lists.flat();
};

function flattenInto(items: ValueList, result: Value[], context: EvalContext, depth: number): void {
  checkDepth(depth);
  for (const item of items) {
    chargeSteps(context, 1);
    if (isList(item)) flattenInto(item, result, context, depth + 1);
    else result.push(item);
  }
}

const flatten: Builtin = (args, context, name) => {
  checkArity(name, args, 1);
  const result: Value[] = [];
  flattenInto(getList(name, args, 0), result, context, 0);
  chargeBytes(context, result.length * 8);
  return result;
};

const sort: Builtin = (args, context, name) => {
  checkArity(name, args, 1, 2);
  const items = getList(name, args, 0);
  const sign = args[1] === undefined ? 1 : readOrder(name, args[1]);
  chargeSteps(context, Math.ceil(items.length * Math.log2(items.length + 1)));
  chargeBytes(context, items.length * 8);
  return items.toSorted((left, right) => sign * orderValues(left, right));
};

const get: Builtin = (args, _context, name) => {
  checkArity(name, args, 2, -1);
  return getMember(args[0] ?? null, args[1] ?? null);
};

export const listBuiltins: readonly (readonly [string, Builtin])[] = [
  ["len", len],
  ["first", edge(0n)],
  ["last", edge(-1n)],
  ["take", take],
  ["reverse", reverse],
  ["uniq", uniq],
  ["concat", concat],
  ["flatten", flatten],
  ["sort", sort],
  ["get", get],
];
