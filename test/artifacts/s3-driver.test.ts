/** The S3 driver against a server that really runs. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, describe, test } from "node:test";
import { createS3Driver } from "../../src/artifacts/s3/create-s3-driver.ts";
import { openS3, translateS3Error } from "../../src/artifacts/s3/s3-client.ts";
import { digestName, partBytes } from "../../src/artifacts/s3/save-object.ts";
import { MillraceError } from "../../src/base/errors.ts";
import type { JsonObject } from "../../src/base/json.ts";
import type { StoragePlace } from "../../src/model/data/storage-place.ts";
import {
  describeArtifactDriver,
  makeLimits,
  readStored,
  refused,
  writeStored,
} from "../../src/ports/conformance/artifact-driver.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";
import { startWebServer } from "./web-server.ts";
import { needsS3, startS3Server } from "./start-s3-server.ts";

const driver = createS3Driver();
const skip = needsS3;

function s3Place(key: string, settings: JsonObject): StoragePlace {
  return { driver: "s3", key, settings };
}

if (needsS3 === false) {
  const abilities = { save: true, files: true, directories: true, list: true, remove: true };
  describeArtifactDriver("s3", abilities, async (context) => {
    const settings = await startS3Server(context);
    return {
      driver,
      folder: makeTemporaryFolder(context),
      placeOf: (name) => s3Place(name, settings),
      // This server looks at the access key alone.
      wrongly: (place, accessKey) => ({ ...place, settings: { ...place.settings, accessKey } }),
      unreachable: s3Place("x", { ...settings, endpoint: "127.0.0.1:1" }),
    };
  });
} else describe("artifact driver: s3", { skip }, () => undefined);

async function putObject(settings: JsonObject, key: string, body: string, metadata = {}): Promise<void> {
  const { library, client, bucket } = await openS3(s3Place(key, settings));
  await client.send(
    new library.PutObjectCommand({ Bucket: bucket, Key: key, Body: body, Metadata: metadata }),
  );
  client.destroy();
}

async function prepare(context: TestContext): Promise<{ settings: JsonObject; folder: string }> {
  return { settings: await startS3Server(context), folder: makeTemporaryFolder(context) };
}

test("a large file goes in parts and comes back as it was", { skip }, async (context) => {
  const { settings, folder } = await prepare(context);
  const bytes = randomBytes(2 * partBytes + 12_345);
  writeFileSync(join(folder, "large"), bytes);
  const place = s3Place("large", settings);
  await driver.save(join(folder, "large"), place, makeLimits());
  await driver.load(place, join(folder, "back"), makeLimits());
  assert.ok(readFileSync(join(folder, "back")).equals(bytes));
  const { library, client, bucket } = await openS3(place);
  const head = await client.send(new library.HeadObjectCommand({ Bucket: bucket, Key: "large" }));
  client.destroy();
  assert.equal(head.Metadata?.[digestName], createHash("sha256").update(bytes).digest("hex"));
});

test("content that is not what its digest says is refused and not laid", { skip }, async (context) => {
  const { settings, folder } = await prepare(context);
  await putObject(settings, "x", "changed", { [digestName]: "0".repeat(64) });
  const error = await refused(
    driver.load(s3Place("x", settings), join(folder, "out", "t"), makeLimits()),
    "artifact/damaged",
  );
  assert.match(error.message, /s3 'x'.*SHA-256/u);
  assert.deepEqual(readdirSync(join(folder, "out")), []);
});

/** A list as a server with other ideas about keys would give it. */
function listKeys(keys: readonly string[], next?: string): string {
  const contents = keys.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join("");
  const more = next === undefined ? "" : `<NextContinuationToken>${next}</NextContinuationToken>`;
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${next !== undefined}</IsTruncated>${more}${contents}</ListBucketResult>`;
}

test(
  "a key that would leave the directory is refused, and nothing of it is laid",
  { skip },
  async (context) => {
    for (const key of ["dir/../../evil", "dir//evil", "dir/./evil", "dir/..", "dir/a/../../../evil"]) {
      const server = await startWebServer(context, {
        answer: (incoming, outgoing) => {
          const isList = incoming.url?.includes("list-type=2") === true;
          if (isList) outgoing.end(listKeys(["dir/good", key]));
          else if (incoming.url?.startsWith("/b/dir/") === true) outgoing.end("x");
          else outgoing.writeHead(404).end("<Error><Code>NoSuchKey</Code></Error>");
          return true;
        },
      });
      const folder = makeTemporaryFolder(context);
      const settings = { endpoint: server.origin, bucket: "b", accessKey: "a", secretKey: "b" };
      const loading = driver.load(s3Place("dir", settings), join(folder, "out", "t"), makeLimits());
      await refused(loading, "artifact/unsafe-key");
      assert.deepEqual(readdirSync(join(folder, "out")), []);
    }
  },
);

test(
  "objects of others are a directory, with or without a slash behind the key",
  { skip },
  async (context) => {
    const { settings, folder } = await prepare(context);
    await putObject(settings, "dir/a", "1");
    await putObject(settings, "dir/b/c", "2");
    for (const key of ["dir", "dir/"]) {
      const target = join(folder, `t${key.length}`);
      await driver.load(s3Place(key, settings), target, makeLimits());
      assert.deepEqual(readStored(target), { a: "1", "b/c": "2" });
    }
  },
);

test("a list of more than one page is whole", { skip }, async (context) => {
  const pages = new Map([
    [null, ["dir/a", "dir/b"]],
    ["2", ["dir/c"]],
    ["3", ["dir/d"]],
  ]);
  const server = await startWebServer(context, {
    answer: (incoming, outgoing) => {
      const { searchParams } = new URL(incoming.url ?? "", "http://x");
      const token = searchParams.get("continuation-token");
      const next = { "": "2", 2: "3", 3: undefined }[token ?? ""];
      if (searchParams.get("list-type") === "2") outgoing.end(listKeys(pages.get(token) ?? [], next));
      else outgoing.writeHead(404).end();
      return true;
    },
  });
  const settings = { endpoint: server.origin, bucket: "b", accessKey: "a", secretKey: "b" };
  const listed = await driver.list(s3Place("dir", settings), makeLimits());
  assert.deepEqual(listed, ["dir/a", "dir/b", "dir/c", "dir/d"]);
});

test("a bucket is made when that is asked for, and only then", { skip }, async (context) => {
  const { settings, folder } = await prepare(context);
  writeStored(join(folder, "source"), "text");
  const other = { ...settings, bucket: "other" };
  const error = await refused(
    driver.save(join(folder, "source"), s3Place("x", other), makeLimits()),
    "artifact/missing",
  );
  assert.match(error.message, /NoSuchBucket/u);
  const made = { ...other, makesBucket: true };
  for (let times = 0; times < 2; times += 1)
    await driver.save(join(folder, "source"), s3Place("x", made), makeLimits());
  assert.equal(await driver.exists(s3Place("x", other), makeLimits()), true);
});

test("without keys the credentials of the environment are used", { skip }, async (context) => {
  const { settings, folder } = await prepare(context);
  const { accessKey: _access, secretKey: _secret, ...rest } = settings;
  await putObject(settings, "x", "text");
  const before = { ...process.env };
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER" });
  try {
    await driver.load(s3Place("x", { ...rest, ambientCredentials: true }), join(folder, "t"), makeLimits());
  } finally {
    process.env = before;
  }
  assert.equal(readStored(join(folder, "t")), "text");
});

test("settings that make no sense are told", { skip }, async (context) => {
  const folder = makeTemporaryFolder(context);
  for (const [settings, words] of [
    [{}, /bucket is missing/u],
    [{ bucket: "b", accessKey: "a" }, /only one/u],
    [{ bucket: "b", endpoint: "a b" }, /endpoint 'a b'/u],
    [{ bucket: 1 }, /bucket is no text/u],
    [{ bucket: "b", insecure: "yes", endpoint: "h" }, /insecure/u],
  ] as const) {
    const error = await refused(
      driver.load(s3Place("x", settings), join(folder, "t"), makeLimits()),
      "artifact/bad-place",
    );
    assert.match(error.message, words);
  }
});

test("what nobody has set up is told in words, and not tried again", () => {
  for (const [name, message, words] of [
    [
      "CredentialsProviderError",
      "Could not load credentials from any providers",
      /no credentials.+accessKeySecret/u,
    ],
    ["Error", "Region is missing", /names no region/u],
  ] as const) {
    const error = translateS3Error(
      Object.assign(new Error(message), { name }),
      s3Place("x", { bucket: "b" }),
      makeLimits().signal,
    );
    assert.ok(error instanceof MillraceError);
    assert.equal(error.code, "artifact/denied");
    assert.match(error.message, words);
  }
});
