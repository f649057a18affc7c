/**
 * The form of a builtin that takes plain arguments.
 */
import type { EvalContext } from "../../context.ts";
import type { Value } from "../../value.ts";

/** Gets its own name for messages. Throws EvalError. */
export type Builtin = (args: readonly Value[], context: EvalContext, name: string) => Value;
