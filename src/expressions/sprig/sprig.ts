/**
 * Masterminds/sprig 3.3.0: its generic function map without env and expandenv, as Argo puts it under `sprig`.
 */
import { chargeSteps, EvalError } from "../context.ts";
import { checkArity } from "../arguments.ts";
import { createFunction } from "../value.ts";
import type { FunctionValue, HostObject, Value } from "../value.ts";
import { dateFunctions } from "./dates.ts";
import { defaultFunctions } from "./defaults.ts";
import { encodingFunctions } from "./encodings.ts";
import { listFunctions } from "./lists.ts";
import { mapFunctions } from "./maps.ts";
import { numberFunctions } from "./numbers.ts";
import { pathFunctions } from "./paths.ts";
import { patternFunctions } from "./patterns.ts";
import { randomFunctions } from "./randoms.ts";
import type { SprigFunction } from "./sprig-function.ts";
import { textFunctions } from "./texts.ts";
import { unsupportedFunctions } from "./unsupported.ts";
import { versionFunctions } from "./versions.ts";

function toFunctionValue(name: string, entry: SprigFunction): FunctionValue {
  const fullName = `sprig.${name}`;
  return createFunction(fullName, (args, context): Value => {
    checkArity(fullName, args, entry.least, entry.most);
    chargeSteps(context, 1);
    return entry.run({ name: fullName, args, context });
  });
}

/** All functions by name. */
export const sprigFunctions: ReadonlyMap<string, FunctionValue> = new Map(
  [
    ...dateFunctions,
    ...defaultFunctions,
    ...encodingFunctions,
    ...listFunctions,
    ...mapFunctions,
    ...numberFunctions,
    ...pathFunctions,
    ...patternFunctions,
    ...randomFunctions,
    ...textFunctions,
    ...versionFunctions,
    ...unsupportedFunctions,
  ].map(([name, entry]) => [name, toFunctionValue(name, entry)] as const),
);

/** The value of the name `sprig`; a function that does not exist is an error that names it. */
export const sprigObject: HostObject = {
  tag: "host",
  find: (key) => {
    const found = sprigFunctions.get(key);
    if (found === undefined)
      throw new EvalError("expression/unknown-function", `unknown function sprig.${key}`);
    return found;
  },
  keys: () => [...sprigFunctions.keys()],
};
