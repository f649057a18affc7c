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

const expiringIndex = `CREATE INDEX run_expiring ON run (run_id) WHERE instr(view, '"expiresAt":') > 0;`;

/** Members of a run's view that runs are found by. A query takes an index only if it has the same text. */
export const viewTexts = {
  expiresAt: "json_extract(view, '$.expiresAt')",
  origin: "json_extract(view, '$.origin')",
  metrics: "json_type(view, '$.metrics')",
  locks: "json_type(view, '$.locks')",
  owes: "json_extract(view, '$.owes')",
  payloadKey: "json_extract(view, '$.payload.key')",
} as const;

const isUnfinished = `phase IN (${quoted(unfinishedRunPhases)})`;

/**
 * What finds some runs among many: the time at which they expire, their origin, their figures, their labels; and how many
 * there are of each ended phase. Those under way are not counted: most changes of a run would cost a row, and they are few
 * enough to be looked through. The two tables are kept by the writer (write-finding.ts).
 * Runs that had begun before the rows noted locks might hold some, so all of them are noted until they say otherwise.
 */
const findingTables = `
  DROP INDEX run_expiring;
  CREATE INDEX run_by_expiry ON run (${viewTexts.expiresAt}) WHERE ${viewTexts.expiresAt} IS NOT NULL;
  CREATE INDEX run_by_origin ON run (${viewTexts.origin}, created_at DESC, run_id DESC) WHERE phase = 'succeeded';
  CREATE INDEX run_with_metrics ON run (created_at DESC, run_id DESC) WHERE ${viewTexts.metrics} IS NOT NULL;
  CREATE TABLE run_label (
    name           TEXT NOT NULL,
    value          TEXT NOT NULL,
    unfinished     INTEGER NOT NULL,
    run_id         TEXT NOT NULL,
    PRIMARY KEY (name, value, unfinished, run_id)
  ) WITHOUT ROWID;
  CREATE TABLE run_count (
    phase          TEXT PRIMARY KEY NOT NULL,
    count          INTEGER NOT NULL
  ) WITHOUT ROWID;
  INSERT INTO run_label SELECT key, value, ${isUnfinished}, run_id FROM run, json_each(labels);
  INSERT INTO run_count SELECT phase, count(*) FROM run WHERE NOT ${isUnfinished} GROUP BY phase;
  UPDATE run SET view = json_set(view, '$.locks', json('true')) WHERE ${isUnfinished};
`;

/** What finds runs that owe callbacks, and those of a payload. */
const callbackIndexes = `
  CREATE INDEX run_owing ON run (created_at DESC, run_id DESC) WHERE ${viewTexts.owes} IS NOT NULL;
  CREATE INDEX run_by_payload ON run (${viewTexts.payloadKey}, created_at DESC, run_id DESC) WHERE ${viewTexts.payloadKey} IS NOT NULL;
`;

/** In order; the position plus one is the `user_version` that a step leads to. */
const migrations: readonly string[] = [initialTables, expiringIndex, findingTables, callbackIndexes];

/** From this `user_version` on runs are found by what `findingTables` has. */
export const findingVersion = 3;

/** From this one on by what `callbackIndexes` has as well. */
export const callbacksVersion = 4;

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
