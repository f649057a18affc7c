/**
 * A directory for the next attempt, made before anybody knows which one that is. In a chain of short steps the engine has
 * nothing to do while a step runs, and each system call counts once it has ended. It has what every attempt of a single
 * command named `main` will have: its root and its logs, empty.
 *
 * What must stay true: one that is taken holds nothing of another attempt, and nobody counts on there being one.
 */
import { closeSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { attemptFiles, attemptLogFile } from "../../ports/attempt-directory.ts";

export interface BlankDirectory {
  /** Makes one, unless there is one. A disk that refuses is not told of: it refuses the attempt as well. */
  make(): void;
  /** Gives it a name; returns the open file for the order. Undefined when there is none, or the name cannot be had. */
  take(directory: string): number | undefined;
  /** Removes one that was not taken. */
  remove(): void;
}

/** `place` is where it lies until it is taken; what an earlier engine left there is removed. */
export function createBlankDirectory(place: string): BlankDirectory {
  let orderFile: number | undefined;
  return {
    make: () => {
      if (orderFile !== undefined) return;
      try {
        makeEmpty(place);
        mkdirSync(join(place, attemptFiles.root));
        for (const stream of ["out", "err"] as const)
          closeSync(openSync(join(place, attemptLogFile("main", stream)), "wx"));
        orderFile = openSync(join(place, attemptFiles.order), "wx");
      } catch {
        // Nobody asked for it; the attempt that needs one will say what the disk says.
      }
    },
    take: (directory) => {
      if (orderFile === undefined) return undefined;
      try {
        renameSync(place, directory);
      } catch {
        // The name is taken, or its folder is not there yet: whoever asks makes one, and sees what there is.
        return undefined;
      }
      const file = orderFile;
      orderFile = undefined;
      return file;
    },
    remove: () => {
      if (orderFile === undefined) return;
      closeSync(orderFile);
      orderFile = undefined;
      rmSync(place, { recursive: true, force: true });
    },
  };
}

function makeEmpty(place: string): void {
  try {
    mkdirSync(place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    rmSync(place, { recursive: true });
    mkdirSync(place);
  }
}
