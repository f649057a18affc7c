/**
 * Functions of times: seconds since 1970, clocks as lists (year, month from 0, day, hour, minute, second, day of the week, day
 * of the year from 0), and texts. Everything is in UTC, local times as well. The time of now is told by the caller.
 */
import { fromWallClock, toCivil, toUnixSeconds, utc } from "../../go/civil.ts";
import type { TimeValue } from "../../value.ts";
import { formatClock, parseClock } from "../clock-format.ts";
import { chargeText, chargeWork } from "../machine.ts";
import { describe, fail, isArray } from "../values.ts";
import type { JqValue } from "../values.ts";
import type { Native, Natives } from "./native.ts";

const isoFormat = "%Y-%m-%dT%H:%M:%SZ";

const listClock: Native = (value) => {
  if (typeof value !== "number") return fail(`${describe(value)} is no time in seconds since 1970`);
  const { year, month, day, hour, minute, second, nanosecond, weekday, yearDay } = toCivil(
    readSeconds(value),
  );
  return [year, month - 1, day, hour, minute, second + nanosecond / 1e9, weekday, yearDay - 1];
};

const writeClock: Native = (value, [format = null], machine) => {
  if (typeof format !== "string") return fail("strftime/1 requires a string format");
  chargeWork(machine, format.length);
  return chargeText(machine, formatClock(readTime(value), format));
};

export const dateFunctions: Natives = {
  "now/0": (_, __, machine) => machine.context.now() / 1000,
  "gmtime/0": listClock,
  "localtime/0": listClock,
  "mktime/0": (value) =>
    isArray(value) ? toSeconds(readTime(value)) : fail("mktime requires array of 6 numbers"),
  "strftime/1": writeClock,
  "strflocaltime/1": writeClock,
  "strptime/1": (value, [format = null], machine) => {
    if (typeof value !== "string" || typeof format !== "string")
      return fail("strptime/1 requires string inputs and arguments");
    chargeWork(machine, value.length + format.length);
    return listClock(toSeconds(readText(value, format, format)), [], machine);
  },
  "todateiso8601/0": (value) => formatClock(readTime(value), isoFormat),
  "fromdateiso8601/0": (value) =>
    typeof value === "string"
      ? Math.floor(toSeconds(readText(value, "%Y-%m-%dT%H:%M:%S%z", isoFormat)))
      : fail(`date ${describe(value)} does not match format "${isoFormat}"`),
};

function readText(text: string, format: string, shown: string): TimeValue {
  return parseClock(text, format) ?? fail(`date "${text}" does not match format "${shown}"`);
}

/** A time in seconds, or a clock as a list. */
function readTime(value: JqValue): TimeValue {
  if (typeof value === "number") return readSeconds(value);
  if (!isArray(value) || value.length < 6)
    return fail(`${describe(value)} is no time, and no list of a clock`);
  const [year, month, day, hour, minute, second] = value.map((part) =>
    typeof part === "number" && Math.abs(part) < 1e11
      ? part
      : fail(`${describe(value)} is no list of a clock: its parts must be numbers`),
  ) as [number, number, number, number, number, number];
  const whole = Math.floor(second);
  return fromWallClock(
    {
      year: Math.trunc(year),
      month: Math.trunc(month) + 1,
      day: Math.trunc(day),
      hour: Math.trunc(hour),
      minute: Math.trunc(minute),
      second: whole,
      nanosecond: Math.trunc((second - whole) * 1e9),
    },
    utc,
  );
}

function readSeconds(value: number): TimeValue {
  if (!(Math.abs(value) < 1e11)) return fail(`${describe(value)} is no time in seconds since 1970`);
  const whole = Math.floor(value);
  const unixNs = BigInt(whole) * 1_000_000_000n + BigInt(Math.trunc((value - whole) * 1e9));
  return { tag: "time", unixNs, zone: utc };
}

function toSeconds({ unixNs }: TimeValue): number {
  const whole = toUnixSeconds(unixNs);
  return whole + Number(unixNs - BigInt(whole) * 1_000_000_000n) / 1e9;
}
