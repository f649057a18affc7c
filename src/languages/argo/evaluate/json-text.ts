/** Values as parameters carry them: text as it is, everything else as JSON text. */
import type { Json } from "../../../base/json.ts";
import { jsonToValue, writeJson } from "../../../expressions/go/json.ts";

export function jsonToText(value: Json): string {
  return typeof value === "string" ? value : writeJson(jsonToValue(value));
}
