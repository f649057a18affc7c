/**
 * The tree of a run as lines: mark, branches, name and columns.
 * A part of the tree can be drawn as well; branches are drawn for the rows that are there.
 */
import type { RunPicture } from "../../api/house.ts";
import type { TreeRow } from "../../model/run/language.ts";
import { formatSpan } from "./durations.ts";
import type { Style } from "./style.ts";
import { paintSymbol } from "./symbols.ts";
import { cleanText } from "./text-width.ts";

/** For each row the branches in front of it: `├─`, `└─`, `│ ` and blanks. */
export function drawBranches(depths: readonly number[], style: Style): readonly string[] {
  const shapes = style.utf8
    ? { tee: "├─", corner: "└─", bar: "│ ", blank: "  " }
    : { tee: "|-", corner: "`-", bar: "| ", blank: "  " };
  const branches: string[] = [];
  // Whether a row of this depth still follows below, before one that is less deep.
  const open: boolean[] = [];
  for (let index = depths.length - 1; index >= 0; index -= 1) {
    const depth = depths[index] ?? 0;
    open.length = Math.min(open.length, depth + 1);
    let text = "";
    for (let level = 1; level <= depth; level += 1) {
      const continues = open[level] === true;
      if (level === depth) text += continues ? shapes.tee : shapes.corner;
      else text += continues ? shapes.bar : shapes.blank;
    }
    for (let level = open.length; level <= depth; level += 1) open[level] = false;
    open[depth] = true;
    branches[index] = text;
  }
  return branches;
}

/** `├─✔ name`. */
export function formatNode(row: TreeRow, branch: string, picture: RunPicture, style: Style): string {
  const state = row.state === "running" ? nameRunning(picture, row.task) : row.state;
  return `${style.paint("quiet", branch)}${paintSymbol(state, style)} ${cleanText(row.name)}`;
}

/** A wait runs, to the engine; to people it waits for them. And an attempt that was killed with its engine does not run. */
function nameRunning({ state, outlook }: RunPicture, task: number): string {
  if (state.waits.get(task) === Infinity) return "suspended";
  return outlook?.left?.get(task)?.state === "killed" ? "interrupted" : "running";
}

/** Duration of a row, running or ended. */
export function rowDuration(row: TreeRow, now: number): string {
  return formatSpan(row.startedAt, row.endedAt, now);
}
