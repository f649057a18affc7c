/**
 * From a document and its submission to a plan: who is called first, with which values, under which rules.
 * WorkflowTemplates and CronWorkflows can be submitted as well; their spec is then run under a made-up name.
 */
import type { Diagnostic } from "../../../base/diagnostic.ts";
import type { Json, JsonObject } from "../../../base/json.ts";
import type { Dynamic } from "../../../model/plan/expression.ts";
import type { Argument, Plan, Pointer, Process, RunPolicy } from "../../../model/plan/plan.ts";
import type { Submission } from "../../../model/run/language.ts";
import type { ArgoDocument, ObjectMeta, TextMap, WorkflowSpec } from "../read/types.ts";
import { lowerArtifactSource } from "./lower-artifacts.ts";
import { reserveProcess } from "./lower-call.ts";
import { lowerHooks } from "./lower-hooks.ts";
import { readParameterText } from "./lower-inputs.ts";
import { lowerLocks } from "./lower-policy.ts";
import { lowerTemplate } from "./lower-template.ts";
import { dialects, intern, lowerText, report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";
import { mergeSpecs } from "./merge-template.ts";
import { createName, createSurroundings } from "./surroundings.ts";
import { collectStored, createSpace, createSpaces, storedKey } from "./template-source.ts";
import type { StoredTemplates, TemplateSpace } from "./template-source.ts";

export interface LoweredDocument {
  /** Absent when there are errors. */
  readonly plan?: Plan;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly diagnostics: readonly Diagnostic[];
}

/** The spec that is run, and where its templates stand. */
interface Source {
  readonly meta: ObjectMeta;
  readonly spec: WorkflowSpec;
  readonly specPath: Pointer;
  readonly document: ArgoDocument;
}

/** Lowers `document`; `others` are the documents that it may refer to. */
export function lowerDocument(document: ArgoDocument, others: readonly ArgoDocument[], submission: Submission): LoweredDocument {
  const stored = collectStored(others);
  const own = readSource(document);
  const name = createName(own.meta, submission);
  const diagnostics: Diagnostic[] = [];
  const desk = createDesk(own, others, stored, submission, diagnostics);
  const { spec, space } = resolveSpec(desk, own, stored);
  const labels = { ...own.meta.labels, ...templateLabels(own.spec), ...spec.workflowMetadata?.labels, ...submission.labels };
  const annotations = { ...own.meta.annotations, ...spec.workflowMetadata?.annotations, ...submission.annotations };
  const full: Lowering = { ...desk, ...settingsOf(spec) };
  const plan = lowerPlan(full, own, spec, space, submission, { name, labels, annotations });
  const isBad = diagnostics.some(({ severity }) => severity === "error");
  return { ...(isBad || plan === undefined ? {} : { plan }), name, labels, annotations, diagnostics };
}

function readSource(document: ArgoDocument): Source {
  switch (document.kind) {
    case "Workflow":
      return { meta: document.value.metadata ?? {}, spec: document.value.spec ?? {}, specPath: ["spec"], document };
    case "WorkflowTemplate":
    case "ClusterWorkflowTemplate": {
      const { name, namespace } = document.value.metadata ?? {};
      const meta = { ...(name === undefined ? {} : { generateName: `${name}-` }), ...(namespace === undefined ? {} : { namespace }) };
      return { meta, spec: document.value.spec ?? {}, specPath: ["spec"], document };
    }
    case "CronWorkflow": {
      const { spec, metadata } = document.value;
      const { labels, annotations } = spec?.workflowMetadata ?? {};
      const meta = {
        ...(metadata?.name === undefined ? {} : { generateName: `${metadata.name}-` }),
        ...(metadata?.namespace === undefined ? {} : { namespace: metadata.namespace }),
        labels: { ...labels, ...(metadata?.name === undefined ? {} : { "workflows.argoproj.io/cron-workflow": metadata.name }) },
        annotations: { ...annotations },
      };
      return { meta, spec: spec?.workflowSpec ?? {}, specPath: ["spec", "workflowSpec"], document };
    }
    case "WorkflowEventBinding":
    case "Other":
      return { meta: {}, spec: {}, specPath: [], document };
  }
}

function createDesk(
  source: Source,
  others: readonly ArgoDocument[],
  stored: StoredTemplates,
  submission: Submission,
  diagnostics: Diagnostic[],
): Lowering {
  return {
    around: createSurroundings(source.meta, others, submission),
    diagnostics,
    processes: [],
    processById: new Map(),
    queue: [],
    captured: new Set(),
    captureAll: false,
    namedCalls: false,
    needsConfigMaps: false,
    spaces: createSpaces(stored),
    templateDefaults: undefined,
    defaultRetry: undefined,
    runVolumes: [],
    claimNames: new Set(),
    texts: new Map(),
    expressions: new Map(),
    warned: new Set(),
    defaultedPorts: new WeakMap(),
  };
}

function settingsOf(spec: WorkflowSpec): Pick<Lowering, "templateDefaults" | "defaultRetry" | "runVolumes" | "claimNames"> {
  return {
    templateDefaults: spec.templateDefaults,
    defaultRetry: spec.retryStrategy,
    runVolumes: spec.volumes ?? [],
    claimNames: new Set((spec.volumeClaimTemplates ?? []).map((claim) => claim.metadata?.name ?? "")),
  };
}

/** Puts the spec of the stored template under the document's own when it has a workflowTemplateRef. */
function resolveSpec(desk: Lowering, own: Source, stored: StoredTemplates): { readonly spec: WorkflowSpec; readonly space: TemplateSpace } {
  const { document, specPath } = own;
  const ref = own.spec.workflowTemplateRef;
  if (ref === undefined) {
    return { spec: own.spec, space: createSpace("", own.spec.templates ?? [], document, [...specPath, "templates"]) };
  }
  const found = stored.get(storedKey(ref.name ?? "", ref.clusterScope));
  if (found === undefined) {
    const kind = ref.clusterScope === true ? "ClusterWorkflowTemplate" : "WorkflowTemplate";
    report(desk, "error", "argo/unknown-workflow-template", `${kind} ${JSON.stringify(ref.name ?? "")} not found`,
      { document, path: [...specPath, "workflowTemplateRef"] }, "store it, or give its file together with this one");
    return { spec: own.spec, space: createSpace("", [], document, specPath) };
  }
  const under = found.value.spec ?? {};
  return { spec: mergeSpecs(own.spec, under), space: createSpace("", under.templates ?? [], found, ["spec", "templates"]) };
}

function templateLabels(spec: WorkflowSpec): TextMap {
  const ref = spec.workflowTemplateRef;
  if (ref?.name === undefined) return {};
  const key = ref.clusterScope === true ? "cluster-workflow-template" : "workflow-template";
  return { [`workflows.argoproj.io/${key}`]: ref.name };
}

interface Identity {
  readonly name: string;
  readonly labels: TextMap;
  readonly annotations: TextMap;
}

function lowerPlan(
  desk: Lowering,
  own: Source,
  spec: WorkflowSpec,
  space: TemplateSpace,
  submission: Submission,
  identity: Identity,
): Plan | undefined {
  const place: Place = { document: own.document, path: own.specPath };
  const at = (field: string): Place => ({ document: own.document, path: [...own.specPath, field] });
  const entrypoint = submission.entrypoint ?? spec.entrypoint ?? "";
  const source = space.byName.get(entrypoint);
  if (source === undefined) {
    if (desk.diagnostics.some(({ code }) => code === "argo/unknown-workflow-template")) return undefined;
    const message = entrypoint === "" ? "spec.entrypoint is required" : `spec.entrypoint template name '${entrypoint}' undefined`;
    report(desk, "error", "argo/unknown-entrypoint", message, at("entrypoint"));
    return undefined;
  }
  const entry = reserveProcess(desk, space, entrypoint, source);
  const values = lowerValues(desk, spec, submission, at("arguments"));
  const entryArguments = lowerEntryArguments(desk, spec, Object.keys(values), at("arguments"));
  const hooks = lowerHooks(desk, spec.hooks, spec.onExit, { space, owner: undefined, usual: entryArguments, place });
  warnAboutHints(desk, spec, place);
  const policy = lowerRunPolicy(desk, spec, at("synchronization"));
  const processes = lowerProcesses(desk, entryArguments);
  return {
    language: "argo",
    processes,
    entry,
    arguments: entryArguments,
    values,
    labels: lowerLabels(desk, spec),
    files: {},
    hooks,
    policy,
    notes: describeRun(own, spec, entrypoint, desk, identity),
  };
}

/** Lowers everything that is reserved; lowering reserves more. Standard outputs are kept where somebody needs them. */
function lowerProcesses(desk: Lowering, entryArguments: readonly Argument[]): readonly Process[] {
  const lowered: Process[] = [];
  for (let next = 0; next < desk.queue.length; next += 1) {
    const pending = desk.queue[next];
    if (pending !== undefined) lowered[pending.index] = lowerTemplate(desk, pending, entryArguments);
  }
  return lowered.map((process, index) =>
    process.body.kind === "task" && (desk.captureAll || desk.captured.has(index))
      ? { ...process, body: { kind: "task", task: { ...process.body.task, captureResult: true } } }
      : process,
  );
}

/** Values of the workflow's parameters, those of the submission over the document's. */
function lowerValues(desk: Lowering, spec: WorkflowSpec, submission: Submission, place: Place): Record<string, Dynamic<string>> {
  const values: Record<string, Dynamic<string>> = Object.create(null) as Record<string, Dynamic<string>>;
  for (const [index, parameter] of (spec.arguments?.parameters ?? []).entries()) {
    const { name = "" } = parameter;
    const at: Place = { document: place.document, path: [...place.path, "parameters", index] };
    const given = Object.hasOwn(submission.parameters, name) ? submission.parameters[name] : undefined;
    const text = given ?? readParameterText(desk, parameter, at);
    if (text === undefined) {
      report(desk, "error", "argo/missing-parameter", `spec.arguments.${name}.value or spec.arguments.${name}.valueFrom is required`, at,
        `give it with --parameter ${name}=...`);
    } else if (parameter.enum !== undefined && !parameter.enum.includes(text)) {
      report(desk, "error", "argo/value-not-allowed",
        `value ${JSON.stringify(text)} of parameter ${name} is not one of ${parameter.enum.join(", ")}`, at);
    } else values[name] = lowerText(desk, text);
  }
  for (const [name, text] of Object.entries(submission.parameters)) values[name] ??= lowerText(desk, text);
  return values;
}

function lowerEntryArguments(desk: Lowering, spec: WorkflowSpec, names: readonly string[], place: Place): readonly Argument[] {
  const parameters = names.map(
    (name): Argument => ({
      port: name,
      kind: "value",
      value: lowerText(desk, `{{workflow.parameters.${name}}}`),
      optional: false,
    }),
  );
  const artifacts = (spec.arguments?.artifacts ?? []).flatMap((artifact, index): readonly Argument[] => {
    const at: Place = { document: place.document, path: [...place.path, "artifacts", index] };
    const value = lowerArtifactSource(desk, artifact, at);
    return value === undefined ? [] : [{ port: artifact.name ?? "", kind: "file", value, optional: true }];
  });
  return [...parameters, ...artifacts];
}

function lowerRunPolicy(desk: Lowering, spec: WorkflowSpec, syncPlace: Place): RunPolicy {
  const { parallelism, activeDeadlineSeconds, synchronization, suspend } = spec;
  const locks = synchronization === undefined ? [] : lowerLocks(desk, synchronization, syncPlace);
  return {
    ...(parallelism === undefined || parallelism <= 0 ? {} : { attemptsAtMost: parallelism }),
    ...(activeDeadlineSeconds === undefined ? {} : { deadlineMs: activeDeadlineSeconds * 1000 }),
    ...(locks.length === 0 ? {} : { locks }),
    ...(suspend === true ? { suspended: true } : {}),
  };
}

function lowerLabels(desk: Lowering, spec: WorkflowSpec): Record<string, Dynamic<string>> {
  const labels: Record<string, Dynamic<string>> = {};
  for (const [name, { expression }] of Object.entries(spec.workflowMetadata?.labelsFrom ?? {})) {
    labels[name] = intern(desk, dialects.expr, expression ?? "", "text");
  }
  return labels;
}

/** Fields of a workflow that change what happens in a cluster and nothing here. */
const hints = ["podSpecPatch", "hostNetwork", "hostAliases", "dnsConfig", "securityContext", "executorPlugins", "metrics"] as const;

function warnAboutHints(desk: Lowering, spec: WorkflowSpec, place: Place): void {
  for (const field of hints) {
    if (spec[field] === undefined) continue;
    report(desk, "warning", "argo/no-effect", `${field} has no effect here`, { document: place.document, path: [...place.path, field] });
  }
}

/** What the evaluator and the views of this language need to know of the document. */
function describeRun(own: Source, spec: WorkflowSpec, entrypoint: string, desk: Lowering, identity: Identity): JsonObject {
  const { ttlStrategy, podGC, archiveLogs, artifactGC, priority, serviceAccountName } = spec;
  const kept: Record<string, Json | undefined> = {
    ttlStrategy: ttlStrategy as Json | undefined,
    podGC: podGC as Json | undefined,
    artifactGC: artifactGC as Json | undefined,
    archiveLogs,
    priority,
  };
  return {
    namespace: desk.around.namespace,
    entrypoint,
    serviceAccountName: serviceAccountName ?? "default",
    labels: identity.labels,
    annotations: identity.annotations,
    kind: own.document.kind,
    ...(own.spec.workflowTemplateRef?.name === undefined
      ? {}
      : { templateScope: `${own.spec.workflowTemplateRef.clusterScope === true ? "cluster" : "namespaced"}/${own.spec.workflowTemplateRef.name}` }),
    ...(desk.needsConfigMaps
      ? { configMaps: Object.fromEntries([...desk.around.configMaps].map(([name, texts]) => [name, Object.fromEntries(texts)])) }
      : {}),
    ...Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
  } as JsonObject;
}

