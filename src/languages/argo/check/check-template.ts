/**
 * One template: its body, its inputs, and everything that hangs on it (Argo validate.go, validateTemplate).
 * Each template is checked once, at the first call that reaches it: the chain in its messages is that call's.
 * Templates may call themselves; the visited set ends that.
 */
import type { IntOrText, Template } from "../read/types.ts";
import { checkArtifactLocation, checkArtifactPath } from "./check-artifact.ts";
import { checkDag } from "./check-dag.ts";
import { checkExpressionField } from "./check-expression.ts";
import { checkLeaf } from "./check-leaf.ts";
import { checkMetrics } from "./check-metrics.ts";
import { checkOutputs } from "./check-outputs.ts";
import { checkSteps } from "./check-steps.ts";
import { checkSynchronization } from "./check-synchronization.ts";
import { descend, reportError, reportWarning } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";
import { isGoDuration } from "./durations.ts";
import { checkNames, findParameterNameFault } from "./name-rules.ts";
import { hasTag, isKnown } from "./present.ts";
import { createItemScope } from "./scope.ts";
import type { Scope } from "./scope-types.ts";
import { findTemplateType, isLeafType, isPodType, listBodies } from "./template-type.ts";
import type { TemplateType } from "./template-type.ts";

/** Deeper calls are checked from the list of templates instead, so that the stack stays small. */
const deepestCall = 200;

const retryPolicies = ["Always", "OnError", "OnFailure", "OnTransientError"];

const typeChoice =
  "choose one of: container, containerSet, steps, script, resource, dag, suspend, template, template ref";

/** Checks a template and what it calls, unless that has been done. `site` stands at the template. */
export function checkTemplate(
  checker: Checker,
  site: Site,
  template: Template,
  outer: Scope | undefined,
): void {
  if (site.depth > deepestCall || checker.visited.has(template)) return;
  checker.visited.add(template);
  const name = template.name ?? "";
  const type = checkType(checker, site, template, name);
  checkRetry(checker, site, template);
  checkInputs(checker, site, template, type);
  const unnamed = template.initContainers?.findIndex((container) => !isKnown(container.name)) ?? -1;
  if (unnamed !== -1) {
    const text = "initContainers must all have container name";
    reportError(checker, "argo/missing-name", site, text, ["initContainers", unnamed]);
  }
  checkTimeouts(checker, site, template, type);
  if (type === undefined) return;
  const scope = createTemplateScope(template, type, outer);
  if (type === "Steps") checkSteps(checker, site, template, scope);
  else if (type === "DAG") checkDag(checker, site, template, scope);
  else {
    checkLeaf(checker, site, template, scope, type);
    checkOutputs(checker, site, template, scope, type);
  }
  if (template.archiveLocation !== undefined) {
    const place = descend(site, "archiveLocation");
    checkArtifactLocation(checker, place, template.archiveLocation, `templates.${name}.archiveLocation`);
  }
  checkMetrics(checker, site, template);
  checkSynchronization(
    checker,
    descend(site, "synchronization"),
    template.synchronization,
    `templates.${name}`,
  );
}

function checkType(checker: Checker, site: Site, template: Template, name: string): TemplateType | undefined {
  const bodies = listBodies(template);
  if (bodies.length === 0) {
    const text = `templates.${name} template type unspecified. ${typeChoice}`;
    reportError(checker, "argo/template-type", site, text);
  } else if (bodies.length > 1) {
    const text = `templates.${name} multiple template types specified. ${typeChoice}`;
    reportError(checker, "argo/template-type", site, text, [], `found ${bodies.join(", ")}`);
  }
  return findTemplateType(template);
}

function checkRetry(checker: Checker, site: Site, template: Template): void {
  const policy = template.retryStrategy?.retryPolicy;
  if (isKnown(policy) && !retryPolicies.includes(policy)) {
    const below = ["retryStrategy", "retryPolicy"];
    const hint = `known policies are ${retryPolicies.join(", ")}`;
    reportError(checker, "argo/bad-strategy", site, `${policy} is not a valid RetryPolicy`, below, hint);
  }
  const place = `templates.${template.name ?? ""}.retryStrategy`;
  const expression = template.retryStrategy?.expression;
  checkExpressionField(checker, site, expression, `${place}.expression`, ["retryStrategy", "expression"]);
  const { duration, cap, maxDuration } = template.retryStrategy?.backoff ?? {};
  for (const [field, text] of Object.entries({ duration, cap, maxDuration })) {
    if (!isKnown(text) || hasTag(text) || /^\d+$/.test(text) || isGoDuration(text)) continue;
    const message = `${place}.backoff.${field} '${text}' is not a duration`;
    reportWarning(checker, "argo/bad-duration", site, message, ["retryStrategy", "backoff", field]);
  }
  checkRetryNumber(checker, site, template.retryStrategy?.limit, place, ["limit"]);
  checkRetryNumber(checker, site, template.retryStrategy?.backoff?.factor, place, ["backoff", "factor"]);
}

/** Argo reads these numbers only when something failed, so a text that is none is a warning. */
function checkRetryNumber(
  checker: Checker,
  site: Site,
  value: IntOrText | undefined,
  place: string,
  field: readonly string[],
): void {
  if (typeof value !== "string" || hasTag(value) || /^\s*[+-]?\d+\s*$/.test(value)) return;
  const text = `${place}.${field.join(".")} must be a whole number, found '${value}'`;
  reportWarning(checker, "argo/bad-number", site, text, ["retryStrategy", ...field]);
}

function checkInputs(checker: Checker, site: Site, template: Template, type: TemplateType | undefined): void {
  const name = template.name ?? "";
  const { parameters, artifacts = [] } = template.inputs ?? {};
  const prefix = `templates.${name}.inputs`;
  checkNames(
    checker,
    site,
    ["inputs", "parameters"],
    parameters,
    `${prefix}.parameters`,
    findParameterNameFault,
  );
  checkNames(
    checker,
    site,
    ["inputs", "artifacts"],
    artifacts,
    `${prefix}.artifacts`,
    findParameterNameFault,
  );
  const artifactSite = descend(site, "inputs", "artifacts");
  for (const [index, artifact] of artifacts.entries()) {
    const place = descend(artifactSite, index);
    const reference = `inputs.artifacts.${artifact.name ?? ""}`;
    if (isLeafType(type)) checkArtifactPath(checker, place, artifact, name, reference);
    else if (type !== undefined && isKnown(artifact.path)) {
      const text = `templates.${name}.${reference}.path only valid in container/script templates`;
      reportError(checker, "argo/artifact-path", place, text, ["path"]);
    }
    if (isKnown(artifact.from)) {
      const text = `templates.${name}.${reference}.from not valid in inputs`;
      reportError(checker, "argo/ambiguous-source", place, text, ["from"]);
    }
    checkArtifactLocation(checker, place, artifact, `templates.${name}.${reference}`);
  }
}

function checkTimeouts(
  checker: Checker,
  site: Site,
  template: Template,
  type: TemplateType | undefined,
): void {
  for (const field of ["timeout", "pendingTimeout"] as const) {
    const text = template[field];
    if (!isKnown(text) || type === undefined) continue;
    if (!isLeafType(type)) {
      reportError(checker, "argo/not-a-leaf", site, `${type} template doesn't support ${field} field`, [
        field,
      ]);
    }
    if (!hasTag(text) && !isGoDuration(text)) {
      const message = `${template.name ?? ""} has invalid duration format in ${field}`;
      reportError(
        checker,
        "argo/bad-duration",
        site,
        message,
        [field],
        "write a number with a unit, for example 30s",
      );
    }
  }
}

/** The variables of a template itself: inputs, paths, the pod's name. */
function createTemplateScope(template: Template, type: TemplateType, outer: Scope | undefined): Scope {
  const names = new Set<string>();
  const { inputs } = template;
  for (const parameter of inputs?.parameters ?? []) names.add(`inputs.parameters.${parameter.name ?? ""}`);
  if ((inputs?.parameters?.length ?? 0) > 0) names.add("inputs.parameters");
  const leaf = isLeafType(type);
  for (const artifact of inputs?.artifacts ?? []) {
    names.add(`inputs.artifacts.${artifact.name ?? ""}`);
    if (leaf) names.add(`inputs.artifacts.${artifact.name ?? ""}.path`);
  }
  if (isPodType(type)) names.add("pod.name");
  return { names, siblingFamily: undefined, findSibling: () => undefined, items: createItemScope(), outer };
}
