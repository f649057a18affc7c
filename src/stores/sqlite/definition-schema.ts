/**
 * The tables of `definitions.db`. `PRAGMA user_version` is the number of migrations that were applied; a migration is
 * never edited once released.
 *
 * A definition that was removed keeps its row, without texts: its versions go on counting if the name comes back.
 * `revision` is the number of its last change of any kind, `counter` holds the highest one.
 */
import type { DatabaseSync } from "node:sqlite";
import { MillraceError } from "../../base/errors.ts";
import { definitionKinds } from "../../model/run/definition.ts";
import { readSchemaVersion } from "./schema.ts";

const kinds = definitionKinds.map((kind) => `'${kind}'`).join(", ");

const initialTables = `
  CREATE TABLE definition (
    kind            TEXT NOT NULL CHECK (kind IN (${kinds})),
    name            TEXT NOT NULL,
    uid             TEXT NOT NULL,
    version         INTEGER NOT NULL CHECK (version > 0),
    created_at      INTEGER NOT NULL,
    is_removed      INTEGER NOT NULL,
    status          TEXT NOT NULL,
    status_revision INTEGER NOT NULL,
    revision        INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
  ) WITHOUT ROWID;
  CREATE INDEX definition_by_revision ON definition (revision);
  CREATE TABLE definition_version (
    kind            TEXT NOT NULL,
    name            TEXT NOT NULL,
    version         INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    labels          TEXT NOT NULL,
    source          TEXT NOT NULL,
    source_crc      INTEGER NOT NULL,
    PRIMARY KEY (kind, name, version)
  ) WITHOUT ROWID;
  CREATE TABLE counter (revision INTEGER NOT NULL);
  INSERT INTO counter VALUES (0);
`;

/** In order; the position plus one is the `user_version` that a step leads to. */
const migrations: readonly string[] = [initialTables];

/** Marks the file as ours: "mlrd". */
const applicationId = 0x6d6c7264;

/**
 * Applies what is missing. Several processes may open a new file at once: one of them makes the tables, the others wait
 * for it. Throws `store/too-new` for a file of a newer Millrace.
 */
export function migrateDefinitions(database: DatabaseSync, folder: string): void {
  if (readSchemaVersion(database) === migrations.length) return;
  database.exec("BEGIN IMMEDIATE");
  const version = readSchemaVersion(database);
  if (version > migrations.length) {
    database.exec("ROLLBACK");
    const message = `the definitions in ${folder} have schema ${version}, and this Millrace knows schemas up to ${migrations.length}`;
    throw new MillraceError("store/too-new", "invalid", message, {
      hint: "Use the newer Millrace that wrote it.",
    });
  }
  for (const migration of migrations.slice(version)) database.exec(migration);
  database.exec(
    `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}; COMMIT`,
  );
}
