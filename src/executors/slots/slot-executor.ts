/**
 * The executor that all slot backends share: it hands attempts to slots, ends them when asked, adopts those of earlier
 * engines, and reports each end exactly once.
 *
 * A backend (process, sandbox) only says what shell text runs an order. Limits in time are kept here, by timers.
 * What must stay true: the rules X1 to X4 of ports/executor.ts.
 */
import { rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Result } from "../../base/result.ts";
import type { AttemptOrder, AttemptProblem } from "../../model/run/attempt.ts";
import { attemptFiles } from "../../ports/attempt-directory.ts";
import type { Adoption, Executor, ExecutorCapabilities, ExecutorListener } from "../../ports/executor.ts";
import { watchAdopted } from "./adopted-attempt.ts";
import { findUserName } from "./base-environment.ts";
import { endTree, terminateTree } from "./end-tree.ts";
import { appendToExitRecord, type ExitRecord, findExitRecord } from "./exit-record.ts";
import { createLeftoverSweep } from "./leftover-sweep.ts";
import { maskLogFiles } from "./mask-log-files.ts";
import { createMemorySampler } from "./memory-sampler.ts";
import { findLivingSlot, makeAttemptExit, type RunningAttempt } from "./running-attempt.ts";
import { makeDirectory } from "./private-root.ts";
import type { Slot, SlotReport } from "./slot.ts";
import { createSlotPool } from "./slot-pool.ts";

/** What differs between executors that run on slots. */
export interface SlotBackend {
  readonly name: string;
  capabilities(): Promise<ExecutorCapabilities>;
  /** Checks the order, prepares its directory, and returns the shell text that runs it. May throw file system errors. */
  launch(order: AttemptOrder, directory: string): Result<string, AttemptProblem>;
  /** Whether SIGTERM may go to the slot's whole process group; false where a wrapper would die of it too early. */
  readonly signalsGroup: boolean;
  /** Whether a sandbox around the command notes in the record that it was set up (`ranInside`). */
  readonly notesSetup: boolean;
}

export interface SlotExecutorOptions {
  /** How many attempts may run at once; about one more than processors gives the best throughput. */
  readonly capacity: number;
  /** A directory for the executor's own files. */
  readonly stateDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Attempts that ran at least this long are swept before their end is told; shorter ones are swept together, soon after. */
const longAttemptMs = 5000;

/** Attempts shorter than this have no processor time. */
const shortAttemptMs = 20;

export function createSlotExecutor(
  backend: SlotBackend,
  options: SlotExecutorOptions,
  listener: ExecutorListener,
): Executor {
  const now = Date.now;
  const place = { executor: backend.name, host: hostname(), user: findUserName() };
  const attempts = new Map<string, RunningAttempt>();
  const bySlot = new Map<Slot, RunningAttempt>();
  const queue = new Set<RunningAttempt>();
  const sampler = createMemorySampler(now);
  const leftovers = createLeftoverSweep(now);
  let idleWaiters: (() => void)[] = [];
  const pool = createSlotPool({
    capacity: options.capacity,
    noticeDirectory: join(options.stateDirectory, "notices"),
    environment: options.environment,
    reported: onReport,
    gone: onSlotGone,
  });

  function addAttempt(order: AttemptOrder, directory: string): RunningAttempt {
    const attempt: RunningAttempt = { order, directory, startedAt: now(), announced: false, ending: false, timers: new Set() };
    attempts.set(order.attemptId, attempt);
    return attempt;
  }

  function start(order: AttemptOrder, directory: string): void {
    if (attempts.has(order.attemptId)) return;
    if (statSync(join(directory, attemptFiles.exit), { throwIfNoEntry: false }) !== undefined) {
      // It was started before; whatever became of it is what adopting finds out.
      adopt(order, directory);
      return;
    }
    const attempt = addAttempt(order, directory);
    const launched = prepareLaunch(attempt);
    if (!launched.ok) {
      endUnstarted(attempt, launched.error);
      return;
    }
    attempt.text = launched.value;
    queue.add(attempt);
    startQueued();
  }

  function prepareLaunch({ order, directory }: RunningAttempt): Result<string, AttemptProblem> {
    try {
      makeDirectory(join(directory, attemptFiles.logs));
      return backend.launch(order, directory);
    } catch (error) {
      // The directory cannot be written (full disk, taken away, permissions): this attempt's problem, nobody else's.
      const message = `the attempt's directory could not be prepared: ${describeError(error)}`;
      return { ok: false, error: { kind: "start-refused", code: "executor/directory", message } };
    }
  }

  function startQueued(): void {
    for (const attempt of queue) {
      const slot = pool.take();
      if (slot === undefined) return;
      queue.delete(attempt);
      if (slot instanceof Error) {
        endUnstarted(attempt, { kind: "start-refused", code: "executor/no-slot", message: slot.message });
      } else runOnSlot(attempt, slot);
    }
  }

  function runOnSlot(attempt: RunningAttempt, slot: Slot): void {
    const { order, directory, text = "" } = attempt;
    attempt.slot = slot;
    attempt.slotPid = slot.pid;
    attempt.startedAt = now();
    delete attempt.text;
    bySlot.set(slot, attempt);
    slot.run(directory, text);
    sampler.watch(order.attemptId, slot.pid);
    if (order.timeoutMs !== undefined) armTimeout(attempt, order.timeoutMs);
    setImmediate(() => announce(attempt));
  }

  function announce(attempt: RunningAttempt): void {
    if (attempt.announced) return;
    attempt.announced = true;
    listener.started(attempt.order.attemptId, attempt.startedAt);
  }

  function armTimeout(attempt: RunningAttempt, waitMs: number): void {
    const { attemptId, graceMs } = attempt.order;
    setAttemptTimer(attempt, waitMs, () => cancel(attemptId, "timed-out", graceMs));
  }

  function onReport(slot: Slot, report: SlotReport): void {
    const attempt = bySlot.get(slot);
    if (attempt === undefined) return;
    // The record of a short attempt says nothing more than the report: shells count processor time in steps of 10 ms.
    const isShort = now() - attempt.startedAt < shortAttemptMs && attempt.order.commands.length === 1;
    const isPlain = isShort && !backend.notesSetup && attempt.stop === undefined;
    finish(attempt, isPlain ? recordFromReport(attempt, report, now()) : readRecord(attempt, report, now()));
  }

  function onSlotGone(slot: Slot): void {
    const attempt = bySlot.get(slot);
    if (attempt !== undefined) finishLost(attempt);
    startQueued();
  }

  /** The slot is gone: the record tells, or the engine completes it. */
  function finishLost(attempt: RunningAttempt): void {
    const { directory, order, slotPid } = attempt;
    endTree(slotPid, order.attemptId);
    if (findExitRecord(directory)?.end === undefined) {
      const message = "the shell that ran it is gone and left no exit record (killed, or the machine was restarted)";
      const problem: AttemptProblem = attempt.stop === undefined ? { kind: "lost", message } : { kind: attempt.stop };
      completeRecord(attempt, problem, 137);
    }
    finish(attempt, readRecord(attempt, undefined, now()));
  }

  function endUnstarted(attempt: RunningAttempt, problem: AttemptProblem): void {
    completeRecord(attempt, problem, "not-run");
    attempt.ending = true;
    const record = { end: { status: 126, how: "refused" as const }, commands: {}, problem, startedAt: now(), endedAt: now() };
    setImmediate(() => finish(attempt, record));
  }

  function finish(attempt: RunningAttempt, record: ExitRecord): void {
    const { order, directory, slot, slotPid } = attempt;
    const wasStopped = attempt.stop !== undefined;
    attempt.ending = true;
    if (slot !== undefined) announce(attempt);
    const peakMemory = sampler.take(order.attemptId);
    const exit = makeAttemptExit(attempt, checkSetup(attempt, record), place, peakMemory);
    for (const timer of attempt.timers) clearTimeout(timer);
    attempt.unwatch?.();
    const isLong = exit.endedAt - exit.startedAt >= longAttemptMs;
    if (slotPid !== undefined && (wasStopped || isLong || order.commands.length > 1 || slot === undefined))
      endTree(slotPid, order.attemptId);
    else leftovers.note(order.attemptId);
    if (wasStopped && record.problem === undefined && exit.problem !== undefined)
      completeRecord(attempt, exit.problem, undefined);
    if (slot !== undefined) {
      bySlot.delete(slot);
      pool.giveBack(slot);
    }
    const secrets = order.commands.flatMap((each) => each.env.filter((one) => one.secret).map((one) => one.value));
    const tell = (): void => {
      attempts.delete(order.attemptId);
      listener.ended(exit);
      startQueued();
      if (attempts.size === 0) for (const resolve of idleWaiters.splice(0)) resolve();
    };
    if (secrets.length === 0) tell();
    else void maskLogFiles(directory, secrets).catch(() => removeLogs(directory)).then(tell);
  }

  /** A sandbox that could not be set up must not look like a command that failed. */
  function checkSetup(attempt: RunningAttempt, record: ExitRecord): ExitRecord {
    if (!backend.notesSetup || attempt.stop !== undefined || record.problem !== undefined) return record;
    if (record.end === undefined || record.end.status === 0 || record.end.how !== "plain" || record.ranInside === true)
      return record;
    const message = `the sandbox could not be set up; its message is in the error log in ${attempt.directory}`;
    const problem: AttemptProblem = { kind: "start-refused", code: "executor/sandbox-setup", message };
    return { ...record, end: { status: record.end.status, how: "refused" }, problem };
  }

  function cancel(attemptId: string, reason: "cancelled" | "timed-out", graceMs: number): void {
    const attempt = attempts.get(attemptId);
    if (attempt === undefined || attempt.ending) return;
    if (queue.delete(attempt)) {
      endUnstarted(attempt, { kind: reason });
      return;
    }
    if (attempt.stop === undefined) {
      attempt.stop = reason;
      terminate(attempt);
    }
    setAttemptTimer(attempt, graceMs, () => force(attempt));
  }

  /** Repeats while nothing is found: a slot may not have come to start its command yet. */
  function terminate(attempt: RunningAttempt): void {
    const found = terminateTree(attempt.slotPid, attempt.order.attemptId, backend.signalsGroup);
    if (!found) setAttemptTimer(attempt, 20, () => terminate(attempt));
  }

  function force(attempt: RunningAttempt): void {
    endTree(attempt.slotPid, attempt.order.attemptId);
    // The slot notes the end of its killed command by itself; one that cannot is killed, and the engine notes it.
    setAttemptTimer(attempt, 1000, () => {
      if (attempt.slot !== undefined) attempt.slot.kill();
      else if (attempt.slotPid !== undefined) force(attempt);
    });
  }

  function adopt(order: AttemptOrder, directory: string): Adoption {
    if (attempts.has(order.attemptId)) return { kind: "running" };
    const seen = findExitRecord(directory);
    if (seen === undefined) return { kind: "unknown" };
    const attempt = addAttempt(order, directory);
    attempt.startedAt = seen.startedAt;
    const slotPid = seen.end === undefined ? findLivingSlot(directory, seen) : undefined;
    if (slotPid === undefined) {
      attempt.ending = true;
      setImmediate(() => finishLost(attempt));
      return { kind: "ended" };
    }
    attempt.slotPid = slotPid;
    sampler.watch(order.attemptId, slotPid);
    if (order.timeoutMs !== undefined) armTimeout(attempt, Math.max(0, seen.startedAt + order.timeoutMs - now()));
    attempt.unwatch = watchAdopted(directory, () => finishLost(attempt));
    return { kind: "running" };
  }

  return {
    name: backend.name,
    capacity: options.capacity,
    capabilities: () => backend.capabilities(),
    prepare: (slots) => pool.open(slots),
    start,
    cancel,
    adopt: async (order, directory) => adopt(order, directory),
    close: async ({ leaveRunning }) => {
      if (leaveRunning) {
        for (const attempt of attempts.values()) detach(attempt);
      } else if (attempts.size > 0) {
        const idle = new Promise<void>((resolve) => idleWaiters.push(resolve));
        for (const { order } of [...attempts.values()]) cancel(order.attemptId, "cancelled", order.graceMs);
        await idle;
      }
      sampler.close();
      leftovers.close();
      await pool.close({ detach: leaveRunning });
    },
  };

  function detach(attempt: RunningAttempt): void {
    for (const timer of attempt.timers) clearTimeout(timer);
    attempt.unwatch?.();
    attempts.delete(attempt.order.attemptId);
    queue.delete(attempt);
    if (attempt.slot !== undefined) bySlot.delete(attempt.slot);
  }
}

function setAttemptTimer(attempt: RunningAttempt, waitMs: number, callback: () => void): void {
  // A timer cannot wait longer than 2^31 ms; it then goes on with the rest.
  const longest = 2 ** 31 - 1;
  const timer = setTimeout(
    () => {
      attempt.timers.delete(timer);
      if (waitMs > longest) setAttemptTimer(attempt, waitMs - longest, callback);
      else callback();
    },
    Math.min(waitMs, longest),
  );
  attempt.timers.add(timer);
}

function recordFromReport(attempt: RunningAttempt, report: SlotReport, at: number): ExitRecord {
  return { end: report, commands: {}, startedAt: attempt.startedAt, endedAt: at };
}

/** The record from the disk; where the directory was taken away, what the slot said. */
function readRecord(attempt: RunningAttempt, report: SlotReport | undefined, at: number): ExitRecord {
  const record = findExitRecord(attempt.directory);
  if (record?.end !== undefined) return attempt.slot === undefined ? record : { ...record, startedAt: attempt.startedAt };
  if (report !== undefined) return recordFromReport(attempt, report, at);
  const problem = { kind: "lost", message: "its directory is gone" } as const;
  return { end: { status: 137, how: "signaled" }, commands: {}, problem, startedAt: attempt.startedAt, endedAt: at };
}

/** Writes what the engine knows into the record; when the directory cannot be written the report alone has to do. */
function completeRecord(attempt: RunningAttempt, problem: AttemptProblem, status: number | "not-run" | undefined): void {
  try {
    appendToExitRecord(attempt.directory, problem, status);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

function removeLogs(directory: string): void {
  // Logs that could not be masked are not kept: a lost log is a nuisance, a published secret is not.
  rmSync(join(directory, attemptFiles.logs), { recursive: true, force: true });
}

function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
