/**
 * Argo documents as they are after reading: the types that `check` and `lower` work on.
 * Shapes follow Argo's fields.md (v4.1); parameter values are text, loop items stay JSON, fields with a null
 * value are absent, old spellings (`schedule`, `mutex`, `semaphore`) have been turned into the present ones.
 * Everything is readonly, and every field optional: reading accepts what a document leaves out.
 */
import type { SourcePosition } from "../../../base/diagnostic.ts";
import type { JsonObject } from "../../../base/json.ts";
import type { ArtifactGC, Metadata } from "./types-artifact.ts";
import type {
  ObjectMeta,
  LocalObjectReference,
  PersistentVolumeClaim,
  ResourceRequirements,
  TextMap,
  Volume,
} from "./types-kubernetes.ts";
import type {
  Arguments,
  ExecutorConfig,
  LifecycleHooks,
  Metrics,
  RetryStrategy,
  Synchronization,
  Template,
} from "./types-template.ts";

export type * from "./types-artifact.ts";
export type * from "./types-kubernetes.ts";
export type * from "./types-template.ts";

/** Field names and list indices that lead from the top of a document to a value. */
export type DocumentPath = readonly (string | number)[];

/** What every document that was read has, whatever its kind. */
interface DocumentBase {
  readonly apiVersion: string;
  /** Position of the document among those of its file, from 0; members of a List count one each. */
  readonly index: number;
  /**
   * Where a value stands, or the nearest ancestor that exists. Lazy: the first call parses the text again.
   * The position is that of the value; asked for the `field`, that of its key where the value is a map or a list,
   * because such a value may begin on a later line. With a `part`, the position is that of the first place in the
   * value where this text stands as it is; values of many lines, such as scripts, need it.
   */
  readonly locate: (path: DocumentPath, at?: "value" | "field", part?: string) => SourcePosition;
  /** The source line of a position, cut to a readable length. */
  readonly excerpt: (position: SourcePosition) => string;
}

export interface WorkflowDocument extends DocumentBase {
  readonly kind: "Workflow";
  readonly value: Workflow;
}

export interface WorkflowTemplateDocument extends DocumentBase {
  readonly kind: "WorkflowTemplate";
  readonly value: WorkflowTemplate;
}

export interface ClusterWorkflowTemplateDocument extends DocumentBase {
  readonly kind: "ClusterWorkflowTemplate";
  readonly value: WorkflowTemplate;
}

export interface CronWorkflowDocument extends DocumentBase {
  readonly kind: "CronWorkflow";
  readonly value: CronWorkflow;
}

export interface WorkflowEventBindingDocument extends DocumentBase {
  readonly kind: "WorkflowEventBinding";
  readonly value: WorkflowEventBinding;
}

/** A Kubernetes object that is not an Argo kind but travels in the same files (ConfigMap, Secret, ...). */
export interface OtherDocument extends DocumentBase {
  readonly kind: "Other";
  /** The kind as written, for example `ConfigMap`; empty when the document has none. */
  readonly objectKind: string;
  readonly value: JsonObject;
}

/** One document of a file. */
export type ArgoDocument =
  | WorkflowDocument
  | WorkflowTemplateDocument
  | ClusterWorkflowTemplateDocument
  | CronWorkflowDocument
  | WorkflowEventBindingDocument
  | OtherDocument;

export interface Workflow {
  readonly metadata?: ObjectMeta;
  readonly spec?: WorkflowSpec;
}

/** The value of a WorkflowTemplate and of a ClusterWorkflowTemplate. */
export interface WorkflowTemplate {
  readonly metadata?: ObjectMeta;
  readonly spec?: WorkflowSpec;
}

export interface CronWorkflow {
  readonly metadata?: ObjectMeta;
  readonly spec?: CronWorkflowSpec;
}

export interface WorkflowEventBinding {
  readonly metadata?: ObjectMeta;
  readonly spec?: WorkflowEventBindingSpec;
}

export interface WorkflowSpec {
  readonly entrypoint?: string;
  readonly arguments?: Arguments;
  readonly templates?: readonly Template[];
  readonly templateDefaults?: Template;
  readonly workflowTemplateRef?: WorkflowTemplateRef;
  readonly onExit?: string;
  readonly hooks?: LifecycleHooks;
  readonly parallelism?: number;
  readonly retryStrategy?: RetryStrategy;
  readonly activeDeadlineSeconds?: number;
  readonly suspend?: boolean;
  readonly shutdown?: string;
  readonly synchronization?: Synchronization;
  readonly metrics?: Metrics;
  readonly priority?: number;
  readonly workflowMetadata?: WorkflowMetadata;
  readonly podMetadata?: Metadata;
  readonly volumes?: readonly Volume[];
  readonly volumeClaimTemplates?: readonly PersistentVolumeClaim[];
  readonly volumeClaimGC?: { readonly strategy?: string };
  readonly archiveLogs?: boolean;
  readonly artifactRepositoryRef?: { readonly configMap?: string; readonly key?: string };
  readonly artifactGC?: WorkflowLevelArtifactGC;
  readonly podGC?: PodGC;
  readonly ttlStrategy?: TtlStrategy;
  readonly executorPlugins?: readonly JsonObject[];
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly executor?: ExecutorConfig;
  readonly imagePullSecrets?: readonly LocalObjectReference[];
  readonly nodeSelector?: TextMap;
  readonly affinity?: JsonObject;
  readonly tolerations?: readonly JsonObject[];
  readonly schedulerName?: string;
  readonly podPriorityClassName?: string;
  readonly podSpecPatch?: string;
  readonly podDisruptionBudget?: JsonObject;
  readonly podResources?: ResourceRequirements;
  readonly resourceClaims?: readonly JsonObject[];
  readonly hostNetwork?: boolean;
  readonly hostAliases?: readonly JsonObject[];
  readonly dnsPolicy?: string;
  readonly dnsConfig?: JsonObject;
  readonly securityContext?: JsonObject;
}

export interface CronWorkflowSpec {
  /** An old `schedule` has become a one-element list. */
  readonly schedules?: readonly string[];
  readonly timezone?: string;
  readonly concurrencyPolicy?: string;
  readonly startingDeadlineSeconds?: number;
  readonly suspend?: boolean;
  readonly when?: string;
  readonly stopStrategy?: { readonly expression?: string };
  readonly successfulJobsHistoryLimit?: number;
  readonly failedJobsHistoryLimit?: number;
  readonly workflowMetadata?: ObjectMeta;
  readonly workflowSpec?: WorkflowSpec;
}

export interface WorkflowEventBindingSpec {
  readonly event?: { readonly selector?: string };
  readonly submit?: EventSubmit;
}

export interface EventSubmit {
  readonly workflowTemplateRef?: WorkflowTemplateRef;
  readonly arguments?: Arguments;
  readonly metadata?: ObjectMeta;
}

export interface WorkflowTemplateRef {
  readonly name?: string;
  readonly clusterScope?: boolean;
}

export interface WorkflowMetadata extends Metadata {
  readonly labelsFrom?: { readonly [label: string]: { readonly expression?: string } };
}

export interface WorkflowLevelArtifactGC extends ArtifactGC {
  readonly forceFinalizerRemoval?: boolean;
  readonly podSpecPatch?: string;
}

export interface PodGC {
  readonly strategy?: string;
  readonly labelSelector?: JsonObject;
  readonly deleteDelayDuration?: string;
}

/** Seconds after which a finished run is deleted. */
export interface TtlStrategy {
  readonly secondsAfterCompletion?: number;
  readonly secondsAfterSuccess?: number;
  readonly secondsAfterFailure?: number;
}
