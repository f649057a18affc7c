/**
 * Templates and what they are made of, as they are after reading.
 * Shapes follow Argo's fields.md. Every field is optional, because a document may leave out anything;
 * `check` says what is missing. Text that may hold tags is kept exactly as written.
 */
import type { Json, JsonObject } from "../../../base/json.ts";
import type { Artifact, ArtifactLocation, Metadata } from "./types-artifact.ts";
import type {
  Container,
  IntOrText,
  KeySelector,
  ResourceRequirements,
  TextMap,
  Volume,
  VolumeMount,
} from "./types-kubernetes.ts";

/** One template. Exactly one of the ten kinds of body is set in a valid document. */
export interface Template {
  readonly name?: string;
  readonly inputs?: Inputs;
  readonly outputs?: Outputs;
  readonly container?: Container;
  readonly script?: ScriptTemplate;
  /** Groups run one after another, the members of a group together. */
  readonly steps?: readonly (readonly WorkflowStep[])[];
  readonly dag?: DagTemplate;
  readonly suspend?: SuspendTemplate;
  readonly http?: HttpTemplate;
  readonly resource?: ResourceTemplate;
  readonly data?: DataTemplate;
  readonly plugin?: JsonObject;
  readonly containerSet?: ContainerSetTemplate;
  readonly retryStrategy?: RetryStrategy;
  /** Go duration text. */
  readonly timeout?: string;
  /** Go duration text. */
  readonly pendingTimeout?: string;
  readonly activeDeadlineSeconds?: IntOrText;
  readonly parallelism?: number;
  readonly failFast?: boolean;
  readonly synchronization?: Synchronization;
  readonly memoize?: Memoize;
  readonly metrics?: Metrics;
  readonly daemon?: boolean;
  readonly sidecars?: readonly UserContainer[];
  readonly initContainers?: readonly UserContainer[];
  readonly volumes?: readonly Volume[];
  readonly archiveLocation?: ArtifactLocation;
  readonly metadata?: Metadata;
  readonly annotations?: TextMap;
  readonly executor?: ExecutorConfig;
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly nodeSelector?: TextMap;
  readonly affinity?: JsonObject;
  readonly tolerations?: readonly JsonObject[];
  readonly schedulerName?: string;
  readonly priorityClassName?: string;
  readonly priority?: number;
  readonly podSpecPatch?: string;
  readonly podResources?: ResourceRequirements;
  readonly resourceClaims?: readonly JsonObject[];
  readonly hostAliases?: readonly JsonObject[];
  readonly securityContext?: JsonObject;
}

/** How a step or task names what it runs; exactly one of the three is set in a valid document. */
export interface TemplateCall {
  readonly template?: string;
  readonly templateRef?: TemplateRef;
  readonly inline?: Template;
}

/** What steps and dag tasks have in common. */
export interface Invocation extends TemplateCall {
  readonly name?: string;
  readonly arguments?: Arguments;
  readonly when?: string;
  readonly withItems?: readonly Json[];
  readonly withParam?: string;
  readonly withSequence?: Sequence;
  readonly continueOn?: ContinueOn;
  readonly hooks?: LifecycleHooks;
  /** Deprecated form of `hooks.exit`, without arguments. */
  readonly onExit?: string;
}

/** A member of a steps group. */
export type WorkflowStep = Invocation;

export interface DagTask extends Invocation {
  readonly depends?: string;
  readonly dependencies?: readonly string[];
}

export interface DagTemplate {
  readonly tasks?: readonly DagTask[];
  /** Absent means true. */
  readonly failFast?: boolean;
  /** Task names parted by blanks; may hold tags. */
  readonly target?: string;
}

/** Hooks by name; `exit` runs when the node or run has ended. The object has no prototype. */
export type LifecycleHooks = { readonly [name: string]: LifecycleHook };

export interface LifecycleHook {
  readonly template?: string;
  readonly templateRef?: TemplateRef;
  readonly arguments?: Arguments;
  readonly expression?: string;
}

export interface TemplateRef {
  readonly name?: string;
  readonly template?: string;
  readonly clusterScope?: boolean;
}

export interface ContinueOn {
  readonly failed?: boolean;
  readonly error?: boolean;
}

export interface Sequence {
  readonly count?: IntOrText;
  readonly start?: IntOrText;
  readonly end?: IntOrText;
  readonly format?: string;
}

export interface Arguments {
  readonly parameters?: readonly Parameter[];
  readonly artifacts?: readonly Artifact[];
}

export type Inputs = Arguments;

export interface Outputs extends Arguments {
  readonly result?: string;
  readonly exitCode?: string;
}

/** Values are text: a number or boolean in the document became the text Go's JSON gives it. */
export interface Parameter {
  readonly name?: string;
  readonly value?: string;
  readonly default?: string;
  readonly valueFrom?: ValueFrom;
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly globalName?: string;
}

export interface ValueFrom {
  readonly path?: string;
  readonly parameter?: string;
  readonly expression?: string;
  readonly default?: string;
  readonly supplied?: JsonObject;
  readonly configMapKeyRef?: KeySelector;
  readonly event?: string;
  readonly jsonPath?: string;
  readonly jqFilter?: string;
}

/** A container with a `source` text that is written to a file whose path is added to `command`. */
export interface ScriptTemplate extends Container {
  readonly source?: string;
}

export interface UserContainer extends Container {
  readonly mirrorVolumeMounts?: boolean;
}

export interface ContainerSetTemplate {
  readonly containers?: readonly ContainerNode[];
  readonly retryStrategy?: { readonly duration?: string; readonly retries?: IntOrText };
  readonly volumeMounts?: readonly VolumeMount[];
}

export interface ContainerNode extends Container {
  readonly dependencies?: readonly string[];
}

export interface SuspendTemplate {
  /** Seconds as a number, or Go duration text; may hold tags. */
  readonly duration?: string;
}

export interface HttpTemplate {
  readonly url?: string;
  readonly method?: string;
  readonly headers?: readonly HttpHeader[];
  readonly body?: string;
  /** `bytes` is base64 text. */
  readonly bodyFrom?: { readonly bytes?: string };
  readonly timeoutSeconds?: number;
  readonly successCondition?: string;
  readonly insecureSkipVerify?: boolean;
}

export interface HttpHeader {
  readonly name?: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef?: KeySelector };
}

export interface ResourceTemplate {
  readonly action?: string;
  readonly manifest?: string;
  readonly manifestFrom?: { readonly artifact?: Artifact };
  readonly mergeStrategy?: string;
  readonly flags?: readonly string[];
  readonly setOwnerReference?: boolean;
  readonly successCondition?: string;
  readonly failureCondition?: string;
}

export interface DataTemplate {
  readonly source?: { readonly artifactPaths?: Artifact };
  readonly transformation?: readonly { readonly expression?: string }[];
}

export interface RetryStrategy {
  readonly limit?: IntOrText;
  readonly retryPolicy?: string;
  readonly expression?: string;
  readonly backoff?: Backoff;
  readonly affinity?: JsonObject;
}

export interface Backoff {
  readonly duration?: string;
  readonly factor?: IntOrText;
  readonly cap?: string;
  readonly maxDuration?: string;
}

/** Old `mutex` and `semaphore` have become one-element lists. */
export interface Synchronization {
  readonly mutexes?: readonly Mutex[];
  readonly semaphores?: readonly SemaphoreRef[];
}

export interface Mutex {
  readonly name?: string;
  readonly namespace?: string;
  readonly database?: boolean;
}

export interface SemaphoreRef {
  readonly configMapKeyRef?: KeySelector;
  readonly database?: { readonly key?: string };
  readonly namespace?: string;
}

export interface Memoize {
  readonly key?: string;
  readonly maxAge?: string;
  readonly cache?: { readonly configMap?: KeySelector };
}

export interface Metrics {
  readonly prometheus?: readonly PrometheusMetric[];
}

export interface PrometheusMetric {
  readonly name?: string;
  readonly help?: string;
  readonly labels?: readonly { readonly key?: string; readonly value?: string }[];
  readonly when?: string;
  readonly counter?: { readonly value?: string };
  readonly gauge?: { readonly value?: string; readonly realtime?: boolean; readonly operation?: string };
  readonly histogram?: { readonly value?: string; readonly buckets?: readonly number[] };
}

export interface ExecutorConfig {
  readonly serviceAccountName?: string;
}
