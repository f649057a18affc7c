/**
 * Go's `Time.Format` and `Time.String`.
 */
import type { TimeValue } from "../value.ts";
import { toCivil } from "./civil.ts";
import type { Civil } from "./civil.ts";
import { dayNames, layouts, monthNames, parseLayout } from "./layout.ts";
import type { LayoutPart, LayoutWord } from "./layout.ts";

function pad(value: number, width: number, fill = "0"): string {
  const text = String(Math.abs(value)).padStart(width, fill);
  return value < 0 ? `-${text}` : text;
}

/** Offsets: with or without colons, with or without seconds, `Z` for UTC where the word starts with Z. */
function formatOffset(word: string, offsetSeconds: number): string {
  if (word.startsWith("Z") && offsetSeconds === 0) return "Z";
  const size = Math.abs(offsetSeconds);
  const colon = word.includes(":") ? ":" : "";
  const digits = word.replace(/\D/gu, "").length;
  let text = (offsetSeconds < 0 ? "-" : "+") + pad(Math.trunc(size / 3600), 2);
  if (digits >= 4) text += colon + pad(Math.trunc(size / 60) % 60, 2);
  if (digits >= 6) text += colon + pad(size % 60, 2);
  return text;
}

const formatters: { readonly [word in LayoutWord]?: (civil: Civil) => string } = {
  January: (civil) => monthNames[civil.month - 1] ?? "",
  Jan: (civil) => (monthNames[civil.month - 1] ?? "").slice(0, 3),
  "1": (civil) => String(civil.month),
  "01": (civil) => pad(civil.month, 2),
  Monday: (civil) => dayNames[civil.weekday] ?? "",
  Mon: (civil) => (dayNames[civil.weekday] ?? "").slice(0, 3),
  "2": (civil) => String(civil.day),
  _2: (civil) => pad(civil.day, 2, " "),
  "02": (civil) => pad(civil.day, 2),
  __2: (civil) => pad(civil.yearDay, 3, " "),
  "002": (civil) => pad(civil.yearDay, 3),
  "15": (civil) => pad(civil.hour, 2),
  "3": (civil) => String(civil.hour % 12 || 12),
  "03": (civil) => pad(civil.hour % 12 || 12, 2),
  "4": (civil) => String(civil.minute),
  "04": (civil) => pad(civil.minute, 2),
  "5": (civil) => String(civil.second),
  "05": (civil) => pad(civil.second, 2),
  "2006": (civil) => pad(civil.year, 4),
  "06": (civil) => pad(((civil.year % 100) + 100) % 100, 2),
  PM: (civil) => (civil.hour >= 12 ? "PM" : "AM"),
  pm: (civil) => (civil.hour >= 12 ? "pm" : "am"),
  MST: (civil) => civil.abbreviation,
};

function formatFraction(part: LayoutPart & { readonly kind: "fraction" }, nanosecond: number): string {
  const digits = pad(nanosecond, 9).padEnd(part.digits, "0").slice(0, part.digits);
  if (!part.trim) return part.separator + digits;
  const trimmed = digits.replace(/0+$/u, "");
  return trimmed === "" ? "" : part.separator + trimmed;
}

function formatPart(part: LayoutPart, civil: Civil): string {
  if (part.kind === "text") return part.text;
  if (part.kind === "fraction") return formatFraction(part, civil.nanosecond);
  return formatters[part.kind]?.(civil) ?? formatOffset(part.kind, civil.offsetSeconds);
}

/** A time as the layout shows it. */
export function formatTime(time: TimeValue, layout: string): string {
  const civil = toCivil(time);
  return parseLayout(layout)
    .map((part) => formatPart(part, civil))
    .join("");
}

/** Go's `Time.String()`, which is also `%v`: "2024-05-01 10:00:00 +0000 UTC". */
export function timeToText(time: TimeValue): string {
  return formatTime(time, layouts.plain);
}

/** What Go writes for a time in JSON: RFC 3339 with as many decimals as are needed. */
export function timeToRfc3339(time: TimeValue): string {
  return formatTime(time, layouts.rfc3339Nano);
}
