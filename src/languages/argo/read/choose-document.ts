/** Which document of a file makes the run. */
import type { ArgoDocument } from "./types.ts";

/** The document that was asked for, else the first workflow, else the first that can be run. */
export function chooseDocument(
  documents: readonly ArgoDocument[],
  index: number | undefined,
): ArgoDocument | undefined {
  if (index !== undefined) return documents.find((document) => document.index === index);
  const runnable = documents.filter(({ kind }) => kind !== "Other" && kind !== "WorkflowEventBinding");
  return runnable.find(({ kind }) => kind === "Workflow") ?? runnable[0];
}
