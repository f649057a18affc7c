/** Commands for one run or for several: which ones are meant, and one after another. */
import type { House } from "../../api/house.ts";
import type { FlagTable, FlagValues } from "../arguments/flag-table.ts";
import type { CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { reportError } from "../report-error.ts";
import { filterRuns, runFilterFlags, selectRuns } from "./select-runs.ts";
import type { RunFilters } from "./select-runs.ts";

export const chooseFlags = {
  selector: {
    kind: "list",
    short: "l",
    value: "SELECTOR",
    help: "all runs with these labels that the command can be for",
  },
  "field-selector": {
    ...runFilterFlags["field-selector"],
    help: "all with these fields: metadata.name, metadata.namespace or status.phase",
  },
} as const satisfies FlagTable;

/** For the help of commands that choose so. */
export const newestDetail =
  "Without a name or a selector it is the newest run, with -n the newest of that namespace.";

/**
 * Names of the runs; the newest one, of the namespace if there is one, when nobody says which. `only` holds for those
 * that a selector means.
 */
export async function chooseRuns(
  { io }: CommandContext,
  house: House,
  operands: readonly string[],
  given: FlagValues<typeof chooseFlags> & Pick<RunFilters, "namespace">,
  only: RunFilters,
): Promise<readonly string[]> {
  const fields = given["field-selector"];
  const hasFilters = given.selector.length > 0 || fields !== undefined;
  const { namespace } = given;
  const now = io.clock.now();
  if (operands.length === 0 && !hasFilters) {
    if (namespace === undefined) return selectRuns(house, ["@latest"], {}, now);
    const [newest] = filterRuns(await house.list(), { namespace }, now);
    return newest === undefined ? [] : [newest.name];
  }
  const filters = hasFilters ? { ...only, labels: given.selector, "field-selector": fields, namespace } : {};
  const names = await selectRuns(house, operands, filters, now);
  return hasFilters ? names.toReversed() : names;
}

/** The exit code of the worst; one that is refused does not keep the others, an interruption does. */
export async function forEachRun(
  { io, err }: CommandContext,
  names: readonly string[],
  act: (name: string) => Promise<number>,
): Promise<number> {
  const [only, ...others] = names;
  if (only === undefined) {
    err.line("no such runs");
    return exitCodes.succeeded;
  }
  if (others.length === 0) return act(only);
  let worst: number = exitCodes.succeeded;
  for (const name of names) {
    try {
      worst = Math.max(worst, await act(name));
    } catch (error) {
      reportError(error, { io, err });
      worst = Math.max(worst, exitCodes.usage);
    }
    if (worst === exitCodes.interrupted) return worst;
  }
  return worst;
}
