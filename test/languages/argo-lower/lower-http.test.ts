/** Requests of http templates as a plan holds them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { writeByteText } from "../../../src/base/byte-text.ts";
import { compile, compilePlan, errorCodes, getProcess, workflow } from "./support.ts";

function documentWith(fields: string): string {
  return workflow(`
    entrypoint: main
    templates: [{name: main, http: {url: "http://a", ${fields}}}]
  `);
}

function findBody(fields: string): unknown {
  const { body } = getProcess(compilePlan(documentWith(fields)), "main");
  assert.ok(body.kind === "request" && "url" in body.request);
  return body.request.body;
}

test("a body given as base64 is a text where it is one, and keeps its bytes where it is none", () => {
  assert.equal(findBody("bodyFrom: {bytes: aGk=}"), "hi");
  assert.equal(findBody("bodyFrom: {bytes: AP/+gA==}"), writeByteText("AP/+gA=="));
  assert.equal(findBody("body: text"), "text");
  assert.equal(findBody("method: GET"), undefined);
  assert.deepEqual(errorCodes(documentWith("bodyFrom: {bytes: '{'}")), ["argo/not-base64"]);
});

test("callbacks that were said over the document have no place in it", () => {
  const annotations = { "millrace/callbacks": "[{name: x, htp: {}}]" };
  const said = compile(documentWith("method: GET"), { annotations }).diagnostics;
  assert.ok(said.length > 0);
  for (const { code, position } of said) assert.deepEqual([code, position], ["argo/bad-callback", undefined]);
});
