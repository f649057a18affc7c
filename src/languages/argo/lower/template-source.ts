/**
 * Where templates come from: the document itself, and the stored templates that it refers to.
 * Each stored object is a space of its own: local names inside it resolve in it (Argo, templateRef).
 */
import type { Pointer } from "../../../model/plan/plan.ts";
import type {
  ArgoDocument,
  ClusterWorkflowTemplateDocument,
  Template,
  TemplateRef,
  WorkflowTemplateDocument,
} from "../read/types.ts";
import type { Lowering } from "./lowering.ts";
import type { TemplateSource, TemplateSpace } from "./template-space.ts";

/** Stored templates by `name` and `cluster:name`; later definitions replace earlier ones, as storing does. */
export type StoredTemplates = ReadonlyMap<string, WorkflowTemplateDocument | ClusterWorkflowTemplateDocument>;

/** A space from a list of templates below a path of a document. */
export function createSpace(
  prefix: string,
  templates: readonly Template[],
  document: ArgoDocument | undefined,
  path: Pointer,
): TemplateSpace {
  const byName = new Map<string, TemplateSource>();
  templates.forEach((template, index) => {
    if (template.name === undefined) return;
    byName.set(template.name, { template, document, path: [...path, index] });
  });
  return { prefix, byName };
}

/** Stored templates of a list of documents. */
export function collectStored(documents: readonly ArgoDocument[]): StoredTemplates {
  const stored = new Map<string, WorkflowTemplateDocument | ClusterWorkflowTemplateDocument>();
  for (const document of documents) {
    if (document.kind !== "WorkflowTemplate" && document.kind !== "ClusterWorkflowTemplate") continue;
    const name = document.value.metadata?.name;
    if (name !== undefined)
      stored.set(storedKey(name, document.kind === "ClusterWorkflowTemplate"), document);
  }
  return stored;
}

/** Key of a stored template: cluster templates and others do not share names. */
export function storedKey(name: string, clusterScope: boolean | undefined): string {
  return clusterScope === true ? `cluster:${name}` : name;
}

/** Spaces of all stored templates by prefix. */
export function createSpaces(stored: StoredTemplates): Map<string, TemplateSpace> {
  const spaces = new Map<string, TemplateSpace>();
  for (const [key, document] of stored) {
    const templates = document.value.spec?.templates ?? [];
    spaces.set(`${key}/`, createSpace(`${key}/`, templates, document, ["spec", "templates"]));
  }
  return spaces;
}

/** The space that a templateRef leads into; undefined when nothing of that name is stored. */
export function findSpace(desk: Lowering, ref: TemplateRef): TemplateSpace | undefined {
  return desk.spaces.get(`${storedKey(ref.name ?? "", ref.clusterScope)}/`);
}
