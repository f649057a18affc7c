/**
 * `cron backfill`: runs for times that have passed (Argo cmd/argo/commands/cron/backfill.go).
 *
 * The flags, the first time (strictly after the start), the last (the end itself counts), the argument and its text
 * are Argo's. Two things are not: every run has a name made from its time, so that a backfill can be repeated without
 * doubling; and a definition's own time zone counts, so that the times are those at which it would have run.
 */
import { err, ok } from "../../../base/result.ts";
import type { Result } from "../../../base/result.ts";
import { findZone, fromUnixMs, inZone } from "../../../expressions/go/civil.ts";
import { timeToText } from "../../../expressions/go/format-time.ts";
import { layouts } from "../../../expressions/go/layout.ts";
import { parseTime } from "../../../expressions/go/parse-time.ts";
import type { TimeValue, Zone } from "../../../expressions/value.ts";
import type { ScheduleRules } from "../../../model/schedule/schedule.ts";
import { backfillLabel } from "./cron-run.ts";

/** The flags as they were written; the defaults are Argo's. */
export interface BackfillFlags {
  /** Argo makes five random letters up when there is none; that is for the caller to do. */
  readonly name: string;
  readonly start: string;
  /** Absent: until now. */
  readonly end?: string;
  readonly parallel?: boolean;
  readonly argname?: string;
  /** A layout of Go's package time, for `start` and `end`. */
  readonly format?: string;
  readonly maxworkflowcount?: number;
}

/** A backfill whose flags have been read. Times are epoch ms; the due times lie in (`after`, `until`]. */
export interface Backfill {
  readonly name: string;
  readonly after: number;
  readonly until: number;
  /** An IANA name or an offset such as `+05:30`: where lines that name no zone are read. */
  readonly zone: string;
  readonly argumentName: string;
  readonly isParallel: boolean;
  readonly batchSize: number;
}

export interface BackfillRun {
  readonly name: string;
  readonly scheduledAt: number;
  /** The one argument that is added to those of the definition. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Argo puts at most `maxworkflowcount` runs under one parent; counted from 0. */
  readonly batch: number;
  /** Absent when all may go at once. Otherwise they share a mutex, and go before everything else that waits for it. */
  readonly oneByOne?: { readonly mutex: string; readonly priority: number };
}

const highestPriority = 2_147_483_647;
const longestName = 63;
/** What a time may look like when no format is given: Argo's own default, and what people write besides. */
const usualLayouts = [layouts.rfc1123, layouts.rfc3339, "2006-01-02 15:04:05", "2006-01-02"];

/** Reads the flags; the error says which one is wrong. `now` is the end when none is given. */
export function readBackfill(
  rules: ScheduleRules,
  flags: BackfillFlags,
  now: number,
): Result<Backfill, string> {
  if (flags.start === "") return err("Start Date should not be empty");
  const zone = rules.zone === undefined ? undefined : findZone(rules.zone);
  const start = readTime("start", flags.start, flags.format, zone);
  if (!start.ok) return start;
  const hasEnd = flags.end !== undefined && flags.end !== "";
  const end = hasEnd ? readTime("end", flags.end, flags.format, zone) : undefined;
  if (end?.ok === false) return end;
  const batchSize = flags.maxworkflowcount ?? 1000;
  if (!Number.isInteger(batchSize) || batchSize < 1) return err("maxworkflowcount must be at least 1");
  return ok({
    name: flags.name,
    after: toMs(start.value),
    until: end === undefined ? now : toMs(end.value),
    zone: rules.zone ?? nameZone(start.value.zone),
    argumentName: flags.argname ?? "cronScheduleTime",
    isParallel: flags.parallel === true,
    batchSize,
  });
}

/** The runs of a backfill for its due times, in the order in which they are to start. */
export function planBackfill(
  rules: ScheduleRules,
  backfill: Backfill,
  times: readonly number[],
): readonly BackfillRun[] {
  const zone = readZone(backfill.zone);
  return times.map((scheduledAt, index) => ({
    name: nameRun(rules.name, backfill.name, scheduledAt),
    scheduledAt,
    parameters: { [backfill.argumentName]: timeToText(inZone(fromUnixMs(scheduledAt), zone)) },
    labels: { [backfillLabel]: rules.name },
    batch: Math.floor(index / backfill.batchSize),
    ...(backfill.isParallel ? {} : { oneByOne: { mutex: backfill.name, priority: highestPriority } }),
  }));
}

/** As Argo's prefix, with the time in the place of random letters; the name of the definition gives way. */
function nameRun(cronName: string, backfillName: string, scheduledAt: number): string {
  const end = `-${Math.floor(scheduledAt / 1000)}`;
  const middle = `-backfill-${backfillName.toLowerCase()}`.slice(0, longestName - end.length - 1);
  return `${cronName.slice(0, longestName - middle.length - end.length)}${middle}${end}`;
}

/** A text that names no zone is read in that of the definition, or else in UTC as Go does. */
function readTime(
  flag: string,
  text: string,
  format: string | undefined,
  zone: Zone | undefined,
): Result<TimeValue, string> {
  const tried = format === undefined ? usualLayouts : [format];
  for (const layout of tried) {
    const time = parseTime(layout, text, zone);
    if (time !== undefined) return ok(time);
  }
  return err(`${flag} ${JSON.stringify(text)} is not a time of the form ${JSON.stringify(tried[0])}`);
}

function toMs(time: TimeValue): number {
  return Number(time.unixNs / 1_000_000n);
}

/** A zone that Intl knows by this name: a fixed offset in whole minutes, or UTC. */
function nameZone({ offsetSeconds = 0 }: Zone): string {
  if (offsetSeconds === 0) return "UTC";
  const minutes = Math.round(Math.abs(offsetSeconds) / 60);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0"));
  return `${offsetSeconds < 0 ? "-" : "+"}${hours}:${rest}`;
}

function readZone(name: string): Zone {
  const offset = /^([+-])(\d\d):(\d\d)$/.exec(name);
  if (offset === null) return findZone(name) ?? { name: "UTC", offsetSeconds: 0 };
  const seconds = Number(offset[2]) * 3600 + Number(offset[3]) * 60;
  return { name: "", offsetSeconds: offset[1] === "-" ? -seconds : seconds };
}
