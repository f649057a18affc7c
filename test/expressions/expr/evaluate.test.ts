import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createEvalContext, EvalError } from "../../../src/expressions/context.ts";
import { evaluateExpr } from "../../../src/expressions/expr/evaluate.ts";
import type { Env } from "../../../src/expressions/expr/scope.ts";
import { parseExpr } from "../../../src/expressions/expr/parser.ts";
import { createHostObject, createMap } from "../../../src/expressions/value.ts";
import type { Value } from "../../../src/expressions/value.ts";
import { outcome, testContext } from "../canonical.ts";
import { run } from "../environment.ts";
import { builtinCases } from "./builtin-cases.ts";
import { languageCases } from "./language-cases.ts";
import { timeCases } from "./time-cases.ts";

function evaluate(source: string, env: Env = createMap([]), context = testContext()): Value {
  const parsed = parseExpr(source);
  assert.ok(parsed.ok, `${source} must parse`);
  return evaluateExpr(parsed.value, env, context);
}

function refusal(source: string, env?: Env, context = testContext()): EvalError {
  try {
    evaluate(source, env, context);
  } catch (error) {
    if (error instanceof EvalError) return error;
    throw error;
  }
  assert.fail(`${source} must be refused`);
}

describe("expr-lang gives what Go gives", () => {
  for (const [name, cases] of Object.entries({ languageCases, builtinCases, timeCases })) {
    test(name, () => {
      const differences = cases
        .map(([source, expected]) => ({ source, expected, found: run(source) }))
        .filter((entry) => entry.found !== entry.expected);
      assert.deepEqual(differences, []);
    });
  }
});

describe("names", () => {
  const cases: readonly (readonly [source: string, code: string, message: string])[] = [
    ["nosuch", "expression/unknown-name", "unknown name nosuch"],
    ["$env.nosuch", "expression/unknown-name", "unknown name nosuch"],
    ["__proto__", "expression/unknown-name", "unknown name __proto__"],
    ["constructor", "expression/unknown-name", "unknown name constructor"],
    ["nosuch()", "expression/unknown-name", "unknown name nosuch"],
    ["m.f()", "expression/unknown-function", "unknown function f"],
    ["m.a()", "expression/invalid-operation", "cannot call a: it is int"],
    ["m.a.b", "expression/no-such-member", "cannot fetch b from int"],
    ["m.zz.b", "expression/no-such-member", "cannot fetch b from <nil>"],
    ["#", "expression/syntax", ""],
  ];
  const env = createMap([["m", createMap([["a", 1n]])]]);

  test("a missing root is an error that names it, a missing member is nil", () => {
    for (const [source, code, message] of cases) {
      const parsed = parseExpr(source);
      if (!parsed.ok) {
        assert.equal(parsed.error.code, code, source);
        continue;
      }
      const error = refusal(source, env);
      assert.deepEqual([error.code, error.message], [code, message], source);
    }
    assert.equal(evaluate("m.zz", env), null);
    assert.equal(evaluate("$env?.zz", env), null);
    assert.equal(evaluate("$env['z' + 'z']", env), null);
  });

  test("names of JavaScript's prototypes are ordinary keys", () => {
    for (const key of ["__proto__", "constructor", "toString", "hasOwnProperty", "size", "get"]) {
      assert.equal(evaluate(`m.${key}`, env), null);
      assert.equal(evaluate(`{${key}: 1}.${key}`), 1n);
    }
  });

  test("let hides names of the environment and of outer lets", () => {
    assert.equal(evaluate("let m = 1; let m = m + 1; m", env), 2n);
    assert.equal(evaluate("map([1, 2], {let x = # * 10; x})[1]"), 20n);
  });

  test("a host object is asked only for what is needed", () => {
    const asked: string[] = [];
    const steps = createHostObject(
      (key) => {
        asked.push(key);
        return key === "a" ? createMap([["result", "x"]]) : undefined;
      },
      () => ["a"],
    );
    const host = createHostObject(
      (key) => (key === "steps" ? steps : undefined),
      () => ["steps"],
    );
    assert.equal(evaluate("steps.a.result", host), "x");
    assert.equal(evaluate("steps.b", host), null);
    assert.equal(evaluate("'a' in steps && not ('b' in steps)", host), true);
    assert.equal(
      outcome(() => evaluate("steps", host)),
      '{"a":{"result":"x"}}',
    );
    assert.deepEqual(asked, ["a", "b", "a", "b", "a"]);
  });

  test("an error of a host object passes through and gets the place", () => {
    const host = createHostObject(
      () => {
        throw new EvalError("argo/not-yet", "not there yet");
      },
      () => [],
    );
    assert.equal(refusal("1 + x.y", host).code, "argo/not-yet");
  });
});

describe("errors know their place", () => {
  const cases: readonly (readonly [source: string, code: string, offset: number])[] = [
    ["1 + nosuch", "expression/unknown-name", 4],
    ["'a' - 1", "expression/invalid-operation", 4],
    ["[1, 2][7]", "expression/index-out-of-range", 6],
    ["1 + len(5)", "expression/invalid-operation", 4],
    ["upper(1)", "expression/invalid-operation", 0],
    ["'x' matches '('", "expression/invalid-pattern", 4],
    ["fromJSON('{')", "expression/invalid-json", 0],
    ["timezone('Nowhere/City')", "expression/unknown-timezone", 0],
  ];
  for (const [source, code, offset] of cases) {
    test(source, () => {
      const error = refusal(source);
      assert.deepEqual([error.code, error.offset], [code, offset]);
    });
  }
});

describe("int and float", () => {
  const cases: readonly (readonly [source: string, expected: string])[] = [
    ["7 / 2", "f:3.5"],
    ["6 / 2", "f:3"],
    ["3 * 2", "i:6"],
    ["1 + 1.0", "f:2"],
    ["string(1000000.0)", '"1e+06"'],
    ["string(1000000)", '"1000000"'],
    ["string(0.1 + 0.2)", '"0.30000000000000004"'],
    ["9223372036854775807 + 1", "i:-9223372036854775808"],
    ["-9223372036854775807 - 2", "i:9223372036854775807"],
    ["9223372036854775807 * 2", "i:-2"],
    ["9223372036854775808", "!expression/syntax"],
    ["int(2.9)", "i:2"],
    ["type(2 ** 2)", '"float"'],
    ["1 == 1.0", "true"],
    ["{a: 1} == {a: 1.0}", "false"],
  ];
  for (const [source, expected] of cases) test(source, () => assert.equal(run(source), expected));
});

describe("the present comes from the context", () => {
  const context = createEvalContext(Date.UTC(2024, 1, 29, 12, 30, 15, 250), () => 0);

  test("now", () => {
    assert.equal(
      evaluate("now().Format('2006-01-02T15:04:05.000Z07:00')", undefined, context),
      "2024-02-29T12:30:15.250Z",
    );
    assert.equal(evaluate("(now() - date('2024-02-29')).Hours() > 12.5", undefined, context), true);
    assert.equal(evaluate("now(timezone('Asia/Tokyo')).Hour()", undefined, context), 21n);
    assert.equal(evaluate("now().AddDate(1, 0, 0).Format('2006-01-02')", undefined, context), "2025-03-01");
  });
});

describe("hostile expressions end with an error", () => {
  const budgetSources = [
    "1..1000000000",
    "1..9223372036854775807",
    "repeat(repeat('a', 1000000), 1000000)",
    "map(1..5000, map(1..5000, #))",
    "reduce(1..100000, #acc + 'aaaaaaaaaaaaaaaa', '')",
    "replace(repeat('a', 1000000), '', repeat('b', 1000))",
    "join(map(1..1000, repeat('a', 1000000)), '')",
    "repeat('a', 100000) matches '((a|b|ab)*c?)*(a{400}){2}d'",
    "filter(1..100000, any(1..100, false))",
  ];
  for (const source of budgetSources) {
    const context = testContext(300_000, 16_000_000);
    test(source.slice(0, 50), () =>
      assert.equal(refusal(source, undefined, context).code, "expression/budget-exhausted"),
    );
  }

  test("a used-up budget is an error at once", () => {
    assert.equal(refusal("1 + 1 + 1", undefined, testContext(3)).code, "expression/budget-exhausted");
    assert.equal(
      refusal("'abc' + 'def'", undefined, testContext(100, 5)).code,
      "expression/budget-exhausted",
    );
  });

  test("values nested too deeply are refused, not a stack overflow", () => {
    for (const use of ["toJSON", "string", "flatten"]) {
      assert.equal(refusal(`${use}(reduce(1..20000, [#acc], []))`).code, "expression/too-deep");
    }
    assert.equal(
      refusal("reduce(1..20000, [#acc], []) == reduce(1..20000, [#acc], [])").code,
      "expression/too-deep",
    );
    assert.equal(refusal("fromJSON(repeat('[', 50000) + repeat(']', 50000))").code, "expression/too-deep");
  });

  test("thousands of operators in a row are fine", () => {
    assert.equal(evaluate(`1${" + 1".repeat(4900)}`), 4901n);
    assert.equal(evaluate(`true${" && true".repeat(3000)}`), true);
    assert.equal(evaluate(`nil${" ?? nil".repeat(3000)} ?? 5`), 5n);
  });

  test("comparison chains inside comparison chains cost no more than their length", () => {
    let source = "1";
    for (let depth = 0; depth < 60; depth++) source = `(len(string(0 < ${source} < 2)))`;
    assert.equal(evaluate(source, undefined, testContext(10_000)), 5n);
  });
});
