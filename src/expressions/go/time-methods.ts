/**
 * Go's methods of `time.Time`, `time.Duration` and `*time.Location` that an expression may call.
 * Months and weekdays are plain integers here; Go prints them by name only through `%v`.
 */
import { checkArity, getInteger, getText, refuseArgument } from "../arguments.ts";
import { chargeSteps } from "../context.ts";
import type { EvalContext } from "../context.ts";
import { createFunction, isDuration, isLocation, isTime, wrapInt } from "../value.ts";
import type { DurationValue, FunctionValue, LocationValue, TimeValue, Value, Zone } from "../value.ts";
import { fromWallClock, toCivil, utc } from "./civil.ts";
import { formatDuration, roundDuration, toUnits } from "./duration.ts";
import { formatTime, timeToText } from "./format-time.ts";
import { findIsoWeek } from "./strftime.ts";

type Method<T> = (self: T, args: readonly Value[], name: string, context: EvalContext) => Value;
/** A method with the number of its arguments. */
interface Entry<T> {
  readonly arity: number;
  readonly call: Method<T>;
}

const second = 1_000_000_000n;

function method<T>(arity: number, call: Method<T>): Entry<T> {
  return { arity, call };
}

function time(unixNs: bigint, zone: Zone): TimeValue {
  return { tag: "time", unixNs, zone };
}

function duration(ns: bigint): DurationValue {
  return { tag: "duration", ns: wrapInt(ns) };
}

function getTime(name: string, args: readonly Value[]): TimeValue {
  const value = args[0];
  return value !== undefined && isTime(value) ? value : refuseArgument(name, 0, "a time", value);
}

/** A duration; an integer counts nanoseconds, as an untyped constant does in Go. */
function getDuration(name: string, args: readonly Value[]): bigint {
  const value = args[0];
  if (typeof value === "bigint") return value;
  return value !== undefined && isDuration(value) ? value.ns : refuseArgument(name, 0, "a duration", value);
}

function getZone(name: string, args: readonly Value[]): Zone {
  const value = args[0];
  return value !== undefined && isLocation(value) ? value.zone : refuseArgument(name, 0, "a timezone", value);
}

function part(
  field: "year" | "month" | "day" | "hour" | "minute" | "second" | "nanosecond" | "weekday" | "yearDay",
): Entry<TimeValue> {
  return method(0, (self) => BigInt(toCivil(self)[field]));
}

function unix(perSecond: bigint): Entry<TimeValue> {
  return method(0, (self) => {
    const unit = second / perSecond;
    return (self.unixNs - (((self.unixNs % unit) + unit) % unit)) / unit;
  });
}

function compare(test: (left: bigint, right: bigint) => boolean): Entry<TimeValue> {
  return method(1, (self, args, name) => test(self.unixNs, getTime(name, args).unixNs));
}

function addDate(self: TimeValue, args: readonly Value[], name: string): TimeValue {
  const civil = toCivil(self);
  const [years, months, days] = [0, 1, 2].map((index) => Number(getInteger(name, args, index)));
  return fromWallClock(
    {
      ...civil,
      year: civil.year + (years ?? 0),
      month: civil.month + (months ?? 0),
      day: civil.day + (days ?? 0),
    },
    self.zone,
  );
}

/** Nanoseconds from Go's zero time (year 1) to 1970; Truncate and Round count from there. */
const zeroTimeNs = -62_135_596_800n * second;

function roundTime(toNearest: boolean): Entry<TimeValue> {
  return method(1, (self, args, name) => {
    const unit = getDuration(name, args);
    if (unit <= 0n) return self;
    const since = self.unixNs - zeroTimeNs;
    const rest = ((since % unit) + unit) % unit;
    return time(toNearest && rest * 2n >= unit ? self.unixNs + unit - rest : self.unixNs - rest, self.zone);
  });
}

const timeMethods: ReadonlyMap<string, Entry<TimeValue>> = new Map<string, Entry<TimeValue>>([
  ["Year", part("year")],
  ["Month", part("month")],
  ["Day", part("day")],
  ["Hour", part("hour")],
  ["Minute", part("minute")],
  ["Second", part("second")],
  ["Nanosecond", part("nanosecond")],
  ["Weekday", part("weekday")],
  ["YearDay", part("yearDay")],
  ["Unix", unix(1n)],
  ["UnixMilli", unix(1000n)],
  ["UnixMicro", unix(1_000_000n)],
  ["UnixNano", unix(second)],
  ["Before", compare((left, right) => left < right)],
  ["After", compare((left, right) => left > right)],
  ["Equal", compare((left, right) => left === right)],
  [
    "Compare",
    method(1, (self, args, name) => {
      const other = getTime(name, args).unixNs;
      return self.unixNs < other ? -1n : self.unixNs > other ? 1n : 0n;
    }),
  ],
  ["Add", method(1, (self, args, name) => time(self.unixNs + getDuration(name, args), self.zone))],
  ["Sub", method(1, (self, args, name) => duration(self.unixNs - getTime(name, args).unixNs))],
  ["AddDate", method(3, addDate)],
  ["Truncate", roundTime(false)],
  ["Round", roundTime(true)],
  ["UTC", method(0, (self) => time(self.unixNs, utc))],
  ["Local", method(0, (self) => time(self.unixNs, { name: "Local", offsetSeconds: 0 }))],
  ["In", method(1, (self, args, name) => time(self.unixNs, getZone(name, args)))],
  ["Location", method(0, (self) => ({ tag: "location", zone: self.zone }))],
  ["Format", method(1, (self, args, name) => formatTime(self, getText(name, args, 0)))],
  ["String", method(0, timeToText)],
  ["IsZero", method(0, (self) => self.unixNs === zeroTimeNs)],
  ["ISOWeek", method(0, (self) => BigInt(findIsoWeek(toCivil(self)).year))],
  ["Zone", method(0, (self) => toCivil(self).abbreviation)],
]);

function units(unit: bigint): Entry<DurationValue> {
  return method(0, (self) => toUnits(self.ns, unit));
}

const durationMethods: ReadonlyMap<string, Entry<DurationValue>> = new Map<string, Entry<DurationValue>>([
  ["Hours", units(3600n * second)],
  ["Minutes", units(60n * second)],
  ["Seconds", units(second)],
  ["Milliseconds", method(0, (self) => self.ns / 1_000_000n)],
  ["Microseconds", method(0, (self) => self.ns / 1_000n)],
  ["Nanoseconds", method(0, (self) => self.ns)],
  ["String", method(0, (self) => formatDuration(self.ns))],
  ["Abs", method(0, (self) => duration(self.ns < 0n ? -self.ns : self.ns))],
  ["Round", method(1, (self, args, name) => duration(roundDuration(self.ns, getDuration(name, args))))],
  [
    "Truncate",
    method(1, (self, args, name) => {
      const unit = getDuration(name, args);
      return unit <= 0n ? self : duration(self.ns - (self.ns % unit));
    }),
  ],
]);

const locationMethods: ReadonlyMap<string, Entry<LocationValue>> = new Map<string, Entry<LocationValue>>([
  ["String", method(0, (self) => self.zone.name)],
]);

function bind<T>(entry: Entry<T> | undefined, self: T, name: string): FunctionValue | undefined {
  if (entry === undefined) return undefined;
  return createFunction(name, (args, context) => {
    checkArity(name, args, entry.arity);
    chargeSteps(context, 1);
    return entry.call(self, args, name, context);
  });
}

/** The method of a time, a duration or a timezone, bound to it; undefined when there is none of that name. */
export function findMethod(value: Value, name: string): FunctionValue | undefined {
  if (isTime(value)) return bind(timeMethods.get(name), value, name);
  if (isDuration(value)) return bind(durationMethods.get(name), value, name);
  if (isLocation(value)) return bind(locationMethods.get(name), value, name);
  return undefined;
}
