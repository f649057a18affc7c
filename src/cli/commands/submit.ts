/** `millrace submit`: needs a server, which runs documents in the background. */
import { MillraceError } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";
import { submissionFlags, watchFlags } from "../drive/submission-flags.ts";

export const command = defineCommand({
  name: "submit",
  summary: "hand a document to a server",
  operands: "FILE|-",
  operandsAtLeast: 1,
  operandsAtMost: 1,
  completes: "files",
  details: [
    "Refused for now: submitting needs a process that goes on behind the command. Use `millrace run`.",
  ],
  flags: { ...submissionFlags, ...watchFlags } as const,
  examples: [{ line: "millrace run workflow.yaml", does: "what to use instead" }],
  run: (_context, _flags, [operand = "-"]) =>
    Promise.reject(
      new MillraceError(
        "cli/not-available",
        "invalid",
        "submit needs a server that runs the document in the background, and there is none",
        {
          hint: `Run it in this process: millrace run ${operand}`,
        },
      ),
    ),
});
