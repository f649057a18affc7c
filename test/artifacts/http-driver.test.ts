/** The HTTP driver, and Artifactory's, against a web server that really runs. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { text } from "node:stream/consumers";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createArtifactoryDriver } from "../../src/artifacts/http/create-artifactory-driver.ts";
import { createHttpDriver } from "../../src/artifacts/http/create-http-driver.ts";
import type { JsonObject } from "../../src/base/json.ts";
import type { StoragePlace } from "../../src/model/data/storage-place.ts";
import type { ArtifactDriver } from "../../src/ports/artifact-driver.ts";
import { describeArtifactDriver, makeLimits, refused } from "../../src/ports/conformance/artifact-driver.ts";
import type { ArtifactDriverSubject } from "../../src/ports/conformance/artifact-driver.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";
import { startWebServer } from "./web-server.ts";

const basic = `Basic ${Buffer.from("me:geheim").toString("base64")}`;
const me = { username: "me", password: "geheim" };

function httpPlace(key: string, settings: JsonObject = {}): StoragePlace {
  return { driver: "http", key, settings };
}

async function openSubject(context: TestContext, driver: ArtifactDriver): Promise<ArtifactDriverSubject> {
  const server = await startWebServer(context, { authorization: basic });
  const placeOf = (name: string): StoragePlace => ({
    driver: driver.name,
    key: `${server.origin}/${name}`,
    settings: me,
  });
  return {
    driver,
    folder: makeTemporaryFolder(context),
    placeOf,
    wrongly: (place, secret) => ({ ...place, settings: { ...me, password: secret } }),
    unreachable: { ...placeOf("x"), key: "http://127.0.0.1:1/x" },
  };
}

const abilities = { save: true, files: true, directories: false, list: false, remove: false };
describeArtifactDriver("http", abilities, (context) => openSubject(context, createHttpDriver()));
describeArtifactDriver("artifactory", { ...abilities, remove: true }, (context) =>
  openSubject(context, createArtifactoryDriver()),
);

test("headers are sent, also a name that comes twice", async (context) => {
  const server = await startWebServer(context);
  server.files.set("/x", Buffer.from("text"));
  const headers = ["1", "2"].map((value) => ({ name: "X-Many", value }));
  const target = join(makeTemporaryFolder(context), "t");
  await createHttpDriver().load(httpPlace(`${server.origin}/x`, { headers }), target, makeLimits());
  assert.equal(server.seen[0]?.headers["x-many"], "1, 2");
  assert.equal(server.seen[0]?.headers["accept-encoding"], "identity");
});

test("a redirect to another server is followed without headers and passwords", async (context) => {
  const other = await startWebServer(context);
  other.files.set("/there", Buffer.from("from there"));
  const server = await startWebServer(context, {
    answer: (_incoming, outgoing) => {
      outgoing.writeHead(302, { location: `${other.origin}/there` }).end();
      return true;
    },
  });
  const target = join(makeTemporaryFolder(context), "t");
  const settings = { ...me, headers: [{ name: "X-Key", value: "k" }] };
  await createHttpDriver().load(httpPlace(`${server.origin}/x`, settings), target, makeLimits());
  assert.equal(readFileSync(target, "utf8"), "from there");
  assert.equal(server.seen[0]?.headers.authorization, basic);
  assert.deepEqual(
    [other.seen[0]?.headers.authorization, other.seen[0]?.headers["x-key"]],
    [undefined, undefined],
  );
});

test("redirects in a circle are given up", async (context) => {
  const server = await startWebServer(context, {
    answer: (incoming, outgoing) => {
      outgoing.writeHead(307, { location: incoming.url }).end();
      return true;
    },
  });
  const target = join(makeTemporaryFolder(context), "t");
  await refused(
    createHttpDriver().load(httpPlace(`${server.origin}/x`), target, makeLimits()),
    "artifact/unavailable",
  );
  assert.equal(server.seen.length, 11);
});

test("a body that ends too early is no artifact", async (context) => {
  const server = await startWebServer(context, {
    answer: (_incoming, outgoing) => {
      outgoing.writeHead(200, { "content-length": "1000" });
      outgoing.write("the first bytes", () => outgoing.destroy());
      return true;
    },
  });
  const target = join(makeTemporaryFolder(context), "t");
  await refused(
    createHttpDriver().load(httpPlace(`${server.origin}/x`), target, makeLimits()),
    "artifact/unavailable",
  );
  assert.ok(!existsSync(target));
});

for (const [status, code] of [
  [400, "artifact/denied"],
  [403, "artifact/denied"],
  [410, "artifact/missing"],
  [429, "artifact/unavailable"],
  [503, "artifact/unavailable"],
] as const) {
  test(`the status ${status} means ${code}, for loading and for storing`, async (context) => {
    const server = await startWebServer(context, {
      answer: (incoming, outgoing) => {
        incoming.resume();
        outgoing.writeHead(status).end("why");
        return true;
      },
    });
    const folder = makeTemporaryFolder(context);
    writeFileSync(join(folder, "source"), "text");
    const place = httpPlace(`${server.origin}/x`);
    await refused(createHttpDriver().load(place, join(folder, "t"), makeLimits()), code);
    const error = await refused(createHttpDriver().save(join(folder, "source"), place, makeLimits()), code);
    assert.match(error.message, new RegExp(`http '${server.origin}/x'.*${status}`, "u"));
  });
}

/** A token server that takes the client's name from one place only. */
function startTokenServer(context: TestContext, from: "header" | "form"): ReturnType<typeof startWebServer> {
  return startWebServer(context, {
    authorization: "Bearer the-token",
    answer: async (incoming, outgoing) => {
      if (incoming.url !== "/token") return false;
      const form = new URLSearchParams(await text(incoming));
      const isKnown =
        from === "header"
          ? incoming.headers.authorization === `Basic ${Buffer.from("me:s%2F1").toString("base64")}`
          : form.get("client_id") === "me" && form.get("client_secret") === "s/1";
      const isRight =
        isKnown &&
        form.get("grant_type") === "client_credentials" &&
        form.get("scope") === "a b" &&
        form.get("audience") === "x";
      outgoing.writeHead(isRight ? 200 : 401);
      outgoing.end(isRight ? '{"access_token":"the-token","token_type":"bearer"}' : "no s/1");
      return true;
    },
  });
}

for (const from of ["header", "form"] as const) {
  test(`client credentials become a token, for servers that look in the ${from}`, async (context) => {
    const server = await startTokenServer(context, from);
    server.files.set("/x", Buffer.from("text"));
    const settings = {
      tokenUrl: `${server.origin}/token`,
      clientId: "me",
      clientSecret: "s/1",
      scopes: ["a", "b"],
      tokenParameters: [{ name: "audience", value: "x" }],
    };
    const target = join(makeTemporaryFolder(context), "t");
    await createHttpDriver().load(httpPlace(`${server.origin}/x`, settings), target, makeLimits());
    assert.equal(readFileSync(target, "utf8"), "text");
    const wrong = httpPlace(`${server.origin}/x`, { ...settings, clientSecret: "wrong" });
    await refused(createHttpDriver().load(wrong, `${target}2`, makeLimits()), "artifact/denied");
  });
}

/** Why there is no certificate to be made here; false when there is. */
const needsOpenssl = spawnSync("openssl", ["version"]).status === 0 ? false : "there is no program openssl";

test("a server that wants to know who asks gets the certificate", { skip: needsOpenssl }, async (context) => {
  const folder = makeTemporaryFolder(context);
  const request =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout key -out cert";
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  assert.equal(spawnSync("openssl", [...request.split(" "), ...names], { cwd: folder }).status, 0);
  const [key, cert] = ["key", "cert"].map((name) => readFileSync(join(folder, name), "utf8"));
  assert.ok(key !== undefined && cert !== undefined);
  const server = createServer(
    { key, cert, ca: [cert], requestCert: true, rejectUnauthorized: true },
    (_, outgoing) => outgoing.end("for you"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const before = getCACertificates("default");
  setDefaultCACertificates([...before, cert]);
  context.after(() => {
    setDefaultCACertificates(before);
    server.closeAllConnections();
    server.close();
  });
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
  const driver = createHttpDriver();
  await driver.load(
    httpPlace(address, { clientCert: cert, clientKey: key }),
    join(folder, "t"),
    makeLimits(),
  );
  assert.equal(readFileSync(join(folder, "t"), "utf8"), "for you");
  await refused(driver.load(httpPlace(address), join(folder, "u"), makeLimits()), "artifact/unavailable");
});

test("what is no address of the web is refused, and a password in an address is not repeated", async (context) => {
  const target = join(makeTemporaryFolder(context), "t");
  for (const key of ["", "no address", "file:///etc/passwd", "ftp://127.0.0.1/x"])
    await refused(createHttpDriver().load(httpPlace(key), target, makeLimits()), "artifact/bad-place");
  const place = httpPlace("http://me:geheim@127.0.0.1:1/x");
  const error = await refused(createHttpDriver().load(place, target, makeLimits()), "artifact/unavailable");
  assert.ok(!error.message.includes("geheim"), error.message);
});
