/**
 * Asks a part to look whenever there may be something to do (serve-part.ts).
 *
 * P1. One look at a time; what happens during it leads to one more.
 * P2. The time that a part asks for is compared with the clock at least every half minute: timers of the system stand
 *     still while the machine sleeps, and the clock may be set. A part is asked when the clock was set back.
 * P3. A look that fails is repeated later, not at once.
 */
import type { RunRow } from "../../api/house.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ServePart } from "./serve-part.ts";

export interface DrivenPart {
  /** Something has happened. */
  ask(ended?: RunRow): void;
  /** Ends asking, waits for a look that goes on, and closes the part. */
  close(): Promise<void>;
}

const longestTimerMs = 30_000;
const afterFailureMs = 10_000;

export function drivePart(part: ServePart, clock: Clock, note: (text: string) => void): DrivenPart {
  let ended: RunRow[] = [];
  let isAsked = false;
  let isClosed = false;
  let looking: Promise<void> | undefined;
  let nextAt = Infinity;
  let cancelTimer = (): void => undefined;

  const lookOnce = async (): Promise<void> => {
    isAsked = false;
    const occasion = { now: clock.now(), ended };
    ended = [];
    try {
      nextAt = await part.look(occasion);
    } catch (error) {
      note(`${part.name}: ${error instanceof Error ? error.message : String(error)}`);
      // Told again, because the part has not dealt with it.
      ended = [...occasion.ended, ...ended];
      nextAt = clock.now() + afterFailureMs;
    }
  };
  const lookWhileAsked = async (): Promise<void> => {
    while (isAsked && !isClosed) await lookOnce();
    looking = undefined;
    if (!isClosed) setTimer();
  };
  const setTimer = (): void => {
    cancelTimer();
    cancelTimer = () => undefined;
    if (nextAt === Infinity) return;
    const setAt = clock.now();
    cancelTimer = clock.callAt(Math.min(nextAt, setAt + longestTimerMs), () => {
      const now = clock.now();
      if (now >= nextAt || now < setAt) ask();
      else setTimer();
    });
  };
  const ask = (row?: RunRow): void => {
    if (isClosed) return;
    if (row !== undefined) ended.push(row);
    isAsked = true;
    looking ??= lookWhileAsked();
  };
  ask();
  return {
    ask,
    close: async () => {
      isClosed = true;
      cancelTimer();
      await looking;
      await part.close();
    },
  };
}
