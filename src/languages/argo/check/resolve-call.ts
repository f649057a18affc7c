/**
 * Finds the template that a step, task, hook or entrypoint calls, in this document or in a stored object
 * (Argo validate.go, validateTemplateHolder; 1.8).
 */
import { findClosestName } from "../read/closest-name.ts";
import type { DocumentPath, Template, TemplateCall, WorkflowSpec } from "../read/types.ts";
import { chainPath, descend, reportError, reportWarning } from "./checker.ts";
import type { Checker, Site, Source } from "./checker.ts";
import { hasTag, isKnown } from "./present.ts";

/** The template called and where it stands; `unknown` when only the run can tell, or it was reported. */
export type ResolvedCall = { readonly template: Template; readonly site: Site } | "unknown";

/** Makes a source of a spec; the first of several templates with one name counts. */
export function createSource(spec: WorkflowSpec, specPath: DocumentPath | undefined): Source {
  const templates = new Map<string, Template>();
  for (const template of spec.templates ?? []) {
    const name = template.name ?? "";
    if (!templates.has(name)) templates.set(name, template);
  }
  return { spec, templates, specPath };
}

/** The stored object of that name, read once. */
export function findSource(checker: Checker, name: string, clusterScope: boolean): Source | undefined {
  const kind = clusterScope ? "ClusterWorkflowTemplate" : "WorkflowTemplate";
  const key = `${kind}/${name}`;
  if (checker.sources.has(key)) return checker.sources.get(key);
  const stored = checker.context.findTemplateSource(kind, name);
  const source = stored === undefined ? undefined : createSource(stored.spec ?? {}, undefined);
  checker.sources.set(key, source);
  return source;
}

/** Finds what a call runs. `site` stands at the call; `chain` is what Argo writes before errors inside. */
export function resolveCall(checker: Checker, site: Site, call: TemplateCall, chain: string): ResolvedCall {
  const { source, path, local, depth } = site;
  const calling: Site = { source, chain, path, local, depth };
  if (call.templateRef !== undefined) return resolveTemplateRef(checker, calling, call);
  if (call.inline !== undefined) {
    const inner = descend(calling, "inline");
    return { template: call.inline, site: { ...inner, depth: site.depth + 1 } };
  }
  if (!isKnown(call.template)) {
    reportError(checker, "argo/template-ref", calling, "template name is required");
    return "unknown";
  }
  const found = findTemplate(calling, calling.source, call.template);
  if (found !== undefined) return found;
  const hint = describeClosest(call.template, calling.source);
  const text = `template name '${call.template}' undefined`;
  reportError(checker, "argo/undefined-template", calling, text, ["template"], hint);
  return "unknown";
}

function resolveTemplateRef(checker: Checker, site: Site, call: TemplateCall): ResolvedCall {
  const { name, template, clusterScope } = call.templateRef ?? {};
  const report = (text: string): "unknown" => {
    reportError(checker, "argo/template-ref", site, text, ["templateRef"]);
    return "unknown";
  };
  if (isKnown(call.template)) return report("template name cannot be specified with templateRef");
  if (!isKnown(name)) return report("resource name is required");
  if (!isKnown(template)) return report("template name is required");
  if (hasTag(name) || hasTag(template)) return "unknown";
  const source = findSource(checker, name, clusterScope === true);
  const found = source === undefined ? undefined : findTemplate(site, source, template);
  if (found !== undefined) return found;
  const text = `template reference ${name}.${template} not found`;
  if (source === undefined && checker.isTemplate && !checker.context.submitted) {
    // Stored templates may be linted before those that they refer to are known.
    reportWarning(checker, "argo/undefined-template", site, text, ["templateRef"]);
    return "unknown";
  }
  const hint = source === undefined ? undefined : describeClosest(template, source);
  reportError(checker, "argo/undefined-template", site, text, ["templateRef"], hint);
  return "unknown";
}

/** The template of that name in a source, with the site of its body. */
export function findTemplate(site: Site, source: Source, name: string): ResolvedCall | undefined {
  const template = source.templates.get(name);
  if (template === undefined) return undefined;
  const depth = site.depth + 1;
  const { specPath } = source;
  if (specPath === undefined) return { template, site: { ...site, source, local: false, depth } };
  const path = chainPath([...specPath, "templates", source.spec.templates?.indexOf(template) ?? 0]);
  return { template, site: { ...site, source, local: true, path, depth } };
}

function describeClosest(name: string, source: Source): string | undefined {
  const closest = findClosestName(name, source.templates.keys());
  return closest === undefined ? undefined : `did you mean ${closest}?`;
}
