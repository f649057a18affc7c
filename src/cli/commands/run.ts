/** `millrace run`: everything in this one process, until the run has ended. */
import type { FlagValues } from "../arguments/flag-table.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../command.ts";
import { engineFlags, readSubmission, submissionFlags, watchFlags } from "../drive/submission-flags.ts";
import { submitAndDrive } from "../drive/submit-and-drive.ts";
import { readDocument } from "../read-input.ts";

/** `submit` has them as well. */
export const runFlags = {
  ...submissionFlags,
  with: { kind: "list", value: "FILE", help: "further definitions: templates, ConfigMaps, Secrets" },
  strict: { kind: "switch", help: "unknown fields and doubled keys are errors" },
  ...watchFlags,
  ...engineFlags,
} as const;

export const command = defineCommand({
  name: "run",
  summary: "run a document here and now",
  operands: "FILE|URL|-",
  operandsAtLeast: 1,
  operandsAtMost: 1,
  completes: "files",
  details: [
    "A file may hold several documents: the templates in it are definitions, the workflow is run.",
    "Ctrl-C once finishes what runs and suspends the run; twice kills what runs. Either way `millrace resume` goes on.",
  ],
  flags: runFlags,
  examples: [
    { line: "millrace run workflow.yaml", does: "run a document with a live tree" },
    { line: "millrace run workflow.yaml -p day=2025-11-21 -p limit=5", does: "with parameters" },
    { line: "millrace run workflow.yaml --log --no-watch", does: "in a CI job, with logs" },
    { line: "kustomize build . | millrace run - --with templates.yaml", does: "from another program" },
  ],
  run: runDocument,
});

/** Reads the document and what the flags say about it, runs it, and follows it to its end; returns the exit code. */
export async function runDocument(
  context: CommandContext,
  flags: FlagValues<typeof runFlags>,
  [operand = "-"]: readonly string[],
): Promise<number> {
  const [{ source, file }, submission, house] = await Promise.all([
    readDocument(context.io, operand),
    readSubmission(context, flags),
    context.openHouse(),
  ]);
  return submitAndDrive(context, house, { source, file, submission }, flags);
}
