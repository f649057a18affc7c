/** Redirects of requests: what is followed, with what, and what is an answer. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { createHttpRequester } from "../../src/executors/request/http-requester.ts";
import type { HttpRequest } from "../../src/model/plan/http-request.ts";

async function serve(
  context: TestContext,
  answer: (incoming: IncomingMessage, outgoing: ServerResponse) => void,
): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    incoming.resume().on("end", () => {
      answer(incoming, outgoing);
      outgoing.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const headers = [
  { name: "Authorization", value: "Bearer x", secret: false },
  { name: "X-Token", value: "y", secret: true },
  { name: "X-Plain", value: "z", secret: false },
];

function post(url: string, more: Partial<HttpRequest> = {}) {
  const request = { method: "POST", url, headers, body: "b", timeoutMs: 10_000, verifyTls: true, ...more };
  return createHttpRequester().send(request, new AbortController().signal);
}

/** What a server that redirects once, to itself or to another one, saw at the end. */
async function follow(
  context: TestContext,
  status: number,
  isElsewhere: boolean,
  more: Partial<HttpRequest> = {},
) {
  const seen: IncomingMessage[] = [];
  const other = await serve(context, (incoming) => seen.push(incoming));
  const first = await serve(context, (incoming, outgoing) => {
    seen.push(incoming);
    if (incoming.url !== "/") return;
    outgoing.statusCode = status;
    outgoing.setHeader("Location", isElsewhere ? `${other}/end` : "/end");
  });
  const answer = await post(first, more);
  const last = seen.at(-1);
  const given = ["authorization", "x-token", "x-plain"].filter((name) => last?.headers[name] !== undefined);
  return {
    status: "problem" in answer ? 0 : answer.statusCode,
    method: last?.method,
    path: last?.url,
    given,
  };
}

describe("a redirect", () => {
  test("to the same place has all headers", async (context) => {
    const { path, given } = await follow(context, 307, false);
    assert.deepEqual([path, given], ["/end", ["authorization", "x-token", "x-plain"]]);
  });

  test("to somebody else has no credentials", async (context) => {
    const { path, given } = await follow(context, 307, true);
    assert.deepEqual([path, given], ["/end", ["x-plain"]]);
  });

  for (const [status, method] of [
    [301, "GET"],
    [302, "GET"],
    [303, "GET"],
    [307, "POST"],
    [308, "POST"],
  ] as const)
    test(`${status} makes ${method} of a POST`, async (context) => {
      assert.equal((await follow(context, status, false)).method, method);
    });

  for (const [status, seen] of [
    [301, 301],
    [303, 303],
    [308, 200],
  ] as const)
    test(`${status} of a request that keeps its method is answered with ${seen}`, async (context) => {
      const answer = await follow(context, status, false, { keepsMethod: true });
      assert.deepEqual([answer.status, answer.method], [seen, "POST"]);
    });

  test("that leads nowhere is a problem", async (context) => {
    const url = await serve(context, (_, outgoing) => {
      outgoing.statusCode = 307;
      outgoing.setHeader("Location", "http://[");
    });
    assert.deepEqual(await post(url), { problem: "the redirect to 'http://[' leads nowhere" });
  });
});
