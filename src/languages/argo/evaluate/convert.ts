/** From what an expression gave to what the field around it needs. */
import type { Json } from "../../../base/json.ts";
import type { ExpressionForm } from "../../../model/plan/expression.ts";
import type { Evaluated } from "../../../model/run/scope.ts";
import { formatValue } from "../../../expressions/go/format-value.ts";
import { valueToJson } from "../../../expressions/go/json.ts";
import { goTypeName, isList } from "../../../expressions/value.ts";
import type { Value } from "../../../expressions/value.ts";
import { readDurationMs } from "../lower/lower-numbers.ts";
import { findFileOf } from "./files.ts";

/** A text that was put together, as the form asks. */
export function convertText(text: string, form: ExpressionForm): Evaluated {
  switch (form) {
    case "text":
    case "json":
      return { ok: true, value: text };
    case "boolean":
      return text === "true" || text === "false"
        ? { ok: true, value: text === "true" }
        : refuse(`${quote(text)} is neither true nor false`, text);
    case "integer":
      return /^\s*[+-]?\d+\s*$/u.test(text)
        ? { ok: true, value: Number(text) }
        : refuse(`${quote(text)} is not a whole number`, text);
    case "duration-ms": {
      const ms = readDurationMs(text);
      return ms === undefined
        ? refuse(`${quote(text)} is not a number of seconds or a duration`, text)
        : { ok: true, value: ms };
    }
    case "list":
      return parseList(text);
    case "file":
      return { ok: true, value: { kind: "text", text } };
  }
}

/** The value of an expr expression, as the form asks. */
export function convertValue(value: Value, form: ExpressionForm): Evaluated {
  switch (form) {
    case "text":
      return { ok: true, value: typeof value === "string" ? value : formatValue(value) };
    case "boolean":
      return typeof value === "boolean"
        ? { ok: true, value }
        : refuse(`unable to cast expression result '${formatValue(value)}' to bool`);
    case "file": {
      const file = findFileOf(value);
      return file === undefined
        ? refuse(`expected an artifact, but the expression gave ${goTypeName(value)}`)
        : { ok: true, value: file };
    }
    case "list":
      return isList(value)
        ? { ok: true, value: valueToJson(value) }
        : convertText(typeof value === "string" ? value : formatValue(value), form);
    case "json":
      return { ok: true, value: valueToJson(value) };
    case "integer":
    case "duration-ms":
      return convertText(typeof value === "string" ? value : formatValue(value), form);
  }
}

/** Undefined for what is no JSON; how the platform words that is not for our messages. */
function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Items of a withParam. A number whose digits JSON would change (1.0, very long ones) is kept as text. */
function parseList(text: string): Evaluated {
  const parsed = parseJson(text);
  if (parsed === null) return { ok: true, value: [] };
  if (!Array.isArray(parsed))
    return refuse(`withParam value could not be parsed as a JSON list: ${text.trim().slice(0, 200)}`, text);
  return { ok: true, value: /\d/u.test(text) ? keepNumbers(parsed as readonly Json[], text) : parsed };
}

/** Top-level numbers are compared with how they are written; only a rewriting of the text can tell. */
function keepNumbers(list: readonly Json[], text: string): readonly Json[] {
  if (!list.some((item) => typeof item === "number")) return list;
  const written = [...text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]|-?\d[\d.eE+-]*/gu)].map(([token]) => token);
  const numbers: string[] = [];
  let depth = 0;
  for (const token of written) {
    if (token === "[" || token === "{") depth += 1;
    else if (token === "]" || token === "}") depth -= 1;
    else if (depth === 1 && !token.startsWith('"')) numbers.push(token);
  }
  let next = 0;
  return list.map((item) => {
    if (typeof item !== "number") return item;
    const source = numbers[next] ?? String(item);
    next += 1;
    return String(item) === source ? item : source;
  });
}

function refuse(message: string, text?: string): Evaluated {
  return { ok: false, message, ...(text === undefined ? {} : { text }) };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
