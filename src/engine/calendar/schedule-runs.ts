/**
 * What becomes of the runs of a schedule: confirmed, refused, ended, removed; and which of the finished are kept
 * (Argo workflow/cron/operator.go, `reconcileActiveWfs` and `enforceHistoryLimit`).
 * Every report may come twice or late; only the first that says something new changes the status.
 */
import type { FinishedRun, ScheduleStatus } from "../../model/schedule/schedule.ts";
import { setProblem } from "./schedule-desk.ts";
import type { Desk } from "./schedule-desk.ts";
import { checkStop, startHeldBack } from "./start-due.ts";

/** The start that was owed has been done. Reports about runs that are not active come too late to mean anything. */
export function confirmRun(desk: Desk, name: string, uid: string | undefined): void {
  const run = desk.status.active.find((candidate) => candidate.name === name);
  if (run === undefined || run.isStarted) return;
  const started = { ...run, ...(uid === undefined ? {} : { uid }), isStarted: true };
  const active = desk.status.active.map((each) => (each === run ? started : each));
  desk.status = { ...desk.status, active };
  if (run.scheduledAt !== undefined) desk.status = { ...desk.status, lastScheduledAt: run.scheduledAt };
  setProblem(desk, "start", undefined);
}

/** The start that was owed cannot be done: its time is held back, and counts as a failure (Argo). */
export function refuseRun(desk: Desk, name: string, message: string): void {
  const run = desk.status.active.find((candidate) => candidate.name === name);
  if (run === undefined || run.isStarted) return;
  const status = dropRun(desk.status, name);
  const heldBackAt = Math.max(run.scheduledAt ?? 0, status.heldBackAt ?? 0);
  desk.status = { ...status, heldBackAt, failed: status.failed + 1 };
  setProblem(desk, "start", message);
}

/** A run goes that the schedule did not start, or one that was finished goes again. */
export function adoptRun(desk: Desk, name: string, uid: string | undefined): void {
  const { status } = desk;
  if (status.active.some((run) => run.name === name)) return;
  const run = { name, ...(uid === undefined ? {} : { uid }), isStarted: true, isReplaced: false };
  const rest = dropRun(status, name);
  desk.status = { ...rest, active: [...rest.active, run] };
}

/** A run has ended. Of runs that were not known as active nothing is counted, as in Argo; they are kept all the same. */
export function finishRun(desk: Desk, name: string, isGood: boolean): void {
  const { status } = desk;
  const isActive = status.active.some((run) => run.name === name);
  if (!isActive && (status.deleting.includes(name) || status.finished.some((run) => run.name === name))) {
    return;
  }
  if (isActive) confirmRun(desk, name, undefined);
  const rest = dropRun(desk.status, name);
  desk.status = {
    ...rest,
    finished: [...rest.finished, { name, endedAt: desk.at, isGood }],
    succeeded: rest.succeeded + (isActive && isGood ? 1 : 0),
    failed: rest.failed + (isActive && !isGood ? 1 : 0),
  };
  limitHistory(desk);
  if (!isActive || desk.status.isStopped) return;
  if (checkStop(desk) === undefined) startHeldBack(desk);
}

/** The run is gone. One that is not started cannot be: its start is still owed. */
export function forgetRun(desk: Desk, name: string): void {
  const { status } = desk;
  const active = status.active.find((run) => run.name === name);
  if (active?.isStarted === false) return;
  const isKnown =
    active !== undefined ||
    status.deleting.includes(name) ||
    status.finished.some((run) => run.name === name);
  if (!isKnown) return;
  desk.status = dropRun(status, name);
  if (active !== undefined) startHeldBack(desk);
}

/** Hands the oldest finished runs over to removal when there are more than the rules keep. */
export function limitHistory(desk: Desk): void {
  const { rules } = desk.setting;
  const { finished } = desk.status;
  const surplus = new Set([
    ...listSurplus(finished, true, rules.goodRunsKept),
    ...listSurplus(finished, false, rules.badRunsKept),
  ]);
  if (surplus.size === 0) return;
  desk.status = {
    ...desk.status,
    finished: finished.filter((run) => !surplus.has(run.name)),
    deleting: [...desk.status.deleting, ...surplus],
  };
}

function listSurplus(finished: readonly FinishedRun[], isGood: boolean, kept: number): readonly string[] {
  const runs = finished.filter((run) => run.isGood === isGood);
  return runs.slice(0, Math.max(0, runs.length - kept)).map((run) => run.name);
}

function dropRun(status: ScheduleStatus, name: string): ScheduleStatus {
  return {
    ...status,
    active: status.active.filter((run) => run.name !== name),
    finished: status.finished.filter((run) => run.name !== name),
    deleting: status.deleting.filter((each) => each !== name),
  };
}
