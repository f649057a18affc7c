import assert from "node:assert/strict";
import { test } from "node:test";
import { createBudget, createEvalContext } from "../../../src/expressions/context.ts";
import { filterByJq } from "../../../src/expressions/jq/jq.ts";

const object = {
  data: { some: '{"one":{"b":1,"a":[true,null]},"two":"text"}' },
  items: [{ n: 1 }, { n: 2 }],
};

function filter(text: string): string {
  return filterByJq(
    object,
    text,
    createEvalContext(0, () => 0),
  );
}

test("values are printed as jq prints them, texts without quotes", () => {
  assert.equal(filter(".data.some | fromjson | .two"), "text");
  assert.equal(filter(".data.some | fromjson | .one"), '{"b":1,"a":[true,null]}');
  assert.equal(filter(".items[] | select(.n > 1) | .n"), "2");
  assert.equal(filter(".items[].n"), "1\n2");
  assert.equal(filter(".nothing"), "null");
  assert.equal(filter("."), JSON.stringify(object));
  assert.equal(filter("[.items[].n] | add"), "3");
});

test("what cannot be read or done is an error that names the filter", () => {
  assert.throws(() => filter(".items | fromjson"), { code: "expression/jq" });
  assert.throws(() => filter(".a["), { code: "expression/jq" });
});

test("a filter that goes on giving values runs out of its budget", () => {
  const context = createEvalContext(0, () => 0, createBudget(1_000));
  assert.throws(() => filterByJq(object, "range(100000)", context), { code: "expression/budget-exhausted" });
});
