/** Ending the processes of an attempt: politely, and for good. */
import { createMarkedSearch, findTree, hasProc, killUntilGone } from "./process-tree.ts";
import { killGroup, sendSignal } from "./send-signal.ts";

/**
 * Sends SIGTERM once to every process of the attempt. Returns whether there was any but the slot.
 * `signalsGroup` also reaches what is being forked at this moment; the slot itself survives SIGTERM.
 */
export function terminateTree(
  slotPid: number | undefined,
  attemptId: string,
  signalsGroup: boolean,
): boolean {
  const others = signalsGroup
    ? findTree(slotPid, attemptId)
    : createMarkedSearch(new Set([attemptId]))().pids.map((pid) => ({ pid, group: 0 }));
  if (signalsGroup && slotPid !== undefined) sendSignal(-slotPid, "SIGTERM");
  for (const { pid, group } of others) {
    if (!signalsGroup || group !== slotPid) sendSignal(pid, "SIGTERM");
  }
  return others.length > 0 || !hasProc;
}

/** Kills the processes that carry the attempt's mark. Returns whether there was any. */
export function endMarked(attemptId: string): boolean {
  const find = createMarkedSearch(new Set([attemptId]));
  if (find().pids.length === 0) return false;
  killUntilGone(find);
  return true;
}

/** Kills every process of the attempt; the slot survives where /proc tells it apart from the others. */
export function endTree(slotPid: number | undefined, attemptId: string): void {
  if (hasProc)
    killUntilGone(() => ({ pids: findTree(slotPid, attemptId).map(({ pid }) => pid), isUnclear: false }));
  else if (slotPid !== undefined) killGroup(slotPid);
}
