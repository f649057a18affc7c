import assert from "node:assert/strict";
import { test } from "node:test";
import { pickKinds } from "../../../src/languages/argo/read/pick-kinds.ts";

const file = `kind: CronWorkflow
metadata: {name: a}
---
kind: WorkflowTemplate
metadata: [broken
---
{"kind": "Workflow", "metadata": {"name": "c"}}
`;

test("documents of other kinds are blanked, and lines stay where they are", () => {
  assert.equal(pickKinds(file, ["CronWorkflow"]), "kind: CronWorkflow\nmetadata: {name: a}\n\n\n\n\n\n");
  assert.equal(
    pickKinds(file, ["Workflow"]),
    '\n\n\n\n\n---\n{"kind": "Workflow", "metadata": {"name": "c"}}\n',
  );
  assert.equal(pickKinds(file, ["Workflow", "CronWorkflow", "WorkflowTemplate"]), file);
});

test("one that cannot be read is known by the line that names its kind", () => {
  assert.equal(
    pickKinds(file, ["WorkflowTemplate"]),
    "\n\n---\nkind: WorkflowTemplate\nmetadata: [broken\n\n\n",
  );
  assert.equal(pickKinds(file, ["ClusterWorkflowTemplate"]), undefined);
  assert.equal(pickKinds("", ["Workflow"]), undefined);
});
