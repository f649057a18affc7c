/** Makes names durable: a file that was synced can still be lost with its name. */
import { closeSync, fsyncSync, openSync } from "node:fs";

/** Windows cannot sync folders; its file systems journal names on their own. */
export const canSyncFolders = process.platform !== "win32";

/**
 * The names in the folder are as durable afterwards as what stands in their files. Does nothing where
 * folders cannot be synced.
 */
export function syncFolder(folder: string): void {
  if (!canSyncFolders) return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
