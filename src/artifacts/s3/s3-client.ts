/**
 * A client for the storage that a place names, and what its errors mean. The library is loaded with the first use,
 * because it is large and most runs need none of it.
 */
import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import { assumeRole } from "./assume-role.ts";
import type { RoleSource } from "./assume-role.ts";
import type * as S3Exports from "./s3-library.ts";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import type { NetworkGate } from "../../ports/network-gate.ts";
import { deniedThere, missingThere, translateTransferError, unavailableThere } from "../transfer/refusals.ts";
import { badPlace, findText, getText, isSet } from "../transfer/settings.ts";

export type S3Library = typeof S3Exports;

/** A client and what every call with it needs. */
export interface S3Session {
  readonly library: S3Library;
  readonly client: S3Client;
  readonly bucket: string;
  /** Headers of a key that only the customer has (SSE-C); they go with every call that touches an object. */
  readonly customerKey: { readonly SSECustomerAlgorithm: "AES256"; readonly SSECustomerKey: string } | object;
}

export interface S3Means {
  /** Where there is none, every server may be asked. */
  readonly gate?: NetworkGate | undefined;
  /** Where there is none, a role is asked for with each client. */
  readonly roles?: RoleSource | undefined;
  readonly signal?: AbortSignal | undefined;
}

export async function openS3(place: StoragePlace, means: S3Means = {}): Promise<S3Session> {
  const library = await import("./s3-library.ts");
  const key = findText(place, "customerKey");
  return {
    library,
    client: new library.S3Client(addRole(library, place, configure(place, means.gate), means)),
    bucket: getText(place, "bucket"),
    customerKey:
      key === undefined
        ? {}
        : { SSECustomerAlgorithm: "AES256", SSECustomerKey: Buffer.from(key).toString("base64") },
  };
}

/** Keys count over a role, as in Argo; who asks for the role is whoever the library finds by itself. */
function addRole(
  library: S3Library,
  place: StoragePlace,
  config: S3ClientConfig,
  { gate, signal, roles }: S3Means,
): S3ClientConfig {
  const roleArn = findText(place, "roleArn");
  if (roleArn === undefined || roleArn === "" || config.credentials !== undefined) return config;
  const { config: own } = new library.S3Client(config);
  const findIdentity = () => own.credentials();
  const findRegion = () => own.region();
  return {
    ...config,
    credentials: () => {
      const wishes = { place, roleArn, findIdentity, findRegion, gate, signal, now: Date.now };
      return roles === undefined ? assumeRole(wishes) : roles.take(wishes);
    },
  };
}

/** Amazon's own hosts need no endpoint, and each region has its own. */
const amazonHost = /^(?:https?:\/\/)?s3(?:[.-][-\w]+)?\.amazonaws\.com(?:\.cn)?(?::443)?\/?$/u;

function configure(place: StoragePlace, gate: NetworkGate | undefined): S3ClientConfig {
  const given = findText(place, "endpoint");
  const endpoint = given === undefined || amazonHost.test(given) ? undefined : readEndpoint(place, given);
  const region = findText(place, "region") ?? (endpoint === undefined ? undefined : "us-east-1");
  const style = findText(place, "addressingStyle");
  const credentials = readCredentials(place);
  return {
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(endpoint === undefined
      ? {}
      : {
          endpoint,
          forcePathStyle: style !== "virtual-hosted",
          // Servers that are not Amazon's keep the frames of streamed checksums as if they were content.
          requestChecksumCalculation: "WHEN_REQUIRED",
          responseChecksumValidation: "WHEN_REQUIRED",
        }),
    ...(endpoint === undefined && style === "path" ? { forcePathStyle: true } : {}),
    // Amazon says in which region a bucket is; a location need not know.
    ...(endpoint === undefined ? { followRegionRedirects: true } : {}),
    maxAttempts: 4,
    requestHandler: {
      connectionTimeout: 10_000,
      // A connection on which nothing moves; how long a large file takes is nobody's fault.
      socketTimeout: 120_000,
      ...configureAgents(place, endpoint, gate),
    },
  };
}

/** Literal addresses are checked at once; names when they are resolved, also those that the library makes of a bucket. */
function configureAgents(place: StoragePlace, endpoint: string | undefined, gate: NetworkGate | undefined) {
  const ca = findText(place, "ca");
  const tls = ca === undefined ? {} : { ca };
  if (gate === undefined) return ca === undefined ? {} : { httpsAgent: tls };
  const url = endpoint === undefined ? undefined : new URL(endpoint);
  const usual = url?.protocol === "http:" ? 80 : 443;
  const port = url === undefined || url.port === "" ? usual : Number(url.port);
  if (url !== undefined) gate.checkHost(url.hostname, port);
  const lookup = gate.lookupFor(port);
  return { httpAgent: { lookup }, httpsAgent: { ...tls, lookup } };
}

/** A host with or without a port, as Argo writes it; an address with its protocol is understood as well. */
function readEndpoint(place: StoragePlace, text: string): string {
  const address = /^https?:\/\//u.test(text)
    ? text
    : `${isSet(place, "insecure") ? "http" : "https"}://${text}`;
  if (!URL.canParse(address)) throw badPlace(place, `the endpoint '${text}' is no host`);
  return address;
}

/** Undefined leaves it to the library: environment, profiles, web identity, the machine's role, in its order. */
function readCredentials(place: StoragePlace): S3ClientConfig["credentials"] {
  const accessKeyId = findText(place, "accessKey");
  const secretAccessKey = findText(place, "secretKey");
  const sessionToken = findText(place, "sessionToken");
  if (isSet(place, "ambientCredentials") || (accessKeyId === undefined && secretAccessKey === undefined))
    return undefined;
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw badPlace(place, "of accessKey and secretKey only one is given");
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

const missingNames: ReadonlySet<string> = new Set(["NoSuchKey", "NotFound", "NoSuchBucket", "NoSuchUpload"]);
const deniedNames: ReadonlySet<string> = new Set([
  "AccessDenied",
  "ExpiredToken",
  "InvalidAccessKeyId",
  "InvalidToken",
  "SignatureDoesNotMatch",
]);

const withoutCredentials =
  "there are no credentials: the location names no accessKeySecret and secretKeySecret, and AWS's environment, profiles and roles give none";

const withoutRegion = "the location names no region, and AWS's environment and profiles give none";

/** True when the error says that an object is not there. A bucket that is not there is another matter. */
export function isNoObject(error: unknown): boolean {
  return error instanceof Error && (error.name === "NoSuchKey" || error.name === "NotFound");
}

/** The library's errors in the words of the port. */
export function translateS3Error(error: unknown, place: StoragePlace, signal: AbortSignal): Error {
  if (!(error instanceof Error) || signal.aborted) return translateTransferError(error, place, signal);
  const status = findStatus(error);
  const found = `the storage says ${error.name}${status === undefined ? "" : ` (${status})`}`;
  if (error.name === "CredentialsProviderError") return deniedThere(place, withoutCredentials);
  if (error.message === "Region is missing") return deniedThere(place, withoutRegion);
  if (missingNames.has(error.name)) return missingThere(place, found);
  if (deniedNames.has(error.name) || status === 401 || status === 403) return deniedThere(place, found);
  if (status === 400 || status === 405 || status === 409 || status === 411 || status === 412)
    return deniedThere(place, `${found}: ${error.message}`);
  if (status !== undefined) return unavailableThere(place, found, error);
  return translateTransferError(error, place, signal);
}

function findStatus(error: Error): number | undefined {
  const metadata: unknown = "$metadata" in error ? error.$metadata : undefined;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return undefined;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}
