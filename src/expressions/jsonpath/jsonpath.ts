/**
 * JSONPath as Argo's jsonpath() has it (evilmonkeyinc/jsonpath 0.8.1): a definite path gives a value,
 * an indefinite one a list.
 */
import { chargeBytes } from "../context.ts";
import type { EvalContext } from "../context.ts";
import { readJson } from "../go/json.ts";
import type { Value } from "../value.ts";
import { applySelector } from "./apply.ts";
import { parseSelector } from "./parse-selector.ts";

/** What a selector finds in a value. Throws EvalError `expression/jsonpath`. */
function queryValue(value: Value, selector: string, context: EvalContext): Value {
  return applySelector(parseSelector(selector), value, context);
}

/**
 * What a selector finds in a JSON text. Throws EvalError `expression/invalid-json` or
 * `expression/jsonpath`.
 */
export function queryJson(json: string, selector: string, context: EvalContext): Value {
  chargeBytes(context, json.length * 2);
  return queryValue(readJson(json), selector, context);
}
