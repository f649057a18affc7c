/** `millrace run`: everything in this one process, until the run has ended. */
import { defineCommand } from "../command.ts";
import { engineFlags, readSubmission, submissionFlags, watchFlags } from "../drive/submission-flags.ts";
import { submitAndDrive } from "../drive/submit-and-drive.ts";
import { readDocument } from "../read-input.ts";

export const command = defineCommand({
  name: "run",
  summary: "run a document here and now",
  operands: "FILE|-",
  operandsAtLeast: 1,
  operandsAtMost: 1,
  completes: "files",
  details: [
    "A file may hold several documents: the templates in it are definitions, the workflow is run.",
    "Ctrl-C once finishes what runs and suspends the run; twice kills what runs. Either way `millrace resume` goes on.",
  ],
  flags: {
    ...submissionFlags,
    with: { kind: "list", value: "FILE", help: "further definitions: templates, ConfigMaps, Secrets" },
    strict: { kind: "switch", help: "unknown fields and doubled keys are errors" },
    ...watchFlags,
    ...engineFlags,
  } as const,
  examples: [
    { line: "millrace run workflow.yaml", does: "run a document with a live tree" },
    { line: "millrace run workflow.yaml -p day=2025-11-21 -p limit=5", does: "with parameters" },
    { line: "millrace run workflow.yaml --log --no-watch", does: "in a CI job, with logs" },
    { line: "kustomize build . | millrace run - --with templates.yaml", does: "from another program" },
  ],
  run: async (context, flags, [operand = "-"]) => {
    const [{ source, file }, submission, house] = await Promise.all([
      readDocument(context.io, operand),
      readSubmission(context, flags),
      context.openHouse(),
    ]);
    return submitAndDrive(context, house, { source, file, submission }, flags);
  },
});
