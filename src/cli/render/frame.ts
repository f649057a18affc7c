/**
 * One picture of a run for a terminal of a given size: a summary line, then as much of the tree as fits.
 * Pure: the same run, size and time give the same lines, none wider or more than the terminal has.
 */
import type { RunPicture } from "../../api/house.ts";
import type { TreeRow } from "../../model/run/language.ts";
import type { TaskFilter } from "../select/task-filter.ts";
import { countTasks } from "./count-tasks.ts";
import { chooseRows } from "./choose-rows.ts";
import { describeLeft, formatSpan } from "./durations.ts";
import { describeMessage } from "./name-child.ts";
import { formatRunPhase } from "./run-phase.ts";
import { ellipsis, paintSymbol } from "./symbols.ts";
import type { Style } from "./style.ts";
import { cleanText, cropText, measureWidth, padText, wrapText } from "./text-width.ts";
import { drawBranches, formatNode, rowDuration } from "./tree-lines.ts";

export interface FrameOptions {
  readonly columns: number;
  readonly rows: number;
  readonly now: number;
  readonly style: Style;
  /** Shown below the tree, for example after Ctrl-C. */
  readonly notice: string | undefined;
  /** Only these tasks are shown; the summary counts all. */
  readonly filter?: TaskFilter | undefined;
}

export function formatFrame(picture: RunPicture, options: FrameOptions): readonly string[] {
  const { columns, rows, style, notice } = options;
  // The last row stays free for the cursor; writing there would scroll.
  const height = Math.max(1, rows - 1);
  const foot =
    notice === undefined
      ? []
      : wrapText(notice, columns)
          .slice(0, Math.max(0, height - 2))
          .map((line) => style.paint("warn", line));
  const { shown, hidden } = chooseRows(picture, Math.max(0, height - 1 - foot.length), options.filter);
  const more = hidden === 0 ? [] : [style.paint("quiet", `${ellipsis(style)} ${hidden} more`)];
  const lines = [formatSummary(picture, options), ...formatRows(picture, shown, options), ...more, ...foot];
  return lines.map((line) => cropText(line, columns, ellipsis(style)));
}

/** `● Running 12s  ✔ 14 ● 3 ◷ 20 ✖ 1  name`: what matters most comes first, because narrow terminals cut the rest. */
function formatSummary(picture: RunPicture, { now, style }: FrameOptions): string {
  const { row, state } = picture;
  const counts = countTasks(state);
  const groups: readonly (readonly [string, number])[] = [
    ["failed", counts.failed],
    ["errored", counts.errored],
    ["running", counts.running],
    ["waiting", counts.waiting + counts.ready],
    ["succeeded", counts.succeeded],
    ["skipped", counts.skipped + counts.omitted],
  ];
  const numbers = groups
    .filter(([, count]) => count > 0)
    .map(([phase, count]) => `${paintSymbol(phase, style)} ${count}`);
  const elapsed = formatSpan(row.startedAt, row.endedAt, now);
  const phase = style.paint("strong", formatRunPhase(row));
  const runMs = picture.outlook?.estimate?.runMs;
  const left = row.phase !== "running" || runMs === undefined ? "" : describeLeft(row.startedAt, runMs, now);
  return [
    `${paintSymbol(row.phase, style)} ${phase} ${elapsed}`.trimEnd(),
    style.paint("quiet", left),
    numbers.join(" "),
    cleanText(row.name),
  ]
    .filter((part) => part !== "")
    .join("  ");
}

/** Narrower terminals show fewer columns. */
const columnsForTemplate = 60;
const columnsForMessage = 40;

function formatRows(picture: RunPicture, rows: readonly TreeRow[], options: FrameOptions): readonly string[] {
  const { columns, now, style } = options;
  const branches = drawBranches(
    rows.map(({ depth }) => depth),
    style,
  );
  const names = rows.map((row, index) => formatNode(row, branches[index] ?? "", picture, style));
  const durations = rows.map((row) => rowDuration(row, now));
  const durationWidth = widest(durations);
  const nameWidth = Math.min(widest(names), Math.max(10, Math.floor(columns * 0.6) - durationWidth));
  const templates = columns < columnsForTemplate ? [] : rows.map(({ template }) => cleanText(template));
  const templateWidth = Math.min(widest(templates), Math.floor(columns / 4));
  return rows.map((row, index) => {
    const cells = [padText(cropText(names[index] ?? "", nameWidth, ellipsis(style)), nameWidth)];
    if (templateWidth > 0)
      cells.push(
        style.paint(
          "quiet",
          padText(cropText(templates[index] ?? "", templateWidth, ellipsis(style)), templateWidth),
        ),
      );
    cells.push(padText(durations[index] ?? "", durationWidth));
    if (columns >= columnsForMessage) cells.push(describeMessage(picture, row.task, row.message));
    return cells.join("  ").trimEnd();
  });
}

function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, measureWidth(text)), 0);
}
