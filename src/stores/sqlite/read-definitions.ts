/** The reading half of the stored definitions. Each call is one statement or one transaction, so each sees one state. */
import { crc32 } from "node:zlib";
import type { DatabaseSync } from "node:sqlite";
import { isJsonObject } from "../../base/json.ts";
import type { Json, JsonObject } from "../../base/json.ts";
import { describeDefinition } from "../../model/run/definition.ts";
import type { DefinitionKey, DefinitionKind } from "../../model/run/definition.ts";
import type {
  Definition,
  DefinitionChanges,
  DefinitionFilter,
  DefinitionReader,
} from "../../ports/definition-store.ts";
import { guardDefinitions } from "./guard-definitions.ts";
import { cacheStatements } from "./read-history.ts";
import { readNumber, readText } from "./row-codec.ts";
import type { Row } from "./row-codec.ts";
import { damagedStore } from "./translate-error.ts";

const selectVersions = `
  SELECT d.kind, d.name, d.uid, d.created_at, d.status, d.status_revision,
         v.version, v.updated_at, v.labels, v.source, v.source_crc
  FROM definition d JOIN definition_version v ON v.kind = d.kind AND v.name = d.name`;

/** The version that counts. */
const isLatest = "v.version = d.version";

/** Everything of a reader except its end. */
export function createDefinitionQueries(
  database: DatabaseSync,
  folder: string,
): Omit<DefinitionReader, "close"> {
  const read = <T>(body: () => T): T => guardDefinitions(folder, body);
  const toDefinition = (row: Row): Definition => decodeDefinition(row, folder);
  const prepare = cacheStatements(database);
  return {
    get: async (key, version) =>
      read(() => {
        const found = findVersion(database, key, version);
        return found === undefined ? undefined : toDefinition(found);
      }),
    list: async (filter) => read(() => listLatest(database, filter).map(toDefinition).filter(fits(filter))),
    listVersions: async ({ kind, name }) =>
      read(() =>
        database
          .prepare(`${selectVersions} WHERE d.kind = ? AND d.name = ? ORDER BY v.version DESC`)
          .all(kind, name)
          .map(toDefinition),
      ),
    changesSince: async (revision, kind) =>
      read(() =>
        // Whoever asks after each thing that happens usually hears that nothing was stored.
        readRevision(prepare) === revision
          ? { revision, changed: [], removed: [] }
          : readChanges(database, prepare, revision, kind, toDefinition),
      ),
  };
}

/** The row of a version, or of the latest one. */
export function findVersion(
  database: DatabaseSync,
  { kind, name }: DefinitionKey,
  version?: number,
): Row | undefined {
  const which = version === undefined ? isLatest : "v.version = ?";
  return database
    .prepare(`${selectVersions} WHERE d.kind = ? AND d.name = ? AND ${which}`)
    .get(kind, name, ...(version === undefined ? [] : [version]));
}

function listLatest(database: DatabaseSync, filter: DefinitionFilter = {}): readonly Row[] {
  const { kind } = filter;
  const condition = kind === undefined ? "" : "AND d.kind = ?";
  return database
    .prepare(`${selectVersions} WHERE ${isLatest} ${condition} ORDER BY d.kind, d.name`)
    .all(...(kind === undefined ? [] : [kind]));
}

function fits({ labels = {} }: DefinitionFilter = {}): (definition: Definition) => boolean {
  const wanted = Object.entries(labels);
  return (definition) =>
    wanted.every(
      ([name, value]) => Object.hasOwn(definition.labels, name) && definition.labels[name] === value,
    );
}

function readRevision(prepare: DatabaseSync["prepare"]): number {
  return readNumber(prepare("SELECT revision FROM counter").get() ?? {}, "revision");
}

function readChanges(
  database: DatabaseSync,
  prepare: DatabaseSync["prepare"],
  since: number,
  kind: DefinitionKind | undefined,
  toDefinition: (row: Row) => Definition,
): DefinitionChanges {
  // Plus signs: an order that comes for nothing with the primary key must not cost a look at every definition.
  const condition = `d.revision > ?1 AND (?2 IS NULL OR d.kind = ?2)`;
  database.exec("BEGIN");
  try {
    const revision = readRevision(prepare);
    const changed = prepare(
      `${selectVersions} WHERE ${isLatest} AND ${condition} ORDER BY +d.kind, +d.name`,
    ).all(since, kind ?? null);
    const removed = prepare(
      `SELECT kind, name FROM definition d WHERE is_removed = 1 AND ${condition} ORDER BY +kind, +name`,
    ).all(since, kind ?? null);
    return {
      revision,
      changed: changed.map(toDefinition),
      removed: removed.map((row) => ({ kind: readKind(row), name: readText(row, "name") })),
    };
  } finally {
    database.exec("COMMIT");
  }
}

/** A row of `selectVersions`. Throws `store/damaged` when it cannot be what was written. */
export function decodeDefinition(row: Row, folder: string): Definition {
  const key: DefinitionKey = { kind: readKind(row), name: readText(row, "name") };
  const source = readText(row, "source");
  const what = describeDefinition(key, readNumber(row, "version"));
  if (crc32(source) !== row["source_crc"])
    throw damagedStore(folder, `the text of ${what} fails its checksum`, undefined, "definitions");
  return {
    ...key,
    uid: readText(row, "uid"),
    version: readNumber(row, "version"),
    source,
    labels: readObject(row, "labels", what, folder) as Readonly<Record<string, string>>,
    createdAt: readNumber(row, "created_at"),
    updatedAt: readNumber(row, "updated_at"),
    status: readObject(row, "status", what, folder),
    statusRevision: readNumber(row, "status_revision"),
  };
}

/** The column has a CHECK on it. */
function readKind(row: Row): DefinitionKind {
  return readText(row, "kind") as DefinitionKind;
}

function readObject(row: Row, column: string, what: string, folder: string): JsonObject {
  let value: Json | undefined;
  try {
    value = JSON.parse(readText(row, column)) as Json;
  } catch {
    // What cannot be parsed is reported like what is no object.
  }
  if (isJsonObject(value)) return value;
  throw damagedStore(folder, `the ${column} of ${what} cannot be read`, undefined, "definitions");
}
