/**
 * Artifacts in Azure Blob Storage (Argo fields.md, AzureArtifact), by Microsoft's own client, which a user installs beside
 * Millrace.
 *
 * Settings: `endpoint` (the account's address), `container`, `accountKey`; without a key, or with `ambientCredentials`, the
 * credentials are those that the package `@azure/identity` finds.
 */
import { Readable } from "node:stream";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import type { ArtifactDriver } from "../../ports/artifact-driver.ts";
import type { NetworkGate } from "../../ports/network-gate.ts";
import { createGatedAgents } from "../transfer/gated-agents.ts";
import { createObjectDriver } from "../transfer/object-driver.ts";
import type { ObjectStorage } from "../transfer/object-driver.ts";
import { badPlace, findText, getText, isSet } from "../transfer/settings.ts";

interface CallOptions {
  readonly abortSignal: AbortSignal;
}

/** What is used of the client. */
export interface AzureLibrary {
  readonly StorageSharedKeyCredential: new (account: string, key: string) => object;
  readonly BlobServiceClient: new (
    address: string,
    credential: object,
  ) => { getContainerClient(name: string): AzureContainer };
  /** How the client sends its requests; policies of one's own see each of them, also after a redirect. */
  readonly newPipeline: (credential: object) => { readonly factories: AzurePolicyFactory[] };
}

export interface AzurePolicyFactory {
  create(next: AzurePolicy): AzurePolicy;
}

interface AzurePolicy {
  sendRequest(request: { url: string; agent?: unknown }): Promise<unknown>;
}

interface AzureContainer {
  getBlobClient(key: string): {
    exists(options: CallOptions): Promise<boolean>;
    download(
      offset: number,
      count: undefined,
      options: CallOptions,
    ): Promise<{ readonly readableStreamBody?: NodeJS.ReadableStream }>;
    deleteIfExists(options: CallOptions): Promise<unknown>;
  };
  getBlockBlobClient(key: string): { uploadFile(path: string, options: CallOptions): Promise<unknown> };
  listBlobsFlat(options: CallOptions & { readonly prefix: string }): AsyncIterable<{ readonly name: string }>;
}

/** `findAmbient` gives the credentials that need no key. MillraceError `artifact/driver-missing` where it cannot. */
export function createAzureDriver(
  library: AzureLibrary,
  findAmbient: () => object,
  gate?: NetworkGate,
): ArtifactDriver {
  return createObjectDriver("azure", async (place, abortSignal) => {
    const address = readAddress(place);
    if (gate !== undefined) await checkAddress(gate, address);
    const key = findText(place, "accountKey");
    const credential =
      key === undefined || isSet(place, "ambientCredentials")
        ? findAmbient()
        : new library.StorageSharedKeyCredential(findAccount(address), key);
    const service = new library.BlobServiceClient(
      address.href,
      gate === undefined ? credential : guardPipeline(library, credential, gate),
    );
    return openContainer(service.getContainerClient(getText(place, "container")), abortSignal);
  });
}

/** The connections are checked as well; this says so before the client begins to try again. */
async function checkAddress(gate: NetworkGate, address: URL): Promise<void> {
  const usual = address.protocol === "http:" ? 80 : 443;
  await gate.checkResolved(address.hostname, address.port === "" ? usual : Number(address.port));
}

/** All requests of the client go over connections that the gate has checked; proxies of the environment are left out. */
function guardPipeline({ newPipeline }: AzureLibrary, credential: object, gate: NetworkGate): object {
  const findAgent = createGatedAgents(gate);
  const pipeline = newPipeline(credential);
  pipeline.factories.push({
    create: (next) => ({
      sendRequest: (request) => {
        request.agent = findAgent(request.url);
        return next.sendRequest(request);
      },
    }),
  });
  return pipeline;
}

function readAddress(place: StoragePlace): URL {
  const endpoint = getText(place, "endpoint");
  if (!URL.canParse(endpoint)) throw badPlace(place, `the endpoint '${endpoint}' is no address`);
  return new URL(endpoint);
}

/** The account is the first name of the host, or, where a host has many accounts, the first of the path. */
function findAccount({ hostname, pathname }: URL): string {
  const [inPath = ""] = pathname.split("/").filter((part) => part !== "");
  return inPath === "" ? (hostname.split(".")[0] ?? "") : inPath;
}

function openContainer(container: AzureContainer, abortSignal: AbortSignal): ObjectStorage {
  return {
    read: async (key) => {
      const blob = container.getBlobClient(key);
      if (!(await blob.exists({ abortSignal }))) return undefined;
      const { readableStreamBody } = await blob.download(0, undefined, { abortSignal });
      if (readableStreamBody instanceof Readable) return readableStreamBody;
      return Readable.from(readableStreamBody ?? []);
    },
    write: async (key, path) =>
      void (await container.getBlockBlobClient(key).uploadFile(path, { abortSignal })),
    remove: async (key) => void (await container.getBlobClient(key).deleteIfExists({ abortSignal })),
    list: async (prefix) => {
      const keys: string[] = [];
      for await (const { name } of container.listBlobsFlat({ prefix, abortSignal })) keys.push(name);
      return keys;
    },
  };
}
