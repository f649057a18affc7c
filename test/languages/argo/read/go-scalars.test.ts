/** Plain scalars as Go reads them, and the texts that numbers become in text fields. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  formatAnyScalar,
  formatGeneralFloat,
  formatPlainFloat,
  formatTextScalar,
  GoFloat,
  resolveGoScalar,
} from "../../../../src/languages/argo/read/go-scalars.ts";

/** Scalars that are not text, by what they are. */
const VALUES: readonly (readonly [unknown, string])[] = [
  [true, "y Y yes Yes YES true True TRUE on On ON"],
  [false, "n N no No NO false False FALSE off Off OFF"],
  [null, "~ null Null NULL"],
  [Infinity, ".inf .Inf .INF +.inf +.Inf +.INF"],
  [-Infinity, "-.inf -.Inf -.INF"],
  [0, "0 -0 +0 00 0x0 0b0 0o0"],
  [1, "1 +1 01 0x1 0b1 0o1 1. 1.0 1e0 0_1 1_"],
  [-1, "-1 -01 -0x1 -0b1 -1.0"],
  [8, "8 08 8.0 010 0o10 0x8 0b1000"],
  [493, "0755 0o755 493 0x1ed 0x1ED 0X1ED"],
  [1000, "1000 1_000 1__000 1e3 1e+3 1E3"],
  [0.5, ".5 0.5 +.5 5e-1 00.5"],
  [1.25, "1.25 1.2_5"],
  [9007199254740993n, "9007199254740993 0x20000000000001"],
  [-9223372036854775808n, "-9223372036854775808"],
  [18446744073709551615n, "18446744073709551615"],
];

const TEXTS =
  "yEs tRue oN . .. ... 12:30 12:30:45 1:2 2001-01-01 2001-12-14t21:59:43.10-05:00 0x 0b 0xg 0b2 _1 + - -- 1-2 1a a1 " +
  "1e 1e+ e3 .e3 1.2.3 0x1.8p1 NaN Inf inf nan infinity v1 <<x nul nulll tru no. 1,000 ½ 1/2 0o8 e -y";

for (const [value, words] of VALUES) {
  for (const word of words.split(" ")) {
    test(`${word} is ${String(value)}`, () => assert.deepEqual(resolveGoScalar(word), value));
  }
}

for (const word of TEXTS.split(" ")) {
  test(`${word} is text`, () => assert.equal(resolveGoScalar(word), undefined));
}

test("not a number is one", () => {
  for (const word of [".nan", ".NaN", ".NAN"]) assert.ok(Number.isNaN(resolveGoScalar(word)));
});

test("whole floats from a million keep that they are floats", () => {
  assert.deepEqual(resolveGoScalar("1000000.0"), new GoFloat(1e6));
  assert.deepEqual(resolveGoScalar("1e21"), new GoFloat(1e21));
  assert.equal(resolveGoScalar("1000000"), 1_000_000);
});

test("integers beyond 64 bits are floats, floats beyond 64 bits are text", () => {
  assert.deepEqual(resolveGoScalar("18446744073709551616"), new GoFloat(2 ** 64));
  assert.equal(resolveGoScalar("1e999"), undefined);
});

const GENERAL: readonly (readonly [number, string])[] = [
  [0, "0"],
  [1.5, "1.5"],
  [100000.5, "100000.5"],
  [999999, "999999"],
  [1e6, "1e+06"],
  [1234567.5, "1.2345675e+06"],
  [0.0001, "0.0001"],
  [0.00001, "1e-05"],
  [1e21, "1e+21"],
  [1e100, "1e+100"],
  [-2.5e-7, "-2.5e-07"],
  [Infinity, "+Inf"],
  [-Infinity, "-Inf"],
];
for (const [value, text] of GENERAL) {
  test(`a float field of ${value} reads ${text} as text`, () =>
    assert.equal(formatGeneralFloat(value), text));
}

const PLAIN: readonly (readonly [number, string])[] = [
  [0, "0"],
  [1e6, "1000000"],
  [1e21, "1000000000000000000000"],
  [1.5e22, "15000000000000000000000"],
  [1e-7, "0.0000001"],
  [-1.25e-9, "-0.00000000125"],
  [123.456, "123.456"],
];
for (const [value, text] of PLAIN) {
  test(`a parameter of ${value} reads ${text} as text`, () => assert.equal(formatPlainFloat(value), text));
}

test("text fields and parameters differ for whole floats and for huge integers", () => {
  assert.equal(formatTextScalar(new GoFloat(1e6)), "1e+06");
  assert.equal(formatAnyScalar(new GoFloat(1e6)), "1000000");
  assert.equal(formatTextScalar(9007199254740993n), "9007199254740993");
  assert.equal(formatAnyScalar(9007199254740993n), "9007199254740992");
  assert.equal(formatTextScalar(true), "true");
});

test("plain floats read back as the same number", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      assert.equal(Number(formatPlainFloat(value)), value === 0 ? 0 : value);
      assert.ok(!formatPlainFloat(value).includes("e"));
      assert.equal(Number(formatGeneralFloat(value)), value);
    }),
  );
});

test("any text resolves without an error", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => void resolveGoScalar(text)));
  fc.assert(fc.property(fc.stringMatching(/^[-+.0-9_eExXbBo]{0,30}$/), (text) => void resolveGoScalar(text)));
});
