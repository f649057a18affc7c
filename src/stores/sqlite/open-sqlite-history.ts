/**
 * The embedded history: one SQLite file, `history.db`, in a folder; nothing to install, nothing to run.
 *
 * Measured settings (bench/probes/history.ts): pages of 4096 bytes, because a commit of one event writes whole pages
 * to the log (9 us; 10.5 us with 8192, 14 us with 16384); checkpoints every 4,000 pages, because they run inside a
 * commit: with 10,000 they stop the event loop for 50 ms instead of 20, with 1,000 every commit of 100 events gets
 * a tenth slower.
 */
import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MillraceError } from "../../base/errors.ts";
import type { CommitOptions, HistoryCommit, HistoryReader, HistoryStore } from "../../ports/history-store.ts";
import { canSyncFolders, syncFolder } from "../durable/sync-folder.ts";
import { openReadDatabase } from "./open-read-database.ts";
import { createHistoryQueries, guard } from "./read-history.ts";
import { migrateSchema, readSchemaVersion, schemaVersion } from "./schema.ts";
import { damagedStore, translateStoreError } from "./translate-error.ts";
import { createWalSync } from "./wal-sync.ts";
import { createHistoryWriter } from "./write-history.ts";
import { acquireWriterLock, isWriterLockHeld } from "./writer-lock.ts";

/** How long a statement waits for a lock that someone else holds for a moment (a shell, log recovery). */
const busyTimeoutMs = 1_000;

/**
 * A new file becomes a WAL file without a rollback journal and without a sync: there is nothing to roll back to, and
 * the first durable commit syncs all that is new (wal-sync.ts). SQLite takes an empty file, with a log or without, and
 * a header alone for a new database, so a power cut before that leaves something that can be opened.
 */
const newFileSettings =
  "PRAGMA page_size = 4096; PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; PRAGMA journal_mode = WAL";

const writerSettings =
  "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cell_size_check = ON";

/**
 * Opens the history in `folder`. `write` makes folder and file when they are missing and takes the writer lock;
 * `read` needs them to exist, never writes, and works beside a writer and on read-only media.
 *
 * Throws `store/locked` (another writer), `store/missing` (nothing to read), `store/too-new` (written by a newer
 * Millrace) and the errors of H6.
 */
export function openSqliteHistory(folder: string, options: { readonly mode: "write" }): HistoryStore;
export function openSqliteHistory(folder: string, options: { readonly mode: "read" }): HistoryReader;
export function openSqliteHistory(
  folder: string,
  options: { readonly mode: "write" | "read" },
): HistoryStore | HistoryReader {
  return guard(folder, () => (options.mode === "write" ? openWriter(folder) : openReader(folder)));
}

/** Whether a process has the history in `folder` open for writing now. */
export function isSqliteHistoryWritten(folder: string): boolean {
  return guard(folder, () => isWriterLockHeld(folder));
}

function openWriter(folder: string): HistoryStore {
  makeDurableFolder(folder);
  const lock = acquireWriterLock(folder);
  try {
    const { database, unsynced } = openWriteDatabase(folder);
    return createStore(folder, database, unsynced, () => lock.release());
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The names of the folders that are made here must be as durable as what will lie in them. */
function makeDurableFolder(folder: string): void {
  const whole = resolve(folder);
  const first = mkdirSync(whole, { recursive: true });
  if (first === undefined) return;
  for (let made = whole; made.length >= first.length; made = dirname(made)) syncFolder(dirname(made));
}

function createStore(
  folder: string,
  database: DatabaseSync,
  unsynced: readonly number[],
  release: () => void,
): HistoryStore {
  const write = createHistoryWriter(database);
  const walSync = createWalSync(join(folder, "history.db-wal"), unsynced);
  let closed = false;

  async function commit(commit: HistoryCommit, { durable, mayBlock }: CommitOptions): Promise<void> {
    if (!isEmpty(commit)) guard(folder, () => write(commit));
    if (!durable) return walSync.syncSoon();
    try {
      await walSync.sync(mayBlock);
    } catch (error) {
      throw translateStoreError(error, folder);
    }
  }

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    await walSync.close();
    guard(folder, () => database.close());
    for (const descriptor of unsynced) closeSync(descriptor);
    release();
  }

  return { ...createHistoryQueries(database, folder, schemaVersion), commit, close };
}

function isEmpty(commit: HistoryCommit): boolean {
  const parts = [commit.created, commit.appended, commit.updated, commit.deleted];
  return parts.every((part) => part === undefined || part.length === 0);
}

interface WriteDatabase {
  readonly database: DatabaseSync;
  /**
   * Descriptors of what was made here and may not be on the disk yet. They stay open as long as the database: closing
   * any descriptor of its file would drop the locks that SQLite has on it.
   */
  readonly unsynced: readonly number[];
}

function openWriteDatabase(folder: string): WriteDatabase {
  const file = join(folder, "history.db");
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
  try {
    const version = readSchemaVersion(database);
    checkVersion(version, folder);
    if (version === 0) database.exec(newFileSettings);
    if (version < schemaVersion) migrateSchema(database, version);
    database.exec(writerSettings);
    return { database, unsynced: version > 0 ? [] : openUnsynced(file, folder) };
  } catch (error) {
    database.close();
    throw error;
  }
}

function openUnsynced(file: string, folder: string): readonly number[] {
  return [openSync(file, "r+"), ...(canSyncFolders ? [openSync(folder, "r")] : [])];
}

function openReader(folder: string): HistoryReader {
  if (!existsSync(join(folder, "history.db"))) throw missingStore(folder);
  const opened = openReadDatabase(folder, busyTimeoutMs);
  const { database } = opened;
  try {
    const version = readSchemaVersion(database);
    if (version === 0) throw missingStore(folder);
    checkVersion(version, folder);
    return { ...createHistoryQueries(database, folder, version), close: async () => opened.close() };
  } catch (error) {
    opened.close();
    throw error;
  }
}

function checkVersion(version: number, folder: string): void {
  if (version < 0) throw damagedStore(folder, `its schema has the number ${version}`);
  if (version <= schemaVersion) return;
  const message = `the history in ${folder} has schema ${version}, and this Millrace knows schemas up to ${schemaVersion}`;
  throw new MillraceError("store/too-new", "invalid", message, {
    hint: "Use the newer Millrace that wrote it.",
  });
}

function missingStore(folder: string): MillraceError {
  return new MillraceError("store/missing", "not-found", `there is no history in ${folder}`, {
    hint: "Name the folder with the history, or start a run there first.",
  });
}
