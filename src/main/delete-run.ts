/** Takes a finished run out of the history, and its folder with it. */
import { MillraceError } from "../base/errors.ts";
import type { HistoryStore, RunSummary } from "../ports/history-store.ts";
import type { Home } from "./home.ts";
import { unknownRun } from "./missing-run.ts";
import { removeWithOwned } from "./remove-run.ts";

/** What is still driven is not deleted. MillraceError `run/unknown` or `run/not-ended`. */
export async function deleteRun(
  home: Home,
  history: HistoryStore,
  name: string,
  isDriven: (summary: RunSummary) => boolean,
): Promise<void> {
  const summary = await history.findRun(name);
  if (summary === undefined) throw unknownRun(name);
  if (isDriven(summary))
    throw new MillraceError("run/not-ended", "conflict", `run ${name} has not ended`, {
      hint: `End it first: millrace terminate ${name}`,
    });
  await removeWithOwned(home, history, summary);
}
