/** What every history says when it refuses something (rules H4 and H7 of ports/history-store.ts). */
import { MillraceError } from "../../base/errors.ts";
import type { HistoryAppend } from "../../ports/history-store.ts";

/** There is no such run. */
export function unknownRun(runId: string): MillraceError {
  return new MillraceError("store/unknown-run", "not-found", `there is no run ${runId} in the history`);
}

/** A new run has the id or the name of another; `what` names that. */
export function duplicateRun(what: string): MillraceError {
  return new MillraceError(
    "store/duplicate-run",
    "conflict",
    `the history already has a run with the ${what}`,
  );
}

/** Events that do not follow the last ones of their run. */
export function outOfOrder(batch: HistoryAppend, lastSeq: number): MillraceError {
  const message = `run ${batch.runId} ends at event ${lastSeq}, so event ${batch.firstSeq} cannot come next`;
  return new MillraceError("store/out-of-order", "conflict", message);
}
