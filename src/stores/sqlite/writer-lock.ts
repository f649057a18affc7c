/**
 * One writer per folder (H5).
 *
 * The lock is SQLite's exclusive file lock on an empty database of its own, held for the life of the process: the
 * operating system frees it when the process dies, however it dies, and children do not inherit it. A database of
 * its own, because an exclusive lock on `history.db` would shut readers out as well.
 * The pid lies in a second file: opening and closing `writer.lock` by other means than SQLite would drop the lock
 * (POSIX record locks belong to the process and end with the first close).
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MillraceError } from "../../base/errors.ts";
import { isBusy } from "./translate-error.ts";

const lockFile = "writer.lock";

export interface WriterLock {
  release(): void;
}

/** Whoever only looks at the lock holds it for a moment; a writer waits so long. */
const lookersAreGoneMs = 100;

/** Takes the lock or throws `store/locked` with the pid of the process that holds it. */
export function acquireWriterLock(folder: string): WriterLock {
  const pidFile = join(folder, "writer.pid");
  const database = new DatabaseSync(join(folder, lockFile), { timeout: lookersAreGoneMs });
  try {
    // Without a journal in memory, every holder would leave an empty journal file behind when it is killed.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    database.close();
    throw isBusy(error) ? lockedStore(folder, findHolder(pidFile)) : error;
  }
  return {
    release: () => {
      rmSync(pidFile, { force: true });
      database.close();
    },
  };
}

/** Whether some process holds the lock. Looking takes a shared lock, so that those who look do not see each other. */
export function isWriterLockHeld(folder: string): boolean {
  const path = join(folder, lockFile);
  if (!existsSync(path)) return false;
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("SELECT 1 FROM sqlite_master");
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    database.close();
  }
}

function findHolder(pidFile: string): string | undefined {
  try {
    const text = readFileSync(pidFile, "utf8").trim();
    return /^\d+$/.test(text) ? text : undefined;
  } catch {
    // The holder is between taking the lock and writing its pid, or just leaving.
    return undefined;
  }
}

function lockedStore(folder: string, holder: string | undefined): MillraceError {
  const who = holder === undefined ? "another process" : `process ${holder}`;
  return new MillraceError(
    "store/locked",
    "conflict",
    `the history in ${folder} is being written by ${who}`,
    {
      hint: "`millrace list`, `get`, `logs`, `stop` and the like work beside it; to run something else at once, choose another folder with --home.",
    },
  );
}
