/**
 * Waiting for the disk without stopping the event loop.
 *
 * Commits run with `synchronous = NORMAL`: their frames are appended to the write-ahead log, whose checksums chain
 * every frame to all earlier ones. After power loss SQLite therefore finds a prefix of the commits, whatever part of
 * the log reached the disk. A durable commit needs one thing more: that the log up to its frame is on the disk. That
 * is one `fdatasync` of the log, which covers all earlier commits as well, and which a thread of the pool can do
 * while the engine goes on. (`synchronous = FULL` does the same sync, but inside COMMIT, on the event loop.)
 * Frames that a checkpoint has moved to `history.db` were synced by SQLite before the log was reset.
 *
 * A new history is made without any sync: nothing is promised yet, and three syncs one after the other are a large
 * part of a cold start. Its file and the names in its folder go to the disk with the first sync of the log.
 *
 * What must stay true: the log is opened once and kept open, so that a write-back error is reported to us; after a
 * failed sync nothing is promised any more, because a kernel may drop the pages it could not write.
 */
import { closeSync, fdatasync, fsync, openSync } from "node:fs";
import { promisify } from "node:util";

const syncData = promisify(fdatasync);
const syncAll = promisify(fsync);

export interface WalSync {
  /** Resolves when everything that was committed before the call is on the disk. Concurrent calls share syncs. */
  sync(): Promise<void>;
  /** Waits for a running sync, then lets go of the log. */
  close(): Promise<void>;
}

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * `logFile` must exist by the first `sync` and stay in place until `close`. `unsynced` are descriptors of
 * what has to be on the disk as well before the first promise.
 */
export function createWalSync(logFile: string, unsynced: readonly number[]): WalSync {
  let owed = unsynced;
  let descriptor: number | undefined;
  let failure: { readonly error: unknown } | undefined;
  let waiting: Waiter[] = [];
  let draining: Promise<void> | undefined;

  /** A sync that runs already may have begun before a caller's commit, so new callers wait for the one after it. */
  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const served = waiting;
      waiting = [];
      try {
        if (failure !== undefined) throw failure.error;
        descriptor ??= openSync(logFile, "r+");
        await Promise.all([syncData(descriptor), ...owed.map((each) => syncAll(each))]);
        owed = [];
        for (const waiter of served) waiter.resolve();
      } catch (error) {
        failure ??= { error };
        for (const waiter of served) waiter.reject(error);
      }
    }
    draining = undefined;
  }

  return {
    sync: () =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        draining ??= drain();
      }),
    close: async () => {
      await draining;
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
