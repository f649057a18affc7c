/**
 * Kills what attempts leave behind: processes that were started in the background and outlive their command.
 *
 * Looking through /proc costs milliseconds, so it is not done after each short attempt. Ended attempts are noted, and
 * one sweep takes them all: soon after the first of them ended, never more than about 1 % of the time, and on close.
 */
import { createMarkedSearch, findProcText, hasProc, killUntilGone, listPids } from "./process-tree.ts";

const shortestPauseMs = 500;

export interface LeftoverSweep {
  /** The attempt has ended; whatever still carries its mark is to go. `isAdopted`: an earlier engine began it. */
  note(attemptId: string, isAdopted: boolean): void;
  /** The attempt begins, perhaps anew after it was ended: what an earlier try left goes now, what comes stays. */
  begin(attemptId: string): void;
  /** Kills the leftovers of this attempt now. */
  sweepNow(attemptIds: ReadonlySet<string>): void;
  /** Kills all leftovers of noted attempts now, and stops. */
  close(): void;
}

export function createLeftoverSweep(now: () => number): LeftoverSweep {
  const listYoungPids = watchYoungPids();
  let ended = new Set<string>();
  /** Whether one of them may have processes that are older than this engine. */
  let isAnyOld = false;
  let timer: NodeJS.Timeout | undefined;
  let pauseMs = shortestPauseMs;
  const sweep = (): void => {
    timer = undefined;
    const ids = ended;
    ended = new Set();
    const before = now();
    killMarked(ids, isAnyOld ? listPids : listYoungPids);
    isAnyOld = false;
    pauseMs = Math.max(shortestPauseMs, (now() - before) * 100);
  };
  return {
    note: (attemptId, isAdopted) => {
      if (!hasProc) return;
      ended.add(attemptId);
      isAnyOld ||= isAdopted;
      timer ??= setTimeout(sweep, pauseMs).unref();
    },
    begin: (attemptId) => {
      if (ended.delete(attemptId)) killMarked(new Set([attemptId]));
    },
    sweepNow: (attemptIds) => killMarked(attemptIds),
    close: () => {
      clearTimeout(timer);
      if (ended.size > 0) sweep();
    },
  };
}

function killMarked(ids: ReadonlySet<string>, list: () => readonly number[] = listPids): void {
  if (!hasProc) return;
  killUntilGone(createMarkedSearch(ids, list));
}

/** A machine has 32,768 numbers for processes or more; fewer forks than this do not use them all up. */
const fewForks = 1_000;

/** An engine that is older may have lived through any number of forks before it was asked. */
const youngMs = 1_000;

/**
 * Lists the processes that may have begun after this engine; all of them, when that cannot be told.
 *
 * Linux numbers processes upwards and begins anew at the end. So while the number that it gave last is above our own,
 * and too few processes were started to have gone all the way round, only numbers in between are younger than we are.
 * Opening the environments of a hundred old processes would be a twentieth of the time that a small run takes.
 */
function watchYoungPids(): () => readonly number[] {
  // Not asked of `performance`: its module would be loaded for this alone.
  const forksBefore = process.uptime() * 1000 < youngMs ? countForks() : undefined;
  return () => {
    const pids = listPids();
    if (forksBefore === undefined) return pids;
    // Looked at after the list was made, so that nothing in the list is younger.
    const last = findLastPid();
    const forks = (countForks() ?? Infinity) - forksBefore;
    if (forks > fewForks || last <= process.pid) return pids;
    return pids.filter((pid) => pid > process.pid && pid <= last);
  };
}

/** How many processes and threads this machine has started; undefined where the kernel does not say. */
function countForks(): number | undefined {
  const line = "\nprocesses ";
  const text = findProcText("/proc/stat") ?? "";
  const at = text.indexOf(line);
  return at < 0 ? undefined : Number.parseInt(text.slice(at + line.length));
}

/** The number of the latest process or thread; 0 where the kernel does not say. */
function findLastPid(): number {
  const text = findProcText("/proc/loadavg") ?? "";
  return Number(text.slice(text.lastIndexOf(" ")));
}
