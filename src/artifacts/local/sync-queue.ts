/**
 * Files and folders that were written and not yet synced.
 * Syncing one by one after each write would cost half a millisecond per file; here it waits until somebody needs it,
 * leaves out what was synced already, and never uses more than two threads of the pool.
 */
import { closeSync, fdatasync, fsync, openSync } from "node:fs";
import { promisify } from "node:util";
import { isNotThere } from "./translate-error.ts";
import { createSlots } from "./turns.ts";

const syncData = promisify(fdatasync);
const syncAll = promisify(fsync);

export interface SyncQueue {
  add(path: string): void;
  /** Resolves when everything that was added before the call is on the disk. */
  sync(): Promise<void>;
  /** Waits for syncs that run. */
  close(): Promise<void>;
}

/** After a failed sync every later one fails too: the kernel may have dropped what it could not write. */
export function createSyncQueue(): SyncQueue {
  const inSlot = createSlots(2);
  let pending = new Set<string>();
  let running: Promise<void> = Promise.resolve();

  async function syncPaths(paths: ReadonlySet<string>): Promise<void> {
    await Promise.all([...paths].map((path) => inSlot(() => syncPath(path))));
  }

  function sync(): Promise<void> {
    if (pending.size === 0) return running;
    const paths = pending;
    pending = new Set();
    running = running.then(() => syncPaths(paths));
    return running;
  }

  return {
    add: (path) => pending.add(path),
    sync,
    close: async () => {
      // Whoever asked for a sync got its error; here only its end matters.
      await Promise.allSettled([running]);
    },
  };
}

async function syncPath(path: string): Promise<void> {
  const descriptor = openForSync(path);
  if (descriptor === undefined) return;
  try {
    await (process.platform === "darwin" ? syncAll(descriptor) : syncData(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

function openForSync(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    // Collected as garbage since, so nobody needs it on the disk.
    if (isNotThere(error)) return undefined;
    throw error;
  }
}
