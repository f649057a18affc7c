/** Requests of http templates: redirects, headers, and requests that cannot be sent at all. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { after, test } from "node:test";
import { writeByteText } from "../../src/base/byte-text.ts";
import { createHttpRequester } from "../../src/executors/request/http-requester.ts";
import type { HttpRequest } from "../../src/model/plan/plan.ts";

/** Answers `/to/STATUS/ADDRESS` with a redirect, and everything else with what it was asked. */
async function openServer(): Promise<{ readonly server: Server; readonly origin: string }> {
  const server = createServer((request, response) => {
    const [, status, address] = /^\/to\/(\d+)\/(.*)$/u.exec(request.url ?? "") ?? [];
    if (status !== undefined)
      return response.writeHead(Number(status), { location: decodeURIComponent(address ?? "") }).end();
    const { "x-token": token = null, accept = null } = request.headers;
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => response.end(JSON.stringify({ method: request.method, token, accept, body })));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return { server, origin: `http://127.0.0.1:${address.port}` };
}

const [here, there] = await Promise.all([openServer(), openServer()]);
after(() => {
  for (const { server } of [here, there]) {
    server.closeAllConnections();
    server.close();
  }
});

const headers: HttpRequest["headers"] = [
  { name: "X-Token", value: "t", secret: false },
  { name: "Accept", value: "a/b", secret: false },
];

function send(changes: Partial<HttpRequest>): ReturnType<ReturnType<typeof createHttpRequester>["send"]> {
  const request = {
    method: "GET",
    url: here.origin,
    headers: [],
    timeoutMs: 30_000,
    verifyTls: true,
    ...changes,
  };
  return createHttpRequester().send(request, new AbortController().signal);
}

async function ask(changes: Partial<HttpRequest>): Promise<unknown> {
  const answer = await send(changes);
  assert.ok(!("problem" in answer), JSON.stringify(answer));
  return JSON.parse(answer.body);
}

async function problem(changes: Partial<HttpRequest>): Promise<string> {
  const answer = await send(changes);
  assert.ok("problem" in answer, JSON.stringify(answer));
  return answer.problem;
}

test("redirects on one server keep the headers, and the method where HTTP says so", async () => {
  const post = { method: "POST", body: "b", headers };
  const get = { method: "GET", token: "t", accept: "a/b", body: "" };
  for (const status of [301, 302, 303])
    assert.deepEqual(await ask({ ...post, url: `${here.origin}/to/${status}/%2Fx` }), get);
  for (const status of [307, 308])
    assert.deepEqual(await ask({ ...post, url: `${here.origin}/to/${status}/%2Fx` }), {
      ...get,
      method: "POST",
      body: "b",
    });
});

test("another server gets no headers that could be secret", async () => {
  const url = `${here.origin}/to/307/${encodeURIComponent(there.origin)}`;
  assert.deepEqual(await ask({ headers, url }), { method: "GET", token: null, accept: "a/b", body: "" });
});

test("what is no redirect is an answer, and what leads nowhere is a problem", async () => {
  const unchanged = await send({ url: `${here.origin}/to/304/%2Fx` });
  assert.equal("problem" in unchanged ? unchanged.problem : unchanged.statusCode, 304);
  assert.match(
    await problem({ url: `${here.origin}/to/302/${encodeURIComponent("http://[")}` }),
    /redirects to no address$/,
  );
  assert.match(
    await problem({ url: `${here.origin}/to/302/${encodeURIComponent("file:///etc/passwd")}` }),
    /is not http or https$/,
  );
});

test("a header is sent as UTF-8", async () => {
  const value = "gr\u00fc\u00df \u65e5\u672c";
  const answer = (await ask({ headers: [{ name: "X-Token", value, secret: false }] })) as {
    readonly token: string;
  };
  assert.equal(Buffer.from(answer.token, "latin1").toString("utf8"), value);
});

test("what cannot be sent is a problem of the task and of nobody else", async () => {
  for (const name of ["X Token", "", "X\nToken"])
    assert.match(await problem({ headers: [{ name, value: "", secret: false }] }), /header name/i);
  assert.match(
    await problem({ headers: [{ name: "X-Token", value: "a\nb", secret: false }] }),
    /invalid character/i,
  );
  assert.match(await problem({ method: "GE T" }), /method/i);
  assert.match(await problem({ url: "nowhere" }), /is no URL$/);
  assert.deepEqual(await ask({ timeoutMs: 1e15 }), { method: "GET", token: null, accept: null, body: "" });
});

test("what must keep its method is not made a GET: the redirect is its answer", async () => {
  const post = { method: "POST", body: "b", keepsMethod: true } as const;
  for (const status of [301, 302, 303]) {
    const answer = await send({ ...post, url: `${here.origin}/to/${status}/%2Fx` });
    assert.equal("problem" in answer ? answer.problem : answer.statusCode, status);
  }
  assert.deepEqual(await ask({ ...post, url: `${here.origin}/to/308/%2Fx` }), {
    method: "POST",
    token: null,
    accept: null,
    body: "b",
  });
});

test("a body goes with every method, and is not taken for another request", async () => {
  for (const method of ["GET", "DELETE", "PATCH"])
    for (const body of ["b", "gr\u00fc\u00df"])
      assert.deepEqual(
        await ask({ method, body, headers: [{ name: "content-length", value: "0", secret: false }] }),
        {
          method,
          token: null,
          accept: null,
          body,
        },
      );
  assert.deepEqual(await ask({}), { method: "GET", token: null, accept: null, body: "" });
});

test("a body may be bytes that are no text", async () => {
  const bytes = Buffer.from([0, 255, 254, 128, 97]);
  const body = writeByteText(bytes.toString("base64"));
  const answer = (await ask({ method: "POST", body })) as { readonly body: string };
  assert.equal(answer.body, bytes.toString("utf8"));
});
