import assert from "node:assert/strict";
import { test } from "node:test";
import { createArgoEvaluator } from "../../../src/languages/argo/evaluate/create-argo-evaluator.ts";
import type { TaskTemplate } from "../../../src/model/plan/plan.ts";
import {
  asText,
  compilePlan,
  createFakeScope,
  createTaskView,
  expression,
  runAt,
  text,
  workflow,
} from "./support.ts";
import type { FakeScope } from "./support.ts";

const plan = compilePlan(workflow("entrypoint: a\ntemplates: [{name: a, container: {image: busybox}}]"));
const evaluator = createArgoEvaluator(plan);

/** Text of a template, or the message of the refusal after `!`. */
function render(source: string, fake: FakeScope): string {
  const answer = evaluator.evaluate(text(source), createFakeScope(fake));
  return answer.ok ? asText(answer.value) : `!${answer.message}`;
}

const template: TaskTemplate = {
  commands: [],
  inputs: [{ name: "in", path: "/in/{x}", unpack: "keep", recurseMode: false }],
  outputParameters: [{ name: "p", path: text("/out/{{inputs.parameters.who}}") }],
  outputArtifacts: [{ name: "art-1", path: "/out/a", optional: false, archive: { kind: "none" } }],
  captureResult: false,
  graceMs: 0,
};

const inputs = {
  who: "you",
  "a-b": "dash",
  n: 3,
  list: ["a", { b: 1 }],
  quote: 'say "hi"\n\\',
  braces: "{{inputs.parameters.who}}",
};

const scope: FakeScope = {
  inputs,
  template,
  own: { startedAt: runAt },
  run: {
    values: { message: "m", "with-dash": "w" },
    notes: {
      namespace: "argo",
      entrypoint: "main",
      serviceAccountName: "sa",
      priority: 7,
      labels: { l: "1", "x.y/z": "deep" },
      annotations: { a: "2" },
    },
    published: { values: { g: "global", obj: { k: 1 } }, files: {} },
  },
};

/** Templates and what they become. Sources: Argo docs/variables.md and util/template. */
const table: readonly (readonly [source: string, result: string, fake?: FakeScope])[] = [
  ["plain", "plain"],
  ["", ""],
  ["{{inputs.parameters.who}}", "you"],
  ["{{ inputs.parameters.who }}", "you"],
  ["a{{inputs.parameters.who}}b{{inputs.parameters.a-b}}c", "ayoubdashc"],
  ["{{inputs.parameters.n}}", "3"],
  ["{{inputs.parameters.list}}", '["a",{"b":1}]'],
  ["{{inputs.parameters.quote}}", 'say "hi"\n\\'],
  // A value is never looked at again for tags.
  ["{{inputs.parameters.braces}}", "{{inputs.parameters.who}}"],
  ["{{inputs.parameters}}", '[{"name":"who","value":"you"}]', { inputs: { who: "you" } }],
  ["{{inputs.parameters.none}}", "!failed to resolve {{inputs.parameters.none}}"],
  ["{{inputs.nonsense}}", "!failed to resolve {{inputs.nonsense}}"],
  ["{{inputs.artifacts.in.path}}", "/in/{x}"],
  ["{{inputs.artifacts.none.path}}", "!failed to resolve {{inputs.artifacts.none.path}}"],
  ["{{outputs.parameters.p.path}}", "/out/you"],
  ["{{outputs.artifacts.art-1.path}}", "/out/a"],
  ["{{outputs.artifacts.none.path}}", "!failed to resolve {{outputs.artifacts.none.path}}"],
  // Unknown families stay as they are.
  ["{{custom.variable}}", "{{custom.variable}}"],
  ["{{}}", "{{}}"],
  ["{{ x }} and {{inputs.parameters.who}}", "{{ x }} and you"],
  ["open {{inputs.parameters.who", "open {{inputs.parameters.who"],
  ["}} {{inputs.parameters.who}} {{", "}} you {{"],
  // Nested tags are resolved from the inside.
  ["{{inputs.parameters.{{inputs.parameters.who}}}}", "!failed to resolve {{inputs.parameters.you}}"],
  ["{{inputs.parameters.{{inputs.parameters.key}}}}", "found", { inputs: { key: "real", real: "found" } }],
  // Late names stay until their moment.
  [
    "{{item}} {{item.a}} {{retries}} {{lastRetry.exitCode}}",
    "{{item}} {{item.a}} {{retries}} {{lastRetry.exitCode}}",
  ],
  ["{{item}}", "x", { item: "x" }],
  ["{{item}}", "1.5", { item: 1.5 }],
  ["{{item}}", "true", { item: true }],
  ["{{item}}", '{"a":"1","b":{"c":[1,2]}}', { item: { b: { c: [1, 2] }, a: "1" } }],
  ["{{item.a}}-{{item.b}}", '1-{"c":[1,2]}', { item: { b: { c: [1, 2] }, a: "1" } }],
  ["{{item.missing}}", "!failed to resolve {{item.missing}}", { item: { a: 1 } }],
  ["{{item}}", '["a",1]', { item: ["a", 1] }],
  ["{{item}}", '{"html":"\\u003cb\\u003e"}', { item: { html: "<b>" } }],
  // Retries.
  ["{{retries}}", "2", { attemptNumber: 2 }],
  [
    "{{lastRetry.exitCode}}|{{lastRetry.status}}|{{lastRetry.duration}}|{{lastRetry.message}}",
    "0||0|",
    { attemptNumber: 0 },
  ],
  [
    "{{lastRetry.exitCode}}|{{lastRetry.status}}|{{lastRetry.duration}}|{{lastRetry.message}}",
    "3|Failed|1.5|main: Error (exit code 3)",
    {
      attemptNumber: 1,
      lastAttempt: {
        phase: "failed",
        exitCode: 3,
        startedAt: 1000,
        endedAt: 2500,
        reason: { code: "exit-nonzero", exitCode: 3 },
      },
    },
  ],
  ["{{lastRetry.exitCode}}", "-1", { lastAttempt: { phase: "errored" } }],
  // The run.
  ["{{workflow.name}}", "wf-1"],
  ["{{workflow.uid}}", "run-1"],
  ["{{workflow.uid}}", "u-1", { run: { facts: { uid: "u-1" } } }],
  ["{{workflow.namespace}}", "argo"],
  ["{{workflow.mainEntrypoint}}", "main"],
  ["{{workflow.serviceAccountName}}", "sa"],
  ["{{workflow.priority}}", "7"],
  ["{{workflow.priority}}", "{{workflow.priority}}", {}],
  ["{{workflow.duration}}", "12.500000"],
  ["{{workflow.status}}", "Running"],
  ["{{workflow.status}}", "Error", { run: { outcome: "errored" } }],
  ["{{workflow.failures}}", '"null"'],
  ["{{workflow.scheduledTime}}", "{{workflow.scheduledTime}}"],
  [
    "{{workflow.scheduledTime}}",
    "2024-01-01T00:00:00Z",
    { run: { facts: { scheduledTime: "2024-01-01T00:00:00Z" } } },
  ],
  ["{{workflow.creationTimestamp}}", "2024-02-03T04:05:06Z"],
  ["{{workflow.creationTimestamp.RFC3339}}", "2024-02-03T04:05:06Z"],
  ["{{workflow.creationTimestamp.s}}", "1706933106"],
  [
    "{{workflow.creationTimestamp.Y}}-{{workflow.creationTimestamp.m}}-{{workflow.creationTimestamp.d}} {{workflow.creationTimestamp.H}}:{{workflow.creationTimestamp.M}}",
    "2024-02-03 04:05",
  ],
  ["{{workflow.parameters.message}}", "m"],
  ["{{workflow.parameters.with-dash}}", "w"],
  ["{{workflow.parameters}}", '[{"name":"message","value":"m"},{"name":"with-dash","value":"w"}]'],
  ["{{workflow.parameters.json}}", '[{"name":"message","value":"m"},{"name":"with-dash","value":"w"}]'],
  ["{{workflow.parameters.none}}", "{{workflow.parameters.none}}"],
  ["{{workflow.labels.l}} {{workflow.labels.x.y/z}} {{workflow.annotations.a}}", "1 deep 2"],
  ["{{workflow.labels}}", '{"l":"1","x.y/z":"deep"}'],
  ["{{workflow.annotations.json}}", '{"a":"2"}'],
  ["{{workflow.labels.none}}", "{{workflow.labels.none}}"],
  [
    "{{workflow.labels.l}}",
    "new",
    { run: { notes: { labels: { l: "old" } }, facts: { labels: { l: "new" } } } },
  ],
  ["{{workflow.outputs.parameters.g}} {{workflow.outputs.parameters.obj}}", 'global {"k":1}'],
  ["{{workflow.outputs.parameters.none}}", "{{workflow.outputs.parameters.none}}"],
  ["{{workflow.nonsense}}", "{{workflow.nonsense}}"],
];

for (const [source, expected, fake] of table) {
  test(`${JSON.stringify(source)} -> ${JSON.stringify(expected).slice(0, 80)}`, () => {
    assert.equal(render(source, fake ?? scope), expected);
  });
}

test("pod names differ by task and are the same for the same task", () => {
  const task = createTaskView("a", {});
  const one = { ...createFakeScope({}), own: task };
  const first = evaluator.evaluate(text("{{pod.name}}"), one);
  assert.ok(first.ok && /^wf-1-template-\d+$/u.test(asText(first.value)));
  assert.deepEqual(evaluator.evaluate(text("{{pod.name}}"), one), first);
  const other = evaluator.evaluate(text("{{pod.name}}"), { ...one, own: createTaskView("b", {}) });
  assert.ok(other.ok && other.value !== first.value);
});

test("failures of the run are JSON text, quoted once more", () => {
  const failed = createTaskView("bad", {
    phase: "failed",
    endedAt: runAt,
    reason: { code: "exit-nonzero", exitCode: 2 },
  });
  const answer = render("{{workflow.failures}}", { run: { failures: () => [failed] } });
  const list = JSON.parse(JSON.parse(answer) as string) as readonly Record<string, string>[];
  assert.equal(list.length, 1);
  const { podName: _pod, ...rest } = list[0] ?? {};
  assert.deepEqual(rest, {
    displayName: "bad",
    message: "main: Error (exit code 2)",
    templateName: "template",
    phase: "Failed",
    finishedAt: "2024-02-03T04:05:06Z",
  });
});

const siblings: FakeScope = {
  tasks: {
    a: {
      result: "out",
      values: { p: "v", "p-2": "w", obj: { k: [1] } },
      exitCode: 0,
      startedAt: runAt,
      endedAt: runAt + 2000,
      host: "node-1",
    },
    "b-c": { phase: "failed", exitCode: 3, startedAt: runAt, endedAt: runAt },
    skipped: { phase: "skipped", defaults: { d: "from-producer" } },
    omitted: { phase: "omitted" },
    running: { phase: "running", startedAt: runAt },
    waiting: { phase: "waiting" },
    retried: {
      attempts: [
        { phase: "failed", exitCode: 1 },
        { result: "second", values: { p: "again" }, exitCode: 0, host: "node-2" },
      ],
    },
    name: { result: "a task called name" },
  },
};

const siblingTable: readonly (readonly [name: string, result: string])[] = [
  ["a.outputs.result", "out"],
  ["a.outputs.parameters.p", "v"],
  ["a.outputs.parameters.p-2", "w"],
  ["a.outputs.parameters.obj", '{"k":[1]}'],
  ["a.status", "Succeeded"],
  ["a.exitCode", "0"],
  ["a.startedAt", "2024-02-03T04:05:06Z"],
  ["a.finishedAt", "2024-02-03T04:05:08Z"],
  ["a.hostNodeName", "node-1"],
  ["a.ip", "127.0.0.1"],
  ["b-c.status", "Failed"],
  ["b-c.exitCode", "3"],
  ["b-c.outputs.result", "!failed to resolve {{steps.b-c.outputs.result}}"],
  ["b-c.outputs.parameters.p", "!failed to resolve {{steps.b-c.outputs.parameters.p}}"],
  ["skipped.status", "Skipped"],
  ["skipped.outputs.parameters.d", "from-producer"],
  ["skipped.exitCode", "!failed to resolve {{steps.skipped.exitCode}}"],
  ["omitted.status", "Omitted"],
  ["running.status", "Running"],
  ["running.outputs.result", "!failed to resolve {{steps.running.outputs.result}}"],
  ["running.finishedAt", "!failed to resolve {{steps.running.finishedAt}}"],
  ["waiting.status", "Pending"],
  ["retried.outputs.result", "second"],
  ["retried.outputs.parameters.p", "again"],
  ["retried.exitCode", "0"],
  ["retried.hostNodeName", "node-2"],
  ["name.outputs.result", "a task called name"],
  ["none.status", "!failed to resolve {{steps.none.status}}"],
  ["a.nonsense", "!failed to resolve {{steps.a.nonsense}}"],
  ["a", "!failed to resolve {{steps.a}}"],
];

for (const family of ["steps", "tasks"]) {
  for (const [name, expected] of siblingTable) {
    test(`${family}.${name}`, () => {
      assert.equal(render(`{{${family}.${name}}}`, siblings), expected.replaceAll("steps.", `${family}.`));
    });
  }
}

for (const name of [
  "skipped.outputs.result",
  "skipped.outputs.parameters.p",
  "omitted.outputs.parameters.p",
  "a.outputs.parameters.unknown",
]) {
  test(`${name} is an absent optional output: an error, or nothing where something stands in for it`, () => {
    assert.match(render(`{{tasks.${name}}}`, siblings), /^!failed to resolve .*absent optional/u);
    const optional = expression("argo-text-or-absent", `{{tasks.${name}}}`, "text");
    assert.deepEqual(evaluator.evaluate(optional, createFakeScope(siblings)), { ok: true, value: undefined });
  });
}

test("steps.name is the name of the task itself", () => {
  assert.equal(render("{{steps.name}}{{tasks.name}}", { own: {} }), "ownown");
});

test("names of JavaScript are names like any other", () => {
  for (const name of ["constructor", "__proto__", "toString"]) {
    assert.equal(
      render(`{{inputs.parameters.${name}}}`, scope),
      `!failed to resolve {{inputs.parameters.${name}}}`,
    );
    assert.equal(render(`{{workflow.parameters.${name}}}`, scope), `{{workflow.parameters.${name}}}`);
    assert.match(render(`{{tasks.a.outputs.parameters.${name}}}`, siblings), /absent optional/u);
    assert.equal(render(`{{=inputs.parameters.${name} ?? 'none'}}`, scope), "none");
    assert.equal(render(`{{item.${name}}}`, { item: { a: 1 } }), `!failed to resolve {{item.${name}}}`);
  }
});
