/**
 * How attempts end: by a slot's report, by the loss of their slot, or before they began. Every way leads to `finish`,
 * which frees the slot, sees to leftovers and secrets, and tells the listener, once.
 */
import { rmSync } from "node:fs";
import type { AttemptExit, AttemptOrder, AttemptProblem } from "../../model/run/attempt.ts";
import { endTree } from "./end-tree.ts";
import { type ExecutorContext, quietAttempt } from "./executor-context.ts";
import { appendToExitRecord, type ExitRecord, findExitRecord } from "./exit-record.ts";
import { listSecretFolders, needsSupervisor } from "./launch.ts";
import { maskLogFiles } from "./mask-log-files.ts";
import { listLogs, listSecrets, uncoverLogs } from "./secret-logs.ts";
import { makeAttemptExit, type RunningAttempt } from "./running-attempt.ts";
import type { Slot, SlotReport } from "./slot.ts";

/** Attempts that ran at least this long are swept before their end is told; shorter ones together, soon after. */
const longAttemptMs = 5000;

/** A slot reported the end of its attempt; the record is on disk, and is read where it says more than the report. */
export function endByReport(context: ExecutorContext, slot: Slot, report: SlotReport): void {
  const attempt = context.bySlot.get(slot);
  if (attempt === undefined) return;
  const usage = report.usage ?? context.shells.takeTimes(slot.pid);
  const isPlain =
    usage !== undefined &&
    !needsSupervisor(attempt.order) &&
    !context.backend.notesSetup &&
    attempt.stop === undefined;
  // What the slot still sees of a pid namespace is about to be gone: the kernel has ended it.
  if (report.leavesProcesses === false || !context.backend.hasPidNamespace)
    attempt.leavesProcesses = report.leavesProcesses;
  const at = context.now();
  const record = isPlain
    ? { ...recordFromReport(attempt, report, at), usage }
    : readRecord(attempt, report, at);
  finish(context, attempt, record);
}

/** The slot is gone, or an earlier engine's attempt is over: the record tells how, or the engine completes it. */
export function endBySlotLoss(context: ExecutorContext, attempt: RunningAttempt): void {
  const { directory, order, slotPid } = attempt;
  if (slotPid !== undefined) endTree(slotPid, order.attemptId);
  if (findExitRecord(directory)?.end === undefined) {
    const message =
      "the slot that ran it is gone and left no exit record (killed, or the machine was restarted)";
    const problem: AttemptProblem =
      attempt.stop === undefined ? { kind: "lost", message } : { kind: attempt.stop };
    completeRecord(attempt, problem, 137);
  }
  finish(context, attempt, readRecord(attempt, undefined, context.now()));
}

/** It never reached a slot. Told from the event loop, because this may be called from inside `start` or `cancel`. */
export function endUnstarted(
  context: ExecutorContext,
  attempt: RunningAttempt,
  problem: AttemptProblem,
): void {
  completeRecord(attempt, problem, "not-run");
  attempt.ending = true;
  const end = { status: 126, how: "refused" } as const;
  const at = context.now();
  setImmediate(() => finish(context, attempt, { end, commands: {}, problem, startedAt: at, endedAt: at }));
}

/** Tells the start, once. */
export function announce(context: ExecutorContext, attempt: RunningAttempt): void {
  if (attempt.announced) return;
  attempt.announced = true;
  context.listener.started(attempt.order.attemptId, attempt.startedAt);
}

function finish(context: ExecutorContext, attempt: RunningAttempt, record: ExitRecord): void {
  const { order, directory, slot } = attempt;
  attempt.ending = true;
  const peakMemory = findPeakMemory(context, attempt, record);
  const exit = makeAttemptExit(attempt, checkSetup(context, attempt, record), context.place, peakMemory);
  quietAttempt(attempt);
  endLeftovers(context, attempt, exit);
  if (attempt.stop !== undefined && record.problem === undefined)
    completeRecord(attempt, { kind: attempt.stop });
  if (slot !== undefined) {
    context.bySlot.delete(slot);
    context.pool.giveBack(slot, order.service === true);
    context.slotFreed(exit.endedAt - exit.startedAt);
  }
  const tell = (): void => {
    if (slot !== undefined) announce(context, attempt);
    context.attempts.delete(order.attemptId);
    context.listener.ended(exit);
    context.attemptEnded();
  };
  const secrets = listSecrets(order);
  removeSecretFiles(order, directory);
  if (secrets.length === 0) context.tellEnd(tell);
  else {
    const logs = listLogs(order, directory);
    void maskLogFiles(logs, secrets)
      .then(() => uncoverLogs(logs, directory))
      .catch(() => removeLogs(logs))
      .then(() => context.tellEnd(tell));
  }
}

/** What was seen; of an attempt that the slot did not measure at least what it began as, a copy of the slot's shell. */
function findPeakMemory(
  context: ExecutorContext,
  { order, slot }: RunningAttempt,
  { usage }: ExitRecord,
): number | undefined {
  const seen = context.sampler.take(order.attemptId);
  if (slot === undefined || usage?.peakMemoryBytes !== undefined) return seen;
  return Math.max(seen ?? 0, context.shells.findMemory(slot.pid) ?? 0);
}

/** While the slot is still this attempt's, everything below it may be ended; later only what carries the mark. */
function endLeftovers(context: ExecutorContext, attempt: RunningAttempt, exit: AttemptExit): void {
  const { order, slot, slotPid } = attempt;
  if (attempt.leavesProcesses === false) return;
  const isLong = exit.endedAt - exit.startedAt >= longAttemptMs;
  const isThorough =
    attempt.leavesProcesses === true ||
    attempt.stop !== undefined ||
    isLong ||
    order.commands.length > 1 ||
    slot === undefined;
  if (slotPid !== undefined && isThorough) endTree(slotPid, order.attemptId);
  else context.leftovers.note(order.attemptId, slot === undefined);
}

/** A sandbox that could not be set up must not look like a command that failed. */
function checkSetup(context: ExecutorContext, attempt: RunningAttempt, record: ExitRecord): ExitRecord {
  if (!context.backend.notesSetup || attempt.stop !== undefined || record.problem !== undefined)
    return record;
  const { end } = record;
  if (end === undefined || end.status === 0 || end.how !== "plain" || record.ranInside === true)
    return record;
  const message = `the sandbox could not be set up; its message is in the error log in ${attempt.directory}`;
  const problem: AttemptProblem = { kind: "start-refused", code: "executor/sandbox-setup", message };
  return { ...record, end: { status: end.status, how: "refused" }, problem };
}

function recordFromReport(attempt: RunningAttempt, report: SlotReport, at: number): ExitRecord {
  const { status, how, usage } = report;
  return {
    end: { status, how },
    commands: {},
    startedAt: attempt.startedAt,
    endedAt: at,
    ...(usage === undefined ? {} : { usage }),
  };
}

/** The record from the disk; where the directory was taken away, what the slot said. */
function readRecord(attempt: RunningAttempt, report: SlotReport | undefined, at: number): ExitRecord {
  const record = findExitRecord(attempt.directory);
  if (record?.end !== undefined) {
    if (attempt.slot === undefined) return record;
    // The time of a file may be that of a coarser clock than ours.
    const { startedAt } = attempt;
    return { ...record, startedAt, endedAt: Math.max(startedAt, record.endedAt) };
  }
  if (report !== undefined) return recordFromReport(attempt, report, at);
  const problem = { kind: "lost", message: "its directory is gone" } as const;
  return {
    end: { status: 137, how: "signaled" },
    commands: {},
    problem,
    startedAt: attempt.startedAt,
    endedAt: at,
  };
}

/** Writes what the engine knows into the record; when the directory cannot be written the report alone has to do. */
function completeRecord(attempt: RunningAttempt, problem: AttemptProblem, status?: number | "not-run"): void {
  try {
    appendToExitRecord(attempt.directory, problem, status);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

/** Secrets that were mounted as files are needed only while the commands run. */
function removeSecretFiles(order: AttemptOrder, directory: string): void {
  for (const folder of listSecretFolders(order, directory)) rmSync(folder, { recursive: true, force: true });
}

function removeLogs(paths: readonly string[]): void {
  // Logs that could not be masked are not kept: a lost log is a nuisance, a published secret is not.
  for (const path of paths) rmSync(path, { force: true });
}
