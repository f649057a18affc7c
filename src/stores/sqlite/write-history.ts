/**
 * The writing half of the SQLite history: one commit is one transaction (H1), in the order of the calls (H2).
 *
 * The last sequence number of each run is remembered, which is right because there is one writer (H5); it is learned
 * from the file at a run's first commit and replaced only after COMMIT.
 */
import type { DatabaseSync } from "node:sqlite";
import { assertInvariant } from "../../base/errors.ts";
import type { HistoryAppend, HistoryCommit, RunDocument, RunSummary } from "../../ports/history-store.ts";
import { duplicateRun, outOfOrder, unknownRun } from "../refusals/refusals.ts";
import { computeChecksum } from "./checksum.ts";
import { cacheStatements } from "./read-history.ts";
import { encodeDocument, encodeSummary, summaryColumns } from "./row-codec.ts";
import { getFindable, noteFindable } from "./write-finding.ts";
import type { Findable } from "./write-finding.ts";

/** More runs than this are not remembered at once; they are learned again when needed. */
const rememberedRuns = 20_000;

const insertRun = `INSERT INTO run (${summaryColumns.join(", ")}) VALUES (${summaryColumns.map(() => "?").join(", ")})`;
const updateRun = `UPDATE run SET ${summaryColumns
  .slice(2)
  .map((column) => `${column} = ?`)
  .join(", ")} WHERE run_id = ?`;
const insertDocument = `INSERT INTO run_document
  (run_id, language, file, source, submission, body_crc) VALUES (?, ?, ?, ?, ?, ?)`;
const insertBatch =
  "INSERT INTO event_batch (run_id, first_seq, count, body_crc, body) VALUES (?, ?, ?, ?, ?)";
const selectLastBatch =
  "SELECT first_seq + count - 1 AS last_seq FROM event_batch WHERE run_id = ? ORDER BY first_seq DESC LIMIT 1";

/** Applies commits. Throws what SQLite throws; the caller translates. */
export function createHistoryWriter(database: DatabaseSync): (commit: HistoryCommit) => void {
  const prepare = cacheStatements(database);
  const remembered = new Map<string, number>();

  function findLastSeq(runId: string): number {
    const known = remembered.get(runId);
    if (known !== undefined) return known;
    const row = prepare(selectLastBatch).get(runId);
    if (row !== undefined) return Number(row["last_seq"]);
    if (!isThere("run_id", runId)) throw unknownRun(runId);
    return 0;
  }

  function isThere(column: "run_id" | "name", value: string): boolean {
    return prepare(`SELECT 1 FROM run WHERE ${column} = ?`).get(value) !== undefined;
  }

  function createRun(summary: RunSummary, document: RunDocument): void {
    if (isThere("run_id", summary.runId)) throw duplicateRun(`id ${summary.runId}`);
    if (isThere("name", summary.name)) throw duplicateRun(`name ${summary.name}`);
    const row = encodeSummary(summary);
    prepare(insertRun).run(...row);
    noteFindable(prepare, undefined, findableOf(summary, row));
    prepare(insertDocument).run(...encodeDocument(summary.runId, document));
  }

  function updateSummary(summary: RunSummary): void {
    const before = getFindable(prepare, summary.runId);
    assertInvariant(before.name === summary.name, `run ${summary.runId} changes its name`);
    const row = encodeSummary(summary);
    const [runId = null, , ...changing] = row;
    prepare(updateRun).run(...changing, runId);
    noteFindable(prepare, before, findableOf(summary, row));
  }

  function append(batch: HistoryAppend, lastSeqs: Map<string, number>): void {
    assertInvariant(Number.isInteger(batch.count) && batch.count > 0, `a batch of ${batch.count} events`);
    const lastSeq = lastSeqs.get(batch.runId) ?? findLastSeq(batch.runId);
    if (batch.firstSeq !== lastSeq + 1) throw outOfOrder(batch, lastSeq);
    const { runId, firstSeq, count, body } = batch;
    prepare(insertBatch).run(runId, firstSeq, count, computeChecksum(body), body);
    lastSeqs.set(batch.runId, lastSeq + batch.count);
  }

  /** Returns the last sequence numbers that hold once the transaction is committed. */
  function applyParts(commit: HistoryCommit): Map<string, number> {
    const lastSeqs = new Map<string, number>();
    for (const runId of commit.deleted ?? []) deleteRun(prepare, runId);
    for (const runId of commit.deleted ?? []) remembered.delete(runId);
    for (const { summary, document } of commit.created ?? []) {
      createRun(summary, document);
      lastSeqs.set(summary.runId, 0);
    }
    for (const batch of commit.appended) append(batch, lastSeqs);
    for (const summary of commit.updated ?? []) updateSummary(summary);
    return lastSeqs;
  }

  return (commit) => {
    // A statement alone is a transaction by itself, and the two around it cost as much again.
    const isAlone = isOneAppend(commit);
    if (!isAlone) prepare("BEGIN IMMEDIATE").run();
    try {
      const lastSeqs = applyParts(commit);
      if (!isAlone) prepare("COMMIT").run();
      if (remembered.size > rememberedRuns) remembered.clear();
      for (const [runId, lastSeq] of lastSeqs) remembered.set(runId, lastSeq);
    } catch (error) {
      // Some errors, a full disk among them, have made SQLite roll back by itself.
      if (database.isTransaction) prepare("ROLLBACK").run();
      throw error;
    }
  };
}

function deleteRun(prepare: DatabaseSync["prepare"], runId: string): void {
  noteFindable(prepare, getFindable(prepare, runId), undefined);
  prepare("DELETE FROM run WHERE run_id = ?").run(runId);
  prepare("DELETE FROM run_document WHERE run_id = ?").run(runId);
  prepare("DELETE FROM event_batch WHERE run_id = ?").run(runId);
}

const labelsPlace = summaryColumns.indexOf("labels");

/** `row` is what `encodeSummary` made of it. */
function findableOf({ runId, phase }: RunSummary, row: ReturnType<typeof encodeSummary>): Findable {
  return { runId, phase, labels: String(row[labelsPlace]) };
}

/** The usual commit: events of one run. */
function isOneAppend({ created = [], appended, updated = [], deleted = [] }: HistoryCommit): boolean {
  return appended.length === 1 && created.length + updated.length + deleted.length === 0;
}
