/**
 * What a person wants to know when a run has come to rest: how it ended, what it gave back and where that lies,
 * why it failed with the last lines of the log, what waits for whom, and what to type next.
 */
import type { House, RunPicture } from "../../api/house.ts";
import type { RunState } from "../../model/run/run-state.ts";
import type { CommandContext } from "../command.ts";
import type { Printer } from "../printer.ts";
import { formatSpan } from "../render/durations.ts";
import { describeMessage, describeRunMessage } from "../render/name-child.ts";
import { formatOutputs } from "../render/outputs.ts";
import { formatRunPhase } from "../render/run-phase.ts";
import { paintSymbol } from "../render/symbols.ts";
import { cleanText } from "../render/text-width.ts";
import { findFailedTasks } from "./failed-tasks.ts";

const failuresAtMost = 10;
const waitsAtMost = 10;

export async function reportRun(
  context: CommandContext,
  house: House,
  picture: RunPicture,
  printer: Printer,
  isInterrupted: boolean,
): Promise<void> {
  const { style } = context;
  const { row } = picture;
  const took = formatSpan(row.startedAt, row.endedAt, context.io.clock.now());
  const isOver = row.endedAt !== undefined;
  const message = describeRunMessage(picture);
  const head = `${cleanText(row.name)} ${style.paint("strong", formatRunPhase(row))}${took === "" ? "" : `${isOver ? " in" : " after"} ${took}`}`;
  printer.line(`${paintSymbol(row.phase, style)} ${head}${message === "" ? "" : `: ${message}`}`);
  if (isOver) printer.lines(formatOutputs(picture, house, style));
  if (row.phase === "failed" || row.phase === "errored")
    await reportFailures(context, house, picture, printer);
  if (isOver) return;
  if (isInterrupted) printer.line(`  go on with: ${context.advise(`resume ${row.name}`)}`);
  else reportWaits(context, picture, printer);
}

async function reportFailures(
  context: CommandContext,
  house: House,
  picture: RunPicture,
  printer: Printer,
): Promise<void> {
  const { style } = context;
  const { row } = picture;
  const failed = findFailedTasks(picture.state);
  for (const task of failed.slice(0, failuresAtMost)) {
    const { lines } = await describeFailure(context, house, picture, task);
    printer.lines(lines);
  }
  if (failed.length > failuresAtMost) printer.line(`  and ${failed.length - failuresAtMost} more`);
  const next = [`explain ${row.name}`, `logs ${row.name}`, `retry ${row.name}`].map((line) =>
    context.advise(line),
  );
  printer.line(style.paint("quiet", `  more: ${next.join(" | ")}`));
}

async function describeFailure(
  { style }: CommandContext,
  house: House,
  picture: RunPicture,
  task: number,
): Promise<{ readonly lines: readonly string[] }> {
  const { state, view } = picture;
  const { readLastLines } = await import("../logs/read-last-lines.ts");
  const { full } = view.taskName(state, task);
  const message = describeMessage(picture, task, view.message(state, task));
  const phase = state.tasks.phase[task] === 5 ? "errored" : "failed";
  const lines = [`  ${paintSymbol(phase, style)} ${cleanText(full)}${message === "" ? "" : `: ${message}`}`];
  const files = house.logFiles(picture, task);
  for (const stream of ["err", "out"] as const) {
    const texts: string[] = [];
    for (const file of files) if (file.stream === stream) texts.push(...(await readLastLines(file.path, 10)));
    if (texts.length === 0) continue;
    lines.push(...texts.map((text) => `      ${style.paint("quiet", "|")} ${cleanText(text)}`));
    break;
  }
  return { lines };
}

function reportWaits(context: CommandContext, picture: RunPicture, printer: Printer): void {
  const { row, state, view } = picture;
  const waiting = [...state.waits].filter(([, until]) => until === Infinity).map(([task]) => task);
  const [first] = waiting;
  const resume = `resume ${row.name}`;
  if (state.suspended || first === undefined) {
    printer.line(`  the run is suspended; go on with: ${context.advise(resume)}`);
    return;
  }
  for (const task of waiting.slice(0, waitsAtMost)) {
    const message = cleanText(view.message(state, task));
    const name = cleanText(view.taskName(state, task).full);
    printer.line(`  waits for a person: ${name}${message === "" ? "" : `: ${message}`}`);
    if (task !== first) printer.lines(describeTaken(state, task));
  }
  if (waiting.length > waitsAtMost) printer.line(`  and ${waiting.length - waitsAtMost} more`);
  const select = waiting.length > 1 ? ` --node '${view.taskName(state, first).full}'` : "";
  const values = listTaken(state, first).map((name) => ` --output-parameter ${name}=VALUE`);
  printer.line(`  go on with: ${context.advise(`${resume}${select}${values.join("")}`)}`);
}

function describeTaken(state: RunState, task: number): readonly string[] {
  const names = listTaken(state, task);
  return names.length === 0
    ? []
    : [`    takes: ${names.map((name) => `--output-parameter ${name}=VALUE`).join(" ")}`];
}

/** Names of the values that a wait gives back. */
function listTaken(state: RunState, task: number): readonly string[] {
  const process = state.index.plan.processes[state.tasks.process[task] ?? -1];
  return (
    process?.outputs.filter((output) => output.from.kind === "supplied").map((output) => output.name) ?? []
  );
}
