/** The writing half of the stored definitions: each call is one transaction that holds the write lock from its begin. */
import { utimesSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { DatabaseSync } from "node:sqlite";
import { MillraceError } from "../../base/errors.ts";
import { describeDefinition } from "../../model/run/definition.ts";
import type { DefinitionKey } from "../../model/run/definition.ts";
import type {
  Definition,
  DefinitionDraft,
  DefinitionReader,
  DefinitionStore,
  PutAnswer,
} from "../../ports/definition-store.ts";
import { guardDefinitions } from "./guard-definitions.ts";
import { decodeDefinition, findVersion } from "./read-definitions.ts";
import { readNumber } from "./row-codec.ts";
import type { Row } from "./row-codec.ts";

export const definitionsFile = "definitions.db";

/** Everything of a store that a reader does not have. */
export function createDefinitionWriter(
  database: DatabaseSync,
  folder: string,
): Omit<DefinitionStore, keyof DefinitionReader> {
  const write = <T>(body: () => T): T => {
    const result = guardDefinitions(folder, () => inTransaction(database, body));
    tellWatchers(folder);
    return result;
  };
  return {
    put: async (drafts, at) => write(() => drafts.map((draft) => putOne(database, folder, draft, at))),
    remove: async (key) => write(() => remove(database, key)),
    writeStatus: async (key, status, expected) =>
      write(() => {
        const row = findRow(database, key);
        if (row === undefined) throw unknownDefinition(key);
        if (readNumber(row, "status_revision") !== expected) throw changedStatus(key);
        const revision = takeRevision(database);
        database
          .prepare(
            "UPDATE definition SET status = ?, status_revision = ?, revision = ? WHERE kind = ? AND name = ?",
          )
          .run(JSON.stringify(status), revision, revision, key.kind, key.name);
        return revision;
      }),
  };
}

/**
 * What SQLite writes to its log is seen by watchers of the folder before it counts: readers find it only after the log
 * is on the disk, and that is written where no watcher looks. So the file is touched when there is something to find.
 */
function tellWatchers(folder: string): void {
  const now = new Date();
  try {
    utimesSync(join(folder, definitionsFile), now, now);
  } catch (error) {
    // The write has succeeded, whoever may touch the file; watchers look again a while after they were woken.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

function inTransaction<T>(database: DatabaseSync, body: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = body();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // SQLite ends a transaction by itself after some errors, such as a full disk.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** The row of a definition that is there. */
function findRow(database: DatabaseSync, { kind, name }: DefinitionKey): Row | undefined {
  return database
    .prepare("SELECT * FROM definition WHERE kind = ? AND name = ? AND is_removed = 0")
    .get(kind, name);
}

function takeRevision(database: DatabaseSync): number {
  const row = database.prepare("UPDATE counter SET revision = revision + 1 RETURNING revision").get();
  return readNumber(row ?? {}, "revision");
}

function putOne(database: DatabaseSync, folder: string, draft: DefinitionDraft, at: number): PutAnswer {
  const { kind, name, source, labels } = draft;
  const row = findVersion(database, draft);
  const latest = row === undefined ? undefined : decodeDefinition(row, folder);
  checkExpectation(draft, latest?.version);
  if (latest !== undefined && latest.source === source && isSame(latest.labels, labels))
    return { change: "unchanged", definition: latest };
  const head = database.prepare("SELECT version FROM definition WHERE kind = ? AND name = ?").get(kind, name);
  const version = (head === undefined ? 0 : readNumber(head, "version")) + 1;
  const definition: Definition = {
    kind,
    name,
    uid: latest?.uid ?? draft.uid,
    version,
    source,
    labels,
    createdAt: latest?.createdAt ?? at,
    updatedAt: at,
    status: latest?.status ?? {},
    statusRevision: latest?.statusRevision ?? 0,
  };
  insertVersion(database, definition);
  return { change: latest === undefined ? "created" : "updated", definition };
}

function insertVersion(database: DatabaseSync, definition: Definition): void {
  const { kind, name, uid, version, source, labels, createdAt, updatedAt } = definition;
  database
    .prepare(
      `INSERT INTO definition
         (kind, name, uid, version, created_at, is_removed, status, status_revision, revision)
       VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?)
       ON CONFLICT (kind, name) DO UPDATE SET
         uid = excluded.uid, version = excluded.version, created_at = excluded.created_at, is_removed = 0,
         status = excluded.status, status_revision = excluded.status_revision, revision = excluded.revision`,
    )
    .run(
      kind,
      name,
      uid,
      version,
      createdAt,
      JSON.stringify(definition.status),
      definition.statusRevision,
      takeRevision(database),
    );
  database
    .prepare(
      `INSERT INTO definition_version (kind, name, version, updated_at, labels, source, source_crc)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(kind, name, version, updatedAt, JSON.stringify(labels), source, crc32(source));
}

/** Labels in another order are the same labels. */
function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function checkExpectation({ kind, name, expects }: DefinitionDraft, found: number | undefined): void {
  const what = describeDefinition({ kind, name });
  if (expects === "none" && found !== undefined)
    throw new MillraceError("definition/exists", "conflict", `${what} exists already`, {
      hint: "`apply` or `update` stores another version of it.",
    });
  if (typeof expects !== "number" || expects === found) return;
  if (found === undefined) throw unknownDefinition({ kind, name });
  const message = `${what} is at version ${found}, not at version ${expects}`;
  throw new MillraceError("definition/changed", "conflict", message);
}

function remove(database: DatabaseSync, key: DefinitionKey): boolean {
  if (findRow(database, key) === undefined) return false;
  database.prepare("DELETE FROM definition_version WHERE kind = ? AND name = ?").run(key.kind, key.name);
  database
    .prepare(
      `UPDATE definition SET is_removed = 1, status = '{}', status_revision = 0, revision = ?
       WHERE kind = ? AND name = ?`,
    )
    .run(takeRevision(database), key.kind, key.name);
  return true;
}

function unknownDefinition(key: DefinitionKey): MillraceError {
  return new MillraceError("definition/unknown", "not-found", `there is no ${describeDefinition(key)}`);
}

function changedStatus(key: DefinitionKey): MillraceError {
  const message = `the status of ${describeDefinition(key)} was written by somebody else`;
  return new MillraceError("definition/status-changed", "conflict", message);
}
