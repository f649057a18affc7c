/** Which spec a document runs: its own, or a stored one under its own; and where its templates stand. */
import type { Pointer } from "../../../model/plan/plan.ts";
import type { ArgoDocument, ObjectMeta, TextMap, WorkflowSpec } from "../read/types.ts";
import { report } from "./lowering.ts";
import type { Lowering } from "./lowering.ts";
import { mergeSpecs } from "./merge-template.ts";
import { createSpace, storedKey } from "./template-source.ts";
import type { StoredTemplates } from "./template-source.ts";
import type { TemplateSpace } from "./template-space.ts";

/** The spec that is run, and where its templates stand. */
export interface Source {
  readonly meta: ObjectMeta;
  readonly spec: WorkflowSpec;
  readonly specPath: Pointer;
  readonly document: ArgoDocument;
}

/** A WorkflowTemplate or CronWorkflow is run under a name made from its own. */
export function readSource(document: ArgoDocument): Source {
  switch (document.kind) {
    case "Workflow":
      return {
        meta: document.value.metadata ?? {},
        spec: document.value.spec ?? {},
        specPath: ["spec"],
        document,
      };
    case "WorkflowTemplate":
    case "ClusterWorkflowTemplate": {
      const { name, namespace } = document.value.metadata ?? {};
      const meta = {
        ...(name === undefined ? {} : { generateName: `${name}-` }),
        ...(namespace === undefined ? {} : { namespace }),
      };
      return { meta, spec: document.value.spec ?? {}, specPath: ["spec"], document };
    }
    case "CronWorkflow": {
      const { spec, metadata } = document.value;
      const { labels, annotations } = spec?.workflowMetadata ?? {};
      const meta = {
        ...(metadata?.name === undefined ? {} : { generateName: `${metadata.name}-` }),
        ...(metadata?.namespace === undefined ? {} : { namespace: metadata.namespace }),
        labels: {
          ...labels,
          ...(metadata?.name === undefined ? {} : { "workflows.argoproj.io/cron-workflow": metadata.name }),
        },
        annotations: { ...annotations },
      };
      return { meta, spec: spec?.workflowSpec ?? {}, specPath: ["spec", "workflowSpec"], document };
    }
    case "WorkflowEventBinding":
    case "Other":
      return { meta: {}, spec: {}, specPath: [], document };
  }
}

/** Puts the spec of the stored template under the document's own when it has a workflowTemplateRef. */
export function resolveSpec(
  desk: Lowering,
  own: Source,
  stored: StoredTemplates,
): { readonly spec: WorkflowSpec; readonly space: TemplateSpace } {
  const { document, specPath } = own;
  const ref = own.spec.workflowTemplateRef;
  if (ref === undefined) {
    return {
      spec: own.spec,
      space: createSpace("", own.spec.templates ?? [], document, [...specPath, "templates"]),
    };
  }
  const found = stored.get(storedKey(ref.name ?? "", ref.clusterScope));
  if (found === undefined) {
    const kind = ref.clusterScope === true ? "ClusterWorkflowTemplate" : "WorkflowTemplate";
    report(
      desk,
      "error",
      "argo/unknown-workflow-template",
      `${kind} ${JSON.stringify(ref.name ?? "")} not found`,
      { document, path: [...specPath, "workflowTemplateRef"] },
      "store it, or give its file together with this one",
    );
    return { spec: own.spec, space: createSpace("", [], document, specPath) };
  }
  const under = found.value.spec ?? {};
  return {
    spec: mergeSpecs(own.spec, under),
    space: createSpace("", under.templates ?? [], found, ["spec", "templates"]),
  };
}

/** The label that says which stored template a run was made from. */
export function templateLabels(spec: WorkflowSpec): TextMap {
  const ref = spec.workflowTemplateRef;
  if (ref?.name === undefined) return {};
  const key = ref.clusterScope === true ? "cluster-workflow-template" : "workflow-template";
  return { [`workflows.argoproj.io/${key}`]: ref.name };
}
