import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openHome } from "../../src/main/home.ts";
import { expireRuns } from "../../src/main/delete-runs.ts";
import { readMetrics } from "../../src/main/metrics.ts";
import type { RunDocument, RunSummary } from "../../src/ports/history-store.ts";
import { createMemoryHistory } from "../../src/stores/memory/memory-history.ts";

const document: RunDocument = { language: "argo", source: "", file: "", submission: {} };

function row(name: string, expiresAt: number | undefined, ended = true): RunSummary {
  const metrics = [{ name: "c", help: "h", labels: {}, at: 1, figure: { kind: "counter", sum: 2 } }];
  return {
    runId: `id-${name}`,
    name,
    phase: ended ? "succeeded" : "running",
    createdAt: 1,
    ...(ended ? { endedAt: 2 } : {}),
    labels: {},
    progress: { done: 1, total: 1 },
    view: { ...(expiresAt === undefined ? {} : { expiresAt }), metrics },
  };
}

test("expired runs go with their folders, their figures stay; those in use or named stay", async () => {
  const root = mkdtempSync(join(tmpdir(), "millrace-expire-"));
  try {
    const home = openHome(root);
    const history = createMemoryHistory();
    const rows = [row("a", 10), row("b", 20), row("own", 5), row("busy", 5), row("later", 99)];
    await history.commit(
      { created: rows.map((summary) => ({ summary, document })), appended: [] },
      { durable: false },
    );
    for (const { name } of rows) mkdirSync(join(home.runs, name), { recursive: true });
    const before = await readMetrics(home, history, [], 30);
    const forgotten: string[] = [];
    const expired = await expireRuns(
      home,
      history,
      { release: (runId) => runId !== "id-busy" },
      { now: 30, keep: ["own"], forget: (name) => forgotten.push(name) },
    );
    assert.deepEqual(expired, { deleted: ["a", "b"], nextAt: 99 });
    assert.deepEqual(forgotten, ["a", "b"]);
    const left = (await history.listRuns()).map(({ name }) => name).toSorted();
    assert.deepEqual(left, ["busy", "later", "own"]);
    assert.deepEqual(
      rows.map(({ name }) => existsSync(join(home.runs, name))),
      [false, false, true, true, true],
    );
    assert.equal(await readMetrics(home, history, [], 30), before);
    assert.match(before, /^argo_workflows_c 10$/m);
    assert.deepEqual(JSON.parse(readFileSync(home.metrics, "utf8")), {
      runIds: ["id-a", "id-b"],
      series: [{ name: "c", help: "h", labels: {}, at: 1, figure: { kind: "counter", sum: 4 } }],
      runs: { succeeded: 2 },
    });
  } finally {
    rmSync(root, { recursive: true });
  }
});
