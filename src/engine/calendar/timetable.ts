/**
 * Several cron lines as one: due whenever one of them is, and once when several are at the same time
 * (Argo fields.md, CronWorkflowSpec.schedules).
 *
 * Intervals of a timetable lie on a grid that begins at its anchor, so that neither a restart nor a run moves them.
 */
import type { CronLine } from "../../model/schedule/cron-line.ts";
import { findNextTime } from "./next-time.ts";

export interface Timetable {
  readonly lines: readonly CronLine[];
  /** For lines that name no zone. */
  readonly zone: string;
  /** From when intervals count, in epoch ms. */
  readonly anchorAt: number;
}

/** The first due time after `after`; undefined when there is none within five years. */
export function findNextDue(timetable: Timetable, after: number): number | undefined {
  let first: number | undefined;
  for (const line of timetable.lines) {
    const next = line.kind === "interval" ? findOnGrid(timetable, line.everyMs, after) : undefined;
    const time = next ?? findNextTime(line, after, timetable.zone);
    if (time !== undefined && (first === undefined || time < first)) first = time;
  }
  return first;
}

function findOnGrid({ anchorAt }: Timetable, everyMs: number, after: number): number {
  const origin = Math.floor(anchorAt / 1000) * 1000;
  const passed = Math.max(0, Math.floor((after - origin) / everyMs));
  return origin + (passed + 1) * everyMs;
}

/**
 * The last due time in (`after`, `until`]; undefined when there is none.
 * Looks back over spans that grow, so that a year of minutes costs no more than an hour of them.
 */
export function findLastDue(timetable: Timetable, after: number, until: number): number | undefined {
  for (let span = 60_000; ; span *= 4) {
    const from = Math.max(after, until - span);
    let last: number | undefined;
    for (let due = findNextDue(timetable, from); due !== undefined && due <= until;) {
      last = due;
      due = findNextDue(timetable, due);
    }
    if (last !== undefined || from <= after) return last;
  }
}

/** Due times in (`after`, `until`], earliest first, at most so many. */
export function listTimes(
  timetable: Timetable,
  after: number,
  until: number,
  countMax = 100_000,
): readonly number[] {
  const times: number[] = [];
  for (let due = findNextDue(timetable, after); due !== undefined && due <= until;) {
    if (times.length >= countMax) break;
    times.push(due);
    due = findNextDue(timetable, due);
  }
  return times;
}
