/**
 * Pattern tests for evaluators: compiles once, and turns RE2's complaints into evaluation errors.
 */
import { EvalError } from "../../context.ts";
import type { ChargeWork } from "./match.ts";
import { compileRegexp, testRegexp } from "./regexp.ts";
import type { Regexp } from "./regexp.ts";
import { RegexpSyntaxError } from "./syntax.ts";

/** Compiles a pattern; throws an EvalError `expression/invalid-pattern` in Go's words. */
export function compilePattern(pattern: string): Regexp {
  try {
    return compileRegexp(pattern);
  } catch (error) {
    if (error instanceof RegexpSyntaxError) throw new EvalError("expression/invalid-pattern", error.message);
    throw error;
  }
}

/** True when the pattern matches somewhere in the text. */
export function matchPattern(pattern: string, text: string, charge: ChargeWork): boolean {
  return testRegexp(compilePattern(pattern), text, charge);
}
