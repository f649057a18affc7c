/**
 * Artifacts in Google Cloud Storage (Argo fields.md, GCSArtifact), by Google's own client, which a user installs beside
 * Millrace. It compares checksums by itself.
 *
 * Settings: `bucket`, `serviceAccountKey` (JSON; absent: the credentials that Google's tools find).
 */
import type { Readable } from "node:stream";
import { isJsonObject } from "../../base/json.ts";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import type { ArtifactDriver } from "../../ports/artifact-driver.ts";
import type { NetworkGate } from "../../ports/network-gate.ts";
import { createGatedAgents } from "../transfer/gated-agents.ts";
import type { FindAgent } from "../transfer/gated-agents.ts";
import { openGuardedProxy, proxyUser } from "../transfer/guarded-proxy.ts";
import { createObjectDriver } from "../transfer/object-driver.ts";
import type { ObjectStorage } from "../transfer/object-driver.ts";
import { badPlace, findText, getText } from "../transfer/settings.ts";

/** What is used of the client. */
export interface GcsLibrary {
  readonly Storage: new (options: GcsOptions) => {
    bucket(name: string): GcsBucket;
    /** They see each request before it is sent. */
    readonly interceptors: { request(options: object): object }[];
  };
}

interface GcsOptions {
  readonly credentials?: object;
  readonly projectId?: string;
  /** For the client that signs in and sends large files. */
  readonly clientOptions?: { readonly transporterOptions: { readonly agent: FindAgent } };
}

interface GcsBucket {
  file(key: string): {
    exists(): Promise<readonly [boolean, ...unknown[]]>;
    createReadStream(): Readable;
    delete(options: { readonly ignoreNotFound: boolean }): Promise<unknown>;
  };
  upload(path: string, options: { readonly destination: string }): Promise<unknown>;
  getFiles(options: {
    readonly prefix: string;
  }): Promise<readonly [readonly { readonly name: string }[], ...unknown[]]>;
}

export function createGcsDriver(library: GcsLibrary, gate?: NetworkGate): ArtifactDriver {
  return createObjectDriver("gcs", async (place) => {
    const credentials = readCredentials(place);
    const name = getText(place, "bucket");
    if (gate === undefined) return openBucket(new library.Storage(credentials).bucket(name));
    await gate.checkResolved("storage.googleapis.com", 443);
    return openGuardedBucket(library, credentials, name, gate);
  });
}

/**
 * The client is two: the one that signs in takes an agent, the one that does the rest takes nothing but a proxy. Proxies of
 * the environment are left out.
 */
async function openGuardedBucket(
  library: GcsLibrary,
  credentials: Omit<GcsOptions, "clientOptions">,
  name: string,
  gate: NetworkGate,
): Promise<ObjectStorage> {
  const guard = await openGuardedProxy(gate);
  const proxy = `http://${proxyUser}:${guard.password}@127.0.0.1:${guard.port}`;
  const clientOptions = { transporterOptions: { agent: createGatedAgents(gate) } };
  const storage = new library.Storage({ ...credentials, clientOptions });
  storage.interceptors.push({ request: (options) => ({ ...options, proxy }) });
  return {
    ...openBucket(storage.bucket(name)),
    findRefusal: guard.refusal,
    close: () => guard.close(),
  };
}

function openBucket(bucket: GcsBucket): ObjectStorage {
  return {
    read: async (key) => {
      const file = bucket.file(key);
      const [isThere] = await file.exists();
      return isThere ? file.createReadStream() : undefined;
    },
    write: async (key, path) => void (await bucket.upload(path, { destination: key })),
    remove: async (key) => void (await bucket.file(key).delete({ ignoreNotFound: true })),
    list: async (prefix) => (await bucket.getFiles({ prefix }))[0].map(({ name }) => name),
  };
}

function readCredentials(place: StoragePlace): Omit<GcsOptions, "clientOptions"> {
  const text = findText(place, "serviceAccountKey");
  if (text === undefined) return {};
  let credentials: unknown;
  try {
    credentials = JSON.parse(text);
  } catch {
    // What the parser would say repeats a part of the key.
    credentials = undefined;
  }
  if (!isJsonObject(credentials)) throw badPlace(place, "the key of the service account is no JSON object");
  const projectId = credentials["project_id"];
  return { credentials, ...(typeof projectId === "string" ? { projectId } : {}) };
}
