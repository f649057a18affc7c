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
} from "../../src/ports/conformance/history-store.ts";
import type { HistoryStore } from "../../src/ports/history-store.ts";
import { openSqliteHistory } from "../../src/stores/sqlite/open-sqlite-history.ts";
import {
  expiringCondition,
  owingCondition,
  payloadCondition,
  payloadKeyColumn,
} from "../../src/stores/sqlite/schema.ts";
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

test("a file of an older Millrace is read as it is, and a writer brings it up to date", async (context) => {
  const folder = makeTemporaryFolder(context);
  const first = openSqliteHistory(folder, { mode: "write" });
  await first.commit(creation("r1"), { durable: true });
  await first.close();
  const file = join(folder, "history.db");
  const older = new DatabaseSync(file);
  older.exec(
    "DROP INDEX run_expiring; DROP INDEX run_owing; DROP INDEX run_payload; PRAGMA user_version = 1",
  );
  older.close();
  const reader = openSqliteHistory(folder, { mode: "read" });
  assert.deepEqual(await reader.listRuns({ expiringOnly: true }), []);
  assert.equal((await reader.listRuns()).length, 1);
  await reader.close();
  const writer = openSqliteHistory(folder, { mode: "write" });
  assert.equal((await writer.listRuns()).length, 1);
  await writer.close();
  const newer = new DatabaseSync(file);
  assert.equal(newer.prepare("PRAGMA user_version").get()?.["user_version"], 3);
  const select = newer.prepare(`EXPLAIN QUERY PLAN SELECT * FROM run WHERE ${expiringCondition}`);
  assert.match(JSON.stringify(select.all()), /USING INDEX run_expiring/);
  const owing = newer.prepare(`EXPLAIN QUERY PLAN SELECT * FROM run WHERE ${owingCondition}`);
  assert.match(JSON.stringify(owing.all()), /USING INDEX run_owing/);
  const same = newer.prepare(
    `EXPLAIN QUERY PLAN SELECT * FROM run WHERE ${payloadCondition} AND ${payloadKeyColumn} = ? ORDER BY created_at DESC`,
  );
  assert.match(JSON.stringify(same.all()), /USING INDEX run_payload/);
  newer.close();
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
