/** `millrace submit`: argo's way to start a run. With a wish to wait for its end it is `run`; a server is needed otherwise. */
import { MillraceError } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";
import { runDocument, runFlags } from "./run.ts";

export const command = defineCommand({
  name: "submit",
  summary: "start a run as the argo command does",
  operands: "FILE|-",
  operandsAtLeast: 1,
  operandsAtMost: 1,
  completes: "files",
  details: [
    "With --wait, --watch or --log this is `millrace run`. Without one of them `argo submit` leaves the run to a server,",
    "and there is none here, so it is refused.",
  ],
  flags: {
    wait: { kind: "switch", help: "run the document here, until it has ended" },
    ...runFlags,
  } as const,
  examples: [{ line: "millrace submit --watch workflow.yaml", does: "the same as millrace run" }],
  run: async (context, flags, operands) => {
    if (flags.wait === true || flags.watch === true || flags.log === true)
      return runDocument(context, flags, operands);
    const [operand = "-"] = operands;
    throw new MillraceError(
      "cli/not-available",
      "invalid",
      "submit needs a server that runs the document in the background, and there is none",
      { hint: `Run it in this process: millrace run ${operand} (or add --wait, --watch or --log)` },
    );
  },
});
