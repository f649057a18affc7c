/**
 * Ctrl-C while a run is driven here.
 *
 * I1. The first one suspends the run: what runs is finished, nothing new starts, the history says so.
 * I2. The second one ends everything that runs, at once.
 * I3. A third one changes nothing.
 * I4. Listening ends with `close`; from then on Ctrl-C ends the process as usual.
 */
import type { Engine } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import type { CliIo } from "../io.ts";

export interface Interrupts {
  /** Whether the user has interrupted at all. */
  readonly count: () => number;
  /** Resolves when the run has come to rest after an interrupt; never without one. */
  readonly rested: Promise<"finished" | "killed">;
  close(): void;
}

export interface InterruptOptions {
  readonly io: CliIo;
  readonly engine: Engine;
  readonly name: string;
  /** The command that goes on with the run. */
  readonly advice: string;
  readonly notify: (text: string) => void;
}

export function watchInterrupts({ io, engine, name, advice, notify }: InterruptOptions): Interrupts {
  let count = 0;
  let stopWatching = (): void => undefined;
  let resolve = (_how: "finished" | "killed"): void => undefined;
  let reject = (_error: unknown): void => undefined;
  const rested = new Promise<"finished" | "killed">((...settle) => ([resolve, reject] = settle));
  // Whoever never awaits `rested` must not make a fault of it; whoever does still sees the rejection.
  rested.catch(() => undefined);

  const suspend = async (): Promise<void> => {
    const running = engine.runningCount();
    const what =
      running === 0
        ? "nothing runs"
        : `finishing ${running} running task${running === 1 ? "" : "s"}; Ctrl-C again kills ${running === 1 ? "it" : "them"}`;
    notify(`interrupted: ${what}; go on with: ${advice}`);
    await engine.command(name, { kind: "suspend" });
    const look = (): void => {
      if (count === 1 && engine.runningCount() === 0 && engine.picture(name).state.requests.size === 0)
        resolve("finished");
    };
    stopWatching = engine.watch(name, look);
    look();
  };
  const kill = async (): Promise<void> => {
    const running = engine.runningCount();
    notify(`killing ${running} running task${running === 1 ? "" : "s"}; go on with: ${advice}`);
    await engine.close({ leaveRunning: false });
    resolve("killed");
  };
  // A run that ends in the same moment refuses the command; its end is seen elsewhere.
  const ignoreEnd = (error: unknown): void => {
    if (!(error instanceof MillraceError && error.code === "run/ended")) reject(error);
  };
  const stopListening = io.onInterrupt(() => {
    count += 1;
    if (count === 1) suspend().catch(ignoreEnd);
    if (count === 2) kill().catch(reject);
  });
  return {
    count: () => count,
    rested,
    close: () => {
      stopWatching();
      stopListening();
    },
  };
}
