import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createEvalContext } from "../../../src/expressions/context.ts";
import type { EvalContext } from "../../../src/expressions/context.ts";
import { sprigFunctions, sprigObject } from "../../../src/expressions/sprig/sprig.ts";
import { formatValue } from "../../../src/expressions/go/format-value.ts";
import { createMap } from "../../../src/expressions/value.ts";
import type { Value } from "../../../src/expressions/value.ts";
import { outcome, testContext } from "../canonical.ts";
import { run } from "../environment.ts";
import { sprigCases } from "./sprig-cases.ts";

function call(name: string, args: readonly Value[], context: EvalContext = testContext()): Value {
  const found = sprigFunctions.get(name);
  assert.ok(found, `sprig.${name} must exist`);
  return found.call(args, context);
}

test("sprig gives what Go gives", () => {
  const differences = sprigCases
    .map(([source, expected]) => ({ source, expected, found: run(source) }))
    .filter((entry) => entry.found !== entry.expected);
  assert.deepEqual(differences, []);
});

test("all functions of the generic map are there, except env and expandenv", () => {
  assert.equal(sprigFunctions.size, 209);
  assert.equal(run("sprig.env('HOME')"), "!expression/unknown-function");
  assert.equal(run("sprig.expandenv('$HOME')"), "!expression/unknown-function");
  assert.deepEqual(sprigObject.keys(), [...sprigFunctions.keys()]);
});

describe("functions that cannot be pure say so", () => {
  for (const name of [
    "genPrivateKey",
    "genCA",
    "bcrypt",
    "htpasswd",
    "derivePassword",
    "encryptAES",
    "decryptAES",
    "getHostByName",
  ]) {
    test(name, () =>
      assert.equal(
        outcome(() => call(name, ["x"])),
        "!expression/not-supported",
      ),
    );
  }
});

describe("dice come from the context", () => {
  const seeded = (): EvalContext => {
    let state = 1;
    return createEvalContext(0, () => (state = (state * 16807) % 2147483647) / 2147483647);
  };
  const cases: readonly (readonly [name: string, args: readonly Value[], pattern: RegExp])[] = [
    ["randAlpha", [8n], /^[A-Za-z]{8}$/u],
    ["randAlphaNum", [8n], /^[A-Za-z0-9]{8}$/u],
    ["randNumeric", [8n], /^\d{8}$/u],
    ["randAscii", [8n], /^[ -~]{8}$/u],
    ["randBytes", [6n], /^[A-Za-z0-9+/]{8}$/u],
    ["randInt", [5n, 9n], /^[5-8]$/u],
    ["uuidv4", [], /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u],
    ["shuffle", ["abc"], /^[abc]{3}$/u],
  ];
  for (const [name, args, pattern] of cases) {
    test(name, () => {
      const first = formatValue(call(name, args, seeded()));
      assert.match(first, pattern);
      assert.equal(formatValue(call(name, args, seeded())), first);
    });
  }
});

test("the present comes from the context", () => {
  const context = createEvalContext(Date.UTC(2024, 0, 2, 3, 4, 5), () => 0);
  assert.equal(
    call("date", ["2006-01-02 15:04:05", call("now", [], context)], context),
    "2024-01-02 03:04:05",
  );
  assert.equal(call("date", ["2006", "no date"], context), "2024");
  assert.equal(call("ago", [BigInt(Date.UTC(2024, 0, 2, 3, 0, 0) / 1000)], context), "4m5s");
});

test("values are never changed in place", () => {
  const map = createMap([["a", 1n]]);
  const list: Value = ["b", "a"];
  assert.equal(
    outcome(() => call("set", [map, "b", 2n])),
    '{"a":i:1,"b":i:2}',
  );
  call("unset", [map, "a"]);
  call("merge", [map, createMap([["c", 3n]])]);
  call("sortAlpha", [list]);
  call("append", [list, "c"]);
  assert.equal(
    outcome(() => map),
    '{"a":i:1}',
  );
  assert.equal(
    outcome(() => list),
    '["b","a"]',
  );
});

describe("hostile calls end with an error", () => {
  const sources = [
    "sprig.until(1000000000)",
    "sprig.untilStep(0, 1000000000, 1)",
    "sprig.repeat(1000000000, 'abc')",
    "sprig.seq(1, 1000000000)",
    "sprig.indent(1000000, repeat('\\n', 1000000))",
    "sprig.randAlpha(1000000000)",
    "sprig.sha512sum(repeat('a', 1000000))",
    "sprig.regexReplaceAll('', repeat('a', 100000), repeat('b', 10000))",
    "sprig.wrapWith(1, repeat('x', 1000), repeat('a', 1000000))",
    "sprig.replace('', repeat('b', 1000), repeat('a', 1000000))",
  ];
  for (const source of sources)
    test(source.slice(0, 40), () => assert.equal(run(source), "!expression/budget-exhausted"));
});
