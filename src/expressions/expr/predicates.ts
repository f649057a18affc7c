/**
 * The builtins that run a predicate for each element: all, map, filter, reduce and their kin.
 */
import { chargeBytes, chargeSteps, EvalError, failEvaluation } from "../context.ts";
import { goTypeName, isList } from "../value.ts";
import type { MapKey, Value, ValueList } from "../value.ts";
import { applyBinary } from "./apply-operator.ts";
import type { ExprNode } from "./ast.ts";
import { orderValues, readOrder } from "./compare.ts";
import type { Evaluate, Scope } from "./scope.ts";

/** One running builtin. */
interface Loop {
  readonly name: string;
  readonly items: ValueList;
  readonly predicate: ExprNode | undefined;
  readonly scope: Scope;
  /** The argument behind the predicate, if any. */
  readonly extra: ExprNode | undefined;
  readonly evaluate: Evaluate;
}

function runBody(loop: Loop, index: number, accumulated?: Value): Value {
  chargeSteps(loop.scope.context, 1);
  const element = loop.items[index] ?? null;
  if (loop.predicate === undefined) return element;
  return loop.evaluate(loop.predicate, { ...loop.scope, pointer: { element, index, accumulated } });
}

function holds(loop: Loop, index: number): boolean {
  const value = runBody(loop, index);
  if (typeof value === "boolean") return value;
  return failEvaluation(`the predicate of ${loop.name} must give a bool, but gave ${goTypeName(value)}`);
}

/** The index of the first (or last) element for which the predicate holds; -1 when there is none. */
function findIndex(loop: Loop, backwards = false): number {
  const { length } = loop.items;
  for (let step = 0; step < length; step++) {
    const index = backwards ? length - 1 - step : step;
    if (holds(loop, index)) return index;
  }
  return -1;
}

function elementAt(loop: Loop, index: number): Value {
  return index < 0 ? null : (loop.items[index] ?? null);
}

function indexValue(index: number): Value {
  return index < 0 ? null : BigInt(index);
}

function collect(loop: Loop): Value {
  chargeBytes(loop.scope.context, loop.items.length * 8);
  return loop.items.map((_, index) => runBody(loop, index));
}

function filter(loop: Loop): ValueList {
  const kept = loop.items.filter((_, index) => holds(loop, index));
  chargeBytes(loop.scope.context, kept.length * 8);
  return kept;
}

function count(loop: Loop): number {
  let found = 0;
  for (let index = 0; index < loop.items.length; index++) if (holds(loop, index)) found++;
  return found;
}

function sum(loop: Loop): Value {
  let total: Value = 0n;
  for (let index = 0; index < loop.items.length; index++) {
    total = applyBinary("+", runBody(loop, index), total, loop.scope.context);
  }
  return total;
}

function groupBy(loop: Loop): Value {
  const groups = new Map<MapKey, Value[]>();
  for (let index = 0; index < loop.items.length; index++) {
    const key = runBody(loop, index);
    if (typeof key === "object" && key !== null)
      return failEvaluation(`groupBy: a ${goTypeName(key)} cannot be a key`);
    const group = groups.get(key);
    chargeBytes(loop.scope.context, 8);
    if (group === undefined) groups.set(key, [elementAt(loop, index)]);
    else group.push(elementAt(loop, index));
  }
  return groups;
}

/** Refuses to sort more than the budget can pay for. */
function chargeSort(loop: Loop): void {
  chargeSteps(loop.scope.context, Math.ceil(loop.items.length * Math.log2(loop.items.length + 1)));
  chargeBytes(loop.scope.context, loop.items.length * 16);
}

function sortBy(loop: Loop): Value {
  const sign = loop.extra === undefined ? 1 : readOrder("sortBy", loop.evaluate(loop.extra, loop.scope));
  chargeSort(loop);
  const keyed = loop.items.map((element, index) => ({ element, key: runBody(loop, index) }));
  keyed.sort((left, right) => sign * orderValues(left.key, right.key));
  return keyed.map((entry) => entry.element);
}

function reduce(loop: Loop): Value {
  let start = 0;
  let accumulated: Value;
  if (loop.extra !== undefined) {
    accumulated = loop.evaluate(loop.extra, loop.scope);
  } else if (loop.items.length === 0) {
    return failEvaluation("reduce of empty array with no initial value");
  } else {
    accumulated = elementAt(loop, 0);
    start = 1;
  }
  for (let index = start; index < loop.items.length; index++) accumulated = runBody(loop, index, accumulated);
  return accumulated;
}

const builtins: ReadonlyMap<string, (loop: Loop) => Value> = new Map<string, (loop: Loop) => Value>([
  ["all", (loop) => loop.items.every((_, index) => holds(loop, index))],
  ["none", (loop) => findIndex(loop) < 0],
  ["any", (loop) => findIndex(loop) >= 0],
  ["one", (loop) => count(loop) === 1],
  ["filter", filter],
  ["map", collect],
  ["find", (loop) => elementAt(loop, findIndex(loop))],
  ["findIndex", (loop) => indexValue(findIndex(loop))],
  ["findLast", (loop) => elementAt(loop, findIndex(loop, true))],
  ["findLastIndex", (loop) => indexValue(findIndex(loop, true))],
  ["count", (loop) => BigInt(count(loop))],
  ["sum", sum],
  ["groupBy", groupBy],
  ["sortBy", sortBy],
  ["reduce", reduce],
]);

/** Runs a builtin whose second argument is a predicate. */
export function runPredicateBuiltin(
  name: string,
  args: readonly ExprNode[],
  scope: Scope,
  evaluate: Evaluate,
): Value {
  const builtin = builtins.get(name);
  const [source, predicate, extra] = args;
  if (builtin === undefined || source === undefined) {
    throw new EvalError("expression/unknown-function", `unknown function ${name}`);
  }
  const items = evaluate(source, scope);
  if (!isList(items)) return failEvaluation(`builtin ${name} takes only array (got ${goTypeName(items)})`);
  return builtin({ name, items, predicate, scope, extra, evaluate });
}
