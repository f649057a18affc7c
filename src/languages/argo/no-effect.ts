/**
 * Fields that are read and checked, and change nothing on one machine: the one list of them.
 * Lowering tells of them once a run and keeps them as hints for executors that could obey; `npm run docs` makes the page
 * docs/fields-without-effect.md from it, and a test holds it against the code that reads the fields.
 */

/** What fields have in common that only a cluster can obey. */
export interface NoEffectGroup {
  /** What they decide there. */
  readonly about: string;
  /** Whether a run with one of them says so. Not where nearly every document has them and nobody expects anything. */
  readonly told: boolean;
  /** Whether executors that could obey get them with the order of an attempt. */
  readonly kept: boolean;
  /** Field names by the type that has them (Argo fields.md). */
  readonly fields: Readonly<Partial<Record<NoEffectType, readonly string[]>>>;
}

/** Types of the field tables, and what a user calls what they describe. */
export const noEffectOwners = {
  WorkflowSpec: "workflow",
  Template: "template",
  Container: "container",
  RetryStrategy: "retryStrategy",
  VolumeMount: "volumeMount",
  ContainerPort: "port",
  Probe: "probe",
  GrpcAction: "grpc probe",
  EmptyDirSource: "emptyDir",
  EphemeralSource: "ephemeral volume",
  PersistentVolumeClaimSpec: "claim template",
  ArtifactGC: "artifact's artifactGC",
  WorkflowLevelArtifactGC: "workflow's artifactGC",
  HttpArtifact: "http artifact",
  ObjectMeta: "document's metadata",
} as const;

export type NoEffectType = keyof typeof noEffectOwners;

export const noEffectGroups: readonly NoEffectGroup[] = [
  {
    about: "on which machine a pod runs, and which goes first",
    told: true,
    kept: true,
    fields: {
      WorkflowSpec: [
        "nodeSelector",
        "affinity",
        "tolerations",
        "schedulerName",
        "podPriorityClassName",
        "podPriority",
        "podDisruptionBudget",
      ],
      Template: ["nodeSelector", "affinity", "tolerations", "schedulerName", "priorityClassName"],
      RetryStrategy: ["affinity"],
    },
  },
  {
    about: "how much of a machine it may use",
    told: true,
    kept: true,
    fields: {
      WorkflowSpec: ["podResources", "resourceClaims"],
      Template: ["podResources", "resourceClaims"],
      Container: ["resources", "resizePolicy", "volumeDevices"],
    },
  },
  {
    about: "what it may do there",
    told: true,
    kept: true,
    fields: {
      WorkflowSpec: ["securityContext"],
      Template: ["securityContext"],
      Container: ["securityContext"],
    },
  },
  {
    about: "its network",
    told: true,
    kept: true,
    fields: {
      WorkflowSpec: ["hostNetwork", "hostAliases", "dnsPolicy", "dnsConfig"],
      Template: ["hostAliases"],
    },
  },
  {
    about: "which programs of the cluster take part",
    told: true,
    kept: true,
    fields: { WorkflowSpec: ["executorPlugins"] },
  },
  {
    about: "what happens around a container's start and end",
    told: true,
    kept: true,
    fields: {
      Container: ["lifecycle", "livenessProbe", "startupProbe", "restartPolicy", "restartPolicyRules"],
    },
  },
  {
    about: "as whom it talks to the cluster and to registries",
    told: false,
    kept: true,
    fields: {
      WorkflowSpec: ["serviceAccountName", "automountServiceAccountToken", "executor", "imagePullSecrets"],
      Template: ["serviceAccountName", "automountServiceAccountToken", "executor"],
    },
  },
  {
    about: "its labels, and its priority among the pods of a cluster",
    told: false,
    kept: true,
    fields: { WorkflowSpec: ["podMetadata"], Template: ["metadata", "priority"] },
  },
  {
    about: "when its pods are cleaned away",
    told: false,
    kept: false,
    fields: {
      WorkflowSpec: ["podGC"],
      ArtifactGC: ["serviceAccountName", "podMetadata"],
      WorkflowLevelArtifactGC: ["serviceAccountName", "podMetadata", "podSpecPatch"],
    },
  },
  {
    about: "what a volume is made of, and how it is shared with its machine",
    told: false,
    kept: false,
    fields: {
      VolumeMount: ["recursiveReadOnly", "mountPropagation"],
      EmptyDirSource: ["medium", "sizeLimit"],
      EphemeralSource: ["volumeClaimTemplate"],
      PersistentVolumeClaimSpec: [
        "accessModes",
        "resources",
        "storageClassName",
        "volumeMode",
        "volumeName",
        "volumeAttributesClassName",
        "selector",
        "dataSource",
        "dataSourceRef",
      ],
    },
  },
  {
    about: "how a container is reached and watched there",
    told: false,
    kept: false,
    fields: {
      ContainerPort: ["hostPort", "hostIP", "protocol"],
      Probe: ["failureThreshold", "terminationGracePeriodSeconds"],
      GrpcAction: ["service"],
    },
  },
  {
    about: "whether a pod keeps an artifact in a file on its way",
    told: false,
    kept: false,
    fields: { HttpArtifact: ["saveStreamViaFile"] },
  },
  {
    about: "what the cluster itself writes about an object, and who may delete it",
    told: false,
    kept: false,
    fields: {
      ObjectMeta: [
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "selfLink",
        "finalizers",
        "managedFields",
        "ownerReferences",
      ],
    },
  },
  {
    about: "how an image is fetched, and what a container shows of itself",
    told: false,
    kept: true,
    fields: {
      Container: [
        "imagePullPolicy",
        "terminationMessagePath",
        "terminationMessagePolicy",
        "stdin",
        "stdinOnce",
      ],
    },
  },
];

/** Fields of a type without effect: all, those that a run tells of, or those that are kept as hints. */
export function listNoEffect(type: NoEffectType, which: "all" | "told" | "kept"): readonly string[] {
  return noEffectGroups.flatMap((group) =>
    which === "all" || group[which] ? (group.fields[type] ?? []) : [],
  );
}
