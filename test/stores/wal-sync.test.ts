/** What a sync of the log promises, with and without a thread: src/stores/sqlite/wal-sync.ts. */
import assert from "node:assert/strict";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createWalSync } from "../../src/stores/sqlite/wal-sync.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";

/** No process has so many descriptors open. */
const unknownDescriptor = 1_000_003;

/** A log in a new folder, which has to be synced with it. */
function openOwing(context: TestContext) {
  const folder = makeTemporaryFolder(context);
  const log = join(folder, "log");
  writeFileSync(log, "frames");
  const owed = openSync(folder, "r");
  return { folder, log, owed, sync: createWalSync(log, [owed]) };
}

for (const mayBlock of [false, true]) {
  const name = mayBlock ? "on the event loop" : "by threads";

  test(`${name}: what is owed goes to the disk with the first sync, and only then`, async (context) => {
    const { log, owed, sync } = openOwing(context);
    await sync.sync(mayBlock);
    closeSync(owed);
    await sync.sync(mayBlock);
    await sync.close();
    const failing = createWalSync(log, [unknownDescriptor]);
    await assert.rejects(failing.sync(mayBlock), { code: "EBADF" });
  });

  test(`${name}: after a failure nothing is promised any more`, async (context) => {
    const log = join(makeTemporaryFolder(context), "log");
    const sync = createWalSync(log, []);
    await assert.rejects(sync.sync(mayBlock), { code: "ENOENT" });
    writeFileSync(log, "frames");
    await assert.rejects(sync.sync(), { code: "ENOENT" });
    await assert.rejects(sync.sync(true), { code: "ENOENT" });
  });
}

test("calls while a sync is under way share the next one, however they may wait", async (context) => {
  const log = join(makeTemporaryFolder(context), "log");
  writeFileSync(log, "frames");
  const sync = createWalSync(log, []);
  const order: string[] = [];
  const note =
    (name: string): (() => void) =>
    () =>
      void order.push(name);
  const first = sync.sync().then(note("first"));
  const others = [sync.sync(true).then(note("second")), sync.sync().then(note("third"))];
  await Promise.all([first, ...others]);
  assert.deepEqual(order, ["first", "second", "third"]);
  await sync.close();
});

/** Whoever waits so long comes after all that was put off to the same moment. */
const nextMoment = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("what was there before the log can go to the disk while nobody waits, and once is enough", async (context) => {
  const { owed, sync } = openOwing(context);
  sync.syncSoon();
  await nextMoment();
  // It would be missed now.
  closeSync(owed);
  await sync.sync();
  await sync.close();
});

test("a failure while nobody waits is told to whoever waits next", async (context) => {
  const log = join(makeTemporaryFolder(context), "log");
  writeFileSync(log, "frames");
  const sync = createWalSync(log, [unknownDescriptor]);
  sync.syncSoon();
  await nextMoment();
  await assert.rejects(sync.sync(true), { code: "EBADF" });
  await assert.rejects(sync.sync(), { code: "EBADF" });
  await sync.close();
});

test("nothing is put off beyond the end", async (context) => {
  const { folder, owed, sync } = openOwing(context);
  sync.syncSoon();
  await sync.close();
  closeSync(owed);
  await nextMoment();
  // The system gives the number out again. Had something been synced in between, it would have failed for good.
  const again = openSync(folder, "r");
  assert.equal(again, owed);
  await sync.sync(true);
  await sync.close();
  closeSync(again);
});
