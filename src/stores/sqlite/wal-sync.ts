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
import { closeSync, fdatasync, fdatasyncSync, fsync, fsyncSync, openSync } from "node:fs";
import { promisify } from "node:util";

export interface WalSync {
  /**
   * Resolves when everything that was committed before the call is on the disk. Concurrent calls share syncs.
   * `mayBlock` stops the event loop for it, if no sync is under way: Node makes its threads for the first one otherwise.
   */
  sync(mayBlock?: boolean): Promise<void>;
  /**
   * Syncs what was there before the log, once what is to be done at once is done: the first tasks are on their way then,
   * and nobody waits. A failure is told by the next `sync`.
   */
  syncSoon(): void;
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
  let first: NodeJS.Immediate | undefined;

  function openLog(): number {
    if (failure !== undefined) throw failure.error;
    return (descriptor ??= openSync(logFile, "r+"));
  }

  function syncNow(): void {
    try {
      fdatasyncSync(openLog());
      syncOwed();
    } catch (error) {
      failure ??= { error };
      throw error;
    }
  }

  function syncOwed(): void {
    for (const each of owed) fsyncSync(each);
    owed = [];
  }

  function syncFirst(): void {
    if (draining !== undefined) return;
    try {
      syncOwed();
    } catch (error) {
      failure ??= { error };
    }
  }

  /** A sync that runs already may have begun before a caller's commit, so new callers wait for the one after it. */
  async function drain(): Promise<void> {
    // What fails at once must not be over before the caller has noted that this runs.
    await Promise.resolve();
    while (waiting.length > 0) {
      const served = waiting;
      waiting = [];
      try {
        const log = openLog();
        await Promise.all([promisify(fdatasync)(log), ...owed.map((each) => promisify(fsync)(each))]);
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
    sync: async (mayBlock = false) => {
      if (mayBlock && draining === undefined) return syncNow();
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        draining ??= drain();
      });
    },
    syncSoon: () => {
      if (owed.length > 0) first ??= setImmediate(syncFirst);
    },
    close: async () => {
      clearImmediate(first);
      await draining;
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
