/** `millrace list`. */
import type { RunRow } from "../../api/house.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../command.ts";
import { noteUndriven } from "../drive/note-undriven.ts";
import { exitCodes } from "../exit-codes.ts";
import { formatDuration, formatSpan, formatTime } from "../render/durations.ts";
import { formatRunPhase } from "../render/run-phase.ts";
import { printStructured, rowToJson } from "../render/structured.ts";
import { paintSymbol, toneOf } from "../render/symbols.ts";
import { formatTable } from "../render/table.ts";
import { cleanText } from "../render/text-width.ts";
import { filterRuns, hasFilters, runFilterFlags } from "../select/select-runs.ts";
import type { RunFilters } from "../select/select-runs.ts";

export const command = defineCommand({
  name: "list",
  summary: "list runs",
  operands: "",
  operandsAtLeast: 0,
  operandsAtMost: 0,
  completes: "nothing",
  flags: {
    ...runFilterFlags,
    limit: { kind: "number", value: "N", help: "at most N runs" },
    headers: { kind: "switch", help: "column heads; --no-headers leaves them out" },
    output: {
      kind: "choice",
      short: "o",
      choices: ["json", "yaml", "name", "wide"],
      help: "for programs, or with more columns",
    },
  } as const,
  examples: [
    { line: "millrace list", does: "all runs, newest first" },
    { line: "millrace list --status Failed --since 1d", does: "what failed since yesterday" },
    { line: "millrace list --completed -o name", does: "names only, for scripts" },
  ],
  run: async (context, flags) => {
    const { out, io } = context;
    const house = await context.openHouse();
    const all = await house.list();
    const rows = filterRuns(all, flags, io.clock.now()).slice(0, flags.limit);
    if (flags.output === "json" || flags.output === "yaml")
      printStructured(out, flags.output, rows.map(rowToJson));
    else if (flags.output === "name") out.lines(rows.map(({ name }) => name));
    else if (rows.length === 0) context.err.line(describeNothing(house.home, flags, all));
    else {
      out.lines(formatRows(context, rows, flags.output === "wide", flags.headers !== false));
      await noteUndriven(context, house, rows);
    }
    return exitCodes.succeeded;
  },
});

function describeNothing(home: string, filters: RunFilters, all: readonly RunRow[]): string {
  const { namespace } = filters;
  if (namespace === undefined) return `no ${hasFilters(filters) ? "such " : ""}runs in ${home}`;
  const others = new Set(all.map((row) => row.namespace ?? "default"));
  others.delete(namespace);
  const hint = others.size === 0 ? "" : `; there are runs of ${[...others].toSorted().join(", ")}`;
  return `no such runs of namespace ${namespace} in ${home}${hint}`;
}

function formatRows(
  { io, style }: CommandContext,
  rows: readonly RunRow[],
  isWide: boolean,
  hasHead: boolean,
): readonly string[] {
  const now = io.clock.now();
  const head = ["NAME", "STATUS", "AGE", "DURATION", "PRIORITY", "PROGRESS", "MESSAGE"];
  const cells = rows.map((row) => [
    cleanText(row.name),
    `${paintSymbol(row.phase, style)} ${style.paint(toneOf(row.phase), formatRunPhase(row))}`,
    formatDuration(now - row.createdAt),
    formatSpan(row.startedAt, row.endedAt, now),
    String(row.priority ?? 0),
    `${row.done}/${row.total}`,
    cleanText(row.message ?? ""),
    ...(isWide ? describeMore(row) : []),
  ]);
  return formatTable(
    hasHead ? [...head, ...(isWide ? ["CREATED", "ID", "PARAMETERS", "LABELS"] : [])] : undefined,
    cells,
  );
}

function describeMore(row: RunRow): readonly string[] {
  const labels = Object.entries(row.labels).map(([name, value]) => `${name}=${value}`);
  return [
    formatTime(row.createdAt),
    row.runId,
    cleanText(row.parameters ?? "-"),
    cleanText(labels.join(",")),
  ];
}
