/**
 * Kills what attempts leave behind: processes that were started in the background and outlive their command.
 *
 * Looking through /proc costs milliseconds, so it is not done after each short attempt. Ended attempts are noted, and
 * one sweep takes them all: soon after the first of them ended, never more than about 1 % of the time, and on close.
 */
import { createMarkedSearch, hasProc, killUntilGone } from "./process-tree.ts";

const shortestPauseMs = 500;

export interface LeftoverSweep {
  /** The attempt has ended; whatever still carries its mark is to go. */
  note(attemptId: string): void;
  /** The attempt begins, perhaps anew after it was ended: what an earlier try left goes now, what comes stays. */
  begin(attemptId: string): void;
  /** Kills the leftovers of this attempt now. */
  sweepNow(attemptIds: ReadonlySet<string>): void;
  /** Kills all leftovers of noted attempts now, and stops. */
  close(): void;
}

export function createLeftoverSweep(now: () => number): LeftoverSweep {
  let ended = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let pauseMs = shortestPauseMs;
  const sweep = (): void => {
    timer = undefined;
    const ids = ended;
    ended = new Set();
    const before = now();
    killMarked(ids);
    pauseMs = Math.max(shortestPauseMs, (now() - before) * 100);
  };
  return {
    note: (attemptId) => {
      if (!hasProc) return;
      ended.add(attemptId);
      timer ??= setTimeout(sweep, pauseMs).unref();
    },
    begin: (attemptId) => {
      if (ended.delete(attemptId)) killMarked(new Set([attemptId]));
    },
    sweepNow: killMarked,
    close: () => {
      clearTimeout(timer);
      if (ended.size > 0) sweep();
    },
  };
}

function killMarked(ids: ReadonlySet<string>): void {
  if (!hasProc) return;
  killUntilGone(createMarkedSearch(ids));
}
