/** Documents of the abuse suite, written as JSON, which every reader of YAML takes. */
import type { Json, JsonObject } from "../../src/base/json.ts";

export function workflowOf(
  templates: readonly JsonObject[],
  spec: JsonObject = {},
  metadata: JsonObject = {},
): string {
  return JSON.stringify({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name: "abuse", ...metadata },
    spec: { entrypoint: "main", ...spec, templates },
  });
}

/** One template that runs a shell script. */
export function shellTemplate(source: string, more: JsonObject = {}, name = "main"): JsonObject {
  return { name, script: { image: "busybox", command: ["sh"], source }, ...more };
}

/** A workflow that runs a shell script. */
export function shellWorkflow(source: string, more: JsonObject = {}, spec: JsonObject = {}): string {
  return workflowOf([shellTemplate(source, more)], spec);
}

export type { Json, JsonObject };
