/** Whole documents: kinds, names, arguments at lint and at submission, stored templates, positions. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { argoCodes } from "../../../../src/languages/argo/check/codes.ts";
import { checkText, writeWorkflow } from "./check-source.ts";

const MAIN = "- {name: main, container: {image: a}}";

function listMessages(text: string, submitted = true): string[] {
  return checkText(text, submitted).map(({ severity, message }) => `${severity}: ${message}`);
}

/** Text of a document, and everything that must be said of it. */
const DOCUMENTS: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "a long workflow name",
    `kind: Workflow\nmetadata: {name: ${"a".repeat(64)}}\nspec: {entrypoint: main, templates: [${MAIN.slice(2)}]}`,
    [`error: workflow name "${"a".repeat(64)}" must not be more than 63 characters long (currently 64)`],
  ],
  [
    "a long cron name",
    `kind: CronWorkflow\nmetadata: {name: ${"a".repeat(53)}}\nspec: {schedules: ['* * * * *'], workflowSpec: {entrypoint: main, templates: [${MAIN.slice(2)}]}}`,
    [`error: cron workflow name "${"a".repeat(53)}" must not be more than 52 characters long (currently 53)`],
  ],
  [
    "a cron without schedule",
    `kind: CronWorkflow\nspec: {workflowSpec: {entrypoint: main, templates: [${MAIN.slice(2)}]}}`,
    ["error: cron workflow must have at least one schedule"],
  ],
  [
    "a cron with faults",
    `kind: CronWorkflow\nspec: {schedules: ['* * *'], timezone: Mars/Base, concurrencyPolicy: Maybe, startingDeadlineSeconds: -1, workflowSpec: {entrypoint: x, templates: [${MAIN.slice(2)}]}}`,
    [
      "error: cron schedule * * * is malformed: expected exactly 5 fields, found 3: [* * *]",
      'error: invalid timezone "Mars/Base": unknown time zone Mars/Base',
      "error: 'Maybe' is not a valid concurrencyPolicy",
      "error: startingDeadlineSeconds must be positive",
      "error: cannot validate Workflow: template name 'x' undefined",
    ],
  ],
  [
    "a stored template without entrypoint",
    `kind: WorkflowTemplate\nspec: {templates: [${MAIN.slice(2)}]}`,
    [],
  ],
  [
    "a stored template that waits for parameters",
    "kind: WorkflowTemplate\nspec: {entrypoint: main, arguments: {parameters: [{name: p}]}, templates: [{name: main, inputs: {parameters: [{name: q}]}, container: {image: '{{workflow.parameters.p}}{{workflow.parameters.other}}'}}]}",
    [],
  ],
  [
    "a stored template that refers to itself",
    "kind: WorkflowTemplate\nmetadata: {name: own}\nspec: {templates: [{name: main, steps: [[{name: s, templateRef: {name: own, template: leaf}}]]}, {name: leaf, container: {image: a}}]}",
    [],
  ],
  [
    "a cluster template",
    "kind: ClusterWorkflowTemplate\nspec: {templates: [{name: main}]}",
    [
      "error: templates.main templates.main template type unspecified. choose one of: container, containerSet, steps, script, resource, dag, suspend, template, template ref",
    ],
  ],
  ["a workflow from a stored template", "kind: Workflow\nspec: {workflowTemplateRef: {name: stored}}", []],
  [
    "a workflow from a cluster template without entrypoint",
    "kind: Workflow\nspec: {workflowTemplateRef: {name: shared, clusterScope: true}}",
    ["error: spec.entrypoint is required"],
  ],
  [
    "a workflow from a stored template with another entrypoint",
    "kind: Workflow\nspec: {entrypoint: needs, arguments: {parameters: [{name: m, value: x}]}, workflowTemplateRef: {name: stored}}",
    ["error: templates.broken templates.broken.container.image may not be empty"],
  ],
  [
    "a workflow with stored and own templates",
    `kind: Workflow\nspec: {workflowTemplateRef: {name: shared, clusterScope: true}, entrypoint: main, templates: [${MAIN.slice(2)}]}`,
    ["error: Templates is invalid field in spec if workflow referred WorkflowTemplate reference"],
  ],
  [
    "a workflow from nothing",
    "kind: Workflow\nspec: {workflowTemplateRef: {name: gone}}",
    ['error: workflowtemplates.argoproj.io "gone" not found'],
  ],
  [
    "an event binding",
    "kind: WorkflowEventBinding\nspec: {event: {selector: 'payload.a == 1'}, submit: {workflowTemplateRef: {name: stored}}}",
    [],
  ],
  [
    "an event binding with faults",
    "kind: WorkflowEventBinding\nspec: {submit: {workflowTemplateRef: {name: gone}}}",
    ["error: spec.event.selector is required", 'warning: spec.submit.workflowTemplateRef: "gone" not found'],
  ],
  ["another object", "kind: ConfigMap\ndata: {a: '{{workflow.nothing}}'}", []],
];
for (const [name, text, expected] of DOCUMENTS) {
  test(name, () => {
    const broken = "error: templates.broken templates.broken.container.image may not be empty";
    const found = listMessages(text);
    // The stored object holds a broken template on purpose; it shows wherever the whole object is used.
    assert.deepEqual(
      expected.includes(broken) ? found : found.filter((message) => message !== broken),
      expected,
    );
  });
}

test("parameters without a value are refused at submission only", () => {
  const text = writeWorkflow(MAIN, "entrypoint: main\narguments: {parameters: [{name: p}]}");
  assert.deepEqual(listMessages(text, false), []);
  assert.deepEqual(listMessages(text), [
    "error: spec.arguments.p.value or spec.arguments.p.valueFrom is required",
  ]);
});

test("a lint may not know what is stored", () => {
  assert.deepEqual(listMessages("kind: Workflow\nspec: {workflowTemplateRef: {name: gone}}", false), [
    'warning: workflowtemplates.argoproj.io "gone" not found',
  ]);
  const ref = "steps: [[{name: s, templateRef: {name: gone, template: a}}]]";
  const [first] = listMessages(`kind: WorkflowTemplate\nspec: {templates: [{name: main, ${ref}}]}`, false);
  assert.ok(first?.startsWith("warning: "));
  const [error] = listMessages(writeWorkflow(`- {name: main, ${ref}}`), false);
  assert.ok(error?.startsWith("error: "));
});

/** Names and whether they are refused. */
const NAMES: readonly (readonly [string, string | undefined])[] = [
  ["a", undefined],
  ["a-1.b", undefined],
  ["A", "warning"],
  ["a_b", "warning"],
  ["-a", "warning"],
  ["a/b", "error"],
  ["../a", "error"],
  ["a..b", "error"],
  ["a\\\\b", "error"],
  ["a\\tb", "error"],
];
for (const [name, severity] of NAMES) {
  test(`a workflow called ${name}: ${severity ?? "accepted"}`, () => {
    const text = `kind: Workflow\nmetadata: {name: "${name}"}\nspec: {entrypoint: main, templates: [${MAIN.slice(2)}]}`;
    assert.equal(checkText(text).find(({ code }) => code === "argo/bad-object-name")?.severity, severity);
  });
}

test("positions point at the value that is wrong", () => {
  const text = writeWorkflow(
    "- name: main\n  dag:\n    tasks:\n    - name: a\n      template: echo\n      arguments:\n        parameters:\n        - name: m\n          value: '{{tasks.zz.outputs.result}}'\n    - name: b\n      template: ecko\n      depends: aa\n- {name: echo, inputs: {parameters: [{name: m}]}, container: {image: x}}",
  );
  const found = checkText(text).map(({ position, excerpt, code }) => [code, position?.line, excerpt?.trim()]);
  assert.deepEqual(found, [
    ["argo/undefined-dependency", 18, "depends: aa"],
    ["argo/undefined-template", 17, "template: ecko"],
    ["argo/unresolved-tag", 15, "value: '{{tasks.zz.outputs.result}}'"],
  ]);
});

test("the table of codes has each code that the sources give, and no other", () => {
  const folder = new URL("../../../../src/languages/argo/", import.meta.url);
  const used = new Set<string>();
  for (const part of ["read/", "check/"]) {
    for (const file of readdirSync(new URL(part, folder))) {
      if (!file.endsWith(".ts") || file === "codes.ts") continue;
      const source = readFileSync(new URL(part + file, folder), "utf8");
      for (const [, code = ""] of source.matchAll(/"(argo\/[a-z-]+)"/g)) used.add(code);
    }
  }
  assert.deepEqual([...used].sort(), Object.keys(argoCodes).sort());
});

test("a tag in a long text is pointed at where it stands, in every style of YAML", () => {
  const source = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: w-}
spec:
  entrypoint: main
  templates:
    - name: main
      script:
        image: a
        source: |
          one
          two {{inputs.parameters.a}} {{inputs.parameters.b}}
            {{=1 +}}
        args:
          - >-
            folded
            {{inputs.parameters.c}}
          - "quoted
            {{inputs.parameters.d}}"
          - 'it''s {{inputs.parameters.e}}'
`;
  const found = checkText(source).map(({ position, excerpt = "" }) => [
    position?.line,
    excerpt.slice((position?.column ?? 0) - 1).split("}}")[0],
  ]);
  assert.deepEqual(found, [
    [12, "{{inputs.parameters.a"],
    [12, "{{inputs.parameters.b"],
    [13, "{{=1 +"],
    [17, "{{inputs.parameters.c"],
    [19, "{{inputs.parameters.d"],
    [20, "{{inputs.parameters.e"],
  ]);
});

test("a document with very many mistakes is told of five hundred, and that there are more", () => {
  const steps = Array.from({ length: 2_000 }, (_, index) => `- - {name: s${index}, template: nobody}`).join(
    "\n    ",
  );
  const text = `kind: Workflow\nspec:\n  entrypoint: main\n  templates:\n  - name: main\n    steps:\n    ${steps}\n`;
  const codes = checkText(text).map(({ code }) => code);
  assert.equal(codes.length, 501);
  assert.equal(codes.at(-1), "argo/too-many-problems");
});
