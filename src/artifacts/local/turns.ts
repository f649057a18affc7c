/**
 * Two ways of being a good neighbour in one process.
 *
 * Small files are handled synchronously, which is several times faster than through the thread pool; after a few
 * milliseconds of that, `pause` lets the event loop turn. Large files and syncs go through the pool, but never take
 * all of its threads, because the history waits for its disk there too.
 */
import { setImmediate } from "node:timers/promises";

const sliceMs = 4;

/** Returns a function to call between pieces of synchronous work; it waits only when the slice is used up. */
export function createPause(): () => Promise<void> | undefined {
  let sliceStart = performance.now();
  const turn = async (): Promise<void> => {
    await setImmediate();
    sliceStart = performance.now();
  };
  return () => (performance.now() - sliceStart < sliceMs ? undefined : turn());
}

/** Runs at most `size` pieces of work at a time, in the order they came. */
export function createSlots(size: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = size;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The slot is handed over, so nobody can slip in between.
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
