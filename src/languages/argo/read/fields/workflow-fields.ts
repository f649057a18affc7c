/**
 * Field tables of the Argo document kinds and their specs (Argo fields.md, Workflow to WorkflowEventBinding).
 * Notation: see `field-types.ts`. `status` is accepted and left out: only an engine writes it.
 */
export const workflowFields = `
documentHead: apiVersion text, kind text, metadata ObjectMeta, status ignored
Workflow: ...documentHead, spec WorkflowSpec
WorkflowTemplate: ...documentHead, spec WorkflowSpec
CronWorkflow: ...documentHead, spec CronWorkflowSpec
WorkflowEventBinding: ...documentHead, spec WorkflowEventBindingSpec
WorkflowSpec:
  entrypoint text
  arguments Arguments
  templates [Template]
  templateDefaults Template
  workflowTemplateRef WorkflowTemplateRef
  onExit text
  hooks {LifecycleHook}
  parallelism int
  retryStrategy RetryStrategy
  activeDeadlineSeconds int
  suspend bool
  shutdown text
  synchronization Synchronization
  metrics Metrics
  priority int
  workflowMetadata WorkflowMetadata
  podMetadata Metadata
  volumes [Volume]
  volumeClaimTemplates [PersistentVolumeClaim]
  volumeClaimGC VolumeClaimGC
  archiveLogs bool
  artifactRepositoryRef ArtifactRepositoryRef
  artifactGC WorkflowLevelArtifactGC
  podGC PodGC
  ttlStrategy TtlStrategy
  executorPlugins [jsonObject]
  imagePullSecrets [LocalObjectReference]
  podPriorityClassName text
  podPriority removed
  podDisruptionBudget jsonObject
  hostNetwork bool
  dnsPolicy text
  dnsConfig jsonObject
  ...placement
CronWorkflowSpec:
  schedules [text]
  schedule old:schedules:text
  timezone text
  concurrencyPolicy text
  startingDeadlineSeconds int
  suspend bool
  when text
  stopStrategy StopStrategy
  successfulJobsHistoryLimit int
  failedJobsHistoryLimit int
  workflowMetadata ObjectMeta
  workflowSpec WorkflowSpec
StopStrategy: expression text
WorkflowEventBindingSpec: event Event, submit Submit
Event: selector text
Submit: workflowTemplateRef WorkflowTemplateRef, arguments Arguments, metadata ObjectMeta
WorkflowTemplateRef: name text, clusterScope bool
WorkflowMetadata: labels {text}, annotations {text}, labelsFrom {LabelValueFrom}
LabelValueFrom: expression text
VolumeClaimGC: strategy text
ArtifactRepositoryRef: configMap text, key text
PodGC: strategy text, labelSelector jsonObject, deleteDelayDuration text
TtlStrategy: secondsAfterCompletion int, secondsAfterSuccess int, secondsAfterFailure int
# The annotation millrace/callbacks (read-callbacks.ts), which Argo does not look into.
Callback:
  name text
  when [text]
  expression text
  http HttpTemplate
  workflow NextWorkflow
  retryStrategy CallbackRetry
NextWorkflow: workflowTemplateRef WorkflowTemplateRef, arguments NextArguments, payload text
NextArguments: parameters [NextParameter]
NextParameter: name text, value anyText
CallbackRetry: limit intOrText, backoff CallbackBackoff
CallbackBackoff: duration text, factor intOrText, cap text
`;
