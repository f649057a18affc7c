/** Which runs of a home have outlived the time that their documents give them, from their rows alone. */
import type { RunSummary } from "../ports/history-store.ts";

/** When a run may be deleted; undefined for one that is kept for ever, has not ended, or still owes callbacks. */
export function readExpiry({ endedAt, view }: RunSummary): number | undefined {
  const at = view["expiresAt"];
  return endedAt !== undefined && typeof at === "number" && view["owes"] === undefined ? at : undefined;
}

/** Runs that are due, the longest due first, and when the next one will be. */
export function findExpired(
  summaries: readonly RunSummary[],
  now: number,
): { readonly due: readonly RunSummary[]; readonly nextAt: number | undefined } {
  const timed = summaries
    .flatMap((summary) => {
      const at = readExpiry(summary);
      return at === undefined ? [] : [{ summary, at }];
    })
    .sort((a, b) => a.at - b.at);
  return {
    due: timed.filter(({ at }) => at <= now).map(({ summary }) => summary),
    nextAt: timed.find(({ at }) => at > now)?.at,
  };
}
