/** What storing and looking up needs of a file: its objects one by one, and what they refer to. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { adjustCron } from "../../../../src/languages/argo/read/adjust-cron.ts";
import { findReferences } from "../../../../src/languages/argo/read/find-references.ts";
import { listObjects } from "../../../../src/languages/argo/read/list-objects.ts";
import { makeStoredRun } from "../../../../src/languages/argo/read/stored-run.ts";

const references = (source: string, parameters: Readonly<Record<string, string>> = {}): readonly string[] =>
  findReferences([source], parameters).map(({ kind, name }) => `${kind}/${name}`);

describe("objects of a file", () => {
  test("a file of one object is its text, whatever stands around it", () => {
    const text = "\n# head\n---\nkind: A\nmetadata: {name: a, labels: {x: 1, z: 'true'}} # tail\n\n";
    const [only, ...others] = listObjects(text.replace("---\n", ""));
    assert.deepEqual(others, []);
    assert.equal(only?.source, text.replace("---\n", ""));
    assert.deepEqual([only.kind, only.name, only.labels], ["A", "a", { x: "1", z: "true" }]);
  });

  test("several are cut at their markers, and members of a List become JSON", () => {
    const file =
      "kind: A\nmetadata: {name: a}\n---\n# b\nkind: B\n--- \nkind: List\nitems: [{kind: C}, {kind: D}, 5]\n---\n";
    const found = listObjects(file);
    assert.deepEqual(
      found.map(({ kind, source }) => [kind, source]),
      [
        ["A", "kind: A\nmetadata: {name: a}\n"],
        ["B", "# b\nkind: B\n"],
        ["C", '{\n  "kind": "C"\n}\n'],
        ["D", '{\n  "kind": "D"\n}\n'],
      ],
    );
  });

  test("what cannot be read is left out, and nothing throws", () => {
    const source = "a: [\n---\nkind: B\n---\n- list\n---\n'text'\n";
    assert.deepEqual(
      listObjects(source).map(({ kind }) => kind),
      ["B"],
    );
    const part = fc.oneof(
      fc.constantFrom("---\n", "kind: A\n", "items: [", "\t", "? ", "&a *a", "{"),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        for (const { source: text } of listObjects(parts.join(""))) assert.equal(typeof text, "string");
        findReferences([`${parts.join("")} templateRef`], {});
      }),
    );
  });
});

describe("references of a file", () => {
  test("are found wherever they stand, each once", () => {
    const source = `
kind: Workflow
spec:
  workflowTemplateRef: {name: base, clusterScope: true}
  artifactRepositoryRef: {configMap: repositories, key: k}
  volumes:
  - {name: a, configMap: {name: files}}
  - {name: b, secret: {secretName: keys}}
  - {name: c, projected: {sources: [{configMap: {name: parts}}, {secret: {name: more}}]}}
  synchronization: {semaphores: [{configMapKeyRef: {name: limits, key: k}}]}
  hooks: {exit: {templateRef: {name: library, template: bye}}}
  templates:
  - steps: [[{name: x, templateRef: {name: library, template: t}}]]
  - dag: {tasks: [{name: y, inline: {steps: [[{name: z, templateRef: {name: inner, template: t}}]]}}]}
  - inputs: {artifacts: [{name: s, s3: {accessKeySecret: {name: s3, key: k}}}]}
    container:
      env: [{name: E, valueFrom: {secretKeyRef: {name: env, key: k}}}]
      envFrom: [{configMapRef: {name: all}}, {secretRef: {name: every}}]
`;
    assert.deepEqual([...references(source)].sort(), [
      "ClusterWorkflowTemplate/base",
      "ConfigMap/all",
      "ConfigMap/artifact-repositories",
      "ConfigMap/files",
      "ConfigMap/limits",
      "ConfigMap/parts",
      "ConfigMap/repositories",
      "Secret/env",
      "Secret/every",
      "Secret/keys",
      "Secret/more",
      "Secret/s3",
      "WorkflowTemplate/inner",
      "WorkflowTemplate/library",
    ]);
  });

  test("who keeps artifacts refers to the usual repositories, and their texts to Secrets", () => {
    const keeps = "kind: Workflow\nspec: {templates: [{outputs: {artifacts: [{name: a, path: /a}]}}]}\n";
    assert.deepEqual(references(keeps), ["ConfigMap/artifact-repositories"]);
    assert.deepEqual(references("kind: Workflow\nspec: {archiveLogs: true}\n"), [
      "ConfigMap/artifact-repositories",
    ]);
    assert.deepEqual(references("kind: Workflow\nspec: {templates: [{container: {image: x}}]}\n"), []);
    const map = `kind: ConfigMap
metadata: {name: artifact-repositories}
data:
  first: |
    s3: {bucket: b, accessKeySecret: {name: one, key: k}, secretKeySecret: {name: one, key: l}}
  second: '{"gcs": {"serviceAccountKeySecret": {"name": "two", "key": "k"}}}'
  bad: "s3: [ accessKeySecret: {name: none"
`;
    const both = findReferences([keeps, map], {}).map(({ kind, name }) => `${kind}/${name}`);
    assert.deepEqual(both, ["Secret/one", "Secret/two"]);
  });

  test("what the texts hold themselves is none, and scripts are no documents", () => {
    const source = `
kind: WorkflowTemplate
metadata: {name: own}
spec: {templates: [{name: a, steps: [[{name: x, templateRef: {name: own}}]], script: {source: "templateRef: {name: no}"}}]}
---
kind: ConfigMap
metadata: {name: own}
---
kind: Workflow
spec: {arguments: {parameters: [{name: p, valueFrom: {configMapKeyRef: {name: own, key: k}}}]}}
`;
    assert.deepEqual(references(source), []);
  });

  test("names may come from the workflow's parameters, those of the submission before those of the text", () => {
    const source = `
kind: Workflow
spec:
  arguments: {parameters: [{name: which, value: mine}, {name: p, valueFrom: {configMapKeyRef: {name: "{{workflow.parameters.which}}-map", key: k}}}]}
  templates: [{name: t, container: {env: [{name: E, valueFrom: {configMapKeyRef: {name: "{{inputs.parameters.x}}", key: k}}}]}}]
`;
    assert.deepEqual(references(source), ["ConfigMap/mine-map", "ConfigMap/*"]);
    assert.deepEqual(references(source, { which: "yours" }), ["ConfigMap/yours-map", "ConfigMap/*"]);
  });

  test("a name that only the run knows may be any ConfigMap or Secret, and no template", () => {
    const source = `
kind: Workflow
spec:
  templates:
    - {name: t, steps: [[{name: s, templateRef: {name: "{{item}}", template: x}}]]}
    - {name: u, volumes: [{name: v, secret: {secretName: "{{inputs.parameters.x}}"}}]}
`;
    assert.deepEqual(references(source), ["Secret/*"]);
  });
});

describe("documents made of stored ones", () => {
  test("a template is run by a workflow that refers to it, a cron workflow as it stands", () => {
    const made = makeStoredRun({ kind: "ClusterWorkflowTemplate", name: "base" }, "text") ?? "";
    assert.deepEqual(JSON.parse(made), {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      metadata: { generateName: "base-" },
      spec: { workflowTemplateRef: { name: "base", clusterScope: true } },
    });
    assert.equal(makeStoredRun({ kind: "CronWorkflow", name: "c" }, "text"), "text");
    assert.equal(makeStoredRun({ kind: "ConfigMap", name: "c" }, "text"), undefined);
  });

  test("a cron workflow without a change keeps its old schedule", () => {
    const source = "kind: CronWorkflow\nmetadata: {name: c}\nspec: {schedule: '@daily', workflowSpec: {}}\n";
    const changed = listObjects(adjustCron(source, { name: "d" }));
    assert.deepEqual(
      changed.map(({ name, value }) => [name, value["spec"]]),
      [["d", { schedule: "@daily", workflowSpec: {} }]],
    );
  });
});
