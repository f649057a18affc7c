/** The steering commands without an end of their own: one command for one or many runs, and what became of it. */
import type { RunCommand } from "../../api/house.ts";
import type { FlagTable, FlagValues } from "../arguments/flag-table.ts";
import type { CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { reportError } from "../report-error.ts";
import { runFilterFlags, selectRuns } from "../select/select-runs.ts";

export const steerFlags = {
  labels: {
    kind: "list",
    short: "l",
    aliases: ["selector"],
    value: "SELECTOR",
    help: "all unfinished runs with these labels",
  },
  "field-selector": {
    ...runFilterFlags["field-selector"],
    help: "all unfinished runs with these fields: metadata.name, metadata.namespace or status.phase",
  },
  "dry-run": { kind: "switch", help: "only say which runs are meant" },
} as const satisfies FlagTable;

/** `does` is the past tense that is printed: `suspended`. All runs are tried; the exit code tells if one was refused. */
export async function steerRuns(
  context: CommandContext,
  operands: readonly string[],
  given: FlagValues<typeof steerFlags>,
  command: RunCommand,
  does: string,
): Promise<number> {
  const { out, io, err } = context;
  const house = await context.openHouse();
  const fields = given["field-selector"];
  const hasFilters = given.labels.length > 0 || fields !== undefined;
  const filters = hasFilters ? { labels: given.labels, "field-selector": fields, running: true } : {};
  const names = await selectRuns(house, operands, filters, io.clock.now());
  let code: number = exitCodes.succeeded;
  for (const name of names) {
    if (given["dry-run"] === true) {
      out.line(`workflow ${name} ${does} (dry-run)`);
      continue;
    }
    try {
      const { appliedBy } = await house.command(name, command);
      out.line(
        `workflow ${name} ${does}${appliedBy === "running-engine" ? " (by the process that drives it)" : ""}`,
      );
    } catch (error) {
      if (names.length === 1) throw error;
      reportError(error, { io, err });
      code = exitCodes.usage;
    }
  }
  return code;
}
