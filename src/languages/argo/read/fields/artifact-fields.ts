/**
 * Field tables of artifacts and their drivers (Argo fields.md, Artifact and below).
 * Notation: see `field-types.ts`.
 */
export const artifactFields = `
# Fields of drivers that artifacts and repositories share.
s3Bucket:
  bucket text
  endpoint text
  region text
  insecure bool
  accessKeySecret KeySelector
  secretKeySecret KeySelector
  sessionTokenSecret KeySelector
  roleARN text
  useSDKCreds bool
  createBucketIfNotPresent CreateBucketOptions
  encryptionOptions S3Encryption
  caSecret KeySelector
  addressingStyle text
ossBucket:
  bucket text
  endpoint text
  accessKeySecret KeySelector
  secretKeySecret KeySelector
  securityToken text
  useSDKCreds bool
  createBucketIfNotPresent bool
  lifecycleRule OssLifecycleRule
hdfsConfig:
  addresses [text]
  hdfsUser text
  dataTransferProtection text
  krbCCacheSecret KeySelector
  krbKeytabSecret KeySelector
  krbUsername text
  krbRealm text
  krbConfigConfigMap KeySelector
  krbServicePrincipalName text
# What a key of the ConfigMap artifact-repositories holds (Argo, ArtifactRepository).
ArtifactRepository:
  archiveLogs bool
  s3 S3Repository
  gcs GcsRepository
  azure AzureRepository
  oss OssRepository
  hdfs HdfsRepository
  artifactory ArtifactoryRepository
  plugin PluginRepository
S3Repository: ...s3Bucket, keyFormat text, keyPrefix text
GcsRepository: bucket text, serviceAccountKeySecret KeySelector, keyFormat text
AzureRepository:
  endpoint text
  container text
  accountKeySecret KeySelector
  useSDKCreds bool
  blobNameFormat text
OssRepository: ...ossBucket, keyFormat text
HdfsRepository: ...hdfsConfig, pathFormat text, force bool
ArtifactoryRepository: repoURL text, usernameSecret KeySelector, passwordSecret KeySelector, keyFormat text
PluginRepository: name text, keyFormat text, configuration text
ArtifactLocation:
  archiveLogs bool
  s3 S3Artifact
  git GitArtifact
  http HttpArtifact
  raw RawArtifact
  gcs GcsArtifact
  azure AzureArtifact
  oss OssArtifact
  hdfs HdfsArtifact
  artifactory ArtifactoryArtifact
  plugin PluginArtifact
Artifact:
  name text
  path text
  from text
  fromExpression text
  optional bool
  subPath text
  mode int
  recurseMode bool
  archive ArchiveStrategy
  globalName text
  artifactGC ArtifactGC
  deleted bool
  ...ArtifactLocation
ArchiveStrategy: none Empty, tar TarStrategy, zip Empty
Empty:
TarStrategy: compressionLevel int
ArtifactGC: strategy text, serviceAccountName text, podMetadata Metadata
WorkflowLevelArtifactGC: ...ArtifactGC, forceFinalizerRemoval bool, podSpecPatch text
Metadata: labels {text}, annotations {text}
S3Artifact: key text, ...s3Bucket
CreateBucketOptions: objectLocking bool
S3Encryption:
  enableEncryption bool
  kmsKeyId text
  kmsEncryptionContext text
  serverSideCustomerKeySecret KeySelector
GitArtifact:
  repo text
  revision text
  branch text
  singleBranch bool
  depth int
  fetch [text]
  disableSubmodules bool
  usernameSecret KeySelector
  passwordSecret KeySelector
  sshPrivateKeySecret KeySelector
  insecureIgnoreHostKey bool
  insecureSkipTLS bool
HttpArtifact: url text, headers [NameValue], auth HttpAuth, saveStreamViaFile bool
HttpAuth: basicAuth BasicAuth, clientCert ClientCertAuth, oauth2 OAuth2Auth
BasicAuth: usernameSecret KeySelector, passwordSecret KeySelector
ClientCertAuth: clientCertSecret KeySelector, clientKeySecret KeySelector
OAuth2Auth:
  clientIDSecret KeySelector
  clientSecretSecret KeySelector
  tokenURLSecret KeySelector
  scopes [text]
  endpointParams [KeyValue]
KeyValue: key text, value text
RawArtifact: data text
GcsArtifact: bucket text, key text, serviceAccountKeySecret KeySelector
AzureArtifact: endpoint text, container text, blob text, accountKeySecret KeySelector, useSDKCreds bool
OssArtifact: key text, ...ossBucket
OssLifecycleRule: markInfrequentAccessAfterDays int, markDeletionAfterDays int
HdfsArtifact: path text, force bool, ...hdfsConfig
ArtifactoryArtifact: url text, usernameSecret KeySelector, passwordSecret KeySelector
PluginArtifact: name text, key text, configuration text, connectionTimeoutSeconds int
`;
