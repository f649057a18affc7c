/**
 * The names that the tables use, the same as in the Go program that computed the expected values.
 */
import { argoFunctions } from "../../src/expressions/argo-functions.ts";
import { EvalError } from "../../src/expressions/context.ts";
import { evaluateExpr } from "../../src/expressions/expr/evaluate.ts";
import { parseExpr } from "../../src/expressions/expr/parser.ts";
import { parseTime } from "../../src/expressions/go/parse-time.ts";
import { createFunction, createMap } from "../../src/expressions/value.ts";
import type { Value } from "../../src/expressions/value.ts";
import { outcome, testContext } from "./canonical.ts";

const add = createFunction("add", ([left, right]) => {
  if (typeof left === "bigint" && typeof right === "bigint") return left + right;
  throw new EvalError("expression/invalid-operation", "add needs two ints");
});
const greet = createFunction("greet", ([name]) => `Hello, ${typeof name === "string" ? name : ""}`);

export const environment = createMap([
  ["ok", true],
  ["i", 1n],
  ["str", "str"],
  ["f64", 0.5],
  ["array", [1n, 2n, 3n, 4n, 5n]],
  ["foo", createMap([["Bar", "foo"]])],
  ["list", [createMap([["Bar", "bar"]]), createMap([["Bar", "baz"]])]],
  ["add", add],
  ["greet", greet],
  [
    "inputs",
    createMap([
      [
        "parameters",
        createMap([
          ["n", "5"],
          ["a-b", "hello"],
          ["json", '{"a":[1,2,{"b":"x"}],"n":null}'],
        ]),
      ],
    ]),
  ],
  ["t", parseTime("2006-01-02T15:04:05Z07:00", "2024-05-01T10:20:30.123456789Z") ?? null],
  [
    "m",
    createMap([
      ["x", 1.5],
      ["y", "z"],
      ["nested", createMap([["k", [1, "a"]]])],
    ]),
  ],
  ...([...argoFunctions] as readonly (readonly [string, Value])[]),
]);

/** The canonical value of a source text; a syntax error counts as a refusal. */
export function run(source: string): string {
  const parsed = parseExpr(source);
  if (!parsed.ok) return `!${parsed.error.code}`;
  return outcome(() => evaluateExpr(parsed.value, environment, testContext()));
}
