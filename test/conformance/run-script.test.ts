/** A script passes only when everything in it is so: each kind of wish is seen to fail. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareRun } from "./scripted/compare-run.ts";
import type { RunObject } from "./scripted/compare-run.ts";
import { runScript } from "./scripted/run-script.ts";
import type { RunWish, Script, Step } from "./scripted/script.ts";

const settings = { folder: "/nowhere", document: "none", executor: "process", limitMs: 200 };

const files = {
  "wait.yaml": `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: waiting}
spec: {entrypoint: main, templates: [{name: main, suspend: {}}]}
`,
};
const submit: Step = { cli: "submit wait.yaml" };

function play(...steps: readonly Step[]): Promise<string> {
  const script: Script = { files, steps: [submit, ...steps] };
  return runScript(script, settings);
}

test("what is as it should be passes", async () => {
  const problem = await play(
    { until: { waits: true, phase: "Running" } },
    { cli: "get waiting -o name", lines: [/^waiting$/u], prints: ["wait"], omits: ["other"] },
    { cli: "get nothing", exit: 2, tells: ["run/unknown"] },
    { cli: "list -o name", lines: ["waiting"], again: true },
  );
  assert.equal(problem, "");
});

test("what is not, does not", async () => {
  const wrong: readonly Step[] = [
    { cli: "get nothing" },
    { cli: "get waiting", prints: ["Succeeded"] },
    { cli: "get waiting", omits: [/Name: +waiting/u] },
    { cli: "get nothing", exit: 2, tells: ["something else"] },
    { cli: "list -o name", lines: [] },
    { cli: "list -o name", lines: ["other"] },
    { cli: "list -o name", lines: ["other"], again: true },
    { until: { phase: "Succeeded" } },
    { expect: { run: "nothing" } },
  ];
  for (const step of wrong) assert.match(await play(step), /^step 2: ./u, JSON.stringify(step));
});

test("every wish about a run can be refused", () => {
  const run: RunObject = {
    metadata: { name: "r", annotations: { a: "1" } },
    status: {
      phase: "Running",
      nodes: {
        r: { name: "r", displayName: "r", type: "Pod", phase: "Succeeded", children: ["x"] },
        x: { name: "r.onExit", displayName: "r.onExit", type: "Steps", phase: "Failed", message: "m" },
      },
    },
  };
  const good: RunWish = {
    phase: "Failed|Running",
    nodeCount: 2,
    nodeCountAtMost: 2,
    annotations: { a: "1" },
    nodes: { r: { childCount: 1, type: "Pod" }, "{run}.onExit": { phase: "Failed", message: /m/u } },
    nodesOfType: { Steps: "Failed" },
  };
  assert.equal(compareRun(good, run), "");
  const wishes: readonly RunWish[] = [
    { phase: "Failed" },
    { message: "x" },
    { hasEnded: true },
    { waits: true },
    { works: true },
    { isEstimated: true },
    { nodeCount: 1 },
    { nodeCountAtMost: 1 },
    { annotations: { a: "2" } },
    { nodes: { none: {} } },
    { nodes: { r: { isAbsent: true } } },
    { nodes: { r: { phase: "Failed" } } },
    { nodes: { r: { type: "Steps" } } },
    { nodes: { r: { message: "x" } } },
    { nodes: { r: { childCount: 2 } } },
    { nodes: { r: { isEstimated: true } } },
    { nodes: { r: { inputs: { p: "1" } } } },
    { nodesOfType: { Pod: "Failed" } },
    { nodesOfType: { DAG: "Failed" } },
  ];
  for (const wish of wishes) assert.notEqual(compareRun(wish, run), "", JSON.stringify(wish));
});
