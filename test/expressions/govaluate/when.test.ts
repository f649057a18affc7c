import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EvalError } from "../../../src/expressions/context.ts";
import { evaluateWhen, evaluateWhenValue, parseWhen } from "../../../src/expressions/govaluate/when.ts";
import { canonical, testContext } from "../canonical.ts";
import { whenCases } from "./when-cases.ts";

function run(source: string): string {
  const parsed = parseWhen(source);
  if (!parsed.ok) {
    const misplaced = parsed.error.code === "expression/misplaced-word";
    return `${misplaced ? "misplaced" : "refused"}: ${parsed.error.message}`;
  }
  try {
    return canonical(evaluateWhenValue(parsed.value, testContext()));
  } catch (error) {
    if (error instanceof EvalError) return `refused: ${error.message}`;
    throw error;
  }
}

test("conditions give what govaluate gives, in its own words", () => {
  const differences = whenCases
    .map(([source, expected]) => ({ source, expected, found: run(source) }))
    .filter((entry) => entry.found !== entry.expected);
  assert.deepEqual(differences, []);
});

describe("the result must be a boolean", () => {
  const cases: readonly (readonly [source: string, message: string])[] = [
    ["foo", "Expected boolean evaluation for 'foo'. Got foo"],
    ["1 + 1", "Expected boolean evaluation for '1 + 1'. Got 2"],
    ["True", "Expected boolean evaluation for 'True'. Got True"],
    ["false ? 1", "Expected boolean evaluation for 'false ? 1'. Got <nil>"],
  ];
  for (const [source, message] of cases) {
    test(source, () => {
      const parsed = parseWhen(source);
      assert.ok(parsed.ok);
      assert.throws(() => evaluateWhen(parsed.value, testContext()), {
        code: "expression/not-boolean",
        message,
      });
    });
  }
});

describe("errors know their place", () => {
  const cases: readonly (readonly [source: string, code: string, offset: number])[] = [
    ["a ==", "expression/syntax", 2],
    ["a b", "expression/syntax", 2],
    ["!foo", "expression/misplaced-word", 1],
    ["a @ b", "expression/syntax", 2],
    ["a == 'x", "expression/syntax", 5],
    ["é == (", "expression/syntax", 5],
    ["(true) false", "expression/syntax", 7],
    ["x =~ '('", "expression/syntax", 5],
  ];
  for (const [source, code, offset] of cases) {
    test(source, () => {
      const parsed = parseWhen(source);
      assert.ok(!parsed.ok);
      assert.deepEqual([parsed.error.code, parsed.error.offset], [code, offset]);
    });
  }

  test("at evaluation", () => {
    const parsed = parseWhen("1 == 1 && a-b == c");
    assert.ok(parsed.ok);
    assert.throws(() => evaluateWhen(parsed.value, testContext()), {
      code: "expression/invalid-operation",
      offset: 11,
    });
  });
});

test("hostile conditions end with an error, long ones are fine", () => {
  for (const source of [
    "(".repeat(100_000) + "true" + ")".repeat(100_000),
    "(".repeat(4000) + "1" + ")".repeat(4000),
    `1${" + 1".repeat(100_000)}`,
  ]) {
    assert.ok(!parseWhen(source).ok);
  }
  const long = parseWhen(`true${" && true".repeat(4000)}`);
  assert.ok(long.ok);
  assert.equal(evaluateWhen(long.value, testContext()), true);
  assert.throws(() => evaluateWhen(long.value, testContext(100)), { code: "expression/budget-exhausted" });
});
