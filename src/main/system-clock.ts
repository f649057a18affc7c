/** The machine's clock. */
import type { Clock } from "../ports/clock.ts";

/** Longer timers are cut: setTimeout takes 32-bit ms. */
const longestWaitMs = 2_000_000_000;

export const systemClock: Clock = {
  now: () => Date.now(),
  callAt(at, callback) {
    let timer: NodeJS.Timeout | undefined;
    const arm = (): void => {
      const waitMs = at - Date.now();
      timer = setTimeout(
        waitMs > longestWaitMs ? arm : callback,
        Math.max(0, Math.min(waitMs, longestWaitMs)),
      );
    };
    arm();
    return () => clearTimeout(timer);
  },
};
