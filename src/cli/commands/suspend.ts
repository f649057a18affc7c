/** `millrace suspend`: holds a run. */
import { defineCommand } from "../command.ts";
import { steerFlags, steerRuns } from "../drive/steer-runs.ts";

export const command = defineCommand({
  name: "suspend",
  summary: "start nothing new in a run",
  operands: "NAME|@latest...",
  operandsAtLeast: 0,
  operandsAtMost: Infinity,
  completes: "runs",
  details: ["What runs is finished; nothing new starts until `millrace resume`."],
  flags: steerFlags,
  examples: [
    { line: "millrace suspend my-run", does: "hold a run" },
    { line: "millrace suspend -l team=a --dry-run", does: "which runs would be meant" },
  ],
  run: (context, flags, operands) =>
    steerRuns(context, operands, flags, { kind: "suspend" }, "suspended", true),
});
