/** A process that drives a home keeps the sums of ended runs: they are those that the rows say, and rows are read once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Engine, House } from "../../src/api/house.ts";
import { type KeptFigures, keepEndedFigures, type StoredTally } from "../../src/main/ended-figures.ts";
import { createHouse } from "../../src/main/house.ts";
import type { RunEvent } from "../../src/model/run/events.ts";
import type { HistoryReader, RunSummary } from "../../src/ports/history-store.ts";
import type { LiveRun } from "../../src/runtime/live-run.ts";
import { describeMeasured, emptyTally } from "../../src/runtime/metrics/registry.ts";
import type { RunListener } from "../../src/runtime/runtime.ts";
import { createMemoryHistory } from "../../src/stores/memory/memory-history.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

function document(text: string): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: m-}
spec:
  entrypoint: main
  metrics:
    prometheus:
      - {name: ends, help: h, labels: [{key: status, value: "{{workflow.status}}"}], counter: {value: "1"}}
      - {name: last, help: h, gauge: {value: "${text.length}"}}
  templates:
  - name: main
    steps: [[{name: a, template: s, ${text}}]]
  - name: s
    suspend: {}
`;
}

const good = 'when: "1 == 2"';
const bad = 'withParam: "no list"';

async function end(engine: Engine, text: string): Promise<string> {
  const answer = await engine.submit({
    source: document(text),
    file: "f.yaml",
    submission: { parameters: {} },
  });
  assert.ok(answer.ok);
  assert.equal(await engine.settled(answer.name), "ended");
  return answer.name;
}

/** What counts of it: how many runs ended how. */
async function show(from: Engine | House): Promise<readonly string[]> {
  return (await from.metrics()).split("\n").filter((line) => line.startsWith("argo_workflows_"));
}

test("the engine's figures are those that are read anew, whatever runs do", async (context) => {
  const root = makeTemporaryFolder(context);
  const house = createHouse(root);
  const engine = await house.openEngine({ executor: "none" });
  const check = async (...expected: readonly string[]): Promise<void> => {
    const shown = await show(engine);
    assert.deepEqual(shown, await show(house));
    assert.deepEqual(
      shown.filter((line) => line.includes("_ends")),
      expected.map((line) => `argo_workflows_ends{status=${line}`),
    );
  };
  await check();
  const first = await end(engine, good);
  await check('"Succeeded"} 1');
  const failed = await end(engine, bad);
  await end(engine, good);
  await check('"Failed"} 1', '"Succeeded"} 2');
  await engine.command(failed, { kind: "retry", restartSuccessful: false, parameters: {} });
  assert.equal(await engine.settled(failed), "ended");
  await check('"Failed"} 1', '"Succeeded"} 2');
  await house.remove(first);
  await check('"Failed"} 1', '"Succeeded"} 2');
  await engine.close({ leaveRunning: false });
});

/** Sums that are kept over a history of one run, and the means to end others. */
async function openKept() {
  const history = createMemoryHistory();
  const series = [{ name: "c", help: "h", labels: {}, at: 1, figure: { kind: "counter", sum: 1 } }] as const;
  const summary = (runId: string): RunSummary => ({
    runId,
    name: runId,
    phase: "succeeded",
    createdAt: 1,
    endedAt: 2,
    labels: {},
    progress: { done: 1, total: 1 },
    view: describeMeasured(series, []),
  });
  const row = { language: "argo", source: "", file: "", submission: {} };
  const addRow = (runId: string): Promise<void> =>
    history.commit(
      { created: [{ summary: summary(runId), document: row }], appended: [] },
      { durable: false },
    );
  let reads = 0;
  /** What happens while rows are being read. */
  let meanwhile = async (): Promise<void> => undefined;
  const reader: HistoryReader = {
    ...history,
    listRuns: async (filter) => {
      reads += 1;
      const rows = await history.listRuns(filter);
      await meanwhile();
      return rows;
    },
  };
  let tellAll: RunListener = () => undefined;
  const live: LiveRun[] = [];
  const kept: KeptFigures = keepEndedFigures(
    reader,
    (listener) => (tellAll = listener),
    () => live,
  );
  const run = (runId: string): LiveRun => ({ runId, summary: summary(runId) }) as LiveRun;
  const tell = (runId: string, kind: "run.ended" | "run.retried"): void =>
    tellAll(run(runId), [{ kind } as RunEvent]);
  const none: StoredTally = { tally: emptyTally, stored: new Map() };
  const count = async (): Promise<number> => {
    const [only] = [...(await kept.find(none)).set.series.values()];
    return only?.figure.kind === "counter" ? only.figure.sum : 0;
  };
  return {
    addRow,
    tell,
    count,
    addLive: (runId: string) => live.push(run(runId)),
    reads: () => reads,
    during: (what: () => Promise<void>) => (meanwhile = what),
  };
}

test("rows are read once, and each end after that is added once", async () => {
  const kept = await openKept();
  await kept.addRow("1");
  kept.tell("1", "run.ended");
  // Its row is there, and its end is told after the first look.
  await kept.addRow("2");
  kept.addLive("2");
  assert.equal(await kept.count(), 2);
  kept.tell("2", "run.ended");
  kept.tell("3", "run.ended");
  assert.deepEqual([await kept.count(), await kept.count(), kept.reads()], [3, 3, 1]);
});

test("what begins anew, or ends while rows are read, has them read again", async () => {
  const kept = await openKept();
  await kept.addRow("1");
  kept.during(async () => {
    await kept.addRow("2");
    kept.tell("2", "run.ended");
  });
  assert.equal(await kept.count(), 1, "as it was when the rows were read");
  kept.during(() => Promise.resolve());
  assert.deepEqual([await kept.count(), await kept.count(), kept.reads()], [2, 2, 2]);
  kept.tell("2", "run.retried");
  assert.deepEqual([await kept.count(), kept.reads()], [2, 3]);
});
