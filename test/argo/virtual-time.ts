/** A clock that jumps: entries run in order of their times, and in order of arrival at the same time. */
import type { Clock } from "../../src/ports/clock.ts";

export interface VirtualTime extends Clock {
  /** Time of the next entry; Infinity when there is none. */
  nextAt(): number;
  /** Runs the next entry, at its time. */
  step(): void;
  /** Lets the clock stand at a time that lies ahead. */
  jumpTo(at: number): void;
}

/** Noon, so that no test meets the change of a day by chance. */
export const startOfTime = Date.UTC(2024, 0, 15, 12, 0, 0);

interface Entry {
  readonly at: number;
  readonly callback: () => void;
}

export function createVirtualTime(): VirtualTime {
  let now = startOfTime;
  let entries: Entry[] = [];
  const findNext = (): Entry | undefined =>
    entries.reduce<Entry | undefined>(
      (first, entry) => (first === undefined || entry.at < first.at ? entry : first),
      undefined,
    );
  return {
    now: () => now,
    callAt: (at, callback) => {
      const entry: Entry = { at: Math.max(at, now), callback };
      entries.push(entry);
      return () => {
        entries = entries.filter((other) => other !== entry);
      };
    },
    nextAt: () => findNext()?.at ?? Infinity,
    step: () => {
      const next = findNext();
      if (next === undefined) return;
      entries = entries.filter((entry) => entry !== next);
      now = Math.max(now, next.at);
      next.callback();
    },
    jumpTo: (at) => {
      now = Math.max(now, at);
    },
  };
}
