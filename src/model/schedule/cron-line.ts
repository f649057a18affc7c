/**
 * Cron lines as robfig/cron's standard parser reads them: five fields, descriptors such as `@hourly` and
 * `@every 5m`, and a leading `CRON_TZ=ZONE` or `TZ=ZONE`. No seconds.
 *
 * The line is read here, once, because both the language that checks it and the calendar that follows it need it,
 * and neither may know the other. Faults are told in robfig's words.
 */
import { parseGoDuration } from "../../base/parse-go-duration.ts";
import { err, ok } from "../../base/result.ts";
import type { Result } from "../../base/result.ts";

/** Which wall-clock minutes a line means. Every list is in rising order and may be empty: then no time fits. */
export interface CronFields {
  readonly kind: "fields";
  /** The zone that the line itself names; the caller's otherwise. */
  readonly zone: string | undefined;
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Days of the month, from 1. */
  readonly days: readonly number[];
  /** From 1. */
  readonly months: readonly number[];
  /** 0 is Sunday. */
  readonly weekdays: readonly number[];
  /**
   * Whether a date must fit both `days` and `weekdays`: so it is when either was left open by a star.
   * When both are restricted, one of them is enough. A star with a step is no star.
   */
  readonly needsBothDays: boolean;
}

/** A constant distance between times, of at least one second. */
export interface CronInterval {
  readonly kind: "interval";
  readonly zone: string | undefined;
  readonly everyMs: number;
}

export type CronLine = CronFields | CronInterval;

interface FieldRule {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const fieldRules = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: " jan feb mar apr may jun jul aug sep oct nov dec".split(" ") },
  { min: 0, max: 6, names: "sun mon tue wed thu fri sat".split(" ") },
] as const satisfies readonly FieldRule[];

const descriptors: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);

/** Reads a cron line; the error says what is wrong with it. */
export function parseCronLine(line: string): Result<CronLine, string> {
  if (line === "") return err("empty spec string");
  const prefix = /^(?:CRON_)?TZ=(\S*)\s*/.exec(line);
  const zone = prefix?.[1];
  if (zone !== undefined && !isTimeZone(zone)) {
    return err(`provided bad location ${zone}: unknown time zone ${zone}`);
  }
  const rest = prefix === null ? line : line.slice(prefix[0].length).trim();
  return rest.startsWith("@") ? parseDescriptor(rest, zone) : parseFields(rest, zone);
}

function parseDescriptor(text: string, zone: string | undefined): Result<CronLine, string> {
  const fields = descriptors.get(text);
  if (fields !== undefined) return parseFields(fields, zone);
  const every = "@every ";
  if (!text.startsWith(every)) return err(`unrecognized descriptor: ${text}`);
  const duration = text.slice(every.length);
  const ns = parseGoDuration(duration);
  if (ns === undefined) {
    return err(`failed to parse duration ${text}: time: invalid duration "${duration}"`);
  }
  const seconds = Number(ns / 1_000_000_000n);
  return ok({ kind: "interval", zone, everyMs: Math.max(1, seconds) * 1000 });
}

function parseFields(text: string, zone: string | undefined): Result<CronLine, string> {
  const fields = text.split(/\s+/).filter((field) => field !== "");
  if (fields.length !== 5) {
    return err(`expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`);
  }
  const read: Field[] = [];
  for (const [index, rule] of fieldRules.entries()) {
    const field = parseField(fields[index] ?? "", rule);
    if (!field.ok) return field;
    read.push(field.value);
  }
  const [minutes, hours, days, months, weekdays] = read;
  return ok({
    kind: "fields",
    zone,
    minutes: minutes?.values ?? [],
    hours: hours?.values ?? [],
    days: days?.values ?? [],
    months: months?.values ?? [],
    weekdays: weekdays?.values ?? [],
    needsBothDays: days?.isOpen === true || weekdays?.isOpen === true,
  });
}

interface Field {
  readonly values: readonly number[];
  /** A star or question mark without a step is among its parts. */
  readonly isOpen: boolean;
}

function parseField(text: string, rule: FieldRule): Result<Field, string> {
  const values = new Set<number>();
  let isOpen = false;
  for (const part of text.split(",").filter((piece) => piece !== "")) {
    const range = parseRange(part, rule);
    if (!range.ok) return range;
    const { start, end, step } = range.value;
    for (let value = start; value <= end; value += step) values.add(value);
    isOpen ||= range.value.isOpen;
  }
  return ok({ values: [...values].toSorted((left, right) => left - right), isOpen });
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly isOpen: boolean;
}

function parseRange(part: string, rule: FieldRule): Result<Range, string> {
  const [range = "", step, ...moreSteps] = part.split("/");
  if (moreSteps.length > 0) return err(`too many slashes: ${part}`);
  const [low = "", high, ...moreEnds] = range.split("-");
  const any = low === "*" || low === "?";
  if (moreEnds.length > 0) return err(`too many hyphens: ${part}`);
  const start = any ? rule.min : parseValue(low, rule);
  const single = high === undefined ? start : parseValue(high, rule);
  // "5/10" means from 5 to the end of the field in steps of ten.
  const end = any || (high === undefined && step !== undefined) ? rule.max : single;
  for (const value of [start, end]) if (typeof value === "string") return err(value);
  if (step !== undefined && !/^\d+$/.test(step)) return err(badNumber(step));
  const by = Number(step ?? "1");
  return checkRange(part, rule, { start: Number(start), end: Number(end), step: by, isOpen: any && by <= 1 });
}

function checkRange(part: string, rule: FieldRule, range: Range): Result<Range, string> {
  const { start, end } = range;
  if (start < rule.min) return err(`beginning of range (${start}) below minimum (${rule.min}): ${part}`);
  if (end > rule.max) return err(`end of range (${end}) above maximum (${rule.max}): ${part}`);
  if (start > end) return err(`beginning of range (${start}) beyond end of range (${end}): ${part}`);
  return range.step === 0 ? err(`step of range should be a positive number: ${part}`) : ok(range);
}

/** A number or a name of the field; a text is the fault. */
function parseValue(text: string, rule: FieldRule): number | string {
  const named = text === "" ? -1 : rule.names.indexOf(text.toLowerCase());
  if (named !== -1) return named;
  return /^\d+$/.test(text) ? Number(text) : badNumber(text);
}

function badNumber(text: string): string {
  return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
}

/** Names that were asked for; asking Intl costs as much as reading a hundred lines. */
const zonesKnown = new Map<string, boolean>();
const zonesKnownAtMost = 2000;

/** True when the IANA data knows the zone. An empty name is UTC and `Local` the machine's own zone, as in Go. */
export function isTimeZone(zone: string): boolean {
  if (zone === "" || zone === "UTC" || zone === "Local") return true;
  const known = zonesKnown.get(zone) ?? isKnownToIntl(zone);
  if (zonesKnown.size >= zonesKnownAtMost) zonesKnown.clear();
  zonesKnown.set(zone, known);
  return known;
}

function isKnownToIntl(zone: string): boolean {
  if (/^[-+]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false; // RangeError is how Intl says that it does not know the zone.
  }
}
