/** `millrace watch`: follows a run that another process drives. */
import { defineCommand } from "../command.ts";
import { followFromOutside } from "../drive/follow-from-outside.ts";

export const command = defineCommand({
  name: "watch",
  summary: "follow a run until it ends",
  operands: "[NAME|@latest]",
  operandsAtLeast: 0,
  operandsAtMost: 1,
  completes: "runs",
  details: [
    "Ends when the run ends or waits for a person, with the exit code that `millrace run` would have given.",
  ],
  flags: {
    watch: {
      kind: "switch",
      help: "live tree (default on a terminal); elsewhere, and with --no-watch, one line per event",
    },
  } as const,
  examples: [{ line: "millrace watch my-run", does: "look on from another terminal" }],
  run: async (context, flags, [name = "@latest"]) =>
    followFromOutside(context, await context.openHouse(), name, flags.watch),
});
