/** What the tests of the suite store before they run, as far as their case files hold it, and what they do not hold. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { baseTier, readCases } from "./cases.ts";
import type { ConformanceCase } from "./cases.ts";

export interface Definition {
  readonly source: string;
  readonly file: string;
}

/**
 * The definitions of a case: its own files, and what the test around it stores. Argo's CI stores every template of the
 * examples before it runs one of them.
 */
export function findDefinitions(folder: string, one: ConformanceCase): readonly Definition[] {
  const own = (one.store_first ?? []).flatMap((file) => readDefinition(folder, file));
  if (one.source === "examples") {
    const examples = readCases(folder).filter(
      (other) => other.source === "examples" && baseTier(other) === "definition",
    );
    const files = examples.map(({ document }) => document).filter((document) => document !== one.document);
    const stored = files.flatMap((file) => readDefinition(folder, file));
    return [...stored, { source: STORED_BY_EXAMPLES, file: "stored-by-examples.yaml" }, ...own];
  }
  return [{ source: STORED_BY_E2E, file: "stored-by-e2e.yaml" }, ...own];
}

/** A file that only names another one (`@testdata/...`) is not in the suite. Without a kind it is a WorkflowTemplate. */
function readDefinition(folder: string, file: string): readonly Definition[] {
  const source = readFileSync(join(folder, file), "utf8");
  if (source.startsWith("@")) return [];
  const kind = /^kind:/mu.test(source) ? "" : "apiVersion: argoproj.io/v1alpha1\nkind: WorkflowTemplate\n";
  return [{ source: kind + source, file }];
}

/** The ConfigMap and the Secret that the examples say must be there. Written for this test. */
const STORED_BY_EXAMPLES = `
apiVersion: v1
kind: ConfigMap
metadata: {name: simple-parameters, labels: {workflows.argoproj.io/configmap-type: Parameter}}
data: {msg: hello}
---
apiVersion: v1
kind: Secret
metadata: {name: my-secret}
stringData: {mypassword: S00perS3cretPa55word}
`;

/** Templates that end-to-end tests store from files which the suite does not hold. Written for this test. */
const STORED_BY_E2E = `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: next-template}
spec:
  templates:
    - {name: next, container: {image: "argoproj/argosay:v2"}}
---
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: basic}
spec:
  entrypoint: run
  templates:
    - {name: run, container: {image: "argoproj/argosay:v2"}}
---
apiVersion: argoproj.io/v1alpha1
kind: ClusterWorkflowTemplate
metadata: {name: basic}
spec:
  entrypoint: run
  templates:
    - {name: run, container: {image: "argoproj/argosay:v2"}}
---
apiVersion: argoproj.io/v1alpha1
kind: ClusterWorkflowTemplate
metadata: {name: cluster-workflow-template-nested-template}
spec:
  templates:
    - name: whalesay-template
      inputs: {parameters: [{name: message}]}
      container: {image: "argoproj/argosay:v2", args: [echo, "{{inputs.parameters.message}}"]}
`;

/**
 * What Argo's unit tests store in their cluster before these cases; the case files do not hold it.
 * Written for this test, with just what the cases rely on.
 */
export const STORED_BY_UNIT_TESTS = `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: template-ref-target}
spec:
  templates:
    - {name: A, container: {image: alpine, command: [echo, hello]}}
---
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: template-ref-target-with-input}
spec:
  templates:
    - name: A
      inputs: {parameters: [{name: message}]}
      container: {image: alpine, command: [echo, "{{inputs.parameters.message}}"]}
`;
