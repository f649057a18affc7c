import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DependsNode } from "../../../src/expressions/depends/depends.ts";
import { parseDepends } from "../../../src/expressions/depends/depends.ts";

/** The tree in prefix form. */
function print(node: DependsNode): string {
  if (node.kind === "task") return node.operand === undefined ? node.task : `${node.task}.${node.operand}`;
  if (node.kind === "not") return `(! ${print(node.operand)})`;
  return `(${node.kind} ${node.operands.map(print).join(" ")})`;
}

const trees: readonly (readonly [source: string, tree: string])[] = [
  ["A", "A"],
  ["A.Succeeded", "A.Succeeded"],
  ["a-b-1", "a-b-1"],
  ["1a", "1a"],
  ["  A  ", "A"],
  ["A && B", "(and A B)"],
  ["A&&B||C", "(or (and A B) C)"],
  ["A || B && C", "(or A (and B C))"],
  ["(A || B) && C", "(and (or A B) C)"],
  ["A && B && C", "(and A B C)"],
  ["!A", "(! A)"],
  ["!!A", "(! (! A))"],
  ["!A && B", "(and (! A) B)"],
  ["!(A && B)", "(! (and A B))"],
  ["A && (B.Failed || !C.Succeeded)", "(and A (or B.Failed (! C.Succeeded)))"],
  ["task-1.AnySucceeded || task-1.AllFailed", "(or task-1.AnySucceeded task-1.AllFailed)"],
  ["A.Skipped || A.Omitted || A.Daemoned || A.Errored", "(or A.Skipped A.Omitted A.Daemoned A.Errored)"],
  ["((A))", "A"],
];

describe("parsing", () => {
  for (const [source, tree] of trees) {
    test(source, () => {
      const parsed = parseDepends(source);
      assert.ok(parsed.ok);
      assert.equal(print(parsed.value), tree);
    });
  }
});

describe("errors", () => {
  const cases: readonly (readonly [source: string, code: string, offset: number])[] = [
    ["", "expression/syntax", 0],
    ["A &&", "expression/syntax", 4],
    ["A B", "expression/syntax", 2],
    ["(A", "expression/syntax", 2],
    ["A)", "expression/syntax", 1],
    ["A & B", "expression/syntax", 2],
    ["A.succeeded", "expression/unknown-task-result", 2],
    ["A && B.Done", "expression/unknown-task-result", 7],
    ["&& A", "expression/syntax", 0],
    ["A || || B", "expression/syntax", 5],
    ["A.", "expression/syntax", 1],
    ["-a", "expression/syntax", 0],
    ["{{a}}", "expression/syntax", 0],
    ["(".repeat(100_000), "expression/syntax", 0],
    ["!".repeat(100_000) + "A", "expression/syntax", 0],
  ];
  for (const [source, code, offset] of cases) {
    test(source === "" ? "(empty)" : source.slice(0, 20), () => {
      const parsed = parseDepends(source);
      assert.ok(!parsed.ok);
      assert.deepEqual([parsed.error.code, parsed.error.offset], [code, offset]);
    });
  }
});

test("offsets point at the names", () => {
  const parsed = parseDepends("A && (bb.Failed)");
  assert.ok(parsed.ok && parsed.value.kind === "and");
  assert.deepEqual(
    parsed.value.operands.map((operand) => operand.offset),
    [0, 6],
  );
});
