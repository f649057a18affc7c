/**
 * What the wall clock of a time zone is ahead of UTC, and when that changes.
 *
 * Intl knows the zones, but asking it costs microseconds, so answers are kept for each week: the offset at its
 * beginning, and the moment of the change in it, if there is one. What must stay true: a week is asked for only
 * when somebody looks at it, and the answers do not depend on the order of the questions.
 * Two changes of one zone within one week are not told apart; the zone data of the last decades has none.
 */

const secondMs = 1000;
const weekMs = 7 * 24 * 3600 * secondMs;
/** Weeks and zones that are remembered before everything is forgotten: bounds for processes that live for years. */
const weeksAtMost = 4000;
const zonesAtMost = 700;

interface Week {
  readonly beforeMs: number;
  /** The first instant with the other offset; Infinity in a week without a change. */
  readonly changesAt: number;
  readonly afterMs: number;
}

export interface ZoneClock {
  /** Absent for UTC, which never changes. */
  readonly formatter: Intl.DateTimeFormat | undefined;
  readonly weeks: Map<number, Week>;
}

const clocks = new Map<string, ZoneClock>();

/** The clock of an IANA zone; "" is UTC. The zone must be one that Intl knows (`isTimeZone`). */
export function getZoneClock(zone: string): ZoneClock {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const clock = { formatter: createFormatter(zone), weeks: new Map<number, Week>() };
  if (clocks.size >= zonesAtMost) clocks.clear();
  clocks.set(zone, clock);
  return clock;
}

function createFormatter(zone: string): Intl.DateTimeFormat | undefined {
  if (zone === "" || zone === "UTC") return undefined;
  return new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
}

/** Milliseconds to add to an instant for what the wall clock shows then. */
export function findOffsetMs(clock: ZoneClock, at: number): number {
  if (clock.formatter === undefined) return 0;
  const week = getWeek(clock, clock.formatter, Math.floor(at / weekMs));
  return at >= week.changesAt ? week.afterMs : week.beforeMs;
}

/** The first instant after `after` and not after `until` at which the offset changes. */
export function findNextChange(clock: ZoneClock, after: number, until: number): number | undefined {
  if (clock.formatter === undefined) return undefined;
  const last = Math.floor(until / weekMs);
  for (let index = Math.floor(after / weekMs); index <= last; index += 1) {
    const { changesAt } = getWeek(clock, clock.formatter, index);
    if (changesAt > after && changesAt <= until) return changesAt;
  }
  return undefined;
}

function getWeek(clock: ZoneClock, formatter: Intl.DateTimeFormat, index: number): Week {
  const known = clock.weeks.get(index);
  if (known !== undefined) return known;
  const week = readWeek(formatter, index * weekMs);
  if (clock.weeks.size >= weeksAtMost) clock.weeks.clear();
  clock.weeks.set(index, week);
  return week;
}

function readWeek(formatter: Intl.DateTimeFormat, from: number): Week {
  const beforeMs = readOffsetMs(formatter, from);
  const afterMs = readOffsetMs(formatter, from + weekMs);
  if (beforeMs === afterMs) return { beforeMs, changesAt: Infinity, afterMs };
  let old = from;
  let changed = from + weekMs;
  while (changed - old > secondMs) {
    const middle = old + Math.floor((changed - old) / 2 / secondMs) * secondMs;
    if (readOffsetMs(formatter, middle) === beforeMs) old = middle;
    else changed = middle;
  }
  return { beforeMs, changesAt: changed, afterMs };
}

function readOffsetMs(formatter: Intl.DateTimeFormat, at: number): number {
  const read = new Map(formatter.formatToParts(at).map((part) => [part.type, Number(part.value)]));
  const get = (type: Intl.DateTimeFormatPartTypes): number => read.get(type) ?? 0;
  const days = countDays(get("year"), get("month"), get("day"));
  const shown = ((days * 24 + get("hour")) * 60 + get("minute")) * 60 + get("second");
  return (shown - Math.floor(at / secondMs)) * secondMs;
}

/** Days from 1970-01-01 to a date of the Gregorian calendar; the month counts from 1. */
export function countDays(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
