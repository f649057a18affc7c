/**
 * The stored templates that a run was made from, as the status of a workflow has them: they are frozen when it starts, and
 * what is stored under their names later does not concern it (Argo fields.md, WorkflowStatus; 1.8).
 */
import type { JsonObject } from "../../../base/json.ts";
import type { Submission } from "../../../model/run/language.ts";
import { applySubmission } from "../lower/apply-submission.ts";
import { mergeSpecs } from "../lower/merge-template.ts";
import { readSource } from "../lower/resolve-spec.ts";
import { collectStored, storedKey } from "../lower/template-source.ts";
import type { StoredTemplates } from "../lower/template-source.ts";
import { chooseDocument } from "../read/choose-document.ts";
import { readArgoDocuments } from "../read/read-argo-documents.ts";
import type { Template, WorkflowSpec } from "../read/types.ts";

/** `storedWorkflowTemplateSpec` and `storedTemplates`; neither for a run that needed nothing stored. */
export function showStored(source: string, submission: Submission): JsonObject {
  const given = submission.definitions ?? [];
  if (!source.includes("emplateRef")) return {};
  const { documents } = readArgoDocuments(source, "");
  const chosen = chooseDocument(documents, submission.document);
  if (chosen === undefined) return {};
  const others = given.flatMap((one) => readArgoDocuments(one.source, one.file).documents);
  const stored = collectStored([...others, ...documents]);
  const { spec } = readSource(applySubmission(chosen, submission));
  const full = findFullSpec(spec, stored);
  const templates = new Map<string, Template>();
  const { templates: own = [], hooks = {} } = full ?? spec;
  collectReferred([...own.flatMap(listCalls), ...Object.values(hooks)], stored, templates);
  // Both were read from JSON, and are JSON.
  return {
    ...(full === undefined ? {} : { storedWorkflowTemplateSpec: full as unknown as JsonObject }),
    ...(templates.size === 0
      ? {}
      : { storedTemplates: Object.fromEntries(templates) as unknown as JsonObject }),
  };
}

/** The spec that runs, when the workflow takes it from a stored template. */
function findFullSpec(spec: WorkflowSpec, stored: StoredTemplates): WorkflowSpec | undefined {
  const ref = spec.workflowTemplateRef;
  if (ref === undefined) return undefined;
  const under = stored.get(storedKey(ref.name ?? "", ref.clusterScope))?.value.spec;
  return under === undefined ? undefined : { ...mergeSpecs(spec, under), workflowTemplateRef: ref };
}

/** Every template that calls refer to, and what it calls in its own object, by scope, object and name. */
function collectReferred(
  calls: readonly Call[],
  stored: StoredTemplates,
  found: Map<string, Template>,
): void {
  for (const { templateRef: ref } of calls)
    if (ref?.name !== undefined && ref.template !== undefined)
      keep(ref.name, ref.clusterScope === true, ref.template, stored, found);
}

function keep(
  object: string,
  isCluster: boolean,
  name: string,
  stored: StoredTemplates,
  found: Map<string, Template>,
): void {
  const key = `${isCluster ? "cluster" : "namespaced"}/${object}/${name}`;
  const { templates = [] } = stored.get(storedKey(object, isCluster))?.value.spec ?? {};
  const template = templates.find((one) => one.name === name);
  if (template === undefined || found.has(key)) return;
  found.set(key, template);
  const calls = listCalls(template);
  for (const call of calls)
    if (call.templateRef === undefined && call.template !== undefined)
      keep(object, isCluster, call.template, stored, found);
  collectReferred(calls, stored, found);
}

type Call = Pick<NonNullable<NonNullable<Template["dag"]>["tasks"]>[number], "template" | "templateRef">;

/** Steps and tasks with their hooks. A name with tags is known only while the run goes on. */
function listCalls(template: Template): readonly Call[] {
  const calls = [...(template.steps ?? []).flat(), ...(template.dag?.tasks ?? [])];
  return calls.flatMap((call) => [
    call,
    ...Object.values(call.hooks ?? {}),
    ...(call.inline === undefined ? [] : listCalls(call.inline)),
  ]);
}
