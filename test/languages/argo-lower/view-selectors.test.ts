/** Which tasks names and node selectors mean. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { argo } from "../../../src/languages/argo/argo.ts";
import { id, node, open, run } from "./folded-run.ts";

const approvals = `
    entrypoint: main
    templates:
      - name: main
        steps: [[{name: approve, template: wait, arguments: {parameters: [{name: who, value: me}]}}, {name: other, template: wait, arguments: {parameters: [{name: who, value: you}]}}]]
      - {name: wait, inputs: {parameters: [{name: who}]}, suspend: {}}
`;

test("selectors find tasks", () => {
  const inputs = (who: string) => ({ inputs: { values: { who }, files: {} } });
  const state = run(approvals, [
    open(0, 0),
    open(3, -1),
    open(1, 1, inputs("me")),
    open(2, 1, inputs("you")),
  ]);
  const table: readonly (readonly [selector: string, tasks: readonly number[]])[] = [
    ["displayName=approve", [1]],
    ["displayName==other", [2]],
    ["displayName!=approve,templateName=wait", [2]],
    ["name=wf[0].approve", [1]],
    [`id=${id("wf[0].other")}`, [2]],
    ["phase=Running,templateName=wait", [1, 2]],
    ["inputs.parameters.who.value=you", [2]],
    ["inputs.parameters.who.value = me , phase = Running", [1]],
    ["inputs.parameters.who.value!=me,displayName!=wf[0],templateName=wait", [2]],
    ["displayName=approve,", [1]],
    ["displayName=ap\\prove", [1]],
    ["displayName=a\\,b", []],
    ["nonsense=1", []],
    ["nonsense=", [0, 1, 2, 3]],
    ["nonsense!=1,displayName=other", [2]],
    ["approve(0:a=1,b=2)", []],
    ["approve", [1]],
    ["wf[0].other", [2]],
    [id("wf[0].approve"), [1]],
    [`wf-wait-${id("wf[0].approve").slice("wf-".length)}`, [1]],
    ["wf", [0]],
    ["nobody", []],
  ];
  for (const [selector, tasks] of table)
    assert.deepEqual(argo.view.findTasks(state, selector), tasks, selector);
  assert.deepEqual(argo.view.findTasks(state, "templateName=wait", [0, 2, 3]), [2]);
  assert.deepEqual(argo.view.findTasks(state, "approve", [2]), []);
  assert.deepEqual(node(state, "wf[0].approve", "type", "inputs"), {
    type: "Suspend",
    inputs: { parameters: [{ name: "who", value: "me" }] },
  });
});

test("labels are those that the pod of a task would have", () => {
  const state = run(approvals, [open(0, 0)]);
  const hints = {
    podMetadata: { labels: { team: "a", app: "all" } },
    metadata: { labels: { app: "own" }, annotations: { note: "x" } },
    nodeSelector: { disk: "ssd" },
  };
  const own = { "workflows.argoproj.io/workflow": "wf" };
  assert.deepEqual(argo.view.labels?.(state, hints), { team: "a", app: "own", ...own });
  assert.deepEqual(argo.view.labels?.(state, {}), own);
});

test("a name may mean a whole loop in steps, and what has not begun", () => {
  const state = run(
    `
    entrypoint: main
    templates:
      - name: main
        steps: [[{name: each, template: wait, withItems: [x, y]}], [{name: then, template: wait}]]
      - {name: wait, suspend: {}}
`,
    [open(0, 0), open(3, -1), { kind: "task.expanded", task: 1, count: 2 }],
  );
  assert.deepEqual(argo.view.findTasks(state, "each"), argo.view.findTasks(state, "templateName=wait"));
  assert.equal(argo.view.findTasks(state, "wf[0].each").length, 2);
  assert.deepEqual(argo.view.findTasks(state, "displayName=each"), []);
  assert.deepEqual(argo.view.findTasks(state, "then"), []);
  assert.deepEqual(argo.view.unreached?.(state, "then"), [2]);
  assert.deepEqual(argo.view.unreached?.(state, "each"), []);
  assert.deepEqual(argo.view.unreached?.(state), [2]);
});
