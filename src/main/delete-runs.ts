/** Deleting runs: their figures stay in the metrics of the home, their content in the artifacts; all else goes. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { MillraceError } from "../base/errors.ts";
import type { HistoryStore, RunSummary } from "../ports/history-store.ts";
import { readExpiry } from "../runtime/expired-runs.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { runFolderName } from "./home.ts";
import type { Home } from "./home.ts";
import { noteProblems } from "./remove-copies.ts";
import { removeStoredCopies } from "./remove-stored-copies.ts";

/** Deletes runs that nobody drives any more. A crash in between leaves folders that the next run of the name takes over. */
export async function deleteRuns(
  home: Home,
  history: HistoryStore,
  leaving: readonly RunSummary[],
): Promise<void> {
  if (leaving.length === 0) return;
  const { keepFigures } = await import("./metrics.ts");
  await keepFigures(home, history, leaving);
  await history.commit({ appended: [], deleted: leaving.map(({ runId }) => runId) }, { durable: true });
  for (const { name } of leaving)
    await rm(join(home.runs, runFolderName(name)), { recursive: true, force: true });
}

export interface Expired {
  /** Names of the runs that were deleted. */
  readonly deleted: readonly string[];
  /** When to come again; undefined as long as nothing will expire by itself. */
  readonly nextAt: number | undefined;
}

/**
 * Deletes the runs whose time is over (Argo, ttlStrategy), but for those named in `keep`.
 * `forget` takes a run that nobody drives any more out of whatever the process knows of it.
 * A run with a stored copy of an artifact that must go and cannot is kept.
 */
export async function expireRuns(
  home: Home,
  history: HistoryStore,
  runtime: Pick<Runtime, "release">,
  options: {
    readonly now: number;
    readonly keep: readonly string[];
    readonly forget: (name: string) => void;
  },
): Promise<Expired> {
  const due = await history.listRuns({ expiring: { until: options.now } });
  const [next] = await history.listRuns({ expiring: { after: options.now }, limit: 1 });
  const leaving = due.filter(({ name, runId }) => !options.keep.includes(name) && runtime.release(runId));
  const cleared = await clearCopies(home, history, leaving);
  await deleteRuns(home, history, cleared);
  for (const { name } of leaving) options.forget(name);
  return {
    deleted: cleared.map(({ name }) => name),
    nextAt: next === undefined ? undefined : readExpiry(next),
  };
}

/** Those of which nothing is stored elsewhere any more. The others stay until the next time, and their folders say why. */
async function clearCopies(
  home: Home,
  history: HistoryStore,
  leaving: readonly RunSummary[],
): Promise<readonly RunSummary[]> {
  const cleared: RunSummary[] = [];
  for (const run of leaving) {
    try {
      await removeStoredCopies(home, history, run);
      cleared.push(run);
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      noteProblems(home, run.name, [error]);
    }
  }
  return cleared;
}
