/** Data templates: what is listed, and what expressions make of the list. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { argo } from "../../../src/languages/argo/argo.ts";
import { compilePlan, errorCodes, getProcess, createFakeScope, text, workflow } from "./support.ts";

function one(source: string, more = ""): string {
  return workflow(`
    entrypoint: t
    templates:
      - name: t
        data:
          source: ${source}
${more}`);
}

test("what is listed: a bucket, a key of this machine, or all that this machine keeps", () => {
  for (const [source, place] of [
    [
      "{artifactPaths: {name: x, s3: {bucket: b, endpoint: e}}}",
      { driver: "s3", key: "", settings: { bucket: "b", endpoint: "e" } },
    ],
    [
      "{artifactPaths: {name: x, s3: {key: 'a/{{workflow.name}}'}}}",
      { driver: "local", key: text("a/{{workflow.name}}"), settings: {} },
    ],
    ["{artifactPaths: {name: x}}", { driver: "local", key: "", settings: {} }],
  ] as const) {
    const { body } = getProcess(compilePlan(one(source)), "t");
    assert.ok(body.kind === "listing");
    assert.deepEqual(body.place, place);
  }
});

test("without a source there is nothing to do", () => {
  assert.deepEqual(errorCodes(one("{}")), ["argo/unsupported-data"]);
});

function transform(listed: readonly string[], ...expressions: readonly string[]): unknown {
  const steps = expressions.map((each) => `            - expression: ${JSON.stringify(each)}\n`).join("");
  const lines = expressions.length === 0 ? "" : `          transformation:\n${steps}`;
  const plan = compilePlan(one("{artifactPaths: {name: x}}", lines));
  const { body } = getProcess(plan, "t");
  assert.ok(body.kind === "listing");
  const answer = argo.createEvaluator(plan).evaluate(body.result, { ...createFakeScope({}), listed });
  return answer.ok ? answer.value : answer.message;
}

test("expressions see what the one before gave", () => {
  const listed = ["a.py", "b.pdf", "c/d.py"];
  assert.equal(transform(listed), '["a.py","b.pdf","c/d.py"]');
  assert.equal(transform(listed, 'filter(data, {# endsWith ".py"})'), '["a.py","c/d.py"]');
  assert.equal(
    transform(listed, 'filter(data, {# endsWith ".py"})', 'map(data, {# + ".ready"})'),
    '["a.py.ready","c/d.py.ready"]',
  );
  assert.equal(transform(listed, "len(data)"), "3");
  assert.equal(transform([], 'filter(data, {# endsWith ".py"})'), "[]");
});

test("an expression that fails is named with its number", () => {
  assert.match(String(transform(["a"], "data", "data.x.y")), /^data step 1, expression 'data\.x\.y': /u);
  assert.match(String(transform(["a"], "workflow.name")), /^data step 0/u);
});
