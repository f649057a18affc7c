import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import {
  creation,
  describeHistoryStore,
  readAll,
  sampleBatch,
  sampleDocument,
  sampleSummary,
} from "../../src/ports/conformance/history-store.ts";
import type { HistoryReader, HistoryStore, RunFilter } from "../../src/ports/history-store.ts";
import { openSqliteHistory } from "../../src/stores/sqlite/open-sqlite-history.ts";
import { makeCountStatement, makeListStatement } from "../../src/stores/sqlite/list-statement.ts";
import { schemaVersion } from "../../src/stores/sqlite/schema.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";

describeHistoryStore("sqlite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "millrace-test-"));
  let store: HistoryStore = openSqliteHistory(folder, { mode: "write" });
  return {
    store,
    reopen: async () => {
      await store.close();
      store = openSqliteHistory(folder, { mode: "write" });
      return store;
    },
    dispose: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
});

test("a reader beside the writer sees every commit, and ends without disturbing it", async (context) => {
  const folder = makeTemporaryFolder(context);
  const writer = openSqliteHistory(folder, { mode: "write" });
  await writer.commit(creation("r1"), { durable: false });
  const reader = openSqliteHistory(folder, { mode: "read" });
  assert.deepEqual(await readAll(reader), await readAll(writer));
  await writer.commit({ appended: [sampleBatch("r1", 2)] }, { durable: false });
  assert.equal((await reader.readEvents("r1")).length, 2);
  await reader.close();
  await writer.commit({ appended: [sampleBatch("r1", 3)] }, { durable: true });
  await writer.close();
});

test("reading needs a history", (context) => {
  const folder = makeTemporaryFolder(context);
  assert.throws(() => openSqliteHistory(folder, { mode: "read" }), {
    code: "store/missing",
    category: "not-found",
  });
  const nowhere = join(folder, "a", "b");
  assert.throws(() => openSqliteHistory(nowhere, { mode: "read" }), { code: "store/missing" });
});

test("missing folders are made for a writer", async (context) => {
  const folder = join(makeTemporaryFolder(context), "a", "b");
  const writer = openSqliteHistory(folder, { mode: "write" });
  await writer.commit(creation("r1"), { durable: true });
  await writer.close();
  const reader = openSqliteHistory(folder, { mode: "read" });
  assert.equal((await reader.listRuns()).length, 1);
  await reader.close();
});

test("a file of a newer Millrace is refused, not changed", async (context) => {
  const folder = makeTemporaryFolder(context);
  await openSqliteHistory(folder, { mode: "write" }).close();
  const file = join(folder, "history.db");
  const database = new DatabaseSync(file);
  database.exec("PRAGMA user_version = 1000");
  database.close();
  for (const mode of ["write", "read"] as const) {
    const open = (): unknown =>
      mode === "write" ? openSqliteHistory(folder, { mode }) : openSqliteHistory(folder, { mode });
    assert.throws(open, { code: "store/too-new", category: "invalid" });
  }
});

/** What a file of schema 1 or 2 does not have. */
const undoCallbacks = "DROP INDEX run_owing; DROP INDEX run_by_payload;";

const undoFinding = `
  ${undoCallbacks}
  DROP INDEX run_by_expiry; DROP INDEX run_by_origin; DROP INDEX run_with_metrics;
  DROP TABLE run_label; DROP TABLE run_count;`;

const eachFilter: readonly RunFilter[] = [
  {},
  { unfinishedOnly: true },
  { expiring: {} },
  { expiring: { after: 1, until: 9 }, limit: 1 },
  { label: { name: "team", value: "data" } },
  { label: { name: "team", value: "data" }, unfinishedOnly: true },
  { origin: { id: "o", createdUntil: Number.MAX_SAFE_INTEGER } },
  { owing: true },
  { payload: {} },
  { payload: { key: "k" } },
  { withMetrics: true },
  { unfinishedOnly: true, withLocks: true },
];

async function describeAll(reader: HistoryReader): Promise<unknown> {
  const lists = await Promise.all(eachFilter.map((filter) => reader.listRuns(filter)));
  return {
    ids: lists.map((rows) => rows.map(({ runId }) => runId)),
    counts: Object.fromEntries(await reader.countRuns()),
  };
}

for (const version of [1, 2, 3])
  test(`a file of schema ${version} is read as it is, and a writer brings it up to date`, async (context) => {
    const folder = makeTemporaryFolder(context);
    const first = openSqliteHistory(folder, { mode: "write" });
    const views = {
      r1: { locks: true },
      r2: { expiresAt: 5, origin: "o" },
      r3: { metrics: [], owes: 1, payload: { key: "k" } },
    };
    const created = Object.entries(views).map(([runId, view]) => ({
      summary: sampleSummary(runId, { phase: runId === "r1" ? "running" : "succeeded", view }),
      document: sampleDocument(),
    }));
    await first.commit({ created, appended: [] }, { durable: true });
    const expected = await describeAll(first);
    await first.close();
    const file = join(folder, "history.db");
    const older = new DatabaseSync(file);
    older.exec(`${version === 3 ? undoCallbacks : undoFinding}; PRAGMA user_version = ${version}`);
    if (version === 2) older.exec("CREATE INDEX run_expiring ON run (run_id) WHERE instr(view, 'x') > 0");
    older.close();
    const reader = openSqliteHistory(folder, { mode: "read" });
    assert.deepEqual(await describeAll(reader), expected);
    await reader.close();
    const writer = openSqliteHistory(folder, { mode: "write" });
    assert.deepEqual(await describeAll(writer), expected);
    await writer.close();
    const newer = new DatabaseSync(file);
    assert.equal(newer.prepare("PRAGMA user_version").get()?.["user_version"], schemaVersion);
    newer.close();
  });

test("runs are found by their indexes, and never by reading all of them", async (context) => {
  const folder = makeTemporaryFolder(context);
  await openSqliteHistory(folder, { mode: "write" }).close();
  const database = new DatabaseSync(join(folder, "history.db"));
  const planOf = (filter: RunFilter): string => {
    const { text, values } = makeListStatement(filter, schemaVersion);
    const steps = database.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...values);
    return steps.map(({ detail }) => String(detail)).join("; ");
  };
  assert.deepEqual(eachFilter.map(planOf), [
    "SCAN run USING INDEX run_by_age",
    "SCAN run USING INDEX run_unfinished",
    "SCAN run USING INDEX run_by_expiry; USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY",
    "SEARCH run USING INDEX run_by_expiry (<expr>>? AND <expr><?); USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY",
    "SEARCH run_label USING PRIMARY KEY (name=? AND value=?); SEARCH run USING PRIMARY KEY (run_id=?); USE TEMP B-TREE FOR ORDER BY",
    "SEARCH run_label USING PRIMARY KEY (name=? AND value=? AND unfinished=?); SEARCH run USING PRIMARY KEY (run_id=?); USE TEMP B-TREE FOR ORDER BY",
    "SEARCH run USING INDEX run_by_origin (<expr>=? AND created_at<?)",
    "SCAN run USING INDEX run_owing",
    "SCAN run USING INDEX run_by_payload; USE TEMP B-TREE FOR ORDER BY",
    "SEARCH run USING INDEX run_by_payload (<expr>=?)",
    "SCAN run USING INDEX run_with_metrics",
    "SCAN run USING INDEX run_unfinished",
  ]);
  const counting = database.prepare(`EXPLAIN QUERY PLAN ${makeCountStatement(schemaVersion)}`).all();
  const scans = counting.map(({ detail }) => String(detail)).filter((detail) => detail.startsWith("SCAN"));
  assert.deepEqual(scans, ["SCAN run_count", "SCAN run USING INDEX run_unfinished"]);
  database.close();
});

test("a crash while the tables are made leaves a file that opens", async (context) => {
  const folder = makeTemporaryFolder(context);
  const database = new DatabaseSync(join(folder, "history.db"));
  database.exec("PRAGMA journal_mode = WAL; BEGIN; CREATE TABLE run (run_id TEXT)");
  database.close();
  const writer = openSqliteHistory(folder, { mode: "write" });
  await writer.commit(creation("r1"), { durable: true });
  assert.equal((await writer.listRuns()).length, 1);
  await writer.close();
});
