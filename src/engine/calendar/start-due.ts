/**
 * A due time has come, or may still be made up for: does its run start?
 * The questions come in Argo's order (workflow/cron/operator.go, `run` and `enforceRuntimePolicy`):
 * the stop condition, the condition, the runs that are active.
 */
import { unreachable } from "../../base/errors.ts";
import type { ScheduleWhy } from "../../model/schedule/schedule.ts";
import { readFacts, setProblem } from "./schedule-desk.ts";
import type { Desk } from "./schedule-desk.ts";

/** The name says which due time it is, so that a start can be repeated without starting twice (Argo). */
function nameScheduledRun(scheduleName: string, dueAt: number): string {
  return `${scheduleName}-${Math.floor(dueAt / 1000)}`;
}

/** Starts the run of a due time, or remembers that it was held back. The caller has marked the time as decided. */
export function startDue(desk: Desk, dueAt: number, why: "due" | "late"): void {
  const refusal = findRefusal(desk, dueAt);
  if (refusal !== undefined) return refuse(desk, dueAt, refusal);
  const { rules } = desk.setting;
  const replaces = rules.overlap === "replace" && desk.status.active.length > 0;
  const { heldBackAt: _, ...status } = desk.status;
  const active = replaces
    ? status.active.map((run) => (run.isReplaced ? run : { ...run, isReplaced: true }))
    : status.active;
  const run = {
    name: nameScheduledRun(rules.name, dueAt),
    scheduledAt: dueAt,
    isStarted: false,
    isReplaced: false,
  };
  desk.status = { ...status, active: [...active, run], started: (status.started ?? 0) + 1 };
  if (replaces) countOverlap(desk, "replace");
  desk.notes.push({ dueAt, outcome: "started", why: replaces ? "replaces" : why });
}

/** Tries the time that was last held back, if it may still start. */
export function startHeldBack(desk: Desk): void {
  const { heldBackAt, isStopped } = desk.status;
  const { rules } = desk.setting;
  if (heldBackAt === undefined || isStopped || rules.suspended) return;
  if (mayStillStart(desk, heldBackAt)) startDue(desk, heldBackAt, "late");
}

/** Whether a past due time is not too late (Argo fields.md, CronWorkflowSpec.startingDeadlineSeconds). */
export function mayStillStart(desk: Desk, dueAt: number): boolean {
  return dueAt <= desk.at && desk.at < dueAt + desk.setting.rules.lateMs;
}

/** Asks the stop condition; the answer says why nothing may start any more, or that nobody can say. */
export function checkStop(desk: Desk): ScheduleWhy | undefined {
  const { rules, conditions } = desk.setting;
  if (rules.stopCondition === undefined) return undefined;
  const decided = conditions.decideStop(rules.stopCondition, readFacts(desk));
  setProblem(desk, "definition", decided.ok ? undefined : decided.error);
  if (!decided.ok) return "stop-condition-error";
  if (!decided.value) return undefined;
  desk.status = { ...desk.status, isStopped: true };
  return "stop-condition";
}

function findRefusal(desk: Desk, dueAt: number): ScheduleWhy | undefined {
  if (isKnownRun(desk, dueAt)) return "already-run";
  const stop = checkStop(desk);
  if (stop !== undefined) return stop;
  const { rules, conditions } = desk.setting;
  if (rules.condition !== undefined) {
    const decided = conditions.decideStart(rules.condition, readFacts(desk));
    if (!decided.ok) {
      setProblem(desk, "start", decided.error);
      desk.status = { ...desk.status, failed: desk.status.failed + 1 };
      return "condition-error";
    }
    if (!decided.value) return "condition";
  }
  switch (rules.overlap) {
    case "forbid":
      return desk.status.active.length > 0 ? "overlap" : undefined;
    case "allow":
    case "replace":
      return undefined;
    default:
      return unreachable(rules.overlap);
  }
}

function isKnownRun(desk: Desk, dueAt: number): boolean {
  const name = nameScheduledRun(desk.setting.rules.name, dueAt);
  const { active, finished, deleting, lastScheduledAt } = desk.status;
  if (lastScheduledAt === dueAt || deleting.includes(name)) return true;
  return active.some((run) => run.name === name) || finished.some((run) => run.name === name);
}

function refuse(desk: Desk, dueAt: number, why: ScheduleWhy): void {
  const { heldBackAt, ...status } = desk.status;
  if (why === "already-run") {
    if (heldBackAt === dueAt) desk.status = status;
  } else if (heldBackAt !== dueAt) {
    desk.status = { ...status, heldBackAt: dueAt };
    // A time that is tried again was counted when it was held back.
    if (why === "overlap") countOverlap(desk, "forbid");
  }
  desk.notes.push({ dueAt, outcome: why === "stop-condition" ? "stopped" : "held-back", why });
}

function countOverlap(desk: Desk, rule: "forbid" | "replace"): void {
  const { overlaps = {} } = desk.status;
  desk.status = { ...desk.status, overlaps: { ...overlaps, [rule]: (overlaps[rule] ?? 0) + 1 } };
}
