/** `millrace submit`: argo's way to start a run: the process that serves the home takes it. */
import type { House, SubmitRequest } from "../../api/house.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { handOver } from "../drive/hand-over.ts";
import { submitAndDrive } from "../drive/submit-and-drive.ts";
import { makeTaskFilter } from "../select/task-filter.ts";
import { readRequest, runFlags } from "./run.ts";

export const command = defineCommand({
  name: "submit",
  summary: "hand a document to `millrace serve`",
  operands: "FILE|URL|-...",
  operandsAtLeast: 0,
  operandsAtMost: Infinity,
  completes: "files",
  details: [
    "The process that serves the home (`millrace serve`) runs the document; submit prints the run's name, and ends.",
    "--watch, --log and --wait follow the run to its end, with the exit code that `millrace run` would have given; when",
    "no process serves the home, these three run the document here.",
    "Of several files, and of a file with several workflows, every workflow is run.",
  ],
  flags: {
    wait: { kind: "switch", short: "w", help: "wait until the run has ended" },
    "scheduled-time": {
      kind: "text",
      value: "TIME",
      help: "the time that the run is for (RFC 3339), as `workflow.scheduledTime` gives it",
    },
    "dry-run": { kind: "switch", help: "run nothing; -o yaml prints what would be submitted" },
    "server-dry-run": { kind: "switch", help: "the same, with the name and the id that a run would get" },
    ...runFlags,
  } as const,
  examples: [
    { line: "millrace submit workflow.yaml -p day=today", does: "leave a run to the serving process" },
    { line: "millrace submit --watch workflow.yaml", does: "and follow it" },
    { line: "millrace submit first.yaml second.yaml", does: "several" },
    { line: "millrace submit workflow.yaml -p day=today --dry-run -o yaml", does: "only look at it" },
    { line: "millrace submit --from cronwf/nightly --wait", does: "a stored definition, to its end" },
  ],
  run: async (context, flags, operands) => {
    const house = await context.openHouse();
    const requests = await readRequests(context, house, flags, operands);
    if (flags["dry-run"] === true || flags["server-dry-run"] === true) {
      const { rehearseRun } = await import("../drive/rehearse-run.ts");
      const named = flags["server-dry-run"] === true;
      return forEachRequest(requests, (request) =>
        rehearseRun(context, house, request, { output: flags.output, named }),
      );
    }
    const follows = flags.wait === true || flags.watch === true || flags.log === true;
    const isServed = follows ? await house.isServed() : true;
    const wishes = { ...flags, filter: makeTaskFilter(flags) };
    return forEachRequest(requests, (request) =>
      isServed ? handOver(context, house, request, wishes) : submitAndDrive(context, house, request, wishes),
    );
  },
});

type Given = Parameters<typeof readRequest>[2];

/** One for each workflow; a document that holds none, such as a template alone, is one as well. */
async function readRequests(
  context: CommandContext,
  house: House,
  flags: Given,
  operands: readonly string[],
): Promise<readonly SubmitRequest[]> {
  if (operands.length < 2 || flags.from !== undefined)
    return splitRequest(house, await readRequest(context, house, flags, operands));
  const requests: SubmitRequest[] = [];
  for (const operand of operands)
    requests.push(...splitRequest(house, await readRequest(context, house, flags, [operand])));
  return requests;
}

function splitRequest(house: House, request: SubmitRequest): readonly SubmitRequest[] {
  const found = house.listWorkflows(request.source, request.file);
  if (found.length < 2) return [request];
  return found.map((document) => ({ ...request, submission: { ...request.submission, document } }));
}

/** The exit code of the worst. The first one that is refused or interrupted ends it: the others may build on it. */
async function forEachRequest(
  requests: readonly SubmitRequest[],
  act: (request: SubmitRequest) => Promise<number>,
): Promise<number> {
  let worst: number = exitCodes.succeeded;
  for (const request of requests) {
    worst = Math.max(worst, await act(request));
    if (worst === exitCodes.usage || worst === exitCodes.interrupted) return worst;
  }
  return worst;
}
