/** Labels that a task's pod would have in a cluster: `argo logs -l` finds pods by them. */
import { isJsonObject } from "../../../base/json.ts";
import type { Json, JsonObject } from "../../../base/json.ts";
import type { RunState } from "../../../model/run/run-state.ts";

/** The template's own over those for all pods of the workflow, and the one that Argo gives to every pod. */
export function listPodLabels(state: RunState, hints: JsonObject): Readonly<Record<string, string>> {
  return {
    ...readLabels(hints["podMetadata"]),
    ...readLabels(hints["metadata"]),
    "workflows.argoproj.io/workflow": state.name,
  };
}

function readLabels(metadata: Json | undefined): Readonly<Record<string, string>> {
  const labels = isJsonObject(metadata) ? metadata["labels"] : undefined;
  if (!isJsonObject(labels)) return {};
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
}
