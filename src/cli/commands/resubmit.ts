/** `millrace resubmit`: a new run from the document and the submission of an earlier one. */
import type { RunPicture, SubmitRequest } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import type { FlagValues } from "../arguments/flag-table.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../command.ts";
import { chooseFlags, chooseRuns, forEachRun, newestDetail } from "../select/choose-runs.ts";
import { handOver } from "../drive/hand-over.ts";
import { engineFlags, readSubmission, submissionFlags, watchFlags } from "../drive/submission-flags.ts";
import { resubmittedLabel } from "../select/select-runs.ts";
import { submitAndDrive } from "../drive/submit-and-drive.ts";

const { short: _taken, ...labels } = submissionFlags.labels;

/** `archive resubmit` has them as well. */
export const resubmitFlags = {
  ...submissionFlags,
  labels,
  ...chooseFlags,
  memoized: { kind: "switch", help: "take over the results of what succeeded in the earlier run" },
  wait: { kind: "switch", short: "w", help: "wait until the run has ended" },
  ...watchFlags,
  ...engineFlags,
} as const;

export const command = defineCommand({
  name: "resubmit",
  summary: "run the document of an earlier run again, as a new run",
  operands: "[NAME|@latest...]",
  operandsAtLeast: 0,
  operandsAtMost: Infinity,
  completes: "runs",
  details: [
    "The new run has the document, parameters and labels of the earlier one, and what the flags say over them.",
    "The document is the one that was submitted then, not what stands in the file now; stored definitions that it refers",
    "to are looked up again. A process that serves the home takes it over, as with submit.",
    newestDetail,
  ],
  flags: resubmitFlags,
  examples: [
    { line: "millrace resubmit my-run", does: "the same again" },
    { line: "millrace resubmit @latest -p limit=10", does: "with another parameter" },
    { line: "millrace resubmit -l team=a --field-selector status.phase=Failed", does: "all that failed" },
  ],
  run: resubmitRuns,
});

/** A new run for each that is meant. */
export async function resubmitRuns(
  context: CommandContext,
  given: FlagValues<typeof resubmitFlags>,
  operands: readonly string[],
): Promise<number> {
  const house = await context.openHouse();
  const names = await chooseRuns(context, house, operands, given, {});
  const wishes = await readSubmission(context, given);
  return forEachRun(context, names, async (name) => {
    const picture = await house.get(name);
    const facts = given.memoized === true ? collectResults(picture) : undefined;
    const request = makeRequest(picture, wishes, facts);
    if (await house.isServed()) return handOver(context, house, request, given);
    return submitAndDrive(context, house, request, given);
  });
}

/** Argo refuses the same: whoever wants all of a good run again does not want its results. */
function collectResults({ row, state, view }: RunPicture): JsonObject {
  if (row.phase !== "failed" && row.phase !== "errored") {
    throw new MillraceError("run/not-failed", "conflict", `run ${row.name} has not failed`, {
      hint: "only the results of a failed run can be taken over by a new one.",
    });
  }
  return view.reusable?.(state) ?? {};
}

/** Where the earlier run belonged, and the Secrets that came with it by their seals: its document does not hold their values any more. */
function keepFacts({ secrets, namespace }: JsonObject): JsonObject {
  return {
    ...(secrets === undefined ? {} : { secrets }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** Facts belong to one run (identity, made-up suffix), so most are made anew; `facts` are those of the new one. */
function makeRequest(
  { row, source, file, submission }: RunPicture,
  given: SubmitRequest["submission"],
  facts: JsonObject | undefined,
): SubmitRequest {
  const { facts: earlierFacts, ...earlier } = submission;
  const newFacts = { ...keepFacts(earlierFacts), ...given.facts, ...facts };
  const labels = { ...earlier.labels, ...given.labels, [resubmittedLabel]: row.name };
  return {
    source,
    file,
    // A resubmission is a new run, whatever became of the payload.
    ...(submission.payload === undefined ? {} : { force: true }),
    submission: {
      ...earlier,
      ...given,
      parameters: { ...earlier.parameters, ...given.parameters },
      labels,
      ...(Object.keys(newFacts).length === 0 ? {} : { facts: newFacts }),
    },
  };
}
