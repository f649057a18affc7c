/**
 * When the runs of a schedule start: a function from rules, status and what happened to the next status,
 * what the world owes because of it, and when to come back. It reads no clock and keeps nothing.
 *
 * The contract of whoever calls it:
 * 1. Keep the status beside the definition. For every input: read it, decide, and when the decision's status is
 *    another object, replace it by compare-and-swap; when that fails because somebody was faster, decide again from
 *    what is stored now. Only then perform the effects, one after another. A crash in between loses nothing: see 3.
 * 2. Report what became of effects: `run.started` (also when a run of that name was there), `run.refused`,
 *    `run.removed`; and `run.ended` for every run of the definition, `run.adopted` for those that people start from it.
 * 3. When the process starts: for every active run of the status that has ended or vanished meanwhile, give
 *    `run.ended` or `run.removed`; then perform everything in `listOwed`, which may have been done before or not;
 *    then give `schedule.opened`. That input also follows every change of the definition, every resume, and for all
 *    schedules a look of the wake queue that finds the clock set back.
 * 4. Hand `wakeAt` to the wake queue, which keeps a wake that has come and was not given yet; and give `time.reached`
 *    with it as `dueAt` once the clock has got there. Giving it too early or twice does no harm, never giving it does.
 *
 * Then every due time that the clock passes while the process lives is decided exactly once, wherever the clock jumps;
 * of times that passed while nobody looked, the last one starts if it is not too late; and no due time has two runs.
 */
import { unreachable } from "../../base/errors.ts";
import type {
  ScheduleEffect,
  ScheduleInput,
  ScheduleNote,
  ScheduleStatus,
} from "../../model/schedule/schedule.ts";
import { listNewlyOwed } from "./owed-by-schedule.ts";
import { getTimetable, readTimetable, setProblem, writeTimetableKey } from "./schedule-desk.ts";
import type { Desk, ScheduleSetting } from "./schedule-desk.ts";
import { adoptRun, confirmRun, finishRun, forgetRun, limitHistory, refuseRun } from "./schedule-runs.ts";
import { addSpan, getLastDecided, findLastUndecided, findNextUndecided, findSpan } from "./spans.ts";
import { mayStillStart, startDue, startHeldBack } from "./start-due.ts";
import { findLastDue, findNextDue } from "./timetable.ts";

export interface ScheduleDecision {
  /** The same object as before when there is nothing to store. */
  readonly status: ScheduleStatus;
  /** What is owed now and was not before. */
  readonly effects: readonly ScheduleEffect[];
  /** When to give `time.reached`, in epoch ms; Infinity when no time will come. */
  readonly wakeAt: number;
  readonly notes: readonly ScheduleNote[];
}

/** Decides one input. The work depends on the lines and the runs of this schedule, and on nothing else. */
export function decideSchedule(
  setting: ScheduleSetting,
  status: ScheduleStatus,
  input: ScheduleInput,
): ScheduleDecision {
  const desk: Desk = { setting, at: input.at, status, notes: [] };
  decideInput(desk, input);
  return {
    status: desk.status,
    effects: listNewlyOwed(status, desk.status),
    wakeAt: findNextStart(setting, desk.status, desk.at) ?? Infinity,
    notes: desk.notes,
  };
}

function decideInput(desk: Desk, input: ScheduleInput): void {
  switch (input.kind) {
    case "schedule.opened":
      return openSchedule(desk);
    case "time.reached":
      return reachTime(desk, input.dueAt);
    case "run.started":
      return confirmRun(desk, input.name, input.uid);
    case "run.refused":
      return refuseRun(desk, input.name, input.message);
    case "run.adopted":
      return adoptRun(desk, input.name, input.uid);
    case "run.ended":
      return finishRun(desk, input.name, input.isGood);
    case "run.removed":
      return forgetRun(desk, input.name);
    default:
      return unreachable(input);
  }
}

/** A schedule whose lines are new begins now: what they would have meant before is not made up for (Argo). */
function openSchedule(desk: Desk): void {
  const key = writeTimetableKey(desk.setting);
  setProblem(desk, "definition", readTimetable(desk.setting, desk.at).fault);
  if (desk.status.timetable !== key) {
    const { heldBackAt: _, ...status } = desk.status;
    const begins = { from: desk.at, through: desk.at };
    desk.status = { ...status, timetable: key, anchorAt: desk.at, decided: [begins] };
  }
  limitHistory(desk);
  if (isIdle(desk)) return;
  const missed = findMissed(desk);
  if (missed === undefined) return startHeldBack(desk);
  markDecided(desk, missed);
  startDue(desk, missed, "late");
}

/** The last time that passed while nobody looked, if its run may still start. */
function findMissed(desk: Desk): number | undefined {
  const { at, status, setting } = desk;
  const since = Math.max(getLastDecided(status.decided, at), at - setting.rules.lateMs);
  if (since >= at) return undefined;
  const missed = findLastDue(getTimetable(desk), since, at);
  return missed !== undefined && mayStillStart(desk, missed) ? missed : undefined;
}

/** The wake that was asked for. When several times have passed at once, the last of them counts. */
function reachTime(desk: Desk, dueAt: number): void {
  if (isIdle(desk) || desk.at < dueAt || findSpan(desk.status.decided, dueAt) !== undefined) return;
  const timetable = getTimetable(desk);
  if (findNextDue(timetable, dueAt - 1) !== dueAt) return;
  const last = findLastUndecided(timetable, desk.status.decided, dueAt - 1, desk.at);
  if (last === undefined) return;
  if (last !== dueAt) desk.notes.push({ dueAt, outcome: "passed-over", why: "several-at-once" });
  markDecided(desk, last);
  startDue(desk, last, "due");
}

function markDecided(desk: Desk, dueAt: number): void {
  const added = { from: dueAt, through: desk.at };
  const decided = addSpan(getTimetable(desk), desk.status.decided, added);
  desk.status = { ...desk.status, decided };
}

/** No time means anything now. */
function isIdle({
  setting,
  status,
}: {
  readonly setting: Pick<ScheduleSetting, "rules">;
  readonly status: ScheduleStatus;
}): boolean {
  return setting.rules.suspended || status.isStopped;
}

/** When the next run is due, as far as time alone decides; undefined while nothing starts by time. */
export function findNextStart(
  setting: Pick<ScheduleSetting, "rules" | "machineZone">,
  status: ScheduleStatus,
  at: number,
): number | undefined {
  if (isIdle({ setting, status })) return undefined;
  return findNextUndecided(readTimetable(setting, status.anchorAt).timetable, status.decided, at);
}
