/**
 * Artifacts and the places they are kept in, as they are after reading.
 * Shapes follow Argo's fields.md (Artifact, ArtifactLocation and the drivers). At most one driver is set;
 * `s3` with only a key means the default repository.
 */
import type { KeySelector, TextMap } from "./types-kubernetes.ts";

/** Where an artifact is kept: one of the drivers. */
export interface ArtifactLocation {
  readonly archiveLogs?: boolean;
  readonly s3?: S3Artifact;
  readonly git?: GitArtifact;
  readonly http?: HttpArtifact;
  readonly raw?: RawArtifact;
  readonly gcs?: GcsArtifact;
  readonly azure?: AzureArtifact;
  readonly oss?: OssArtifact;
  readonly hdfs?: HdfsArtifact;
  readonly artifactory?: ArtifactoryArtifact;
  readonly plugin?: PluginArtifact;
}

/** An artifact, as input, output or argument. */
export interface Artifact extends ArtifactLocation {
  readonly name?: string;
  /** File or directory in the container. */
  readonly path?: string;
  /** Reference to another artifact, as a tag: `{{steps.a.outputs.artifacts.b}}`. */
  readonly from?: string;
  readonly fromExpression?: string;
  readonly optional?: boolean;
  readonly subPath?: string;
  /** Permission bits set on load, 0 to 0777. */
  readonly mode?: number;
  readonly recurseMode?: boolean;
  readonly archive?: ArchiveStrategy;
  readonly globalName?: string;
  readonly artifactGC?: ArtifactGC;
  readonly deleted?: boolean;
}

/** At most one is set; absent means tar with gzip. */
export interface ArchiveStrategy {
  readonly none?: EmptyObject;
  readonly tar?: TarStrategy;
  readonly zip?: EmptyObject;
}

/** An object whose presence is its only meaning. */
export type EmptyObject = { readonly [key: string]: never };

export interface TarStrategy {
  readonly compressionLevel?: number;
}

export interface ArtifactGC {
  /** OnWorkflowCompletion, OnWorkflowDeletion or Never. */
  readonly strategy?: string;
  readonly serviceAccountName?: string;
  readonly podMetadata?: Metadata;
}

/** Labels and annotations. */
export interface Metadata {
  readonly labels?: TextMap;
  readonly annotations?: TextMap;
}

export interface S3Artifact {
  readonly key?: string;
  readonly bucket?: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly insecure?: boolean;
  readonly accessKeySecret?: KeySelector;
  readonly secretKeySecret?: KeySelector;
  readonly sessionTokenSecret?: KeySelector;
  readonly roleARN?: string;
  readonly useSDKCreds?: boolean;
  readonly createBucketIfNotPresent?: { readonly objectLocking?: boolean };
  readonly encryptionOptions?: {
    readonly enableEncryption?: boolean;
    readonly kmsKeyId?: string;
    readonly kmsEncryptionContext?: string;
    readonly serverSideCustomerKeySecret?: KeySelector;
  };
  readonly caSecret?: KeySelector;
  readonly addressingStyle?: string;
}

export interface GitArtifact {
  readonly repo?: string;
  readonly revision?: string;
  readonly branch?: string;
  readonly singleBranch?: boolean;
  readonly depth?: number;
  readonly fetch?: readonly string[];
  readonly disableSubmodules?: boolean;
  readonly usernameSecret?: KeySelector;
  readonly passwordSecret?: KeySelector;
  readonly sshPrivateKeySecret?: KeySelector;
  readonly insecureIgnoreHostKey?: boolean;
  readonly insecureSkipTLS?: boolean;
}

export interface HttpArtifact {
  readonly url?: string;
  readonly headers?: readonly { readonly name?: string; readonly value?: string }[];
  readonly auth?: HttpAuth;
  readonly saveStreamViaFile?: boolean;
}

export interface HttpAuth {
  readonly basicAuth?: { readonly usernameSecret?: KeySelector; readonly passwordSecret?: KeySelector };
  readonly clientCert?: { readonly clientCertSecret?: KeySelector; readonly clientKeySecret?: KeySelector };
  readonly oauth2?: {
    readonly clientIDSecret?: KeySelector;
    readonly clientSecretSecret?: KeySelector;
    readonly tokenURLSecret?: KeySelector;
    readonly scopes?: readonly string[];
    readonly endpointParams?: readonly { readonly key?: string; readonly value?: string }[];
  };
}

export interface RawArtifact {
  readonly data?: string;
}

export interface GcsArtifact {
  readonly bucket?: string;
  readonly key?: string;
  readonly serviceAccountKeySecret?: KeySelector;
}

export interface AzureArtifact {
  readonly endpoint?: string;
  readonly container?: string;
  readonly blob?: string;
  readonly accountKeySecret?: KeySelector;
  readonly useSDKCreds?: boolean;
}

export interface OssArtifact {
  readonly bucket?: string;
  readonly endpoint?: string;
  readonly key?: string;
  readonly accessKeySecret?: KeySelector;
  readonly secretKeySecret?: KeySelector;
  readonly securityToken?: string;
  readonly useSDKCreds?: boolean;
  readonly createBucketIfNotPresent?: boolean;
  readonly lifecycleRule?: {
    readonly markInfrequentAccessAfterDays?: number;
    readonly markDeletionAfterDays?: number;
  };
}

export interface HdfsArtifact {
  readonly addresses?: readonly string[];
  readonly path?: string;
  readonly hdfsUser?: string;
  readonly force?: boolean;
  readonly dataTransferProtection?: string;
  readonly krbCCacheSecret?: KeySelector;
  readonly krbKeytabSecret?: KeySelector;
  readonly krbUsername?: string;
  readonly krbRealm?: string;
  readonly krbConfigConfigMap?: KeySelector;
  readonly krbServicePrincipalName?: string;
}

export interface ArtifactoryArtifact {
  readonly url?: string;
  readonly usernameSecret?: KeySelector;
  readonly passwordSecret?: KeySelector;
}

export interface PluginArtifact {
  readonly name?: string;
  readonly key?: string;
  readonly configuration?: string;
  readonly connectionTimeoutSeconds?: number;
}
