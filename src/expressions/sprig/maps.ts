/**
 * sprig's functions on maps. In Go `set`, `unset` and `merge` change their first argument;
 * here values never change, so they give a changed copy, which is what they return in Go as well.
 */
import { chargeBytes, chargeSteps, failEvaluation } from "../context.ts";
import type { EvalContext } from "../context.ts";
import { checkDepth } from "../go/format-value.ts";
import { isHost, isList, isMap, toMap } from "../value.ts";
import type { MapKey, Value, ValueMap } from "../value.ts";
import { alias, anyArg, fixed, isEmpty, mapArg, textArg, toText, variadic } from "./sprig-function.ts";
import type { Call, SprigEntries } from "./sprig-function.ts";

function copyMap(map: ValueMap, context: EvalContext): Map<MapKey, Value> {
  chargeBytes(context, map.size * 16);
  chargeSteps(context, map.size);
  return new Map(map);
}

function set(call: Call): Value {
  return copyMap(mapArg(call, 0), call.context).set(textArg(call, 1), anyArg(call, 2));
}

function unset(call: Call): Value {
  const map = copyMap(mapArg(call, 0), call.context);
  map.delete(textArg(call, 1));
  return map;
}

function dict(call: Call): Value {
  const map = new Map<MapKey, Value>();
  chargeBytes(call.context, call.args.length * 8);
  for (let index = 0; index < call.args.length; index += 2) {
    map.set(toText(anyArg(call, index)), index + 1 < call.args.length ? anyArg(call, index + 1) : "");
  }
  return map;
}

function pluck(call: Call): Value {
  const key = textArg(call, 0);
  const maps = call.args.slice(1).map((_, index) => mapArg(call, index + 1));
  return maps.filter((map) => map.has(key)).map((map) => map.get(key) ?? null);
}

function collect(call: Call, read: (map: ValueMap) => Iterable<Value>): Value {
  const found = call.args.flatMap((_, index) => [...read(mapArg(call, index))]);
  chargeBytes(call.context, found.length * 8);
  return found;
}

function pick(call: Call, wanted: boolean): Value {
  const names = new Set(call.args.slice(1).map((_, index) => textArg(call, index + 1)));
  const members = [...mapArg(call, 0)].filter(
    ([key]) => (typeof key === "string" && names.has(key)) === wanted,
  );
  chargeBytes(call.context, members.length * 16);
  return new Map(members);
}

/** The map inside a value, if it is one. */
function findMap(value: Value | undefined): ValueMap | undefined {
  return value !== undefined && (isMap(value) || isHost(value)) ? toMap(value) : undefined;
}

/**
 * dario.cat/mergo: maps are merged inside; otherwise the target wins unless it is empty or overwriting is
 * asked for.
 */
function merge(
  target: ValueMap,
  source: ValueMap,
  overwrite: boolean,
  context: EvalContext,
  depth = 0,
): ValueMap {
  checkDepth(depth);
  const result = copyMap(target, context);
  for (const [key, value] of source) {
    chargeSteps(context, 1);
    const old = result.get(key);
    const inner = findMap(old);
    const added = findMap(value);
    if (value === null && !overwrite) continue;
    if (inner !== undefined && added !== undefined)
      result.set(key, merge(inner, added, overwrite, context, depth + 1));
    else if (old === undefined || isEmpty(old) || overwrite) result.set(key, value);
  }
  return result;
}

function mergeAll(call: Call, overwrite: boolean): Value {
  return call.args
    .slice(1)
    .reduce<ValueMap>(
      (target, _, index) => merge(target, mapArg(call, index + 1), overwrite, call.context),
      mapArg(call, 0),
    );
}

/** `dig "a" "b" default map`: the member at a path, or the default when the path ends early. */
function dig(call: Call): Value {
  if (call.args.length < 3) return failEvaluation("dig needs at least three arguments");
  const path = call.args.slice(0, -2).map((_, index) => textArg(call, index));
  let current: Value = mapArg(call, call.args.length - 1);
  for (const [index, key] of path.entries()) {
    const map = findMap(current);
    if (map === undefined)
      return failEvaluation(`${call.name}: the value at ${path.slice(0, index).join(".")} is no map`);
    const found = map.get(key);
    if (found === undefined) return anyArg(call, call.args.length - 2);
    current = found;
  }
  return current;
}

export const mapFunctions: SprigEntries = [
  ["dict", variadic(0, dict)],
  [
    "get",
    fixed(
      2,
      (call) => mapArg(call, 0).get(textArg(call, 1)) ?? (mapArg(call, 0).has(textArg(call, 1)) ? null : ""),
    ),
  ],
  ["set", fixed(3, set)],
  ["unset", fixed(2, unset)],
  ["hasKey", fixed(2, (call) => mapArg(call, 0).has(textArg(call, 1)))],
  ["pluck", variadic(1, pluck)],
  ["keys", variadic(0, (call) => collect(call, (map) => map.keys()))],
  ["values", fixed(1, (call) => collect(call, (map) => map.values()))],
  ["pick", variadic(1, (call) => pick(call, true))],
  ["omit", variadic(1, (call) => pick(call, false))],
  ...alias(
    ["merge", "mustMerge"],
    variadic(1, (call) => mergeAll(call, false)),
  ),
  ...alias(
    ["mergeOverwrite", "mustMergeOverwrite"],
    variadic(1, (call) => mergeAll(call, true)),
  ),
  ["dig", variadic(0, dig)],
  // Values never change, so a copy is the value itself.
  ...alias(
    ["deepCopy", "mustDeepCopy"],
    fixed(1, (call) => {
      const value = anyArg(call, 0);
      return isList(value) ? [...value] : value;
    }),
  ),
];
