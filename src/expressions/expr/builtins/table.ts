/**
 * All builtins that take plain arguments, by name.
 */
import { EvalError } from "../../context.ts";
import type { EvalContext } from "../../context.ts";
import type { Value } from "../../value.ts";
import { bitBuiltins } from "./bits.ts";
import type { Builtin } from "./builtin.ts";
import { encodingBuiltins } from "./encoding.ts";
import { listBuiltins } from "./lists.ts";
import { mapBuiltins } from "./maps.ts";
import { numberBuiltins } from "./numbers.ts";
import { textBuiltins } from "./texts.ts";
import { timeBuiltins } from "./times.ts";

const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ...bitBuiltins,
  ...encodingBuiltins,
  ...listBuiltins,
  ...mapBuiltins,
  ...numberBuiltins,
  ...textBuiltins,
  ...timeBuiltins,
]);

/** Calls a builtin by name. */
export function callBuiltin(name: string, args: readonly Value[], context: EvalContext): Value {
  const builtin = builtins.get(name);
  if (builtin === undefined) throw new EvalError("expression/unknown-function", `unknown function ${name}`);
  return builtin(args, context, name);
}
