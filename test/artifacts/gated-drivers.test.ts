/** Drivers that may not connect to everything: their own address, what it redirects to, and where git goes by itself. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { request } from "node:http";
import type { Agent, RequestOptions } from "node:http";
import { connect } from "node:net";
import { join, relative } from "node:path";
import { type TestContext, test } from "node:test";
import { createAzureDriver } from "../../src/artifacts/azure/create-azure-driver.ts";
import type { AzureLibrary, AzurePolicyFactory } from "../../src/artifacts/azure/create-azure-driver.ts";
import { createGcsDriver } from "../../src/artifacts/gcs/create-gcs-driver.ts";
import type { GcsLibrary } from "../../src/artifacts/gcs/create-gcs-driver.ts";
import { createGitDriver } from "../../src/artifacts/git/create-git-driver.ts";
import { openGuardedProxy } from "../../src/artifacts/transfer/guarded-proxy.ts";
import { createHttpDriver } from "../../src/artifacts/http/create-http-driver.ts";
import { createS3Driver } from "../../src/artifacts/s3/create-s3-driver.ts";
import type { JsonObject } from "../../src/base/json.ts";
import { parseNetworkRule } from "../../src/model/run/network-policy.ts";
import { makeLimits, readStored, refused } from "../../src/ports/conformance/artifact-driver.ts";
import type { NetworkGate } from "../../src/ports/network-gate.ts";
import { createNetworkGate } from "../../src/runtime/network/create-network-gate.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";
import { git, makeRepository, needsGit } from "./git-repository.ts";
import { startWebServer } from "./web-server.ts";

const skip = needsGit;

/** What serves others, but for these servers. */
function makeGate(...origins: readonly string[]) {
  const local = origins.map((origin) => parseNetworkRule(new URL(origin).host) ?? assert.fail(origin));
  return createNetworkGate({ allow: [], deny: [], local, refusesLocal: true });
}

function placeOf(driver: string, key: string, settings: JsonObject = {}) {
  return { driver, key, settings };
}

test("http: the address, what it redirects to, and the token server", async (context) => {
  const target = join(makeTemporaryFolder(context), "target");
  const other = await startWebServer(context);
  other.files.set("/x", Buffer.from("inside"));
  const first = await startWebServer(context, {
    answer: (incoming, outgoing) => {
      if (incoming.url !== "/away") return false;
      outgoing.writeHead(307, { Location: `${other.origin}/x` }).end();
      return true;
    },
  });
  first.files.set("/x", Buffer.from("hello"));
  const driver = createHttpDriver("http", false, makeGate(first.origin));
  const load = (key: string, settings: JsonObject = {}) =>
    driver.load(placeOf("http", key, settings), target, makeLimits());
  await refused(load(`${other.origin}/x`), "network/refused");
  await refused(load(`${first.origin}/away`), "network/refused");
  await refused(load("http://localhost:1/x"), "network/refused");
  const token = { tokenUrl: `${other.origin}/token`, clientId: "a", clientSecret: "b" };
  await refused(load(`${first.origin}/x`, token), "network/refused");
  assert.deepEqual(other.seen, []);
  assert.equal(existsSync(target), false);
  await load(`${first.origin}/x`);
  assert.equal(readFileSync(target, "utf8"), "hello");
});

test("s3: an endpoint by address and by name", async (context) => {
  const server = await startWebServer(context);
  const target = join(makeTemporaryFolder(context), "target");
  const keys = { bucket: "b", accessKey: "a", secretKey: "s", insecure: true };
  const driver = createS3Driver(makeGate());
  for (const host of ["127.0.0.1", "localhost"]) {
    const endpoint = `${host}:${new URL(server.origin).port}`;
    const error = await refused(
      driver.load(placeOf("s3", "k", { ...keys, endpoint }), target, makeLimits()),
      "network/refused",
    );
    assert.match(error.hint ?? "", /--network-local/u);
  }
  assert.deepEqual(server.seen, []);
  const gated = createS3Driver(makeGate(server.origin));
  const { host } = new URL(server.origin);
  await refused(
    gated.load(placeOf("s3", "k", { ...keys, endpoint: host }), target, makeLimits()),
    "artifact/missing",
  );
  assert.ok(server.seen.length > 0);
});

/** Asks with what a client was given to connect by; resolves when there is an answer. */
function ask(url: string, options: RequestOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (incoming) => {
      incoming.resume();
      if (incoming.statusCode === 200) incoming.on("end", resolve);
      else reject(Object.assign(new Error("refused"), { code: incoming.statusCode }));
    });
    outgoing.on("error", (error) => reject(new Error(error.message, { cause: error })));
    outgoing.end();
  });
}

/** A client of Azure that is sent from its endpoint to another address. */
function createAzureLibrary(redirectsTo: string): AzureLibrary {
  const fail = () => assert.fail("only lists are asked for");
  class BlobServiceClient {
    private readonly address: string;
    private readonly pipeline: ReturnType<AzureLibrary["newPipeline"]>;
    constructor(address: string, pipeline: object) {
      this.address = address;
      this.pipeline = pipeline as ReturnType<AzureLibrary["newPipeline"]>;
    }
    getContainerClient() {
      const send = this.pipeline.factories.reduce<ReturnType<AzurePolicyFactory["create"]>>(
        (next, factory) => factory.create(next),
        {
          sendRequest: ({ url, agent }: { url: string; agent?: unknown }) =>
            ask(url, { agent: agent as Agent }),
        },
      );
      const { address } = this;
      return {
        getBlobClient: fail,
        getBlockBlobClient: fail,
        listBlobsFlat: async function* () {
          await send.sendRequest({ url: address });
          await send.sendRequest({ url: redirectsTo });
          yield { name: "x" };
        },
      };
    }
  }
  return {
    StorageSharedKeyCredential: class {},
    BlobServiceClient,
    newPipeline: () => ({ factories: [] }),
  };
}

test("azure: the endpoint, and what its client is redirected to", async (context) => {
  const [first, other] = [await startWebServer(context), await startWebServer(context)];
  for (const server of [first, other]) server.files.set("/x", Buffer.from("x"));
  const list = (gate: NetworkGate, away: string) =>
    createAzureDriver(createAzureLibrary(away), () => ({}), gate).list(
      placeOf("azure", "x", { endpoint: `${first.origin}/x`, container: "c" }),
      makeLimits(),
    );
  await refused(list(makeGate(), `${first.origin}/x`), "network/refused");
  assert.deepEqual(first.seen, []);
  await refused(list(makeGate(first.origin), `${other.origin}/x`), "network/refused");
  const byName = `${other.origin.replace("127.0.0.1", "localhost")}/x`;
  await refused(list(makeGate(first.origin), byName), "network/refused");
  assert.deepEqual(other.seen, []);
  assert.deepEqual(await list(makeGate(first.origin, other.origin), `${other.origin}/x`), ["x"]);
});

/** A client of Google: signs in at an address by its agent, and lists at another by its proxy. */
function createGcsLibrary(signIn: string, storage: string): GcsLibrary {
  const fail = () => assert.fail("only lists are asked for");
  class Storage {
    readonly interceptors: { request(options: object): object }[] = [];
    private readonly agent: ((url: string) => Agent) | undefined;
    constructor({ clientOptions }: ConstructorParameters<GcsLibrary["Storage"]>[0]) {
      this.agent = clientOptions?.transporterOptions.agent;
    }
    bucket() {
      const list = async () => {
        await ask(signIn, { agent: this.agent?.(signIn) });
        const options = this.interceptors.reduce((before, one) => one.request(before), {});
        const proxy = new URL((options as { readonly proxy: string }).proxy);
        const login = Buffer.from(`${proxy.username}:${proxy.password}`).toString("base64");
        const headers = { "Proxy-Authorization": `Basic ${login}` };
        await ask(proxy.origin, { path: storage, headers });
        return [[{ name: "x" }]] as const;
      };
      return { file: fail, upload: fail, getFiles: list };
    }
  }
  return { Storage };
}

test("gcs: where its client signs in, and where it goes besides", async (context) => {
  const [first, other] = [await startWebServer(context), await startWebServer(context)];
  for (const server of [first, other]) server.files.set("/x", Buffer.from("x"));
  const list = (gate: NetworkGate) =>
    createGcsDriver(createGcsLibrary(`${first.origin}/x`, `${other.origin}/x`), {
      ...gate,
      checkResolved: () => Promise.resolve(),
    }).list(placeOf("gcs", "x", { bucket: "b" }), makeLimits());
  await refused(list(makeGate(other.origin)), "network/refused");
  assert.deepEqual(first.seen, []);
  await refused(list(makeGate(first.origin)), "network/refused");
  assert.deepEqual(other.seen, []);
  assert.deepEqual(await list(makeGate(first.origin, other.origin)), ["x"]);
});

/** A repository behind plain http, as files. */
async function publish(
  context: TestContext,
  folder: string,
  name: string,
  redirect?: () => string | undefined,
) {
  const server = await startWebServer(context, {
    answer: (_incoming, outgoing) => {
      const target = redirect?.();
      if (target === undefined) return false;
      outgoing.writeHead(302, { Location: target }).end();
      return true;
    },
  });
  const bare = join(folder, `${name}.git`);
  git(bare, "update-server-info");
  for (const path of readdirSync(bare, { recursive: true, encoding: "utf8" }).map((each) => join(bare, each)))
    if (statSync(path).isFile()) server.files.set(`/${name}.git/${relative(bare, path)}`, readFileSync(path));
  const isFile = (url: string): boolean => server.files.has(url.split("?")[0] ?? "");
  for (const [path, content] of server.files)
    if (path.endsWith("info/refs")) server.files.set(`${path}?service=git-upload-pack`, content);
  assert.ok(isFile(`/${name}.git/HEAD`));
  return { ...server, url: `${server.origin}/${name}.git` };
}

test("git: what is allowed is cloned, by name as well", { skip }, async (context) => {
  const folder = makeTemporaryFolder(context);
  makeRepository(folder, "good").commit({ file: "1" }, "one");
  const good = await publish(context, folder, "good");
  const target = join(folder, "target");
  await createGitDriver(makeGate(good.origin)).load(placeOf("git", good.url), target, makeLimits());
  assert.deepEqual(readStored(target), { file: "1" });
});

test("git: an address that is refused, in every protocol", { skip }, async (context) => {
  const folder = makeTemporaryFolder(context);
  makeRepository(folder, "good").commit({ file: "1" }, "one");
  const good = await publish(context, folder, "good");
  const driver = createGitDriver(makeGate());
  for (const key of [
    good.url,
    good.url.replace("127.0.0.1", "localhost"),
    "https://127.0.0.1:1/x.git",
    "git://127.0.0.1:1/x.git",
    "ssh://me@127.0.0.1:1/x.git",
  ]) {
    const target = join(folder, "target");
    const error = await refused(driver.load(placeOf("git", key), target, makeLimits()), "network/refused");
    assert.match(error.message, /is loopback/u, key);
    assert.equal(existsSync(target), false);
  }
  assert.deepEqual(good.seen, []);
  await refused(driver.exists(placeOf("git", good.url), makeLimits()), "network/refused");
});

test("git: redirects and submodules that lead elsewhere", { skip }, async (context) => {
  const folder = makeTemporaryFolder(context);
  makeRepository(folder, "inner").commit({ file: "inner" }, "one");
  const inner = await publish(context, folder, "inner");
  const moved = await publish(
    context,
    folder,
    "inner",
    () => `${inner.url}/info/refs?service=git-upload-pack`,
  );
  const target = join(folder, "target");
  const gate = makeGate(moved.origin);
  await refused(
    createGitDriver(gate).load(placeOf("git", moved.url), target, makeLimits()),
    "network/refused",
  );
  const outer = makeRepository(folder, "outer");
  outer.commit({ file: "outer" }, "one");
  git(
    outer.work,
    "-c",
    "protocol.allow=always",
    "submodule",
    "--quiet",
    "add",
    join(folder, "inner.git"),
    "part",
  );
  git(outer.work, "config", "--file", ".gitmodules", "submodule.part.url", inner.url);
  outer.commit({}, "two");
  const published = await publish(context, folder, "outer");
  const driver = createGitDriver(makeGate(published.origin));
  await refused(driver.load(placeOf("git", published.url), target, makeLimits()), "network/refused");
  assert.deepEqual(inner.seen, []);
  assert.equal(existsSync(target), false);
  const both = createGitDriver(makeGate(published.origin, inner.origin));
  await both.load(placeOf("git", published.url), target, makeLimits());
  assert.deepEqual((readStored(target) as Record<string, string>)["part/file"], "inner");
});

test("the proxy that git uses lets nobody else through", async (context) => {
  const server = await startWebServer(context);
  const proxy = await openGuardedProxy(makeGate(server.origin));
  const { host } = new URL(server.origin);
  for (const head of [
    `CONNECT ${host} HTTP/1.1\r\n\r\n`,
    `GET ${server.origin}/ HTTP/1.1\r\nHost: ${host}\r\nProxy-Authorization: Basic wrong\r\nConnection: close\r\n\r\n`,
  ]) {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(proxy.port, "127.0.0.1", () => socket.write(head));
      let text = "";
      socket.on("data", (chunk) => (text += chunk.toString()));
      socket.on("error", reject);
      socket.on("close", () => resolve(text));
    });
    assert.match(answer, /^HTTP\/1\.1 407/u);
  }
  assert.deepEqual(server.seen, []);
  assert.equal(proxy.refusal(), undefined);
  await proxy.close();
});
