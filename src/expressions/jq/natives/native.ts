/** A built-in function of values: the input, the arguments, and what is left to spend. */
import type { Machine } from "../machine.ts";
import type { JqValue } from "../values.ts";

export type Native = (value: JqValue, args: readonly JqValue[], machine: Machine) => JqValue;

/** Functions by name and number of arguments. */
export type Natives = Readonly<Record<string, Native>>;
