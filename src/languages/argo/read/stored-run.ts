/**
 * The document that a run of a stored definition has (argo submit --from).
 * Of a template it is a Workflow that refers to it (Argo, NewWorkflowFromWorkflowTemplate); a CronWorkflow is run as it
 * stands, by itself.
 */
import type { DefinitionKey } from "../../../model/run/definition.ts";

/** Undefined for what cannot be run. */
export function makeStoredRun({ kind, name }: DefinitionKey, source: string): string | undefined {
  if (kind === "CronWorkflow") return source;
  if (kind !== "WorkflowTemplate" && kind !== "ClusterWorkflowTemplate") return undefined;
  const workflowTemplateRef = { name, ...(kind === "ClusterWorkflowTemplate" ? { clusterScope: true } : {}) };
  const document = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { generateName: `${name}-` },
    spec: { workflowTemplateRef },
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
