/** Waits for the callbacks of a run that has ended. */
import type { LiveRun } from "../runtime/live-run.ts";
import type { Runtime } from "../runtime/runtime.ts";

/**
 * Resolves when the run owes no callback; with `once`, when each that it owes now has been tried since. Rejects when the
 * runtime stops first; stays open when it is closed, because what is owed is then owed elsewhere.
 */
export async function waitUntilCalledBack(runtime: Runtime, run: LiveRun, once: boolean): Promise<void> {
  const { state } = run;
  const before = new Map([...state.callbacksOwed].map((number) => [number, state.callbacks[number]?.tried]));
  const isDone = (): boolean =>
    [...state.callbacksOwed].every((number) => once && state.callbacks[number]?.tried !== before.get(number));
  if (isDone()) return;
  let stopListening = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    stopListening = runtime.listen((touched) => {
      if (touched === run && isDone()) resolve();
    });
  });
  const stopped = runtime.stopped.then((error) => Promise.reject(error));
  try {
    await Promise.race([done, stopped]);
  } finally {
    stopListening();
  }
}
