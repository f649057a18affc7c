/**
 * Keeps the event loop turning for a moment instead of sleeping until something happens. A process that sleeps is woken
 * tens of microseconds late, and finds its code and data pushed out of the processor's caches; for an attempt that lasts
 * no longer than that costs, the wait for its end is better spent awake.
 */

/** Until `isOver` says so, and no longer than `longestMs`. Whatever else there is to do is done meanwhile. */
export function stayAwake(isOver: () => boolean, longestMs: number): void {
  // Not asked of `performance`: its module would be loaded for this alone.
  const until = process.uptime() + longestMs / 1000;
  const turn = (): void => {
    if (!isOver() && process.uptime() < until) setImmediate(turn);
  };
  setImmediate(turn);
}
