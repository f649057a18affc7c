/** All built-in functions of values. */
import { dateFunctions } from "./dates.ts";
import { listFunctions } from "./lists.ts";
import { mathFunctions } from "./math.ts";
import type { Native } from "./native.ts";
import { regexpFunctions } from "./regexps.ts";
import { textFunctions } from "./texts.ts";
import { valueFunctions } from "./values.ts";

export type { Native } from "./native.ts";

const natives: ReadonlyMap<string, Native> = new Map(
  [valueFunctions, listFunctions, textFunctions, mathFunctions, dateFunctions, regexpFunctions].flatMap(
    (table) => Object.entries(table),
  ),
);

/** A built-in function by name and number of arguments. */
export function findNative(name: string): Native | undefined {
  return natives.get(name);
}

/** Names and numbers of arguments of all of them. */
export function listNatives(): readonly string[] {
  return [...natives.keys()];
}
