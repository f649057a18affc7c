import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseJq, runJq } from "../../../src/expressions/jq/jq.ts";
import type { KeyOrder } from "../../../src/expressions/jq/values.ts";
import { writeValue } from "../../../src/expressions/jq/values.ts";
import type { Json } from "../../../src/base/json.ts";
import { EvalError } from "../../../src/expressions/context.ts";
import { testContext } from "../canonical.ts";
import { jqCases } from "./jq-cases.ts";

/** What a filter gives, in JSON with blanks between; behind them `!`, the code and the place of what went wrong. */
function apply(source: string, input: Json = null, order: KeyOrder = "written", steps?: number): string {
  const parsed = parseJq(source);
  if (!parsed.ok) return `!${parsed.error.code} ${parsed.error.offset}`;
  const texts: string[] = [];
  try {
    for (const value of runJq(parsed.value, input, testContext(steps), order))
      texts.push(writeValue(value, order));
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    texts.push(`!${error.code}${error.offset === undefined ? "" : ` ${error.offset}`}`);
  }
  return texts.join(" ");
}

test("filters give what jq gives", () => {
  const differences = jqCases
    .map(([source, expected]) => ({ source, expected, found: apply(source) }))
    .filter(({ expected, found }) => found !== expected);
  assert.deepEqual(differences, []);
});

describe("the input", () => {
  const input = { b: [1, { c: null }], a: "x" };
  const cases: readonly (readonly [source: string, order: KeyOrder, expected: string])[] = [
    [".", "written", '{"b":[1,{"c":null}],"a":"x"}'],
    [".", "sorted", '{"a":"x","b":[1,{"c":null}]}'],
    ["[.[]]", "written", '[[1,{"c":null}],"x"]'],
    ["[.[]]", "sorted", '["x",[1,{"c":null}]]'],
    ["keys_unsorted", "sorted", '["a","b"]'],
    ["tojson", "written", '"{\\"b\\":[1,{\\"c\\":null}],\\"a\\":\\"x\\"}"'],
    ["[paths]", "sorted", '[["a"],["b"],["b",0],["b",1],["b",1,"c"]]'],
    [".b[1].c = .a", "sorted", '{"a":"x","b":[1,{"c":"x"}]}'],
  ];
  for (const [source, order, expected] of cases) {
    test(`${source}, members ${order}`, () => assert.equal(apply(source, input, order), expected));
  }

  test("is not changed by assignments", () => {
    const list = [{ a: 1 }, { a: 2 }];
    assert.equal(apply("[.[].a |= . + 1, .]", list), '[[{"a":2},{"a":3}],[{"a":1},{"a":2}]]');
    // The second path lies in what the first one's change gave, so that must not be written over.
    assert.equal(apply("(., .[0].a) |= [.]", [{ a: 1 }]), "!expression/jq 12");
    assert.equal(apply('.. |= (if type == "array" then [., length] else . end)', [1]), "[[[1],1],1]");
  });
});

describe("a filter that runs away ends", () => {
  for (const source of [
    "def f: f; f",
    "repeat(.)",
    "[recurse([.])]",
    '"x" * 1e12',
    "reduce range(100) as $i ([1]; . + .)",
    "[range(1e12)]",
    "label $x | range(1e12) | select(false)",
    "until(false; .)",
    ".[1e9] = 1",
    "[range(1e4)] as $list | [range(1e6) | $list == $list] | length",
    '("x" * 1e6) as $text | [range(1e6) | $text | length] | length',
    "[range(1e4)] as $list | [range(1e6) | try ($list + 1) catch 0] | length",
    "[range(1e4)] as $list | $list | contains($list)",
    '[range(1e6)|tostring]|join("")|test("(a*)*b")',
  ]) {
    test(source, () =>
      assert.match(apply(source, null, "sorted", 200_000), /!expression\/(?:budget-exhausted|jq)[ \d]*$/),
    );
  }
});

test("a filter that nests too deeply is refused before it is evaluated", () => {
  assert.match(apply(`${"[".repeat(5000)}${"]".repeat(5000)}`), /^!expression\/jq-syntax/);
  assert.equal(apply(`${". | ".repeat(500)}1`), "1");
  assert.match(apply(`1${" + 1".repeat(100_000)}`), /^!expression\/jq-syntax/);
});

describe("messages say what is wrong", () => {
  const cases: readonly (readonly [source: string, message: string])[] = [
    ["lenght", "lenght/0 is not defined; did you mean length?"],
    ["map", "map/0 is not defined; there is map/1"],
    ["$ENV.HOME", "there is no environment here: $ENV is not defined"],
    ["inputs", "inputs/0 reaches outside of the filter's input, which no filter can here"],
    [".a |", "unexpected end of the filter, expected a term"],
    ["{a 1}", "unexpected '1', expected '}'"],
  ];
  for (const [source, message] of cases) {
    test(source, () => {
      const parsed = parseJq(source);
      assert.equal(parsed.ok ? undefined : parsed.error.message, message);
    });
  }
});
