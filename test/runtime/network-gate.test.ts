/** The gate, and the requests of http templates through it, on servers that really listen. */
import assert from "node:assert/strict";
import type { LookupAddress } from "node:dns";
import { test } from "node:test";
import { createHttpRequester } from "../../src/executors/request/http-requester.ts";
import type { HttpRequest } from "../../src/model/plan/plan.ts";
import { parseNetworkRule } from "../../src/model/run/network-policy.ts";
import type { NetworkPolicy, NetworkRule } from "../../src/model/run/network-policy.ts";
import { createNetworkGate } from "../../src/runtime/network/create-network-gate.ts";
import { startWebServer } from "../artifacts/web-server.ts";

const names: Readonly<Record<string, readonly string[]>> = {
  "inside.example": ["127.0.0.1"],
  "both.example": ["169.254.7.7", "127.0.0.1"],
  "meta.example": ["169.254.169.254", "fe80::1"],
};

/** What serves others, with these exceptions; names are those above, and each look-up is counted. */
function makeGate(local: readonly string[], more: Partial<NetworkPolicy> = {}) {
  const asked: string[] = [];
  const read = (text: string): NetworkRule => parseNetworkRule(text) ?? assert.fail(text);
  const policy = { allow: [], deny: [], local: local.map(read), refusesLocal: true, ...more };
  const resolve = ((
    host: string,
    _options: object,
    done: (error: Error | null, found: LookupAddress[]) => void,
  ) => {
    asked.push(host);
    const found = names[host] ?? [];
    const family = (address: string): number => (address.includes(":") ? 6 : 4);
    if (found.length === 0) done(Object.assign(new Error(`ENOTFOUND ${host}`), { code: "ENOTFOUND" }), []);
    else
      done(
        null,
        found.map((address) => ({ address, family: family(address) })),
      );
  }) as unknown as Parameters<typeof createNetworkGate>[1];
  return { gate: createNetworkGate(policy, resolve), asked };
}

function requestOf(url: string, headers: HttpRequest["headers"] = []): HttpRequest {
  return { method: "GET", url, headers, timeoutMs: 10_000, verifyTls: true };
}

async function ask(gate: ReturnType<typeof makeGate>["gate"], request: HttpRequest): Promise<string> {
  const answer = await createHttpRequester(gate).send(request, new AbortController().signal);
  return "problem" in answer ? answer.problem : `${answer.statusCode} ${answer.body}`;
}

test("a literal address and a name that leads to one are refused before anything connects", async (context) => {
  const server = await startWebServer(context);
  const { port } = new URL(server.origin);
  const { gate } = makeGate([]);
  for (const host of [
    "127.0.0.1",
    "2130706433",
    "0x7f.1",
    "[::ffff:127.0.0.1]",
    "inside.example",
    "meta.example",
  ])
    assert.match(
      await ask(gate, requestOf(`http://${host}:${port}/`)),
      /is refused: .*\[network\/refused\].*--network-local/u,
      host,
    );
  assert.deepEqual(server.seen, []);
});

test("a name is resolved once for a connection, which goes to an address that was checked", async (context) => {
  const server = await startWebServer(context);
  server.files.set("/x", Buffer.from("hello"));
  const { port } = new URL(server.origin);
  const { gate, asked } = makeGate([`127.0.0.1:${port}`]);
  assert.equal(await ask(gate, requestOf(`http://inside.example:${port}/x`)), "200 hello");
  assert.equal(await ask(gate, requestOf(`http://both.example:${port}/x`)), "200 hello");
  assert.deepEqual(asked, ["inside.example", "both.example"]);
  assert.match(await ask(gate, requestOf(`http://gone.example:${port}/x`)), /ENOTFOUND/u);
});

test("redirects are checked again, and take no secrets to another server", async (context) => {
  const other = await startWebServer(context);
  other.files.set("/to", Buffer.from("there"));
  const first = await startWebServer(context, {
    answer: (incoming, outgoing) => {
      const target = incoming.url === "/loop" ? "http://meta.example/" : `${other.origin}/to`;
      outgoing.writeHead(302, { Location: incoming.url === "/bad" ? "http://[" : target }).end();
      return true;
    },
  });
  const portOf = (origin: string): string => new URL(origin).host;
  const headers = [
    { name: "X-Token", value: "geheim", secret: true },
    { name: "Authorization", value: "Basic x", secret: false },
    // Nobody knows what a header of one's own gives away.
    { name: "X-Plain", value: "plain", secret: false },
    { name: "Accept", value: "a/b", secret: false },
  ];
  const narrow = makeGate([portOf(first.origin)]).gate;
  assert.match(await ask(narrow, requestOf(`${first.origin}/`)), /network\/refused/u);
  assert.match(await ask(narrow, requestOf(`${first.origin}/loop`)), /169\.254\.169\.254.*network\/refused/u);
  assert.match(await ask(narrow, requestOf(`${first.origin}/bad`)), /redirects to no address/u);
  assert.equal(other.seen.length, 0);
  const wide = makeGate([portOf(first.origin), portOf(other.origin)]).gate;
  assert.equal(await ask(wide, requestOf(`${first.origin}/`, headers)), "200 there");
  assert.equal(first.seen.at(-1)?.headers["x-token"], "geheim");
  assert.deepEqual(
    other.seen.map(({ headers: got }) => [got["x-token"], got.authorization, got["x-plain"], got.accept]),
    [[undefined, undefined, undefined, "a/b"]],
  );
});

test("clients that connect by themselves are told beforehand", async () => {
  const { gate } = makeGate(["127.0.0.1"]);
  await gate.checkResolved("both.example", 443);
  await gate.checkResolved("127.0.0.1", 443);
  await assert.rejects(gate.checkResolved("meta.example", 443), { code: "network/refused" });
  await assert.rejects(gate.checkResolved("[::1]", 443), { code: "network/refused" });
});

test("what is refused, or is no address at all, is final; what does not answer is not", async () => {
  const rule = parseNetworkRule("loopback");
  assert.ok(rule !== undefined);
  const gate = createNetworkGate({ allow: [], deny: [rule], local: [], refusesLocal: false });
  const ask = (requester: ReturnType<typeof createHttpRequester>, url: string) =>
    requester.send(requestOf(url), new AbortController().signal);
  for (const url of ["http://127.0.0.1:1/", "http://localhost:1/", "nowhere"]) {
    const answer = await ask(createHttpRequester(gate), url);
    assert.ok("problem" in answer && answer.isFinal === true, url);
  }
  const answer = await ask(createHttpRequester(), "http://127.0.0.1:1/");
  assert.ok("problem" in answer && answer.isFinal === undefined);
});
