/**
 * The drivers of Google's and Microsoft's storage, with clients that keep objects in memory: their packages are the user's to
 * install, and their services are not on this machine. What is tested is everything that is not the client's.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { createAzureDriver } from "../../src/artifacts/azure/create-azure-driver.ts";
import type { AzureLibrary } from "../../src/artifacts/azure/create-azure-driver.ts";
import { createGcsDriver } from "../../src/artifacts/gcs/create-gcs-driver.ts";
import type { GcsLibrary } from "../../src/artifacts/gcs/create-gcs-driver.ts";
import { findArtifactDriver, findMissingDrivers } from "../../src/main/artifact-drivers.ts";
import type { JsonObject } from "../../src/base/json.ts";
import type { StoragePlace } from "../../src/model/data/storage-place.ts";
import type { ArtifactDriver } from "../../src/ports/artifact-driver.ts";
import { describeArtifactDriver, makeLimits, refused } from "../../src/ports/conformance/artifact-driver.ts";
import type { ArtifactDriverSubject } from "../../src/ports/conformance/artifact-driver.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

/** Objects by bucket and key, for one right secret. */
interface Cloud {
  readonly objects: Map<string, Buffer>;
  /** Throws what a client would throw. */
  readonly check: (bucket: string, secret: string) => void;
}

function createCloud(statusName: "code" | "statusCode"): Cloud {
  return {
    objects: new Map(),
    check: (bucket, secret) => {
      if (bucket === "unreachable")
        throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
      if (secret !== "right") throw Object.assign(new Error(`no ${secret}`), { [statusName]: 403 });
    },
  };
}

function createGcsLibrary({ objects, check }: Cloud): GcsLibrary {
  class Storage {
    readonly interceptors: [] = [];
    private readonly secret: string;
    constructor({ credentials = {} }: { readonly credentials?: object }) {
      this.secret = (credentials as { readonly private_key?: string }).private_key ?? "";
    }
    bucket(name: string): ReturnType<InstanceType<GcsLibrary["Storage"]>["bucket"]> {
      const ask = <T>(answer: () => T): Promise<T> =>
        new Promise((resolve) => {
          check(name, this.secret);
          resolve(answer());
        });
      return {
        file: (key) => ({
          exists: () => ask(() => [objects.has(key)] as const),
          createReadStream: () => Readable.from([objects.get(key) ?? Buffer.of()]),
          delete: () => ask(() => objects.delete(key)),
        }),
        upload: (path, { destination }) => ask(() => objects.set(destination, readFileSync(path))),
        getFiles: ({ prefix }) =>
          ask(
            () =>
              [
                [...objects.keys()].filter((key) => key.startsWith(prefix)).map((key) => ({ name: key })),
              ] as const,
          ),
      };
    }
  }
  return { Storage };
}

/** A stream as the client's own is made: one that pushes, and is asked to pause and to go on. */
function readAsClient(content: Buffer): Readable {
  const pieceBytes = 65_536;
  const pieces = Array.from({ length: Math.ceil(content.length / pieceBytes) }, (_, index) =>
    content.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  );
  const source = Readable.from(pieces).pause();
  const stream = new Readable({ read: () => void source.resume() });
  source.on("data", (piece: Buffer) => stream.push(piece) || source.pause());
  source.on("end", () => stream.push(null));
  return stream;
}

function createAzureLibrary({ objects, check }: Cloud, accounts: string[]): AzureLibrary {
  class StorageSharedKeyCredential {
    readonly secret: string;
    constructor(account: string, key: string) {
      accounts.push(account);
      this.secret = key;
    }
  }
  class BlobServiceClient {
    private readonly secret: string;
    constructor(_address: string, credential: object) {
      this.secret = (credential as StorageSharedKeyCredential).secret;
    }
    getContainerClient(
      name: string,
    ): ReturnType<InstanceType<AzureLibrary["BlobServiceClient"]>["getContainerClient"]> {
      const ask = <T>(answer: () => T): Promise<T> =>
        new Promise((resolve) => {
          check(name, this.secret);
          resolve(answer());
        });
      return {
        getBlobClient: (key) => ({
          exists: () => ask(() => objects.has(key)),
          download: () => ask(() => ({ readableStreamBody: readAsClient(objects.get(key) ?? Buffer.of()) })),
          deleteIfExists: () => ask(() => objects.delete(key)),
        }),
        getBlockBlobClient: (key) => ({
          uploadFile: (path) => ask(() => objects.set(key, readFileSync(path))),
        }),
        listBlobsFlat: async function* ({ prefix }) {
          const keys = await ask(() => [...objects.keys()].filter((key) => key.startsWith(prefix)));
          for (const key of keys) yield { name: key };
        },
      };
    }
  }
  const newPipeline = () => assert.fail("nothing is refused here");
  return { StorageSharedKeyCredential, BlobServiceClient, newPipeline };
}

function openSubject(
  context: TestContext,
  driver: ArtifactDriver,
  settings: JsonObject,
  spoil: (secret: string) => JsonObject,
  unreachable: JsonObject,
): Promise<ArtifactDriverSubject> {
  const placeOf = (key: string): StoragePlace => ({ driver: driver.name, key, settings });
  return Promise.resolve({
    driver,
    folder: makeTemporaryFolder(context),
    placeOf,
    wrongly: (place, secret) => ({ ...place, settings: { ...settings, ...spoil(secret) } }),
    unreachable: { driver: driver.name, key: "x", settings: { ...settings, ...unreachable } },
  });
}

const all = { save: true, files: true, directories: true, list: true, remove: true };

const gcsKey = (secret: string): JsonObject => ({
  serviceAccountKey: JSON.stringify({ private_key: secret, project_id: "p" }),
});
describeArtifactDriver("gcs", all, (context) => {
  const driver = createGcsDriver(createGcsLibrary(createCloud("code")));
  return openSubject(context, driver, { bucket: "b", ...gcsKey("right") }, gcsKey, { bucket: "unreachable" });
});

const noIdentity = (): object => assert.fail("nobody asks for it");
describeArtifactDriver("azure", all, (context) => {
  const driver = createAzureDriver(createAzureLibrary(createCloud("statusCode"), []), noIdentity);
  const settings = { endpoint: "https://me.blob.core.windows.net", container: "c", accountKey: "right" };
  return openSubject(context, driver, settings, (accountKey) => ({ accountKey }), {
    container: "unreachable",
  });
});

test("azure: the account's name stands in the host or in the path", async (context) => {
  const accounts: string[] = [];
  const driver = createAzureDriver(createAzureLibrary(createCloud("statusCode"), accounts), noIdentity);
  for (const endpoint of ["https://me.blob.core.windows.net", "http://127.0.0.1:10000/devstoreaccount1"]) {
    const settings = { endpoint, container: "c", accountKey: "right" };
    await driver.list({ driver: "azure", key: "x", settings }, makeLimits());
  }
  assert.deepEqual(accounts, ["me", "devstoreaccount1"]);
  const target = join(makeTemporaryFolder(context), "t");
  const odd = {
    driver: "azure",
    key: "x",
    settings: { endpoint: "no address", container: "c", accountKey: "k" },
  };
  await refused(driver.load(odd, target, makeLimits()), "artifact/bad-place");
});

test("azure: an object that is larger than streams hold arrives whole", async (context) => {
  const cloud = createCloud("statusCode");
  const content = Buffer.alloc(1 << 20, "abc");
  cloud.objects.set("large", content);
  const driver = createAzureDriver(createAzureLibrary(cloud, []), noIdentity);
  const settings = { endpoint: "https://me.blob.core.windows.net", container: "c", accountKey: "right" };
  const target = join(makeTemporaryFolder(context), "t");
  await driver.load({ driver: "azure", key: "large", settings }, target, makeLimits());
  assert.ok(readFileSync(target).equals(content));
});

test("gcs: a key that is no JSON is not repeated", async () => {
  const driver = createGcsDriver(createGcsLibrary(createCloud("code")));
  const settings = { bucket: "b", serviceAccountKey: "geheim" };
  const error = await refused(
    driver.list({ driver: "gcs", key: "x", settings }, makeLimits()),
    "artifact/bad-place",
  );
  assert.ok(!error.message.includes("geheim"));
});

test("a package that is not installed is named, before a run and at its use", async () => {
  for (const [driver, words] of [
    ["gcs", /npm package @google-cloud\/storage, which is not installed/u],
    ["azure", /npm package @azure\/storage-blob, which is not installed/u],
    ["hdfs", /no driver for artifacts in hdfs/u],
    ["toString", /no driver for artifacts in toString/u],
  ] as const) {
    const [problem] = findMissingDrivers([{ driver }]);
    assert.match(problem?.message ?? "", words);
    assert.match((await refused(findArtifactDriver(driver), "artifact/driver-missing")).message, words);
  }
  assert.deepEqual(findMissingDrivers([{ driver: "s3" }, { driver: "git" }, { driver: "http" }]), []);
});
