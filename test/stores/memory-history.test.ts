import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MillraceError } from "../../src/base/errors.ts";
import {
  creation,
  describeHistoryStore,
  readAll,
  sampleBatch,
} from "../../src/ports/conformance/history-store.ts";
import { createMemoryHistory } from "../../src/stores/memory/memory-history.ts";

describeHistoryStore("memory", async () => {
  const store = createMemoryHistory();
  return {
    store,
    reopen: async () => createMemoryHistory({ restore: store.snapshot() }),
    dispose: () => store.close(),
  };
});

test("power loss keeps the durable prefix and at most some commits after it", async () => {
  const commits = fc.array(fc.boolean(), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(commits, fc.nat(12), async (durabilities, keepCount) => {
      const store = createMemoryHistory();
      await store.commit(creation("r"), { durable: true });
      for (const [index, durable] of durabilities.entries()) {
        await store.commit({ appended: [sampleBatch("r", 2 + index)] }, { durable });
      }
      const kept = store.crash({ keepCount });
      const promised = 1 + (durabilities.lastIndexOf(true) + 1);
      const after = await createMemoryHistory({ restore: kept }).readEvents("r");
      assert.equal(after.length, Math.min(promised + keepCount, 1 + durabilities.length));
      assert.deepEqual(
        after.map((batch) => batch.firstSeq),
        after.map((_, index) => index + 1),
      );
    }),
  );
});

test("a crashed store refuses everything", async () => {
  const store = createMemoryHistory();
  await store.commit(creation("r"), { durable: false });
  assert.deepEqual(store.crash(), { commits: [], durableCount: 0 });
  await assert.rejects(store.listRuns(), { code: "store/unavailable" });
  await assert.rejects(store.commit({ appended: [] }, { durable: true }), { code: "store/unavailable" });
});

test("a commit that is refused from outside leaves nothing", async () => {
  let isFull = false;
  const beforeCommit = (): void => {
    if (isFull) throw new MillraceError("store/full", "exhausted", "the disk is full");
  };
  const store = createMemoryHistory({ beforeCommit });
  await store.commit(creation("r"), { durable: false });
  const before = await readAll(store);
  isFull = true;
  await assert.rejects(store.commit({ appended: [sampleBatch("r", 2)] }, { durable: true }), {
    code: "store/full",
  });
  assert.deepEqual(await readAll(store), before);
});
