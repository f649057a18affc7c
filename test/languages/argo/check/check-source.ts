/** Reads and checks a workflow text; for the tables of the check tests. */
import { checkArgoDocument } from "../../../../src/languages/argo/check/check-argo-document.ts";
import { readArgoDocuments } from "../../../../src/languages/argo/read/read-argo-documents.ts";
import type { Diagnostic } from "../../../../src/base/diagnostic.ts";
import type { WorkflowTemplate } from "../../../../src/languages/argo/read/types.ts";

const STORED = readArgoDocuments(
  `
kind: WorkflowTemplate
metadata: {name: stored}
spec:
  entrypoint: main
  arguments: {parameters: [{name: p, value: x}]}
  workflowMetadata: {labels: {from-stored: "1"}}
  templates:
  - {name: main, container: {image: a, args: ["{{workflow.parameters.p}} {{workflow.labels.from-stored}}"]}}
  - {name: needs, inputs: {parameters: [{name: m}]}, container: {image: a, args: ["{{inputs.parameters.m}}"]}}
  - {name: broken, container: {command: [a]}}
  - {name: gives, container: {image: a}, outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}}
---
kind: WorkflowTemplate
metadata: {name: next}
spec:
  arguments: {parameters: [{name: payload}, {name: q}, {name: r, value: v}, {name: s, default: d}]}
  templates: [{name: main, container: {image: a}}]
---
kind: ClusterWorkflowTemplate
metadata: {name: shared}
spec: {templates: [{name: main, container: {image: a}}]}
`,
  "stored.yaml",
).documents;

function findTemplateSource(kind: string, name: string): WorkflowTemplate | undefined {
  for (const document of STORED) {
    const isTemplate = document.kind === "WorkflowTemplate" || document.kind === "ClusterWorkflowTemplate";
    if (isTemplate && document.kind === kind && document.value.metadata?.name === name) return document.value;
  }
  return undefined;
}

/** Everything found by reading and checking the one document of a text. */
export function checkText(text: string, submitted = true): readonly Diagnostic[] {
  const { documents, diagnostics } = readArgoDocuments(text, "a.yaml");
  return [
    ...diagnostics,
    ...documents.flatMap((document) => checkArgoDocument(document, { submitted, findTemplateSource })),
  ];
}

/** A workflow whose templates are the given lines; the first one is the entrypoint unless `spec` has another. */
export function writeWorkflow(templates: string, spec = "entrypoint: main"): string {
  const list = templates.trim().replace(/^/gm, "  ");
  return `apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {generateName: w-, labels: {l: x}}\nspec:\n  ${spec.replaceAll("\n", "\n  ")}\n  templates:\n${list}\n`;
}
