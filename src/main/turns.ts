/** One after the other, whoever asks, with everything else in the process having its turn now and then (breather.ts). */
import { createBreather } from "./breather.ts";

/** Does what is given once all that was given before is done, however that ended. */
export type InTurn = <T>(act: () => Promise<T>) => Promise<T>;

export function createTurns(breathe: () => Promise<void> = createBreather()): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const done = last.then(breathe).then(act);
    last = done.catch(() => undefined);
    return done;
  };
}
