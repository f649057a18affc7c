/** The steering commands without an end of their own: one command for one or many runs, and what became of it. */
import type { House, RunCommand } from "../../api/house.ts";
import type { FlagTable, FlagValues } from "../arguments/flag-table.ts";
import type { CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { reportError } from "../report-error.ts";
import { findRow, namespaceFlag, runFilterFlags, selectRuns } from "../select/select-runs.ts";

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
  ...namespaceFlag,
  "dry-run": { kind: "switch", help: "only say which runs are meant" },
} as const satisfies FlagTable;

/**
 * `does` is the past tense that is printed: `suspended`. All runs are tried; the exit code tells if one was refused.
 * With `echoes` it is said of the word that the user gave, and the name stands behind (argo does so with suspend and resume).
 * As with argo, --dry-run says of every word what would be done, and asks nobody; that a run is not there is noted.
 */
export async function steerRuns(
  context: CommandContext,
  operands: readonly string[],
  given: FlagValues<typeof steerFlags>,
  command: RunCommand,
  does: string,
  echoes = false,
): Promise<number> {
  const { out, io, err } = context;
  const house = await context.openHouse();
  const fields = given["field-selector"];
  const hasFilters = given.labels.length > 0 || fields !== undefined;
  const filters = hasFilters
    ? { labels: given.labels, "field-selector": fields, namespace: given.namespace, running: true }
    : {};
  const now = io.clock.now();
  if (given["dry-run"] === true && operands.length > 0) {
    for (const operand of operands) await rehearse(context, house, operand, does);
    if (!hasFilters) return exitCodes.succeeded;
  }
  const named = given["dry-run"] === true && hasFilters ? [] : operands;
  const names = await selectRuns(house, named, filters, now);
  let code: number = exitCodes.succeeded;
  for (const name of names) {
    if (given["dry-run"] === true) {
      out.line(`workflow ${name} ${does} (dry-run)`);
      continue;
    }
    try {
      const { appliedBy } = await house.command(name, command);
      const by = appliedBy === "running-engine" ? " (by the process that drives it)" : "";
      const shown = echoes ? sayRun(name, operands) : [name, ""];
      out.line(`workflow ${shown[0]} ${does}${shown[1]}${by}`);
    } catch (error) {
      if (names.length === 1) throw error;
      reportError(error, { io, err });
      code = exitCodes.usage;
    }
  }
  return code;
}

/** A word that stands for a run is followed by its name. */
async function rehearse(
  { out, err }: CommandContext,
  house: House,
  operand: string,
  does: string,
): Promise<void> {
  const found = await findRow(house, operand);
  const name = found === undefined || found.name === operand ? "" : `: ${found.name}`;
  out.line(`workflow ${operand} ${does} (dry-run)${name}`);
  if (found === undefined) err.line(`note: there is no run '${operand}'`);
}

/** How a run is spoken of that the user has named, and what is said behind that: its name, when that is another. */
export function sayRun(name: string, operands: readonly string[]): readonly [string, string] {
  const [only] = operands;
  const isOther = only !== undefined && operands.length === 1 && only !== name;
  return isOther ? [only, `: ${name}`] : [name, ""];
}
