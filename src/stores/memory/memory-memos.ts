/** Kept results in memory, for tests and for engines that keep nothing. */
import type { MemoEntry } from "../../model/run/memo.ts";
import type { MemoStore } from "../../ports/memo-store.ts";

export function createMemoryMemos(): MemoStore {
  const entries = new Map<string, MemoEntry>();
  const idOf = (cache: string, key: string): string => JSON.stringify([cache, key]);
  return {
    put: (cache, key, entry) => {
      const before = entries.get(idOf(cache, key));
      if (before !== undefined && before.createdAt > entry.createdAt) return;
      entries.set(idOf(cache, key), structuredClone(entry));
    },
    find: (cache, key) => structuredClone(entries.get(idOf(cache, key))),
  };
}
