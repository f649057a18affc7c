import assert from "node:assert/strict";
import { test } from "node:test";
import { argo } from "../../src/languages/argo/argo.ts";
import { summarizeRun } from "../../src/runtime/summary.ts";
import { makeRun } from "../../src/main/new-run.ts";

async function summarize(spec: string, namespace = ""): Promise<Readonly<Record<string, unknown>>> {
  const source = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: r${namespace}}
spec: {entrypoint: m, templates: [{name: m, suspend: {}}]${spec}}
`;
  const submission = { parameters: {} };
  const made = await makeRun({ source, file: "r.yaml", submission }, 0, () => Promise.resolve(false));
  assert.ok(made.ok);
  const { state } = made.run;
  state.values = { long: "x".repeat(1000), never: "seen" };
  return summarizeRun(state, argo, {}).view;
}

test("lists know where a run belongs, which one comes first, and how its parameters begin", async () => {
  const { namespace, priority, parameters } = await summarize(", priority: 3", ", namespace: team");
  assert.deepEqual([namespace, priority], ["team", 3]);
  assert.equal(parameters, `long=${"x".repeat(95)}`);
});

test("what is usual is not written", async () => {
  const view = await summarize("");
  assert.deepEqual([view["namespace"], view["priority"]], [undefined, undefined]);
});
