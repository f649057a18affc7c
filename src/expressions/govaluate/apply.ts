/**
 * govaluate's operators: numbers are float64, texts compare and join with texts, everything else is refused
 * in govaluate's words (Knetic/govaluate, evaluationStage.go).
 */
import { chargeBytes, chargeSteps, EvalError } from "../context.ts";
import type { EvalContext } from "../context.ts";
import { isDeepEqual } from "../expr/compare.ts";
import { formatValue } from "../go/format-value.ts";
import { truncateToInt } from "../go/parse-number.ts";
import { matchPattern } from "../go/regexp/cached-match.ts";
import { compareText } from "../go/utf8.ts";
import { isList } from "../value.ts";
import type { Value } from "../value.ts";

type Family = "logical" | "modifier" | "comparator" | "ternary";

const complaints: Readonly<Record<Family, (value: string, operator: string) => string>> = {
  logical: (value, operator) =>
    `Value '${value}' cannot be used with the logical operator '${operator}', it is not a bool`,
  modifier: (value, operator) =>
    `Value '${value}' cannot be used with the modifier '${operator}', it is not a number`,
  comparator: (value, operator) =>
    `Value '${value}' cannot be used with the comparator '${operator}', it is not a number`,
  ternary: (value, operator) =>
    `Value '${value}' cannot be used with the ternary operator '${operator}', it is not a bool`,
};

function refuse(family: Family, operator: string, value: Value, offset: number): never {
  throw new EvalError(
    "expression/invalid-operation",
    complaints[family](formatValue(value), operator),
    offset,
  );
}

/** The result of a lazy operator whose left side decides already. */
export function isSettled(operator: string, left: Value): { readonly value: Value } | undefined {
  switch (operator) {
    case "&&":
      return left === false ? { value: false } : undefined;
    case "||":
      return left === true ? { value: true } : undefined;
    case "??":
    case ":":
      return left === null ? undefined : { value: left };
    case "?":
      return left === false ? { value: null } : undefined;
    default:
      return undefined;
  }
}

function combine(operator: string, left: Value, right: Value, offset: number): boolean {
  if (typeof left !== "boolean") return refuse("logical", operator, left, offset);
  if (typeof right !== "boolean") return refuse("logical", operator, right, offset);
  return operator === "&&" ? left && right : left || right;
}

function compare(operator: string, left: Value, right: Value, offset: number): boolean {
  let order: number;
  if (typeof left === "string" && typeof right === "string") order = compareText(left, right);
  else if (typeof left === "number" && typeof right === "number")
    order = left < right ? -1 : left > right ? 1 : left === right ? 0 : NaN;
  else return refuse("comparator", operator, left, offset);
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order >= 0;
}

function matches(operator: string, left: Value, right: Value, offset: number, context: EvalContext): boolean {
  if (typeof left !== "string") return refuse("comparator", operator, left, offset);
  if (typeof right !== "string") return refuse("comparator", operator, right, offset);
  return matchPattern(right, left, (steps) => chargeSteps(context, steps)) === (operator === "=~");
}

function isMember(left: Value, right: Value, offset: number, context: EvalContext): boolean {
  if (!isList(right)) return refuse("comparator", "in", right, offset);
  chargeSteps(context, right.length);
  return right.some((item) => item === left);
}

/** A comma makes a list of two values, or adds to the list on its left. */
function separate(left: Value, right: Value, context: EvalContext): Value {
  chargeBytes(context, 8 + (isList(left) ? left.length : 0));
  return isList(left) ? [...left, right] : [left, right];
}

function add(left: Value, right: Value, offset: number, context: EvalContext): Value {
  if (typeof left === "number" && typeof right === "number") return left + right;
  if (typeof left !== "string" && typeof right !== "string") return refuse("modifier", "+", left, offset);
  const text = formatValue(left) + formatValue(right);
  chargeBytes(context, text.length);
  return text;
}

function shift(left: number, right: number, toLeft: boolean): number {
  const value = BigInt.asUintN(64, truncateToInt(left));
  const count = BigInt.asUintN(64, truncateToInt(right));
  if (count > 63n) return 0;
  return Number(toLeft ? BigInt.asUintN(64, value << count) : value >> count);
}

function calculate(operator: string, left: number, right: number): number {
  switch (operator) {
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "%":
      return left % right;
    case "**":
      return left ** right;
    case "&":
      return Number(truncateToInt(left) & truncateToInt(right));
    case "|":
      return Number(truncateToInt(left) | truncateToInt(right));
    case "^":
      return Number(truncateToInt(left) ^ truncateToInt(right));
    default:
      return shift(left, right, operator === "<<");
  }
}

/** Applies an operator to two values. Throws EvalError. */
export function applyOperator(
  operator: string,
  left: Value,
  right: Value,
  offset: number,
  context: EvalContext,
): Value {
  switch (operator) {
    case ",":
      return separate(left, right, context);
    case "?":
      return typeof left === "boolean" ? right : refuse("ternary", operator, left, offset);
    case ":":
    case "??":
      return right;
    case "&&":
    case "||":
      return combine(operator, left, right, offset);
    case "==":
      return isDeepEqual(left, right);
    case "!=":
      return !isDeepEqual(left, right);
    case "<":
    case "<=":
    case ">":
    case ">=":
      return compare(operator, left, right, offset);
    case "=~":
    case "!~":
      return matches(operator, left, right, offset, context);
    case "in":
      return isMember(left, right, offset, context);
    case "+":
      return add(left, right, offset, context);
    default:
      if (typeof left !== "number") return refuse("modifier", operator, left, offset);
      return typeof right === "number"
        ? calculate(operator, left, right)
        : refuse("modifier", operator, right, offset);
  }
}

/** Applies `-`, `!` or `~`. */
export function applyPrefix(operator: string, value: Value, offset: number): Value {
  if (operator === "!" && typeof value === "boolean") return !value;
  if (operator === "-" && typeof value === "number") return -value;
  if (operator === "~" && typeof value === "number") return Number(~truncateToInt(value));
  throw new EvalError(
    "expression/invalid-operation",
    `Value '${formatValue(value)}' cannot be used with the prefix '${operator}'`,
    offset,
  );
}
