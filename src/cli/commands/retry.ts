/** `millrace retry`: the same run again, from what failed. */
import type { House, RunCommand } from "../../api/house.ts";
import type { FlagValues } from "../arguments/flag-table.ts";
import { readPairs } from "../arguments/read-pairs.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../command.ts";
import { continueRun } from "../drive/continue-run.ts";
import { followRun } from "../drive/hand-over.ts";
import { engineFlags, parameterFlags, watchFlags } from "../drive/submission-flags.ts";
import { formatRunHead } from "../render/run-head.ts";
import { checkTask } from "../select/check-task.ts";
import { chooseFlags, chooseRuns, forEachRun, newestDetail } from "../select/choose-runs.ts";
import { namespaceFlag } from "../select/select-runs.ts";
import { selectFlag } from "../select/select-flag.ts";

/** `archive retry` has them as well. */
export const retryFlags = {
  "restart-successful": {
    kind: "switch",
    help: "run the tasks that --node-field-selector names again, too",
  },
  ...selectFlag,
  ...chooseFlags,
  ...namespaceFlag,
  ...parameterFlags,
  wait: {
    kind: "switch",
    short: "w",
    help: "wait until the run has ended, also when another process drives it",
  },
  ...watchFlags,
  ...engineFlags,
} as const;

export const command = defineCommand({
  name: "retry",
  summary: "run again what failed in a finished run",
  operands: "[NAME|@latest...]",
  operandsAtLeast: 0,
  operandsAtMost: Infinity,
  completes: "runs",
  details: [
    "What succeeded stays as it is. When no process drives the home, the run goes on in this one; several go on one after",
    "the other.",
    newestDetail,
  ],
  flags: retryFlags,
  examples: [
    { line: "millrace retry my-run", does: "only what failed and what comes after it" },
    { line: "millrace retry my-run --restart-successful --node build", does: "a good task again, too" },
    { line: "millrace retry my-run -p url=https://example.org", does: "with another parameter" },
  ],
  run: retryRuns,
});

/** One run after another goes on from what failed. */
export async function retryRuns(
  context: CommandContext,
  given: FlagValues<typeof retryFlags>,
  operands: readonly string[],
): Promise<number> {
  const house = await context.openHouse();
  const names = await chooseRuns(context, house, operands, given, { status: "failed,errored" });
  return forEachRun(context, names, (name) => retryRun(context, house, name, given));
}

async function retryRun(
  context: CommandContext,
  house: House,
  name: string,
  given: FlagValues<typeof retryFlags>,
): Promise<number> {
  const row = await house.find(name);
  const select = given["node-field-selector"];
  const retry: RunCommand = {
    kind: "retry",
    restartSuccessful: given["restart-successful"] === true,
    parameters: readPairs("parameter", given.parameter),
    ...(select === undefined ? {} : { select }),
  };
  if (select !== undefined) {
    if (given["restart-successful"] === true) checkTask(await house.get(name), select);
    else context.err.line("note: --node-field-selector has no effect without --restart-successful");
  }
  if (!(await house.isDriven())) return continueRun(context, house, row, () => [retry], given);
  await house.command(name, retry);
  context.out.line(`${name} goes on (by the process that drives it)`);
  if (given.watch !== true && given.log !== true)
    context.out.lines(formatRunHead(context, house, await house.get(name)));
  return followRun(context, house, name, given);
}
