import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  decodeBase32,
  decodeBase64,
  encodeBase32,
  encodeBase64,
} from "../../../src/expressions/go/base64.ts";
import { formatExponent, formatFixed, formatFloat } from "../../../src/expressions/go/format-float.ts";
import { readJson, valueToJson, valueToText, writeJson } from "../../../src/expressions/go/json.ts";
import { parseFloat64, parseInteger } from "../../../src/expressions/go/parse-number.ts";
import { formatPrintf } from "../../../src/expressions/go/printf.ts";
import { quoteText } from "../../../src/expressions/go/quote.ts";
import {
  compareText,
  countBytes,
  countRunes,
  decodeUtf8,
  encodeUtf8,
  sliceBytes,
} from "../../../src/expressions/go/utf8.ts";
import { createMap } from "../../../src/expressions/value.ts";
import type { Value } from "../../../src/expressions/value.ts";
import { outcome } from "../canonical.ts";

const printf: readonly (readonly [format: string, args: readonly Value[], expected: string])[] = [
  ["%d", [5n], "5"],
  ["%05d", [-42n], "-0042"],
  ["%5d|%-5d|", [42n, 42n], "   42|42   |"],
  ["%+d % d", [5n, 5n], "+5  5"],
  ["%x %X %#x", [255n, 255n, 255n], "ff FF 0xff"],
  ["%o %O %b", [8n, 8n, 5n], "10 0o10 101"],
  ["%c%c %U", [65n, 233n, 233n], "Aé U+00E9"],
  ["%s|%10s|%-5s|", ["abc", "abc", "abc"], "abc|       abc|abc  |"],
  ["%.2s", ["abc"], "ab"],
  ["%q", ['sa"b\n'], '"sa\\"b\\n"'],
  ["%x % x", ["abc", "abc"], "616263 61 62 63"],
  ["%v %v %v", [1n, "x", null], "1 x <nil>"],
  ["%t", [true], "true"],
  ["%f %.2f %8.3f|", [1.5, 1.005, 3.14159], "1.500000 1.00    3.142|"],
  ["%08.2f", [-3.14159], "-0003.14"],
  ["%e %.1e", [123456.789, 12345], "1.234568e+05 1.2e+04"],
  ["%g %.3g %G", [1e21, 123456, 1e-10], "1e+21 1.23e+05 1E-10"],
  ["%%", [], "%"],
  ["%d", ["x"], "%!d(string=x)"],
  ["%s", [5n], "%!s(int=5)"],
  ["%d", [], "%!d(MISSING)"],
  ["%d", [1n, 2n], "1%!(EXTRA int=2)"],
  ["%z", [1n], "%!z(int=1)"],
  ["%", [], "%!(NOVERB)"],
  ["%*d|%-*d|", [5n, 42n, 5n, 42n], "   42|42   |"],
  ["%.*f", [2n, 3.14159], "3.14"],
  ["testuser%02X", [10n], "testuser0A"],
  ["%T %T", [1n, 1.5], "int float64"],
  ["%v", [[1n, "a", createMap([["k", 1.5]])]], "[1 a map[k:1.5]]"],
  ["%.0f", [2.5], "2"],
  ["plain", [], "plain"],
  ["%6.2f%%", [99.5], " 99.50%"],
];

describe("printf", () => {
  for (const [format, args, expected] of printf)
    test(format, () => assert.equal(formatPrintf(format, args), expected));
});

describe("floats", () => {
  const cases: readonly (readonly [value: number, text: string])[] = [
    [1, "1"],
    [1.5, "1.5"],
    [100000, "100000"],
    [1e6, "1e+06"],
    [123456789, "1.23456789e+08"],
    [1e20, "1e+20"],
    [1e21, "1e+21"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [-0, "-0"],
    [NaN, "NaN"],
    [Infinity, "+Inf"],
    [-Infinity, "-Inf"],
    [5e-324, "5e-324"],
    [1.7976931348623157e308, "1.7976931348623157e+308"],
  ];
  for (const [value, text] of cases) test(text, () => assert.equal(formatFloat(value), text));

  test("every float reads back from its text", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        assert.equal(parseFloat64(formatFloat(value)), value);
        assert.equal(parseFloat64(formatExponent(value, -1)), value);
        if (Math.abs(value) < 1e15) assert.ok(Math.abs(Number(formatFixed(value, 6)) - value) <= 5.1e-7);
      }),
    );
  });
});

describe("integers", () => {
  const cases: readonly (readonly [text: string, base: 0 | 8 | 10, expected: bigint | undefined])[] = [
    ["12", 10, 12n],
    ["+12", 10, 12n],
    ["-12", 10, -12n],
    [" 12", 10, undefined],
    ["", 10, undefined],
    ["1_0", 10, undefined],
    ["0x1f", 0, 31n],
    ["017", 0, 15n],
    ["08", 0, undefined],
    ["1_000", 0, 1000n],
    ["0b11", 0, 3n],
    ["777", 8, 511n],
    ["9223372036854775807", 10, 9223372036854775807n],
    ["9223372036854775808", 10, undefined],
    ["-9223372036854775808", 10, -9223372036854775808n],
  ];
  for (const [text, base, expected] of cases)
    test(`${JSON.stringify(text)} in base ${base}`, () => assert.equal(parseInteger(text, base), expected));
});

describe("json", () => {
  test("keys are sorted, markup is escaped, numbers look like Go's", () => {
    const value = createMap([
      ["b", 1e21],
      ["a", ["<&>", 1e-7, 1n, null, true, "\u2028"]],
      ["c", 1e20],
    ]);
    assert.equal(
      writeJson(value),
      '{"a":["\\u003c\\u0026\\u003e",1e-7,1,null,true,"\\u2028"],"b":1e+21,"c":100000000000000000000}',
    );
    assert.equal(writeJson(value, { escapeHtml: false }).includes("<&>"), true);
    assert.equal(
      writeJson(
        createMap([
          ["a", [1n]],
          ["b", []],
        ]),
        { escapeHtml: true, indent: "  " },
      ),
      '{\n  "a": [\n    1\n  ],\n  "b": []\n}',
    );
    assert.equal(
      outcome(() => writeJson(NaN)),
      "!expression/invalid-operation",
    );
  });

  test("what is read is written back", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (json) => {
        const text = JSON.stringify(json);
        assert.deepEqual(
          valueToJson(readJson(text)),
          JSON.parse(text, (_key, value: unknown) =>
            typeof value === "string" ? value.replace(/\p{Surrogate}/gu, "\ufffd") : value,
          ),
        );
      }),
    );
  });

  test("a tag's text", () => {
    assert.deepEqual(
      [
        valueToText("a<b"),
        valueToText(3n),
        valueToText(3.5),
        valueToText(true),
        valueToText([1n, "x"]),
        valueToText(createMap([["a", "<"]])),
      ],
      ["a<b", "3", "3.5", "true", '[1,"x"]', '{"a":"\\u003c"}'],
    );
    assert.equal(
      valueToText({ tag: "time", unixNs: 0n, zone: { name: "UTC", offsetSeconds: 0 } }),
      "1970-01-01T00:00:00Z",
    );
    assert.equal(valueToText({ tag: "duration", ns: 5n }), "5");
  });
});

describe("bytes and runes", () => {
  test("UTF-8 reads back; invalid bytes become U+FFFD", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const clean = text.replace(/\p{Surrogate}/gu, "\ufffd");
        assert.equal(decodeUtf8(encodeUtf8(text)), clean);
        assert.equal(countBytes(clean), encodeUtf8(clean).length);
        assert.deepEqual(Buffer.from(encodeUtf8(clean)), Buffer.from(clean, "utf8"));
      }),
    );
    assert.equal(
      decodeUtf8(Uint8Array.of(0x61, 0xff, 0xe2, 0x82, 0xc0, 0x80)),
      "a\ufffd\ufffd\ufffd\ufffd\ufffd",
    );
  });

  test("counting and cutting", () => {
    assert.deepEqual(
      [countRunes("a😀é"), countBytes("a😀é"), sliceBytes("aéb", 1, 3), sliceBytes("aéb", 2, 4)],
      [3, 7, "é", "\ufffdb"],
    );
  });

  test("texts are ordered by code points", () => {
    assert.deepEqual(["\uffff", "😀", "a", "é", "ab"].sort(compareText), ["a", "ab", "é", "\uffff", "😀"]);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (left, right) => {
        assert.equal(
          Math.sign(compareText(left, right)),
          Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right))),
        );
      }),
    );
  });

  test("base64 and base32 read back and agree with Node", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        assert.equal(encodeBase64(bytes), Buffer.from(bytes).toString("base64"));
        assert.deepEqual(decodeBase64(encodeBase64(bytes)), bytes);
        assert.deepEqual(decodeBase32(encodeBase32(bytes)), bytes);
      }),
    );
    assert.deepEqual(
      [decodeBase64("a*b="), decodeBase64("abc"), decodeBase32("A")].map((result) => typeof result),
      ["number", "number", "number"],
    );
  });

  test("quoting", () => {
    assert.equal(quoteText('a"b\\\n\t\x07\x01é\u200b😀'), '"a\\"b\\\\\\n\\t\\a\\x01é\\u200b😀"');
  });
});
