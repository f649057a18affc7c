/**
 * The strftime letters that `workflow.creationTimestamp.X` accepts.
 * Source of the rules: lestrrat-go/strftime as Argo uses it, one letter at a time.
 */
import type { TimeValue } from "../value.ts";
import { toCivil } from "./civil.ts";
import type { Civil } from "./civil.ts";
import { formatTime } from "./format-time.ts";

const layoutsByLetter: ReadonlyMap<string, string> = new Map([
  ["A", "Monday"],
  ["a", "Mon"],
  ["B", "January"],
  ["b", "Jan"],
  ["c", "Mon Jan _2 15:04:05 2006"],
  ["D", "01/02/06"],
  ["d", "02"],
  ["e", "_2"],
  ["F", "2006-01-02"],
  ["H", "15"],
  ["h", "Jan"],
  ["I", "03"],
  ["j", "002"],
  ["M", "04"],
  ["m", "01"],
  ["p", "PM"],
  ["R", "15:04"],
  ["r", "03:04:05 PM"],
  ["S", "05"],
  ["T", "15:04:05"],
  ["v", "_2-Jan-2006"],
  ["X", "15:04:05"],
  ["x", "01/02/06"],
  ["Y", "2006"],
  ["y", "06"],
  ["Z", "MST"],
  ["z", "-0700"],
]);

function pad(value: number, width: number, fill = "0"): string {
  return String(value).padStart(width, fill);
}

/**
 * Week of the year when weeks start on `firstDay` (0 is Sunday); days before the first such day are in week
 * 0.
 */
function countWeeks(civil: Civil, firstDay: number): number {
  return Math.floor((civil.yearDay + 6 - ((civil.weekday - firstDay + 7) % 7)) / 7);
}

/** ISO 8601 week: the week that holds the year's first Thursday is number 1. */
export function findIsoWeek(civil: Civil): { readonly year: number; readonly week: number } {
  const weekday = (civil.weekday + 6) % 7;
  const week = Math.floor((civil.yearDay - 1 - weekday + 10) / 7);
  if (week < 1) return { year: civil.year - 1, week: countIsoWeeks(civil.year - 1) };
  if (week > countIsoWeeks(civil.year)) return { year: civil.year + 1, week: 1 };
  return { year: civil.year, week };
}

function countIsoWeeks(year: number): number {
  const shift = (value: number): number =>
    (value + Math.floor(value / 4) - Math.floor(value / 100) + Math.floor(value / 400)) % 7;
  return shift(year) === 4 || shift(year - 1) === 3 ? 53 : 52;
}

const computed = new Map<string, (civil: Civil) => string>([
  ["C", (civil) => pad(Math.trunc(civil.year / 100), 2)],
  ["k", (civil) => pad(civil.hour, 2, " ")],
  ["l", (civil) => pad(civil.hour % 12 || 12, 2, " ")],
  ["n", () => "\n"],
  ["t", () => "\t"],
  ["%", () => "%"],
  ["U", (civil) => pad(countWeeks(civil, 0), 2)],
  ["W", (civil) => pad(countWeeks(civil, 1), 2)],
  ["w", (civil) => String(civil.weekday)],
  ["u", (civil) => String(civil.weekday === 0 ? 7 : civil.weekday)],
  ["V", (civil) => pad(findIsoWeek(civil).week, 2)],
]);

/** What the letter stands for at this time; undefined for letters that mean nothing. */
export function formatStrftime(time: TimeValue, letter: string): string | undefined {
  const layout = layoutsByLetter.get(letter);
  return layout === undefined ? computed.get(letter)?.(toCivil(time)) : formatTime(time, layout);
}

/** The letters that `formatStrftime` knows. */
export const strftimeLetters: readonly string[] = [...layoutsByLetter.keys(), ...computed.keys()];
