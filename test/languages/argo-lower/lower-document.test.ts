import assert from "node:assert/strict";
import { test } from "node:test";
import {
  mergeStrategically,
  mergeTemplateDefaults,
} from "../../../src/languages/argo/lower/merge-template.ts";
import { argo } from "../../../src/languages/argo/argo.ts";
import {
  compile,
  compilePlan,
  errorCodes,
  expression,
  getProcess,
  getRegion,
  getTask,
  text,
  workflow,
} from "./support.ts";

const hello = workflow(
  "entrypoint: a\narguments: {parameters: [{name: m, value: hi}]}\ntemplates: [{name: a, inputs: {parameters: [{name: m}]}, container: {image: busybox}}, {name: b, container: {image: busybox}}]",
);

test("names: given, made from a prefix, overridden", () => {
  assert.equal(compile(hello).name, "test-abcde");
  assert.equal(compile(hello, { name: "mine" }).name, "mine");
  assert.equal(compile(hello, { namePrefix: "other-" }).name, "other-abcde");
  assert.equal(compile(hello.replace("generateName: test-", "name: fixed")).name, "fixed");
});

test("a submission's parameters win, and may be new", () => {
  const plan = compilePlan(hello, { parameters: { m: "{{workflow.name}}", extra: "e" } });
  assert.deepEqual(
    { ...plan.values },
    {
      m: expression("argo-text-global", "{{workflow.name}}", "text"),
      extra: "e",
    },
  );
  assert.deepEqual(
    plan.arguments.map(({ port, value }) => [port, value]),
    [
      ["m", text("{{workflow.parameters.m}}")],
      ["extra", text("{{workflow.parameters.extra}}")],
    ],
  );
});

test("a submission's entrypoint wins", () => {
  assert.deepEqual(
    compilePlan(hello, { entrypoint: "b" }).processes.map(({ id }) => id),
    ["b"],
  );
  assert.equal(errorCodes(hello, { entrypoint: "none" }).length, 1);
});

test("a parameter without a value is refused before anything runs", () => {
  assert.ok(errorCodes(hello.replace("{name: m, value: hi}", "{name: m}")).length > 0);
  compilePlan(hello.replace("{name: m, value: hi}", "{name: m}"), { parameters: { m: "given" } });
});

test("labels: of the document, of the submission, computed", () => {
  const source = workflow(`
    entrypoint: a
    workflowMetadata:
      labels: {own: "1"}
      annotations: {note: text}
      labelsFrom: {computed: {expression: "workflow.parameters.m"}}
    arguments: {parameters: [{name: m, value: hi}]}
    templates: [{name: a, container: {image: busybox}}]`);
  const compiled = compile(source, { labels: { given: "2" }, annotations: { by: "x" } });
  assert.deepEqual(compiled.labels, { own: "1", given: "2" });
  assert.deepEqual(compiled.annotations, { note: "text", by: "x" });
  assert.deepEqual(compiled.plan?.labels, {
    computed: expression("argo-expr", "workflow.parameters.m", "text"),
  });
  assert.deepEqual(compiled.plan?.notes["labels"], compiled.labels);
});

const stored = `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: lib}
spec:
  entrypoint: main
  suspend: true
  parallelism: 2
  onExit: bye
  arguments: {parameters: [{name: a, value: "1"}, {name: b, value: "2"}]}
  templates:
    - name: main
      steps: [[{name: s, template: leaf}]]
    - {name: leaf, container: {image: busybox}}
    - {name: bye, container: {image: busybox}}
---
apiVersion: argoproj.io/v1alpha1
kind: ClusterWorkflowTemplate
metadata: {name: lib}
spec:
  templates:
    - {name: leaf, container: {image: alpine}}
`;
const definitions = [{ source: stored, file: "stored.yaml" }];

test("templateRef: names inside a stored template are looked up there", () => {
  const plan = compilePlan(
    workflow(`
    entrypoint: m
    templates:
      - name: m
        steps:
          - - {name: a, templateRef: {name: lib, template: main}}
            - {name: b, templateRef: {name: lib, template: leaf, clusterScope: true}}
            - {name: c, template: leaf}
      - {name: leaf, container: {image: own}}`),
    { definitions },
  );
  assert.deepEqual(
    plan.processes.map(({ id }) => id),
    ["m", "lib/main", "cluster:lib/leaf", "leaf", "lib/leaf"],
  );
  assert.deepEqual(getRegion(plan, "lib/main").nodes[0]?.call, { kind: "process", process: 4 });
  assert.equal(getTask(plan, "cluster:lib/leaf").commands[0]?.image, "alpine");
});

test("workflowTemplateRef: the workflow over the stored spec", () => {
  const source = workflow(
    "workflowTemplateRef: {name: lib}\nparallelism: 7\narguments: {parameters: [{name: b, value: mine}]}",
  );
  const compiled = compile(source, { definitions });
  const { plan } = compiled;
  assert.ok(plan !== undefined);
  assert.deepEqual(
    plan.processes.map(({ id }) => id),
    ["main", "bye", "leaf"],
  );
  assert.deepEqual({ ...plan.values }, { b: "mine", a: "1" });
  assert.deepEqual(plan.policy, { attemptsAtMost: 7 });
  assert.deepEqual(
    plan.hooks.map(({ name }) => name),
    ["exit"],
  );
  assert.deepEqual(compiled.labels, { "workflows.argoproj.io/workflow-template": "lib" });
});

test("a stored template that is missing is one error", () => {
  assert.deepEqual(errorCodes(workflow("workflowTemplateRef: {name: none}")).length, 1);
});

test("a WorkflowTemplate and a CronWorkflow can be submitted themselves", () => {
  const template = argo.compile(stored, "stored.yaml", {
    parameters: {},
    facts: { suffix: "xyz" },
    document: 0,
  });
  assert.equal(template.name, "lib-xyz");
  assert.deepEqual(
    template.plan?.processes.map(({ id }) => id),
    ["main", "bye", "leaf"],
  );
  const cron = compile(`
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: nightly}
spec:
  schedules: ["* * * * *"]
  workflowSpec:
    entrypoint: a
    templates: [{name: a, container: {image: busybox}}]
`);
  assert.equal(cron.name, "nightly-abcde");
  assert.deepEqual(cron.labels, { "workflows.argoproj.io/cron-workflow": "nightly" });
  assert.deepEqual(cron.plan?.processes[0]?.at, ["spec", "workflowSpec", "templates", 0]);
});

test("documents of the same file are definitions, ConfigMaps and Secrets too", () => {
  const plan = compilePlan(`
apiVersion: v1
kind: ConfigMap
metadata: {name: cm}
data: {k: from-map}
---
apiVersion: v1
kind: Secret
metadata: {name: s}
data: {k: aHVudGVyMg==}
---
${workflow(`
    entrypoint: a
    arguments: {parameters: [{name: m, valueFrom: {configMapKeyRef: {name: cm, key: k}}}]}
    templates: [{name: a, container: {image: busybox, env: [{name: X, valueFrom: {secretKeyRef: {name: s, key: k}}}]}}]`)}`);
  assert.deepEqual({ ...plan.values }, { m: "from-map" });
  assert.deepEqual(getTask(plan, "a").commands[0]?.env, [{ name: "X", value: "hunter2", secret: true }]);
});

test("templateDefaults: by field, only bodies of the template's own kind", () => {
  const plan = compilePlan(
    workflow(`
    entrypoint: c
    templateDefaults:
      timeout: 30s
      retryStrategy: {limit: 1}
      container: {image: default, env: [{name: A, value: "1"}, {name: B, value: "1"}]}
      script: {image: other}
    templates:
      - name: c
        retryStrategy: {limit: 9}
        container: {image: own, env: [{name: B, value: "2"}]}`),
  );
  const { policy } = getProcess(plan, "c");
  assert.deepEqual(policy, { retry: { on: "failed", attemptsMore: 9 }, taskTimeoutMs: 30_000 });
  const [command] = getTask(plan, "c").commands;
  assert.equal(command?.image, "own");
  assert.deepEqual(
    command?.env.map(({ name, value }) => [name, value]),
    [
      ["B", "2"],
      ["A", "1"],
    ],
  );
});

test("strategic merge: objects by field, keyed lists by key, other lists as a whole", () => {
  const under = {
    a: 1,
    args: ["x"],
    env: [
      { name: "A", value: 1 },
      { name: "B", value: 1 },
    ],
    deep: { k: 1, l: 1 },
  };
  const over = { args: ["y", "z"], env: [{ name: "A", value: 2 }], deep: { l: 2 } };
  const merged = JSON.parse(JSON.stringify(mergeStrategically(under, over))) as unknown;
  assert.deepEqual(merged, {
    a: 1,
    args: ["y", "z"],
    env: [
      { name: "A", value: 2 },
      { name: "B", value: 1 },
    ],
    deep: { k: 1, l: 2 },
  });
  const same = { name: "t", container: { image: "x" } };
  assert.equal(mergeTemplateDefaults(same, undefined), same);
});

test("outputs of steps and dag: references, expressions, defaults, artifacts", () => {
  const plan = compilePlan(
    workflow(`
    entrypoint: m
    templates:
      - name: m
        outputs:
          parameters:
            - {name: r, valueFrom: {parameter: "{{steps.a.outputs.result}}"}, globalName: g}
            - {name: e, valueFrom: {expression: "steps.a.outputs.result", default: none}}
          artifacts:
            - {name: f, from: "{{steps.a.outputs.artifacts.f}}"}
            - {name: s, from: "{{steps.a.outputs.artifacts.f}}", subPath: sub}
            - {name: o, optional: true, fromExpression: "steps.a.outputs.artifacts.f"}
        steps: [[{name: a, template: leaf}]]
      - name: leaf
        outputs: {artifacts: [{name: f, path: /f}]}
        container: {image: busybox}`),
  );
  const computed = (value: ReturnType<typeof expression>, optional = false) => ({
    kind: "expression",
    value,
    optional,
  });
  assert.deepEqual(getProcess(plan, "m").outputs, [
    {
      name: "r",
      kind: "value",
      from: computed(expression("argo-ref", "{{steps.a.outputs.result}}", "text")),
      publishedAs: "g",
    },
    {
      name: "e",
      kind: "value",
      from: computed(expression("argo-expr-or-absent", "steps.a.outputs.result", "text")),
      default: "none",
    },
    {
      name: "f",
      kind: "file",
      from: computed(expression("argo-ref", "{{steps.a.outputs.artifacts.f}}", "file")),
    },
    {
      name: "s",
      kind: "file",
      from: computed(expression("argo-ref", "{{steps.a.outputs.artifacts.f}}\nsub", "file")),
    },
    {
      name: "o",
      kind: "file",
      from: computed(expression("argo-expr-or-absent", "steps.a.outputs.artifacts.f", "file"), true),
    },
  ]);
  assert.equal(getTask(plan, "leaf").captureResult, true);
});

test("the same text is the same expression", () => {
  const plan = compilePlan(
    workflow(`
    entrypoint: m
    templates:
      - name: m
        dag:
          tasks:
            - {name: a, template: leaf, arguments: {parameters: [{name: p, value: "{{workflow.name}}"}]}}
            - {name: b, template: leaf, arguments: {parameters: [{name: p, value: "{{workflow.name}}"}]}}
      - {name: leaf, inputs: {parameters: [{name: p}]}, container: {image: busybox}}`),
  );
  const [a, b] = getRegion(plan, "m").nodes;
  assert.ok(a?.arguments?.[0]?.value !== undefined && a.arguments[0].value === b?.arguments?.[0]?.value);
});

test("which texts are Argo documents", () => {
  assert.equal(argo.recognizes(hello, "x.yaml"), true);
  assert.equal(argo.recognizes('{"apiVersion": "argoproj.io/v1alpha1"}', "x.json"), true);
  assert.equal(argo.recognizes("cwlVersion: v1.2", "x.cwl"), false);
});

test("a file without a workflow is refused", () => {
  assert.ok(
    errorCodes("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n").includes("argo/no-workflow"),
  );
  assert.deepEqual(errorCodes(""), ["argo/no-workflow"]);
  // What is wrong with it already says everything.
  assert.deepEqual(errorCodes("\ta: b"), ["argo/yaml-syntax"]);
  assert.deepEqual(errorCodes("just text"), ["argo/wrong-type"]);
});
