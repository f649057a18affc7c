/** What serve and its commands read of a home with many runs: the runs that they are about, and no others. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { ownerLabel, parentLabel } from "../../src/executors/objects/object-keeper.ts";
import { expireRuns } from "../../src/main/delete-runs.ts";
import { openHome } from "../../src/main/home.ts";
import type { Home } from "../../src/main/home.ts";
import { createHouse } from "../../src/main/house.ts";
import { listLocks } from "../../src/main/locks.ts";
import { readMetrics } from "../../src/main/metrics.ts";
import { findEstimate } from "../../src/main/outlook.ts";
import { removeWithOwned } from "../../src/main/remove-run.ts";
import { findStartedRuns } from "../../src/main/started-runs.ts";
import type { HistoryStore, RunDocument, RunSummary } from "../../src/ports/history-store.ts";
import { createMemoryHistory } from "../../src/stores/memory/memory-history.ts";
import { openSqliteHistory } from "../../src/stores/sqlite/open-sqlite-history.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

interface Watched {
  readonly history: HistoryStore;
  /** Names of the runs whose rows or histories were read since the last call, in no order. */
  readonly takeRead: () => readonly string[];
}

function watchReads(history: HistoryStore): Watched {
  const read = new Set<string>();
  const note = (rows: readonly RunSummary[]): void => rows.forEach(({ name }) => read.add(name));
  return {
    takeRead: () => {
      const names = [...read].toSorted();
      read.clear();
      return names;
    },
    history: {
      ...history,
      listRuns: async (filter) => {
        const rows = await history.listRuns(filter);
        note(rows);
        return rows;
      },
      findRun: async (name) => {
        const row = await history.findRun(name);
        if (row !== undefined) note([row]);
        return row;
      },
    },
  };
}

const document: RunDocument = { language: "argo", source: "", file: "", submission: {} };

function row(name: string, more: Partial<RunSummary> = {}): RunSummary {
  return {
    runId: `id-${name}`,
    name,
    phase: "succeeded",
    createdAt: 1,
    startedAt: 1,
    endedAt: 2,
    labels: {},
    progress: { done: 1, total: 1 },
    view: { origin: "others" },
    ...more,
  };
}

/** A hundred runs that nobody asks about: ended ones, and such as are under way. */
const others = Array.from({ length: 100 }, (_, index): RunSummary => {
  const { endedAt: _end, ...open } = row(`other-${index}`, { phase: "running" });
  return index % 2 === 0 ? row(`other-${index}`) : open;
});

async function makeWatched(...runs: readonly RunSummary[]): Promise<Watched> {
  const history = createMemoryHistory();
  const created = [...others, ...runs].map((summary) => ({ summary, document }));
  await history.commit({ created, appended: [] }, { durable: false });
  return watchReads(history);
}

function makeHomeFolder(context: TestContext): Home {
  const root = makeTemporaryFolder(context);
  return openHome(root);
}

describe("of many runs", () => {
  test("those that expire are read when they are due, and the next one", async (context) => {
    const home = makeHomeFolder(context);
    const expiring = [5, 10, 20, 30, 40].map((at) => row(`at-${at}`, { view: { expiresAt: at } }));
    const { history, takeRead } = await makeWatched(...expiring);
    const release = { release: () => true };
    const expired = await expireRuns(home, history, release, { now: 10, keep: [], forget: () => undefined });
    assert.deepEqual(expired, { deleted: ["at-5", "at-10"], nextAt: 20 });
    assert.deepEqual(takeRead(), ["at-10", "at-20", "at-5"]);
    await expireRuns(home, history, release, { now: 11, keep: [], forget: () => undefined });
    assert.deepEqual(takeRead(), ["at-20"]);
  });

  test("an estimate reads the last of the same origin, however many came after it", async () => {
    const { history, takeRead } = await makeWatched(row("mine", { createdAt: 0, view: { origin: "o" } }));
    const estimate = await findEstimate(history, { runId: "new", createdAt: 9 }, "o");
    assert.deepEqual(estimate, { runMs: 1, byProcess: {} });
    assert.deepEqual(takeRead(), ["mine"]);
  });

  test("a deletion reads the run and what it owns", async (context) => {
    const home = makeHomeFolder(context);
    const owned = row("owned", { labels: { [ownerLabel]: "mine" } });
    const ownedByThat = row("owned-by-that", { labels: { [ownerLabel]: "owned" } });
    const { history, takeRead } = await makeWatched(row("mine"), owned, ownedByThat);
    await removeWithOwned(home, history, row("mine"));
    assert.deepEqual(takeRead(), ["owned", "owned-by-that"]);
    assert.equal((await history.listRuns()).length, others.length);
  });

  test("whoever takes over a run reads what its tasks have started and is under way", async () => {
    const started = { labels: { [parentLabel]: "mine" } };
    const open = row("open", { ...started, phase: "running" });
    const { history, takeRead } = await makeWatched(row("mine"), row("ended", started), open);
    assert.deepEqual(
      (await findStartedRuns(history, "mine")).map(({ name }) => name),
      ["open"],
    );
    assert.deepEqual(takeRead(), ["open"]);
  });

  test("metrics read those with figures, and those under way when nobody here drives them", async (context) => {
    const home = makeHomeFolder(context);
    const metrics = [{ name: "c", help: "h", labels: {}, at: 1, figure: { kind: "counter", sum: 2 } }];
    const { history, takeRead } = await makeWatched(row("measured", { view: { metrics } }));
    const text = await readMetrics(home, history, [], 9);
    assert.match(text, /^argo_workflows_c 2$/mu);
    assert.match(text, /^millrace_runs\{phase="running"\} 50$/mu);
    assert.match(text, /^millrace_runs_ended\{phase="succeeded"\} 51$/mu);
    const open = others.filter(({ endedAt }) => endedAt === undefined).map(({ name }) => name);
    assert.deepEqual(takeRead(), [...open, "measured"].toSorted());
  });

  test("locks read the rows of runs that wait as a whole, and the histories of the others", async () => {
    const waits = (name: string, createdAt: number, view: RunSummary["view"]): RunSummary => {
      const { endedAt: _end, startedAt: _start, ...open } = row(name, { phase: "waiting", createdAt, view });
      return open;
    };
    const { history } = await makeWatched(
      waits("late", 9, { locks: [{ key: "m", limit: 1 }, { key: "n" }] }),
      waits("early", 5, { locks: [{ key: "m", limit: 1 }] }),
      waits("first", 9, { locks: [{ key: "m", limit: 1 }], priority: 3 }),
    );
    const asked: string[] = [];
    const reader: HistoryStore = {
      ...history,
      readDocument: (runId) => {
        asked.push(runId);
        return history.readDocument(runId);
      },
    };
    const rows = await listLocks(reader, new Map(), new Map());
    assert.deepEqual(asked, []);
    assert.deepEqual(
      rows.map(({ key, limit, used, waiting }) => [key, limit, used, waiting.map(({ run }) => run)]),
      [
        ["m", 1, 0, ["first", "early", "late"]],
        ["n", undefined, 0, ["late"]],
      ],
    );
    await history.commit(
      {
        created: [{ summary: row("begun", { phase: "running", view: { locks: true } }), document }],
        appended: [],
      },
      { durable: false },
    );
    await assert.rejects(listLocks(reader, new Map(), new Map()), { code: "history/plan-version" });
    assert.deepEqual(asked, ["id-begun"]);
  });

  test("an engine that drives all of them reads none of those under way for its metrics", async (context) => {
    const home = makeHomeFolder(context);
    const engine = await createHouse(home.root).openEngine({ executor: "none" });
    const source = JSON.stringify({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      metadata: { name: "waits" },
      spec: { entrypoint: "main", templates: [{ name: "main", suspend: {} }] },
    });
    await engine.submit({ source, file: "f.json", submission: { parameters: {} } });
    await engine.settled("waits");
    const metrics = await engine.metrics();
    assert.match(metrics, /^millrace_runs\{phase="suspended"\} 1$/mu);
    await engine.close({ leaveRunning: false });
    assert.equal(await createHouse(home.root).metrics(), metrics);
  });

  test("looking at locks folds the runs that use some, and a row says so as long as its run does", async (context) => {
    const home = makeHomeFolder(context);
    const house = createHouse(home.root);
    const engine = await house.openEngine({ executor: "none" });
    const submit = async (name: string, more: object): Promise<void> => {
      const templates = [{ name: "main", suspend: {}, ...more }];
      const source = JSON.stringify({
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Workflow",
        metadata: { name },
        spec: { entrypoint: "main", templates },
      });
      await engine.submit({ source, file: "f.json", submission: { parameters: {} } });
      await engine.settled(name);
    };
    await submit("holds", { synchronization: { mutexes: [{ name: "m" }] } });
    await submit("plain", {});
    const listed = async (): Promise<readonly string[]> => {
      const reader = openSqliteHistory(home.history, { mode: "read" });
      const rows = await reader.listRuns({ unfinishedOnly: true, withLocks: true });
      await reader.close();
      return rows.map(({ name }) => name);
    };
    assert.deepEqual(await listed(), ["holds"]);
    assert.deepEqual(
      (await house.locks()).map(({ key, holders }) => [key, holders.map(({ run }) => run)]),
      [["default/Mutex/m", ["holds"]]],
    );
    await engine.command("holds", { kind: "resume" });
    await engine.settled("holds");
    assert.deepEqual(await listed(), []);
    await engine.close({ leaveRunning: false });
  });
});
