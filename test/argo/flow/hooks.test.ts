/** Exit handlers and lifecycle hooks of runs, steps and tasks (Argo, docs/lifecyclehook.md, exit_handler.go, hooks.go). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { call, dag, run, steps } from "./documents.ts";
import { rule } from "./rule.ts";

const hook = (name: string, template: string, condition: string): string =>
  `hooks: {${name}: {template: ${template}, expression: '${condition}'}}`;
const say = (template: string, text: string): string =>
  `{template: ${template}, arguments: {parameters: [{name: text, value: "${text}"}]}}`;

rule(
  "onExit runs after a good end",
  steps(call("a", "ok")),
  { spec: "  onExit: ok" },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    .onExit Pod Succeeded
    started [0].a@0 .onExit@1
  `,
);
rule(
  "onExit runs after a bad end, and the run keeps it",
  steps(call("a", "fail")),
  { spec: "  onExit: ok" },
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Failed main: Error (exit code 1)
    [0] StepGroup Failed child 'wf-3986212215' failed
    .onExit Pod Succeeded
    started [0].a@0 .onExit@1
  `,
);
rule(
  "an exit handler that fails fails a good run",
  steps(call("a", "ok")),
  { spec: "  onExit: fail" },
  `
    Failed: main: Error (exit code 1)
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    .onExit Pod Failed main: Error (exit code 1)
    started [0].a@0 .onExit@1
  `,
);
rule(
  "an exit handler with an error makes a good run an error",
  steps(call("a", "ok")),
  { spec: "  onExit: broken" },
  `
    Error: pod deleted
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    .onExit Pod Error pod deleted
    started [0].a@0 .onExit@1
  `,
);
rule(
  "an exit handler that fails leaves a bad end as it is",
  dag(call("a", "broken")),
  { spec: "  onExit: fail" },
  `
    Error
    DAG Error
    .a Pod Error pod deleted
    .onExit Pod Failed main: Error (exit code 1)
    started .a@0 .onExit@1
  `,
);
rule(
  "an exit handler may be steps",
  steps(call("a", "ok")) +
    `  - name: bye\n    steps: [[${call("p", "ok")}], [${call("q", "ok", 'when: "{{workflow.status}} == Succeeded"')}, ${call("r", "ok", 'when: "{{workflow.status}} != Succeeded"')}]]\n`,
  { spec: "  onExit: bye" },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    .onExit Steps Succeeded
    .onExit[0].p Pod Succeeded
    .onExit[1].q Pod Succeeded
    .onExit[1].r Skipped Skipped when 'Succeeded != Succeeded' evaluated false
    .onExit[0] StepGroup Succeeded
    .onExit[1] StepGroup Succeeded
    started [0].a@0 .onExit[0].p@1 .onExit[1].q@2
  `,
);
rule(
  "an exit handler may be retried",
  steps(call("a", "ok")) +
    '  - {name: bye, retryStrategy: {limit: 1}, container: {image: x, command: [sh, -c, "exit 1"]}}\n',
  { spec: "  onExit: bye" },
  `
    Failed: No more retries left
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    .onExit Retry Failed No more retries left
    .onExit(0) Pod Failed main: Error (exit code 1)
    .onExit(1) Pod Failed main: Error (exit code 1)
    started [0].a@0 .onExit(0)@1 .onExit(1)@2
  `,
);
rule(
  "hooks.exit of the run is onExit with arguments",
  steps(call("a", "ok")),
  { spec: `  hooks: {exit: ${say("say", "{{workflow.status}}")}}` },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    .onExit Pod Succeeded
    started [0].a@0 .onExit@1
  `,
);
rule(
  "the exit hook of a step runs before the next group",
  steps(call("a", "ok", "hooks: {exit: {template: slow}}"), call("b", "ok")),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a.onExit Pod Succeeded
    started [0].a@0 [0].a.onExit@1 [1].b@11
  `,
);
rule(
  "the exit hook of a failed step runs before the steps end",
  steps(call("a", "fail", "hooks: {exit: {template: slow}}"), call("b", "ok")),
  {},
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Failed main: Error (exit code 1)
    [0] StepGroup Failed child 'wf-3986212215' failed
    [0].a.onExit Pod Succeeded
    started [0].a@0 [0].a.onExit@1
  `,
);
rule(
  "an exit hook of a step that fails does no harm",
  steps(call("a", "ok", "hooks: {exit: {template: fail}}"), call("b", "ok")),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a.onExit Pod Failed main: Error (exit code 1)
    started [0].a@0 [0].a.onExit@1 [1].b@2
  `,
);
rule(
  "the deprecated onExit of a step",
  steps(call("a", "ok", "onExit: ok"), call("b", "ok")),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a.onExit Pod Succeeded
    started [0].a@0 [0].a.onExit@1 [1].b@2
  `,
);
rule(
  "the deprecated onExit of a task",
  dag(call("a", "ok", "onExit: ok"), call("b", "ok", "depends: a")),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .b Pod Succeeded
    .a.onExit Pod Succeeded
    started .a@0 .a.onExit@1 .b@2
  `,
);
rule(
  "the exit hook of a task runs before those that depend on it",
  dag(call("a", "ok", "hooks: {exit: {template: slow}}"), call("b", "ok", "depends: a")),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .b Pod Succeeded
    .a.onExit Pod Succeeded
    started .a@0 .a.onExit@1 .b@11
  `,
);
rule(
  "an exit hook of a task that fails does no harm",
  dag(call("a", "ok", "hooks: {exit: {template: fail}}"), call("b", "ok", "depends: a")),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .b Pod Succeeded
    .a.onExit Pod Failed main: Error (exit code 1)
    started .a@0 .a.onExit@1 .b@2
  `,
);
rule(
  "a skipped step has no exit hook",
  steps(call("a", "ok", 'when: "false", hooks: {exit: {template: ok}}')),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Skipped Skipped when 'false' evaluated false
    [0] StepGroup Succeeded
  `,
);
rule(
  "an omitted task has no exit hook",
  dag(call("a", "ok"), call("b", "ok", "depends: a.Failed, hooks: {exit: {template: ok}}")),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .b Skipped Omitted omitted: depends condition not met
    started .a@0
  `,
);
rule(
  "each member of a loop has its exit hook",
  steps(call("a", "ok", "withItems: [p, q], hooks: {exit: {template: ok}}"), call("b", "ok")),
  {},
  `
    Succeeded
    Steps Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0:p) Pod Succeeded
    [0].a(1:q) Pod Succeeded
    [0].a(0:p).onExit Pod Succeeded
    [0].a(1:q).onExit Pod Succeeded
    started [0].a(0:p)@0 [0].a(1:q)@0 [0].a(0:p).onExit@1 [0].a(1:q).onExit@1 [1].b@2
  `,
);
rule(
  "a step with retries has one exit hook",
  steps(call("a", "r", "hooks: {exit: {template: ok}}")) +
    '  - {name: r, retryStrategy: {limit: 1}, container: {image: x, command: [sh, -c, "exit 1"]}}\n',
  {},
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].a Retry Failed No more retries left
    [0] StepGroup Failed child 'wf-3986212215' failed
    [0].a(0) Pod Failed main: Error (exit code 1)
    [0].a(1) Pod Failed main: Error (exit code 1)
    [0].a.onExit Pod Succeeded
    started [0].a(0)@0 [0].a(1)@1 [0].a.onExit@2
  `,
);
rule(
  "an exit hook runs when its expression is true",
  steps(call("a", "ok", hook("exit", "ok", 'steps.a.status == "Succeeded"')), call("b", "ok")),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a.onExit Pod Succeeded
    started [0].a@0 [0].a.onExit@1 [1].b@2
  `,
);
rule(
  "an exit hook does not run when its expression is false",
  steps(call("a", "ok", hook("exit", "slow", 'steps.a.status == "Failed"')), call("b", "ok")),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [0].a@0 [1].b@1
  `,
);
rule(
  "hooks on the status of a step begin once, when it has it",
  steps(
    call(
      "a",
      "slow",
      `hooks: {up: {template: ok, expression: 'steps["a"].status == "Running"'}, good: {template: ok, expression: 'steps.a.status == "Succeeded"'}, bad: {template: ok, expression: 'steps.a.status == "Failed"'}}`,
    ),
    call("b", "ok"),
  ),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a.hooks.up Pod Succeeded
    [0].a.hooks.good Pod Succeeded
    started [0].a@0 [0].a.hooks.up@0 [0].a.hooks.good@10 [1].b@11
  `,
);
rule(
  "a hook on a failed task",
  dag(call("a", "fail", hook("bad", "ok", 'tasks.a.status == "Failed"'))),
  {},
  `
    Failed
    DAG Failed
    .a Pod Failed main: Error (exit code 1)
    .a.hooks.bad Pod Succeeded
    started .a@0 .a.hooks.bad@1
  `,
);
rule(
  "those that depend on a task wait for its hooks",
  dag(call("a", "ok", hook("up", "slow", 'tasks["a"].status == "Running"')), call("b", "ok", "depends: a")),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .b Pod Succeeded
    .a.hooks.up Pod Succeeded
    started .a@0 .a.hooks.up@0 .b@10
  `,
);
rule(
  "a lifecycle hook of a task that fails does no harm",
  dag(call("a", "slow", hook("up", "fail", 'tasks["a"].status == "Running"')), call("b", "ok", "depends: a")),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .b Pod Succeeded
    .a.hooks.up Pod Failed main: Error (exit code 1)
    started .a@0 .a.hooks.up@0 .b@10
  `,
);
rule(
  "hooks on the status of the run, and the exit handler after them",
  steps(call("a", "slow")),
  {
    spec: `  hooks: {exit: {template: ok}, up: {template: ok, expression: 'workflow.status == "Running"'}, good: {template: slow, expression: 'workflow.status == "Succeeded"'}, bad: {template: slow, expression: 'workflow.status == "Failed"'}}`,
  },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    .hooks.up Pod Succeeded
    .hooks.good Pod Succeeded
    .onExit Pod Succeeded
    started [0].a@0 .hooks.up@0 .hooks.good@10 .onExit@20
  `,
);
rule(
  "a hook on the failure of the run",
  dag(call("a", "fail")),
  { spec: `  hooks: {bad: {template: ok, expression: 'workflow.status == "Failed"'}}` },
  `
    Failed
    DAG Failed
    .a Pod Failed main: Error (exit code 1)
    .hooks.bad Pod Succeeded
    started .a@0 .hooks.bad@1
  `,
);
rule(
  "a lifecycle hook of the run that fails does no harm",
  steps(call("a", "slow")),
  { spec: `  hooks: {up: {template: fail, expression: 'workflow.status == "Running"'}}` },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    .hooks.up Pod Failed main: Error (exit code 1)
    started [0].a@0 .hooks.up@0
  `,
);
rule(
  "a run waits for its lifecycle hooks",
  steps(call("a", "ok")),
  { spec: `  hooks: {up: {template: slow, expression: 'workflow.status == "Running"'}}` },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    .hooks.up Pod Succeeded
    started [0].a@0 .hooks.up@0
  `,
);
rule(
  "a hook may call steps",
  steps(call("a", "ok", "hooks: {exit: {template: bye}}")) +
    `  - name: bye\n    steps: [[${call("p", "ok")}]]\n`,
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    [0].a.onExit Steps Succeeded
    [0].a.onExit[0].p Pod Succeeded
    [0].a.onExit[0] StepGroup Succeeded
    started [0].a@0 [0].a.onExit[0].p@1
  `,
);
rule(
  "a hook may call a stored template",
  steps(call("a", "ok", "hooks: {exit: {templateRef: {name: store, template: bye}}}")),
  {
    definitions: [
      "apiVersion: argoproj.io/v1alpha1\nkind: WorkflowTemplate\nmetadata: {name: store}\nspec:\n  templates: [{name: bye, container: {image: x, command: [echo, bye]}}]\n",
    ],
  },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    [0].a.onExit Pod Succeeded
    started [0].a@0 [0].a.onExit@1
  `,
);
rule(
  "a hook that calls a stored template that is not there is refused",
  steps(call("a", "ok", "hooks: {exit: {templateRef: {name: store, template: bye}}}")),
  {},
  `
    Refused: WorkflowTemplate "store" not found
  `,
);
rule(
  "a lifecycle hook without an expression is refused",
  steps(call("a", "ok", "hooks: {up: {template: ok}}")),
  {},
  `
    Refused: templates.main.steps[0].a.up Expression required
  `,
);

test("an exit handler sees the status and the failures of the run", async () => {
  const ran = await run(
    steps(call("a", "fail")) +
      '  - {name: bye, container: {image: x, command: [tell, "{{workflow.status}}", "{{workflow.failures}}"]}}\n',
    { spec: "  onExit: bye" },
  );
  const [, status, failures = ""] = ran.orders[1]?.commands[0]?.command ?? [];
  assert.equal(status, "Failed");
  const listed: unknown = JSON.parse(String(JSON.parse(failures)));
  assert.ok(Array.isArray(listed));
  assert.deepEqual(
    listed.map((one: Readonly<Record<string, unknown>>) => [
      one["displayName"],
      one["phase"],
      one["message"],
      one["templateName"],
    ]),
    [
      ["a", "Failed", "main: Error (exit code 1)", "fail"],
      ["[0]", "Failed", "child 'wf-3986212215' failed", ""],
      ["wf", "Failed", "child 'wf-3986212215' failed", "main"],
    ],
  );
});

test("the failures of a good run are null", async () => {
  const ran = await run(
    steps(call("a", "ok")) +
      '  - {name: bye, container: {image: x, command: [tell, "{{workflow.failures}}"]}}\n',
    { spec: "  onExit: bye" },
  );
  assert.deepEqual(ran.orders[1]?.commands[0]?.command, ["tell", '"null"']);
});

test("the exit hook of a step sees its outputs and its status", async () => {
  const inner = `  - name: inner\n    outputs: {parameters: [{name: p, valueFrom: {parameter: "{{steps.x.outputs.result}}"}}]}\n    steps: [[${call("x", "ok")}]]\n`;
  const ran = await run(
    steps(
      call(
        "a",
        "inner",
        `hooks: {exit: ${say("say", "{{steps.a.outputs.parameters.p}} {{steps.a.status}}")}}`,
      ),
    ) + inner,
  );
  assert.equal(ran.program("[0].a.onExit"), "echo hi Succeeded");
});

test("the exit hook of a failed task sees its exit code", async () => {
  const ran = await run(
    dag(call("a", "fail", `hooks: {exit: ${say("say", "{{tasks.a.exitCode}} {{tasks.a.status}}")}}`)),
  );
  assert.equal(ran.program(".a.onExit"), "echo 1 Failed");
});

test("the exit hook of a member of a loop sees its item", async () => {
  const ran = await run(
    steps(call("a", "ok", `withItems: [p, q], hooks: {exit: ${say("say", "{{item}}")}}`)),
  );
  assert.deepEqual(
    [ran.program("[0].a(0:p).onExit"), ran.program("[0].a(1:q).onExit")],
    ["echo p", "echo q"],
  );
});

test("hooks are marked as such, and belong to the region of their owner", async () => {
  const ran = await run(steps(call("a", "ok", "hooks: {exit: {template: ok}}")), { spec: "  onExit: ok" });
  assert.deepEqual(ran.node("[0].a.onExit").nodeFlag, { hooked: true });
  assert.equal(ran.node("[0].a.onExit").boundaryID, "wf");
  assert.equal(ran.node("[0].a.onExit").displayName, "a.onExit");
  assert.deepEqual(ran.node("[0].a").children, [ran.node("[0].a.onExit").id]);
  assert.equal(ran.node("wf.onExit").displayName, "wf.onExit");
  assert.equal(ran.node("wf.onExit").boundaryID, undefined);
});
