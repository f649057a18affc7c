/**
 * What steps and tasks have in common: the template they call, hooks, and outputs that are published for the
 * whole run (Argo validate.go, validateHooks and addOutputsToScope).
 */
import type { Arguments, Invocation, LifecycleHooks, Template } from "../read/types.ts";
import { checkInputsSupplied } from "./check-arguments.ts";
import { checkExpressionField } from "./check-expression.ts";
import { descend, reportError, reportWarning } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";
import { hasTag, isKnown } from "./present.ts";
import { findTemplate, findSource, resolveCall } from "./resolve-call.ts";
import type { Scope } from "./scope-types.ts";

/**
 * Checks what a call runs and whether its inputs are met; the template, or undefined when it is not known. `site` stands
 * at the call, `outer` is what an inline template sees of the template around it.
 */
export function checkCall(
  checker: Checker,
  site: Site,
  call: Invocation,
  place: string,
  outer: Scope,
): Template | undefined {
  const { source, path, local, depth } = site;
  const calling: Site = { source, chain: `${site.chain}${place} `, path, local, depth };
  const resolved = resolveCall(checker, calling, call);
  if (resolved === "unknown") return undefined;
  const { template } = resolved;
  checker.checkTemplate(checker, resolved.site, template, call.inline === undefined ? undefined : outer);
  checkInputsSupplied(checker, calling, template, call.arguments ?? {});
  publishOutputs(checker, template);
  return template;
}

/** Outputs with a global name become variables of the run. */
export function publishOutputs(checker: Checker, template: Template): void {
  if (template.outputs === undefined) return;
  for (const { globalName } of template.outputs.parameters ?? []) {
    if (!isKnown(globalName)) continue;
    if (hasTag(globalName)) checker.anyGlobalParameter = true;
    else checker.globals.add(`workflow.outputs.parameters.${globalName}`);
  }
  for (const { globalName } of template.outputs.artifacts ?? []) {
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
    const called = checkHookTemplate(checker, at, hook.template, hook.templateRef, `${place}.${name}`);
    if (called !== undefined) checkHookInputs(checker, at, called, hook.arguments ?? {}, `${place}.${name}`);
  }
}

/**
 * Argo looks for a hook's template only when the hook starts, so a missing one is a warning here. The template, when it
 * is known.
 */
function checkHookTemplate(
  checker: Checker,
  site: Site,
  template: string | undefined,
  ref: { readonly name?: string; readonly template?: string; readonly clusterScope?: boolean } | undefined,
  place: string,
): Template | undefined {
  if (ref !== undefined) {
    const { name = "", template: inner = "", clusterScope } = ref;
    if (hasTag(name) || hasTag(inner)) return undefined;
    const source = findSource(checker, name, clusterScope === true);
    const found = source === undefined ? undefined : findTemplate(site, source, inner);
    if (found !== undefined) return found === "unknown" ? undefined : found.template;
    const text = `${place} template reference ${name}.${inner} not found`;
    reportWarning(checker, "argo/undefined-template", site, text, ["templateRef"]);
  } else if (!isKnown(template)) {
    reportWarning(checker, "argo/template-ref", site, `${place} calls no template`);
  } else if (!hasTag(template) && !site.source.templates.has(template)) {
    const text = `${place} template name '${template}' undefined`;
    reportWarning(checker, "argo/undefined-template", site, text, ["template"]);
  }
  return template === undefined ? undefined : site.source.templates.get(template)?.template;
}

/** A hook without arguments of its own gets the workflow's. Argo misses an input only when the hook starts. */
function checkHookInputs(
  checker: Checker,
  site: Site,
  template: Template,
  { parameters = [], artifacts = [] }: Arguments,
  place: string,
): void {
  const hasOwn = parameters.length + artifacts.length > 0;
  if (!hasOwn && checker.isTemplate) return;
  for (const { name = "", value, default: usual, valueFrom } of template.inputs?.parameters ?? []) {
    if (value !== undefined || usual !== undefined || valueFrom !== undefined) continue;
    const isGiven = hasOwn
      ? parameters.some((parameter) => parameter.name === name)
      : checker.globals.has(`workflow.parameters.${name}`);
    if (isGiven) continue;
    const text = `${place} templates.${template.name ?? ""} inputs.parameters.${name} was not supplied`;
    reportWarning(checker, "argo/missing-argument", site, text);
  }
}
