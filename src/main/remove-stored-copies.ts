/** Before a run is deleted, what was stored elsewhere for it goes: afterwards nobody would know of it. */
import type { HistoryReader, RunSummary } from "../ports/history-store.ts";
import { loadRunState } from "../runtime/recover/run-record.ts";
import { findNetworkGate } from "./find-network-gate.ts";
import { openHomeSecrets } from "./home-secrets.ts";
import { openHomeStorage } from "./home-storage.ts";
import type { Home } from "./home.ts";
import { refuseDeletion, removeCopies } from "./remove-copies.ts";

/** MillraceError `artifact/not-removed` when something stays, unless the run may be deleted all the same. */
export async function removeStoredCopies(
  home: Home,
  history: HistoryReader,
  summary: RunSummary,
): Promise<void> {
  if (summary.view["removesCopies"] !== true) return;
  const { state, record } = await loadRunState(history, summary);
  const storage = openHomeStorage(openHomeSecrets(home), await findNetworkGate(home, {}, false));
  const problems = await removeCopies(state, ["run-ended", "run-deleted"], storage, home);
  if (record.plan.policy.abandonsCopies !== true) refuseDeletion(summary.name, problems);
}
