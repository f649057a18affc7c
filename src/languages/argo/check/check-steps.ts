/**
 * Steps templates (Argo validate.go, validateSteps).
 * A step sees the steps before it; the status of itself; its own outputs in hooks only. Argo's check goes
 * through a group from left to right and so accepts references to a neighbour that runs at the same time:
 * that is a warning here.
 */
import type { Template, WorkflowStep } from "../read/types.ts";
import { checkArguments } from "./check-arguments.ts";
import { checkCall, checkHooks, publishOutputs } from "./check-call.ts";
import { checkLoop } from "./check-loop.ts";
import { checkOutputs } from "./check-outputs.ts";
import { checkTags } from "./check-tags.ts";
import { descend, reportError, reportWarning } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";
import { findFieldNameFault } from "./name-rules.ts";
import { isKnown } from "./present.ts";
import { createItemScope, hasExitHook, splitSiblingTag } from "./scope.ts";
import type { Scope, Sibling, SiblingView } from "./scope-types.ts";

/** A step that has been looked at, and its group. */
interface SeenStep extends Sibling {
  readonly group: number;
}

interface StepsCheck {
  readonly checker: Checker;
  readonly site: Site;
  readonly name: string;
  readonly seen: Map<string, SeenStep>;
  readonly scope: Scope;
}

export function checkSteps(checker: Checker, site: Site, template: Template, base: Scope): void {
  const name = template.name ?? "";
  if (template.activeDeadlineSeconds !== undefined) {
    const text = `templates.${name}.activeDeadlineSeconds is only valid for leaf templates`;
    reportError(checker, "argo/not-a-leaf", site, text, ["activeDeadlineSeconds"]);
  }
  const seen = new Map<string, SeenStep>();
  const findSibling = (sibling: string): SiblingView | undefined => {
    const step = seen.get(sibling);
    return step === undefined ? undefined : { sibling: step, outputs: true, status: true };
  };
  const scope: Scope = { ...base, siblingFamily: "steps", findSibling, items: createItemScope() };
  const check: StepsCheck = { checker, site, name, seen, scope };
  template.steps?.forEach((steps, group) => {
    steps.forEach((step, index) => checkStep(check, step, group, index));
  });
  checkOutputs(checker, site, template, scope, "Steps");
}

function checkStep(check: StepsCheck, step: WorkflowStep, group: number, index: number): void {
  const { checker, name, seen, scope } = check;
  const site = descend(check.site, "steps", group, index);
  const place = `templates.${name}.steps[${group}].${step.name ?? ""}`;
  checkStepName(check, site, step, group);
  checkLoop(checker, site, step, place, scope.items);
  if (step.arguments !== undefined)
    checkArguments(checker, site, step.arguments, `${place}.arguments.`, false);
  const template = checkCall(checker, site, step, place, scope);
  checkHooks(checker, site, step.hooks, place);
  const self: SeenStep = { call: step, template, group };
  checkStepTags(check, site, step, self);
  if (isKnown(step.name) && !seen.has(step.name)) seen.set(step.name, self);
  if (template !== undefined) publishOutputs(checker, template);
}

function checkStepName(check: StepsCheck, site: Site, step: WorkflowStep, group: number): void {
  const { checker, seen } = check;
  const place = `templates.${check.name}.steps[${group}].name`;
  if (!isKnown(step.name)) return reportError(checker, "argo/missing-name", site, `${place} is required`);
  if (seen.has(step.name)) {
    reportError(checker, "argo/duplicate-name", site, `${place} '${step.name}' is not unique`, ["name"]);
  }
  const fault = findFieldNameFault(step.name);
  if (fault === undefined) return;
  reportError(checker, "argo/bad-name", site, `${place} '${step.name}' is invalid: ${fault}`, ["name"]);
}

function checkStepTags(check: StepsCheck, site: Site, step: WorkflowStep, self: SeenStep): void {
  const { checker, name, seen } = check;
  const own: SiblingView = { sibling: self, outputs: hasExitHook(step), status: true };
  const findSibling = (sibling: string): SiblingView | undefined =>
    sibling === step.name ? own : check.scope.findSibling(sibling);
  const scope: Scope = { ...check.scope, findSibling };
  const part = { value: step, below: [], prefix: `templates.${name}.steps`, except: "inline" };
  checkTags(checker, site, scope, part, (tag, below) => {
    if (!tag.startsWith("steps.") || tag === "steps.name" || below[0] === "hooks") return;
    const sibling = seen.get(splitSiblingTag(tag).name);
    if (sibling === undefined || sibling.group !== self.group || sibling.call === step) return;
    const text = `templates.${name}.steps[${self.group}].${step.name ?? ""} uses {{${tag}}} of a step that runs beside it`;
    reportWarning(checker, "argo/same-group", site, text, below, "put this step into a later group");
  });
}
