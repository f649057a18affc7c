/**
 * Field tables of templates and what they are made of (Argo fields.md, Template and below).
 * Notation: see `field-types.ts`.
 */
export const templateFields = `
placement:
  executor ExecutorConfig
  serviceAccountName text
  automountServiceAccountToken bool
  nodeSelector {text}
  affinity jsonObject
  tolerations [jsonObject]
  schedulerName text
  podSpecPatch text
  podResources ResourceRequirements
  resourceClaims [jsonObject]
  hostAliases [jsonObject]
  securityContext jsonObject
Template:
  name text
  inputs Inputs
  outputs Outputs
  container Container
  script ScriptTemplate
  steps [[WorkflowStep]]
  dag DagTemplate
  suspend SuspendTemplate
  http HttpTemplate
  resource ResourceTemplate
  data DataTemplate
  plugin jsonObject
  containerSet ContainerSetTemplate
  retryStrategy RetryStrategy
  timeout text
  pendingTimeout text
  activeDeadlineSeconds intOrText
  parallelism int
  failFast bool
  synchronization Synchronization
  memoize Memoize
  metrics Metrics
  daemon bool
  sidecars [UserContainer]
  initContainers [UserContainer]
  volumes [Volume]
  archiveLocation ArtifactLocation
  metadata Metadata
  annotations {text}
  priorityClassName text
  priority int
  ...placement
Inputs: parameters [Parameter], artifacts [Artifact]
Arguments: parameters [Parameter], artifacts [Artifact]
Outputs: ...Arguments, result text, exitCode text
Parameter:
  name text
  value anyText
  default anyText
  valueFrom ValueFrom
  enum [anyText]
  description anyText
  globalName text
ValueFrom:
  path text
  parameter text
  expression text
  default anyText
  supplied jsonObject
  configMapKeyRef KeySelector
  event text
  jsonPath text
  jqFilter text
WorkflowStep:
  name text
  template text
  templateRef TemplateRef
  inline Template
  arguments Arguments
  when text
  withItems [json]
  withParam text
  withSequence Sequence
  continueOn ContinueOn
  hooks {LifecycleHook}
  onExit text
DagTask: ...WorkflowStep, depends text, dependencies [text]
DagTemplate: tasks [DagTask], failFast bool, target text
LifecycleHook: template text, templateRef TemplateRef, arguments Arguments, expression text
TemplateRef: name text, template text, clusterScope bool
ContinueOn: failed bool, error bool
Sequence: count intOrText, start intOrText, end intOrText, format text
ContainerSetTemplate:
  containers [ContainerNode]
  retryStrategy ContainerSetRetryStrategy
  volumeMounts [VolumeMount]
ContainerSetRetryStrategy: duration text, retries intOrText
SuspendTemplate: duration text
HttpTemplate:
  url text
  method text
  headers [HttpHeader]
  body text
  bodyFrom HttpBodySource
  timeoutSeconds int
  successCondition text
  insecureSkipVerify bool
HttpBodySource: bytes text
HttpHeader: name text, value text, valueFrom HttpHeaderSource
HttpHeaderSource: secretKeyRef KeySelector
ResourceTemplate:
  action text
  manifest text
  manifestFrom ManifestFrom
  mergeStrategy text
  flags [text]
  setOwnerReference bool
  successCondition text
  failureCondition text
ManifestFrom: artifact Artifact
DataTemplate: source DataSource, transformation [TransformationStep]
DataSource: artifactPaths Artifact
TransformationStep: expression text
RetryStrategy: limit intOrText, retryPolicy text, expression text, backoff Backoff, affinity jsonObject
Backoff: duration text, factor intOrText, cap text, maxDuration text
Synchronization:
  mutexes [Mutex]
  semaphores [SemaphoreRef]
  mutex old:mutexes:Mutex
  semaphore old:semaphores:SemaphoreRef
Mutex: name text, namespace text, database bool
SemaphoreRef: configMapKeyRef KeySelector, database DatabaseKey, namespace text
DatabaseKey: key text
Memoize: key text, maxAge text, cache Cache
Cache: configMap KeySelector
Metrics: prometheus [PrometheusMetric]
PrometheusMetric:
  name text
  help text
  labels [KeyValue]
  when text
  counter Counter
  gauge Gauge
  histogram Histogram
Counter: value text
Gauge: value text, realtime bool, operation text
Histogram: value text, buckets [number]
ExecutorConfig: serviceAccountName text
`;
