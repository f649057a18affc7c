/**
 * From a document and its submission to a plan: who is called first, with which values, under which rules.
 * WorkflowTemplates and CronWorkflows can be submitted as well; their spec is then run under a made-up name.
 */
import type { Diagnostic } from "../../../base/diagnostic.ts";
import type { Json, JsonObject } from "../../../base/json.ts";
import type { Argument, Plan, Process } from "../../../model/plan/plan.ts";
import type { Compiled, Submission } from "../../../model/run/language.ts";
import type { ArgoDocument, TextMap, WorkflowSpec } from "../read/types.ts";
import { findRepository } from "./find-repository.ts";
import { callbacksAnnotation } from "../read/read-callbacks.ts";
import { lowerCallbacks } from "./lower-callbacks.ts";
import { reserveProcess } from "./lower-call.ts";
import { lowerHooks } from "./lower-hooks.ts";
import { collectRunHints, noteHints, reportHints } from "./lower-hints.ts";
import { lowerEntryArguments, lowerLabels, lowerRunPolicy, lowerValues } from "./lower-run.ts";
import { lowerMetrics } from "./lower-metrics.ts";
import { lowerTemplate } from "./lower-template.ts";
import { locate, report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";
import { readSource, resolveSpec, templateLabels } from "./resolve-spec.ts";
import type { Source } from "./resolve-spec.ts";
import { displayNameAnnotation } from "../view/given-name.ts";
import { createName, createSurroundings } from "./surroundings.ts";
import { collectStored, createSpaces } from "./template-source.ts";
import type { StoredTemplates } from "./template-source.ts";
import type { TemplateSpace } from "./template-space.ts";

export interface LoweredDocument {
  /** Absent when there are errors. */
  readonly plan?: Plan;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly diagnostics: readonly Diagnostic[];
  readonly drivers: NonNullable<Compiled["drivers"]>;
  readonly hostPaths: NonNullable<Compiled["hostPaths"]>;
  readonly openLimits: NonNullable<Compiled["openLimits"]>;
}

/** Lowers `document`; `others` are the documents that it may refer to. */
export function lowerDocument(
  document: ArgoDocument,
  others: readonly ArgoDocument[],
  submission: Submission,
): LoweredDocument {
  const stored = collectStored(others);
  const own = readSource(document);
  const name = createName(own.meta, submission);
  const diagnostics: Diagnostic[] = [];
  const desk = createDesk(own, others, stored, submission, diagnostics);
  const { spec, space } = resolveSpec(desk, own, stored);
  const labels = {
    ...own.meta.labels,
    ...templateLabels(own.spec),
    ...spec.workflowMetadata?.labels,
    ...submission.labels,
  };
  const annotations = {
    ...own.meta.annotations,
    ...spec.workflowMetadata?.annotations,
    ...submission.annotations,
  };
  const refPlace: Place = { document: own.document, path: [...own.specPath, "artifactRepositoryRef"] };
  const repository = findRepository(desk, spec, refPlace);
  const runHints = collectRunHints(desk, spec);
  const full: Lowering = { ...desk, ...settingsOf(spec), repository, runHints };
  const plan = lowerPlan(full, own, spec, space, submission, { name, labels, annotations });
  const isBad = diagnostics.some(({ severity }) => severity === "error");
  const drivers = [...full.drivers].map(([driver, place]) => ({ driver, ...locate(place) }));
  const hostPaths = [...full.hostPaths].map(([path, place]) => ({
    path: path.replace(/:ro$/u, ""),
    readOnly: path.endsWith(":ro"),
    ...locate(place),
  }));
  return {
    ...(isBad || plan === undefined ? {} : { plan }),
    name,
    labels,
    annotations,
    diagnostics,
    drivers,
    hostPaths,
    openLimits: [...full.openLimits].map(([key, warning]) => ({ key, warning })),
  };
}

function createDesk(
  source: Source,
  others: readonly ArgoDocument[],
  stored: StoredTemplates,
  submission: Submission,
  diagnostics: Diagnostic[],
): Lowering {
  return {
    around: createSurroundings(source.meta, others, submission, diagnostics),
    diagnostics,
    processes: [],
    processById: new Map(),
    queue: [],
    captured: new Set(),
    captureAll: false,
    namedCalls: false,
    repository: undefined,
    archiveLogs: undefined,
    outputRemoval: undefined,
    drivers: new Map(),
    hostPaths: new Map(),
    needsConfigMaps: false,
    needsSecrets: false,
    spaces: createSpaces(stored),
    templateDefaults: undefined,
    defaultRetry: undefined,
    runVolumes: [],
    runPodPatch: undefined,
    runPodMetadata: undefined,
    claimNames: new Set(),
    knownValues: new Map(),
    texts: new Map(),
    expressions: new Map(),
    warned: new Set(),
    openLimits: new Map(),
    withoutEffect: new Map(),
    runHints: {},
    defaultedPorts: new WeakMap(),
  };
}

function settingsOf(
  spec: WorkflowSpec,
): Pick<
  Lowering,
  | "templateDefaults"
  | "defaultRetry"
  | "runVolumes"
  | "runPodPatch"
  | "runPodMetadata"
  | "claimNames"
  | "archiveLogs"
  | "outputRemoval"
> {
  return {
    templateDefaults: spec.templateDefaults,
    defaultRetry: spec.retryStrategy,
    runVolumes: spec.volumes ?? [],
    runPodPatch: spec.podSpecPatch,
    runPodMetadata: spec.podMetadata,
    archiveLogs: spec.archiveLogs,
    outputRemoval: spec.artifactGC?.strategy,
    claimNames: new Set((spec.volumeClaimTemplates ?? []).map((claim) => claim.metadata?.name ?? "")),
  };
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
    const message =
      entrypoint === ""
        ? "spec.entrypoint is required"
        : `spec.entrypoint template name '${entrypoint}' undefined`;
    report(desk, "error", "argo/unknown-entrypoint", message, at("entrypoint"));
    return undefined;
  }
  const entry = reserveProcess(desk, space, entrypoint, source);
  const values = lowerValues(desk, spec, submission, at("arguments"));
  const entryArguments = lowerEntryArguments(desk, spec, Object.keys(values), at("arguments"));
  const hooks = lowerHooks(desk, spec.hooks, spec.onExit, {
    space,
    owner: undefined,
    usual: entryArguments,
    place,
  });
  noteHints(desk, "WorkflowSpec", spec, place);
  const policy = lowerRunPolicy(desk, spec, at("synchronization"));
  const metrics = lowerMetrics(desk, spec.metrics);
  if (metrics.needsResult) desk.captured.add(entry);
  // What was said over the document stands nowhere in it.
  const isOwn = submission.annotations?.[callbacksAnnotation] === undefined;
  const callbacks = lowerCallbacks(desk, identity.annotations, {
    document: isOwn ? own.document : undefined,
    path: ["metadata", "annotations"],
  });
  const processes = lowerProcesses(desk, entryArguments);
  reportHints(desk);
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
    origin: describeOrigin(own, identity.labels),
    ...(metrics.list.length === 0 ? {} : { metrics: metrics.list }),
    ...(callbacks.length === 0 ? {} : { callbacks }),
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

/** Labels by which Argo finds the runs of one template or schedule, for its estimates (workflow/controller/estimation). */
const originLabels = [
  "workflows.argoproj.io/workflow-template",
  "workflows.argoproj.io/cluster-workflow-template",
  "workflows.argoproj.io/cron-workflow",
] as const;

/** Runs of one template or schedule do the same work; so, probably, do runs whose names begin alike. */
function describeOrigin({ document, meta, spec }: Source, labels: TextMap): string {
  for (const label of originLabels) {
    const value = labels[label];
    if (value !== undefined) return `${label.slice(label.indexOf("/") + 1)}/${value}`;
  }
  const ref = spec.workflowTemplateRef;
  if (ref?.name !== undefined)
    return `${ref.clusterScope === true ? "cluster-workflow-template" : "workflow-template"}/${ref.name}`;
  const name = meta.generateName ?? meta.name ?? "";
  return `${document.kind}/${name}`;
}

function describeTexts(objects: ReadonlyMap<string, ReadonlyMap<string, string>>): JsonObject {
  return Object.fromEntries([...objects].map(([name, texts]) => [name, Object.fromEntries(texts)]));
}

/** What the evaluator and the views of this language need to know of the document. */
function describeRun(
  own: Source,
  spec: WorkflowSpec,
  entrypoint: string,
  desk: Lowering,
  identity: Identity,
): JsonObject {
  const { ttlStrategy, podGC, archiveLogs, artifactGC, priority, serviceAccountName } = spec;
  const kept: Record<string, Json | undefined> = {
    ttlStrategy: ttlStrategy as Json | undefined,
    podGC: podGC as Json | undefined,
    artifactGC: artifactGC as Json | undefined,
    archiveLogs,
    priority,
  };
  const displayNames = desk.queue.flatMap(({ id, source: { template } }) => {
    const name =
      template.annotations?.[displayNameAnnotation] ??
      desk.templateDefaults?.annotations?.[displayNameAnnotation];
    return name === undefined || name === "" ? [] : [[id, name] as const];
  });
  return {
    ...(displayNames.length === 0 ? {} : { displayNames: Object.fromEntries(displayNames) }),
    namespace: desk.around.namespace,
    entrypoint,
    serviceAccountName: serviceAccountName ?? "default",
    labels: identity.labels,
    annotations: identity.annotations,
    kind: own.document.kind,
    ...(own.spec.workflowTemplateRef?.name === undefined
      ? {}
      : {
          templateScope: `${own.spec.workflowTemplateRef.clusterScope === true ? "cluster" : "namespaced"}/${own.spec.workflowTemplateRef.name}`,
        }),
    ...(desk.needsConfigMaps ? { configMaps: describeTexts(desk.around.configMaps) } : {}),
    ...(desk.needsConfigMaps ? { binaryData: describeTexts(desk.around.binaryData) } : {}),
    ...(desk.needsSecrets ? { secrets: describeTexts(desk.around.secrets) } : {}),
    ...Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
  } as JsonObject;
}
