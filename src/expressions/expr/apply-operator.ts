/**
 * Arithmetic and text operators on values (expr-lang, vm/runtime): int with int stays int and wraps around,
 * `/` and `**` always give floats, `+` also joins texts and moves times.
 */
import { chargeBytes, chargeSteps, failEvaluation } from "../context.ts";
import type { EvalContext } from "../context.ts";
import { decodeUtf8 } from "../go/utf8.ts";
import { matchPattern } from "../go/regexp/cached-match.ts";
import { goTypeName, isDuration, isHost, isList, isMap, isTime, wrapInt } from "../value.ts";
import type { MapKey, TimeValue, Value } from "../value.ts";
import type { BinaryOperator } from "./ast.ts";
import { compareValues, isEqual } from "./compare.ts";

function refuse(operator: string, left: Value, right: Value): never {
  return failEvaluation(`invalid operation: ${goTypeName(left)} ${operator} ${goTypeName(right)}`);
}

function isNumeric(value: Value): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function toFloat(operator: string, value: Value): number {
  if (isNumeric(value)) return Number(value);
  return failEvaluation(`invalid operation: ${operator} needs numbers, but got ${goTypeName(value)}`);
}

function shift(time: TimeValue, ns: bigint): TimeValue {
  return { tag: "time", unixNs: time.unixNs + ns, zone: time.zone };
}

function duration(ns: bigint): Value {
  return { tag: "duration", ns: wrapInt(ns) };
}

function add(left: Value, right: Value, context: EvalContext): Value {
  if (typeof left === "bigint" && typeof right === "bigint") return wrapInt(left + right);
  if (isNumeric(left) && isNumeric(right)) return Number(left) + Number(right);
  if (typeof left === "string" && typeof right === "string") {
    chargeBytes(context, left.length + right.length);
    return left + right;
  }
  if (isTime(left) && isDuration(right)) return shift(left, right.ns);
  if (isDuration(left) && isTime(right)) return shift(right, left.ns);
  if (isDuration(left) && isDuration(right)) return duration(left.ns + right.ns);
  return refuse("+", left, right);
}

function subtract(left: Value, right: Value): Value {
  if (typeof left === "bigint" && typeof right === "bigint") return wrapInt(left - right);
  if (isNumeric(left) && isNumeric(right)) return Number(left) - Number(right);
  if (isTime(left) && isTime(right)) return duration(left.unixNs - right.unixNs);
  if (isTime(left) && isDuration(right)) return shift(left, -right.ns);
  if (isDuration(left) && isDuration(right)) return duration(left.ns - right.ns);
  return refuse("-", left, right);
}

/** A number of nanoseconds, or a plain number. */
function toFactor(value: Value): number | bigint | undefined {
  if (isDuration(value)) return value.ns;
  return isNumeric(value) ? value : undefined;
}

function multiply(left: Value, right: Value): Value {
  const a = toFactor(left);
  const b = toFactor(right);
  if (a === undefined || b === undefined) return refuse("*", left, right);
  if (typeof a === "bigint" && typeof b === "bigint") {
    return isDuration(left) || isDuration(right) ? duration(a * b) : wrapInt(a * b);
  }
  return Number(a) * Number(b);
}

function divide(left: Value, right: Value): Value {
  return isNumeric(left) && isNumeric(right) ? Number(left) / Number(right) : refuse("/", left, right);
}

function modulo(left: Value, right: Value): Value {
  if (typeof left !== "bigint" || typeof right !== "bigint") return refuse("%", left, right);
  if (right === 0n) return failEvaluation("integer divide by zero");
  return wrapInt(left % right);
}

const maxRange = 10_000_000n;

function toRangeEnd(value: Value): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isFinite(value)) return BigInt(Math.trunc(value));
  return failEvaluation(`invalid operation: int(${goTypeName(value)})`);
}

function createRange(left: Value, right: Value, context: EvalContext): Value {
  const from = toRangeEnd(left);
  const to = toRangeEnd(right);
  if (to < from) return [];
  const size = to - from + 1n;
  const count = Number(size > maxRange ? maxRange : size);
  chargeBytes(context, Number(size) * 8);
  chargeSteps(context, Number(size));
  return Array.from({ length: count }, (_, index) => from + BigInt(index));
}

/** `in`: an element of a list, a key of a map; nothing is in nil. */
export function isIn(needle: Value, haystack: Value, context: EvalContext): boolean {
  if (haystack === null) return false;
  if (isList(haystack)) {
    chargeSteps(context, haystack.length);
    return haystack.some((item) => isEqual(item, needle));
  }
  if (isHost(haystack)) return typeof needle === "string" && haystack.find(needle) !== undefined;
  if (isMap(haystack))
    return (typeof needle !== "object" || needle === null) && haystack.has(needle as MapKey);
  return failEvaluation(`operator "in" not defined on ${goTypeName(haystack)}`);
}

function toOperandText(operator: string, value: Value): string {
  if (typeof value === "string") return value;
  return failEvaluation(`operator "${operator}" needs strings, but got ${goTypeName(value)}`);
}

function matches(left: Value, right: Value, context: EvalContext): boolean {
  const text = left instanceof Uint8Array ? decodeUtf8(left) : toOperandText("matches", left);
  return matchPattern(toOperandText("matches", right), text, (steps) => chargeSteps(context, steps));
}

/** `contains`, `startsWith`, `endsWith`, `matches`: false when either side is nil. */
function applyTextOperator(
  operator: BinaryOperator,
  left: Value,
  right: Value,
  context: EvalContext,
): boolean {
  if (left === null || right === null) return false;
  if (operator === "matches") return matches(left, right, context);
  const text = toOperandText(operator, left);
  const part = toOperandText(operator, right);
  chargeSteps(context, 1 + Math.trunc(text.length / 64));
  if (operator === "contains") return text.includes(part);
  return operator === "startsWith" ? text.startsWith(part) : text.endsWith(part);
}

/** Applies every operator but the lazy ones (`&&`, `||`, `??`). */
export function applyBinary(
  operator: BinaryOperator,
  left: Value,
  right: Value,
  context: EvalContext,
): Value {
  switch (operator) {
    case "==":
      return isEqual(left, right);
    case "!=":
      return !isEqual(left, right);
    case "<":
    case "<=":
    case ">":
    case ">=":
      return compareValues(operator, left, right);
    case "+":
      return add(left, right, context);
    case "-":
      return subtract(left, right);
    case "*":
      return multiply(left, right);
    case "/":
      return divide(left, right);
    case "%":
      return modulo(left, right);
    case "**":
    case "^":
      return toFloat(operator, left) ** toFloat(operator, right);
    case "..":
      return createRange(left, right, context);
    case "in":
      return isIn(left, right, context);
    case "&&":
    case "??":
    case "and":
    case "contains":
    case "endsWith":
    case "matches":
    case "or":
    case "startsWith":
    case "||":
      return applyTextOperator(operator, left, right, context);
  }
}

/** `-x` and `+x` on numbers, `!x` and `not x` on booleans. */
export function applyUnary(operator: string, value: Value): Value {
  if (operator === "!" || operator === "not") {
    if (typeof value === "boolean") return !value;
    return failEvaluation(`operator "${operator}" needs a bool, but got ${goTypeName(value)}`);
  }
  if (!isNumeric(value)) return failEvaluation(`invalid operation: ${operator} ${goTypeName(value)}`);
  if (operator === "+") return value;
  return typeof value === "bigint" ? wrapInt(-value) : -value;
}
