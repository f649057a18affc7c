/**
 * Filters of jq over one JSON value: the language of jq 1.7 without modules, environment and further inputs
 * (jq manual 1.7). Where gojq, which Argo uses, is known to differ, the caller chooses.
 */
import type { Json } from "../../base/json.ts";
import { err, ok } from "../../base/result.ts";
import type { Result } from "../../base/result.ts";
import { EvalError } from "../context.ts";
import type { EvalContext, ExprSyntaxError } from "../context.ts";
import type { JqNode } from "./ast.ts";
import { evaluateNode } from "./evaluate.ts";
import { createEnv, evaluateValues } from "./machine.ts";
import { parseProgram } from "./parser.ts";
import { checkNames } from "./resolve.ts";
import { JqError, fromJson } from "./values.ts";
import type { JqValue, KeyOrder } from "./values.ts";

/** Longest message of a filter that fails; it may be a text that the filter made. */
const messageAtMost = 1000;

/** A filter that was taken apart, and whose names are all known. */
export interface JqFilter {
  readonly source: string;
  readonly program: JqNode;
}

/** Takes a filter apart. The error is `expression/jq-syntax`, with its place. */
export function parseJq(source: string): Result<JqFilter, ExprSyntaxError> {
  try {
    const program = parseProgram(source);
    checkNames(program);
    return ok({ source, program });
  } catch (error) {
    if (error instanceof RangeError)
      return err({ code: "expression/jq-syntax", message: "the filter is too long", offset: 0 });
    if (!(error instanceof EvalError)) throw error;
    return err({ code: error.code, message: error.message, offset: error.offset ?? 0 });
  }
}

/**
 * What a filter gives for an input, one after the other. Whoever takes the values may meet an EvalError behind any of
 * them: `expression/jq` when the filter fails, `expression/budget-exhausted` when it runs away.
 */
export function* runJq(
  filter: JqFilter,
  input: Json,
  context: EvalContext,
  keyOrder: KeyOrder = "written",
): Generator<JqValue, void, undefined> {
  const env = createEnv({ context, keyOrder, run: evaluateNode, labels: 0 });
  try {
    yield* evaluateValues(filter.program, fromJson(input), env);
  } catch (error) {
    if (error instanceof JqError)
      throw new EvalError("expression/jq", error.message.slice(0, messageAtMost), error.offset);
    if (error instanceof RangeError)
      throw new EvalError("expression/budget-exhausted", `the filter nests too deeply: ${error.message}`);
    throw error;
  }
}
