/** Functions of numbers. */
import { describe, fail } from "../values.ts";
import type { JqValue } from "../values.ts";
import type { Native, Natives } from "./native.ts";

const unary: Readonly<Record<string, (value: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  round: (value) => Math.sign(value) * Math.round(Math.abs(value)),
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  fabs: Math.abs,
  exp: Math.exp,
  exp2: (value) => 2 ** value,
  exp10: (value) => 10 ** value,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
};

const binary: Readonly<Record<string, (left: number, right: number) => number>> = {
  pow: (left, right) => left ** right,
  atan2: Math.atan2,
  fmin: Math.min,
  fmax: Math.max,
  fmod: (left, right) => left % right,
};

function readNumber(value: JqValue): number {
  return typeof value === "number" ? value : fail(`${describe(value)} number required`);
}

function listNumeric(): Natives {
  const ones = Object.entries(unary).map(([name, apply]): readonly [string, Native] => [
    `${name}/0`,
    (value) => apply(readNumber(value)),
  ]);
  const twos = Object.entries(binary).map(([name, apply]): readonly [string, Native] => [
    `${name}/2`,
    (_, [left = null, right = null]) => apply(readNumber(left), readNumber(right)),
  ]);
  return Object.fromEntries([...ones, ...twos]);
}

export const mathFunctions: Natives = {
  ...listNumeric(),
  "abs/0": (value) =>
    typeof value !== "number" ? fail(`${describe(value)} has no absolute value`) : value < 0 ? -value : value,
  "infinite/0": () => Infinity,
  "nan/0": () => Number.NaN,
  "isinfinite/0": (value) => Math.abs(readNumber(value)) === Infinity,
  "isnan/0": (value) => Number.isNaN(readNumber(value)),
  "isnormal/0": (value) => {
    const size = Math.abs(readNumber(value));
    return size >= 2 ** -1022 && size < Infinity;
  },
};
