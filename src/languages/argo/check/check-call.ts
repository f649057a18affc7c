/**
 * What steps and tasks have in common: the template they call, hooks, and outputs that are published for the
 * whole run (Argo validate.go, validateHooks and addOutputsToScope).
 */
import type { Invocation, LifecycleHooks, Template } from "../read/types.ts";
import { checkInputsSupplied } from "./check-arguments.ts";
import { checkExpressionField } from "./check-expression.ts";
import { descend, reportError, reportWarning } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";
import { hasTag, isKnown } from "./present.ts";
import { findTemplate, findSource, resolveCall } from "./resolve-call.ts";
import type { Scope } from "./scope-types.ts";

/** Checks what a call runs and whether its inputs are met; the template, or undefined when it is not known. */
export function checkCall(
  checker: Checker,
  site: Site,
  call: Invocation,
  place: string,
  outer: Scope,
): Template | undefined {
  const chain = `${site.chain}${place} `;
  const resolved = resolveCall(checker, site, call, chain);
  if (resolved === "unknown") return undefined;
  checker.checkTemplate(
    checker,
    resolved.site,
    resolved.template,
    call.inline === undefined ? undefined : outer,
  );
  const { source, path, local, depth } = site;
  const calling: Site = { source, chain, path, local, depth };
  checkInputsSupplied(checker, calling, resolved.template, call.arguments ?? {});
  publishOutputs(checker, resolved.template);
  return resolved.template;
}

/** Outputs with a global name become variables of the run. */
export function publishOutputs(checker: Checker, template: Template): void {
  for (const { globalName } of template.outputs?.parameters ?? []) {
    if (!isKnown(globalName)) continue;
    if (hasTag(globalName)) checker.anyGlobalParameter = true;
    else checker.globals.add(`workflow.outputs.parameters.${globalName}`);
  }
  for (const { globalName } of template.outputs?.artifacts ?? []) {
    if (!isKnown(globalName)) continue;
    if (hasTag(globalName)) checker.anyGlobalArtifact = true;
    else checker.globals.add(`workflow.outputs.artifacts.${globalName}`);
  }
}

/** Checks hooks: every hook but `exit` says when it starts, and what it calls should exist. */
export function checkHooks(
  checker: Checker,
  site: Site,
  hooks: LifecycleHooks | undefined,
  place: string,
): void {
  if (hooks === undefined) return;
  for (const [name, hook] of Object.entries(hooks)) {
    const at = descend(site, "hooks", name);
    if (name !== "exit" && !isKnown(hook.expression)) {
      reportError(checker, "argo/hook-expression", at, `${place}.${name} Expression required`);
    }
    checkExpressionField(checker, at, hook.expression, `${place}.${name}.expression`, ["expression"]);
    checkHookTemplate(checker, at, hook.template, hook.templateRef, `${place}.${name}`);
  }
}

/** Argo looks for a hook's template only when the hook starts, so a missing one is a warning here. */
export function checkHookTemplate(
  checker: Checker,
  site: Site,
  template: string | undefined,
  ref: { readonly name?: string; readonly template?: string; readonly clusterScope?: boolean } | undefined,
  place: string,
): void {
  if (ref !== undefined) {
    const { name = "", template: inner = "", clusterScope } = ref;
    if (hasTag(name) || hasTag(inner)) return;
    const source = findSource(checker, name, clusterScope === true);
    if (source !== undefined && findTemplate(site, source, inner) !== undefined) return;
    const text = `${place} template reference ${name}.${inner} not found`;
    reportWarning(checker, "argo/undefined-template", site, text, ["templateRef"]);
  } else if (!isKnown(template)) {
    reportWarning(checker, "argo/template-ref", site, `${place} calls no template`);
  } else if (!hasTag(template) && !site.source.templates.has(template)) {
    const text = `${place} template name '${template}' undefined`;
    reportWarning(checker, "argo/undefined-template", site, text, ["template"]);
  }
}
