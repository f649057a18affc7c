/**
 * Times as texts by the letters of C: what `strftime` writes and `strptime` reads, in UTC.
 * Where jq and gojq differ gojq has it its way, because Argo uses it: an offset that is read moves the time. Names are English.
 */
import { fromWallClock, toCivil, toUnixSeconds, utc } from "../go/civil.ts";
import { dayNames, monthNames } from "../go/layout.ts";
import { formatStrftime } from "../go/strftime.ts";
import type { TimeValue } from "../value.ts";

/** A text with letters behind `%`; `-` in front of a letter takes the padding away. What means nothing stays. */
export function formatClock(time: TimeValue, format: string): string {
  return format.replace(/%(-?)([\s\S])/gu, (whole, bare: string, letter: string) => {
    const text = formatLetter(time, letter);
    if (text === undefined) return whole;
    return bare === "" ? text : text.replace(/^[ 0]+(?=\d)/u, "");
  });
}

function formatLetter(time: TimeValue, letter: string): string | undefined {
  if (letter === "s") return String(toUnixSeconds(time.unixNs));
  if (letter === "f") return String(Math.floor(toCivil(time).nanosecond / 1000)).padStart(6, "0");
  return formatStrftime(time, letter);
}

/** What has been read so far; a clock that says nothing of a part shows the first second of 1900. */
interface Reading {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
  offsetSeconds: number;
  century?: number;
  yearDay?: number;
  isAfternoon?: boolean;
  unixSeconds?: number;
}

type Reader = readonly [pattern: RegExp, take: (reading: Reading, text: string) => boolean | void];

/** A number of at most so many digits, within bounds. */
function number(
  digits: number,
  least: number,
  most: number,
  set: (reading: Reading, value: number) => void,
): Reader {
  return [
    new RegExp(`\\s*(\\d{1,${digits}})`, "uy"),
    (reading, text) => {
      const value = Number(text);
      if (value < least || value > most) return false;
      set(reading, value);
      return true;
    },
  ];
}

/** One of some names, whole or by its first three letters. */
function name(names: readonly string[], set: (reading: Reading, index: number) => void): Reader {
  const short = (text: string): string => text.slice(0, 3).toLowerCase();
  const choices = names.map((one) => `${one.slice(0, 3)}(?:${one.slice(3)})?`).join("|");
  return [
    new RegExp(`\\s*(${choices})`, "iuy"),
    (reading, text) =>
      set(
        reading,
        names.findIndex((one) => short(one) === short(text)),
      ),
  ];
}

const ignored = (): void => undefined;
const day = number(2, 1, 31, (reading, value) => (reading.day = value));
const hour = number(2, 0, 23, (reading, value) => (reading.hour = value));
const hourOf12 = number(2, 1, 12, (reading, value) => (reading.hour = value % 12));
const month = name(monthNames, (reading, index) => (reading.month = index + 1));
const weekday = name(dayNames, ignored);

const readers: Readonly<Record<string, Reader>> = {
  Y: number(4, 0, 9999, (reading, value) => (reading.year = value)),
  C: number(2, 0, 99, (reading, value) => (reading.century = value)),
  // POSIX: 69 to 99 are of the last century.
  y: number(2, 0, 99, (reading, value) => (reading.year = value + (value < 69 ? 2000 : 1900))),
  m: number(2, 1, 12, (reading, value) => (reading.month = value)),
  B: month,
  b: month,
  h: month,
  A: weekday,
  a: weekday,
  w: number(1, 0, 6, ignored),
  u: number(1, 1, 7, ignored),
  d: day,
  e: day,
  j: number(3, 1, 366, (reading, value) => (reading.yearDay = value)),
  H: hour,
  k: hour,
  I: hourOf12,
  l: hourOf12,
  M: number(2, 0, 59, (reading, value) => (reading.minute = value)),
  S: number(2, 0, 60, (reading, value) => (reading.second = value)),
  s: [/(-?\d{1,11})/uy, (reading, text) => void (reading.unixSeconds = Number(text))],
  f: [/(\d{1,9})/uy, (reading, text) => void (reading.nanosecond = Number(text.padEnd(9, "0")))],
  p: [/\s*([ap]m)/iuy, (reading, text) => void (reading.isAfternoon = text.toLowerCase() === "pm")],
  Z: [/([A-Za-z]+)/uy, ignored],
  z: [/\s*(Z|[-+]\d{2}(?::?\d{2})?)/uy, (reading, text) => void (reading.offsetSeconds = readOffset(text))],
  "%": [/(%)/uy, ignored],
};

const shorthands: Readonly<Record<string, string>> = {
  D: "%m/%d/%y",
  x: "%m/%d/%y",
  F: "%Y-%m-%d",
  v: "%e-%b-%Y",
  R: "%H:%M",
  r: "%I:%M:%S %p",
  T: "%H:%M:%S",
  X: "%H:%M:%S",
  c: "%a %b %e %H:%M:%S %Y",
};

function readOffset(text: string): number {
  if (text === "Z") return 0;
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(-2))];
  const seconds = hours * 3600 + (text.length > 3 ? minutes * 60 : 0);
  return text.startsWith("-") ? -seconds : seconds;
}

/** The time that a text shows; undefined when it does not have the form, or has more behind it. */
export function parseClock(text: string, format: string): TimeValue | undefined {
  const reading: Reading = {
    year: 1900,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
    offsetSeconds: 0,
  };
  const whole = format.replace(/%([\s\S])/gu, (found, letter: string) => shorthands[letter] ?? found);
  let at = 0;
  for (const [part, letter] of whole.matchAll(/%([\s\S])|\s+|[\s\S]/gu)) {
    const end = letter === undefined ? skip(text, at, part) : readLetter(reading, text, at, letter);
    if (end === undefined) return undefined;
    at = end;
  }
  return at === text.length ? toTime(reading) : undefined;
}

/** Blanks stand for any blanks, everything else for itself. */
function skip(text: string, at: number, part: string): number | undefined {
  if (part.trim() !== "") return text.startsWith(part, at) ? at + part.length : undefined;
  let end = at;
  while (end < text.length && (text[end] ?? "").trim() === "") end += 1;
  return end;
}

function readLetter(reading: Reading, text: string, at: number, letter: string): number | undefined {
  if (letter === "n" || letter === "t") return skip(text, at, " ");
  const [pattern, take] = readers[letter] ?? [];
  if (pattern === undefined || take === undefined) return undefined;
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  if (found === null || take(reading, found[1] ?? "") === false) return undefined;
  return at + found[0].length;
}

function toTime(reading: Reading): TimeValue {
  const { century, yearDay, isAfternoon = false, unixSeconds, offsetSeconds, ...clock } = reading;
  const year = century === undefined ? clock.year : century * 100 + (clock.year % 100);
  const date = yearDay === undefined ? {} : { month: 1, day: yearDay };
  const shown = { ...clock, year, ...date, hour: clock.hour + (isAfternoon ? 12 : 0) };
  const epoch = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, nanosecond: 0 };
  return unixSeconds === undefined
    ? fromWallClock({ ...shown, second: shown.second - offsetSeconds }, utc)
    : fromWallClock({ ...epoch, second: unixSeconds }, utc);
}
