/** `millrace get`: a run's head and its tree. */
import type { RunPicture } from "../../api/house.ts";
import { nameAttempt } from "../../model/run/attempt-name.ts";
import type { TreeRow } from "../../model/run/language.ts";
import { noExitCode } from "../../model/run/task-table.ts";
import type { FlagValues } from "../arguments/flag-table.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../command.ts";
import { noteUndriven } from "../drive/note-undriven.ts";
import { exitCodes } from "../exit-codes.ts";
import { filterRows } from "../render/choose-rows.ts";
import { formatSpan, formatTime } from "../render/durations.ts";
import { formatBytes } from "../render/format-bytes.ts";
import { describeMessage } from "../render/name-child.ts";
import { describeProgress, formatRunHead } from "../render/run-head.ts";
import { formatRunPhase } from "../render/run-phase.ts";
import { pictureToJson, printStructured } from "../render/structured.ts";
import { ellipsis, paintSymbol } from "../render/symbols.ts";
import type { Style } from "../render/style.ts";
import { formatTable } from "../render/table.ts";
import { cleanText, cropText } from "../render/text-width.ts";
import { drawBranches, formatNode, rowDuration } from "../render/tree-lines.ts";
import { makeTaskFilter, shownFlags } from "../select/task-filter.ts";

/** `archive get` has them as well. */
export const getFlags = {
  output: {
    kind: "choice",
    short: "o",
    choices: ["json", "yaml", "wide", "short", "name"],
    help: "for programs, with more columns, or one line",
  },
  ...shownFlags,
} as const;

export const command = defineCommand({
  name: "get",
  summary: "show a run and its tasks",
  operands: "[NAME|@latest]",
  operandsAtLeast: 0,
  operandsAtMost: 1,
  completes: "runs",
  flags: getFlags,
  examples: [
    { line: "millrace get", does: "the newest run" },
    { line: "millrace get my-run --status Failed,Error", does: "only what went wrong" },
    { line: "millrace get my-run -o json | jq .status.phase", does: "for a script" },
  ],
  run: showRun,
});

/** Prints one run, whatever its state. */
export async function showRun(
  context: CommandContext,
  given: FlagValues<typeof getFlags>,
  [name = "@latest"]: readonly string[],
): Promise<number> {
  const house = await context.openHouse();
  const picture = await house.get(name);
  const { out } = context;
  if (given.output === "json" || given.output === "yaml")
    printStructured(out, given.output, pictureToJson(picture));
  else if (given.output === "name") out.line(picture.row.name);
  else if (given.output === "short") out.lines(formatShort(context, picture));
  else {
    out.lines([...formatRunHead(context, house, picture), "", ...formatTree(context, picture, given)]);
    await noteUndriven(context, house, [picture.row]);
  }
  return exitCodes.succeeded;
}

function formatShort({ io, style }: CommandContext, picture: RunPicture): readonly string[] {
  const { row } = picture;
  const took = formatSpan(row.startedAt, row.endedAt, io.clock.now());
  return formatTable(undefined, [
    [`${paintSymbol(row.phase, style)} ${row.name}`, formatRunPhase(row), took, describeProgress(picture)],
  ]);
}

/** On a terminal names get half of it, at least this; a loop over records has very long ones. */
const namesAtLeast = 24;

function formatTree(
  context: CommandContext,
  picture: RunPicture,
  given: FlagValues<typeof getFlags>,
): readonly string[] {
  const { io, style } = context;
  const { rows, names } = chooseTree(picture, given, style);
  const left = picture.outlook?.left;
  if (rows.length === 0) return ["no such tasks"];
  const now = io.clock.now();
  const isWide = given.output === "wide";
  const head = [
    "TASK",
    "TEMPLATE",
    "ATTEMPT",
    "DURATION",
    ...(isWide ? ["STARTED", "EXIT", "CPU", "MEMORY", "WHERE"] : []),
    "MESSAGE",
  ];
  const nameWidth = io.isTTY ? Math.max(namesAtLeast, Math.floor(io.columns / 2)) : Infinity;
  const cells = rows.map((row, index) => [
    cropText(names[index] ?? "", nameWidth, ellipsis(style)),
    cleanText(row.template),
    findFolder(picture, row),
    rowDuration(row, left?.get(row.task)?.endedAt ?? now),
    ...(isWide ? describeAttempt(picture, row) : []),
    describeMessage(picture, row.task, row.message || (left?.get(row.task)?.says ?? "")),
  ]);
  return formatTable(head, cells);
}

/** With filters a flat list under full names, otherwise the tree. */
function chooseTree(
  picture: RunPicture,
  given: FlagValues<typeof getFlags>,
  style: Style,
): { readonly rows: readonly TreeRow[]; readonly names: readonly string[] } {
  const { state, view } = picture;
  const filter = makeTaskFilter(given);
  if (filter === undefined) {
    const rows = view.rows(state);
    const branches = drawBranches(
      rows.map(({ depth }) => depth),
      style,
    );
    return {
      rows,
      names: rows.map((row, index) => formatNode(row, branches[index] ?? "", picture, style)),
    };
  }
  const rows = filterRows(picture, filter);
  return { rows, names: rows.map((row) => formatNode(row, "", picture, style)) };
}

/** Name of the attempt's folder in the run's folder, where there was an attempt. */
function findFolder({ state }: RunPicture, { task }: TreeRow): string {
  const process = state.index.plan.processes[state.tasks.process[task] ?? -1];
  const hasRun =
    process?.body.kind === "task" && state.tasks.startedAt[task] !== 0 && !state.attempts.has(task);
  return hasRun ? nameAttempt(state, task) : "";
}

function describeAttempt({ state }: RunPicture, row: TreeRow): readonly string[] {
  const facts = state.attemptFacts.get(row.task);
  const exit = state.tasks.exitCode[row.task] ?? noExitCode;
  const { cpuUserMs, cpuSystemMs, peakMemoryBytes } = facts?.usage ?? {};
  const cpu =
    cpuUserMs === undefined && cpuSystemMs === undefined
      ? ""
      : formatProcessorTime((cpuUserMs ?? 0) + (cpuSystemMs ?? 0));
  return [
    row.startedAt === 0 ? "" : formatTime(row.startedAt),
    exit === noExitCode ? "" : String(exit),
    cpu,
    peakMemoryBytes === undefined ? "" : formatBytes(peakMemoryBytes),
    facts === undefined ? "" : `${facts.executor} ${facts.user}@${facts.host}`,
  ];
}

/** Most commands use little: of less than a second the milliseconds. */
function formatProcessorTime(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)}ms` : `${(ms / 1000).toFixed(2)}s`;
}
