import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  compileRegexp,
  expandTemplate,
  findAll,
  findFirst,
  quoteMeta,
  replaceMatches,
  splitRegexp,
  testRegexp,
} from "../../../src/expressions/go/regexp/regexp.ts";
import { RegexpSyntaxError } from "../../../src/expressions/go/regexp/syntax.ts";

/** All matches with their groups; a group that took no part is a dash. */
function find(pattern: string, text: string): string {
  return findAll(compileRegexp(pattern), text)
    .map((match) => {
      const groups: string[] = [];
      for (let index = 0; index < match.length; index += 2) {
        groups.push((match[index] ?? -1) < 0 ? "-" : text.slice(match[index], match[index + 1]));
      }
      return groups.join(",");
    })
    .join("|");
}

const matches: readonly (readonly [pattern: string, text: string, expected: string])[] = [
  ["a+", "baaac", "aaa"],
  ["a*", "baaac", "|aaa|"],
  ["a+?", "aaa", "a|a|a"],
  ["(a)(b)?", "ab a", "ab,a,b|a,a,-"],
  ["(?i)héL", "HÉl", "HÉl"],
  ["^a", "aa\na", "a"],
  ["(?m)^a", "aa\na", "a|a"],
  [".", "\n", ""],
  ["(?s).", "\n", "\n"],
  ["(?U)a+", "aa", "a|a"],
  ["\\bfoo\\b", "foo food foo", "foo|foo"],
  ["\\Bo", "foo", "o|o"],
  ["[^a-c]", "abcd", "d"],
  ["[[:digit:]]+", "a12b", "12"],
  ["[[:^digit:]]", "1a", "a"],
  ["\\d+\\D", "12a", "12a"],
  ["\\pL+", "é1λ", "é|λ"],
  ["\\p{Greek}", "aλ", "λ"],
  ["\\P{L}", "a1", "1"],
  ["\\p{^L}", "a1", "1"],
  ["[\\p{Lu}\\d]+", "aB1c", "B1"],
  ["\\x41\\x{1F600}", "A😀", "A😀"],
  ["\\Qa.b\\E+", "a.bb", "a.bb"],
  ["a{2}", "aaaaa", "aa|aa"],
  ["a{2,}", "aaaaa", "aaaaa"],
  ["a{1,2}", "aaa", "aa|a"],
  ["a{,2}", "a{,2}", "a{,2}"],
  ["x*", "é", "|"],
  ["(?P<y>\\d+)-(?<m>\\d+)", "2024-05", "2024-05,2024,05"],
  ["(a|ab)(c|bcd)", "abcd", "abcd,a,bcd"],
  ["(a*)+", "b", ",|,"],
  ["(a|b)*", "ab", "ab,b"],
  ["", "ab", "||"],
  ["[]a]", "]", "]"],
  ["[a-]", "-", "-"],
  ["\\z", "ab", ""],
  ["$", "a\n", ""],
  ["(?m)$", "a\n", "|"],
  ["(?i)[k]", "\u212a", "\u212a"],
  ["(?i:a)b", "Ab AB", "Ab"],
  ["(?:a|b)+", "abab", "abab"],
  ["\\141", "a", "a"],
  ["(foo|foobar)", "foobar", "foo,foo"],
  ["\\$\\{\\w+\\}", "${x}", "${x}"],
];

describe("matching as RE2 does", () => {
  for (const [pattern, text, expected] of matches) {
    test(`${pattern} on ${JSON.stringify(text)}`, () => assert.equal(find(pattern, text), expected));
  }
});

const refused: readonly (readonly [pattern: string, message: string])[] = [
  ["(", "error parsing regexp: missing closing ): `(`"],
  [")", "error parsing regexp: unexpected ): `)`"],
  ["[a", "error parsing regexp: missing closing ]: `[a`"],
  ["*a", "error parsing regexp: missing argument to repetition operator: `*`"],
  ["a**", "error parsing regexp: invalid nested repetition operator: `**`"],
  ["a{1001}", "error parsing regexp: invalid repeat count: `{1001}`"],
  ["(?=a)", "error parsing regexp: invalid or unsupported Perl syntax: `(?=`"],
  ["\\1", "error parsing regexp: invalid escape sequence: `\\1`"],
  ["[z-a]", "error parsing regexp: invalid character class range: `z-a`"],
  ["a\\", "error parsing regexp: trailing backslash at end of expression: ``"],
  ["\\p{Nope}", "error parsing regexp: invalid character class range: `\\p{Nope}`"],
  ["(?P<n", "error parsing regexp: invalid or unsupported Perl syntax: `(?P`"],
  ["\\8", "error parsing regexp: invalid escape sequence: `\\8`"],
  ["[[:nope:]]", "error parsing regexp: invalid character class range: `[:nope:]`"],
];

describe("patterns that RE2 refuses", () => {
  for (const [pattern, message] of refused) {
    test(pattern, () =>
      assert.throws(
        () => compileRegexp(pattern),
        (error) => error instanceof RegexpSyntaxError && error.message === message,
      ),
    );
  }

  test("size and nesting are bounded", () => {
    for (const pattern of [
      "(".repeat(100_000),
      "(".repeat(400) + "a" + ")".repeat(400),
      "((a{100}){100}){100}",
      "a".repeat(10_000),
      "(((x{30}){30})y{1000}){2}",
    ]) {
      assert.throws(() => compileRegexp(pattern), RegexpSyntaxError);
    }
  });
});

test("agrees with JavaScript on patterns that both understand", () => {
  const atom = fc.constantFrom("a", "b", "[ab]", "[^a]", ".", "(?:ab|a)", "\\d", "\\w", "^", "$", "\\b", "1");
  const quantifier = fc.constantFrom("", "", "*", "+", "?", "*?", "+?", "{2}", "{1,2}");
  const part = fc
    .tuple(atom, quantifier)
    .map(([text, suffix]) => (/^(?:\^|\$|\\b)$/u.test(text) ? text : text + suffix));
  const pattern = fc.array(
    fc.oneof({ weight: 6, arbitrary: part }, { weight: 1, arbitrary: fc.constant("|") }),
    { maxLength: 6 },
  );
  const text = fc
    .array(fc.constantFrom("a", "b", "1", " ", "\n"), { maxLength: 9 })
    .map((characters) => characters.join(""));
  fc.assert(
    fc.property(pattern, text, (parts, subject) => {
      const source = parts.join("");
      const own = findFirst(compileRegexp(source), subject);
      const native = new RegExp(source, "su".replace("s", "")).exec(subject);
      assert.deepEqual(
        own === undefined ? undefined : [own[0], own[1]],
        native === null ? undefined : [native.index, native.index + native[0].length],
        source,
      );
    }),
    { numRuns: 3000 },
  );
});

test("work grows with text times pattern, never exponentially", () => {
  const text = "a".repeat(5000);
  for (const pattern of ["(a*)*b", "(a|aa)+$b", "(a|a?)+b", "(.*)*x", "a{0,200}a{0,200}b"]) {
    const regexp = compileRegexp(pattern);
    let work = 0;
    assert.equal(
      testRegexp(regexp, text, (steps) => void (work += steps)),
      false,
      pattern,
    );
    assert.ok(work <= (text.length + 2) * (regexp.program.instructions.length + 2), `${pattern}: ${work}`);
  }
});

test("the caller can stop a match", () => {
  const stop = new Error("enough");
  assert.throws(
    () =>
      testRegexp(compileRegexp("b"), "a".repeat(1000), () => {
        throw stop;
      }),
    stop,
  );
});

test("replacing and splitting", () => {
  const swap = compileRegexp("(\\w+) (?P<last>\\w+)");
  const replace = (template: string): string =>
    replaceMatches(swap, "x ab cd y", (match) => expandTemplate(swap, template, "x ab cd y", match));
  assert.equal(replace("$2 $1"), "ab x y cd");
  assert.equal(replace("${last}-$$-$9-$1x"), "ab-$--  cd".replace("  cd", " y-$--"));
  assert.deepEqual(splitRegexp(compileRegexp(","), ",a,,b", -1), ["", "a", "", "b"]);
  assert.deepEqual(splitRegexp(compileRegexp("a*"), "abaabaccadaaae", 5), ["", "b", "b", "c", "cadaaae"]);
  assert.deepEqual(splitRegexp(compileRegexp("x"), "abc", 0), []);
  assert.equal(
    find(`^${quoteMeta("a.b*c[d](e){f}$^|+?\\")}$`, "a.b*c[d](e){f}$^|+?\\"),
    "a.b*c[d](e){f}$^|+?\\",
  );
});
