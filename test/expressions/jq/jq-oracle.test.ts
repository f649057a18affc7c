/**
 * Filters made by chance, evaluated here and by jq itself. The grammar has what jq 1.6 and 1.7 agree on, and leaves out
 * what is known to differ: places of empty matches, keys of null, deletion of several parts by `|= empty`, `error` of null.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import type { Json } from "../../../src/base/json.ts";
import { EvalError } from "../../../src/expressions/context.ts";
import { parseJq, runJq } from "../../../src/expressions/jq/jq.ts";
import { writeValue } from "../../../src/expressions/jq/values.ts";
import { testContext } from "../canonical.ts";

const jqVersion = spawnSync("jq", ["--version"], { encoding: "utf8" });
const hasJq = jqVersion.error === undefined && jqVersion.status === 0;

const names = fc.constantFrom("a", "b", "c");
const numbers = fc.constantFrom("0", "1", "2", "-1", "3.5");
const texts = fc.constantFrom('""', '"a"', '"b,c"', '"12"', '"é\\n"');

/** Filters that mean something for every input. */
const simple = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ".",
      "[.[]?][]",
      "[..][]",
      "null",
      "true",
      "false",
      "empty",
      "[]",
      "{}",
      "[.[0]?][]",
    ),
  },
  { weight: 2, arbitrary: names.map((name) => `.${name}`) },
  { weight: 2, arbitrary: numbers },
  { weight: 2, arbitrary: texts },
  fc.constantFrom(
    "length",
    "type",
    "not",
    "keys",
    "tojson",
    "tostring",
    "tonumber",
    "(arrays | reverse)",
    "add",
    "any",
    "all",
  ),
  fc.constantFrom("sort", "unique", "min", "max", "first", "last", "flatten", "to_entries", "paths"),
  fc.constantFrom(
    "ascii_downcase",
    "ascii_upcase",
    "explode",
    "[tostream][]",
    "fromjson",
    "[leaf_paths][]",
    "floor",
  ),
  fc.constantFrom(
    "@base64",
    "@json",
    "@csv",
    "@sh",
    "[.[1:]?][]",
    "[.[:-1]?][]",
    "[.[-1]?][]",
    "values",
    "scalars",
    'error("x")',
  ),
);

const operators = fc.constantFrom(
  "+",
  "-",
  "*",
  "/",
  "%",
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "and",
  "or",
  "//",
  ",",
  "|",
  "|",
);
const assignments = fc.constantFrom("=", "|=", "+=", "-=", "*=", "//=");
const paths = fc.constantFrom(".", ".a", ".a.b", ".[0]", ".[]", ".b", ".[1:]", ".c[0]", 'getpath(["a","c"])');
const calls = fc.constantFrom(
  "map",
  "select",
  "sort_by",
  "group_by",
  "unique_by",
  "min_by",
  "max_by",
  "any",
  "all",
  "first",
  "isempty",
  "last",
  "walk",
  "has",
  "contains",
  "startswith",
  "ltrimstr",
  "split",
  "join",
  "with_entries",
  "getpath",
  "in",
  "inside",
  "range",
  "paths",
  "delpaths",
);

const { filter } = fc.letrec<{ filter: string }>((tie) => {
  const inner = tie("filter");
  const two = fc.tuple(inner, inner);
  const three = fc.tuple(inner, inner, inner);
  return {
    filter: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 3, arbitrary: simple },
      {
        weight: 5,
        arbitrary: fc
          .tuple(operators, two)
          .map(([sign, [a, b]]) => `(${sign === "//" ? `[(${a})?][]` : a} ${sign} ${b})`),
      },
      fc.tuple(fc.constantFrom("path", "del", "paths"), paths).map(([name, a]) => `[${name}(${a})][]`),
      { weight: 2, arbitrary: fc.tuple(calls, inner).map(([name, a]) => `[${name}(${a})][:6][]`) },
      {
        weight: 2,
        arbitrary: fc.tuple(paths, assignments, inner).map(([a, sign, b]) => `(${a} ${sign} [${b}][0])`),
      },
      inner.map((a) => `[${a}]`),
      inner.map((a) => `[(${a})?][]`),
      fc.tuple(names, two).map(([name, [a, b]]) => `{${name}: (${a}), d: (${b})}`),
      two.map(([a, b]) => `[try (${a}) catch (null | ${b})][]`),
      two.map(([a, b]) => `"x\\(${a})y\\(${b})"`),
      two.map(([a, b]) => `((${a}) as $x | ${b}, $x)`),
      two.map(([a, b]) => `((${a}) as [$x, {a: $y}] | [$x, $y, (${b})])`),
      three.map(([a, b, c]) => `if ${a} then ${b} elif ${b} then ${c} else ${a} end`),
      two.map(([a, b]) => `reduce (${a}) as $x (null; [., $x, first(${b})])`),
      two.map(([a, b]) => `foreach (${a}) as $x (0; [first(${b}), $x]; [., 1])`),
      two.map(([a, b]) => `label $out | (${a}), break $out, (${b})`),
      two.map(([a, b]) => `(def f($p; g): g, $p; f(${a}; ${b}))`),
      two.map(([a, b]) => `(${a}) as $i | [.[$i]?][], ([.[$i:]?][] | ${b})`),
    ),
  };
});

const value = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, true, false, 0, 1, -2, 3.5, "", "a", "b,c", "[1]", "é"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(names, tie("value"), { maxKeys: 3 }),
  ),
})).value;

/** What a filter gives, or only that it fails: messages differ. Numbers are compared as JSON reads them. */
function evaluateHere(source: string, input: Json): Json {
  const parsed = parseJq(source);
  assert.ok(parsed.ok, source);
  try {
    return [...runJq(parsed.value, input, testContext())].map(
      (one) => JSON.parse(writeValue(one, "written")) as Json,
    );
  } catch (error) {
    if (error instanceof EvalError && error.code === "expression/jq") return "failed";
    throw error;
  }
}

/** One process for all of them: a line for each filter. */
function evaluateThere(
  cases: readonly (readonly [source: string, input: Json])[],
  folder: string,
): readonly Json[] {
  const file = join(folder, "filters.jq");
  const wrapped = cases.map(
    ([source, input]) => `(${JSON.stringify(input)} | try [${source}] catch "failed")`,
  );
  writeFileSync(file, wrapped.join(",\n"));
  const done = spawnSync("jq", ["-nc", "-f", file], { encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Json);
}

const atOnce = 100;

test(
  "filters made by chance give what jq gives",
  { skip: hasJq ? false : "there is no jq on this machine to compare with" },
  (t) => {
    const folder = mkdtempSync(join(tmpdir(), "millrace-jq-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const seed = Number(process.env["MILLRACE_JQ_SEED"] ?? 20_240_501);
    const cases = fc.sample(fc.tuple(filter, value), { seed, numRuns: 300 });
    for (let from = 0; from < cases.length; from += atOnce) {
      const some = cases.slice(from, from + atOnce);
      const expected = evaluateThere(some, folder);
      const differences = some.flatMap(([source, input], index) => {
        const found = evaluateHere(source, input);
        const wanted = expected[index];
        return isDeepStrictEqual(found, wanted)
          ? []
          : [[source, ...[input, wanted, found].map((one) => JSON.stringify(one))].join("\n  ")];
      });
      assert.deepEqual(differences, []);
    }
  },
);
