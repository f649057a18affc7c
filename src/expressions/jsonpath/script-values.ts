/**
 * How a script turns what it finds into numbers, truth values and texts.
 * Texts of the document carry quotes while a script runs, so that '1' is a text and 1 a number.
 */
import { formatValue } from "../go/format-value.ts";
import { parseBool, parseFloat64 } from "../go/parse-number.ts";
import { isList, isMap } from "../value.ts";
import type { Value, ValueList } from "../value.ts";
import { refuseSelector } from "./tokens.ts";

/** A number, or undefined when the value's text is none. */
export function findNumber(value: Value): number | undefined {
  return value === null ? undefined : parseFloat64(formatValue(value));
}

export function getNumber(value: Value): number {
  return findNumber(value) ?? refuseSelector("invalid argument. expected number");
}

/** nil is false; everything else must read as true or false. */
export function getTruth(value: Value): boolean {
  if (value === null) return false;
  return parseBool(formatValue(value)) ?? refuseSelector("invalid argument. expected boolean");
}

/** A text with single quotes when it was quoted at all. */
export function getText(value: Value): string {
  if (typeof value !== "string") return formatValue(value);
  const double = /^"(.*)"$/su.exec(value);
  return double === null ? value : `'${double[1] ?? ""}'`;
}

/** A text without its quotes. */
export function getBareText(value: Value): string {
  const text = getText(value);
  return /^'.*'$/su.test(text) ? text.slice(1, -1) : text;
}

export function getElements(value: Value): ValueList {
  if (isList(value)) return value;
  if (isMap(value)) return [...value.values()];
  return refuseSelector("invalid argument. expected array, map, or slice");
}

/** What makes a filter keep an element. */
export function isTruthy(value: Value): boolean {
  if (value === null) return false;
  if (typeof value === "boolean") return value;
  if (isList(value)) return value.length > 0;
  if (isMap(value)) return value.size > 0;
  if (typeof value === "string")
    return (/^(['"]).*\1$/su.test(value) && value.length > 1 ? value.slice(1, -1) : value) !== "";
  return value !== 0 && value !== 0n;
}

/** An index, if the value is a whole number. */
export function findInteger(value: Value): bigint | undefined {
  if (typeof value === "bigint") return value;
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined;
}
