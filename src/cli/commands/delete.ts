/** `millrace delete`: finished runs with their attempts and logs. Artifacts that others share stay. */
import type { House, RunRow } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { filterRuns, hasFilters, runFilterFlags } from "../select/select-runs.ts";
import type { RunFilters } from "../select/select-runs.ts";

const { running: _running, since: _since, ...endedFilters } = runFilterFlags;

export const command = defineCommand({
  name: "delete",
  summary: "delete finished runs",
  operands: "NAME|@latest...",
  operandsAtLeast: 0,
  operandsAtMost: Infinity,
  completes: "runs",
  details: ["Runs that have not ended are never deleted: end them first with `millrace terminate`."],
  flags: {
    all: { kind: "switch", help: "every finished run" },
    ...endedFilters,
    force: { kind: "switch", help: "as without: nothing keeps an ended run from being deleted" },
    "dry-run": { kind: "switch", help: "only say what would be deleted" },
  } as const,
  examples: [
    { line: "millrace delete my-run", does: "one run" },
    { line: "millrace delete --older 7d --dry-run", does: "what a clean-up would delete" },
    { line: "millrace delete --expired", does: "runs whose ttlStrategy says that their time is over" },
    { line: "millrace delete --completed --prefix nightly-", does: "finished runs by name" },
  ],
  run: async (context, flags, operands) => {
    const { all, "dry-run": dryRun } = flags;
    const filters: RunFilters = Object.fromEntries(
      Object.keys(endedFilters).map((name) => [name, flags[name as keyof typeof endedFilters]]),
    );
    const house = await context.openHouse();
    const rows = await findDoomed(house, operands, filters, all === true, context.io.clock.now());
    return remove(context, house, rows, dryRun === true);
  },
});

/** Named runs, whatever their state (an unfinished one is refused later), and finished ones that pass the filters. */
async function findDoomed(
  house: House,
  operands: readonly string[],
  filters: RunFilters,
  all: boolean,
  now: number,
): Promise<readonly RunRow[]> {
  if (operands.length === 0 && !all && !hasFilters(filters)) {
    throw new MillraceError(
      "cli/bad-arguments",
      "invalid",
      "name the runs to delete, or say which: --all, --completed, --expired, --older, --prefix, --status, -l",
    );
  }
  const named = await Promise.all(operands.map((name) => house.find(name)));
  const filtered =
    all || hasFilters(filters) ? filterRuns(await house.list(), { ...filters, completed: true }, now) : [];
  return [...new Map([...named, ...filtered].map((row) => [row.name, row])).values()];
}

async function remove(
  { out }: CommandContext,
  house: House,
  rows: readonly RunRow[],
  dryRun: boolean,
): Promise<number> {
  const unfinished = rows.filter((row) => row.endedAt === undefined).map(({ name }) => name);
  if (unfinished.length > 0) {
    throw new MillraceError("run/not-ended", "conflict", `not ended: ${unfinished.join(", ")}`, {
      hint: `End it first: millrace terminate ${unfinished.join(" ")}`,
    });
  }
  for (const { name } of rows) {
    if (!dryRun) await house.remove(name);
    out.line(`${name} ${dryRun ? "would be deleted" : "deleted"}`);
  }
  if (rows.length === 0) out.line("nothing to delete");
  return exitCodes.succeeded;
}
