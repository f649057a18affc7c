/**
 * Opening `history.db` for reading wherever it lies.
 *
 * SQLite reads a database with a write-ahead log only when it can make or find the shared-memory file beside it.
 * On read-only media it cannot. Then there are two cases: without a log the file alone is the whole history and is
 * read as immutable; with a log (the writer was killed, then the folder was copied or remounted) both are copied to a
 * temporary folder, because `immutable` would leave out what only the log holds.
 */
import { copyFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

export interface ReadDatabase {
  readonly database: DatabaseSync;
  close(): void;
}

/** Throws what SQLite throws when the file is not readable at all. */
export function openReadDatabase(folder: string, timeoutMs: number): ReadDatabase {
  const file = join(folder, "history.db");
  const inPlace = tryOpen(file, timeoutMs);
  if (inPlace.ok) return { database: inPlace.database, close: () => inPlace.database.close() };
  const isCannotOpen = inPlace.code === 14 || inPlace.code === 8;
  if (!isCannotOpen) throw inPlace.error;
  return sizeOf(`${file}-wal`) === 0 ? openImmutable(file, timeoutMs) : openCopy(file, timeoutMs);
}

type Attempt =
  | { readonly ok: true; readonly database: DatabaseSync }
  | { readonly ok: false; readonly error: unknown; readonly code: number };

/** Opening alone reads nothing; the first query shows whether it works. */
function tryOpen(file: string, timeoutMs: number): Attempt {
  const database = new DatabaseSync(file, { readOnly: true, timeout: timeoutMs });
  try {
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
    return { ok: true, database };
  } catch (error) {
    database.close();
    const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
    return { ok: false, error, code };
  }
}

function openImmutable(file: string, timeoutMs: number): ReadDatabase {
  const address = pathToFileURL(file);
  address.searchParams.set("immutable", "1");
  const database = new DatabaseSync(address, { readOnly: true, timeout: timeoutMs });
  return { database, close: () => database.close() };
}

function openCopy(file: string, timeoutMs: number): ReadDatabase {
  const folder = mkdtempSync(join(tmpdir(), "millrace-history-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, "history.db");
    copyFileSync(file, copy);
    copyFileSync(`${file}-wal`, `${copy}-wal`);
    const database = new DatabaseSync(copy, { readOnly: true, timeout: timeoutMs });
    const close = (): void => {
      database.close();
      remove();
    };
    return { database, close };
  } catch (error) {
    remove();
    throw error;
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
