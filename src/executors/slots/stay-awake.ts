/**
 * Keeps the event loop turning for a moment instead of sleeping until something happens. A process that sleeps is woken
 * tens of microseconds late, and finds its code and data pushed out of the processor's caches; for an attempt that lasts
 * no longer than that costs, the wait for its end is better spent awake.
 */

/** The hint to the processor that we only wait, which leaves more of a core to who shares it. Newer than our types. */
const pause: unknown = Reflect.get(Atomics, "pause");
const pausesInTurn = 64;

/** Until `isOver` says so, and no longer than `longestMs`. Whatever else there is to do is done meanwhile. */
export function stayAwake(isOver: () => boolean, longestMs: number): void {
  // Not asked of `performance`: its module would be loaded for this alone.
  const until = process.uptime() + longestMs / 1000;
  const turn = (): void => {
    if (isOver() || process.uptime() >= until) return;
    if (typeof pause === "function") for (let i = 0; i < pausesInTurn; i += 1) pause();
    setImmediate(turn);
  };
  setImmediate(turn);
}
