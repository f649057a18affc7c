/** An independent wall clock for the tests of the calendar: what Intl prints, read back as numbers. */
import assert from "node:assert/strict";
import { parseCronLine } from "../../../src/model/schedule/cron-line.ts";
import type { CronFields, CronLine } from "../../../src/model/schedule/cron-line.ts";

const formatters = new Map<string, Intl.DateTimeFormat>();

/** `2026-03-29 01:59 CET`-like text without the zone: `Sun 2026-03-29 01:59`. */
function showWall(at: number, zone: string): string {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone === "" ? "UTC" : zone,
      dateStyle: "short",
      timeStyle: "short",
    });
    formatters.set(zone, formatter);
  }
  return formatter.format(at);
}

/** Whether the wall clock of the zone begins a minute at that instant that the line means. */
export function isDueAt(fields: CronFields, at: number, zone: string): boolean {
  const [date = "", time = ""] = showWall(at, zone).split(" ");
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  const fitsDay = fields.days.includes(day);
  const fitsWeekday = fields.weekdays.includes(weekday);
  return (
    fields.minutes.includes(minute) &&
    fields.hours.includes(hour) &&
    fields.months.includes(month) &&
    (fields.needsBothDays ? fitsDay && fitsWeekday : fitsDay || fitsWeekday)
  );
}

/** Reads a line that must be right. */
export function readLine(text: string): CronLine {
  const read = parseCronLine(text);
  assert.ok(read.ok, text);
  return read.value;
}
