/**
 * Argo's validator: checks one document against the rules of the language (Argo workflow/validate, v4.1).
 * Reports every problem with its position. What Argo refuses is an error in Argo's words; what Argo accepts
 * but cannot work when it runs is a warning. Linear in the size of the document.
 */
import type { Diagnostic } from "../../../base/diagnostic.ts";
import { isTimeZone, parseCronLine } from "../../../model/schedule/cron-line.ts";
import type {
  ArgoDocument,
  CronWorkflowDocument,
  ObjectMeta,
  WorkflowEventBindingDocument,
} from "../read/types.ts";
import { checkCallbacks, describeIdleCallbacks } from "./check-callbacks.ts";
import { checkExpressionField } from "./check-expression.ts";
import { checkTemplate } from "./check-template.ts";
import { checkWorkflowSpec } from "./check-workflow.ts";
import { chainPath, reportError, reportWarning } from "./checker.ts";
import type { Checker, CheckContext, Site } from "./checker.ts";
import { isKnown } from "./present.ts";
import { createSource, findSource } from "./resolve-call.ts";

export type { CheckContext } from "./checker.ts";

const longestName = 63;
const longestCronName = 52;
const concurrencyPolicies = ["Allow", "Forbid", "Replace"];

/** All problems of a document that was read. Documents that are not Argo's have none. */
export function checkArgoDocument(document: ArgoDocument, context: CheckContext): readonly Diagnostic[] {
  const checker = createChecker(document, context);
  switch (document.kind) {
    case "Workflow":
      checkObjectName(checker, document.value.metadata, "workflow name", longestName);
      checkWorkflowSpec(checker, {
        spec: document.value.spec ?? {},
        specPath: ["spec"],
        metadata: document.value.metadata,
        chain: "",
        allowEmpty: !context.submitted,
        needsEntrypoint: true,
      });
      checkCallbacks(checker, rootSite("metadata"), document.value.metadata?.annotations, ["annotations"]);
      break;
    case "WorkflowTemplate":
    case "ClusterWorkflowTemplate": {
      const what =
        document.kind === "WorkflowTemplate" ? "workflow template name" : "cluster workflow template name";
      checkObjectName(checker, document.value.metadata, what, longestName);
      checkWorkflowSpec(checker, {
        spec: document.value.spec ?? {},
        specPath: ["spec"],
        metadata: document.value.metadata,
        chain: "",
        allowEmpty: true,
        needsEntrypoint: false,
      });
      warnAboutCallbacks(checker, document.value.metadata, "spec.workflowMetadata.annotations");
      break;
    }
    case "CronWorkflow":
      checkCronWorkflow(checker, document);
      break;
    case "WorkflowEventBinding":
      checkEventBinding(checker, document);
      break;
    case "Other":
      break;
  }
  return checker.diagnostics;
}

function createChecker(document: ArgoDocument, context: CheckContext): Checker {
  const isTemplate = document.kind === "WorkflowTemplate" || document.kind === "ClusterWorkflowTemplate";
  const checker: Checker = {
    document,
    context,
    diagnostics: [],
    globals: new Set(),
    parameterValues: new Map(),
    anyGlobalParameter: false,
    anyGlobalArtifact: false,
    isTemplate,
    visited: new Set(),
    checkTemplate,
    sources: new Map(),
  };
  if (isTemplate && isKnown(document.value.metadata?.name)) {
    // A stored template may refer to itself before it is stored.
    const source = createSource(document.value.spec ?? {}, ["spec"]);
    checker.sources.set(`${document.kind}/${document.value.metadata.name}`, source);
  }
  return checker;
}

function rootSite(...path: string[]): Site {
  return { source: createSource({}, undefined), chain: "", path: chainPath(path), local: true, depth: 0 };
}

function warnAboutCallbacks(checker: Checker, metadata: ObjectMeta | undefined, instead: string): void {
  const idle = describeIdleCallbacks(metadata?.annotations, instead);
  if (idle === undefined) return;
  const site = rootSite("metadata", "annotations");
  reportWarning(checker, "argo/bad-callback", site, idle.text, [idle.annotation], idle.hint);
}

function checkObjectName(
  checker: Checker,
  metadata: ObjectMeta | undefined,
  what: string,
  longest: number,
): void {
  const { name, generateName } = metadata ?? {};
  if (name !== undefined && name.length > longest) {
    const rule = `must not be more than ${longest} characters long (currently ${name.length})`;
    reportError(
      checker,
      "argo/bad-object-name",
      rootSite("metadata", "name"),
      `${what} ${JSON.stringify(name)} ${rule}`,
    );
  }
  checkNameCharacters(checker, name, "name");
  checkNameCharacters(checker, generateName, "generateName");
}

/** Names become names of files and of Kubernetes objects: RFC 1123 subdomains. */
function checkNameCharacters(
  checker: Checker,
  name: string | undefined,
  field: "name" | "generateName",
): void {
  if (!isKnown(name)) return;
  const shape = field === "name" ? /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/ : /^[a-z0-9][-a-z0-9.]*$/;
  if (shape.test(name) && !name.includes("..")) return;
  const text =
    `metadata.${field} ${JSON.stringify(name)} is invalid: a lowercase RFC 1123 subdomain must consist of lower case` +
    ` alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`;
  const dangerous = /[/\\]|\.\.|\p{Cc}/u.test(name);
  const report = dangerous ? reportError : reportWarning;
  report(checker, "argo/bad-object-name", rootSite("metadata", field), text);
}

function checkCronWorkflow(checker: Checker, document: CronWorkflowDocument): void {
  const { metadata, spec = {} } = document.value;
  checkObjectName(checker, metadata, "cron workflow name", longestCronName);
  const site = rootSite("spec");
  const { schedules = [], timezone, concurrencyPolicy, startingDeadlineSeconds } = spec;
  if (schedules.length === 0) {
    reportError(checker, "argo/bad-cron-schedule", site, "cron workflow must have at least one schedule");
  }
  for (const [index, schedule] of schedules.entries()) {
    const line = parseCronLine(schedule);
    if (line.ok) continue;
    const text = `cron schedule ${schedule} is malformed: ${line.error}`;
    reportError(checker, "argo/bad-cron-schedule", site, text, ["schedules", index]);
  }
  if (isKnown(timezone) && !isTimeZone(timezone)) {
    const text = `invalid timezone "${timezone}": unknown time zone ${timezone}`;
    reportError(checker, "argo/bad-cron-schedule", site, text, ["timezone"]);
  }
  if (isKnown(concurrencyPolicy) && !concurrencyPolicies.includes(concurrencyPolicy)) {
    const text = `'${concurrencyPolicy}' is not a valid concurrencyPolicy`;
    const hint = `known policies are ${concurrencyPolicies.join(", ")}`;
    reportError(checker, "argo/bad-strategy", site, text, ["concurrencyPolicy"], hint);
  }
  if (startingDeadlineSeconds !== undefined && startingDeadlineSeconds < 0) {
    const text = "startingDeadlineSeconds must be positive";
    reportError(checker, "argo/bad-number", site, text, ["startingDeadlineSeconds"]);
  }
  const stop = spec.stopStrategy?.expression;
  checkExpressionField(checker, site, stop, "spec.stopStrategy.expression", ["stopStrategy", "expression"]);
  checkWorkflowSpec(checker, {
    spec: spec.workflowSpec ?? {},
    specPath: ["spec", "workflowSpec"],
    metadata: spec.workflowMetadata,
    chain: "cannot validate Workflow: ",
    allowEmpty: false,
    needsEntrypoint: true,
  });
  const { annotations } = spec.workflowMetadata ?? {};
  checkCallbacks(checker, rootSite("spec", "workflowMetadata"), annotations, ["annotations"]);
  warnAboutCallbacks(checker, metadata, "spec.workflowMetadata.annotations");
}

function checkEventBinding(checker: Checker, document: WorkflowEventBindingDocument): void {
  const { metadata, spec = {} } = document.value;
  checkObjectName(checker, metadata, "workflow event binding name", longestName);
  const site = rootSite("spec");
  if (!isKnown(spec.event?.selector)) {
    reportError(checker, "argo/missing-value", site, "spec.event.selector is required", ["event"]);
  }
  checkExpressionField(checker, site, spec.event?.selector, "spec.event.selector", ["event", "selector"]);
  const ref = spec.submit?.workflowTemplateRef;
  if (spec.submit === undefined) return;
  if (!isKnown(ref?.name)) {
    const text = "spec.submit.workflowTemplateRef.name is required";
    reportError(checker, "argo/template-ref", site, text, ["submit", "workflowTemplateRef"]);
  } else if (findSource(checker, ref.name, ref.clusterScope === true) === undefined) {
    const text = `spec.submit.workflowTemplateRef: "${ref.name}" not found`;
    reportWarning(checker, "argo/undefined-template", site, text, ["submit", "workflowTemplateRef"]);
  }
}
