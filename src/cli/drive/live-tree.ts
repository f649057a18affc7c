/**
 * The tree of a run that redraws itself: at most ten times a second, less often when a frame is expensive,
 * and only when something changed. Once a second the durations move on.
 */
import type { RunPicture } from "../../api/house.ts";
import type { CommandContext } from "../command.ts";
import { formatFrame } from "../render/frame.ts";
import { openScreen } from "../render/screen.ts";
import type { TaskFilter } from "../select/task-filter.ts";
import type { Display } from "./display.ts";

const frameEveryMs = 100;
const clockEveryMs = 1000;
/** Drawing may take this share of the time at most. */
const drawingShare = 0.1;

/** The run has begun since its row was made: the next picture, in which both agree, is on its way. */
function isBehind({ row, state }: RunPicture): boolean {
  return row.startedAt === undefined && state.startedAt !== 0;
}

/** With a filter the tasks are a list, under their full names. */
export function openLiveTree({ io, out, style }: CommandContext, filter?: TaskFilter): Display {
  const screen = openScreen(io, out);
  let picture: RunPicture | undefined;
  let notice: string | undefined;
  let waitMs = frameEveryMs;
  let drawnAt = -Infinity;
  let cancelTimer: (() => void) | undefined;
  let isClosed = false;

  const draw = (): void => {
    cancelTimer = undefined;
    if (picture === undefined || out.isGone() || isBehind(picture)) return;
    const startedAt = io.clock.now();
    const { columns, rows } = io;
    screen.draw(formatFrame(picture, { columns, rows, now: startedAt, style, notice, filter }));
    drawnAt = io.clock.now();
    waitMs = Math.max(frameEveryMs, (drawnAt - startedAt) / drawingShare);
    if (!isClosed && picture.row.endedAt === undefined) schedule(Math.max(clockEveryMs, waitMs));
  };
  const schedule = (delayMs: number): void => {
    cancelTimer?.();
    cancelTimer = io.clock.after(delayMs, draw);
  };
  let isDue = false;
  const redrawSoon = (): void => {
    if (isClosed || isDue) return;
    isDue = true;
    cancelTimer?.();
    cancelTimer = io.clock.after(Math.max(0, drawnAt + waitMs - io.clock.now()), () => {
      isDue = false;
      draw();
    });
  };
  const stopResizing = io.onResize(redrawSoon);
  return {
    update: (next) => {
      picture = next;
      redrawSoon();
    },
    notify: (text) => {
      notice = text;
      redrawSoon();
    },
    close: () => {
      if (isClosed) return;
      isClosed = true;
      stopResizing();
      cancelTimer?.();
      notice = undefined;
      draw();
      screen.close();
    },
  };
}
