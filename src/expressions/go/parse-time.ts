/**
 * Go's `time.Parse` and `time.ParseInLocation`.
 * A text either matches the whole layout with every field in range, or it is not a time.
 */
import { lazily } from "../../base/lazily.ts";
import type { TimeValue, Zone } from "../value.ts";
import { findOffset, fromWallClock, utc } from "./civil.ts";
import { dayNames, monthNames, parseLayout } from "./layout.ts";
import type { LayoutPart, LayoutWord } from "./layout.ts";

/** What has been read so far. */
interface Fields {
  year: number;
  month: number;
  day: number;
  yearDay: number;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
  afternoon: boolean | undefined;
  offsetSeconds: number | undefined;
  zoneName: string | undefined;
  utc: boolean;
}

/** The rest of the text after one part, or undefined when the part does not match. */
type Reader = (text: string, fields: Fields) => string | undefined;

function readNumber(
  pattern: RegExp,
  least: number,
  most: number,
  store: (fields: Fields, value: number) => void,
): Reader {
  return (text, fields) => {
    const match = pattern.exec(text);
    if (match === null) return undefined;
    const value = Number(match[0]);
    if (value < least || value > most) return undefined;
    store(fields, value);
    return text.slice(match[0].length);
  };
}

function readName(
  names: readonly string[],
  length: number | undefined,
  store: (fields: Fields, index: number) => void,
): Reader {
  return (text, fields) => {
    const lower = text.toLowerCase();
    const index = names.findIndex((name) => lower.startsWith(name.slice(0, length).toLowerCase()));
    if (index < 0) return undefined;
    store(fields, index);
    return text.slice((names[index] ?? "").slice(0, length).length);
  };
}

const one = /^\d{1,2}/u;
const two = /^\d{2}/u;
const ignore = (): void => undefined;
const setMonth = (fields: Fields, value: number): void => void (fields.month = value);
const setDay = (fields: Fields, value: number): void => void (fields.day = value);
const setHour = (fields: Fields, value: number): void => void (fields.hour = value);
const setMinute = (fields: Fields, value: number): void => void (fields.minute = value);

function readHalf(upper: boolean): Reader {
  return (text, fields) => {
    const half = text.slice(0, 2);
    const expected = upper ? ["AM", "PM"] : ["am", "pm"];
    if (!expected.includes(half)) return undefined;
    fields.afternoon = half === expected[1];
    return text.slice(2);
  };
}

/** Seconds accept a fraction that the layout does not mention, as in Go. */
function readSecond(pattern: RegExp): Reader {
  const read = readNumber(pattern, 0, 59, (fields, value) => void (fields.second = value));
  return (text, fields) => {
    const rest = read(text, fields);
    const fraction = rest === undefined ? null : /^[.,](\d+)/u.exec(rest);
    if (rest === undefined || fraction === null) return rest;
    fields.nanosecond = toNanoseconds(fraction[1] ?? "");
    return rest.slice(fraction[0].length);
  };
}

function toNanoseconds(digits: string): number {
  return Number(digits.slice(0, 9).padEnd(9, "0"));
}

const getReaders = lazily((): { readonly [word in LayoutWord]?: Reader } => ({
  January: readName(monthNames, undefined, (fields, index) => void (fields.month = index + 1)),
  Jan: readName(monthNames, 3, (fields, index) => void (fields.month = index + 1)),
  "1": readNumber(one, 1, 12, setMonth),
  "01": readNumber(two, 1, 12, setMonth),
  Monday: readName(dayNames, undefined, ignore),
  Mon: readName(dayNames, 3, ignore),
  "2": readNumber(one, 1, 31, setDay),
  _2: readNumber(/^ ?\d{1,2}/u, 1, 31, setDay),
  "02": readNumber(two, 1, 31, setDay),
  __2: readNumber(/^ {0,2}\d{1,3}/u, 1, 366, (fields, value) => void (fields.yearDay = value)),
  "002": readNumber(/^\d{3}/u, 1, 366, (fields, value) => void (fields.yearDay = value)),
  "15": readNumber(two, 0, 23, setHour),
  "3": readNumber(one, 0, 12, setHour),
  "03": readNumber(two, 0, 12, setHour),
  "4": readNumber(one, 0, 59, setMinute),
  "04": readNumber(two, 0, 59, setMinute),
  "5": readSecond(one),
  "05": readSecond(two),
  "2006": readNumber(/^\d{4}/u, 0, 9999, (fields, value) => void (fields.year = value)),
  "06": readNumber(
    two,
    0,
    99,
    (fields, value) => void (fields.year = value >= 69 ? value + 1900 : value + 2000),
  ),
  PM: readHalf(true),
  pm: readHalf(false),
  MST: readZoneName,
}));

/** Three to five capitals, `GMT+3`, or a signed number, as Go's parseTimeZone takes them. */
function readZoneName(text: string, fields: Fields): string | undefined {
  if (text.startsWith("UTC")) {
    fields.utc = true;
    return text.slice(3);
  }
  const match =
    /^(?:GMT[+-]\d{1,2}|ChST|MeST|WITA(?![A-Z])|[A-Z]{3,4}T(?![A-Z])|[A-Z]{3}(?![A-Z])|[+-]\d{1,2})/u.exec(
      text,
    );
  if (match === null) return undefined;
  fields.zoneName = match[0];
  return text.slice(match[0].length);
}

function readOffset(word: string, text: string, fields: Fields): string | undefined {
  if (word.startsWith("Z") && text.startsWith("Z")) {
    fields.utc = true;
    return text.slice(1);
  }
  const colon = word.includes(":") ? ":" : "";
  const groups = word.replace(/\D/gu, "").length / 2;
  const pattern = new RegExp(`^([+-])(\\d{2})${`${colon}(\\d{2})`.repeat(groups - 1)}`, "u");
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [hours, minutes, seconds] = [match[2], match[3], match[4]].map((part) => Number(part ?? "0"));
  if ((hours ?? 0) > 24 || (minutes ?? 0) > 60 || (seconds ?? 0) > 60) return undefined;
  const size = (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
  fields.offsetSeconds = match[1] === "-" ? -size : size;
  return text.slice(match[0].length);
}

function readFraction(
  part: LayoutPart & { readonly kind: "fraction" },
  text: string,
  fields: Fields,
): string | undefined {
  const pattern = part.trim ? /^[.,](\d+)/u : new RegExp(`^[.,](\\d{${part.digits}})`, "u");
  const match = pattern.exec(text);
  if (match === null) return part.trim ? text : undefined;
  fields.nanosecond = toNanoseconds(match[1] ?? "");
  return text.slice(match[0].length);
}

/** A blank in the layout stands for any number of blanks in the text. */
function readText(literal: string, text: string): string | undefined {
  let rest = text;
  for (const character of literal) {
    if (character === " ") {
      if (rest !== "" && !rest.startsWith(" ")) return undefined;
      rest = rest.replace(/^ +/u, "");
    } else if (rest.startsWith(character)) {
      rest = rest.slice(character.length);
    } else {
      return undefined;
    }
  }
  return rest;
}

function readPart(
  part: LayoutPart,
  next: LayoutPart | undefined,
  text: string,
  fields: Fields,
): string | undefined {
  if (part.kind === "text") return readText(part.text, text);
  if (part.kind === "fraction") return readFraction(part, text, fields);
  const reader = getReaders()[part.kind];
  if (reader === undefined) return readOffset(part.kind, text, fields);
  if ((part.kind === "5" || part.kind === "05") && next?.kind === "fraction") {
    return readNumber(
      part.kind === "5" ? one : two,
      0,
      59,
      (to, value) => void (to.second = value),
    )(text, fields);
  }
  return reader(text, fields);
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function countDaysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Puts hour, half of the day and day of the year together; false when they contradict each other. */
function settle(fields: Fields): boolean {
  if (fields.afternoon === true && fields.hour < 12) fields.hour += 12;
  else if (fields.afternoon === false && fields.hour === 12) fields.hour = 0;
  if (fields.yearDay > 0) {
    if (fields.yearDay === 366 && !isLeapYear(fields.year)) return false;
    if (fields.month < 0) {
      fields.month = 1;
      fields.day = fields.yearDay;
      return true;
    }
  }
  if (fields.month < 0) fields.month = 1;
  if (fields.day < 0) fields.day = 1;
  return fields.day <= countDaysInMonth(fields.year, fields.month);
}

/** Go keeps an offset as an unnamed fixed zone unless the location has that offset at that instant. */
function toTime(fields: Fields, zone: Zone): TimeValue {
  if (fields.utc) return fromWallClock(fields, utc);
  if (fields.offsetSeconds !== undefined) {
    const time = fromWallClock(fields, { name: fields.zoneName ?? "", offsetSeconds: fields.offsetSeconds });
    const local = findOffset(zone, Number(time.unixNs / 1_000_000_000n));
    const fits =
      local.seconds === fields.offsetSeconds &&
      (fields.zoneName ?? local.abbreviation) === local.abbreviation;
    return fits ? { ...time, zone } : time;
  }
  if (fields.zoneName === undefined) return fromWallClock(fields, zone);
  const hours = /^GMT([+-]\d+)$/u.exec(fields.zoneName);
  const offsetSeconds = hours === null ? findNamedOffset(fields, zone) : Number(hours[1]) * 3600;
  const named: Zone = { name: fields.zoneName, offsetSeconds };
  // Go reads "GMT+3" as a name only: the clock counts as UTC and is then shown three hours later.
  return hours === null ? fromWallClock(fields, named) : { ...fromWallClock(fields, utc), zone: named };
}

/** An abbreviation counts only if the location uses it then; otherwise Go invents a zone with offset 0. */
function findNamedOffset(fields: Fields, zone: Zone): number {
  const guess = fromWallClock(fields, zone);
  const found = findOffset(zone, Number(guess.unixNs / 1_000_000_000n));
  return found.abbreviation === fields.zoneName ? found.seconds : 0;
}

/**
 * The time that `text` stands for under `layout`, or undefined. Without an offset in the text, `zone`
 * applies.
 */
export function parseTime(layout: string, text: string, zone: Zone = utc): TimeValue | undefined {
  const fields: Fields = {
    year: 0,
    month: -1,
    day: -1,
    yearDay: -1,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
    afternoon: undefined,
    offsetSeconds: undefined,
    zoneName: undefined,
    utc: false,
  };
  let rest: string | undefined = text;
  const parts = parseLayout(layout);
  for (const [index, part] of parts.entries()) {
    rest = readPart(part, parts[index + 1], rest, fields);
    if (rest === undefined) return undefined;
  }
  return rest === "" && settle(fields) ? toTime(fields, zone) : undefined;
}
