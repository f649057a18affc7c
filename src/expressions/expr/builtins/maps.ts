/**
 * Builtins on maps. Go walks maps in random order; here members keep the order in which they were written.
 */
import { checkArity, getList, getMap } from "../../arguments.ts";
import { chargeBytes, chargeSteps, failEvaluation } from "../../context.ts";
import type { EvalContext } from "../../context.ts";
import { goTypeName, isList, toMap } from "../../value.ts";
import type { MapKey, Value, ValueMap } from "../../value.ts";
import type { Builtin } from "./builtin.ts";

function readMap(name: string, args: readonly Value[], context: EvalContext): ValueMap {
  checkArity(name, args, 1);
  const map = toMap(getMap(name, args, 0));
  chargeSteps(context, map.size);
  chargeBytes(context, map.size * 8);
  return map;
}

const fromPairs: Builtin = (args, context, name) => {
  checkArity(name, args, 1);
  const map = new Map<MapKey, Value>();
  for (const pair of getList(name, args, 0)) {
    chargeSteps(context, 1);
    chargeBytes(context, 16);
    if (!isList(pair)) return failEvaluation(`invalid pair ${goTypeName(pair)}`);
    if (pair.length !== 2) return failEvaluation(`invalid pair length ${pair.length}`);
    const key = pair[0] ?? null;
    if (typeof key === "object" && key !== null)
      return failEvaluation(`a ${goTypeName(key)} cannot be a key`);
    map.set(key, pair[1] ?? null);
  }
  return map;
};

export const mapBuiltins: readonly (readonly [string, Builtin])[] = [
  ["keys", (args, context, name) => [...readMap(name, args, context).keys()]],
  ["values", (args, context, name) => [...readMap(name, args, context).values()]],
  ["toPairs", (args, context, name) => [...readMap(name, args, context)].map(([key, value]) => [key, value])],
  ["fromPairs", fromPairs],
];
