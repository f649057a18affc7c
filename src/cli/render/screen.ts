/**
 * Draws frames over each other at the bottom of a terminal.
 * Lines that did not change are not written again; the cursor is hidden while frames are shown and always comes back.
 */
import type { CliIo } from "../io.ts";
import type { Printer } from "../printer.ts";
import { measureWidth } from "./text-width.ts";

export interface Screen {
  draw(lines: readonly string[]): void;
  /** Leaves the last frame where it is and gives the cursor back. */
  close(): void;
}

const hideCursor = "\x1b[?25l";
const showCursor = "\x1b[?25h";
const clearLine = "\x1b[K";
const clearBelow = "\x1b[J";

export function openScreen(io: CliIo, out: Printer): Screen {
  let drawn: readonly string[] = [];
  let drawnColumns = io.columns;
  let isHidden = false;
  const restore = (): void => {
    if (isHidden) out.text(showCursor);
    isHidden = false;
  };
  const stopWatching = io.onExit(restore);
  return {
    draw: (lines) => {
      const isResized = drawnColumns !== io.columns;
      if (!isResized && isSame(lines, drawn)) return;
      const up = isResized ? countWrapped(drawn, io.columns, io.rows) : drawn.length;
      out.text((isHidden ? "" : hideCursor) + writeFrame(lines, isResized ? [] : drawn, up));
      isHidden = true;
      drawn = lines;
      drawnColumns = io.columns;
    },
    close: () => {
      restore();
      stopWatching();
    },
  };
}

/** Moves to the top of the old frame and writes what differs. */
function writeFrame(lines: readonly string[], old: readonly string[], up: number): string {
  const back = up > 0 ? `\x1b[${up}A\r` : "\r";
  const body = lines.map((line, index) =>
    index < old.length && old[index] === line ? "\n" : `${line}${clearLine}\n`,
  );
  // Below may stand the rest of a longer frame, or the ^C that the terminal echoed.
  return back + body.join("") + clearBelow;
}

/** Rows that old lines take after the terminal became narrower and broke them. */
function countWrapped(lines: readonly string[], columns: number, rows: number): number {
  const wrapped = lines.reduce(
    (sum, line) => sum + Math.max(1, Math.ceil(measureWidth(line) / Math.max(1, columns))),
    0,
  );
  return Math.min(wrapped, Math.max(1, rows - 1));
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((line, index) => line === right[index]);
}
