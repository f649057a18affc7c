/** The annotation `millrace/callbacks`: its form, and what its texts and expressions refer to when the run has ended. */
import { callbacksAnnotation, findCallbacks } from "../read/read-callbacks.ts";
import type { NextWorkflow } from "../read/read-callbacks.ts";
import type { DocumentPath, TextMap, WorkflowSpec } from "../read/types.ts";
import { checkExpressionField } from "./check-expression.ts";
import { checkTags } from "./check-tags.ts";
import { reportError, reportWarning } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";
import { hasTag, isKnown } from "./present.ts";
import { findSource } from "./resolve-call.ts";
import { createItemScope } from "./scope.ts";
import type { Scope } from "./scope-types.ts";

/** Nothing of a template can be named any more; the workflow can. */
const endScope: Scope = {
  names: new Set(),
  siblingFamily: undefined,
  findSibling: () => undefined,
  items: createItemScope(),
  outer: undefined,
};

/** Checks the annotations at a place of the document. The workflow's templates have been checked before. */
export function checkCallbacks(
  checker: Checker,
  site: Site,
  annotations: TextMap | undefined,
  path: DocumentPath,
): void {
  const found = findCallbacks(annotations);
  if (found === undefined) return;
  const below = [...path, callbacksAnnotation];
  for (const { message, hint, part } of found.problems)
    reportError(checker, "argo/bad-callback", site, `${callbacksAnnotation}: ${message}`, below, hint, part);
  const ended = addWhatIsPublished(checker);
  for (const { name = "", expression, http, workflow } of found.callbacks) {
    const prefix = `${callbacksAnnotation}: '${name}'`;
    checkTags(ended, site, endScope, { value: { http, workflow }, below, prefix });
    if (workflow !== undefined) checkNext(checker, site, workflow, { below, prefix });
    checkExpressionField(checker, site, expression, `${prefix} expression`, below);
    checkExpressionField(checker, site, http?.successCondition, `${prefix} http.successCondition`, below);
  }
}

/**
 * What a callback starts is looked up when the run has ended, so all that is wrong with it now are warnings, and only
 * for who checks a document: whoever submits one does not have it at hand.
 */
function checkNext(
  checker: Checker,
  site: Site,
  { workflowTemplateRef: ref, arguments: given, payload }: NextWorkflow,
  { below, prefix }: { readonly below: DocumentPath; readonly prefix: string },
): void {
  const name = ref?.name;
  if (checker.context.submitted || !isKnown(name) || hasTag(name)) return;
  const kind = ref?.clusterScope === true ? "clusterworkflowtemplates" : "workflowtemplates";
  const source = findSource(checker, name, ref?.clusterScope === true);
  if (source === undefined) {
    const text = `${prefix} workflow: ${kind}.argoproj.io "${name}" not found`;
    const hint = "store it before the run ends, or the callback is given up";
    reportWarning(checker, "argo/undefined-template", site, text, below, hint, name);
    return;
  }
  const names = new Set((given?.parameters ?? []).map((parameter) => parameter.name));
  if (payload !== undefined) names.add("payload");
  for (const parameter of source.spec.arguments?.parameters ?? []) {
    const hasOwn = parameter.value ?? parameter.default ?? parameter.valueFrom;
    if (hasOwn !== undefined || names.has(parameter.name)) continue;
    const text = `${prefix} workflow: parameter ${parameter.name ?? ""} of ${name} has no value`;
    reportWarning(checker, "argo/missing-argument", site, text, below, undefined, name);
  }
}

/** The checker at the end of the run: everything that any template publishes may be there. */
function addWhatIsPublished(checker: Checker): Checker {
  const { document } = checker;
  const globals = new Set([...checker.globals, "workflow.failures"]);
  const spec = document.kind === "CronWorkflow" ? document.value.spec?.workflowSpec : readSpec(document);
  const templates = spec?.templates ?? [];
  const outputs = templates.flatMap((template) => template.outputs?.parameters ?? []);
  for (const { globalName = "" } of outputs) globals.add(`workflow.outputs.parameters.${globalName}`);
  const isElsewhere =
    spec?.workflowTemplateRef !== undefined ||
    outputs.some(({ globalName = "" }) => globalName.includes("{{")) ||
    JSON.stringify(templates).includes('"templateRef":');
  return { ...checker, globals, anyGlobalParameter: checker.anyGlobalParameter || isElsewhere };
}

function readSpec(document: Checker["document"]): WorkflowSpec | undefined {
  return document.kind === "Workflow" ||
    document.kind === "WorkflowTemplate" ||
    document.kind === "ClusterWorkflowTemplate"
    ? document.value.spec
    : undefined;
}

/** What to say of callbacks in annotations that no run gets; undefined when there are none. */
export function describeIdleCallbacks(
  annotations: TextMap | undefined,
  instead: string,
): { readonly text: string; readonly annotation: string; readonly hint: string } | undefined {
  if (annotations?.[callbacksAnnotation] === undefined) return undefined;
  const text = `${callbacksAnnotation} has no effect here, because runs do not get the annotations of a definition`;
  return { text, annotation: callbacksAnnotation, hint: `write it in ${instead}` };
}
