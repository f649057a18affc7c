/** Views of runs whose states are folded from hand-written events. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { evolve } from "../../../src/engine/evolve/evolve.ts";
import { argo } from "../../../src/languages/argo/argo.ts";
import { hashName } from "../../../src/languages/argo/view/node-names.ts";
import { indexPlan } from "../../../src/model/plan/plan-index.ts";
import type { FileValue } from "../../../src/model/plan/plan.ts";
import type { RunEvent } from "../../../src/model/run/events.ts";
import { createRunState } from "../../../src/model/run/run-state.ts";
import type { RunState } from "../../../src/model/run/run-state.ts";
import type { Reason } from "../../../src/model/run/values.ts";
import { compilePlan, runAt, workflow } from "./support.ts";

import { end, id, node, nodesOf, open, run, settle, start } from "./folded-run.ts";
import type { Draft, Nodes } from "./folded-run.ts";

/** Rows as `depth name type phase message`. */
function draw(state: RunState): readonly string[] {
  return argo.view
    .rows(state)
    .map(
      ({ depth, name, type, phase, message }) =>
        `${"  ".repeat(depth)}${name} ${type} ${phase}${message === "" ? "" : `: ${message}`}`,
    );
}

const steps = `
    entrypoint: main
    templates:
      - name: main
        steps:
          - - {name: a, template: leaf}
            - {name: b, template: leaf, withItems: [x, {k: v}]}
          - - {name: c, template: leaf, when: "false"}
      - {name: leaf, outputs: {parameters: [{name: p, valueFrom: {path: /p}}]}, container: {image: busybox}}
`;

test("FNV-1a, 32 bits, decimal: values of Go's hash/fnv", () => {
  assert.equal(hashName(""), "2166136261");
  assert.equal(hashName("a"), "3826002220");
  assert.equal(hashName("foobar"), "3214735720");
});

// Tasks of `steps`: 0 main, 1 a, 2 b (group), 3 c, 4 and 5 the stages, 6 and 7 members of b.
const stepsRun: readonly Draft<RunEvent>[] = [
  open(0, 0),
  open(4, -1),
  start(1, 1),
  { kind: "task.expanded", task: 2, count: 2 },
  start(6, 1),
  end(6, 3, { exitCode: 0, outputs: { result: "r", values: { p: "1" }, files: {} } }),
];

test("steps under way: groups, members beside the others, what was not reached is not there", () => {
  const state = run(steps, stepsRun);
  assert.deepEqual(draw(state), [
    "wf Steps Running",
    "  a Pod Running",
    "  b(0:x) Pod Succeeded",
    "  b(1:k:v) Pod Pending",
  ]);
  const names = Object.values(nodesOf(state)).map((one) => one["name"]);
  assert.deepEqual(names, ["wf", "wf[0].a", "wf[0]", "wf[0].b(0:x)", "wf[0].b(1:k:v)"]);
  assert.deepEqual(node(state, "wf", "id", "type", "children", "templateName", "templateScope", "progress"), {
    id: "wf",
    type: "Steps",
    children: [id("wf[0]")],
    templateName: "main",
    templateScope: "local/wf",
    progress: "1/2",
  });
  assert.deepEqual(node(state, "wf[0]", "type", "displayName", "boundaryID", "children"), {
    type: "StepGroup",
    displayName: "[0]",
    boundaryID: "wf",
    children: [id("wf[0].a"), id("wf[0].b(0:x)"), id("wf[0].b(1:k:v)")],
  });
  assert.deepEqual(
    node(
      state,
      "wf[0].b(0:x)",
      "id",
      "displayName",
      "boundaryID",
      "outputs",
      "hostNodeName",
      "resourcesDuration",
      "startedAt",
      "finishedAt",
    ),
    {
      id: id("wf[0].b(0:x)"),
      displayName: "b(0:x)",
      boundaryID: "wf",
      outputs: {
        result: "r",
        parameters: [{ name: "p", value: "1", valueFrom: { path: "/p" } }],
        exitCode: "0",
      },
      hostNodeName: "host-1",
      resourcesDuration: { cpu: 2, memory: 10 },
      startedAt: "2024-02-03T04:05:06Z",
      finishedAt: "2024-02-03T04:05:16Z",
    },
  );
});

test("steps that ended: a skipped step, arrows from group to group, final words", () => {
  const state = run(steps, [
    ...stepsRun,
    end(1, 3),
    start(7, 1),
    end(7, 3),
    settle(2, 3),
    settle(4, 3),
    open(5, -1),
    { kind: "task.skipped", task: 3, reason: { code: "condition-false", source: "false" } },
    settle(5, 3),
    settle(0, 3),
    { kind: "run.ended", phase: 3, at: runAt + 20_000 },
  ]);
  assert.deepEqual(draw(state).at(-1), "  c Skipped Skipped: when 'false' evaluated false");
  assert.deepEqual(node(state, "wf[0].a", "children"), { children: [id("wf[1]")] });
  assert.deepEqual(node(state, "wf[0].b(1:k:v)", "children"), { children: [id("wf[1]")] });
  assert.deepEqual(node(state, "wf", "outboundNodes"), { outboundNodes: [id("wf[1].c")] });
  assert.deepEqual(argo.view.outcome(state), { phase: "Succeeded", message: "" });
  const status = argo.view.status(state);
  assert.deepEqual(
    [status["phase"], status["progress"], status["finishedAt"]],
    ["Succeeded", "3/3", "2024-02-03T04:05:26Z"],
  );
  assert.deepEqual(status["conditions"], [
    { type: "PodRunning", status: "False" },
    { type: "Completed", status: "True" },
  ]);
  assert.deepEqual(status["resourcesDuration"], { cpu: 6, memory: 30 });
});

test("a failed step: the words of Argo, and nothing of what waited", () => {
  const blame: Reason = { code: "child-failed", task: 1 };
  const state = run(steps, [
    open(0, 0),
    open(4, -1),
    start(1, 1),
    end(1, 4, { exitCode: 3, reason: { code: "exit-nonzero", exitCode: 3 } }),
    { kind: "task.skipped", task: 2, reason: { code: "list-empty" } },
    settle(4, 4, { reason: blame }),
    settle(0, 4, { reason: blame }),
    { kind: "run.ended", phase: 4, reason: blame },
  ]);
  assert.deepEqual(draw(state), [
    `wf Steps Failed: child '${id("wf[0].a")}' failed`,
    "  a Pod Failed: main: Error (exit code 3)",
    "  b Skipped Skipped: Skipped, empty params",
  ]);
  assert.deepEqual(argo.view.outcome(state), { phase: "Failed", message: `child '${id("wf[0].a")}' failed` });
});

const dag = `
    entrypoint: main
    templates:
      - name: main
        dag:
          tasks:
            - {name: a, template: leaf}
            - {name: b, template: leaf, depends: a, withItems: [1, 2]}
            - {name: c, template: leaf, depends: b}
            - {name: d, template: leaf, depends: a.Failed}
      - {name: leaf, container: {image: busybox}}
`;

test("a dag: task groups, arrows through them, omitted tasks", () => {
  // 0 main, 1 a, 2 b (group), 3 c, 4 d, 5 and 6 members of b.
  const state = run(dag, [
    open(0, 0),
    start(1, 1),
    end(1, 3),
    { kind: "task.closed", task: 1 },
    { kind: "task.expanded", task: 2, count: 2 },
    start(5, 1),
    end(5, 3),
    start(6, 1),
    end(6, 4, { exitCode: 1, reason: { code: "exit-nonzero", exitCode: 1 } }),
    settle(2, 4, { reason: { code: "child-failed", task: 6 } }),
    { kind: "task.omitted", task: 3, reason: { code: "region-halted" } },
    { kind: "task.omitted", task: 4, reason: { code: "guard-false" } },
    settle(0, 4, { reason: { code: "child-failed", task: 2 } }),
    { kind: "run.ended", phase: 4, reason: { code: "child-failed", task: 2 } },
  ]);
  assert.deepEqual(draw(state), [
    "wf DAG Failed",
    "  a Pod Succeeded",
    "  b TaskGroup Failed",
    "    b(0:1) Pod Succeeded",
    "    b(1:2) Pod Failed: main: Error (exit code 1)",
    "  d Skipped Omitted: omitted: depends condition not met",
  ]);
  assert.deepEqual(node(state, "wf.a", "children"), { children: [id("wf.b"), id("wf.d")] });
  assert.deepEqual(node(state, "wf.b", "type", "children", "boundaryID"), {
    type: "TaskGroup",
    children: [id("wf.b(0:1)"), id("wf.b(1:2)")],
    boundaryID: "wf",
  });
  // A dag says nothing about its children.
  assert.deepEqual(argo.view.outcome(state), { phase: "Failed", message: "" });
  assert.equal(argo.view.status(state)["progress"], "2/3");
});

test("progress is what tasks say of themselves, else one each; estimates go by template", () => {
  const state = run(dag, [open(0, 0), start(1, 1), end(1, 3), start(3, 1)]);
  const outlook = {
    reported: new Map([
      [1, { done: 2, total: 10 }],
      [3, { done: 30, total: 40 }],
    ]),
    estimate: { runMs: 90_500, byProcess: { leaf: 12_000 } },
    metricProblems: ["metric 'm': no", "metric 'n': no"],
  };
  const status = argo.view.status(state, outlook);
  assert.deepEqual(
    [status["progress"], status["estimatedDuration"], status["conditions"]],
    [
      "40/50",
      90,
      [
        { type: "PodRunning", status: "True" },
        { type: "MetricsError", status: "True", message: "metric 'm': no, metric 'n': no" },
      ],
    ],
  );
  const nodes = Object.values(status["nodes"] ?? {}) as Nodes[string][];
  const begun = nodes.filter((one) => one["progress"] !== undefined);
  assert.deepEqual(
    begun.map(({ progress, estimatedDuration }) => [progress, estimatedDuration]),
    [
      ["40/50", 90],
      ["10/10", 12],
      ["30/40", 12],
    ],
  );
  assert.deepEqual(argo.view.progress?.(state), { done: 1, total: 2 });
});

test("a reference that cannot be resolved is the message of what is around it", () => {
  const fault: Reason = { code: "expression-failed", message: "failed to resolve {{tasks.x}}" };
  const state = run(dag, [
    open(0, 0),
    settle(1, 5, { reason: fault }),
    settle(0, 5, { reason: { code: "child-failed", task: 1 } }),
    { kind: "run.ended", phase: 5, reason: { code: "child-failed", task: 1 } },
  ]);
  assert.deepEqual(argo.view.outcome(state), { phase: "Error", message: "failed to resolve {{tasks.x}}" });
});

test("retries: a Retry node over its attempts", () => {
  const state = run(
    "entrypoint: a\ntemplates: [{name: a, retryStrategy: {limit: 1}, container: {image: busybox}}]",
    [
      open(0, 0, { retried: true }),
      start(1, 0),
      end(1, 4, { exitCode: 1, reason: { code: "exit-nonzero", exitCode: 1 } }),
      { kind: "task.retried", task: 0, notBefore: runAt },
      start(2, 0),
      end(2, 4, { exitCode: 2, reason: { code: "exit-nonzero", exitCode: 2 } }),
      settle(0, 4, { reason: { code: "retries-exhausted" } }),
      { kind: "run.ended", phase: 4, reason: { code: "retries-exhausted" } },
    ],
  );
  assert.deepEqual(draw(state), [
    "wf Retry Failed: No more retries left",
    "  wf(0) Pod Failed: main: Error (exit code 1)",
    "  wf(1) Pod Failed: main: Error (exit code 2)",
  ]);
  assert.deepEqual(node(state, "wf", "children", "outputs"), {
    children: [id("wf(0)"), id("wf(1)")],
    outputs: { exitCode: "2" },
  });
  assert.deepEqual(node(state, "wf(0)", "nodeFlag"), { nodeFlag: { retried: true } });
  assert.deepEqual(argo.view.outcome(state), { phase: "Failed", message: "No more retries left" });
});

test("hooks: names with .hooks.KEY and .onExit, marked as hooks", () => {
  const state = run(
    `
    entrypoint: main
    onExit: leaf
    hooks: {running: {template: leaf, expression: 'workflow.status == "Running"'}}
    templates:
      - name: main
        steps: [[{name: a, template: leaf, hooks: {exit: {template: leaf}}}]]
      - {name: leaf, container: {image: busybox}}`,
    [
      open(0, 0),
      open(2, -1),
      start(1, 1),
      end(1, 3),
      { kind: "hook.started", owner: 1, hook: 0 },
      { kind: "hook.started", owner: -1, hook: 1 },
      { kind: "hook.started", owner: -1, hook: 0 },
      start(3, 1),
    ],
  );
  assert.deepEqual(draw(state), [
    "wf Steps Running",
    "  a Pod Succeeded",
    "  a.onExit Pod Running",
    "wf.hooks.running Pod Pending",
    "wf.onExit Pod Pending",
  ]);
  assert.deepEqual(node(state, "wf[0].a.onExit", "nodeFlag", "boundaryID"), {
    nodeFlag: { hooked: true },
    boundaryID: "wf",
  });
  assert.deepEqual(node(state, "wf[0].a", "children"), { children: [id("wf[0].a.onExit")] });
});

test("a container set: one node for each container", () => {
  const state = run(
    `
    entrypoint: s
    templates:
      - name: s
        containerSet:
          containers: [{name: a, image: x}, {name: main, image: x, dependencies: [a]}, {name: c, image: x}]`,
    [
      start(0, 0),
      end(0, 4, {
        exitCode: 137,
        reason: {
          code: "signaled",
          commands: {
            a: { kind: "exited", code: 0 },
            main: { kind: "signaled", signal: "SIGKILL" },
            c: { kind: "signaled", signal: "SIGTERM" },
          },
        },
      }),
    ],
  );
  assert.deepEqual(
    ["a", "main", "c"].map((name) => node(state, `wf.${name}`, "type", "phase", "message")),
    [
      { type: "Container", phase: "Succeeded", message: undefined },
      { type: "Container", phase: "Failed", message: "Error (exit code 137)" },
      { type: "Container", phase: "Failed", message: "Error (exit code 143)" },
    ],
  );
  assert.deepEqual(node(state, "wf", "children", "message"), {
    children: [id("wf.a"), id("wf.c")],
    message: "main: Error (exit code 137)",
  });
  assert.deepEqual(node(state, "wf.a", "children", "boundaryID"), {
    children: [id("wf.main")],
    boundaryID: "wf",
  });
});

test("stored templates show as references, their own calls as names", () => {
  const stored =
    "apiVersion: argoproj.io/v1alpha1\nkind: WorkflowTemplate\nmetadata: {name: lib}\nspec:\n  templates:\n    - {name: in, steps: [[{name: x, template: leaf}]]}\n    - {name: leaf, container: {image: x}}\n";
  const plan = compilePlan(
    workflow(
      "entrypoint: m\ntemplates: [{name: m, steps: [[{name: a, templateRef: {name: lib, template: in}}]]}]",
    ),
    {
      definitions: [{ source: stored, file: "s.yaml" }],
    },
  );
  const state = createRunState(indexPlan(plan), "run-1", "wf");
  const events: readonly Draft<RunEvent>[] = [
    { kind: "run.created", suspended: false },
    { kind: "run.started", values: {}, labels: {} },
    open(0, 0),
    open(2, -1),
    open(1, 1),
    open(4, -1),
    start(3, 2),
  ];
  for (const event of events) evolve(state, { at: runAt, ...event } as RunEvent);
  assert.deepEqual(node(state, "wf[0].a", "templateRef", "templateName", "templateScope"), {
    templateRef: { name: "lib", template: "in" },
    templateName: undefined,
    templateScope: "local/wf",
  });
  assert.deepEqual(node(state, "wf[0].a[0].x", "templateRef", "templateName", "templateScope"), {
    templateRef: undefined,
    templateName: "leaf",
    templateScope: "namespaced/lib",
  });
  assert.deepEqual(argo.view.findTasks(state, "templateRef.name=lib"), [1]);
  assert.deepEqual(argo.view.findTasks(state, "templateName=in"), [1]);
});

test("final outputs: published for the run, and those of the entry, which win", () => {
  const file: FileValue = { kind: "text", text: "x" };
  const state = run("entrypoint: a\ntemplates: [{name: a, container: {image: busybox}}]", [
    start(0, 0),
    end(0, 3, {
      outputs: { values: { own: "1", both: "own" }, files: {} },
      published: { values: { global: "2", both: "global" }, files: { f: file } },
    }),
  ]);
  assert.deepEqual(argo.view.finalOutputs(state), {
    parameters: { global: "2", both: "own", own: "1" },
    files: { f: file },
  });
  assert.deepEqual(argo.view.status(state)["outputs"], {
    parameters: [
      { name: "global", value: "2" },
      { name: "both", value: "global" },
    ],
    artifacts: [{ name: "f", raw: { data: "x" } }],
  });
});

test("rows can be limited; a run without tasks has none", () => {
  assert.equal(argo.view.rows(run(steps, stepsRun), 2).length, 2);
  assert.deepEqual(argo.view.rows(createRunState(indexPlan(compilePlan(workflow(steps))), "r", "wf")), []);
});
