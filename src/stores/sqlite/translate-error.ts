/**
 * What SQLite and the file system report, in the words of the history store port (H6).
 *
 * SQLite's result codes do not always tell a full disk from a broken one: growing the shared-memory file on a full
 * disk is an I/O error, and a missing write permission can be "cannot open". In those cases the folder is asked.
 */
import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { InvariantError, MillraceError } from "../../base/errors.ts";

/** Primary result codes, see https://www.sqlite.org/rescode.html. */
const sqlite = {
  perm: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  constraint: 19,
  notADatabase: 26,
  ioErrorCorruptFileSystem: 8458,
} as const;

/** Less than this is left on a disk that SQLite could not write to: then it is full. */
const fullBelowBytes = 256 * 1024;

/** What a store holds, for messages. */
export type StoreContent = "history" | "definitions";

/** Turns whatever was thrown below the store into the port's errors; errors of ours pass through. */
export function translateStoreError(
  error: unknown,
  folder: string,
  content: StoreContent = "history",
): Error {
  if (error instanceof MillraceError || error instanceof InvariantError) return error;
  if (!(error instanceof Error))
    return new InvariantError(`something that is no error was thrown: ${String(error)}`);
  if ("errcode" in error && typeof error.errcode === "number")
    return fromSqlite(error, error.errcode, { folder, content });
  if ("code" in error && typeof error.code === "string")
    return fromSystem(error, error.code, { folder, content });
  return error;
}

/** True when SQLite says that somebody else holds the lock. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === sqlite.busy;
}

/** A damaged store; `what` is a whole sentence without its final dot. */
export function damagedStore(
  folder: string,
  what: string,
  cause?: unknown,
  content: StoreContent = "history",
): MillraceError {
  return new MillraceError("store/damaged", "invalid", `the ${content} in ${folder} is damaged: ${what}`, {
    hint: `Move the folder away and restore it from a backup; \`sqlite3 ${content}.db .recover\` may save the rest.`,
    cause,
  });
}

interface Place {
  readonly folder: string;
  readonly content: StoreContent;
}

function fromSqlite(error: Error, code: number, place: Place): Error {
  const { folder, content } = place;
  if (code === sqlite.ioErrorCorruptFileSystem) return damagedStore(folder, error.message, error, content);
  switch (code & 0xff) {
    case sqlite.full:
      return fullStore(place, error);
    case sqlite.readOnly:
    case sqlite.perm:
      return readOnlyStore(place, error);
    case sqlite.corrupt:
    case sqlite.notADatabase:
      return damagedStore(folder, error.message, error, content);
    case sqlite.ioError:
      return isDiskFull(folder) ? fullStore(place, error) : unavailableStore(place, error);
    case sqlite.cannotOpen:
      return isWritable(folder) ? unavailableStore(place, error) : readOnlyStore(place, error);
    case sqlite.constraint:
      return new InvariantError(`the ${content} refused a row: ${error.message}`);
    default:
      return unavailableStore(place, error);
  }
}

function fromSystem(error: Error, code: string, place: Place): Error {
  const { folder } = place;
  if (code === "ENOSPC" || code === "EDQUOT") return fullStore(place, error);
  if (code === "EROFS" || code === "EACCES" || code === "EPERM") return readOnlyStore(place, error);
  // Node's recursive mkdir says "no such file" when it may not write where the first missing folder belongs.
  if (code === "ENOENT" && !isWritable(findExistingFolder(folder))) return readOnlyStore(place, error);
  return unavailableStore(place, error);
}

function fullStore({ folder, content }: Place, cause: Error): MillraceError {
  const message = `the disk that holds the ${content} in ${folder} is full`;
  return new MillraceError("store/full", "exhausted", message, {
    hint: "Free space on it; nothing that was committed is lost.",
    cause,
  });
}

function readOnlyStore({ folder, content }: Place, cause: Error): MillraceError {
  return new MillraceError("store/read-only", "denied", `the ${content} in ${folder} cannot be written`, {
    hint: "Check the folder's owner and permissions, and that its file system is mounted for writing.",
    cause,
  });
}

function unavailableStore({ folder, content }: Place, cause: Error): MillraceError {
  const message = `the ${content} in ${folder} cannot be used: ${cause.message}`;
  return new MillraceError("store/unavailable", "unavailable", message, { cause });
}

function isDiskFull(folder: string): boolean {
  try {
    const disk = statfsSync(folder);
    return disk.bavail * disk.bsize < fullBelowBytes;
  } catch {
    // The folder itself is out of reach, so the disk is not what refused the write.
    return false;
  }
}

function findExistingFolder(folder: string): string {
  let existing = resolve(folder);
  while (!existsSync(existing)) existing = dirname(existing);
  return existing;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    // Whatever the reason is, writing there is not possible.
    return false;
  }
}
