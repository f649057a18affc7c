/** What a decision about a schedule works on: the rules, the time, and the status as it has become so far. */
import { isTimeZone, parseCronLine } from "../../model/schedule/cron-line.ts";
import type { CronLine } from "../../model/schedule/cron-line.ts";
import type {
  ScheduleConditions,
  ScheduleFacts,
  ScheduleNote,
  ScheduleProblem,
  ScheduleRules,
  ScheduleStatus,
} from "../../model/schedule/schedule.ts";
import type { Timetable } from "./timetable.ts";

export interface ScheduleSetting {
  readonly rules: ScheduleRules;
  /** The IANA zone of the machine, for rules that name none. */
  readonly machineZone: string;
  readonly conditions: ScheduleConditions;
}

/** `status` is replaced, never changed in place, so it is the same object as before when nothing was decided. */
export interface Desk {
  readonly setting: ScheduleSetting;
  readonly at: number;
  status: ScheduleStatus;
  readonly notes: ScheduleNote[];
}

type TimetableSource = Pick<ScheduleSetting, "rules" | "machineZone">;

/** Lines and zone as one text: when it changes, what was decided before means nothing. */
export function writeTimetableKey(source: TimetableSource): string {
  return JSON.stringify([getZone(source), ...source.rules.lines]);
}

function getZone({ rules, machineZone }: TimetableSource): string {
  return rules.zone === undefined || rules.zone === "Local" ? machineZone : rules.zone;
}

/**
 * Reads the lines; what is wrong with the first bad one is the fault, and then there are no times.
 * A line's own zone counts before that of the rules, and that before the machine's.
 */
export function readTimetable(
  source: TimetableSource,
  anchorAt: number,
): { readonly timetable: Timetable; readonly fault: string | undefined } {
  const zone = getZone(source);
  const lines: CronLine[] = [];
  for (const text of source.rules.lines) {
    const line = parseCronLine(text);
    if (!line.ok) return refuse(anchorAt, `cron schedule ${text} is malformed: ${line.error}`);
    lines.push(line.value);
  }
  if (source.rules.zone !== undefined && !isTimeZone(zone)) {
    return refuse(anchorAt, `invalid timezone ${JSON.stringify(zone)}: unknown time zone ${zone}`);
  }
  return { timetable: { lines, zone, anchorAt }, fault: undefined };
}

function refuse(
  anchorAt: number,
  fault: string,
): { readonly timetable: Timetable; readonly fault: string | undefined } {
  return { timetable: { lines: [], zone: "UTC", anchorAt }, fault };
}

/** The timetable that a status follows. A definition with a fault has no times. */
export function getTimetable(desk: Desk): Timetable {
  return readTimetable(desk.setting, desk.status.anchorAt).timetable;
}

export function readFacts({ at, status }: Desk): ScheduleFacts {
  return {
    at,
    succeeded: status.succeeded,
    failed: status.failed,
    lastScheduledAt: status.lastScheduledAt,
  };
}

/** Puts a problem in the place of the last one of its kind, or takes that away. */
export function setProblem(desk: Desk, kind: ScheduleProblem["kind"], message: string | undefined): void {
  const old = desk.status.problems.find((problem) => problem.kind === kind)?.message;
  if (old === message) return;
  const others = desk.status.problems.filter((problem) => problem.kind !== kind);
  const problems = message === undefined ? others : [...others, { kind, message }];
  desk.status = { ...desk.status, problems };
}
