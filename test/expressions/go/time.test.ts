import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  countDays,
  findZone,
  fromUnixMs,
  fromWallClock,
  inZone,
  toCivil,
  utc,
} from "../../../src/expressions/go/civil.ts";
import { parseGoDuration } from "../../../src/base/parse-go-duration.ts";
import { formatDuration } from "../../../src/expressions/go/duration.ts";
import { formatTime, timeToRfc3339, timeToText } from "../../../src/expressions/go/format-time.ts";
import { layouts } from "../../../src/expressions/go/layout.ts";
import { parseTime } from "../../../src/expressions/go/parse-time.ts";
import { formatStrftime, strftimeLetters } from "../../../src/expressions/go/strftime.ts";

const parsing: readonly (readonly [layout: string, text: string, expected: string | undefined])[] = [
  ["2006-01-02", "2024-02-29", "2024-02-29T00:00:00Z"],
  ["2006-01-02", "2023-02-29", undefined],
  ["2006-01-02", "2024-02-30", undefined],
  ["2006-01-02", "2024-1-1", undefined],
  ["2006-1-2", "2024-01-01", "2024-01-01T00:00:00Z"],
  ["2006-01-02", " 2024-01-01", undefined],
  ["Jan _2 2006", "Feb  3 2013", "2013-02-03T00:00:00Z"],
  ["January 2, 2006", "december 25, 1999", "1999-12-25T00:00:00Z"],
  [layouts.rfc3339, "2024-01-01T10:00:00.123+05:30", "2024-01-01T10:00:00.123+05:30"],
  [layouts.rfc3339, "2024-01-01T10:00:00Z", "2024-01-01T10:00:00Z"],
  ["2006-01-02T15:04:05-07:00", "2024-01-01T10:00:00Z", undefined],
  ["3:04PM", "11:15AM", "0000-01-01T11:15:00Z"],
  ["3:04PM", "0:15PM", "0000-01-01T12:15:00Z"],
  ["3:04PM", "13:15PM", undefined],
  ["15:04:05.000", "10:11:12.5", undefined],
  ["15:04:05.999", "10:11:12", "0000-01-01T10:11:12Z"],
  ["15:04:05", "10:11:12.25", "0000-01-01T10:11:12.25Z"],
  ["02/01/06", "05/06/70", "1970-06-05T00:00:00Z"],
  ["02/01/06", "05/06/50", "2050-06-05T00:00:00Z"],
  ["2006-002", "2024-366", "2024-12-31T00:00:00Z"],
  ["2006-002", "2023-366", undefined],
  ["05", "60", undefined],
  ["15", "24", undefined],
  ["2006-01-02 MST", "2024-01-01 GMT+3", "2024-01-01T03:00:00+03:00"],
  ["2006-01-02 15:04 MST", "2024-01-01 10:00 PST", "2024-01-01T10:00:00Z"],
  ["2006-01-02", "2024-01-01x", undefined],
  ["2006-01-02 15:04", "2024-01-01  10:00", "2024-01-01T10:00:00Z"],
];

describe("parsing by Go layouts", () => {
  for (const [layout, text, expected] of parsing) {
    test(`${layout}: ${text}`, () => {
      const time = parseTime(layout, text);
      assert.equal(time === undefined ? undefined : timeToRfc3339(time), expected);
    });
  }
});

const moment = parseTime(layouts.rfc3339, "2024-05-01T09:08:07.06005Z") ?? fromUnixMs(0);

const formatting: readonly (readonly [layout: string, expected: string])[] = [
  ["2006-01-02T15:04:05Z07:00", "2024-05-01T09:08:07Z"],
  ["Mon Monday Jan January", "Wed Wednesday May May"],
  ["1 01 2 02 _2 __2 002", "5 05 1 01  1 122 122"],
  ["15 3 03 4 04 5 05 06 PM pm", "09 9 09 8 08 7 07 24 AM am"],
  ["Z07 Z0700 -07 -0700 -07:00:00 MST", "Z Z +00 +0000 +00:00:00 UTC"],
  [".000 .999999 .000000000", " .060 .060050000".slice(0, 0) + ".060 .06005 .060050000"],
  ["January2006", "May2024"],
  ["Janet Month", "Janet Month"],
  ["_2006", "_2024"],
  ["20060102150405", "20240501090807"],
  ["plain", "plain"],
];

describe("formatting by Go layouts", () => {
  for (const [layout, expected] of formatting)
    test(layout, () => assert.equal(formatTime(moment, layout), expected));

  test("zones", () => {
    const shown = (name: string): string =>
      formatTime(inZone(moment, findZone(name) ?? utc), "15:04 MST -0700");
    assert.deepEqual(
      [
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kolkata",
        "Asia/Tokyo",
        "Europe/London",
        "UTC",
        "Local",
      ].map(shown),
      [
        "11:08 CEST +0200",
        "05:08 EDT -0400",
        "14:38 IST +0530",
        "18:08 JST +0900",
        "10:08 BST +0100",
        "09:08 UTC +0000",
        "09:08 UTC +0000",
      ],
    );
    assert.equal(findZone("Nowhere/City"), undefined);
    assert.equal(findZone("+02:00"), undefined);
    assert.equal(
      timeToText(inZone(moment, { name: "", offsetSeconds: -5400 })),
      "2024-05-01 07:38:07.06005 -0130 -0130",
    );
    assert.equal(
      timeToText(inZone(moment, { name: "", offsetSeconds: 7200 })),
      "2024-05-01 11:08:07.06005 +0200 +0200",
    );
    assert.deepEqual(
      ["America/Sao_Paulo", "America/Havana", "Australia/Lord_Howe", "Asia/Jerusalem", "Europe/Dublin"].map(
        shown,
      ),
      ["06:08 -03 -0300", "05:08 CDT -0400", "19:38 +1030 +1030", "12:08 IDT +0300", "10:08 IST +0100"],
    );
  });
});

test("a wall clock inside a zone finds the instant, also around the change to summer time", () => {
  const zone = findZone("Europe/Berlin") ?? utc;
  const at = (hour: number, minute: number): string =>
    formatTime(
      inZone(
        fromWallClock({ year: 2024, month: 3, day: 31, hour, minute, second: 0, nanosecond: 0 }, zone),
        utc,
      ),
      "15:04",
    );
  assert.deepEqual([at(1, 30), at(3, 30), at(12, 0)], ["00:30", "01:30", "10:00"]);
});

test("dates agree with JavaScript over all years", () => {
  fc.assert(
    fc.property(
      fc.date({
        min: new Date(-62_135_596_800_000),
        max: new Date(253_402_300_799_999),
        noInvalidDate: true,
      }),
      (date) => {
        const civil = toCivil(fromUnixMs(date.getTime()));
        assert.deepEqual(
          [civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second, civil.weekday],
          [
            date.getUTCFullYear(),
            date.getUTCMonth() + 1,
            date.getUTCDate(),
            date.getUTCHours(),
            date.getUTCMinutes(),
            date.getUTCSeconds(),
            date.getUTCDay(),
          ],
        );
        assert.equal(countDays(civil.year, civil.month, civil.day), Math.floor(date.getTime() / 86_400_000));
        assert.equal(
          parseTime(layouts.rfc3339Nano, timeToRfc3339(fromUnixMs(date.getTime())))?.unixNs,
          fromUnixMs(date.getTime()).unixNs,
        );
      },
    ),
  );
});

const durations: readonly (readonly [text: string, printed: string | undefined])[] = [
  ["1h30m", "1h30m0s"],
  ["1.5h", "1h30m0s"],
  ["-1.5s", "-1.5s"],
  ["100ms", "100ms"],
  ["1us", "1µs"],
  ["5ns", "5ns"],
  ["1h1h", "2h0m0s"],
  [".5s", "500ms"],
  ["1.s", "1s"],
  ["0", "0s"],
  ["+5m", "5m0s"],
  ["1", undefined],
  ["s", undefined],
  ["1d", undefined],
  ["1h 2m", undefined],
  ["", undefined],
  ["99999999999s", undefined],
  ["1.0000000001s", "1s"],
  ["-0", "0s"],
  ["1m0.001s", "1m0.001s"],
];

describe("durations", () => {
  for (const [text, printed] of durations) {
    test(text === "" ? "(empty)" : text, () => {
      const ns = parseGoDuration(text);
      assert.equal(ns === undefined ? undefined : formatDuration(ns), printed);
    });
  }

  test("what is printed reads back", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }), (ns) =>
        assert.equal(parseGoDuration(formatDuration(ns)), ns),
      ),
    );
  });
});

const letters: readonly (readonly [letter: string, expected: string | undefined])[] = [
  ["Y", "2024"],
  ["m", "05"],
  ["d", "01"],
  ["H", "09"],
  ["M", "08"],
  ["S", "07"],
  ["y", "24"],
  ["j", "122"],
  ["a", "Wed"],
  ["A", "Wednesday"],
  ["b", "May"],
  ["B", "May"],
  ["p", "AM"],
  ["I", "09"],
  ["Z", "UTC"],
  ["z", "+0000"],
  ["F", "2024-05-01"],
  ["T", "09:08:07"],
  ["D", "05/01/24"],
  ["R", "09:08"],
  ["e", " 1"],
  ["C", "20"],
  ["u", "3"],
  ["w", "3"],
  ["V", "18"],
  ["U", "17"],
  ["W", "18"],
  ["c", "Wed May  1 09:08:07 2024"],
  ["%", "%"],
  ["Q", undefined],
  ["", undefined],
];

describe("strftime letters", () => {
  for (const [letter, expected] of letters)
    test(letter === "" ? "(empty)" : letter, () => assert.equal(formatStrftime(moment, letter), expected));

  test("every listed letter gives a text", () => {
    assert.deepEqual(
      strftimeLetters.filter((letter) => formatStrftime(moment, letter) === undefined),
      [],
    );
  });
});
