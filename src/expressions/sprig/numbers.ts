/**
 * sprig's arithmetic: integers are 64 bits and come from anything that can be cast, floats go through decimals.
 */
import { chargeBytes, chargeSteps, failEvaluation } from "../context.ts";
import type { EvalContext } from "../context.ts";
import { formatValue } from "../go/format-value.ts";
import { parseFloat64, parseInteger, truncateToInt } from "../go/parse-number.ts";
import { wrapInt } from "../value.ts";
import type { Value } from "../value.ts";
import { alias, anyArg, fixed, intArg, textArg, variadic } from "./sprig-function.ts";
import type { Call, SprigEntries, SprigFunction } from "./sprig-function.ts";
import { addDecimal, divideDecimal, multiplyDecimal, subtractDecimal } from "./decimal.ts";

/** spf13/cast: texts may carry a prefix and a zero fraction ("5.0", "0x1f"); what cannot be cast is 0. */
export function castInt(value: Value): bigint {
  switch (typeof value) {
    case "bigint":
      return value;
    case "number":
      return truncateToInt(value);
    case "boolean":
      return value ? 1n : 0n;
    case "string":
      return parseInteger(value.replace(/\.0+$/u, ""), 0) ?? 0n;
    case "function":
    case "object":
    case "symbol":
    case "undefined":
      return 0n;
  }
}

/** spf13/cast for floats; what cannot be cast is 0. */
function castFloat(value: Value): number {
  switch (typeof value) {
    case "bigint":
      return Number(value);
    case "number":
      return value;
    case "boolean":
      return value ? 1 : 0;
    case "string":
      return parseFloat64(value) ?? 0;
    case "function":
    case "object":
    case "symbol":
    case "undefined":
      return 0;
  }
}

function integers(
  least: number,
  fold: (left: bigint, right: bigint) => bigint,
  start?: bigint,
): SprigFunction {
  return variadic(least, (call) => {
    const values = call.args.map(castInt);
    const first = start ?? values.shift() ?? 0n;
    return values.reduce((total, value) => wrapInt(fold(total, value)), first);
  });
}

function pair(apply: (left: bigint, right: bigint) => bigint): SprigFunction {
  return fixed(2, (call) => wrapInt(apply(castInt(anyArg(call, 0)), castInt(anyArg(call, 1)))));
}

function nonZero(value: bigint): bigint {
  return value === 0n ? failEvaluation("runtime error: integer divide by zero") : value;
}

function floats(least: number, fold: (left: number, right: number) => number, start?: number): SprigFunction {
  return variadic(least, (call) => {
    const values = call.args.map(castFloat);
    const first = start ?? values.shift() ?? 0;
    return values.reduce(fold, first);
  });
}

function single(apply: (value: number) => number): SprigFunction {
  return fixed(1, (call) => apply(castFloat(anyArg(call, 0))));
}

/** Rounds to `places` decimals; the third argument tells from which fraction on to round up. */
function round(call: Call): Value {
  const value = castFloat(anyArg(call, 0));
  const scale = 10 ** intArg(call, 1);
  const from = call.args.length > 2 ? call.args[2] : 0.5;
  if (typeof from !== "number") return failEvaluation(`${call.name} expects a float64 as argument 3`);
  const digit = scale * value;
  return (digit - Math.trunc(digit) >= from ? Math.ceil(digit) : Math.floor(digit)) / scale;
}

/** From `start` to before `stop`, in steps. */
function countUp(start: number, stop: number, step: number, context: EvalContext): bigint[] {
  if (step === 0 || stop < start !== step < 0 || start === stop) return [];
  const count = Math.ceil((stop - start) / step);
  chargeBytes(context, count * 8);
  chargeSteps(context, count);
  return Array.from({ length: count }, (_, index) => BigInt(start + index * step));
}

function sequence(call: Call): Value {
  const [first = 0, second = 0, third = 0] = call.args.map((_, index) => intArg(call, index));
  let start = first;
  let step = 1;
  let end = second;
  if (call.args.length === 0 || call.args.length > 3) return "";
  if (call.args.length === 1) [start, end] = [1, first];
  if (call.args.length === 3) [step, end] = [second, third];
  const direction = end < start ? -1 : 1;
  if (call.args.length === 3 && direction < 0 && step > 0) return "";
  if (call.args.length < 3) step = direction;
  const text = countUp(start, end + direction, step, call.context).join(" ");
  chargeBytes(call.context, text.length);
  return text;
}

export const numberFunctions: SprigEntries = [
  ["atoi", fixed(1, (call) => parseInteger(textArg(call, 0)) ?? 0n)],
  ...alias(
    ["int64", "int"],
    fixed(1, (call) => castInt(anyArg(call, 0))),
  ),
  ["float64", fixed(1, (call) => castFloat(anyArg(call, 0)))],
  ["toDecimal", fixed(1, (call) => parseInteger(formatValue(anyArg(call, 0)), 8) ?? 0n)],
  ["add1", fixed(1, (call) => wrapInt(castInt(anyArg(call, 0)) + 1n))],
  ["add", integers(0, (left, right) => left + right, 0n)],
  ["sub", pair((left, right) => left - right)],
  ["div", pair((left, right) => left / nonZero(right))],
  ["mod", pair((left, right) => left % nonZero(right))],
  ["mul", integers(1, (left, right) => left * right)],
  ...alias(
    ["max", "biggest"],
    integers(1, (left, right) => (right > left ? right : left)),
  ),
  ["min", integers(1, (left, right) => (right < left ? right : left))],
  ["add1f", single((value) => addDecimal(value, 1))],
  ["addf", floats(0, addDecimal, 0)],
  ["subf", floats(1, subtractDecimal)],
  ["mulf", floats(1, multiplyDecimal)],
  [
    "divf",
    floats(1, (left, right) =>
      right === 0 ? failEvaluation("decimal division by 0") : divideDecimal(left, right),
    ),
  ],
  ["maxf", floats(1, (left, right) => Math.max(left, right))],
  ["minf", floats(1, (left, right) => Math.min(left, right))],
  ["ceil", single(Math.ceil)],
  ["floor", single(Math.floor)],
  ["round", { least: 2, most: 3, run: round }],
  ["until", fixed(1, (call) => countUp(0, intArg(call, 0), intArg(call, 0) < 0 ? -1 : 1, call.context))],
  ["untilStep", fixed(3, (call) => countUp(intArg(call, 0), intArg(call, 1), intArg(call, 2), call.context))],
  ["seq", variadic(0, sequence)],
];
