/** Credentials of a role, from a token service that really listens. */
import assert from "node:assert/strict";
import { buffer } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { assumeRole, createRoleSource, signRequest } from "../../src/artifacts/s3/assume-role.ts";
import type { RoleSource, RoleWishes } from "../../src/artifacts/s3/assume-role.ts";
import { createS3Driver } from "../../src/artifacts/s3/create-s3-driver.ts";
import { MillraceError } from "../../src/base/errors.ts";
import { makeLimits } from "../../src/ports/conformance/artifact-driver.ts";
import { createNetworkGate } from "../../src/runtime/network/create-network-gate.ts";
import { needsS3, startS3Server } from "./start-s3-server.ts";
import { startWebServer } from "./web-server.ts";

const place = { driver: "s3", key: "x", settings: { bucket: "b" } };
const identity = { accessKeyId: "AKID", secretAccessKey: "SECRET" };

/** `given`: keys that the service gives; absent, it refuses. Forms that it was sent come into `forms`. */
async function startService(context: TestContext, given?: string, end = "2999-01-02T04:00:00Z") {
  const forms: string[] = [];
  const server = await startWebServer(context, {
    answer: async (incoming, outgoing) => {
      forms.push((await buffer(incoming)).toString("utf8"));
      if (given === undefined)
        outgoing
          .writeHead(403)
          .end("<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>");
      else
        outgoing.end(
          `<R><Credentials><AccessKeyId>${given}</AccessKeyId><SecretAccessKey>${given}</SecretAccessKey>` +
            `<SessionToken>token==</SessionToken><Expiration>${end}</Expiration></Credentials></R>`,
        );
      return true;
    },
  });
  useService(context, server.origin);
  return { server, forms };
}

function useService(context: TestContext, origin: string): void {
  const before = process.env["AWS_ENDPOINT_URL_STS"];
  process.env["AWS_ENDPOINT_URL_STS"] = origin;
  context.after(() => {
    if (before === undefined) delete process.env["AWS_ENDPOINT_URL_STS"];
    else process.env["AWS_ENDPOINT_URL_STS"] = before;
  });
}

function ask(
  gate?: ReturnType<typeof createNetworkGate>,
  more: Partial<RoleWishes> = {},
  take: RoleSource["take"] = assumeRole,
) {
  return take({
    place,
    roleArn: "arn:aws:iam::1:role/x",
    findIdentity: () => Promise.resolve(identity),
    findRegion: () => Promise.resolve("eu-west-1"),
    gate,
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
    ...more,
  });
}

async function refusal(work: Promise<unknown>): Promise<MillraceError> {
  const error: unknown = await work.then(() => undefined).catch((thrown: unknown) => thrown);
  return error instanceof MillraceError ? error : assert.fail(String(error));
}

test("a request is signed as AWS wants it", () => {
  // Computed with AWS's own library.
  const { authorization } = signRequest({
    url: new URL("https://sts.eu-west-1.amazonaws.com/"),
    body: "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx",
    identity: { ...identity, sessionToken: "tok/en==" },
    region: "eu-west-1",
    at: new Date("2026-01-02T03:04:05Z"),
  });
  assert.equal(
    authorization,
    "AWS4-HMAC-SHA256 Credential=AKID/20260102/eu-west-1/sts/aws4_request, " +
      "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, " +
      "Signature=e4b09988e61fef4c0f4d73c0ea0036f448f82a0626061c3e086869e66c1c28ec",
  );
});

test("the token service gives credentials for a while", async (context) => {
  const { forms } = await startService(context, "KEY");
  assert.deepEqual(await ask(), {
    accessKeyId: "KEY",
    secretAccessKey: "KEY",
    sessionToken: "token==",
    expiration: new Date("2999-01-02T04:00:00Z"),
  });
  const form = new URLSearchParams(forms[0]);
  assert.deepEqual([form.get("Action"), form.get("RoleArn")], ["AssumeRole", "arn:aws:iam::1:role/x"]);
});

test("a role that is not given, and a service that may not be asked, are told", async (context) => {
  const { server } = await startService(context);
  const denied = await refusal(ask());
  assert.equal(denied.code, "artifact/denied");
  assert.match(denied.message, /role\/x is not given.+403 \(AccessDenied\)/u);
  const asked = server.seen.length;
  const gate = createNetworkGate({ allow: [], deny: [], local: [], refusesLocal: true });
  assert.equal((await refusal(ask(gate))).code, "network/refused");
  assert.equal(server.seen.length, asked);
});

test("a role is asked for once, until shortly before its credentials expire, and per region", async (context) => {
  const { forms } = await startService(context, "KEY", "2026-01-02T04:00:00Z");
  const { take, forget } = createRoleSource();
  const askAt = (hour: number, minute: number, region = "eu-west-1") =>
    ask(
      undefined,
      { now: () => Date.UTC(2026, 0, 2, hour, minute), findRegion: () => Promise.resolve(region) },
      take,
    );
  const first = await askAt(3, 0);
  assert.equal(await askAt(3, 54), first);
  assert.equal(forms.length, 1);
  await askAt(3, 55);
  assert.equal(forms.length, 2);
  await askAt(3, 0, "eu-north-1");
  assert.equal(forms.length, 3);
  await ask(undefined, { roleArn: "other", now: () => 0 }, take);
  assert.equal(forms.length, 4);
  await askAt(3, 1, "eu-north-1");
  assert.equal(forms.length, 4);
  forget("arn:aws:iam::1:role/x");
  await askAt(3, 1, "eu-north-1");
  assert.equal(forms.length, 5);
});

test("who gives up no longer waits for the token service", async (context) => {
  const giveUp = new AbortController();
  const { origin } = await startWebServer(context, {
    answer: () => {
      giveUp.abort();
      return Promise.resolve(true);
    },
  });
  useService(context, origin);
  assert.equal((await refusal(ask(undefined, { signal: giveUp.signal }))).code, "artifact/unavailable");
});

/** A driver whose place names a role, and a service that lends that role the keys `key`. */
async function openWithRole(
  context: TestContext,
  key: string,
): Promise<{
  readonly forms: Awaited<ReturnType<typeof startService>>["forms"];
  readonly exists: (more?: object) => Promise<boolean>;
}> {
  const { accessKey: _access, secretKey: _secret, ...settings } = await startS3Server(context);
  const { forms } = await startService(context, key);
  const before = { ...process.env };
  context.after(() => (process.env = before));
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "ME", AWS_SECRET_ACCESS_KEY: "ME" });
  const driver = createS3Driver();
  const exists = (more: object = {}): Promise<boolean> =>
    driver.exists({ driver: "s3", key: "x", settings: { ...settings, roleArn: "r", ...more } }, makeLimits());
  return { forms, exists };
}

test(
  "s3: who has a role asks with its credentials, unless keys are given",
  { skip: needsS3 },
  async (context) => {
    const { forms, exists } = await openWithRole(context, "S3RVER");
    assert.equal(await exists({}), false);
    assert.equal(await exists({}), false);
    assert.equal(forms.length, 1);
    assert.equal(await exists({ accessKey: "S3RVER", secretKey: "S3RVER" }), false);
    assert.equal(forms.length, 1);
  },
);

test("s3: a role whose credentials are refused is asked for anew", { skip: needsS3 }, async (context) => {
  const { forms, exists } = await openWithRole(context, "STALE");
  assert.equal((await refusal(exists())).code, "artifact/denied");
  assert.equal((await refusal(exists())).code, "artifact/denied");
  assert.equal(forms.length, 2);
});
