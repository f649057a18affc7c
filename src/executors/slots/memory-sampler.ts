/**
 * Peak memory of running attempts, sampled from /proc.
 *
 * The first sample comes soon after the start, the next ones at growing intervals, from one timer for all attempts.
 * A sample is the larger of two true lower bounds: the sum of what the processes of the tree hold at that moment, and
 * the highest mark that a single living process of it ever reached. So the figure is never above the true peak except
 * for pages that processes share; it may be below it. Attempts that end before the first sample have none.
 */
import { findDescendantPids, findProcText, hasProc } from "./process-tree.ts";

const slowestSampleMs = 5000;

export interface MemorySampler {
  /** `hasPidNamespace`: what made the place for the command (outside, or process 1 in there) is not counted. */
  watch(attemptId: string, slotPid: number, hasPidNamespace: boolean): void;
  /** Stops watching; the peak in bytes, or undefined when there was no sample. */
  take(attemptId: string): number | undefined;
  close(): void;
}

interface Watched {
  readonly slotPid: number;
  readonly hasPidNamespace: boolean;
  readonly startedAt: number;
  dueAt: number;
  peakBytes: number | undefined;
}

/** `firstSampleMs`: how soon after its start an attempt is looked at; looks are never closer than that. */
export function createMemorySampler(now: () => number, firstSampleMs: number): MemorySampler {
  const watched = new Map<string, Watched>();
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Infinity;
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
    timerAt = Infinity;
  };
  /** One timer serves everything that is due by then. */
  const arm = (at: number): void => {
    stop();
    if (at === Infinity) return;
    timerAt = at;
    timer = setTimeout(look, Math.max(firstSampleMs, at - now())).unref();
  };
  const look = (): void => {
    for (const each of watched.values()) if (each.dueAt <= now()) sample(each, now(), firstSampleMs);
    arm(findNextDue(watched));
  };
  return {
    watch: (attemptId, slotPid, hasPidNamespace) => {
      if (!hasProc) return;
      const at = now();
      const dueAt = at + firstSampleMs;
      watched.set(attemptId, { slotPid, hasPidNamespace, startedAt: at, dueAt, peakBytes: undefined });
      // What is being waited for may be the next look at an attempt that has ended since, in a few seconds.
      if (dueAt < timerAt) arm(dueAt);
    },
    take: (attemptId) => {
      const peak = watched.get(attemptId)?.peakBytes;
      watched.delete(attemptId);
      return peak;
    },
    close: () => {
      watched.clear();
      stop();
    },
  };
}

function findNextDue(watched: ReadonlyMap<string, Watched>): number {
  let due = Infinity;
  for (const each of watched.values()) due = Math.min(due, each.dueAt);
  return due;
}

function sample(each: Watched, at: number, firstSampleMs: number): void {
  const bytes = readTreeMemory(each);
  if (bytes !== undefined) each.peakBytes = Math.max(each.peakBytes ?? 0, bytes);
  each.dueAt = at + Math.min(slowestSampleMs, Math.max(firstSampleMs, at - each.startedAt));
}

/** Ids inside of the namespace, from process 2 on (proc(5), NSpid: one id for each namespace, the outermost first). */
const insideIds = /^NSpid:\t\d+\t(?!1$)/m;

function readTreeMemory({ slotPid, hasPidNamespace }: Watched): number | undefined {
  let total = 0;
  let highest = 0;
  for (const pid of findDescendantPids(slotPid)) {
    const status = findProcText(`/proc/${pid}/status`) ?? "";
    if (hasPidNamespace && !insideIds.test(status)) continue;
    total += readKilobytes(status, /^VmRSS:\s+(\d+) kB/m);
    highest = Math.max(highest, readKilobytes(status, /^VmHWM:\s+(\d+) kB/m));
  }
  const kilobytes = Math.max(total, highest);
  return kilobytes === 0 ? undefined : kilobytes * 1024;
}

function readKilobytes(status: string, pattern: RegExp): number {
  return Number(pattern.exec(status)?.[1] ?? 0);
}
