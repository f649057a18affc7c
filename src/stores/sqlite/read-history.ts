/**
 * The reading half of the SQLite history; the writer and readers share it.
 * Calls are synchronous inside and each is one statement, so each sees one state and holds no lock afterwards.
 */
import type { DatabaseSync } from "node:sqlite";
import {
  type HistoryReader,
  type RunDocument,
  type RunFilter,
  type RunSummary,
  type StoredBatch,
} from "../../ports/history-store.ts";
import { unknownRun } from "../refusals/refusals.ts";
import { computeChecksum } from "./checksum.ts";
import { type Row, decodeDocument, decodeSummary, readNumber, readText } from "./row-codec.ts";
import { makeCountStatement, makeListStatement } from "./list-statement.ts";
import { damagedStore, translateStoreError } from "./translate-error.ts";

/** Everything of a reader except its end. */
export type HistoryQueries = Omit<HistoryReader, "close">;

/** Statements are prepared at their first use, so that opening stays cheap. `version` is that of the file's schema. */
export function createHistoryQueries(
  database: DatabaseSync,
  folder: string,
  version: number,
): HistoryQueries {
  const prepare = cacheStatements(database);

  function decodeRun(row: Row): RunSummary {
    try {
      return decodeSummary(row);
    } catch (cause) {
      throw damagedStore(folder, "a run's row cannot be read", cause);
    }
  }

  function listRuns(filter: RunFilter = {}): RunSummary[] {
    const { text, values } = makeListStatement(filter, version);
    return prepare(text)
      .all(...values)
      .map(decodeRun);
  }

  function countRuns(): ReadonlyMap<string, number> {
    const text = makeCountStatement(version);
    return new Map(
      prepare(text)
        .all()
        .map((row) => [readText(row, "phase"), readNumber(row, "count")]),
    );
  }

  function findRun(idOrName: string): RunSummary | undefined {
    const row =
      prepare("SELECT * FROM run WHERE run_id = ?").get(idOrName) ??
      prepare("SELECT * FROM run WHERE name = ?").get(idOrName);
    return row === undefined ? undefined : decodeRun(row);
  }

  function readDocument(runId: string): RunDocument {
    const row = prepare("SELECT * FROM run_document WHERE run_id = ?").get(runId);
    if (row === undefined) throw unknownRun(runId);
    const document = decodeDocument(row);
    if (document === undefined) throw damagedStore(folder, `the document of run ${runId} fails its checksum`);
    return document;
  }

  function readEvents(runId: string, fromSeq: number): StoredBatch[] {
    const select = prepare(
      `SELECT first_seq, count, body, body_crc FROM event_batch
       WHERE run_id = ?1 AND first_seq >= coalesce(
         (SELECT max(first_seq) FROM event_batch WHERE run_id = ?1 AND first_seq <= ?2), 0)
       ORDER BY first_seq`,
    );
    const batches = select.all(runId, fromSeq).map((row) => decodeBatch(row, runId, folder));
    if (batches.length === 0 && findRun(runId)?.runId !== runId) throw unknownRun(runId);
    return batches.filter((batch) => batch.firstSeq + batch.count > fromSeq);
  }

  return {
    listRuns: async (filter) => guard(folder, () => listRuns(filter)),
    countRuns: async () => guard(folder, countRuns),
    findRun: async (idOrName) => guard(folder, () => findRun(idOrName)),
    readDocument: async (runId) => guard(folder, () => readDocument(runId)),
    readEvents: async (runId, fromSeq = 1) => guard(folder, () => readEvents(runId, fromSeq)),
  };
}

/** Prepares each text once. */
export function cacheStatements(database: DatabaseSync): DatabaseSync["prepare"] {
  const cache = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  return (text) => {
    let statement = cache.get(text);
    if (statement === undefined) {
      statement = database.prepare(text);
      cache.set(text, statement);
    }
    return statement;
  };
}

/** Runs `work` and lets only errors of the port out. */
export function guard<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translateStoreError(error, folder);
  }
}

function decodeBatch(row: Row, runId: string, folder: string): StoredBatch {
  const batch = {
    firstSeq: readNumber(row, "first_seq"),
    count: readNumber(row, "count"),
    body: readText(row, "body"),
  };
  if (computeChecksum(batch.body) === row["body_crc"]) return batch;
  throw damagedStore(
    folder,
    `the events of run ${runId} from number ${batch.firstSeq} on fail their checksum`,
  );
}
