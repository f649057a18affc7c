/**
 * Dates and clocks: from an instant and a zone to year, month, day, hour and back.
 * Days are counted by arithmetic, so any year works and nothing depends on the machine's zone;
 * only the offsets of IANA zones come from Intl, which every JavaScript engine carries.
 */
import type { TimeValue, Zone } from "../value.ts";

/** An instant as a wall clock shows it. */
export interface Civil {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 1 is the first of January. */
  readonly yearDay: number;
  readonly offsetSeconds: number;
  /** The zone's abbreviation at that instant, for example `CEST`; for zones without one, `+03`. */
  readonly abbreviation: string;
}

const nsPerSecond = 1_000_000_000n;

export const utc: Zone = { name: "UTC", offsetSeconds: 0 };

/** Days since 1970-01-01 of a date in the proleptic Gregorian calendar; month and day may overflow. */
export function countDays(year: number, month: number, day: number): number {
  const monthIndex = month - 1;
  const wholeYear = year + Math.floor(monthIndex / 12);
  const monthInYear = ((monthIndex % 12) + 12) % 12;
  const shifted = monthInYear < 2 ? wholeYear - 1 : wholeYear;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((monthInYear + 10) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function dateOfDays(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

/** Floor division, for instants before 1970. */
function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

/** Whole seconds since 1970 of an instant, rounded down. */
export function toUnixSeconds(unixNs: bigint): number {
  return Number(floorDivide(unixNs, nsPerSecond));
}

const formatters = new Map<string, Intl.DateTimeFormat | null>();
const maxFormatters = 700;

function createFormatter(name: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
      timeZoneName: "short",
      era: "short",
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function findFormatter(name: string): Intl.DateTimeFormat | null {
  const cached = formatters.get(name);
  if (cached !== undefined) return cached;
  const formatter = createFormatter(name);
  if (formatters.size >= maxFormatters) formatters.clear();
  formatters.set(name, formatter);
  return formatter;
}

/**
 * The zone of a Go location name: "", UTC, Local (which is UTC here) or an IANA name; undefined if unknown.
 */
export function findZone(name: string): Zone | undefined {
  if (name === "" || name === "UTC") return utc;
  if (name === "Local") return { name: "Local", offsetSeconds: 0 };
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/u.test(name) || findFormatter(name) === null) return undefined;
  return { name };
}

/** Which English first names a zone in letters differs by country, so these are asked in turn. */
const abbreviatingLocales = ["en-GB", "en-AU", "en-IN", "en-ZA", "en-NZ"];

/** What the zone database has where no English locale of Intl prints the same: zones, and their words by hours from UTC. */
const databaseWords: readonly (readonly [zones: string, words: Readonly<Record<number, string>>])[] = [
  ["Africa/Lagos", { 1: "WAT" }],
  ["Africa/Nairobi", { 3: "EAT" }],
  ["America/Adak America/Atka US/Aleutian", { [-10]: "HST", [-9]: "HDT" }],
  ["America/Dawson America/Whitehorse Canada/Yukon", { [-7]: "MST" }],
  ["America/Hermosillo America/Mazatlan Mexico/BajaSur", { [-7]: "MST", [-6]: "MDT" }],
  ["America/Havana Cuba", { [-5]: "CST", [-4]: "CDT" }],
  ["America/St_Johns Canada/Newfoundland", { [-3.5]: "NST", [-2.5]: "NDT" }],
  ["Antarctica/Casey", { 8: "+08" }],
  ["Antarctica/Troll", { 0: "+00" }],
  ["Asia/Colombo", { 5.5: "+0530" }],
  ["Asia/Dubai Asia/Muscat", { 4: "+04" }],
  ["Asia/Hong_Kong Hongkong", { 8: "HKT" }],
  ["Asia/Jakarta Asia/Pontianak", { 7: "WIB" }],
  ["Asia/Jayapura", { 9: "WIT" }],
  ["Asia/Jerusalem Asia/Tel_Aviv Israel", { 2: "IST", 3: "IDT" }],
  ["Asia/Karachi", { 5: "PKT" }],
  ["Asia/Makassar Asia/Ujung_Pandang", { 8: "WITA" }],
  ["Asia/Manila", { 8: "PST" }],
  ["Asia/Seoul Asia/Pyongyang ROK", { 9: "KST" }],
  ["Asia/Shanghai Asia/Chongqing Asia/Chungking Asia/Harbin PRC", { 8: "CST" }],
  ["Asia/Macao Asia/Macau Asia/Taipei ROC", { 8: "CST" }],
  ["Asia/Tokyo Japan", { 9: "JST" }],
  ["Australia/Eucla", { 8.75: "+0845" }],
  ["Australia/LHI Australia/Lord_Howe", { 10.5: "+1030", 11: "+11" }],
  ["Europe/Dublin Eire", { 0: "GMT", 1: "IST" }],
  ["Europe/Guernsey Europe/Isle_of_Man Europe/Jersey", { 0: "GMT", 1: "BST" }],
  ["Europe/Moscow Europe/Kirov Europe/Simferopol Europe/Volgograd W-SU", { 3: "MSK", 4: "MSK" }],
  ["Pacific/Chatham NZ-CHAT", { 12.75: "+1245", 13.75: "+1345" }],
  ["Pacific/Guam Pacific/Saipan", { 10: "ChST" }],
  ["Pacific/Midway Pacific/Pago_Pago Pacific/Samoa US/Samoa", { [-11]: "SST" }],
];

const wordsByZone: ReadonlyMap<string, Readonly<Record<number, string>>> = new Map(
  databaseWords.flatMap(([zones, words]) => zones.split(" ").map((zone) => [zone, words] as const)),
);

/**
 * Go prints the abbreviations of the zone database; Intl prints `GMT+2` where a locale has no word for it.
 */
function toAbbreviation(name: string, unixSeconds: number, text: string, offsetSeconds: number): string {
  const known = wordsByZone.get(name)?.[offsetSeconds / 3600];
  if (known !== undefined) return known;
  if (!/^GMT[+-]/u.test(text)) return text;
  for (const locale of abbreviatingLocales) {
    const parts = findNamer(locale, name).formatToParts(new Date(unixSeconds * 1000));
    const found = parts.find((part) => part.type === "timeZoneName")?.value ?? "";
    if (/^[A-Z]{2,5}$/u.test(found)) return found;
  }
  return formatShortOffset(offsetSeconds);
}

const namers = new Map<string, Intl.DateTimeFormat>();

function findNamer(locale: string, name: string): Intl.DateTimeFormat {
  const key = `${locale} ${name}`;
  const cached = namers.get(key);
  if (cached !== undefined) return cached;
  const namer = new Intl.DateTimeFormat(locale, { timeZone: name, timeZoneName: "short" });
  if (namers.size >= maxFormatters) namers.clear();
  namers.set(key, namer);
  return namer;
}

/** As the zone database abbreviates zones without letters: `+02`, `+0530`. */
function formatShortOffset(offsetSeconds: number): string {
  return formatFullOffset(offsetSeconds).replace(/(?<=\d\d)00$/u, "");
}

/** What Go writes for a zone that has no name at all: `+0200` (package time, appendFormat, stdTZ). */
function formatFullOffset(offsetSeconds: number): string {
  const minutes = Math.abs(Math.trunc(offsetSeconds / 60));
  const [hours, rest] = [Math.trunc(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0"));
  return `${offsetSeconds < 0 ? "-" : "+"}${hours}${rest}`;
}

/** Offset and abbreviation of a zone at an instant. */
export function findOffset(
  zone: Zone,
  unixSeconds: number,
): { readonly seconds: number; readonly abbreviation: string } {
  if (zone.offsetSeconds !== undefined) {
    const name = zone.name === "Local" ? "UTC" : zone.name;
    return {
      seconds: zone.offsetSeconds,
      abbreviation: name === "" ? formatFullOffset(zone.offsetSeconds) : name,
    };
  }
  const formatter = findFormatter(zone.name);
  if (formatter === null) return { seconds: 0, abbreviation: "UTC" };
  const field = new Map(
    formatter.formatToParts(new Date(unixSeconds * 1000)).map((part) => [part.type, part.value]),
  );
  const read = (name: Intl.DateTimeFormatPartTypes): number => Number(field.get(name) ?? "0");
  const year = field.get("era") === "BC" ? 1 - read("year") : read("year");
  const local =
    countDays(year, read("month"), read("day")) * 86_400 +
    read("hour") * 3600 +
    read("minute") * 60 +
    read("second");
  const seconds = local - unixSeconds;
  return {
    seconds,
    abbreviation: toAbbreviation(zone.name, unixSeconds, field.get("timeZoneName") ?? "", seconds),
  };
}

/** What a wall clock in the time's zone shows. */
export function toCivil(time: TimeValue): Civil {
  const unixSeconds = toUnixSeconds(time.unixNs);
  const offset = findOffset(time.zone, unixSeconds);
  const local = unixSeconds + offset.seconds;
  const days = Math.floor(local / 86_400);
  const clock = local - days * 86_400;
  const date = dateOfDays(days);
  return {
    ...date,
    hour: Math.floor(clock / 3600),
    minute: Math.floor(clock / 60) % 60,
    second: clock % 60,
    nanosecond: Number(time.unixNs - BigInt(unixSeconds) * nsPerSecond),
    weekday: (((days + 4) % 7) + 7) % 7,
    yearDay: days - countDays(date.year, 1, 1) + 1,
    offsetSeconds: offset.seconds,
    abbreviation: offset.abbreviation,
  };
}

/** A wall clock; every field may overflow, as in Go's `time.Date`. */
export interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
}

/** The instant at which a clock in `zone` shows this (Go's `time.Date`). */
export function fromWallClock(clock: WallClock, zone: Zone): TimeValue {
  const local =
    countDays(clock.year, clock.month, clock.day) * 86_400 +
    clock.hour * 3600 +
    clock.minute * 60 +
    clock.second;
  const guess = local - findOffset(zone, local).seconds;
  const seconds = local - findOffset(zone, guess).seconds;
  return { tag: "time", unixNs: BigInt(seconds) * nsPerSecond + BigInt(clock.nanosecond), zone };
}

/** A time from milliseconds since 1970, in UTC. */
export function fromUnixMs(unixMs: number): TimeValue {
  return { tag: "time", unixNs: BigInt(Math.trunc(unixMs * 1000)) * 1000n, zone: utc };
}

/** The same instant on another clock. */
export function inZone(time: TimeValue, zone: Zone): TimeValue {
  return { tag: "time", unixNs: time.unixNs, zone };
}
