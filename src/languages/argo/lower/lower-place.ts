/**
 * A location of a document as a place for a driver: fields get the names that the driver knows them by, and references to
 * Secrets become seals (Argo fields.md, S3Artifact to PluginArtifact).
 */
import type { Json, JsonObject } from "../../../base/json.ts";
import { isJsonObject } from "../../../base/json.ts";
import type { StoragePlace } from "../../../model/data/storage-place.ts";
import type { Templated } from "../../../model/plan/expression.ts";
import { findKeyOf } from "./locate-artifact.ts";
import type { DriverLocation, DriverName } from "./driver-location.ts";
import { lowerText, settleText } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";
import { findKey, reportMissingKey } from "./stored-references.ts";

/** Settings by the path of the field that they come from. Fields whose name ends with `Secret` name a Secret's key. */
const settings: Readonly<Record<DriverName, Readonly<Record<string, string>>>> = {
  s3: {
    bucket: "bucket",
    endpoint: "endpoint",
    region: "region",
    insecure: "insecure",
    accessKeySecret: "accessKey",
    secretKeySecret: "secretKey",
    sessionTokenSecret: "sessionToken",
    useSDKCreds: "ambientCredentials",
    roleARN: "roleArn",
    "createBucketIfNotPresent.objectLocking": "objectLocking",
    "encryptionOptions.enableEncryption": "encrypted",
    "encryptionOptions.kmsKeyId": "kmsKeyId",
    "encryptionOptions.kmsEncryptionContext": "kmsContext",
    "encryptionOptions.serverSideCustomerKeySecret": "customerKey",
    caSecret: "ca",
    addressingStyle: "addressingStyle",
  },
  git: {
    revision: "revision",
    branch: "branch",
    singleBranch: "singleBranch",
    depth: "depth",
    fetch: "fetch",
    disableSubmodules: "withoutSubmodules",
    usernameSecret: "username",
    passwordSecret: "password",
    sshPrivateKeySecret: "sshPrivateKey",
    insecureIgnoreHostKey: "ignoreHostKey",
    insecureSkipTLS: "ignoreTls",
  },
  http: {
    headers: "headers",
    "auth.basicAuth.usernameSecret": "username",
    "auth.basicAuth.passwordSecret": "password",
    "auth.clientCert.clientCertSecret": "clientCert",
    "auth.clientCert.clientKeySecret": "clientKey",
    "auth.oauth2.clientIDSecret": "clientId",
    "auth.oauth2.clientSecretSecret": "clientSecret",
    "auth.oauth2.tokenURLSecret": "tokenUrl",
    "auth.oauth2.scopes": "scopes",
    "auth.oauth2.endpointParams": "tokenParameters",
  },
  gcs: { bucket: "bucket", serviceAccountKeySecret: "serviceAccountKey" },
  azure: {
    endpoint: "endpoint",
    container: "container",
    accountKeySecret: "accountKey",
    useSDKCreds: "ambientCredentials",
  },
  artifactory: { usernameSecret: "username", passwordSecret: "password" },
  oss: { bucket: "bucket", endpoint: "endpoint" },
  hdfs: { addresses: "addresses", hdfsUser: "user" },
  plugin: { name: "name", configuration: "configuration" },
};

/** The place, with tags still in its texts. */
export function describePlace(desk: Lowering, location: DriverLocation, place: Place): StoragePlace {
  const { driver, fields } = location;
  const at: Place = { document: place.document, path: [...place.path, driver] };
  if (!desk.drivers.has(driver)) desk.drivers.set(driver, at);
  const taken: Record<string, Json> = {};
  for (const [path, name] of Object.entries(settings[driver])) {
    const value = readSetting(desk, path, fields, at);
    if (value !== undefined) taken[name] = value;
  }
  if (driver === "s3" && isJsonObject(fields["createBucketIfNotPresent"])) taken["makesBucket"] = true;
  return { driver, key: findKeyOf(location) ?? "", settings: taken };
}

function readSetting(desk: Lowering, path: string, fields: JsonObject, place: Place): Json | undefined {
  const value = path
    .split(".")
    .reduce<Json | undefined>(
      (at, name) => (isJsonObject(at) ? (at as JsonObject)[name] : undefined),
      fields,
    );
  if (value === undefined || value === null) return undefined;
  if (path.endsWith("Secret"))
    return isJsonObject(value) ? readSecret(desk, value as JsonObject, place) : undefined;
  return Array.isArray(value) ? value.map(readPair) : value;
}

/** Pairs are called name and value, whatever the field calls them. */
function readPair(item: Json): Json {
  if (!isJsonObject(item)) return item;
  const { name, key, value } = item as JsonObject;
  return { name: name ?? key ?? "", value: value ?? "" };
}

function readSecret(desk: Lowering, selector: JsonObject, place: Place): string | undefined {
  const { name, key, optional } = selector;
  const settle = (text: Json | undefined): string => (typeof text === "string" ? settleText(desk, text) : "");
  const settled = { name: settle(name), key: settle(key) };
  const seal = findKey(desk, settled, "Secret");
  if (seal === undefined && optional !== true) reportMissingKey(desk, settled, "Secret", place);
  return seal;
}

/** The place with an expression for every text that has tags. */
export function lowerPlace(desk: Lowering, described: StoragePlace): Templated<StoragePlace> {
  return {
    driver: described.driver,
    key: lowerText(desk, described.key),
    settings: lowerTexts(desk, described.settings) as Templated<JsonObject>,
  };
}

function lowerTexts(desk: Lowering, value: Json): Templated<Json> {
  if (typeof value === "string") return lowerText(desk, value);
  if (Array.isArray(value)) return value.map((item: Json) => lowerTexts(desk, item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, item]) => [name, lowerTexts(desk, item)]),
  );
}
