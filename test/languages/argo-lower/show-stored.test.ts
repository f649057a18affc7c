/** The parts of the status that hold what the run took from stored templates. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { argo } from "../../../src/languages/argo/argo.ts";
import type { Submission } from "../../../src/model/run/language.ts";

const library = `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: lib}
spec:
  entrypoint: main
  suspend: true
  arguments: {parameters: [{name: a, value: "1"}, {name: b, value: "2"}]}
  onExit: inner
  templates:
  - {name: main, steps: [[{name: i, template: inner}], [{name: j, templateRef: {name: far, template: deep, clusterScope: true}}]]}
  - {name: inner, container: {image: x}}
  - {name: unused, container: {image: y}}
---
apiVersion: argoproj.io/v1alpha1
kind: ClusterWorkflowTemplate
metadata: {name: far}
spec: {templates: [{name: deep, dag: {tasks: [{name: k, template: deep, when: "false"}, {name: l, templateRef: {name: none, template: x}}]}}]}
`;

function show(spec: string, submission: Partial<Submission> = {}): Readonly<Record<string, unknown>> {
  const source = `apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: wf}\nspec: ${spec}\n`;
  const definitions = [{ source: library, file: "lib.yaml" }];
  return argo.view.stored?.(source, { parameters: {}, facts: {}, definitions, ...submission }) ?? {};
}

test("a run that needs nothing stored has neither", () => {
  assert.deepEqual(show("{entrypoint: main, templates: [{name: main, container: {image: x}}]}"), {});
});

test("templates that are referred to, and what they call in their own objects", () => {
  const call = "{name: a, templateRef: {name: lib, template: main}}";
  const { storedTemplates, ...rest } = show(
    `{entrypoint: main, templates: [{name: main, dag: {tasks: [${call}]}}]}`,
  );
  assert.deepEqual(rest, {});
  assert.deepEqual(Object.keys(storedTemplates as object), [
    "namespaced/lib/main",
    "namespaced/lib/inner",
    "cluster/far/deep",
  ]);
  assert.deepEqual((storedTemplates as Record<string, unknown>)["namespaced/lib/inner"], {
    name: "inner",
    container: { image: "x" },
  });
});

test("templates that hooks of the run refer to", () => {
  const hooks = "hooks: {exit: {templateRef: {name: lib, template: inner}}}";
  const own = "templates: [{name: main, container: {image: x}}]";
  const { storedTemplates } = show(`{entrypoint: main, ${hooks}, ${own}}`);
  assert.deepEqual(Object.keys(storedTemplates as object), ["namespaced/lib/inner"]);
});

test("the spec of a workflow over that of its template, with what was given at submission", () => {
  const { storedWorkflowTemplateSpec: spec, storedTemplates } = show(
    "{workflowTemplateRef: {name: lib}, arguments: {parameters: [{name: b, value: own}]}, onExit: unused}",
    { parameters: { a: "given" } },
  );
  const { templates, ...rest } = spec as { readonly templates: readonly { readonly name: string }[] };
  assert.deepEqual(
    templates.map(({ name }) => name),
    ["main", "inner", "unused"],
  );
  assert.deepEqual(rest, {
    entrypoint: "main",
    onExit: "unused",
    workflowTemplateRef: { name: "lib" },
    arguments: {
      parameters: [
        { name: "b", value: "own" },
        { name: "a", value: "given" },
      ],
      artifacts: [],
    },
  });
  assert.deepEqual(Object.keys(storedTemplates as object), ["cluster/far/deep"]);
});
