import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseExpr } from "../../../src/expressions/expr/parser.ts";
import { listReferences } from "../../../src/expressions/expr/references.ts";

const cases: readonly (readonly [source: string, paths: readonly string[]])[] = [
  ["1 + 2", []],
  ["a", ["a"]],
  ["a.b.c", ["a/b/c"]],
  ["steps['a-b'].outputs.result", ["steps/a-b/outputs/result"]],
  ["steps[\"a-b\"]?.outputs?.result ?? 'x'", ["steps/a-b/outputs/result"]],
  ["a[b.c].d", ["b/c", "a"]],
  ["a.x[0].y", ["a/x"]],
  ["a.x[i + 1]", ["i", "a/x"]],
  ["$env.a.b", ["a/b"]],
  ["$env['a-b'].c", ["a-b/c"]],
  ["$env", [""]],
  ["let x = a.b; x.c + d", ["a/b", "d"]],
  ["let x = 1; map(y, # + x)", ["y"]],
  ["map(items, .name == other.name)", ["items", "other/name"]],
  ["sprig.trim(inputs.parameters.p)", ["sprig/trim", "inputs/parameters/p"]],
  ["asInt(a) + asInt(a)", ["asInt", "a"]],
  ["(now() - workflow.creationTimestamp).Seconds()", ["workflow/creationTimestamp"]],
  ["a ? b : c", ["a", "b", "c"]],
  ["a ?: b", ["a", "b"]],
  ["if a { b } else { c }", ["a", "b", "c"]],
  ["a < b < c", ["a", "b", "c"]],
  ["{k: a.b, (c): d}", ["a/b", "c", "d"]],
  ["[a, b[1:c]]", ["a", "b", "c"]],
  ["f(a).b", ["f", "a"]],
  ["a.f(b)", ["a/f", "b"]],
  ["not a and -b", ["a", "b"]],
  ["a; b", ["a", "b"]],
];

describe("references are known from the tree", () => {
  for (const [source, paths] of cases) {
    test(source, () => {
      const parsed = parseExpr(source);
      assert.ok(parsed.ok);
      assert.deepEqual(
        listReferences(parsed.value).map((path) => path.join("/")),
        paths,
      );
    });
  }
});

test("shared and long trees cost no more than their length", () => {
  let source = "a";
  for (let depth = 0; depth < 80; depth++) source = `(${source} ?: b)`;
  const parsed = parseExpr(source);
  assert.ok(parsed.ok);
  assert.deepEqual(listReferences(parsed.value), [["a"], ["b"]]);
  const long = parseExpr(`a0${Array.from({ length: 3000 }, (_, index) => ` + a${index}`).join("")}`);
  assert.ok(long.ok);
  assert.equal(listReferences(long.value).length, 3000);
});
