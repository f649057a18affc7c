import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { ExprNode } from "../../../src/expressions/expr/ast.ts";
import { parseExpr } from "../../../src/expressions/expr/parser.ts";
import { printExpr } from "../../../src/expressions/expr/print.ts";

/** The tree without places, as text. */
function shape(node: ExprNode): string {
  return JSON.stringify(node, (key, value: unknown) => {
    if (key === "offset" || key === "depth") return undefined;
    return typeof value === "bigint" ? `${value}n` : value;
  });
}

function problemOf(source: string): string | undefined {
  const parsed = parseExpr(source);
  if (!parsed.ok) return `${source}: ${parsed.error.message}`;
  const printed = printExpr(parsed.value);
  const again = parseExpr(printed);
  if (!again.ok) return `${source} prints as ${printed}: ${again.error.message}`;
  if (shape(again.value) !== shape(parsed.value))
    return `${source} prints as ${printed}, which is another tree`;
  return printExpr(again.value) === printed ? undefined : `${printed} is not stable`;
}

const corpus = resolve(import.meta.dirname, "../../../../shared/conformance/expr/generated.txt");

test("every expression of expr-lang's own corpus parses and prints stably", (t) => {
  if (!existsSync(corpus)) {
    t.skip(`the corpus is not here: ${corpus}`);
    return;
  }
  const lines = readFileSync(corpus, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  const problems = lines.map(problemOf).filter((problem) => problem !== undefined);
  assert.ok(lines.length > 40_000);
  assert.deepEqual(problems.slice(0, 10), []);
});

describe("printing", () => {
  const cases: readonly (readonly [source: string, printed: string])[] = [
    ["1+2*3", "1 + 2 * 3"],
    ["(1+2)*3", "(1 + 2) * 3"],
    ["2**3**2", "2 ** 3 ** 2"],
    ["(2**3)**2", "(2 ** 3) ** 2"],
    ["a-(b-c)", "a - (b - c)"],
    ["a-b-c", "a - b - c"],
    ["-(a+b)", "-(a + b)"],
    ["-a.b", "-a.b"],
    ["(-a).b", "(-a).b"],
    ["not (a in b)", "not (a in b)"],
    ["a not in b", "not (a in b)"],
    ["(a ?? b) + c", "(a ?? b) + c"],
    ["a < b < c", "a < b < c"],
    ["(a < b) == c", "(a < b) == c"],
    ["a || b && c", "a || (b && c)"],
    ["a ? b : c ? d : e", "a ? b : c ? d : e"],
    ["(a ? b : c) ? d : e", "(a ? b : c) ? d : e"],
    ["a ?: b", "a ?: b"],
    ["let x = 1; x; 2", "let x = 1; x; 2"],
    ["(1; 2) + 3", "(1; 2) + 3"],
    ["if a {b} else if c {d} else {e}", "if a { b } else if c { d } else { e }"],
    ["a | map(# + 1) | len()", "len(map(a, # + 1))"],
    ["map(a, .b.c)", "map(a, #.b.c)"],
    ["map(a, {{x: 1}})", "map(a, { {x: 1} })"],
    ["a?.b?.[c]['d-e']", 'a?.b?.[c]["d-e"]'],
    ["a[:1][1:][:]", "a[:1][1:][:]"],
    ["{'a b': 1, c: 2, (d): 3}", '{"a b": 1, c: 2, (d): 3}'],
    ["1.0", "1.0"],
    ["1e21", "1000000000000000000000.0"],
    ["0xff", "255"],
    ["1_000", "1000"],
    ["'\\n\\u00e9\\x01'", '"\\né\\x01"'],
    ["b'a\\xff'", 'b"\\x61\\xff"'],
    ["::len(a)", "len(a)"],
    ["!a", "!a"],
    ["- -1", "- -1"],
    ["a..b", "a .. b"],
    ["$env.a", "$env.a"],
  ];
  for (const [source, printed] of cases) {
    test(source, () => {
      const parsed = parseExpr(source);
      assert.ok(parsed.ok);
      assert.equal(printExpr(parsed.value), printed);
      assert.equal(problemOf(source), undefined);
    });
  }
});

const leaf = fc.constantFrom(
  "a",
  "b",
  "1",
  "2.5",
  "'s'",
  "true",
  "nil",
  "x.y",
  "x?.y",
  "f(1)",
  "[1, 2]",
  "{k: 1}",
  "len(a)",
  "b'q'",
  "x[0]",
  "#",
  "#acc",
  ".z",
);
const { tree } = fc.letrec<{ tree: string }>((tie) => {
  const inner = tie("tree");
  const operator = fc.constantFrom(
    "+",
    "-",
    "*",
    "/",
    "%",
    "**",
    "^",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    "and",
    "&&",
    "or",
    "||",
    "in",
    "not in",
    "matches",
    "contains",
    "not contains",
    "startsWith",
    "..",
    "??",
  );
  return {
    tree: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc.tuple(inner, operator, inner).map(([left, sign, right]) => `(${left}) ${sign} (${right})`),
      fc.tuple(fc.constantFrom("-", "!", "not ", "+"), inner).map(([sign, operand]) => `${sign}(${operand})`),
      fc.tuple(inner, inner, inner).map(([c, t, e]) => `(${c}) ? (${t}) : (${e})`),
      fc
        .tuple(inner, inner, inner)
        .map(([c, t, e]) => `if ${c} { ${t} } else { ${e} }`)
        .map((text) => `(${text})`),
      fc.tuple(inner, inner).map(([value, body]) => `(let v = ${value}; ${body})`),
      fc.tuple(inner, inner).map(([first, second]) => `(${first}; ${second})`),
      inner.map((object) => `(${object}).m`),
      inner.map((object) => `(${object})?.m`),
      inner.map((object) => `(${object})[1:a]`),
      fc.tuple(inner, inner).map(([object, index]) => `(${object})[${index}]`),
      fc
        .tuple(fc.constantFrom("map", "filter", "all", "sortBy"), inner, inner)
        .map(([name, list, body]) => `${name}(${list}, {${body}})`),
      fc.tuple(inner, inner).map(([x, y]) => `[${x}, ${y}]`),
      inner.map((value) => `{k: ${value}, "a-b": 1}`),
    ),
  };
});

test("random trees print as text that parses to the same tree", () => {
  fc.assert(
    fc.property(tree, (body) => {
      // A predicate around the tree makes `#` and `.z` legal everywhere.
      assert.equal(problemOf(`map(list, {${body}})`), undefined);
    }),
    { numRuns: 1500 },
  );
});

test("no text crashes the parser", () => {
  const piece = fc.constantFrom(
    "a",
    "1",
    ".",
    "..",
    "?.",
    "?",
    ":",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "#",
    "|",
    "not",
    "in",
    "let",
    "if",
    "else",
    ";",
    ",",
    "=",
    "==",
    "'",
    '"',
    "`",
    "\\",
    "/*",
    "//",
    "b'",
    " ",
    "\n",
    "0x",
    "1e",
    "é",
    "💥",
    "\ud800",
    "map(",
    "**",
    "-",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const source = pieces.join("");
      const parsed = parseExpr(source);
      if (parsed.ok) assert.equal(problemOf(source), undefined);
      else assert.ok(parsed.error.offset >= 0 && parsed.error.offset <= source.length);
    }),
    { numRuns: 3000 },
  );
});

describe("syntax errors", () => {
  const cases: readonly (readonly [source: string, message: string, offset: number])[] = [
    ["", "unexpected token EOF", 0],
    ["1 +", "unexpected token EOF", 3],
    ["1 + * 2", 'unexpected token Operator("*")', 4],
    ["(1", "unexpected token EOF", 2],
    ["a b", 'unexpected token Identifier("b")', 2],
    ["'abc", "literal not terminated", 0],
    ["'\\q'", "invalid char escape", 1],
    ["1a", 'bad number syntax: "1a"', 0],
    ["@", 'unrecognized character: "@"', 0],
    ["/* x", "unclosed comment", 0],
    ["a.1", 'unexpected token Number(".1")', 1],
    [
      "a ?? b + c",
      "Operator (+) and coalesce expressions (??) cannot be mixed. Wrap either by parentheses.",
      7,
    ],
    ["map(a)", "expected at least 2 arguments", 5],
    ["map(a, 1; 2)", "wrap predicate with brackets { and }", 8],
    ["{1+1: 2}", 'unexpected token Operator("+")', 2],
    ["let x = 1", "unexpected token EOF", 9],
    ["a not b", 'unexpected token Identifier("b")', 6],
    ["a | 1", 'unexpected token Number("1")', 4],
    ["99999999999999999999", 'invalid integer literal: "99999999999999999999"', 0],
    [".a", 'unexpected token Operator(".")', 0],
  ];
  for (const [source, message, offset] of cases) {
    test(source === "" ? "(empty)" : source, () => {
      const parsed = parseExpr(source);
      assert.ok(!parsed.ok);
      assert.deepEqual(
        [parsed.error.code, parsed.error.message, parsed.error.offset],
        ["expression/syntax", message, offset],
      );
    });
  }

  test("nesting and size are bounded", () => {
    const deep = 100_000;
    const sources = ["(", "[", "-", "!", "not ", "{a:", "map(", "if true {", "let a = ", "true ? "]
      .map((opening) => opening.repeat(deep))
      .concat(
        `a${".b".repeat(deep)}`,
        `1${" + 1".repeat(deep)}`,
        `a${" | len()".repeat(deep)}`,
        `2${" ** 2".repeat(deep)}`,
        `a${"[0]".repeat(deep)}`,
      );
    for (const source of sources) {
      const parsed = parseExpr(source);
      assert.ok(!parsed.ok, source.slice(0, 20));
      assert.match(parsed.error.message, /nested too deeply|maximum allowed nodes|too long/u);
    }
  });
});
