/**
 * When a cron line is due.
 *
 * The one rule, from which both daylight-saving rules follow: a line is due at every instant at which the wall clock
 * of its zone begins a minute that the line means. So a local time that a zone skips is skipped, and a local time
 * that it shows twice is due twice (robfig/cron v3, spec.go `Next`; Argo docs/cron-workflows.md, "Daylight Saving").
 * Where robfig departs from its own rule (clocks that move by half an hour, midnights that do not exist), it loses
 * days; this calendar does not.
 */
import type { CronFields, CronLine } from "../../model/schedule/cron-line.ts";
import { findNextWall, readYear } from "./wall-time.ts";
import { findNextChange, findOffsetMs, getZoneClock } from "./zone-clock.ts";

const secondMs = 1000;
/** How many years beyond the present one are searched (robfig/cron v3, spec.go `yearLimit`). */
const yearsAhead = 5;
/** No zone has ever been set back by more than a day. */
const longestSetBackMs = 2 * 24 * 3600 * secondMs;

/**
 * The first time after `after` at which the line is due, in epoch ms; undefined when there is none within five years.
 * `zone` holds for lines that name none. Intervals count from `after`, in whole seconds.
 */
export function findNextTime(line: CronLine, after: number, zone: string): number | undefined {
  const second = Math.floor(after / secondMs) * secondMs;
  if (line.kind === "interval") return second + line.everyMs;
  const own = line.zone === undefined || line.zone === "Local" ? zone : line.zone;
  return findNextFields(line, second + secondMs, own);
}

/** From one change of the clock to the next, until a fitting wall time comes before the clock is changed again. */
function findNextFields(fields: CronFields, notBefore: number, zone: string): number | undefined {
  const clock = getZoneClock(zone);
  let from = notBefore;
  const lastYear = readYear(from + findOffsetMs(clock, from)) + yearsAhead;
  for (;;) {
    const offset = findOffsetMs(clock, from);
    const wall = findNextWall(fields, from + offset, lastYear);
    const found = wall === undefined ? undefined : wall - offset;
    const change = findNextChange(clock, from, found ?? from + longestSetBackMs);
    if (change === undefined) return found;
    from = change;
  }
}
