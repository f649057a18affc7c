/**
 * Go's encoding/json: keys sorted, `<`, `>` and `&` escaped unless told otherwise, floats in their own layout,
 * times as RFC 3339, bytes as base64. Reading gives float64 for every number, as Go's `any` does.
 */
import type { Json } from "../../base/json.ts";
import { EvalError, failEvaluation } from "../context.ts";
import { toMap } from "../value.ts";
import type { MapKey, Value } from "../value.ts";
import { encodeBase64 } from "./base64.ts";
import { formatExponent, formatShortestFixed } from "./format-float.ts";
import { timeToRfc3339 } from "./format-time.ts";
import { checkDepth } from "./format-value.ts";
import { compareText } from "./utf8.ts";

/** How to write JSON. */
export interface JsonStyle {
  /** Go escapes `<`, `>` and `&` by default so that JSON may stand inside HTML. */
  readonly escapeHtml: boolean;
  /** Text of one indentation level; absent for one line. */
  readonly indent?: string;
}

const plainStyle: JsonStyle = { escapeHtml: true };

/** Go spells the escapes of controls in its own way: \b and \f short since 1.22, U+2028 and U+2029 always. */
function writeText(text: string, escapeHtml: boolean): string {
  const json = JSON.stringify(text.replace(/\p{Surrogate}/gu, "\ufffd")).replace(
    /[\u2028\u2029]/gu,
    (separator) => (separator === "\u2028" ? "\\u2028" : "\\u2029"),
  );
  if (!escapeHtml) return json;
  return json.replace(/[<>&]/gu, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}

/** Go's layout of floats in JSON: plain decimals between 1e-6 and 1e21, else a short exponent. */
function writeFloat(value: number): string {
  if (!Number.isFinite(value))
    failEvaluation(`json: unsupported value: ${Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf"}`);
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-6 && size < 1e21)) return formatShortestFixed(value);
  return formatExponent(value, -1).replace(/e-0(\d)$/u, "e-$1");
}

function writeItems(
  open: string,
  close: string,
  items: readonly string[],
  style: JsonStyle,
  depth: number,
): string {
  if (items.length === 0) return open + close;
  if (style.indent === undefined) return open + items.join(",") + close;
  const inner = `\n${style.indent.repeat(depth + 1)}`;
  return `${open}${inner}${items.join(`,${inner}`)}\n${style.indent.repeat(depth)}${close}`;
}

function keyText(key: MapKey): string {
  if (typeof key === "string" || typeof key === "bigint") return String(key);
  return failEvaluation("json: unsupported type: map[interface {}]interface {}");
}

function writeMap(map: ReadonlyMap<MapKey, Value>, style: JsonStyle, depth: number): string {
  const colon = style.indent === undefined ? ":" : ": ";
  const entries = [...map].map(([key, value]) => [keyText(key), value] as const);
  entries.sort(([left], [right]) => compareText(left, right));
  const members = entries.map(
    ([key, value]) => writeText(key, style.escapeHtml) + colon + writeJson(value, style, depth + 1),
  );
  return writeItems("{", "}", members, style, depth);
}

/** A value as JSON text. Functions and numbers without a value are refused, as in Go. */
export function writeJson(value: Value, style: JsonStyle = plainStyle, depth = 0): string {
  checkDepth(depth);
  if (typeof value === "string") return writeText(value, style.escapeHtml);
  if (typeof value === "number") return writeFloat(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value === null) return "null";
  if (value instanceof Uint8Array) return `"${encodeBase64(value)}"`;
  if (Array.isArray(value)) {
    return writeItems(
      "[",
      "]",
      value.map((item: Value) => writeJson(item, style, depth + 1)),
      style,
      depth,
    );
  }
  if (value instanceof Map) return writeMap(value, style, depth);
  const tagged = value as Extract<Value, { readonly tag: string }>;
  switch (tagged.tag) {
    case "time":
      return `"${timeToRfc3339(tagged)}"`;
    case "duration":
      return String(tagged.ns);
    case "location":
      return "{}";
    case "host":
      return writeMap(toMap(tagged), style, depth);
    case "function":
      return failEvaluation("json: unsupported type: func");
  }
}

/** A JSON value as the dialects see it: numbers are float64, objects are maps. */
export function jsonToValue(json: Json, depth = 0): Value {
  checkDepth(depth);
  if (json === null || typeof json !== "object") return json;
  if (Array.isArray(json)) return json.map((item: Json) => jsonToValue(item, depth + 1));
  return new Map(Object.entries(json).map(([key, value]) => [key, jsonToValue(value as Json, depth + 1)]));
}

/** JSON text as a value; throws `expression/invalid-json`. */
export function readJson(text: string): Value {
  return jsonToValue(parseJsonText(text));
}

function parseJsonText(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) {
      throw new EvalError("expression/invalid-json", describeJsonError(text, error.message));
    }
    throw error;
  }
}

/** Go says "unexpected end of JSON input" too; other complaints keep JavaScript's words. */
function describeJsonError(text: string, message: string): string {
  return text.trim() === "" ? "unexpected end of JSON input" : `invalid JSON: ${message}`;
}

/** A value as plain JSON, as its JSON text would read back; integers beyond 2^53 lose digits. */
export function valueToJson(value: Value): Json {
  return JSON.parse(writeJson(value)) as Json;
}

/**
 * The text that replaces an expression tag: text as it is, times and bytes as their JSON text without quotes,
 * everything else as JSON (Argo, util/template/expression_template.go).
 */
export function valueToText(value: Value): string {
  if (typeof value === "string") return value;
  const json = writeJson(value);
  return json.startsWith('"') ? json.slice(1, -1) : json;
}
