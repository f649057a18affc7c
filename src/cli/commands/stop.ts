/** `millrace stop`: ends a run early, or lets single waits fail. */
import { defineCommand } from "../command.ts";
import { steerFlags, steerRuns } from "../drive/steer-runs.ts";
import { selectFlag } from "../select/select-flag.ts";

export const command = defineCommand({
  name: "stop",
  summary: "end a run early; its exit handlers still run",
  operands: "NAME|@latest...",
  operandsAtLeast: 0,
  operandsAtMost: Infinity,
  completes: "runs",
  details: [
    "What runs is ended, nothing new starts, exit handlers run. With --node-field-selector only the waits it names",
    "end, as failed, and the run goes on from there.",
  ],
  flags: {
    ...selectFlag,
    message: { kind: "text", value: "TEXT", help: "why; shown with the tasks" },
    ...steerFlags,
  } as const,
  examples: [
    { line: "millrace stop my-run --message 'wrong input'", does: "end a run" },
    { line: "millrace stop my-run --node approve", does: "refuse an approval" },
  ],
  run: (context, flags, operands) => {
    const select = flags["node-field-selector"];
    const { message } = flags;
    return steerRuns(
      context,
      operands,
      flags,
      {
        kind: "stop",
        ...(select === undefined ? {} : { select }),
        ...(message === undefined ? {} : { message }),
      },
      "stopped",
    );
  },
});
