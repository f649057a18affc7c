/** `millrace delete`: runs with their attempts and logs; those that have not ended are ended first. Artifacts that others share stay. */
import type { House, RunRow } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { cleanText } from "../render/text-width.ts";
import { filterRuns, findRow, hasFilters, runFilterFlags } from "../select/select-runs.ts";
import type { RunFilters } from "../select/select-runs.ts";

const { running: _running, since: _since, ...endedFilters } = runFilterFlags;

export const command = defineCommand({
  name: "delete",
  summary: "delete runs",
  operands: "NAME|@latest...",
  operandsAtLeast: 0,
  operandsAtMost: Infinity,
  completes: "runs",
  details: [
    "A run that has not ended is terminated first, as argo does it: what runs is killed, exit handlers do not run.",
    "--completed means only runs that have ended. A name that no run has is told, and is no error.",
  ],
  flags: {
    all: { kind: "switch", help: "every run; with -n, every one of the namespace" },
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
    const wishes = { all: all === true, dryRun: dryRun === true, now: context.io.clock.now() };
    const rows = await findDoomed(context, house, operands, filters, wishes);
    return remove(context, house, rows, wishes.dryRun);
  },
});

/** Named runs, and those that pass the filters. */
async function findDoomed(
  { out, err }: CommandContext,
  house: House,
  operands: readonly string[],
  filters: RunFilters,
  { all, dryRun, now }: { readonly all: boolean; readonly dryRun: boolean; readonly now: number },
): Promise<readonly RunRow[]> {
  if (operands.length === 0 && !all && !hasFilters(filters)) {
    throw new MillraceError(
      "cli/bad-arguments",
      "invalid",
      "name the runs to delete, or say which: --all, --completed, --expired, --older, --prefix, --status, -l",
    );
  }
  // Whoever deletes a run wants it to be away: that it is, is what he asked for.
  const named = await Promise.all(operands.map((name) => findRow(house, name)));
  for (const [index, operand] of operands.entries()) {
    if (named[index] !== undefined) continue;
    if (dryRun) out.line(`Workflow '${cleanText(operand)}' deleted (dry-run)`);
    (dryRun ? err : out).line(`Workflow '${cleanText(operand)}' not found`);
  }
  const filtered = all || hasFilters(filters) ? filterRuns(await house.list(), filters, now) : [];
  const rows = [...named.filter((row) => row !== undefined), ...filtered];
  return [...new Map(rows.map((row) => [row.name, row])).values()];
}

async function remove(
  { out, err }: CommandContext,
  house: House,
  rows: readonly RunRow[],
  dryRun: boolean,
): Promise<number> {
  for (const row of rows) {
    const { name } = row;
    if (!dryRun) {
      if (row.endedAt === undefined) await endRun(house, name);
      await house.remove(name);
    }
    out.line(`Workflow '${cleanText(name)}' deleted${dryRun ? " (dry-run)" : ""}`);
  }
  if (rows.length === 0) err.line("nothing to delete");
  return exitCodes.succeeded;
}

/** How long to wait for a change of the history that nobody tells of. */
const lookEveryMs = 1000;

/** Terminates a run and waits for its end: nothing of it may go on without its history. */
async function endRun(house: House, name: string): Promise<void> {
  try {
    await house.command(name, { kind: "terminate" });
  } catch (error) {
    // It has just ended by itself.
    if (!(error instanceof MillraceError) || error.code !== "run/ended") throw error;
  }
  while ((await house.find(name)).endedAt === undefined) await house.changed(lookEveryMs);
}
