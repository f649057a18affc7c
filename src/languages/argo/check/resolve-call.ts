/**
 * Finds the template that a step, task, hook or entrypoint calls, in this document or in a stored object
 * (Argo validate.go, validateTemplateHolder; 1.8).
 */
import { findClosestName } from "../../../base/closest-name.ts";
import type { DocumentPath, Template, TemplateCall, WorkflowSpec } from "../read/types.ts";
import { chainPath, descend, isFull, reportError, reportWarning } from "./checker.ts";
import type { Checker, PlacedTemplate, Site, Source } from "./checker.ts";
import { hasTag, isKnown } from "./present.ts";

/** The template called and where it stands; `unknown` when only the run can tell, or it was reported. */
export type ResolvedCall = { readonly template: Template; readonly site: Site } | "unknown";

/**
 * Makes a source of a spec; the first of several templates with one name counts. `specPath` leads to the spec in the
 * document under check; it is undefined for stored objects.
 */
export function createSource(spec: WorkflowSpec, specPath: DocumentPath | undefined): Source {
  const templates = new Map<string, PlacedTemplate>();
  const list = chainPath([...(specPath ?? []), "templates"]);
  for (const [index, template] of (spec.templates ?? []).entries()) {
    const name = template.name ?? "";
    if (!templates.has(name)) templates.set(name, { template, path: { parent: list, part: index } });
  }
  return { spec, templates, local: specPath !== undefined };
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

/** Finds what a call runs. `site` stands at the call; its chain is what Argo writes before errors inside. */
export function resolveCall(checker: Checker, site: Site, call: TemplateCall): ResolvedCall {
  if (call.templateRef !== undefined) return resolveTemplateRef(checker, site, call);
  if (call.inline !== undefined) {
    const inner = descend(site, "inline");
    return { template: call.inline, site: { ...inner, depth: site.depth + 1 } };
  }
  if (!isKnown(call.template)) {
    reportError(checker, "argo/template-ref", site, "template name is required");
    return "unknown";
  }
  const found = findTemplate(site, site.source, call.template);
  if (found !== undefined) return found;
  const hint = describeClosest(checker, call.template, site.source);
  const text = `template name '${call.template}' undefined`;
  reportError(checker, "argo/undefined-template", site, text, ["template"], hint);
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
  const hint = source === undefined ? undefined : describeClosest(checker, template, source);
  reportError(checker, "argo/undefined-template", site, text, ["templateRef"], hint);
  return "unknown";
}

/** The template of that name in a source, with the site of its body. */
export function findTemplate(site: Site, source: Source, name: string): ResolvedCall | undefined {
  const found = source.templates.get(name);
  if (found === undefined) return undefined;
  const { local } = source;
  const path = local ? found.path : site.path;
  return {
    template: found.template,
    site: { source, chain: site.chain, path, local, depth: site.depth + 1 },
  };
}

function describeClosest(checker: Checker, name: string, source: Source): string | undefined {
  if (isFull(checker)) return undefined;
  const closest = findClosestName(name, source.templates.keys());
  return closest === undefined ? undefined : `did you mean ${closest}?`;
}
