/** Prints logs of a run while this process drives it. */
import type { House, LogFile, RunPicture } from "../../api/house.ts";
import type { RunEvent } from "../../model/run/events.ts";
import { hasEnded } from "../../model/run/phase.ts";
import type { CommandContext } from "../command.ts";
import type { Printer } from "../printer.ts";
import type { LineOptions } from "./line-writer.ts";
import { createLogFollower } from "./log-follower.ts";
import { formatPrefix } from "./log-lines.ts";

/** How soon after an attempt's start to look again for files that its executor had not made yet. */
const lookAgainMs = 200;

export interface RunLogs {
  update(picture: RunPicture, events: readonly RunEvent[] | undefined): void;
  finish(picture: RunPicture): Promise<void>;
  close(): void;
}

export function openRunLogs({ io, style }: CommandContext, house: House, printer: Printer): RunLogs {
  const line = (file: LogFile): LineOptions => ({
    prefix: formatPrefix(file, file.command === "main", style),
    matches: undefined,
    stamp: undefined,
    masked: file.masked,
  });
  const follower = createLogFollower({ tail: undefined, line, printer: () => printer });
  const started = new Set<number>();
  let latest: RunPicture | undefined;
  let work = Promise.resolve();
  let cancelTimer = (): void => undefined;

  const lookAt = async (picture: RunPicture, tasks: readonly number[]): Promise<void> => {
    for (const task of tasks) {
      const { full } = picture.view.taskName(picture.state, task);
      await follower.follow(house.logFiles(picture, full).filter((file) => file.task === task));
      if (hasEnded(picture.state.tasks.phase[task] ?? 0)) started.delete(task);
    }
  };
  const enqueue = (picture: RunPicture, tasks: readonly number[]): void => {
    work = work.then(() => lookAt(picture, tasks));
    work.catch(() => undefined);
  };
  const lookAgain = (): void => {
    if (latest !== undefined) enqueue(latest, [...started]);
    cancelTimer = io.clock.after(lookAgainMs, lookAgain);
  };
  lookAgain();
  return {
    update: (picture, events) => {
      latest = picture;
      const touched = events?.flatMap((event) =>
        event.kind === "attempt.started" || event.kind === "attempt.ended" ? [event.task] : [],
      ) ?? [...picture.state.running];
      for (const task of touched) started.add(task);
      enqueue(picture, touched);
    },
    finish: async (picture) => {
      cancelTimer();
      enqueue(picture, [...started]);
      await work;
      await follower.finish();
    },
    close: () => {
      cancelTimer();
      follower.close();
    },
  };
}
