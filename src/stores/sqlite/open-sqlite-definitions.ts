/**
 * Definitions in one SQLite file, `definitions.db`, in a folder of its own: whoever wants to know of changes can watch
 * the folder, in which nothing else happens.
 *
 * Any process may write at any time: a write is one transaction that takes the write lock first (BEGIN IMMEDIATE) and
 * waits for others a while. Every commit is on the disk before it returns (D4); there are few of them.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { DefinitionReader, DefinitionStore } from "../../ports/definition-store.ts";
import { migrateDefinitions } from "./definition-schema.ts";
import { guardDefinitions } from "./guard-definitions.ts";
import { createDefinitionQueries } from "./read-definitions.ts";
import { isBusy } from "./translate-error.ts";
import { createDefinitionWriter, definitionsFile } from "./write-definitions.ts";

/** How long a statement waits for other processes. */
const busyTimeoutMs = 5_000;

/** Opens the store, and makes folder and file when they are missing. Errors as the port says. */
export function openSqliteDefinitions(folder: string): DefinitionStore {
  return guardDefinitions(folder, () => {
    mkdirSync(folder, { recursive: true });
    const database = new DatabaseSync(join(folder, definitionsFile), { timeout: busyTimeoutMs });
    try {
      useWriteAheadLog(database);
      database.exec("PRAGMA synchronous = FULL");
      migrateDefinitions(database, folder);
    } catch (error) {
      database.close();
      throw error;
    }
    return {
      ...createDefinitionQueries(database, folder),
      ...createDefinitionWriter(database, folder),
      close: async () => closeOnce(database),
    };
  });
}

/** For readers: undefined when nothing was ever stored, and then nothing is made. */
export function findSqliteDefinitions(folder: string): DefinitionReader | undefined {
  return existsSync(join(folder, definitionsFile)) ? openSqliteDefinitions(folder) : undefined;
}

/** The mode stays with the file. While another process sets it, this one goes on without: its commits are as safe. */
function useWriteAheadLog(database: DatabaseSync): void {
  try {
    database.exec("PRAGMA journal_mode = WAL");
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
}

function closeOnce(database: DatabaseSync): void {
  if (database.isOpen) database.close();
}
