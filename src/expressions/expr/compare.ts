/**
 * Equality and order of expr-lang (vm/runtime): integers and floats compare as numbers, times as instants.
 */
import { failEvaluation } from "../context.ts";
import { checkDepth } from "../go/format-value.ts";
import { compareText } from "../go/utf8.ts";
import { goTypeName, isDuration, isHost, isList, isLocation, isMap, isTime, toMap } from "../value.ts";
import type { Value, ValueList, ValueMap } from "../value.ts";

function isNumeric(value: Value): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function equalNumbers(left: number | bigint, right: number | bigint): boolean {
  return typeof left === typeof right ? left === right : Number(left) === Number(right);
}

function equalLists(left: ValueList, right: ValueList, depth: number, equal: typeof isEqual): boolean {
  if (left.length !== right.length) return false;
  // A plain loop keeps the stack shallow for lists inside lists.
  for (let index = 0; index < left.length; index++) {
    if (!equal(left[index] ?? null, right[index] ?? null, depth + 1)) return false;
  }
  return true;
}

function equalMaps(left: ValueMap, right: ValueMap, depth: number): boolean {
  if (left.size !== right.size) return false;
  for (const [key, value] of left) {
    const other = right.get(key);
    if (other === undefined || !isDeepEqual(value, other, depth + 1)) return false;
  }
  return true;
}

function equalObjects(left: Value, right: Value, depth: number): boolean {
  if ((isMap(left) || isHost(left)) && (isMap(right) || isHost(right)))
    return equalMaps(toMap(left), toMap(right), depth);
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    return left.length === right.length && left.every((byte, index) => byte === right[index]);
  }
  if (isDuration(left) && isDuration(right)) return left.ns === right.ns;
  if (isTime(left) && isTime(right)) return left.unixNs === right.unixNs;
  // Functions are never equal, not even to themselves.
  return isLocation(left) && isLocation(right) && left.zone.name === right.zone.name;
}

/** `==`: 1 equals 1.0, also inside lists. */
export function isEqual(left: Value, right: Value, depth = 0): boolean {
  checkDepth(depth);
  if (isNumeric(left) && isNumeric(right)) return equalNumbers(left, right);
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null)
    return left === right;
  if (isList(left) && isList(right)) return equalLists(left, right, depth, isEqual);
  return equalObjects(left, right, depth);
}

/** Go's `reflect.DeepEqual`: types count, so 1 differs from 1.0. */
export function isDeepEqual(left: Value, right: Value, depth = 0): boolean {
  checkDepth(depth);
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null)
    return left === right;
  if (isList(left) && isList(right)) return equalLists(left, right, depth, isDeepEqual);
  return equalObjects(left, right, depth);
}

/** Less than 0, 0, or more; NaN for floats without order. */
function orderOf(left: Value, right: Value): number | undefined {
  if (isNumeric(left) && isNumeric(right)) {
    if (typeof left === typeof right) return left < right ? -1 : left > right ? 1 : left === right ? 0 : NaN;
    const [a, b] = [Number(left), Number(right)];
    return a < b ? -1 : a > b ? 1 : a === b ? 0 : NaN;
  }
  if (typeof left === "string" && typeof right === "string") return compareText(left, right);
  if (isTime(left) && isTime(right)) return compareBig(left.unixNs, right.unixNs);
  if (isDuration(left) && isDuration(right)) return compareBig(left.ns, right.ns);
  return undefined;
}

function compareBig(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** `<`, `<=`, `>`, `>=` between numbers, texts, times or durations; other pairs are refused. */
export function compareValues(operator: string, left: Value, right: Value): boolean {
  const order = orderOf(left, right);
  if (order === undefined) {
    return failEvaluation(`invalid operation: ${goTypeName(left)} ${operator} ${goTypeName(right)}`);
  }
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    default:
      return order >= 0;
  }
}

/** An order for sorting; refuses values that cannot be compared. */
export function orderValues(left: Value, right: Value): number {
  const order = orderOf(left, right);
  if (order === undefined) failEvaluation(`invalid operation: ${goTypeName(left)} < ${goTypeName(right)}`);
  return Number.isNaN(order) ? 0 : (order ?? 0);
}

/** `asc` or `desc`. */
export function readOrder(name: string, order: Value): 1 | -1 {
  if (order === "asc") return 1;
  if (order === "desc") return -1;
  return failEvaluation(
    `${name}: invalid order ${JSON.stringify(typeof order === "string" ? order : goTypeName(order))}, expected asc or desc`,
  );
}
