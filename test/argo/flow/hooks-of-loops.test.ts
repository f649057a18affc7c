/** Hooks of loops, hooks beside each other, hooks that cannot be decided (Argo, hooks.go, dag.go, steps.go). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { programOf } from "../rig.ts";
import { call, dag, run, steps } from "./documents.ts";
import { rule } from "./rule.ts";

const say = (text: string): string =>
  `arguments: {parameters: [{name: text, value: ${JSON.stringify(text)}}]}`;
const status = (name: string, is: string, more = ""): string =>
  `{template: ok, expression: '${name}.status == "${is}"'${more}}`;
const runHook = (name: string, is: string): string =>
  `${name}: {template: ok, expression: 'workflow.status == "${is}"'}`;

rule(
  "a loop of a dag has its lifecycle hooks once, and each exit hook for every member and for the whole",
  dag(
    call(
      "a",
      "ok",
      `withItems: [p, q], hooks: {r: ${status("tasks.a", "Running")}, s: ${status("tasks.a", "Succeeded")}, exit: {template: ok}}`,
    ),
    call("b", "ok", "depends: a"),
  ),
  {},
  `
    Succeeded
    DAG Succeeded
    .a TaskGroup Succeeded
    .b Pod Succeeded
    .a(0:p) Pod Succeeded
    .a(1:q) Pod Succeeded
    .a.hooks.r Pod Succeeded
    .a(0:p).onExit Pod Succeeded
    .a(1:q).onExit Pod Succeeded
    .a.hooks.s Pod Succeeded
    .a.onExit Pod Succeeded
    started .a(0:p)@0 .a(1:q)@0 .a.hooks.r@0 .a(0:p).onExit@1 .a(1:q).onExit@1 .a.hooks.s@2 .a.onExit@3 .b@4
  `,
);
rule(
  "a loop of steps has its hooks for every member: it has no node of its own",
  steps(call("a", "ok", `withItems: [p, q], hooks: {r: ${status("steps.a", "Running")}}`)),
  {},
  `
    Succeeded
    Steps Succeeded
    [0] StepGroup Succeeded
    [0].a(0:p) Pod Succeeded
    [0].a(1:q) Pod Succeeded
    [0].a(0:p).hooks.r Pod Succeeded
    [0].a(1:q).hooks.r Pod Succeeded
    started [0].a(0:p)@0 [0].a(1:q)@0 [0].a(0:p).hooks.r@0 [0].a(1:q).hooks.r@0
  `,
);
rule(
  "a computed list that is none leaves the exit hook of its task",
  dag(call("a", "ok", "withParam: none, hooks: {exit: {template: ok}}")),
  {},
  `
    Error: withParam value could not be parsed as a JSON list: none
    DAG Error withParam value could not be parsed as a JSON list: none
    .a Skipped Error withParam value could not be parsed as a JSON list: none
    .a.onExit Pod Succeeded
    started .a.onExit@0
  `,
);
rule(
  "the exit hook of a run does not mind where it stands among the others",
  steps(call("a", "ok")),
  { spec: `  hooks: {${runHook("running", "Running")}, exit: {template: ok}, ${runHook("bad", "Failed")}}` },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    .hooks.running Pod Succeeded
    .onExit Pod Succeeded
    started [0].a@0 .hooks.running@0 .onExit@1
  `,
);
rule(
  "the exit hook of a step does not mind where it stands among the others",
  steps(call("a", "ok", `hooks: {r: ${status("steps.a", "Running")}, exit: {template: ok}}`)),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    [0].a.hooks.r Pod Succeeded
    [0].a.onExit Pod Succeeded
    started [0].a@0 [0].a.hooks.r@0 [0].a.onExit@1
  `,
);
rule(
  "onExit goes over hooks.exit",
  steps(call("a", "ok")),
  { spec: "  onExit: slow\n  hooks: {exit: {template: fail}}" },
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
  "a hook whose expression can never be decided says so when its step has ended",
  steps(call("a", "ok", "hooks: {h: {template: ok, expression: 'nosuch.thing == 1'}}"), call("b", "ok")),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a.hooks.h Skipped Error unable to evaluate expression 'nosuch.thing == 1': unknown name nosuch
    started [0].a@0 [1].b@1
  `,
);
rule(
  "a hook of the run whose expression is no condition says so when the work has ended",
  steps(call("a", "ok")),
  { spec: "  hooks: {h: {template: ok, expression: workflow.name}}" },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    .hooks.h Skipped Error unable to cast expression result 'wf' to bool
    started [0].a@0
  `,
);
rule(
  "a hook waits for what is not there yet",
  steps(
    call("a", "given", "hooks: {h: {template: ok, expression: 'steps.a.outputs.parameters.o == \"yes\"'}}"),
  ) +
    "  - {name: given, outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}, container: {image: x, command: [sh, -c, echo yes > /o]}}\n",
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    [0].a.hooks.h Pod Succeeded
    started [0].a@0 [0].a.hooks.h@1
  `,
);

const member =
  "  - {name: leaf, inputs: {parameters: [{name: text}]}, outputs: {parameters: [{name: o, valueFrom: {path: /o, default: none}}]}, container: {image: x, command: [sh, -c, 'echo {{inputs.parameters.text}} > /o']}}\n";

test("to a hook of a member the name of its step means that member", async () => {
  const exit = `exit: {template: say, ${say("{{item}} {{steps.a.status}} {{steps.a.outputs.parameters.o}}")}}`;
  const bad = `bad: {template: say, expression: 'steps.a.status == "Failed"', ${say("bad {{item}}")}}`;
  const ran = await run(
    steps(call("a", "leaf", `withItems: [p, q], ${say("{{item}}")}, hooks: {${bad}, ${exit}}`)) + member,
    { answers: { "a(1:q)": { exit: 1 } } },
  );
  assert.deepEqual(ran.orders.slice(2).map(programOf), [
    "echo p Succeeded p",
    "echo bad q",
    "echo q Failed q",
  ]);
});

test("to a hook of a task group the name of its task means the whole", async () => {
  const exit = `exit: {template: say, ${say("{{tasks.a.status}} {{tasks.a.outputs.parameters.o}}")}}`;
  const ran = await run(
    dag(call("a", "leaf", `withItems: [p, q], ${say("{{item}}")}, hooks: {${exit}}`)) + member,
  );
  assert.deepEqual(ran.orders.slice(2).map(programOf), [
    "echo Succeeded p",
    "echo Succeeded q",
    'echo Succeeded ["p","q"]',
  ]);
});
