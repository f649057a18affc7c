import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { argo } from "../../src/languages/argo/argo.ts";
import { openHome } from "../../src/main/home.ts";
import { findEstimate, gatherOutlook } from "../../src/main/outlook.ts";
import { indexPlan } from "../../src/model/plan/plan-index.ts";
import type { RunEvent } from "../../src/model/run/events.ts";
import { createRunState } from "../../src/model/run/run-state.ts";
import { evolve } from "../../src/engine/evolve/evolve.ts";
import type { RunDocument, RunSummary } from "../../src/ports/history-store.ts";
import { createMemoryHistory } from "../../src/stores/memory/memory-history.ts";

function summary(runId: string, more: Partial<RunSummary> = {}): RunSummary {
  const at = Number(runId) * 1000;
  return {
    runId,
    name: `run-${runId}`,
    phase: "succeeded",
    createdAt: at,
    startedAt: at,
    endedAt: at + Number(runId) * 10,
    labels: {},
    progress: { done: 1, total: 1 },
    view: { origin: "x", took: { build: 5 } },
    ...more,
  };
}

const document: RunDocument = { language: "argo", source: "", file: "", submission: {} };

test("a run is estimated by the newest good run of the same origin before it", async () => {
  const history = createMemoryHistory();
  const rows = [
    summary("1"),
    summary("2"),
    summary("3", { phase: "failed" }),
    summary("4", { view: { origin: "y" } }),
    summary("6"),
  ];
  await history.commit(
    { created: rows.map((row) => ({ summary: row, document })), appended: [] },
    { durable: false },
  );
  const run = { runId: "5", createdAt: 5000 };
  assert.deepEqual(await findEstimate(history, run, "x"), { runMs: 20, byProcess: { build: 5 } });
  assert.deepEqual(await findEstimate(history, run, "y"), { runMs: 40, byProcess: {} });
  assert.equal(await findEstimate(history, run, "z"), undefined);
  assert.equal(await findEstimate(history, run, undefined), undefined);
  assert.equal(await findEstimate(history, { runId: "1", createdAt: 1000 }, "x"), undefined);
});

const source = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: wf}
spec:
  entrypoint: a
  templates:
    - {name: a, container: {image: busybox, command: [sh, -c], args: ["echo 1/2 > $ARGO_PROGRESS_FILE"]}}
`;

test("tasks tell of their progress by a file; what is no plain file tells nothing", () => {
  const root = mkdtempSync(join(tmpdir(), "millrace-outlook-"));
  try {
    const home = openHome(root);
    const { plan } = argo.compile(source, "f.yaml", { parameters: {}, facts: {} });
    assert.ok(plan !== undefined);
    const state = createRunState(indexPlan(plan), "1", "wf");
    const events: readonly RunEvent[] = [
      { kind: "run.created", at: 1, suspended: false },
      { kind: "run.started", at: 1, values: {}, labels: {} },
      { kind: "attempt.started", task: 0, at: 2, process: 0 },
    ];
    for (const event of events) evolve(state, event);
    const look = () => gatherOutlook(home, "wf", state, summary("1"), undefined);
    assert.equal(look(), undefined);
    const folder = join(home.runs, "wf", "0", "root", "tmp", ".argo-progress");
    mkdirSync(folder, { recursive: true });
    symlinkSync("/etc/hostname", join(folder, "progress"));
    assert.equal(look(), undefined);
    rmSync(join(folder, "progress"));
    writeFileSync(join(folder, "progress"), `${"0/9\n".repeat(1000)}7/9\n`);
    assert.deepEqual(look()?.reported, new Map([[0, { done: 7, total: 9 }]]));
  } finally {
    rmSync(root, { recursive: true });
  }
});
