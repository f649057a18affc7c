import assert from "node:assert/strict";
import { test } from "node:test";
import {
  aggregateParameter,
  aggregateParameters,
  aggregateResults,
  compactJson,
} from "../../../src/languages/argo/evaluate/aggregate.ts";
import { describeItem } from "../../../src/languages/argo/evaluate/item-text.ts";
import {
  readAllParameters,
  readParameter,
  readResult,
} from "../../../src/languages/argo/evaluate/sibling-values.ts";
import { createTaskView } from "./support.ts";
import type { FakeTask } from "./support.ts";

function group(...members: readonly FakeTask[]): ReturnType<typeof createTaskView> {
  return createTaskView("loop", { members });
}

test("results: each is JSON and stands as it is; members that did not succeed are left out", () => {
  const all = aggregateResults(
    group(
      { result: "1" },
      { phase: "failed", result: "2" },
      { result: ' {"b": 1, "a": [ "x y" ]} ' },
      { result: '"quoted"' },
      {},
    ),
  );
  assert.deepEqual(all, { ok: true, text: '[1,{"b":1,"a":["x y"]},"quoted"]' });
});

test("results: text that is not JSON is refused", () => {
  const all = aggregateResults(group({ result: "1" }, { result: "hello" }));
  assert.ok(!all.ok && all.message.includes("hello"));
});

test("results of a retried member are those of its last attempt", () => {
  assert.deepEqual(
    aggregateResults(group({ attempts: [{ phase: "failed", result: "1" }, { result: "2" }] })),
    { ok: true, text: "[2]" },
  );
});

test("no members: an empty list", () => {
  assert.deepEqual(aggregateResults(group()), { ok: true, text: "[]" });
  assert.equal(aggregateParameters(group()), "[]");
  assert.equal(aggregateParameter(group(), "p"), undefined);
});

test("parameters: a list of maps of text", () => {
  assert.equal(
    aggregateParameters(group({ values: { a: "1", b: "x" } }, {}, { values: { a: '{"k":1}' } })),
    '[{"a":"1","b":"x"},{"a":"{\\"k\\":1}"}]',
  );
});

for (const [values, expected] of [
  [["1", "2"], '["1","2"]'],
  [['{"a":1}', "[2]"], '[{"a":1},[2]]'],
  [['{"a":1}', "3"], '["{\\"a\\":1}","3"]'],
  [['{"a":1', "[2]"], '["{\\"a\\":1","[2]"]'],
  [["<b>"], '["\\u003cb\\u003e"]'],
] as const) {
  test(`one parameter: ${JSON.stringify(values)}`, () => {
    assert.equal(
      aggregateParameter(group(...values.map((p): FakeTask => ({ values: { p } }))), "p"),
      expected,
    );
  });
}

test("a fan-out over nothing has no outputs, unless its producer declares some", () => {
  const empty = createTaskView("loop", { phase: "skipped", members: [], defaults: { p: "[]" } });
  assert.deepEqual(readResult(empty), { missing: "absent" });
  assert.deepEqual(readAllParameters(empty), { missing: "absent" });
  assert.equal(readParameter(empty, "p"), "[]");
  assert.deepEqual(readParameter(empty, "q"), { missing: "absent" });
});

for (const [text, expected] of [
  ["[ 1, 2 ]", "[1,2]"],
  ['{"a b": "c  d",\n"e": 1.0}', '{"a b":"c  d","e":1.0}'],
  ['"\\" x"', '"\\" x"'],
  ["nonsense", undefined],
  ["", undefined],
] as const) {
  test(`compact ${JSON.stringify(text)}`, () => assert.equal(compactJson(text), expected));
}

for (const [item, expected] of [
  ["a", "a"],
  [1.5, "1.5"],
  [true, "true"],
  [{ b: 2, a: "x" }, "a:x,b:2"],
  [{ a: { c: 1 } }, 'a:{"c":1}'],
  [["x", 1], "[x 1]"],
  [["x", [1, "y"]], '[x [1,"y"]]'],
  ["f(x)", "fx"],
] as const) {
  test(`an item in a name: ${JSON.stringify(item)}`, () => assert.equal(describeItem(item), expected));
}
