/** When a run of a home has outlived the time that its document gives it, from its row alone. */
import type { RunSummary } from "../ports/history-store.ts";

/** When a run may be deleted; undefined for one that is kept for ever, or has not ended. */
export function readExpiry({ endedAt, view }: RunSummary): number | undefined {
  const at = view["expiresAt"];
  return endedAt !== undefined && typeof at === "number" ? at : undefined;
}
