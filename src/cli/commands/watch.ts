/** `millrace watch`: follows a run that another process drives. */
import { defineCommand } from "../command.ts";
import { followFromOutside } from "../drive/follow-from-outside.ts";
import { formatRunHead } from "../render/run-head.ts";
import { makeTaskFilter, shownFlags } from "../select/task-filter.ts";

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
    ...shownFlags,
  } as const,
  examples: [
    { line: "millrace watch my-run", does: "look on from another terminal" },
    { line: "millrace watch my-run --status Running,Failed", does: "only what runs or went wrong" },
  ],
  run: async (context, flags, [operand = "@latest"]) => {
    const house = await context.openHouse();
    const picture = await house.get(operand);
    const isPlain = !(flags.watch ?? context.io.isTTY);
    if (isPlain) context.out.lines([...formatRunHead(context, house, picture), ""]);
    return followFromOutside(context, house, picture.row.name, flags.watch, makeTaskFilter(flags));
  },
});
