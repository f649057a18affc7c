/** Cron lines: what is read, what is refused, and in whose words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isTimeZone, parseCronLine } from "../../../src/model/schedule/cron-line.ts";
import type { CronFields } from "../../../src/model/schedule/cron-line.ts";

const GOOD_CRON = [
  "* * * * *",
  "*/5 * * * *",
  "0 0 1 1 0",
  "1-5,7 0-23/2 ? jan-MAR sun,MON",
  "@hourly",
  "@every 1h30m",
  "CRON_TZ=Europe/Berlin 5 4 * * *",
  "TZ=UTC @daily",
  "0 5/2 * * *",
];
for (const line of GOOD_CRON) test(`cron line ${line}`, () => assert.ok(parseCronLine(line).ok));

const BAD_CRON: readonly (readonly [string, string])[] = [
  ["", "empty spec string"],
  ["* * * *", "expected exactly 5 fields, found 4: [* * * *]"],
  ["* * * * * *", "expected exactly 5 fields, found 6: [* * * * * *]"],
  ["60 * * * *", "end of range (60) above maximum (59): 60"],
  ["* * 0 * *", "beginning of range (0) below minimum (1): 0"],
  ["* * * 13 *", "end of range (13) above maximum (12): 13"],
  ["5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"],
  ["*/0 * * * *", "step of range should be a positive number: */0"],
  ["1-2-3 * * * *", "too many hyphens: 1-2-3"],
  ["1/2/3 * * * *", "too many slashes: 1/2/3"],
  ["x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ["@often", "unrecognized descriptor: @often"],
  ["@every soon", 'failed to parse duration @every soon: time: invalid duration "soon"'],
  ["TZ=Mars/Base * * * * *", "provided bad location Mars/Base: unknown time zone Mars/Base"],
];
for (const [line, fault] of BAD_CRON)
  test(`cron line ${line}: ${fault}`, () =>
    assert.deepEqual(parseCronLine(line), { ok: false, error: fault }));

test("time zones are those of IANA", () => {
  for (const zone of ["UTC", "", "Local", "Europe/Berlin", "America/New_York"])
    assert.ok(isTimeZone(zone), zone);
  for (const zone of ["Mars/Base", "+02:00", "no zone"]) assert.ok(!isTimeZone(zone), zone);
});

function readFields(line: string): CronFields {
  const read = parseCronLine(line);
  assert.ok(read.ok && read.value.kind === "fields", line);
  return read.value;
}

test("names, ranges, steps, lists and question marks", () => {
  const line = readFields("5/20,1 8-18/5 ? JAN-Mar sun,FRI");
  assert.deepEqual(line, {
    kind: "fields",
    zone: undefined,
    minutes: [1, 5, 25, 45],
    hours: [8, 13, 18],
    days: Array.from({ length: 31 }, (_, index) => index + 1),
    months: [1, 2, 3],
    weekdays: [0, 5],
    needsBothDays: true,
  });
});

test("a star leaves a day field open, a star with a step restricts it", () => {
  assert.equal(readFields("0 0 1 * 1").needsBothDays, false);
  assert.equal(readFields("0 0 */10 * 1").needsBothDays, false);
  assert.equal(readFields("0 0 */1 * 1").needsBothDays, true);
  assert.equal(readFields("0 0 1 * ?").needsBothDays, true);
});

test("descriptors are the lines that they stand for", () => {
  for (const [name, line] of [
    ["@yearly", "0 0 1 1 *"],
    ["@annually", "0 0 1 1 *"],
    ["@monthly", "0 0 1 * *"],
    ["@weekly", "0 0 * * 0"],
    ["@daily", "0 0 * * *"],
    ["@midnight", "0 0 * * *"],
    ["@hourly", "0 * * * *"],
  ] as const)
    assert.deepEqual(parseCronLine(name), parseCronLine(line), name);
});

test("intervals are whole seconds, and at least one", () => {
  for (const [text, everyMs] of [
    ["1h30m", 5_400_000],
    ["1.9s", 1000],
    ["20ms", 1000],
    ["-5m", 1000],
  ] as const)
    assert.deepEqual(parseCronLine(`@every ${text}`), {
      ok: true,
      value: { kind: "interval", zone: undefined, everyMs },
    });
});

test("a line names its own zone", () => {
  assert.equal(readFields("TZ=Asia/Kathmandu 0 0 * * *").zone, "Asia/Kathmandu");
  assert.equal(readFields("CRON_TZ=Europe/Berlin @daily").zone, "Europe/Berlin");
});
