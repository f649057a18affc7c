/** How attempts begin: checked, prepared, queued, handed to a slot; or taken over from an earlier engine. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { lazily } from "../../base/lazily.ts";
import type { Result } from "../../base/result.ts";
import type { AttemptOrder, AttemptProblem } from "../../model/run/attempt.ts";
import { attemptFiles } from "../../ports/attempt-directory.ts";
import type { Adoption } from "../../ports/executor.ts";
import { watchAdopted } from "./adopted-attempt.ts";
import { announce, endBySlotLoss, endUnstarted } from "./attempt-ends.ts";
import { limitTime } from "./attempt-stops.ts";
import { addAttempt, type ExecutorContext } from "./executor-context.ts";
import { findExitRecord } from "./exit-record.ts";
import { findLivingSlot, type RunningAttempt } from "./running-attempt.ts";
import type { Launch } from "./launch.ts";
import { coverLogs } from "./secret-logs.ts";
import type { Slot } from "./slot.ts";
import { stayAwake } from "./stay-awake.ts";
import { isQuick } from "./quick-attempts.ts";
import { watchReadiness } from "./watch-readiness.ts";

/** An attempt in a chain of attempts no longer than this is waited for awake. */
const instantMs = 2;
const longestAwakeMs = 2;
const countProcessors = lazily(() => availableParallelism());

/** Starts an attempt as soon as a slot is free. One that was started before is adopted instead (X4). */
export function startAttempt(context: ExecutorContext, order: AttemptOrder, directory: string): void {
  if (context.attempts.has(order.attemptId)) return;
  if (existsSync(join(directory, attemptFiles.exit))) {
    adoptAttempt(context, order, directory);
    return;
  }
  context.leftovers.begin(order.attemptId);
  const attempt = addAttempt(context, order, directory);
  const launched = prepareLaunch(context, attempt);
  if (!launched.ok) {
    endUnstarted(context, attempt, launched.error);
    return;
  }
  attempt.launch = launched.value;
  context.queue.add(attempt);
  startQueued(context);
}

function prepareLaunch(context: ExecutorContext, attempt: RunningAttempt): Result<Launch, AttemptProblem> {
  try {
    coverLogs(attempt.order, attempt.directory);
    return context.backend.launch(attempt.order, attempt.directory);
  } catch (error) {
    // The directory cannot be written (full disk, taken away, permissions): this attempt's problem, nobody else's.
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the attempt's directory could not be prepared: ${reason}`;
    return { ok: false, error: { kind: "start-refused", code: "executor/directory", message } };
  }
}

/** Hands waiting attempts to idle slots, oldest first; a service never waits for others. */
export function startQueued(context: ExecutorContext): void {
  for (const attempt of context.queue) {
    const slot = context.pool.take(attempt.order.service === true);
    if (slot === undefined) continue;
    context.queue.delete(attempt);
    if (slot instanceof Error)
      endUnstarted(context, attempt, {
        kind: "start-refused",
        code: "executor/no-slot",
        message: slot.message,
      });
    else runOnSlot(context, attempt, slot);
  }
}

function runOnSlot(context: ExecutorContext, attempt: RunningAttempt, slot: Slot): void {
  const { order, directory, launch } = attempt;
  if (launch === undefined) throw new Error(`${order.attemptId} has nothing to run`);
  attempt.slot = slot;
  attempt.slotPid = slot.pid;
  attempt.startedAt = context.now();
  // It may hold secrets and is not needed any more.
  delete attempt.launch;
  context.bySlot.set(slot, attempt);
  // On a single processor nobody waits awake: that would be time of the attempt's.
  const chainMs = context.chainMs();
  const isAwake = chainMs !== undefined && countProcessors() > 1;
  slot.run(directory, launch, isAwake && isQuick(chainMs));
  if (isAwake && chainMs <= instantMs) stayAwake(() => attempt.ending, longestAwakeMs);
  context.sampler.watch(order.attemptId, slot.pid, context.backend.hasPidNamespace);
  if (order.timeoutMs !== undefined) limitTime(context, attempt, order.timeoutMs);
  watchReadiness(context, attempt);
  setImmediate(() => context.tellStart(() => announce(context, attempt)));
}

/** Finds out what became of an attempt that was started before, and watches it to its end. */
export function adoptAttempt(context: ExecutorContext, order: AttemptOrder, directory: string): Adoption {
  if (context.attempts.has(order.attemptId)) return { kind: "running" };
  const seen = findExitRecord(directory);
  if (seen === undefined) return { kind: "unknown" };
  const attempt = addAttempt(context, order, directory);
  attempt.startedAt = seen.startedAt;
  const slotPid = seen.end === undefined ? findLivingSlot(directory, seen) : undefined;
  if (slotPid === undefined) {
    attempt.ending = true;
    setImmediate(() => endBySlotLoss(context, attempt));
    return { kind: "ended" };
  }
  attempt.slotPid = slotPid;
  context.sampler.watch(order.attemptId, slotPid, context.backend.hasPidNamespace);
  if (order.timeoutMs !== undefined)
    limitTime(context, attempt, Math.max(0, seen.startedAt + order.timeoutMs - context.now()));
  attempt.unwatch = watchAdopted(directory, () => endBySlotLoss(context, attempt));
  watchReadiness(context, attempt);
  return { kind: "running" };
}
