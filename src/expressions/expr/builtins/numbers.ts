/**
 * Builtins on numbers, and the conversions.
 */
import { checkArity, refuseArgument } from "../../arguments.ts";
import { chargeBytes, chargeSteps, failEvaluation } from "../../context.ts";
import type { EvalContext } from "../../context.ts";
import { checkDepth, formatValue } from "../../go/format-value.ts";
import { parseFloat64, parseInteger, truncateToInt } from "../../go/parse-number.ts";
import { goTypeName, isDuration, isList, kindOf, wrapInt } from "../../value.ts";
import type { Value } from "../../value.ts";
import { compareValues } from "../compare.ts";
import type { Builtin } from "./builtin.ts";

const typeNames: Readonly<Record<string, string>> = {
  nil: "nil",
  bool: "bool",
  int: "int",
  float: "float",
  string: "string",
  bytes: "array",
  list: "array",
  map: "map",
  time: "time.Time",
  duration: "time.Duration",
  location: "unknown",
  function: "func",
};

/** `int(x)`, which Argo also calls asInt: cuts floats, reads texts in base ten. */
export const toInt: Builtin = (args, _context, name) => {
  checkArity(name, args, 1);
  const value = args[0] ?? null;
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return truncateToInt(value);
  if (isDuration(value)) return value.ns;
  if (typeof value !== "string") return failEvaluation(`invalid operation: ${name}(${goTypeName(value)})`);
  return parseInteger(value) ?? failEvaluation(`invalid operation: ${name}(${value})`);
};

/** `float(x)`, which Argo also calls asFloat. */
export const toFloat: Builtin = (args, _context, name) => {
  checkArity(name, args, 1);
  const value = args[0] ?? null;
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "string") return failEvaluation(`invalid operation: ${name}(${goTypeName(value)})`);
  return parseFloat64(value) ?? failEvaluation(`invalid operation: ${name}(${value})`);
};

function rounding(round: (value: number) => number): Builtin {
  return (args, _context, name) => {
    checkArity(name, args, 1);
    const value = args[0];
    if (typeof value === "bigint") return Number(value);
    if (typeof value === "number") return round(value);
    return refuseArgument(name, 0, "a number", value);
  };
}

/** Halves go away from zero, unlike in JavaScript. */
function roundHalfAway(value: number): number {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}

const abs: Builtin = (args, _context, name) => {
  checkArity(name, args, 1);
  const value = args[0];
  if (typeof value === "bigint") return wrapInt(value < 0n ? -value : value);
  if (typeof value === "number") return Math.abs(value);
  return refuseArgument(name, 0, "a number", value);
};

/** All numbers in the arguments and in lists inside them. */
function collectNumbers(
  name: string,
  values: readonly Value[],
  context: EvalContext,
  found: (number | bigint)[],
  depth = 0,
): void {
  checkDepth(depth);
  for (const value of values) {
    chargeSteps(context, 1);
    if (isList(value)) collectNumbers(name, value, context, found, depth + 1);
    else if (typeof value === "number" || typeof value === "bigint") found.push(value);
    else failEvaluation(`invalid argument for ${name} (type ${goTypeName(value)})`);
  }
}

/** Go gives a single argument that is no number back as it is, and nil for lists without numbers. */
function extreme(operator: "<" | ">"): Builtin {
  return (args, context, name) => {
    checkArity(name, args, 1, -1);
    const only = args[0];
    if (args.length === 1 && only !== undefined && !isList(only)) return only;
    const numbers: (number | bigint)[] = [];
    collectNumbers(name, args, context, numbers);
    let best: number | bigint | undefined;
    for (const value of numbers) if (best === undefined || compareValues(operator, best, value)) best = value;
    return best ?? null;
  };
}

const mean: Builtin = (args, context, name) => {
  const numbers: (number | bigint)[] = [];
  collectNumbers(name, args, context, numbers);
  if (numbers.length === 0) return 0;
  return numbers.reduce<number>((total, value) => total + Number(value), 0) / numbers.length;
};

const median: Builtin = (args, context, name) => {
  const found: (number | bigint)[] = [];
  collectNumbers(name, args, context, found);
  if (found.length === 0) return 0;
  const sorted = found.map(Number).sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
};

export const numberBuiltins: readonly (readonly [string, Builtin])[] = [
  ["int", toInt],
  ["float", toFloat],
  ["abs", abs],
  ["ceil", rounding(Math.ceil)],
  ["floor", rounding(Math.floor)],
  ["round", rounding(roundHalfAway)],
  ["max", extreme("<")],
  ["min", extreme(">")],
  ["mean", mean],
  ["median", median],
  [
    "string",
    (args, context, name) => {
      checkArity(name, args, 1);
      const text = formatValue(args[0] ?? null);
      chargeBytes(context, text.length);
      return text;
    },
  ],
  [
    "type",
    (args, _context, name) => {
      checkArity(name, args, 1);
      return typeNames[kindOf(args[0] ?? null)] ?? "unknown";
    },
  ],
];
