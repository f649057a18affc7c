/**
 * The tables of `history.db` and how older files become newer ones.
 *
 * `PRAGMA user_version` is the number of migrations that were applied; opening looks at nothing else, because a
 * cold start has to stay below a few milliseconds. A migration is never edited once released; a new one is added.
 *
 * `event_batch` is WITHOUT ROWID on (run_id, first_seq): one b-tree instead of two, 9 us instead of 14 us for a
 * commit of one event (bench/probes/history.ts). `body_crc` is there because SQLite does not notice flipped bits
 * inside a value, and the history is the truth.
 */
import type { DatabaseSync } from "node:sqlite";
import { finishedRunPhases, unfinishedRunPhases } from "../../ports/history-store.ts";

/** Marks the file as ours for `file(1)` and for people: "mlrc". */
export const applicationId = 0x6d6c7263;

const quoted = (phases: readonly string[]): string => phases.map((phase) => `'${phase}'`).join(", ");

const initialTables = `
  CREATE TABLE run (
    run_id         TEXT PRIMARY KEY NOT NULL,
    name           TEXT NOT NULL UNIQUE,
    phase          TEXT NOT NULL CHECK (phase IN (${quoted([...unfinishedRunPhases, ...finishedRunPhases])})),
    created_at     INTEGER NOT NULL,
    started_at     INTEGER,
    ended_at       INTEGER,
    message        TEXT,
    labels         TEXT NOT NULL,
    progress_done  INTEGER NOT NULL,
    progress_total INTEGER NOT NULL,
    view           TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX run_by_age ON run (created_at DESC, run_id DESC);
  CREATE INDEX run_unfinished ON run (created_at DESC, run_id DESC) WHERE phase IN (${quoted(unfinishedRunPhases)});
  CREATE TABLE run_document (
    run_id         TEXT PRIMARY KEY NOT NULL,
    language       TEXT NOT NULL,
    file           TEXT NOT NULL,
    source         TEXT NOT NULL,
    submission     TEXT NOT NULL,
    body_crc       INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE event_batch (
    run_id         TEXT NOT NULL,
    first_seq      INTEGER NOT NULL CHECK (first_seq > 0),
    count          INTEGER NOT NULL CHECK (count > 0),
    body_crc       INTEGER NOT NULL,
    body           TEXT NOT NULL,
    PRIMARY KEY (run_id, first_seq)
  ) WITHOUT ROWID;
`;

/** True of runs that are deleted by themselves some day; the same text in a query makes SQLite take the index. */
export const expiringCondition = `instr(view, '"expiresAt":') > 0`;

const expiringIndex = `CREATE INDEX run_expiring ON run (run_id) WHERE ${expiringCondition};`;

/** The same for runs that owe callbacks, and for those that have a payload. */
export const owingCondition = `instr(view, '"owes":') > 0`;
export const payloadCondition = `instr(view, '"payload":') > 0`;
export const payloadKeyColumn = `json_extract(view, '$.payload.key')`;

const callbackIndexes = `
  CREATE INDEX run_owing ON run (run_id) WHERE ${owingCondition};
  CREATE INDEX run_payload ON run (${payloadKeyColumn}, created_at DESC) WHERE ${payloadCondition};
`;

/** In order; the position plus one is the `user_version` that a step leads to. */
const migrations: readonly string[] = [initialTables, expiringIndex, callbackIndexes];

/** The `user_version` that this code writes. */
export const schemaVersion = migrations.length;

/** The file's `user_version`; 0 for a file without tables. */
export function readSchemaVersion(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
}

/** Applies what is missing in one transaction, so that a crash leaves the old version or the new one. */
export function migrateSchema(database: DatabaseSync, fromVersion: number): void {
  database.exec("BEGIN EXCLUSIVE");
  for (const migration of migrations.slice(fromVersion)) database.exec(migration);
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}; COMMIT`);
}
