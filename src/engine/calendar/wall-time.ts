/**
 * The next minute that a cron line means on a wall clock that never jumps.
 * A wall time is written as the epoch milliseconds that it would be in UTC, so this is plain calendar arithmetic.
 */
import type { CronFields } from "../../model/schedule/cron-line.ts";
import { countDays } from "./zone-clock.ts";

const minuteMs = 60_000;
const minutesOfDay = 1440;

interface DateOfWall {
  /** Days since 1970-01-01. */
  readonly number: number;
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The first fitting minute at or after `from`, up to the end of `lastYear`. */
export function findNextWall(fields: CronFields, from: number, lastYear: number): number | undefined {
  const minute = Math.ceil(from / minuteMs);
  let date = readDate(Math.floor(minute / minutesOfDay));
  let notBefore = minute - date.number * minutesOfDay;
  while (date.year <= lastYear) {
    if (!fields.months.includes(date.month)) {
      date = beginNextMonth(date);
    } else {
      const found = fitsDate(fields, date) ? findMinuteOfDay(fields, notBefore) : undefined;
      if (found !== undefined) return (date.number * minutesOfDay + found) * minuteMs;
      date = nextDay(date);
    }
    notBefore = 0;
  }
  return undefined;
}

/** The year that a wall time lies in. */
export function readYear(wall: number): number {
  return readDate(Math.floor(wall / minuteMs / minutesOfDay)).year;
}

function fitsDate(fields: CronFields, date: DateOfWall): boolean {
  const fitsDay = fields.days.includes(date.day);
  const fitsWeekday = fields.weekdays.includes((((date.number + 4) % 7) + 7) % 7);
  return fields.needsBothDays ? fitsDay && fitsWeekday : fitsDay || fitsWeekday;
}

function findMinuteOfDay(fields: CronFields, notBefore: number): number | undefined {
  const firstMinute = fields.minutes[0];
  if (firstMinute === undefined) return undefined;
  const hour = Math.floor(notBefore / 60);
  if (fields.hours.includes(hour)) {
    const minute = fields.minutes.find((value) => value >= notBefore % 60);
    if (minute !== undefined) return hour * 60 + minute;
  }
  const later = fields.hours.find((value) => value > hour);
  return later === undefined ? undefined : later * 60 + firstMinute;
}

function nextDay(date: DateOfWall): DateOfWall {
  if (date.day >= countDaysOfMonth(date)) return beginNextMonth(date);
  return { ...date, number: date.number + 1, day: date.day + 1 };
}

function beginNextMonth(date: DateOfWall): DateOfWall {
  const number = date.number + countDaysOfMonth(date) - date.day + 1;
  return date.month === 12
    ? { number, year: date.year + 1, month: 1, day: 1 }
    : { number, year: date.year, month: date.month + 1, day: 1 };
}

function countDaysOfMonth({ year, month }: DateOfWall): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function readDate(number: number): DateOfWall {
  // An average year cannot be more than one off, in either direction.
  let year = 1970 + Math.floor(number / 365.2425);
  if (countDays(year, 1, 1) > number) year -= 1;
  if (countDays(year + 1, 1, 1) <= number) year += 1;
  let month = 12;
  while (countDays(year, month, 1) > number) month -= 1;
  return { number, year, month, day: number - countDays(year, month, 1) + 1 };
}
