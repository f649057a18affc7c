/**
 * Follows many logs at once: a watch on each file that is still written, and a look whenever somebody says so.
 * Files are handed in again and again as the run goes on; one that has ended is read to its end and let go.
 */
import { watch } from "node:fs";
import type { LogFile } from "../../api/house.ts";
import type { Printer } from "../printer.ts";
import { createLineWriter } from "./line-writer.ts";
import type { LineOptions } from "./line-writer.ts";
import { createLogCursor } from "./log-cursor.ts";
import type { LogCursor } from "./log-cursor.ts";

export interface LogFollower {
  /** Takes in new files and reads what is new in those it has; resolves when all of it is written. */
  follow(files: readonly LogFile[]): Promise<void>;
  /** Reads everything to the end as it is now, and stops watching. */
  finish(): Promise<void>;
  close(): void;
  /** The first error of reading or writing behind the caller's back. */
  readonly broken: Promise<never>;
}

export interface FollowOptions {
  readonly tail: number | undefined;
  readonly line: (file: LogFile) => LineOptions;
  readonly printer: (file: LogFile) => Printer;
}

interface Followed {
  readonly cursor: LogCursor;
  readonly stopWatching: () => void;
}

export function createLogFollower(options: FollowOptions): LogFollower {
  const open = new Map<string, Followed>();
  const done = new Set<string>();
  let reject = (_error: unknown): void => undefined;
  const broken = new Promise<never>((_, refuse) => (reject = refuse));
  broken.catch(() => undefined);

  const begin = (file: LogFile): Followed => {
    const printer = options.printer(file);
    const writer = createLineWriter(printer, options.line(file));
    const cursor = createLogCursor(file.path, options.tail, writer, () => !printer.isGone());
    // Watched before it is read, so that nothing written in between is missed.
    const pace = createPace(() => void cursor.readOn().catch((error: unknown) => reject(error)));
    const stopWatching = file.ended ? () => undefined : watchFile(file.path, pace.ask);
    return {
      cursor,
      stopWatching: () => {
        stopWatching();
        pace.stop();
      },
    };
  };
  const finishOne = async (path: string, { cursor, stopWatching }: Followed): Promise<void> => {
    open.delete(path);
    done.add(path);
    stopWatching();
    await cursor.finish();
  };
  return {
    broken,
    follow: async (files) => {
      for (const file of files) {
        if (done.has(file.path)) continue;
        const followed = open.get(file.path) ?? begin(file);
        open.set(file.path, followed);
        if (file.ended) await finishOne(file.path, followed);
        else await followed.cursor.readOn();
      }
    },
    finish: async () => {
      for (const [path, followed] of open) await finishOne(path, followed);
    },
    close: () => {
      for (const { stopWatching } of open.values()) stopWatching();
      open.clear();
    },
  };
}

/** Shorter than people notice, and long enough that a flood of output is not slowed down by who reads it. */
const pauseMs = 100;

/** Acts when it is asked, and again a pause later when it was asked meanwhile. */
function createPace(act: () => void): { readonly ask: () => void; readonly stop: () => void } {
  let pause: NodeJS.Timeout | undefined;
  let isAsked = false;
  const ask = (): void => {
    isAsked = pause !== undefined;
    if (isAsked) return;
    pause = setTimeout(() => {
      pause = undefined;
      if (isAsked) ask();
    }, pauseMs);
    act();
  };
  return { ask, stop: () => clearTimeout(pause) };
}

/** A file that cannot be watched (too many watches, a network file system) is found by the regular looks alone. */
function watchFile(path: string, changed: () => void): () => void {
  try {
    const watcher = watch(path, { persistent: false }, changed);
    watcher.on("error", () => watcher.close());
    return () => watcher.close();
  } catch (error) {
    if (error instanceof Error && "code" in error) return () => undefined;
    throw error;
  }
}
