/** `millrace node set`: gives a waiting task its outputs, a message, or an end. */
import type { RunCommand } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import { readOutputs } from "../arguments/read-pairs.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { selectFlag } from "../select/select-flag.ts";

type EndPhase = "succeeded" | "failed" | "errored" | "skipped";

/** Words for phases that people may use. */
const phaseWords: Readonly<Record<string, EndPhase>> = {
  succeeded: "succeeded",
  failed: "failed",
  error: "errored",
  errored: "errored",
  skipped: "skipped",
};

export const command = defineCommand({
  name: "node set",
  summary: "give a waiting task its outputs, or end it",
  operands: "NAME|@latest",
  operandsAtLeast: 1,
  operandsAtMost: 1,
  completes: "runs",
  flags: {
    ...selectFlag,
    "output-parameter": {
      kind: "list",
      short: "p",
      value: "NAME=VALUE",
      help: "value of an output; may be repeated",
    },
    phase: { kind: "text", value: "PHASE", help: "end the task as Succeeded, Failed, Error or Skipped" },
    message: { kind: "text", short: "m", value: "TEXT", help: "a note that is kept with the task" },
  } as const,
  examples: [
    {
      line: "millrace node set my-run --node approve --output-parameter decision=NO",
      does: "give a value, the task goes on waiting",
    },
    {
      line: "millrace node set my-run --node approve --phase Failed --message refused",
      does: "end a wait as failed",
    },
  ],
  run: async (context, flags, [name = ""]) => {
    const house = await context.openHouse();
    const row = await house.find(name);
    const { appliedBy } = await house.command(row.name, readCommand(flags));
    context.out.line(
      `workflow values set: ${row.name}${appliedBy === "running-engine" ? " (by the process that drives it)" : ""}`,
    );
    if (appliedBy === "this-process" && flags.phase !== undefined) {
      context.out.line(
        `no process drives this home; the run goes on with: ${context.advise(`resume ${row.name}`)}`,
      );
    }
    return exitCodes.succeeded;
  },
});

function readCommand(flags: {
  readonly "node-field-selector": string | undefined;
  readonly "output-parameter": readonly string[];
  readonly phase: string | undefined;
  readonly message: string | undefined;
}): RunCommand {
  const select = flags["node-field-selector"];
  if (select === undefined)
    throw new MillraceError(
      "cli/bad-arguments",
      "invalid",
      "node set needs --node-field-selector (or --node)",
    );
  const values = readOutputs(flags["output-parameter"]);
  if (Object.keys(values).length === 0 && flags.phase === undefined && flags.message === undefined) {
    throw new MillraceError(
      "cli/bad-arguments",
      "invalid",
      "nothing to set: give --output-parameter, --phase or --message",
    );
  }
  const phase = flags.phase === undefined ? undefined : phaseWords[flags.phase.toLowerCase()];
  if (flags.phase !== undefined && phase === undefined) {
    throw new MillraceError(
      "cli/bad-arguments",
      "invalid",
      `--phase must be Succeeded, Failed, Error or Skipped, found '${flags.phase}'`,
    );
  }
  return {
    kind: "set",
    select,
    values,
    ...(phase === undefined ? {} : { phase }),
    ...(flags.message === undefined ? {} : { message: flags.message }),
  };
}
