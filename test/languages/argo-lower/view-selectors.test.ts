/** Which tasks names and node selectors mean. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { evolve } from "../../../src/engine/evolve/evolve.ts";
import { argo } from "../../../src/languages/argo/argo.ts";
import type { RunState } from "../../../src/model/run/run-state.ts";
import { id, node, open, run } from "./folded-run.ts";
import { runAt } from "./support.ts";

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
  assert.deepEqual(argo.view.findTasks(state, "approve", [2, 1]), [1]);
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

/** Members of the loop `each`, opened and their group with them. */
function loop(order: string): RunState {
  return run(
    `
    entrypoint: main
    templates:
      - name: main
        ${order}
      - {name: wait, suspend: {}}
`,
    [open(0, 0), { kind: "task.expanded", task: 1, count: 2 }],
  );
}

test("of given tasks, the members of a loop in steps go by its name as well", () => {
  const state = loop("steps: [[{name: each, template: wait, withItems: [x, y]}]]");
  const members = argo.view.findTasks(state, "each");
  assert.equal(members.length, 2);
  const all = Array.from({ length: state.tasks.size }, (_, task) => task);
  assert.deepEqual(argo.view.findTasks(state, "each", all), members);
  for (const name of ["each", "wf[0].each", id("wf[0].each")])
    for (const task of members) assert.deepEqual(argo.view.findTasks(state, name, [task]), [task], name);
  assert.deepEqual(argo.view.findTasks(state, "each(0:x)", members), members.slice(0, 1));
  assert.deepEqual(argo.view.findTasks(state, "each", []), []);
  const [, second = -1] = members;
  const reason = { code: "region-halted" } as const;
  evolve(state, { kind: "task.omitted", task: second, at: runAt, reason });
  assert.deepEqual(argo.view.findTasks(state, "each", members), members.slice(0, 1), "one never began");
});

test("a loop in a DAG is a node, and its name means no member", () => {
  const state = loop("dag: {tasks: [{name: each, template: wait, withItems: [x, y]}]}");
  const all = Array.from({ length: state.tasks.size }, (_, task) => task);
  assert.equal(argo.view.findTasks(state, "each(0:x)").length, 1);
  assert.deepEqual(argo.view.findTasks(state, "each"), [1]);
  assert.deepEqual(argo.view.findTasks(state, "each", all), [1]);
});

test("of given tasks no others are looked at, however many a run has", () => {
  const state = loop("steps: [[{name: each, template: wait, withItems: [x, y]}]]");
  const [first = -1, second = -1] = argo.view.findTasks(state, "each");
  // Whoever goes through all of them asks how many there are.
  Object.defineProperty(state.tasks, "size", { get: () => assert.fail("all tasks are looked at") });
  assert.throws(() => argo.view.findTasks(state, "each"), /all tasks are looked at/u);
  for (const selector of ["each", "each(0:x)", "displayName=each(0:x)"])
    assert.deepEqual(argo.view.findTasks(state, selector, [first]), [first], selector);
  assert.deepEqual(argo.view.findTasks(state, "each(0:x)", [second]), []);
});
