/** What nodes are called, and what a template can say about itself (Argo, operator.go executeTemplate, processItem). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { programOf } from "../rig.ts";
import { call, dag, run, steps } from "./documents.ts";

const say = (text: string): string =>
  `arguments: {parameters: [{name: text, value: ${JSON.stringify(text)}}]}`;

test("a template may name its nodes by an annotation with tags", async () => {
  const ran = await run(
    steps(call("a", "named", `withItems: [{os: a1, tag: b2}], ${say("{{item.os}}-{{item.tag}}")}`)) +
      '  - {name: named, annotations: {workflows.argoproj.io/display-name: "os-{{inputs.parameters.text}}-{{workflow.name}}"}, inputs: {parameters: [{name: text}]}, container: {image: x, command: [echo]}}\n',
  );
  assert.equal(ran.node("[0].a(0:os:a1,tag:b2)").displayName, "os-a1-b2-wf");
});

test("the name that a template gives is that of its Retry node, not of its attempts and hooks", async () => {
  const ran = await run(
    steps(call("a", "named", "hooks: {exit: {template: ok}}")) +
      "  - {name: named, annotations: {workflows.argoproj.io/display-name: nice}, retryStrategy: {limit: 1}, container: {image: x, command: [echo]}}\n",
  );
  assert.deepEqual(
    ["[0].a", "[0].a(0)", "[0].a.onExit"].map((name) => ran.node(name).displayName),
    ["nice", "a(0)", "a.onExit"],
  );
});

test("what is skipped, and what Argo takes for no display name, keeps its own", async () => {
  const named = (name: string, text: string): string =>
    `  - {name: ${name}, annotations: {workflows.argoproj.io/display-name: ${JSON.stringify(text)}}, container: {image: x, command: [echo]}}\n`;
  const ran = await run(
    steps(call("a", "good", "when: 'false'"), call("b", "bad")) +
      named("good", "nice") +
      named("bad", "not nice"),
  );
  assert.deepEqual([ran.node("[0].a").displayName, ran.node("[1].b").displayName], ["a", "b"]);
});

test("templateDefaults may bring the name", async () => {
  const ran = await run(steps(call("a", "ok")), {
    spec: "  templateDefaults: {annotations: {workflows.argoproj.io/display-name: all-the-same}}",
  });
  assert.equal(ran.node("[0].a").displayName, "all-the-same");
});

test("a selector knows the name that people see", async () => {
  const ran = await run(
    dag(call("a", "wait"), call("b", "wait")) +
      '  - {name: wait, annotations: {workflows.argoproj.io/display-name: "gate-{{workflow.namespace}}"}, suspend: {}}\n',
    { commands: [{ kind: "resume", select: "displayName=gate-default" }] },
  );
  assert.equal(ran.phase, "Succeeded");
});

test("steps.name and tasks.name are those of the call, with the item in a loop", async () => {
  const leaf =
    '  - {name: leaf, container: {image: x, command: [echo, "{{steps.name}} {{tasks.name}} {{node.name}}"]}}\n';
  const ran = await run(steps(call("a", "leaf"), call("b", "leaf", "withItems: [p]")) + leaf);
  assert.deepEqual(ran.orders.map(programOf), ["echo a a wf[0].a", "echo b(0:p) b(0:p) wf[1].b(0:p)"]);
});

test("an attempt has the name of its Retry node", async () => {
  const ran = await run(
    steps(call("a", "leaf")) +
      '  - {name: leaf, retryStrategy: {limit: 1}, container: {image: x, command: [echo, "{{node.name}} {{retries}}"]}}\n',
    { answers: { leaf: [{ exit: 1 }, {}] } },
  );
  assert.deepEqual(ran.orders.map(programOf), ["echo wf[0].a 0", "echo wf[0].a 1"]);
});

test("what a dag calls its tasks with is about the dag: its name and its attempt", async () => {
  const ran = await run(
    steps(call("a", "inner")) +
      "  - name: inner\n    retryStrategy: {limit: 1}\n    dag:\n      tasks:\n" +
      `      - {name: q, template: say, ${say("{{node.name}} {{steps.name}} {{retries}} {{lastRetry.status}}")}}\n`,
    { answers: { say: [{ exit: 1 }, {}] } },
  );
  assert.deepEqual(ran.orders.map(programOf), ["echo wf[0].a a 0 ", "echo wf[0].a a 1 Failed"]);
});
