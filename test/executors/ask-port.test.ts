/** Questions to ports: answers, silence, and questions that cannot be asked. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { askPort } from "../../src/executors/slots/ask-port.ts";
import type { PortQuestion } from "../../src/executors/slots/ask-port.ts";

const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.url ?? "");
  response.writeHead(request.url?.startsWith("/good") === true ? 204 : 500).end();
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
after(() => {
  server.closeAllConnections();
  server.close();
});
const address = server.address();
assert.ok(typeof address === "object" && address !== null);
const { port } = address;

function ask(question: PortQuestion): Promise<boolean> {
  return new Promise((resolve) => askPort(question, 30_000, resolve));
}

function get(path: string, more: Partial<Extract<PortQuestion, { kind: "http" }>> = {}): Promise<boolean> {
  return ask({ kind: "http", scheme: "http", host: "127.0.0.1", port, path, headers: [], ...more });
}

test("a connection is a good answer, and so is a GET of a good status", async () => {
  assert.equal(await ask({ kind: "tcp", host: "127.0.0.1", port }), true);
  assert.equal(await get("/good"), true);
  assert.equal(await get("bad"), false);
});

test("a path is sent with what may stand in a request", async () => {
  assert.equal(await get("/good place/\u00fc?a=1&b=%20"), true);
  assert.equal(asked.at(-1), "/good%20place/%C3%BC?a=1&b=%20");
});

test("what cannot be asked has no good answer, and breaks nothing", async () => {
  assert.equal(await ask({ kind: "tcp", host: "127.0.0.1", port: 99_999_999 }), false);
  assert.equal(await get("/good", { port: -1 }), false);
  assert.equal(await get("/good", { headers: [{ name: "a b", value: "" }] }), false);
  assert.equal(await get("/good", { headers: [{ name: "a", value: "b\nc" }] }), false);
});
