/** How the engine ends an attempt: SIGTERM, SIGKILL after the grace time, and time limits. */
import { endUnstarted } from "./attempt-ends.ts";
import { endMarked, endTree, terminateTree } from "./end-tree.ts";
import { type ExecutorContext, setAttemptTimer } from "./executor-context.ts";
import type { RunningAttempt } from "./running-attempt.ts";

/** How soon SIGTERM is sent again while the slot has not come to start its command. */
const repeatTermMs = 20;

/** How long a sandbox has to leave once its command was killed; on an idle machine it takes less than a millisecond. */
const sandboxLeavesMs = 2000;

/** How long a slot has to note the end of its killed command before it is killed itself. */
const slotNotesEndMs = 1000;

/** Asks an attempt to end. A second call only shortens the grace time. */
export function stopAttempt(
  context: ExecutorContext,
  attemptId: string,
  reason: "cancelled" | "timed-out",
  graceMs: number,
): void {
  const attempt = context.attempts.get(attemptId);
  if (attempt === undefined || attempt.ending) return;
  if (context.queue.delete(attempt)) {
    endUnstarted(context, attempt, { kind: reason });
    return;
  }
  if (attempt.stop === undefined) {
    attempt.stop = reason;
    terminate(context, attempt);
  }
  setAttemptTimer(attempt, graceMs, () => force(context, attempt));
}

/** Ends the attempt when its time is over. */
export function limitTime(context: ExecutorContext, attempt: RunningAttempt, waitMs: number): void {
  const { attemptId, graceMs } = attempt.order;
  setAttemptTimer(attempt, waitMs, () => stopAttempt(context, attemptId, "timed-out", graceMs));
}

function terminate(context: ExecutorContext, attempt: RunningAttempt): void {
  const found = terminateTree(attempt.slotPid, attempt.order.attemptId, context.backend.signalsGroup);
  if (!found) setAttemptTimer(attempt, repeatTermMs, () => terminate(context, attempt));
}

/** In a sandbox the command goes before what is around it, which then leaves by itself and tells what was used. */
function force(context: ExecutorContext, attempt: RunningAttempt): void {
  if (context.backend.hasPidNamespace && endMarked(attempt.order.attemptId))
    setAttemptTimer(attempt, sandboxLeavesMs, () => forceAll(attempt));
  else forceAll(attempt);
}

/** The slot notes the end of its killed command by itself; one that cannot is killed, and the engine notes it. */
function forceAll(attempt: RunningAttempt): void {
  endTree(attempt.slotPid, attempt.order.attemptId);
  setAttemptTimer(attempt, slotNotesEndMs, () => {
    if (attempt.slot === undefined) forceAll(attempt);
    else attempt.slot.kill();
  });
}
