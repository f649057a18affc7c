/** `millrace run`: everything in this one process, until the run has ended. */
import type { House, SubmitRequest } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import type { FlagValues } from "../arguments/flag-table.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../command.ts";
import { engineFlags, readSubmission, submissionFlags, watchFlags } from "../drive/submission-flags.ts";
import { submitAndDrive } from "../drive/submit-and-drive.ts";
import { readDocument } from "../read-input.ts";
import { makeTaskFilter, shownFlags } from "../select/task-filter.ts";

/** `submit` has them as well. */
export const runFlags = {
  ...submissionFlags,
  from: {
    kind: "text",
    value: "KIND/NAME",
    help: "run a stored definition: workflowtemplate/NAME, clusterworkflowtemplate/NAME or cronwf/NAME",
  },
  payload: {
    kind: "text",
    value: "FILE",
    help: "JSON that the run is about, as the parameter `payload`; the same one again joins its run",
  },
  force: { kind: "switch", help: "run a payload again that has succeeded" },
  callbacks: {
    kind: "text",
    value: "FILE",
    help: "YAML or JSON list of what follows from the end of the run",
  },
  with: { kind: "list", value: "FILE", help: "further definitions: templates, ConfigMaps, Secrets" },
  strict: { kind: "switch", help: "unknown fields and doubled keys are errors, and not just warnings" },
  ...watchFlags,
  ...shownFlags,
  ...engineFlags,
} as const;

export const command = defineCommand({
  name: "run",
  summary: "run a document here and now",
  operands: "FILE|URL|-",
  operandsAtLeast: 0,
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
    { line: "millrace run --from workflowtemplate/orders -p day=today", does: "a stored template" },
    { line: "kustomize build . | millrace run - --with templates.yaml", does: "from another program" },
  ],
  run: runDocument,
});

/** Reads the document and what the flags say about it, runs it, and follows it to its end; returns the exit code. */
export async function runDocument(
  context: CommandContext,
  flags: FlagValues<typeof runFlags>,
  operands: readonly string[],
): Promise<number> {
  const house = await context.openHouse();
  const request = await readRequest(context, house, flags, operands);
  return submitAndDrive(context, house, request, { ...flags, filter: makeTaskFilter(flags) });
}

type RequestFlags = Parameters<typeof readSubmission>[1] & {
  readonly from?: string | undefined;
  readonly payload?: string | undefined;
  readonly force?: boolean | undefined;
  readonly callbacks?: string | undefined;
  readonly "scheduled-time"?: string | undefined;
};

/** The document that is meant, a file or a stored definition, and what the flags say about it. */
export async function readRequest(
  context: CommandContext,
  house: House,
  flags: RequestFlags,
  [operand, ...others]: readonly string[],
): Promise<SubmitRequest> {
  const { from } = flags;
  if ((from === undefined) === (operand === undefined) || others.length > 0) {
    throw new MillraceError("cli/bad-arguments", "invalid", "name one document: FILE, or --from KIND/NAME", {
      hint: "`-` reads it from standard input.",
    });
  }
  const document =
    from === undefined
      ? readDocument(context.io, operand ?? "-")
      : import("../definitions/definition-noun.ts").then(({ parseFrom }) =>
          house.definitions.readDocument(parseFrom(from)),
        );
  const [{ source, file }, given] = await Promise.all([document, readSubmission(context, flags)]);
  const submission = addScheduledTime(given, flags["scheduled-time"]);
  const { payload, callbacks, force } = flags;
  checkForce(force, payload);
  if (payload === undefined && callbacks === undefined) return { source, file, submission };
  const { addCallbacks, addPayload } = await import("../drive/payload-flags.ts");
  return {
    source,
    file,
    submission: await addPayload(context, await addCallbacks(context, submission, callbacks), payload),
    ...(force === true ? { force } : {}),
  };
}

function checkForce(force: boolean | undefined, payload: string | undefined): void {
  if (force !== true || payload !== undefined) return;
  throw new MillraceError(
    "cli/bad-arguments",
    "invalid",
    "--force is about a payload, and there is no --payload",
  );
}

/** Argo keeps the time as an annotation (argo submit --scheduled-time). */
function addScheduledTime<T extends { readonly annotations?: Readonly<Record<string, string>> }>(
  submission: T,
  time: string | undefined,
): T {
  if (time === undefined) return submission;
  if (Number.isNaN(Date.parse(time))) {
    throw new MillraceError("cli/bad-arguments", "invalid", `--scheduled-time is not a time: '${time}'`, {
      hint: "Write it as 2025-11-21T03:00:00Z.",
    });
  }
  const annotations = { ...submission.annotations, "workflows.argoproj.io/scheduled-time": time };
  return { ...submission, annotations };
}
