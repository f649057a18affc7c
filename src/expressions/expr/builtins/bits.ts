/**
 * Bit operations on 64-bit integers.
 */
import { checkArity, refuseArgument } from "../../arguments.ts";
import { failEvaluation } from "../../context.ts";
import { wrapInt } from "../../value.ts";
import type { Value } from "../../value.ts";
import type { Builtin } from "./builtin.ts";

function getBits(name: string, args: readonly Value[], index: number): bigint {
  const value = args[index];
  return typeof value === "bigint" ? value : refuseArgument(name, index, "an int", value);
}

function binary(apply: (left: bigint, right: bigint) => bigint): Builtin {
  return (args, _context, name) => {
    checkArity(name, args, 2);
    return wrapInt(apply(getBits(name, args, 0), getBits(name, args, 1)));
  };
}

/** Shifts by 64 or more leave nothing, so the count is held there. */
function shift(apply: (value: bigint, count: bigint) => bigint): Builtin {
  return binary((value, count) => {
    if (count < 0n) return failEvaluation(`invalid operation: negative shift count ${count} (type int)`);
    return apply(value, count > 64n ? 64n : count);
  });
}

export const bitBuiltins: readonly (readonly [string, Builtin])[] = [
  ["bitand", binary((left, right) => left & right)],
  ["bitor", binary((left, right) => left | right)],
  ["bitxor", binary((left, right) => left ^ right)],
  ["bitnand", binary((left, right) => left & ~right)],
  ["bitshl", shift((value, count) => value << count)],
  ["bitshr", shift((value, count) => value >> count)],
  ["bitushr", shift((value, count) => BigInt.asUintN(64, value) >> count)],
  [
    "bitnot",
    (args, _context, name) => {
      checkArity(name, args, 1);
      return ~getBits(name, args, 0);
    },
  ],
];
