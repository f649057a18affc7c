/**
 * Field tables of the Kubernetes objects that Argo documents embed (Kubernetes core/v1 and meta/v1 API).
 * Notation: see `field-types.ts`.
 * `json` marks parts that only a cluster interprets: any JSON value is accepted there.
 */
export const kubernetesFields = `
ObjectMeta:
  name text
  generateName text
  namespace text
  labels {text}
  annotations {text}
  uid text
  resourceVersion text
  generation int
  creationTimestamp text
  deletionTimestamp text
  deletionGracePeriodSeconds int
  selfLink text
  finalizers [text]
  ownerReferences [jsonObject]
  managedFields [jsonObject]
KeySelector: name text, key text, optional bool
LocalObjectReference: name text
Container:
  name text
  image text
  command [text]
  args [text]
  workingDir text
  env [EnvVar]
  envFrom [EnvFromSource]
  ports [ContainerPort]
  resources ResourceRequirements
  resizePolicy [jsonObject]
  restartPolicy text
  restartPolicyRules [jsonObject]
  volumeMounts [VolumeMount]
  volumeDevices [VolumeDevice]
  livenessProbe Probe
  readinessProbe Probe
  startupProbe Probe
  lifecycle jsonObject
  terminationMessagePath text
  terminationMessagePolicy text
  imagePullPolicy text
  securityContext jsonObject
  stdin bool
  stdinOnce bool
  tty bool
ScriptTemplate: ...Container, source text
UserContainer: ...Container, mirrorVolumeMounts bool
ContainerNode: ...Container, dependencies [text]
EnvVar: name text, value text, valueFrom EnvVarSource
EnvVarSource:
  configMapKeyRef KeySelector
  secretKeyRef KeySelector
  fieldRef FieldRef
  resourceFieldRef ResourceFieldRef
  fileKeyRef jsonObject
FieldRef: apiVersion text, fieldPath text
ResourceFieldRef: containerName text, resource text, divisor quantity
EnvFromSource: prefix text, configMapRef OptionalReference, secretRef OptionalReference
OptionalReference: name text, optional bool
VolumeMount:
  name text
  mountPath text
  subPath text
  subPathExpr text
  readOnly bool
  recursiveReadOnly text
  mountPropagation text
VolumeDevice: name text, devicePath text
ResourceRequirements: limits {quantity}, requests {quantity}, claims [ResourceClaim]
ResourceClaim: name text, request text
ContainerPort: name text, containerPort int, hostPort int, hostIP text, protocol text
Probe:
  exec ExecAction
  httpGet HttpGetAction
  tcpSocket TcpSocketAction
  grpc GrpcAction
  initialDelaySeconds int
  timeoutSeconds int
  periodSeconds int
  successThreshold int
  failureThreshold int
  terminationGracePeriodSeconds int
ExecAction: command [text]
HttpGetAction: path text, port intOrText, host text, scheme text, httpHeaders [NameValue]
TcpSocketAction: port intOrText, host text
GrpcAction: port int, service text
NameValue: name text, value text
Volume:
  name text
  emptyDir EmptyDirSource
  hostPath HostPathSource
  configMap ConfigMapSource
  secret SecretSource
  persistentVolumeClaim ClaimSource
  ephemeral EphemeralSource
  projected ProjectedSource
  downwardAPI DownwardSource
  ...volumeSources
volumeSources:
  csi jsonObject
  nfs jsonObject
  image jsonObject
  gcePersistentDisk jsonObject
  awsElasticBlockStore jsonObject
  gitRepo jsonObject
  iscsi jsonObject
  glusterfs jsonObject
  rbd jsonObject
  flexVolume jsonObject
  cinder jsonObject
  cephfs jsonObject
  flocker jsonObject
  fc jsonObject
  azureFile jsonObject
  azureDisk jsonObject
  vsphereVolume jsonObject
  quobyte jsonObject
  portworxVolume jsonObject
  scaleIO jsonObject
  storageos jsonObject
  photonPersistentDisk jsonObject
EmptyDirSource: medium text, sizeLimit quantity
HostPathSource: path text, type text
KeyToPath: key text, path text, mode int
ConfigMapSource: name text, items [KeyToPath], defaultMode int, optional bool
SecretSource: secretName text, items [KeyToPath], defaultMode int, optional bool
ProjectedSource: sources [ProjectedPart], defaultMode int
ProjectedPart:
  configMap ProjectedObject
  secret ProjectedObject
  downwardAPI DownwardSource
  serviceAccountToken jsonObject
  clusterTrustBundle jsonObject
  podCertificate jsonObject
ProjectedObject: name text, items [KeyToPath], optional bool
DownwardSource: items [DownwardFile], defaultMode int
DownwardFile: path text, fieldRef FieldRef, resourceFieldRef ResourceFieldRef, mode int
ClaimSource: claimName text, readOnly bool
EphemeralSource: volumeClaimTemplate PersistentVolumeClaim
PersistentVolumeClaim:
  apiVersion text
  kind text
  metadata ObjectMeta
  spec PersistentVolumeClaimSpec
  status jsonObject
PersistentVolumeClaimSpec:
  accessModes [text]
  resources ResourceRequirements
  storageClassName text
  volumeMode text
  volumeName text
  volumeAttributesClassName text
  selector jsonObject
  dataSource jsonObject
  dataSourceRef jsonObject
`;
