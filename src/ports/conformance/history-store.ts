/**
 * What every history store must do, as tests: an implementation calls `describeHistoryStore` from its own test file.
 * The rules are H1 to H7 of ports/history-store.ts. What needs the implementation's own means (a full disk, a killed
 * process, damaged files) is tested beside the implementation.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MillraceError } from "../../base/errors.ts";
import type {
  HistoryAppend,
  HistoryCommit,
  HistoryReader,
  HistoryStore,
  RunDocument,
  RunSummary,
} from "../history-store.ts";

/** A store under test. */
export interface HistoryStoreSubject {
  readonly store: HistoryStore;
  /** Closes the store and opens what it left behind. The earlier store must not be used any more. */
  reopen(): Promise<HistoryStore>;
  /** Removes everything. */
  dispose(): Promise<void>;
}

const durable = { durable: true } as const;
const relaxed = { durable: false } as const;

/** A summary with a value in every field unless told otherwise. */
export function sampleSummary(runId: string, changes: Partial<RunSummary> = {}): RunSummary {
  return {
    runId,
    name: `name-of-${runId}`,
    phase: "running",
    createdAt: 1_760_000_000_000,
    startedAt: 1_760_000_000_100,
    labels: { team: "data", "with space": "äöü" },
    progress: { done: 1, total: 3 },
    view: { entrypoint: "main", nested: { list: [1, null, "x"] } },
    ...changes,
  };
}

/** A document with characters that careless storing breaks. */
export function sampleDocument(changes: Partial<RunDocument> = {}): RunDocument {
  return {
    language: "argo",
    source: "kind: Workflow # \u0000 \u{1f600} 'quoted'\r\n",
    file: "dir/wörk.yaml",
    submission: { arguments: { n: 1.5, empty: "" } },
    ...changes,
  };
}

/** One batch of `count` numbered events. */
export function sampleBatch(runId: string, firstSeq: number, count = 1): HistoryAppend {
  const events = Array.from({ length: count }, (_, index) => ({ seq: firstSeq + index, text: "ü\u0000" }));
  return { runId, firstSeq, count, body: JSON.stringify(events) };
}

/** A commit that creates runs with the given ids and first events. */
export function creation(...runIds: string[]): HistoryCommit {
  return {
    created: runIds.map((runId) => ({ summary: sampleSummary(runId), document: sampleDocument() })),
    appended: runIds.map((runId) => sampleBatch(runId, 1)),
  };
}

/** Registers the suite. `open` gives a new and empty store each time. */
export function describeHistoryStore(name: string, open: () => Promise<HistoryStoreSubject>): void {
  const check = (title: string, body: (subject: HistoryStoreSubject) => Promise<void>): void => {
    void test(title, async () => {
      const subject = await open();
      try {
        await body(subject);
      } finally {
        await subject.dispose();
      }
    });
  };
  void describe(`history store: ${name}`, () => {
    describeReading(check);
    describeSequences(check);
    describeAtomicity(check);
    describeLists(check);
    describeViews(check);
    describeFinding(check);
    describeFindingByView(check);
    describeDeletion(check);
    describeReopening(check);
  });
}

type Check = (title: string, body: (subject: HistoryStoreSubject) => Promise<void>) => void;

function describeReading(check: Check): void {
  check("what was committed is read back as it was", async ({ store }) => {
    const summary = sampleSummary("r1", { message: "why", endedAt: 5, phase: "failed" });
    const document = sampleDocument();
    await store.commit({ created: [{ summary, document }], appended: [sampleBatch("r1", 1, 3)] }, relaxed);
    assert.deepEqual(await store.findRun("r1"), summary);
    assert.deepEqual(await store.findRun("name-of-r1"), summary);
    assert.deepEqual(await store.readDocument("r1"), document);
    const { runId, ...batch } = sampleBatch("r1", 1, 3);
    assert.equal(runId, "r1");
    assert.deepEqual(await store.readEvents("r1"), [batch]);
  });
  check("absent fields stay absent and go absent again", async ({ store }) => {
    await store.commit(creation("r1"), relaxed);
    await store.commit(
      { appended: [], updated: [sampleSummary("r1", { endedAt: 9, message: "m" })] },
      relaxed,
    );
    await store.commit({ appended: [], updated: [sampleSummary("r1")] }, relaxed);
    const found = await store.findRun("r1");
    assert.deepEqual(found, sampleSummary("r1"));
    assert.equal(found !== undefined && "message" in found, false);
  });
  check("a run that is not there is told apart", async ({ store }) => {
    assert.equal(await store.findRun("nobody"), undefined);
    await assertRefused(store.readDocument("nobody"), "store/unknown-run", "not-found");
    await assertRefused(store.readEvents("nobody"), "store/unknown-run", "not-found");
  });
  check("a run without events has an empty list", async ({ store }) => {
    await store.commit(
      { created: [{ summary: sampleSummary("r1"), document: sampleDocument() }], appended: [] },
      relaxed,
    );
    assert.deepEqual(await store.readEvents("r1"), []);
  });
  check("events are read from a number on, with the batch that holds it", async ({ store }) => {
    await store.commit(creation("r1"), relaxed);
    await store.commit({ appended: [sampleBatch("r1", 2, 3), sampleBatch("r1", 5, 2)] }, relaxed);
    assert.deepEqual(await firstSeqs(store, "r1"), [1, 2, 5]);
    assert.deepEqual(await firstSeqs(store, "r1", 2), [2, 5]);
    assert.deepEqual(await firstSeqs(store, "r1", 4), [2, 5]);
    assert.deepEqual(await firstSeqs(store, "r1", 6), [5]);
    assert.deepEqual(await firstSeqs(store, "r1", 7), []);
  });
  check("later changes of what was handed over do not reach the store", async ({ store }) => {
    const labels: Record<string, string> = { a: "1" };
    const summary = sampleSummary("r1", { labels });
    await store.commit({ created: [{ summary, document: sampleDocument() }], appended: [] }, relaxed);
    labels["a"] = "2";
    assert.deepEqual((await store.findRun("r1"))?.labels, { a: "1" });
  });
}

function describeSequences(check: Check): void {
  for (const firstSeq of [1, 3, 0]) {
    check(`H4: after event 1, event ${firstSeq} is refused`, async ({ store }) => {
      await store.commit(creation("r1"), relaxed);
      await assertRefused(
        store.commit({ appended: [sampleBatch("r1", firstSeq)] }, relaxed),
        "store/out-of-order",
      );
      assert.deepEqual(await firstSeqs(store, "r1"), [1]);
    });
  }
  check(
    "H4: runs have sequences of their own, and one commit may continue a run twice",
    async ({ store }) => {
      await store.commit(creation("r1", "r2"), relaxed);
      const appended = [sampleBatch("r1", 2, 4), sampleBatch("r2", 2), sampleBatch("r1", 6)];
      await store.commit({ appended }, relaxed);
      assert.deepEqual(await firstSeqs(store, "r1"), [1, 2, 6]);
      assert.deepEqual(await firstSeqs(store, "r2"), [1, 2]);
    },
  );
  check("H4: a refused commit does not use up numbers", async ({ store }) => {
    await store.commit(creation("r1"), relaxed);
    const bad = store.commit({ appended: [sampleBatch("r1", 2), sampleBatch("r1", 4)] }, relaxed);
    await assertRefused(bad, "store/out-of-order");
    await store.commit({ appended: [sampleBatch("r1", 2)] }, relaxed);
    assert.deepEqual(await firstSeqs(store, "r1"), [1, 2]);
  });
  check("H2: commits that nobody waited for take effect in the order of the calls", async ({ store }) => {
    await store.commit(creation("r1"), relaxed);
    const commits = Array.from({ length: 20 }, (_, index) =>
      store.commit({ appended: [sampleBatch("r1", 2 + index)] }, index % 3 === 0 ? durable : relaxed),
    );
    await Promise.all(commits);
    assert.equal((await store.readEvents("r1")).length, 21);
  });
}

function describeAtomicity(check: Check): void {
  check("H1: one bad part refuses the whole commit, over all runs", async ({ store }) => {
    await store.commit(creation("r1", "r2"), relaxed);
    const before = await readAll(store);
    const updated = [sampleSummary("r1", { phase: "succeeded" })];
    const good = { appended: [sampleBatch("r1", 2)], updated, deleted: ["r2"] };
    const fresh = { summary: sampleSummary("r3"), document: sampleDocument() };
    const late = { ...good, created: [fresh], updated: [...updated, sampleSummary("nobody")] };
    await assertRefused(store.commit(late, durable), "store/unknown-run", "not-found");
    const gap = { ...good, created: [fresh], appended: [...good.appended, sampleBatch("r3", 2)] };
    await assertRefused(store.commit(gap, durable), "store/out-of-order");
    assert.deepEqual(await readAll(store), before);
    await store.commit({ ...good, created: [fresh] }, durable);
    assert.deepEqual(
      (await store.listRuns()).map((run) => run.runId),
      ["r3", "r1"],
    );
  });
  check("H7: ids and names are taken once", async ({ store }) => {
    await store.commit(creation("r1"), relaxed);
    const document = sampleDocument();
    const sameName = { summary: sampleSummary("r2", { name: "name-of-r1" }), document };
    await assertRefused(store.commit(creation("r1"), relaxed), "store/duplicate-run");
    await assertRefused(store.commit({ created: [sameName], appended: [] }, relaxed), "store/duplicate-run");
    await assertRefused(store.commit(creation("r3", "r3"), relaxed), "store/duplicate-run");
    assert.deepEqual(
      (await store.listRuns()).map((run) => run.runId),
      ["r1"],
    );
  });
  check("H7: a name is free again in the commit that deletes its run", async ({ store }) => {
    await store.commit(creation("r1"), relaxed);
    const heir = { summary: sampleSummary("r2", { name: "name-of-r1" }), document: sampleDocument() };
    await store.commit({ created: [heir], appended: [], deleted: ["r1"] }, relaxed);
    assert.equal((await store.findRun("name-of-r1"))?.runId, "r2");
  });
  check("broken invariants are no ordinary refusals", async ({ store }) => {
    await store.commit(creation("r1"), relaxed);
    const nothing = { appended: [{ runId: "r1", firstSeq: 2, count: 0, body: "[]" }] };
    await assert.rejects(store.commit(nothing, relaxed), { name: "InvariantError" });
    const phase = { appended: [], updated: [sampleSummary("r1", { phase: "Running" })] };
    await assert.rejects(store.commit(phase, relaxed), { name: "InvariantError" });
    const renamed = { appended: [], updated: [sampleSummary("r1", { name: "other" })] };
    await assert.rejects(store.commit(renamed, relaxed), { name: "InvariantError" });
    assert.deepEqual(await store.findRun("r1"), sampleSummary("r1"));
  });
  check("an empty commit changes nothing and may be a barrier", async ({ store }) => {
    await store.commit({ appended: [] }, durable);
    await store.commit(creation("r1"), relaxed);
    await store.commit({ appended: [] }, durable);
    await store.commit({ appended: [sampleBatch("r1", 2)] }, { durable: true, mayBlock: true });
    await store.commit({ appended: [] }, { durable: true, mayBlock: true });
    assert.deepEqual(await firstSeqs(store, "r1"), [1, 2]);
  });
}

function describeLists(check: Check): void {
  check(
    "runs are listed newest first, then by id; unfinished ones and a limit can be asked for",
    async ({ store }) => {
      const phases = {
        a: "waiting",
        b: "succeeded",
        c: "suspended",
        d: "errored",
        e: "running",
        f: "failed",
      };
      const created = Object.entries(phases).map(([runId, phase], index) => ({
        summary: sampleSummary(runId, { phase, createdAt: 1000 + Math.floor(index / 2) }),
        document: sampleDocument(),
      }));
      await store.commit({ created, appended: [] }, relaxed);
      const ids = async (filter?: Parameters<HistoryStore["listRuns"]>[0]): Promise<string> =>
        (await store.listRuns(filter)).map((run) => run.runId).join("");
      assert.equal(await ids(), "fedcba");
      assert.equal(await ids({ limit: 2 }), "fe");
      assert.equal(await ids({ unfinishedOnly: true }), "eca");
      assert.equal(await ids({ unfinishedOnly: true, limit: 1 }), "e");
      const ended = sampleSummary("e", { phase: "succeeded", createdAt: 1002 });
      await store.commit({ appended: [], updated: [ended] }, relaxed);
      assert.equal(await ids({ unfinishedOnly: true }), "ca");
    },
  );
}

type Filter = Parameters<HistoryStore["listRuns"]>[0];

async function idsOf(store: HistoryReader, filter?: Filter): Promise<string> {
  return (await store.listRuns(filter)).map((run) => run.runId).join("");
}

function createAll(...summaries: readonly RunSummary[]): HistoryCommit {
  const document = sampleDocument();
  return { created: summaries.map((summary) => ({ summary, document })), appended: [] };
}

function describeFinding(check: Check): void {
  check("runs are found by the time at which they expire, the soonest first", async ({ store }) => {
    const expiring = (runId: string, expiresAt: number): RunSummary =>
      sampleSummary(runId, { phase: "succeeded", createdAt: 0, view: { expiresAt } });
    const running = ["a", "b", "c", "d"].map((runId) => sampleSummary(runId, { createdAt: 0 }));
    await store.commit(createAll(...running), relaxed);
    assert.equal(await idsOf(store, { expiring: {} }), "");
    const updated = [expiring("a", 30), expiring("b", 10), expiring("c", 20)];
    await store.commit({ appended: [], updated }, relaxed);
    assert.equal(await idsOf(store, { expiring: {} }), "bca");
    assert.equal(await idsOf(store, { expiring: { until: 20 } }), "bc");
    assert.equal(await idsOf(store, { expiring: { after: 10 } }), "ca");
    assert.equal(await idsOf(store, { expiring: { after: 10, until: 20 } }), "c");
    assert.equal(await idsOf(store, { expiring: { after: 10 }, limit: 1 }), "c");
    assert.equal(await idsOf(store, { expiring: {}, unfinishedOnly: true }), "");
    await store.commit({ appended: [], updated: [sampleSummary("b", { createdAt: 0 })] }, relaxed);
    assert.equal(await idsOf(store, { expiring: {} }), "ca");
    await store.commit({ appended: [], deleted: ["c"] }, relaxed);
    assert.equal(await idsOf(store, { expiring: {} }), "a");
  });

  check("runs are found by a label, also after it or their phase has changed", async ({ store }) => {
    const labelled = (runId: string, more: Partial<RunSummary> = {}): RunSummary =>
      sampleSummary(runId, { createdAt: 0, labels: { of: "x", 'odd " name': "ä" }, ...more });
    await store.commit(
      createAll(labelled("a"), labelled("b"), sampleSummary("c", { createdAt: 0 })),
      relaxed,
    );
    const of = async (value: string, more: Filter = {}): Promise<string> =>
      idsOf(store, { label: { name: "of", value }, ...more });
    assert.equal(await of("x"), "ba");
    assert.equal(await of("y"), "");
    assert.equal(await idsOf(store, { label: { name: 'odd " name', value: "ä" }, limit: 1 }), "b");
    const updated = [labelled("a", { phase: "failed" }), labelled("c", { labels: { of: "y" } })];
    await store.commit({ appended: [], updated }, relaxed);
    assert.equal(await of("x"), "ba");
    assert.equal(await of("x", { unfinishedOnly: true }), "b");
    assert.equal(await of("y", { unfinishedOnly: true }), "c");
    await store.commit({ appended: [], updated: [labelled("a"), labelled("c", { labels: {} })] }, relaxed);
    assert.equal(await of("x", { unfinishedOnly: true }), "ba");
    assert.equal(await of("y"), "");
    await store.commit({ appended: [], deleted: ["b"] }, relaxed);
    assert.equal(await of("x"), "a");
  });
}

function describeFindingByView(check: Check): void {
  check("good runs are found by their origin, the newest before a time first", async ({ store }) => {
    const good = (runId: string, createdAt: number, more: Partial<RunSummary> = {}): RunSummary =>
      sampleSummary(runId, { phase: "succeeded", createdAt, view: { origin: "o" }, ...more });
    const failed = good("d", 4, { phase: "failed" });
    const other = good("e", 5, { view: { origin: "p" } });
    await store.commit(createAll(good("a", 1), good("b", 2), good("c", 3), failed, other), relaxed);
    const before = async (createdUntil: number, limit?: number): Promise<string> =>
      idsOf(store, { origin: { id: "o", createdUntil }, ...(limit === undefined ? {} : { limit }) });
    assert.equal(await before(9), "cba");
    assert.equal(await before(2), "ba");
    assert.equal(await before(9, 1), "c");
    assert.equal(await before(0), "");
  });

  check("runs are found that have figures, or that have to do with locks", async ({ store }) => {
    const withView = (runId: string, phase: string, view: RunSummary["view"]): RunSummary =>
      sampleSummary(runId, { phase, createdAt: 0, view });
    const rows = [
      withView("a", "succeeded", { metrics: [] }),
      withView("b", "running", { locks: true }),
      withView("c", "running", { said: '"metrics": "locks":' }),
    ];
    await store.commit(createAll(...rows), relaxed);
    assert.equal(await idsOf(store, { withMetrics: true }), "a");
    assert.equal(await idsOf(store, { withMetrics: true, unfinishedOnly: true }), "");
    assert.equal(await idsOf(store, { withLocks: true, unfinishedOnly: true }), "b");
    assert.equal(await idsOf(store, { withLocks: true }), "b");
  });

  check("runs are counted by phase", async ({ store }) => {
    const counted = async (): Promise<object> =>
      Object.fromEntries([...(await store.countRuns())].filter(([, count]) => count !== 0));
    assert.deepEqual(await counted(), {});
    await store.commit(creation("a", "b", "c"), relaxed);
    assert.deepEqual(await counted(), { running: 3 });
    const updated = [sampleSummary("a", { phase: "failed" }), sampleSummary("b", { message: "still" })];
    await store.commit({ appended: [], updated }, relaxed);
    assert.deepEqual(await counted(), { running: 2, failed: 1 });
    await store.commit({ appended: [], deleted: ["a", "b"] }, relaxed);
    assert.deepEqual(await counted(), { running: 1 });
    for (const phase of ["failed", "succeeded", "running"]) {
      await store.commit({ appended: [], updated: [sampleSummary("c", { phase })] }, relaxed);
      assert.deepEqual(await counted(), { [phase]: 1 });
    }
    await store.commit(createAll(sampleSummary("d", { phase: "failed" })), relaxed);
    assert.deepEqual(await counted(), { running: 1, failed: 1 });
  });
}

function describeViews(check: Check): void {
  check("runs that owe callbacks, and those with a payload, can be asked for", async ({ store }) => {
    const ids = async (filter: Parameters<HistoryStore["listRuns"]>[0]): Promise<string> =>
      (await store.listRuns(filter)).map((run) => run.runId).join("");
    const views = {
      a: { owes: 1, payload: { key: "k1", id: "owes" } },
      b: { payload: { key: "k2", id: "k1" } },
      c: { payload: { key: "k1", id: '"owes":' } },
      d: { owes: 2 },
      e: {},
    };
    const created = Object.entries(views).map(([runId, view], createdAt) => ({
      summary: sampleSummary(runId, { phase: "succeeded", createdAt, view }),
      document: sampleDocument(),
    }));
    await store.commit({ created, appended: [] }, relaxed);
    assert.equal(await ids({ owing: true }), "da");
    assert.equal(await ids({ payload: {} }), "cba");
    assert.equal(await ids({ payload: { key: "k1" } }), "ca");
    assert.equal(await ids({ payload: { key: "k1" }, limit: 1 }), "c");
    assert.equal(await ids({ payload: { key: "k3" } }), "");
    const settled = sampleSummary("a", { phase: "succeeded", createdAt: 0, view: {} });
    await store.commit({ appended: [], updated: [settled] }, relaxed);
    assert.equal(await ids({ owing: true }), "d");
    assert.equal(await ids({ payload: { key: "k1" } }), "c");
  });
}

function describeDeletion(check: Check): void {
  check("a deleted run is gone with everything, and its id starts again at 1", async ({ store }) => {
    await store.commit(creation("r1", "r2"), relaxed);
    await store.commit({ appended: [sampleBatch("r1", 2)], deleted: ["r2"] }, relaxed);
    assert.equal(await store.findRun("r2"), undefined);
    assert.equal(await store.findRun("name-of-r2"), undefined);
    await assertRefused(store.readEvents("r2"), "store/unknown-run", "not-found");
    await assertRefused(store.readDocument("r2"), "store/unknown-run", "not-found");
    await assertRefused(
      store.commit({ appended: [sampleBatch("r2", 2)] }, relaxed),
      "store/unknown-run",
      "not-found",
    );
    await assertRefused(
      store.commit({ appended: [], deleted: ["r2"] }, relaxed),
      "store/unknown-run",
      "not-found",
    );
    await store.commit(creation("r2"), relaxed);
    assert.deepEqual(await firstSeqs(store, "r2"), [1]);
    assert.deepEqual(await firstSeqs(store, "r1"), [1, 2]);
  });
}

function describeReopening(check: Check): void {
  check("everything is there after closing and opening, and sequences go on", async (subject) => {
    await subject.store.commit(creation("r1", "r2"), durable);
    await subject.store.commit({ appended: [sampleBatch("r1", 2, 2)] }, relaxed);
    const before = await readAll(subject.store);
    const again = await subject.reopen();
    assert.deepEqual(await readAll(again), before);
    await assertRefused(again.commit({ appended: [sampleBatch("r1", 2)] }, relaxed), "store/out-of-order");
    await again.commit({ appended: [sampleBatch("r1", 4)] }, durable);
    assert.deepEqual(await firstSeqs(again, "r1"), [1, 2, 4]);
  });
  check("closing twice is harmless", async ({ store }) => {
    await store.commit(creation("r1"), durable);
    await store.close();
    await assert.doesNotReject(store.close());
  });
}

/** Everything a store holds, in a form that can be compared. */
export async function readAll(store: HistoryReader): Promise<unknown[]> {
  const runs = await store.listRuns();
  return Promise.all(
    runs.map(async (summary) => ({
      summary,
      document: await store.readDocument(summary.runId),
      events: await store.readEvents(summary.runId),
    })),
  );
}

async function firstSeqs(store: HistoryStore, runId: string, fromSeq?: number): Promise<number[]> {
  return (await store.readEvents(runId, fromSeq)).map((batch) => batch.firstSeq);
}

async function assertRefused(work: Promise<unknown>, code: string, category = "conflict"): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof MillraceError, `expected a MillraceError, got ${String(error)}`);
    assert.deepEqual({ code: error.code, category: error.category }, { code, category });
    return true;
  });
}
