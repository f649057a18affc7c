/** Questions about the object that a resource template acted on: conditions, and values of its fields. */
import type { Json } from "../../../base/json.ts";
import { EvalError, createEvalContext } from "../../../expressions/context.ts";
import type { EvalContext } from "../../../expressions/context.ts";
import { writeJson } from "../../../expressions/go/json.ts";
import { trimSpace } from "../../../expressions/go/strings.ts";
import { parseJq, runJq } from "../../../expressions/jq/jq.ts";
import { renderObjectPath } from "../../../expressions/object-path/object-path.ts";
import { matchesRequirement, parseRequirements } from "../../../expressions/requirements/requirements.ts";
import type { Evaluated } from "../../../model/run/scope.ts";
import { dialects } from "../lower/lowering.ts";
import type { Reading } from "./names.ts";

export function evaluateOnObject(reading: Reading, dialect: string, source: string): Evaluated {
  const { scope } = reading;
  if (scope.exchange === undefined) return { ok: false, message: `there is no object to find ${source} in` };
  const object = JSON.parse(scope.exchange.response.body) as Json;
  const context = createEvalContext(scope.run.at, () => scope.random());
  try {
    if (dialect === dialects.objectPath)
      return { ok: true, value: renderObjectPath(object, source, context) };
    if (dialect === dialects.objectFilter) return filterObject(object, source, context);
    return decideRequirements(object, source, dialect === dialects.anyRequirement);
  } catch (error) {
    if (error instanceof EvalError) return { ok: false, message: error.message, text: source };
    throw error;
  }
}

/**
 * A line for each value that a filter gives, texts as they are and the rest as Go writes JSON, without the blanks around
 * the whole (Argo, workflow/executor/resource.go, jqFilter, which uses gojq).
 */
function filterObject(object: Json, source: string, context: EvalContext): Evaluated {
  const parsed = parseJq(source);
  if (!parsed.ok)
    return { ok: false, message: `jqFilter ${source} cannot be read: ${parsed.error.message}`, text: source };
  const lines: string[] = [];
  for (const value of runJq(parsed.value, object, context, "sorted"))
    lines.push(typeof value === "string" ? value : writeJson(value));
  return { ok: true, value: trimSpace(lines.join("\n")), text: source };
}

function decideRequirements(object: Json, source: string, isAnyEnough: boolean): Evaluated {
  const parsed = parseRequirements(source);
  if (!parsed.ok) return { ok: false, message: `condition ${parsed.error}`, text: source };
  const matches = parsed.value.map((requirement) => matchesRequirement(object, requirement));
  return { ok: true, value: isAnyEnough ? matches.includes(true) : !matches.includes(false), text: source };
}
