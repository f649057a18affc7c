/**
 * What Argo adds to expr-lang's environment (util/expr/env): asInt, asFloat, toJson, jsonpath and sprig.
 * The caller merges these names into the scope it evaluates in.
 */
import { checkArity, getText } from "./arguments.ts";
import { chargeBytes } from "./context.ts";
import { toFloat, toInt } from "./expr/builtins/numbers.ts";
import { writeJson } from "./go/json.ts";
import { queryJson } from "./jsonpath/jsonpath.ts";
import { sprigObject } from "./sprig/sprig.ts";
import { createFunction } from "./value.ts";
import type { Value } from "./value.ts";

/** Root names and their values. */
export const argoFunctions: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["asInt", createFunction("asInt", (args, context) => toInt(args, context, "int"))],
  ["asFloat", createFunction("asFloat", (args, context) => toFloat(args, context, "float"))],
  [
    "toJson",
    createFunction("toJson", (args, context) => {
      checkArity("toJson", args, 1);
      const text = writeJson(args[0] ?? null);
      chargeBytes(context, text.length);
      return text;
    }),
  ],
  [
    "jsonpath",
    createFunction("jsonpath", (args, context) => {
      checkArity("jsonpath", args, 2);
      return queryJson(getText("jsonpath", args, 0), getText("jsonpath", args, 1), context);
    }),
  ],
  ["sprig", sprigObject],
]);
