/**
 * The transformation of a data template (Argo docs, data-sourcing-and-transformation): expressions in a row, each of which
 * sees what the one before gave as `data`. The result is JSON text, which withParam reads.
 */
import { evaluateExpr } from "../../../expressions/expr/evaluate.ts";
import { jsonToValue, writeJson } from "../../../expressions/go/json.ts";
import { createHostObject } from "../../../expressions/value.ts";
import type { Value } from "../../../expressions/value.ts";
import type { Evaluated } from "../../../model/run/scope.ts";
import type { Reading } from "./names.ts";
import { renderText, runExpression } from "./render.ts";
import type { Compiler } from "./render.ts";

/** `source` is the JSON text of a list of expressions, in which tags may stand. */
export function evaluateData(reading: Reading, source: string, compiler: Compiler): Evaluated {
  let data: Value = jsonToValue([...(reading.scope.listed ?? [])]);
  for (const [index, expression] of (JSON.parse(source) as readonly string[]).entries()) {
    const step = evaluateStep(reading, expression, data, compiler);
    if (!step.ok)
      return { ok: false, message: `data step ${index}, expression '${expression}': ${step.message}` };
    data = step.value;
  }
  return { ok: true, value: writeJson(data) };
}

type Step = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly message: string };

function evaluateStep(reading: Reading, expression: string, data: Value, compiler: Compiler): Step {
  const rendered = renderText(expression, reading, compiler);
  if (!rendered.ok) return rendered;
  const parsed = compiler.expression(rendered.text);
  if (!parsed.ok) return { ok: false, message: `it cannot be read: ${parsed.error.message}` };
  const environment = createHostObject(
    (name) => (name === "data" ? data : undefined),
    () => ["data"],
  );
  return runExpression(reading, { absent: undefined }, (_all, context) =>
    evaluateExpr(parsed.value, environment, context),
  );
}
