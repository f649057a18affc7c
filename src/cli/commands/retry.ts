/** `millrace retry`: the same run again, from what failed. */
import type { RunCommand } from "../../api/house.ts";
import { readPairs } from "../arguments/read-pairs.ts";
import { defineCommand } from "../command.ts";
import { continueRun } from "../drive/continue-run.ts";
import { followFromOutside } from "../drive/follow-from-outside.ts";
import { engineFlags, parameterFlags, watchFlags } from "../drive/submission-flags.ts";
import { exitCodes } from "../exit-codes.ts";
import { formatRunHead } from "../render/run-head.ts";
import { checkTask } from "../select/check-task.ts";
import { selectFlag } from "../select/select-flag.ts";

export const command = defineCommand({
  name: "retry",
  summary: "run again what failed in a finished run",
  operands: "[NAME|@latest]",
  operandsAtLeast: 0,
  operandsAtMost: 1,
  completes: "runs",
  details: ["What succeeded stays as it is. When no process drives the home, the run goes on in this one."],
  flags: {
    "restart-successful": {
      kind: "switch",
      help: "run the tasks that --node-field-selector names again, too",
    },
    ...selectFlag,
    ...parameterFlags,
    ...watchFlags,
    ...engineFlags,
  } as const,
  examples: [
    { line: "millrace retry my-run", does: "only what failed and what comes after it" },
    { line: "millrace retry my-run --restart-successful --node build", does: "a good task again, too" },
    { line: "millrace retry my-run -p url=https://example.org", does: "with another parameter" },
  ],
  run: async (context, flags, [operand = "@latest"]) => {
    const house = await context.openHouse();
    const row = await house.find(operand);
    const { name } = row;
    const select = flags["node-field-selector"];
    const retry: RunCommand = {
      kind: "retry",
      restartSuccessful: flags["restart-successful"] === true,
      parameters: readPairs("parameter", flags.parameter),
      ...(select === undefined ? {} : { select }),
    };
    if (select !== undefined) {
      if (flags["restart-successful"] === true) checkTask(await house.get(name), select);
      else context.err.line("note: --node-field-selector has no effect without --restart-successful");
    }
    if (!(await house.isDriven())) return continueRun(context, house, row, () => [retry], flags);
    await house.command(name, retry);
    context.out.line(`${name} goes on (by the process that drives it)`);
    if (flags.watch === true) return followFromOutside(context, house, name, true);
    context.out.lines(formatRunHead(context, house, await house.get(name)));
    return exitCodes.succeeded;
  },
});
