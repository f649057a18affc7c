/** `millrace submit`: argo's way to start a run: the process that serves the home takes it. */
import { defineCommand } from "../command.ts";
import { handOver } from "../drive/hand-over.ts";
import { submitAndDrive } from "../drive/submit-and-drive.ts";
import { readRequest, runFlags } from "./run.ts";

export const command = defineCommand({
  name: "submit",
  summary: "hand a document to `millrace serve`",
  operands: "FILE|URL|-",
  operandsAtLeast: 0,
  operandsAtMost: 1,
  completes: "files",
  details: [
    "The process that serves the home (`millrace serve`) runs the document; submit prints the run's name, and ends.",
    "--watch, --log and --wait follow the run to its end, with the exit code that `millrace run` would have given; when",
    "no process serves the home, these three run the document here.",
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
    { line: "millrace submit workflow.yaml -p day=today --dry-run -o yaml", does: "only look at it" },
    { line: "millrace submit --from cronwf/nightly --wait", does: "a stored definition, to its end" },
  ],
  run: async (context, flags, operands) => {
    const house = await context.openHouse();
    const request = await readRequest(context, house, flags, operands);
    if (flags["dry-run"] === true || flags["server-dry-run"] === true) {
      const { rehearseRun } = await import("../drive/rehearse-run.ts");
      const named = flags["server-dry-run"] === true;
      return rehearseRun(context, house, request, { output: flags.output, named });
    }
    const follows = flags.wait === true || flags.watch === true || flags.log === true;
    if (follows && !(await house.isServed())) return submitAndDrive(context, house, request, flags);
    return handOver(context, house, request, flags);
  },
});
