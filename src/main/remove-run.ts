/** Takes a run away with its folder, and with what belongs to it: objects that its tasks made to be owned by it. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ownerLabel } from "../executors/objects/object-keeper.ts";
import type { HistoryStore } from "../ports/history-store.ts";
import { findSqliteDefinitions, openSqliteDefinitions } from "../stores/sqlite/open-sqlite-definitions.ts";
import { runFolderName } from "./home.ts";
import type { Home } from "./home.ts";

/** False when there is no such run. `history` must be open for writing, and the runs must have ended. */
export async function removeRunWithOwned(home: Home, history: HistoryStore, name: string): Promise<boolean> {
  const summary = await history.findRun(name);
  if (summary === undefined) return false;
  const owned = (await history.listRuns()).filter(({ labels }) => labels[ownerLabel] === summary.name);
  for (const run of owned) await removeRunWithOwned(home, history, run.name);
  await removeOwnedDefinitions(home, summary.name);
  const { keepFigures } = await import("./metrics.ts");
  await keepFigures(home, history, summary);
  await history.commit({ appended: [], deleted: [summary.runId] }, { durable: true });
  await rm(join(home.runs, runFolderName(summary.name)), { recursive: true, force: true });
  return true;
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
