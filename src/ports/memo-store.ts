/**
 * Kept results by cache and key, for calls that ask for them again. A cache is a name that documents choose.
 *
 * M1. What was put is found, also by the next process that opens the store; after a power cut it may be gone.
 * M2. Putting a result replaces the one of that cache and key, unless that one is younger.
 * M3. What was never put is not found; an entry that cannot be read counts as none, and the next one replaces it.
 * Errors: what the disk says. `put` takes effect before it returns: who asks afterwards finds the new result.
 */
import type { MemoEntry } from "../model/run/memo.ts";

export interface MemoStore {
  put(cache: string, key: string, entry: MemoEntry): void;
  find(cache: string, key: string): MemoEntry | undefined;
}
