/** `millrace terminate`: ends a run at once. */
import { defineCommand } from "../command.ts";
import { steerFlags, steerRuns } from "../drive/steer-runs.ts";

export const command = defineCommand({
  name: "terminate",
  summary: "end a run at once",
  operands: "NAME|@latest...",
  operandsAtLeast: 0,
  operandsAtMost: Infinity,
  completes: "runs",
  details: ["What runs is killed, exit handlers do not run. `millrace stop` lets them run."],
  flags: steerFlags,
  examples: [
    { line: "millrace terminate my-run", does: "end a run without its exit handlers" },
    { line: "millrace terminate -l team=a --dry-run", does: "which runs would be meant" },
  ],
  run: (context, flags, operands) => steerRuns(context, operands, flags, { kind: "terminate" }, "terminated"),
});
