/** Numbers and durations of a document: written as numbers, as text, or as text with tags that is read when it is known. */
import { parseGoDuration } from "../../../base/parse-go-duration.ts";
import type { Dynamic } from "../../../model/plan/expression.ts";
import type { IntOrText } from "../read/types.ts";
import { dialects, intern, report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";

/** A whole number, or text that holds one. Undefined when it cannot be read; the problem is reported. */
export function lowerInteger(
  desk: Lowering,
  value: IntOrText,
  what: string,
  place: Place,
): Dynamic<number> | undefined {
  if (typeof value === "number") return value;
  if (value.includes("{{")) return intern(desk, dialects.text, value, "integer");
  const text = value.trim();
  if (/^[+-]?\d+$/u.test(text)) return Number(text);
  report(
    desk,
    "error",
    "argo/not-a-number",
    `${what} must be a whole number, found ${JSON.stringify(value)}`,
    place,
  );
  return undefined;
}

/** Seconds, as a number or as text, in ms (Argo fields.md, activeDeadlineSeconds). */
export function lowerSeconds(
  desk: Lowering,
  value: IntOrText,
  what: string,
  place: Place,
): Dynamic<number> | undefined {
  if (typeof value === "string" && value.includes("{{"))
    return intern(desk, dialects.text, value, "duration-ms");
  const seconds = lowerInteger(desk, value, what, place);
  return typeof seconds === "number" ? seconds * 1000 : seconds;
}

/** Whole seconds or a Go duration, in ms (Argo, ParseStringToDuration). */
export function lowerDuration(
  desk: Lowering,
  value: string,
  what: string,
  place: Place,
): Dynamic<number> | undefined {
  if (value.includes("{{")) return intern(desk, dialects.text, value, "duration-ms");
  const ms = readDurationMs(value);
  if (ms !== undefined) return ms;
  report(
    desk,
    "error",
    "argo/not-a-duration",
    `${what} must be a number of seconds or a duration, found ${JSON.stringify(value)}`,
    place,
    "write for example 30, 30s, 5m or 1h30m",
  );
  return undefined;
}

/** Milliseconds of a text that is whole seconds or a Go duration; undefined when it is neither. */
export function readDurationMs(value: string): number | undefined {
  const text = value.trim();
  if (/^[+-]?\d+$/u.test(text)) return Number(text) * 1000;
  const ns = parseGoDuration(text);
  return ns === undefined ? undefined : Number(ns / 1_000_000n);
}
