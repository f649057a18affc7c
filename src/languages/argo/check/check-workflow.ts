/**
 * Workflows and stored templates as a whole (Argo validate.go, Workflow).
 * The order is Argo's: entrypoint, exit handler, hooks, then every template, also the unused ones. It decides
 * which chain of calls a message begins with.
 */
import type { Arguments, DocumentPath, Parameter, WorkflowMetadata, WorkflowSpec } from "../read/types.ts";
import { checkArguments, checkInputsSupplied } from "./check-arguments.ts";
import { checkHooks } from "./check-call.ts";
import { checkCallbacks } from "./check-callbacks.ts";
import { checkExpressionField } from "./check-expression.ts";
import { checkMetricList } from "./check-metrics.ts";
import { checkPodResources } from "./check-pod-resources.ts";
import { checkSynchronization } from "./check-synchronization.ts";
import { chainPath, descend, reportError, reportWarning } from "./checker.ts";
import type { Checker, Site, Source } from "./checker.ts";
import { checkNames, findFieldNameFault } from "./name-rules.ts";
import { hasTag, isKnown } from "./present.ts";
import { createSource, findSource, findTemplate, resolveCall } from "./resolve-call.ts";

export interface WorkflowCheck {
  readonly spec: WorkflowSpec;
  readonly specPath: DocumentPath;
  /** Labels and annotations that the run has from its document. */
  readonly metadata: { readonly labels?: object; readonly annotations?: object } | undefined;
  /** What Argo writes before every message. */
  readonly chain: string;
  /** True when workflow parameters may be without a value. */
  readonly allowEmpty: boolean;
  /** Stored templates need no entrypoint. */
  readonly needsEntrypoint: boolean;
}

const podGc = ["OnPodCompletion", "OnPodSuccess", "OnWorkflowCompletion", "OnWorkflowSuccess"];

export function checkWorkflowSpec(checker: Checker, check: WorkflowCheck): void {
  const { spec, specPath, chain } = check;
  const own = createSource(spec, specPath);
  const site: Site = { source: own, chain, path: chainPath(specPath), local: true, depth: 0 };
  const stored = findStoredSource(checker, site, spec);
  if (stored === "missing") return;
  const source = stored ?? own;
  checkNames(checker, site, ["templates"], spec.templates, "spec.templates", findFieldNameFault);
  const args = mergeArguments(spec.arguments ?? {}, stored?.spec.arguments ?? {});
  checkArguments(checker, site, args, "spec.arguments.", check.allowEmpty);
  collectGlobals(checker, check, stored, args);
  const base: Site =
    stored === undefined ? site : { ...descend(site, "workflowTemplateRef"), source: stored };
  checkEntrypoint(checker, site, base, source, check, args);
  checkExitHandler(checker, site, base, source, spec);
  checkHooks(checker, { ...site, source }, spec.hooks, "hooks");
  checkPolicies(checker, site, spec);
  for (const template of source.spec.templates ?? []) {
    const found = findTemplate(
      { ...base, chain: `${chain}templates.${template.name ?? ""} ` },
      source,
      template.name ?? "",
    );
    if (found !== undefined && found !== "unknown")
      checker.checkTemplate(checker, found.site, found.template, undefined);
  }
  checkCallbacks(checker, site, spec.workflowMetadata?.annotations, ["workflowMetadata", "annotations"]);
}

/** The stored template that a workflow takes its spec from; reports when it is missing or local templates clash. */
function findStoredSource(checker: Checker, site: Site, spec: WorkflowSpec): Source | undefined | "missing" {
  const ref = spec.workflowTemplateRef;
  if (ref === undefined) return undefined;
  if ((spec.templates?.length ?? 0) > 0) {
    const text = "Templates is invalid field in spec if workflow referred WorkflowTemplate reference";
    reportError(checker, "argo/with-template-ref", site, text, ["templates"]);
  }
  const { name, clusterScope } = ref;
  if (!isKnown(name)) {
    reportError(checker, "argo/template-ref", site, "resource name is required", ["workflowTemplateRef"]);
    return "missing";
  }
  const source = findSource(checker, name, clusterScope === true);
  if (source !== undefined) return source;
  const kind = clusterScope === true ? "clusterworkflowtemplates" : "workflowtemplates";
  const text = `${kind}.argoproj.io "${name}" not found`;
  // A lint may not know what is stored elsewhere, and without it there is nothing here to check.
  const report = checker.context.submitted ? reportError : reportWarning;
  report(checker, "argo/undefined-template", site, text, ["workflowTemplateRef"]);
  return "missing";
}

/** The workflow's own arguments go before those of the stored template, each whole. */
function mergeArguments(own: Arguments, stored: Arguments): Arguments {
  const merge = <T extends { readonly name?: string }>(
    first: readonly T[] = [],
    second: readonly T[] = [],
  ): T[] => [...first, ...second.filter((item) => !first.some((other) => other.name === item.name))];
  return {
    parameters: merge<Parameter>(own.parameters, stored.parameters),
    artifacts: merge(own.artifacts, stored.artifacts),
  };
}

function collectGlobals(
  checker: Checker,
  check: WorkflowCheck,
  stored: Source | undefined,
  args: Arguments,
): void {
  const { globals, parameterValues } = checker;
  const fixed =
    "name namespace mainEntrypoint serviceAccountName uid status annotations annotations.json labels labels.json";
  for (const name of fixed.split(" ")) globals.add(`workflow.${name}`);
  if (check.spec.priority !== undefined) globals.add("workflow.priority");
  const parameters = args.parameters ?? [];
  if (parameters.length > 0) globals.add("workflow.parameters").add("workflow.parameters.json");
  for (const { name, value } of parameters) {
    if (!isKnown(name)) continue;
    globals.add(`workflow.parameters.${name}`);
    if (value !== undefined) parameterValues.set(name, value);
  }
  const metadata: readonly (WorkflowMetadata | WorkflowCheck["metadata"])[] = [
    check.metadata,
    check.spec.workflowMetadata,
    stored?.spec.workflowMetadata,
  ];
  for (const part of metadata) {
    const labelsFrom = part !== undefined && "labelsFrom" in part ? part.labelsFrom : undefined;
    for (const key of Object.keys(part?.annotations ?? {})) globals.add(`workflow.annotations.${key}`);
    for (const key of Object.keys({ ...part?.labels, ...labelsFrom })) globals.add(`workflow.labels.${key}`);
  }
}

function checkEntrypoint(
  checker: Checker,
  site: Site,
  base: Site,
  source: Source,
  check: WorkflowCheck,
  args: Arguments,
): void {
  const { spec } = check;
  const entrypoint = isKnown(spec.entrypoint) ? spec.entrypoint : source.spec.entrypoint;
  if (!isKnown(entrypoint)) {
    if (check.needsEntrypoint) {
      reportError(checker, "argo/missing-entrypoint", site, "spec.entrypoint is required");
    }
    return;
  }
  const at: Site = isKnown(spec.entrypoint) ? descend(site, "entrypoint") : base;
  const resolved = resolveEntry(checker, { ...at, source }, entrypoint, spec);
  if (resolved === "unknown") return;
  checker.checkTemplate(checker, resolved.site, resolved.template, undefined);
  if (!checker.isTemplate) checkInputsSupplied(checker, { ...at, source }, resolved.template, args);
}

function resolveEntry(
  checker: Checker,
  site: Site,
  name: string,
  spec: WorkflowSpec,
): ReturnType<typeof resolveCall> {
  const ref = spec.workflowTemplateRef;
  if (ref === undefined) return resolveCall(checker, site, { template: name });
  return resolveCall(checker, site, { templateRef: { ...ref, template: name } });
}

function checkExitHandler(
  checker: Checker,
  site: Site,
  base: Site,
  source: Source,
  spec: WorkflowSpec,
): void {
  const exit = isKnown(spec.onExit) ? spec.onExit : source.spec.onExit;
  if (spec.hooks?.["exit"] !== undefined || source.spec.hooks?.["exit"] !== undefined) {
    checker.globals.add("workflow.failures");
  }
  if (!isKnown(exit)) return;
  checker.globals.add("workflow.failures");
  const publishes = (source.spec.templates ?? []).flatMap((template) => template.outputs?.artifacts ?? []);
  if (publishes.some(({ globalName }) => isKnown(globalName) && hasTag(globalName)))
    checker.anyGlobalArtifact = true;
  const at = isKnown(spec.onExit) ? descend(site, "onExit") : base;
  const resolved = resolveEntry(checker, { ...at, source }, exit, spec);
  if (resolved === "unknown") return;
  checker.checkTemplate(checker, resolved.site, resolved.template, undefined);
  checkInputsSupplied(checker, { ...at, source }, resolved.template, spec.arguments ?? {});
}

function checkPolicies(checker: Checker, site: Site, spec: WorkflowSpec): void {
  const strategy = spec.podGC?.strategy;
  if (isKnown(strategy) && !podGc.includes(strategy)) {
    const below = ["podGC", "strategy"];
    const hint = `known strategies are ${podGc.join(", ")}`;
    reportError(
      checker,
      "argo/bad-strategy",
      site,
      `podGC.strategy unknown strategy '${strategy}'`,
      below,
      hint,
    );
  }
  for (const [label, { expression }] of Object.entries(spec.workflowMetadata?.labelsFrom ?? {})) {
    const below = ["workflowMetadata", "labelsFrom", label, "expression"];
    checkExpressionField(
      checker,
      site,
      expression,
      `spec.workflowMetadata.labelsFrom.${label}.expression`,
      below,
    );
  }
  checkPodResources(checker, descend(site, "podResources"), spec.podResources, "spec");
  checkMetricList(checker, descend(site, "metrics", "prometheus"), spec.metrics, "spec");
  checkSynchronization(checker, descend(site, "synchronization"), spec.synchronization, "spec");
}
