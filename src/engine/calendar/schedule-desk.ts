/** What a decision about a schedule works on: the rules, the time, and the status as it has become so far. */
import { parseCronLine } from "../../model/schedule/cron-line.ts";
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

/** Lines and zone as one text: when it changes, what was decided before means nothing. */
export function writeTimetableKey({ rules, machineZone }: ScheduleSetting): string {
  return JSON.stringify([rules.zone ?? machineZone, ...rules.lines]);
}

/** Reads the lines; the first that cannot be read is the error. A line's own zone counts before that of the rules. */
export function readTimetable(
  { rules, machineZone }: Pick<ScheduleSetting, "rules" | "machineZone">,
  anchorAt: number,
): { readonly timetable: Timetable; readonly fault: string | undefined } {
  const zone = rules.zone ?? machineZone;
  const read = rules.lines.map((line) => ({ line, parsed: parseCronLine(line) }));
  const lines = read.flatMap(({ parsed }) => (parsed.ok ? [parsed.value] : []));
  const bad = read.find(({ parsed }) => !parsed.ok);
  const why = bad === undefined || bad.parsed.ok ? undefined : bad.parsed.error;
  const fault = why === undefined ? undefined : `cron schedule ${bad?.line} is malformed: ${why}`;
  return { timetable: { lines: fault === undefined ? lines : [], zone, anchorAt }, fault };
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
