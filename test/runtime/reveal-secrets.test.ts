/** Seals become values at the last moment, and values are hidden in what comes back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { writeByteText } from "../../src/base/byte-text.ts";
import { MillraceError } from "../../src/base/errors.ts";
import type { AttemptCommand, AttemptOrder } from "../../src/model/run/attempt.ts";
import { sealSecret } from "../../src/model/run/sealed-secret.ts";
import {
  hideInResponse,
  hideSecrets,
  revealOrder,
  revealRequest,
} from "../../src/runtime/perform/reveal-secrets.ts";
import { makeCommand, makeOrder } from "../../src/ports/conformance/executor-bench.ts";
import type { SecretStore } from "../../src/ports/secret-store.ts";
import { createMemorySecrets } from "../../src/stores/memory/memory-secrets.ts";

const store = createMemorySecrets();
store.put("db", { password: "geheim", user: "me" });
const password = sealSecret("db", "password");

function reveal(command: Partial<AttemptCommand>): AttemptOrder {
  const revealed = revealOrder(makeOrder([makeCommand(command)]), store);
  return revealed.ok ? revealed.value : assert.fail(revealed.error.kind);
}

test("an order without secrets is handed on as it is", () => {
  const order = makeOrder([makeCommand({ args: ["x"], env: [{ name: "A", value: "1", secret: false }] })]);
  const revealed = revealOrder(order, store);
  assert.ok(revealed.ok && revealed.value === order);
});

test("variables, what was made of them, and words of the command line get their values", () => {
  const { commands, secrets } = reveal({
    args: ["--login", `me:${password}`],
    env: [
      { name: "PW", value: password, secret: true },
      { name: "URL", value: `db://${password}@host`, secret: false },
      { name: "PLAIN", value: "plain", secret: false },
    ],
  });
  assert.deepEqual(commands[0]?.args, ["--login", "me:geheim"]);
  assert.deepEqual(commands[0].env, [
    { name: "PW", value: "geheim", secret: true },
    { name: "URL", value: "db://geheim@host", secret: true },
    { name: "PLAIN", value: "plain", secret: false },
  ]);
  assert.deepEqual(secrets, ["geheim"]);
});

test("files of a mounted Secret get their values", () => {
  const volume = { name: "v", mountPath: "/etc/db", readOnly: true };
  const { commands, secrets } = reveal({
    volumes: [{ ...volume, source: { kind: "text", files: { pw: password }, secret: true } }],
  });
  assert.deepEqual(commands[0]?.volumes[0]?.source, { kind: "text", files: { pw: "geheim" }, secret: true });
  assert.deepEqual(secrets, ["geheim"]);
});

test("a Secret that is not stored any more is a problem with its name", () => {
  const env = [{ name: "PW", value: sealSecret("gone", "key"), secret: true }];
  const revealed = revealOrder(makeOrder([makeCommand({ env })]), store);
  assert.ok(!revealed.ok && revealed.error.kind === "start-refused");
  assert.equal(revealed.error.code, "secrets/missing");
  assert.match(revealed.error.message, /the Secret gone with the key key/u);
});

test("headers of a request get their values", () => {
  const request = {
    method: "GET",
    url: "http://host",
    headers: [
      { name: "Authorization", value: `Bearer ${password}`, secret: true },
      { name: "Accept", value: "text/plain", secret: false },
    ],
    timeoutMs: 1,
    verifyTls: true,
  };
  const revealed = revealRequest(request, store);
  assert.ok(revealed.ok);
  const { request: opened, secrets } = revealed.value;
  assert.deepEqual(
    opened.headers.map(({ value }) => value),
    ["Bearer geheim", "text/plain"],
  );
  assert.deepEqual(secrets, ["geheim", "Bearer geheim"]);
  const gone = {
    ...request,
    headers: [{ name: "Authorization", value: sealSecret("gone", "key"), secret: true }],
  };
  const refused = revealRequest(gone, store);
  assert.ok(!refused.ok);
  assert.match(refused.error, /the Secret gone with the key key.*\[secrets\/missing\]/u);
});

test("a server that sends back what it was sent does not bring the values into the history", () => {
  const response = { statusCode: 200, headers: { Echo: ["Bearer geheim"] }, body: '{"auth":"geheim"}' };
  assert.deepEqual(hideInResponse(response, ["geheim"]), {
    statusCode: 200,
    headers: { Echo: ["Bearer ***"] },
    body: '{"auth":"***"}',
  });
  assert.deepEqual(hideInResponse({ problem: "no geheim" }, ["geheim"]), { problem: "no ***" });
  assert.equal(hideInResponse(response, []), response);
});

test("a Secret that cannot be opened is a problem of the attempt, with what to do", () => {
  const refusing: SecretStore = {
    ...store,
    find: () => {
      throw new MillraceError("secrets/key-missing", "not-found", "no key", { hint: "Put it back." });
    },
  };
  const env = [{ name: "PW", value: password, secret: true }];
  const revealed = revealOrder(makeOrder([makeCommand({ env })]), refusing);
  assert.deepEqual(revealed, {
    ok: false,
    error: { kind: "start-refused", code: "secrets/key-missing", message: "no key. Put it back." },
  });
});

test("what a command gave back is masked before anybody keeps it", () => {
  const outputs = { result: "pw geheim", parameters: { p: "geheim", q: "offen" }, artifacts: {} };
  assert.deepEqual(hideSecrets(outputs, ["geheim"]), {
    result: "pw ***",
    parameters: { p: "***", q: "offen" },
    artifacts: {},
  });
  assert.equal(hideSecrets(outputs, []), outputs);
});

test("bytes that are no text are for files only", () => {
  store.put("key", { id: writeByteText("AP/+gA==") });
  const id = sealSecret("key", "id");
  const volume = { name: "v", mountPath: "/v", readOnly: false };
  const { commands, secrets } = reveal({
    volumes: [{ ...volume, source: { kind: "text", files: { id }, secret: true } }],
  });
  assert.deepEqual(commands[0]?.volumes[0]?.source, {
    kind: "text",
    files: { id: writeByteText("AP/+gA==") },
    secret: true,
  });
  assert.deepEqual(secrets, [writeByteText("AP/+gA==")]);
  const outputs = { parameters: { p: "say AP/+gA==" }, artifacts: {} };
  assert.equal(hideSecrets(outputs, secrets ?? []).parameters["p"], "say ***");
  const refused = revealOrder(
    makeOrder([makeCommand({ env: [{ name: "ID", value: id, secret: true }] })]),
    store,
  );
  assert.ok(!refused.ok && refused.error.kind === "start-refused");
  assert.equal(refused.error.code, "secrets/not-text");
});
