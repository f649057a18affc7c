import assert from "node:assert/strict";
import { test } from "node:test";
import type { Submission } from "../../../src/model/run/language.ts";
import { showDocument } from "../../../src/languages/argo/view/show-document.ts";

const none: Submission = { parameters: {}, facts: {} };

const workflow = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: a-, labels: {team: x}}
spec:
  entrypoint: main
  arguments: {parameters: [{name: p, valueFrom: {configMapKeyRef: {name: c, key: k}}}, {name: q, value: "1"}]}
  templates: [{name: main, suspend: {}}]
status: {phase: Failed}
`;

test("a document is shown with everything that was given beside it, and without an old status", () => {
  const shown = showDocument(workflow, {
    ...none,
    parameters: { p: "P", r: "R" },
    entrypoint: "other",
    priority: 3,
    labels: { stage: "test" },
    annotations: { note: "n" },
    namePrefix: "b-",
  });
  assert.deepEqual(shown, {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { generateName: "b-", labels: { team: "x", stage: "test" }, annotations: { note: "n" } },
    spec: {
      entrypoint: "other",
      arguments: {
        parameters: [
          { name: "p", value: "P" },
          { name: "q", value: "1" },
          { name: "r", value: "R" },
        ],
      },
      templates: [{ name: "main", suspend: {} }],
      priority: 3,
    },
  });
});

test("with nothing given it is the document", () => {
  const shown = showDocument(workflow, none) ?? {};
  assert.deepEqual(shown["metadata"], { generateName: "a-", labels: { team: "x" } });
  assert.deepEqual((shown["spec"] as { arguments: unknown }).arguments, {
    parameters: [
      { name: "p", valueFrom: { configMapKeyRef: { name: "c", key: "k" } } },
      { name: "q", value: "1" },
    ],
  });
  assert.deepEqual(showDocument(workflow, { ...none, name: "n" })?.["metadata"], {
    generateName: "a-",
    labels: { team: "x" },
    name: "n",
  });
});

test("of a schedule or a template it is the run", () => {
  const cron = `
kind: CronWorkflow
metadata: {name: nightly, labels: {own: "1"}}
spec:
  schedules: ["@daily"]
  workflowMetadata: {labels: {team: x}}
  workflowSpec: {entrypoint: main}
`;
  assert.deepEqual(showDocument(cron, none), {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { labels: { team: "x" }, generateName: "nightly-" },
    spec: { entrypoint: "main" },
  });
  const template = "kind: WorkflowTemplate\nmetadata: {name: t}\nspec: {entrypoint: main}\n";
  assert.deepEqual(showDocument(`${template}---\n${workflow}`, none)?.["metadata"], {
    generateName: "a-",
    labels: { team: "x" },
  });
  assert.deepEqual(showDocument(template, none)?.["metadata"], { generateName: "t-" });
  assert.equal(showDocument("just text", none), undefined);
  assert.equal(showDocument(": no yaml [", none), undefined);
});
