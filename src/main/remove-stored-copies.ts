/** Before a run is deleted, what was stored elsewhere for it goes: afterwards nobody would know of it. */
import type { HistoryReader, RunSummary } from "../ports/history-store.ts";
import { decodeRunRecord, loadRunState } from "../runtime/recover/run-record.ts";
import { openHomeStorage } from "./home-storage.ts";
import type { Home } from "./home.ts";
import { hasRemovals, refuseDeletion, removeCopies } from "./remove-copies.ts";

/** MillraceError `artifact/not-removed` when something stays, unless the run may be deleted all the same. */
export async function removeStoredCopies(
  home: Home,
  history: HistoryReader,
  summary: RunSummary,
): Promise<void> {
  const { plan } = decodeRunRecord(await history.readDocument(summary.runId));
  if (!hasRemovals(plan)) return;
  const { state } = await loadRunState(history, summary);
  const problems = await removeCopies(state, ["run-ended", "run-deleted"], openHomeStorage(home), home);
  if (plan.policy.abandonsCopies !== true) refuseDeletion(summary.name, problems);
}
