/** What goes with a run that is deleted: objects that its tasks made to be owned by it. */
import { ownerLabel } from "../executors/objects/object-keeper.ts";
import type { HistoryStore, RunSummary } from "../ports/history-store.ts";
import { findSqliteDefinitions, openSqliteDefinitions } from "../stores/sqlite/open-sqlite-definitions.ts";
import { deleteRuns } from "./delete-runs.ts";
import type { Home } from "./home.ts";
import { removeStoredCopies } from "./remove-stored-copies.ts";

/**
 * Deletes a run and what it owns. `history` must be open for writing, and nobody may drive the runs.
 * MillraceError `artifact/not-removed`, before anything is deleted, when a stored copy of an artifact must go and cannot.
 */
export async function removeWithOwned(home: Home, history: HistoryStore, run: RunSummary): Promise<void> {
  const leaving = await listOwned(history, run);
  for (const one of leaving) await removeStoredCopies(home, history, one);
  for (const { name } of leaving) await removeOwnedDefinitions(home, name);
  await deleteRuns(home, history, leaving);
}

/** The run, the runs that it owns, and those that they own. */
async function listOwned(history: HistoryStore, owner: RunSummary): Promise<readonly RunSummary[]> {
  const owned = await history.listRuns({ label: { name: ownerLabel, value: owner.name } });
  const further = await Promise.all(owned.map((run) => listOwned(history, run)));
  return [owner, ...further.flat()];
}

async function removeOwnedDefinitions(home: Home, owner: string): Promise<void> {
  const reader = findSqliteDefinitions(home.definitions);
  const owned = (await reader?.list({ labels: { [ownerLabel]: owner } })) ?? [];
  await reader?.close();
  if (owned.length === 0) return;
  const store = openSqliteDefinitions(home.definitions);
  try {
    for (const { kind, name } of owned) await store.remove({ kind, name });
  } finally {
    await store.close();
  }
}
