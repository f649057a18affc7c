/**
 * Watching an attempt that an earlier engine started. Its slot cannot report to this engine, but it completes the exit
 * record: a change of that file is looked at, and a slow check finds a slot that was killed.
 */
import { watch, type FSWatcher } from "node:fs";
import { join } from "node:path";
import { attemptFiles } from "../../ports/attempt-directory.ts";
import { findExitRecord } from "./exit-record.ts";
import { findLivingSlot } from "./running-attempt.ts";

const slowCheckMs = 1000;

/** Calls back once when the record is complete or the slot is gone. The returned function takes the watch back. */
export function watchAdopted(directory: string, ended: () => void): () => void {
  let watcher: FSWatcher | undefined;
  const stop = (): void => {
    clearInterval(timer);
    watcher?.close();
    watcher = undefined;
  };
  const check = (): void => {
    const record = findExitRecord(directory);
    if (record !== undefined && record.end === undefined && findLivingSlot(directory, record) !== undefined)
      return;
    stop();
    ended();
  };
  const timer = setInterval(check, slowCheckMs);
  try {
    watcher = watch(join(directory, attemptFiles.exit), check);
    watcher.on("error", () => watcher?.close());
  } catch {
    // No watches left on this machine: the slow check alone has to do.
  }
  // What changed between the caller's look and the watch is seen now.
  setImmediate(() => {
    if (watcher !== undefined) check();
  });
  return stop;
}
