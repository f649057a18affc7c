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
import { createObjectDriver } from "../transfer/object-driver.ts";
import type { ObjectStorage } from "../transfer/object-driver.ts";
import { badPlace, findText, getText } from "../transfer/settings.ts";

/** What is used of the client. */
export interface GcsLibrary {
  readonly Storage: new (options: { readonly credentials?: object; readonly projectId?: string }) => {
    bucket(name: string): GcsBucket;
  };
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

/** The client connects by itself, so where it will go is checked beforehand. */
export function createGcsDriver(library: GcsLibrary, gate?: NetworkGate): ArtifactDriver {
  return createObjectDriver("gcs", async (place) => {
    await gate?.checkResolved("storage.googleapis.com", 443);
    return openBucket(library, place);
  });
}

function openBucket(library: GcsLibrary, place: StoragePlace): ObjectStorage {
  const bucket = new library.Storage(readCredentials(place)).bucket(getText(place, "bucket"));
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

function readCredentials(place: StoragePlace): {
  readonly credentials?: object;
  readonly projectId?: string;
} {
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
