/**
 * Scalars by the type of the field they land in: what sigs.k8s.io/yaml and encoding/json make of them in Go.
 * A result of undefined means that the value does not fit.
 */
import { formatAnyScalar, formatTextScalar, GoFloat } from "./go-scalars.ts";
import type { ScalarKind } from "./fields/field-types.ts";

/** True for mappings: plain objects, not lists and not GoFloat. */
export function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof GoFloat);
}

/** The value as the field's type wants it; undefined when it does not fit. Null is not passed in. */
export function decodeScalar(kind: ScalarKind, value: unknown): string | number | boolean | undefined {
  switch (kind) {
    case "text":
      return typeof value === "string" ? value : isScalar(value) ? formatTextScalar(value) : undefined;
    case "anyText":
    case "quantity":
      return typeof value === "string" ? value : isFiniteScalar(value) ? formatAnyScalar(value) : undefined;
    case "bool":
      return typeof value === "boolean" ? value : undefined;
    case "int":
      return toWholeNumber(value);
    case "number":
      return toNumber(value);
    case "intOrText":
      return typeof value === "string" ? value : toWholeNumber(value);
    case "json":
      return typeof value === "string" || typeof value === "boolean" ? value : toNumber(value);
    case "jsonObject":
      return undefined;
  }
}

function isScalar(value: unknown): value is boolean | number | bigint | GoFloat {
  const type = typeof value;
  return type === "boolean" || type === "number" || type === "bigint" || value instanceof GoFloat;
}

function isFiniteScalar(value: unknown): value is boolean | number | bigint | GoFloat {
  return isScalar(value) && (typeof value !== "number" || Number.isFinite(value));
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value === "bigint") return Number(value);
  return value instanceof GoFloat ? value.value : undefined;
}

function toWholeNumber(value: unknown): number | undefined {
  const number = toNumber(value);
  return number !== undefined && Number.isInteger(number) ? number : undefined;
}

/** What a value is, for messages: `text "abc"`, `a list`, `the number 3`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "string") {
    return `text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)}`;
  }
  if (typeof value === "boolean") return `the boolean ${String(value)}`;
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number" || typeof value === "bigint" || value instanceof GoFloat) {
    return `the number ${value.toString()}`;
  }
  return "a mapping";
}
