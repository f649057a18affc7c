/** HTTP templates against a server on this machine (Argo, docs/http-template.md). */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { openRealEngine, workflow } from "./real-engine.ts";
import type { Rested } from "./real-engine.ts";

const engine = await openRealEngine("process");
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const status = Number(/\/status\/(\d+)/.exec(request.url ?? "")?.[1] ?? 200);
    if (request.url?.startsWith("/hang") === true) return;
    response.writeHead(status, { "content-type": "application/json", "x-kind": "test" });
    response.end(
      JSON.stringify({
        method: request.method,
        url: request.url,
        token: request.headers["x-token"] ?? null,
        body: Buffer.concat(chunks).toString(),
      }),
    );
  });
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
after(() => {
  server.closeAllConnections();
  server.close();
});
const address = server.address();
assert.ok(typeof address === "object" && address !== null);
const base = `http://127.0.0.1:${address.port}`;

function run(http: string): Promise<Rested> {
  return engine.run(
    workflow(`
      entrypoint: main
      arguments: {parameters: [{name: who, value: 'me "you"'}]}
      templates:
        - name: main
          steps:
            - [{name: call, template: call, arguments: {parameters: [{name: path, value: things}]}}]
            - [{name: after, template: after, arguments: {parameters: [{name: p, value: "{{steps.call.outputs.result}}"}]}}]
        - name: call
          inputs: {parameters: [{name: path}]}
          http: {${http}}
        - {name: after, inputs: {parameters: [{name: p}]}, suspend: {duration: "0"}}
    `) +
      `---
apiVersion: v1
kind: Secret
metadata: {name: api}
stringData: {token: open sesame}
`,
  );
}

async function result(http: string): Promise<Record<string, unknown>> {
  const rested = await run(http);
  assert.equal(rested.phase, "Succeeded", rested.message + JSON.stringify(rested.nodes));
  return JSON.parse(rested.input("after", "p") ?? "") as Record<string, unknown>;
}

test("a request with method, address, headers, body; the result is the body", async () => {
  assert.deepEqual(await result(`url: "${base}/{{inputs.parameters.path}}?a=1"`), {
    method: "GET",
    url: "/things?a=1",
    token: null,
    body: "",
  });
  assert.deepEqual(
    await result(
      `method: POST, url: "${base}/x", headers: [{name: X-Token, value: "{{workflow.parameters.who}}"}], body: '{"who": {{=toJson(workflow.parameters.who)}}}'`,
    ),
    { method: "POST", url: "/x", token: 'me "you"', body: '{"who": "me \\"you\\""}' },
  );
  assert.deepEqual(
    await result(
      `method: PUT, url: "${base}/x", headers: [{name: X-Token, valueFrom: {secretKeyRef: {name: api, key: token}}}], bodyFrom: {bytes: aGk=}`,
    ),
    { method: "PUT", url: "/x", token: "***", body: "hi" },
    "the server got the Secret's value and sent it back, and it is masked",
  );
});

const conditions: readonly (readonly [string, string, string])[] = [
  [`url: "${base}/status/201"`, "Succeeded", ""],
  [`url: "${base}/status/404"`, "Failed", "received non-2xx response code: 404"],
  [`url: "${base}/status/404", successCondition: "response.statusCode == 404"`, "Succeeded", ""],
  [`url: "${base}/x", successCondition: 'response.body contains "GET"'`, "Succeeded", ""],
  [
    `url: "${base}/x", successCondition: 'response.headers["X-Kind"][0] == "test" && request.method == "GET"'`,
    "Succeeded",
    "",
  ],
  [`url: "${base}/x", successCondition: "request.url == '${base}/x' && request.body == ''"`, "Succeeded", ""],
  [
    `url: "${base}/x", successCondition: 'response.body contains "{{inputs.parameters.path}}"'`,
    "Failed",
    "successCondition '.*things.*' evaluated false",
  ],
];

for (const [http, phase, message] of conditions) {
  test(`${http.replace(base, "")}: ${phase}`, async () => {
    const { node } = await run(http);
    assert.equal(node("call").phase, phase);
    assert.match(node("call").message ?? "", new RegExp(message));
  });
}

test("nobody answers, and nobody answers in time", async () => {
  const refused = await run('url: "http://127.0.0.1:9/", timeoutSeconds: 5');
  assert.equal(refused.node("call").phase, "Error");
  const late = await run(`url: "${base}/hang", timeoutSeconds: 1`);
  assert.equal(late.node("call").phase, "Error");
  assert.match(late.node("call").message ?? "", /no answer within 1000 ms/);
});
