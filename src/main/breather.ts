/**
 * Lets everything else in the process have its turn while much is done in a row: a thousand runs that are due at the same
 * minute, or ten thousand letters, must not keep a submission or the end of an attempt waiting for as long as they take.
 */

/** No more than this is done in a row. */
const longestMs = 10;

export interface BreatherParts {
  /** Milliseconds of any origin. */
  readonly now: () => number;
  /** Calls back after everything that waits has had its turn. */
  readonly soon: (callback: () => void) => void;
}

/** Returns a function to be awaited between two pieces of work: it waits when enough was done since it last did. */
export function createBreather({ now, soon }: BreatherParts = machine): () => Promise<void> {
  let restedAt = now();
  return async () => {
    if (now() - restedAt < longestMs) return;
    await new Promise<void>((resolve) => soon(resolve));
    restedAt = now();
  };
}

const machine: BreatherParts = {
  // Not asked of `performance`: its module would be loaded for this alone.
  now: () => process.uptime() * 1000,
  soon: (callback) => void setImmediate(callback),
};
