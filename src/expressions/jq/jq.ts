/** jq filters over an object, by a library. Every value that comes out costs of the budget. */
import jq from "@michaelhomer/jqjs";
import type { Json } from "../../base/json.ts";
import { EvalError, chargeBytes, chargeSteps } from "../context.ts";
import type { EvalContext } from "../context.ts";

/** The values, each on a line, texts without quotes (Argo: what `jq -r` prints). Throws EvalError `expression/jq`. */
export function filterByJq(object: Json, filter: string, context: EvalContext): string {
  const lines: string[] = [];
  try {
    for (const value of jq.compile(filter)(object)) {
      const line = typeof value === "string" ? value : (JSON.stringify(value) ?? "null");
      chargeSteps(context, 1);
      chargeBytes(context, line.length * 2);
      lines.push(line);
    }
  } catch (error) {
    if (error instanceof EvalError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new EvalError("expression/jq", `jq filter ${JSON.stringify(filter)}: ${reason}`);
  }
  return lines.join("\n");
}
