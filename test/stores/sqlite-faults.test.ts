/** What happens to the SQLite history when the world misbehaves: H2, H3, H5 and H6 with real means. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { MillraceError } from "../../src/base/errors.ts";
import { creation, readAll, sampleBatch } from "../../src/ports/conformance/history-store.ts";
import type { HistoryReader, HistoryStore } from "../../src/ports/history-store.ts";
import { openSqliteHistory } from "../../src/stores/sqlite/open-sqlite-history.ts";
import { makeTemporaryFolder, mountSmallDisk } from "./temporary-folder.ts";

const relaxed = { durable: false } as const;
const durable = { durable: true } as const;

test("H5: a second writer is refused with the pid of the first; a killed one frees the folder", async (context) => {
  const folder = makeTemporaryFolder(context);
  const holder = startWriter(context, folder, "hold");
  await holder.nextLine();
  assert.throws(
    () => openSqliteHistory(folder, { mode: "write" }),
    (error) =>
      error instanceof MillraceError &&
      error.code === "store/locked" &&
      error.message.includes(`${holder.child.pid}`),
  );
  await openSqliteHistory(folder, { mode: "read" }).close();
  holder.child.kill("SIGKILL");
  await once(holder.child, "exit");
  await openSqliteHistory(folder, { mode: "write" }).close();
});

test("H5: a second writer in the same process is refused as well", async (context) => {
  const folder = makeTemporaryFolder(context);
  const first = openSqliteHistory(folder, { mode: "write" });
  assert.throws(() => openSqliteHistory(folder, { mode: "write" }), {
    code: "store/locked",
    category: "conflict",
  });
  await first.close();
  await openSqliteHistory(folder, { mode: "write" }).close();
});

test("H1, H2, H3: a writer killed in the middle of commits leaves a prefix with everything it promised", async (context) => {
  for (const lines of [1, 20]) {
    const folder = makeTemporaryFolder(context);
    const writer = startWriter(context, folder);
    let promised = 0;
    for (let line = 0; line < lines; line += 1) promised = Number(await writer.nextLine());
    writer.child.kill("SIGKILL");
    await once(writer.child, "exit");
    const store = openSqliteHistory(folder, { mode: "write" });
    const last = await assertPrefix(store);
    assert.ok(last >= promised, `promised ${promised}, found ${last}`);
    await store.commit({ appended: [sampleBatch("a", last + 1)] }, durable);
    await store.close();
  }
});

test("H2, H3: whatever happens to the log behind the last sync, a prefix with everything promised remains", async (context) => {
  const folder = makeTemporaryFolder(context);
  const store = openSqliteHistory(folder, { mode: "write" });
  await store.commit(creation("a", "b"), durable);
  for (let seq = 2; seq < 20; seq += 1) await commitBoth(store, seq);
  await store.commit({ appended: [] }, durable);
  const syncedBytes = statSync(join(folder, "history.db-wal")).size;
  for (let seq = 20; seq < 40; seq += 1) await commitBoth(store, seq);
  const log = readFileSync(join(folder, "history.db-wal"));
  const damage = fc.record({
    from: fc.integer({ min: syncedBytes, max: log.length - 1 }),
    zeros: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ from, zeros }) => {
      const copy = mkdtempSync(join(folder, "copy-"));
      copyFileSync(join(folder, "history.db"), join(copy, "history.db"));
      // Torn off at `from`, or one lost sector in the middle with what follows intact.
      const torn = zeros
        ? Buffer.from(log).fill(0, from, Math.min(from + 512, log.length))
        : log.subarray(0, from);
      writeFileSync(join(copy, "history.db-wal"), torn);
      const reader = openSqliteHistory(copy, { mode: "read" });
      const last = await assertPrefix(reader);
      await reader.close();
      assert.ok(last >= 19 && last < 40, `found ${last}`);
    }),
    { numRuns: 40 },
  );
  await store.close();
});

test("H3: a new history that lost power before its first durable commit opens as an empty one", async (context) => {
  const folder = makeTemporaryFolder(context);
  const store = openSqliteHistory(folder, { mode: "write" });
  await store.commit(creation("a"), relaxed);
  const file = readFileSync(join(folder, "history.db"));
  const log = readFileSync(join(folder, "history.db-wal"));
  const remains: readonly (readonly [Buffer, Buffer | undefined])[] = [
    [Buffer.alloc(0), undefined],
    [Buffer.alloc(0), log],
    [file, undefined],
    [file, log.subarray(0, 100)],
    [file, Buffer.alloc(log.length)],
  ];
  for (const [file, log] of remains) {
    const copy = mkdtempSync(join(folder, "copy-"));
    writeFileSync(join(copy, "history.db"), file);
    if (log !== undefined) writeFileSync(join(copy, "history.db-wal"), log);
    const again = openSqliteHistory(copy, { mode: "write" });
    assert.deepEqual(await again.listRuns(), []);
    await again.commit(creation("b"), durable);
    await again.close();
  }
  await store.close();
});

test("H5: a reader of another process that leaves does not take the log of a new history along", async (context) => {
  const folder = makeTemporaryFolder(context);
  const store = openSqliteHistory(folder, { mode: "write" });
  await store.commit(creation("a"), durable);
  // The last one to close a database moves the log into the file and removes it, unless locks say that others are there.
  const script = `
    const { DatabaseSync } = require("node:sqlite");
    const database = new DatabaseSync(${JSON.stringify(join(folder, "history.db"))});
    database.prepare("SELECT count(*) FROM run").get();
    database.close();
  `;
  const child = spawn(process.execPath, ["-e", script], { stdio: "ignore" });
  assert.deepEqual(await once(child, "exit"), [0, null]);
  assert.ok(statSync(join(folder, "history.db-wal")).size > 0);
  await store.commit({ appended: [sampleBatch("a", 2)] }, durable);
  await store.close();
});

test("H6: a full disk refuses commits, keeps what was committed, and works again when there is space", async (context) => {
  const disk = mountSmallDisk(context, 512 * 1024);
  if (disk === undefined) return;
  const store = openSqliteHistory(disk.folder, { mode: "write" });
  await store.commit(creation("a", "b"), durable);
  let last = 1;
  await assert.rejects(
    async () => {
      for (; ; last += 1) await store.commit({ appended: bigBatches(last + 1) }, durable);
    },
    { name: "MillraceError", code: "store/full", category: "exhausted" },
  );
  assert.ok(last > 1);
  assert.equal(await assertPrefix(store), last);
  disk.remount(`size=${4 * 1024 * 1024}`);
  await store.commit({ appended: bigBatches(last + 1) }, durable);
  await store.close();
  const again = openSqliteHistory(disk.folder, { mode: "write" });
  assert.equal(await assertPrefix(again), last + 1);
  await again.close();
});

test("H6: a disk that is full from the start refuses to open for writing", (context) => {
  const disk = mountSmallDisk(context, 16 * 1024);
  if (disk === undefined) return;
  assert.throws(() => openSqliteHistory(disk.folder, { mode: "write" }), {
    code: "store/full",
    category: "exhausted",
  });
});

test("H6: a read-only folder refuses writers and is readable, also with a log that was not moved yet", async (context) => {
  const disk = mountSmallDisk(context, 4 * 1024 * 1024);
  if (disk === undefined) return;
  const clean = join(disk.folder, "clean");
  const killed = join(disk.folder, "killed");
  const empty = join(disk.folder, "empty");
  mkdirSync(empty);
  const store = openSqliteHistory(clean, { mode: "write" });
  await store.commit(creation("a", "b"), durable);
  mkdirSync(killed);
  for (const file of ["history.db", "history.db-wal"]) copyFileSync(join(clean, file), join(killed, file));
  const expected = await readAll(store);
  await store.close();
  disk.remount("ro");
  for (const folder of [clean, killed]) {
    const reader = openSqliteHistory(folder, { mode: "read" });
    assert.deepEqual(await readAll(reader), expected);
    await reader.close();
  }
  for (const folder of [clean, killed, empty, join(disk.folder, "absent")]) {
    assert.throws(() => openSqliteHistory(folder, { mode: "write" }), {
      code: "store/read-only",
      category: "denied",
    });
  }
  disk.remount("rw");
});

const damages: Readonly<
  Record<string, { readonly at: number; readonly bytes: number; readonly opens: boolean }>
> = {
  "the header": { at: 0, bytes: 100, opens: false },
  "the list of tables": { at: 100, bytes: 3000, opens: true },
  "pages in the middle": { at: 8 * 4096, bytes: 30 * 4096, opens: true },
  "some bytes inside a value": { at: 20 * 4096 + 1000, bytes: 40, opens: true },
};

for (const [what, { at, bytes, opens }] of Object.entries(damages)) {
  test(`H6: damage to ${what} is noticed`, async (context) => {
    const folder = makeTemporaryFolder(context);
    const store = openSqliteHistory(folder, { mode: "write" });
    await store.commit(creation("a", "b"), durable);
    for (let seq = 2; seq < 30; seq += 1) await store.commit({ appended: bigBatches(seq) }, relaxed);
    await store.close();
    const file = join(folder, "history.db");
    const content = readFileSync(file);
    assert.ok(content.length > 64 * 4096);
    writeFileSync(file, content.fill("#", at, at + bytes));
    const isDamaged = { name: "MillraceError", code: "store/damaged", category: "invalid" };
    if (!opens) {
      assert.throws(() => openSqliteHistory(folder, { mode: "read" }), isDamaged);
      assert.throws(() => openSqliteHistory(folder, { mode: "write" }), isDamaged);
      return;
    }
    await assert.rejects(async () => {
      const reader = openSqliteHistory(folder, { mode: "read" });
      try {
        await readAll(reader);
      } finally {
        await reader.close();
      }
    }, isDamaged);
  });
}

test("H6: something that is no database at all is damaged, and stays as it is", (context) => {
  const folder = makeTemporaryFolder(context);
  const file = join(folder, "history.db");
  writeFileSync(
    file,
    "these are somebody's notes, long enough to be looked at as a database header ".repeat(20),
  );
  const before = readFileSync(file);
  assert.throws(() => openSqliteHistory(folder, { mode: "write" }), { code: "store/damaged" });
  assert.throws(() => openSqliteHistory(folder, { mode: "read" }), { code: "store/damaged" });
  assert.deepEqual(readFileSync(file), before);
});

async function commitBoth(store: HistoryStore, seq: number): Promise<void> {
  await store.commit({ appended: [sampleBatch("a", seq), sampleBatch("b", seq)] }, relaxed);
}

/** Batches of about 8 kB, so that files grow quickly. */
function bigBatches(seq: number): ReturnType<typeof sampleBatch>[] {
  return ["a", "b"].map((runId) => ({
    runId,
    firstSeq: seq,
    count: 1,
    body: JSON.stringify("x".repeat(8000)),
  }));
}

/** Both runs hold the same numbers, dense from 1 (H1: one commit reaches both). Returns the last number. */
async function assertPrefix(store: HistoryReader): Promise<number> {
  const [a, b] = await Promise.all(["a", "b"].map((runId) => store.readEvents(runId)));
  assert.ok(a !== undefined && b !== undefined);
  assert.deepEqual(
    a.map((batch) => batch.firstSeq),
    a.map((_, index) => index + 1),
  );
  assert.equal(b.length, a.length);
  return a.length;
}

interface Writer {
  readonly child: ChildProcess;
  /** The next whole line that the child prints. */
  nextLine(): Promise<string>;
}

function startWriter(context: TestContext, folder: string, ...args: string[]): Writer {
  const script = fileURLToPath(new URL("writer-child.ts", import.meta.url));
  const child = spawn(process.execPath, [script, folder, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  context.after(() => child.kill("SIGKILL"));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const line = await lines.next();
    assert.ok(line.done !== true, "the child ended early");
    return line.value;
  };
  return { child, nextLine };
}
