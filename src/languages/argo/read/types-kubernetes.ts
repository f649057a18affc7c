/**
 * The Kubernetes objects that Argo documents embed, as they are after reading: containers, environment,
 * mounts, volumes, claims, object metadata.
 * Names and shapes follow the Kubernetes core/v1 API. Parts that only Kubernetes itself looks into
 * (affinity, probes, security contexts ...) stay JSON objects: they are handed on, never interpreted.
 * A field whose document value is null is absent here, as it is for Go.
 */
import type { JsonObject } from "../../../base/json.ts";

/** Free text by key: labels, annotations. The object has no prototype. */
export type TextMap = { readonly [key: string]: string };

/** An integer, or text (a number, a percentage, or text with tags); see Kubernetes IntOrString. */
export type IntOrText = number | string;

export interface ObjectMeta {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly labels?: TextMap;
  readonly annotations?: TextMap;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly selfLink?: string;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly JsonObject[];
  readonly managedFields?: readonly JsonObject[];
}

/** Names one key of a Secret or a ConfigMap. */
export interface KeySelector {
  readonly name?: string;
  readonly key?: string;
  readonly optional?: boolean;
}

export interface LocalObjectReference {
  readonly name?: string;
}

export interface EnvVar {
  readonly name?: string;
  readonly value?: string;
  readonly valueFrom?: EnvVarSource;
}

export interface EnvVarSource {
  readonly configMapKeyRef?: KeySelector;
  readonly secretKeyRef?: KeySelector;
  readonly fieldRef?: FieldRef;
  readonly resourceFieldRef?: ResourceFieldRef;
  readonly fileKeyRef?: JsonObject;
}

export interface FieldRef {
  readonly apiVersion?: string;
  readonly fieldPath?: string;
}

export interface ResourceFieldRef {
  readonly containerName?: string;
  readonly resource?: string;
  readonly divisor?: string;
}

export interface EnvFromSource {
  readonly prefix?: string;
  readonly configMapRef?: { readonly name?: string; readonly optional?: boolean };
  readonly secretRef?: { readonly name?: string; readonly optional?: boolean };
}

export interface VolumeMount {
  readonly name?: string;
  readonly mountPath?: string;
  readonly subPath?: string;
  readonly subPathExpr?: string;
  readonly readOnly?: boolean;
  readonly recursiveReadOnly?: string;
  readonly mountPropagation?: string;
}

/** Amounts by resource name, as text (`500m`, `1Gi`). */
export interface ResourceRequirements {
  readonly limits?: TextMap;
  readonly requests?: TextMap;
  readonly claims?: readonly { readonly name?: string; readonly request?: string }[];
}

export interface ContainerPort {
  readonly name?: string;
  readonly containerPort?: number;
  readonly hostPort?: number;
  readonly hostIP?: string;
  readonly protocol?: string;
}

export interface Probe {
  readonly exec?: { readonly command?: readonly string[] };
  readonly httpGet?: HttpGetAction;
  readonly tcpSocket?: { readonly port?: IntOrText; readonly host?: string };
  readonly grpc?: { readonly port?: number; readonly service?: string };
  readonly initialDelaySeconds?: number;
  readonly timeoutSeconds?: number;
  readonly periodSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
  readonly terminationGracePeriodSeconds?: number;
}

export interface HttpGetAction {
  readonly path?: string;
  readonly port?: IntOrText;
  readonly host?: string;
  readonly scheme?: string;
  readonly httpHeaders?: readonly { readonly name?: string; readonly value?: string }[];
}

/** Kubernetes core/v1 Container. */
export interface Container {
  readonly name?: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env?: readonly EnvVar[];
  readonly envFrom?: readonly EnvFromSource[];
  readonly ports?: readonly ContainerPort[];
  readonly resources?: ResourceRequirements;
  readonly resizePolicy?: readonly JsonObject[];
  readonly restartPolicy?: string;
  readonly restartPolicyRules?: readonly JsonObject[];
  readonly volumeMounts?: readonly VolumeMount[];
  readonly volumeDevices?: readonly { readonly name?: string; readonly devicePath?: string }[];
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly startupProbe?: Probe;
  readonly lifecycle?: JsonObject;
  readonly terminationMessagePath?: string;
  readonly terminationMessagePolicy?: string;
  readonly imagePullPolicy?: string;
  readonly securityContext?: JsonObject;
  readonly stdin?: boolean;
  readonly stdinOnce?: boolean;
  readonly tty?: boolean;
}

export interface KeyToPath {
  readonly key?: string;
  readonly path?: string;
  readonly mode?: number;
}

/** One of the things that a projected volume puts together. */
export interface ProjectedPart {
  readonly configMap?: ProjectedObject;
  readonly secret?: ProjectedObject;
  readonly downwardAPI?: DownwardSource;
  readonly serviceAccountToken?: JsonObject;
  readonly clusterTrustBundle?: JsonObject;
  readonly podCertificate?: JsonObject;
}

export interface ProjectedObject {
  readonly name?: string;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
}

export interface DownwardSource {
  readonly items?: readonly DownwardFile[];
  readonly defaultMode?: number;
}

export interface DownwardFile {
  readonly path?: string;
  readonly fieldRef?: FieldRef;
  readonly resourceFieldRef?: ResourceFieldRef;
  readonly mode?: number;
}

/** Kubernetes core/v1 Volume. Sources that only a cluster can mount stay JSON objects. */
export interface Volume {
  readonly name?: string;
  readonly emptyDir?: { readonly medium?: string; readonly sizeLimit?: string };
  readonly hostPath?: { readonly path?: string; readonly type?: string };
  readonly configMap?: {
    readonly name?: string;
    readonly items?: readonly KeyToPath[];
    readonly defaultMode?: number;
    readonly optional?: boolean;
  };
  readonly secret?: {
    readonly secretName?: string;
    readonly items?: readonly KeyToPath[];
    readonly defaultMode?: number;
    readonly optional?: boolean;
  };
  readonly persistentVolumeClaim?: { readonly claimName?: string; readonly readOnly?: boolean };
  readonly ephemeral?: { readonly volumeClaimTemplate?: PersistentVolumeClaim };
  readonly projected?: { readonly sources?: readonly ProjectedPart[]; readonly defaultMode?: number };
  readonly downwardAPI?: DownwardSource;
  readonly csi?: JsonObject;
  readonly nfs?: JsonObject;
  readonly image?: JsonObject;
  readonly gcePersistentDisk?: JsonObject;
  readonly awsElasticBlockStore?: JsonObject;
  readonly gitRepo?: JsonObject;
  readonly iscsi?: JsonObject;
  readonly glusterfs?: JsonObject;
  readonly rbd?: JsonObject;
  readonly flexVolume?: JsonObject;
  readonly cinder?: JsonObject;
  readonly cephfs?: JsonObject;
  readonly flocker?: JsonObject;
  readonly fc?: JsonObject;
  readonly azureFile?: JsonObject;
  readonly azureDisk?: JsonObject;
  readonly vsphereVolume?: JsonObject;
  readonly quobyte?: JsonObject;
  readonly portworxVolume?: JsonObject;
  readonly scaleIO?: JsonObject;
  readonly storageos?: JsonObject;
  readonly photonPersistentDisk?: JsonObject;
}

export interface PersistentVolumeClaim {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: ObjectMeta;
  readonly spec?: PersistentVolumeClaimSpec;
  readonly status?: JsonObject;
}

export interface PersistentVolumeClaimSpec {
  readonly accessModes?: readonly string[];
  readonly resources?: ResourceRequirements;
  readonly storageClassName?: string;
  readonly volumeMode?: string;
  readonly volumeName?: string;
  readonly volumeAttributesClassName?: string;
  readonly selector?: JsonObject;
  readonly dataSource?: JsonObject;
  readonly dataSourceRef?: JsonObject;
}
