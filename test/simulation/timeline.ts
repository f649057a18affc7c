/**
 * Virtual time and the queue of everything that will happen, of the engine and of the world around it.
 *
 * One step runs one entry. Entries that are due are taken in a seeded order, so that every order in which a real
 * event loop and a real machine could bring things about is tried. Entries of a dead owner never run.
 */
import type { Random } from "./random.ts";

/** Whoever dies with its entries. */
export interface Owner {
  readonly dead: boolean;
}

export interface Timeline {
  now(): number;
  /** Runs `work` at or after `at`; the returned function takes it back. Without an owner it belongs to the world. */
  at(at: number, what: string, work: () => void, owner?: Owner): () => void;
  /** Resolves after the given time; never, when the owner is dead by then. */
  wait(waitMs: number, what: string, owner: Owner): Promise<void>;
  /** Lets time pass without running anything. */
  pass(ms: number): void;
  /** Runs one entry and returns what it was; undefined when nothing is left. */
  step(): string | undefined;
}

interface Entry {
  readonly at: number;
  readonly what: string;
  readonly work: () => void;
  readonly owner: Owner | undefined;
}

/** `isShuffled: false` takes entries by time and then in order of arrival, as an undisturbed twin needs. */
export function createTimeline(random: Random, isShuffled: boolean): Timeline {
  let now = 1_000_000;
  let entries: Entry[] = [];
  const timeline: Timeline = {
    now: () => now,
    at: (at, what, work, owner) => {
      const entry: Entry = { at: Math.max(at, now), what, work, owner };
      entries.push(entry);
      return () => {
        entries = entries.filter((other) => other !== entry);
      };
    },
    wait: (waitMs, what, owner) =>
      new Promise((resolve) => void timeline.at(now + waitMs, what, resolve, owner)),
    pass: (ms) => {
      now += ms;
    },
    step: () => {
      entries = entries.filter((entry) => entry.owner?.dead !== true);
      if (entries.length === 0) return undefined;
      const earliest = entries.reduce((least, entry) => Math.min(least, entry.at), Infinity);
      now = Math.max(now, earliest);
      // A busy machine is late: what lies a little ahead may overtake what is due.
      const reach = isShuffled && random.chance(0.1) ? random.integer(0, 20) : 0;
      const due = entries.filter((entry) => entry.at <= now + reach);
      const chosen = isShuffled ? random.pick(due) : firstOf(due);
      now = Math.max(now, chosen.at);
      entries = entries.filter((entry) => entry !== chosen);
      chosen.work();
      return chosen.what;
    },
  };
  return timeline;
}

function firstOf(entries: readonly Entry[]): Entry {
  return entries.reduce((first, entry) => (entry.at < first.at ? entry : first));
}
