/** When cron lines are due: golden cases over zones, and a walk through every minute as the judge. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { findNextTime } from "../../../src/engine/calendar/next-time.ts";
import { isDueAt, readLine } from "./wall-clock.ts";

/** After, line, zone, and the times that follow; a missing last time means that there is none. */
type Golden = readonly [string, string, string, ...string[]];

function checkGolden([after, text, zone, ...expected]: Golden): void {
  const line = readLine(text);
  let at = Date.parse(after);
  const found: string[] = [];
  for (const _ of expected) {
    const next = findNextTime(line, at, zone);
    found.push(next === undefined ? "never" : new Date(next).toISOString());
    at = next ?? at;
  }
  assert.deepEqual(
    found,
    expected.map((time) => (time === "never" ? time : new Date(Date.parse(time)).toISOString())),
    text,
  );
}

const berlin = "Europe/Berlin";
const newYork = "America/New_York";
const lordHowe = "Australia/Lord_Howe";

const goldens: Readonly<Record<string, readonly Golden[]>> = {
  "plain lines": [
    ["2012-07-09T14:45:00Z", "0/15 * * * *", "UTC", "2012-07-09T15:00:00Z", "2012-07-09T15:15:00Z"],
    ["2012-07-09T14:59:59Z", "0/15 * * * *", "UTC", "2012-07-09T15:00:00Z"],
    ["2012-07-09T14:59:59.999Z", "0/15 * * * *", "UTC", "2012-07-09T15:00:00Z"],
    ["2012-07-09T15:45:00Z", "20-35/15 * * * *", "UTC", "2012-07-09T16:20:00Z"],
    ["2012-07-09T23:35:51Z", "20-35/15 1/2 */2 * *", "UTC", "2012-07-11T01:20:00Z"],
    ["2012-07-09T23:35:00Z", "0 0 9 Apr-Oct ?", "UTC", "2012-08-09T00:00:00Z"],
    ["2012-07-09T23:35:00Z", "0 0 */5 Apr,Aug,Oct Mon", "UTC", "2012-08-01T00:00:00Z"],
    ["2012-07-09T23:35:00Z", "0 0 * Feb Mon", "UTC", "2013-02-04T00:00:00Z"],
    ["2012-12-31T23:59:45Z", "* * * * *", "UTC", "2013-01-01T00:00:00Z"],
    ["2012-07-09T15:00:00Z", "@weekly", "UTC", "2012-07-15T00:00:00Z"],
    ["2012-07-09T15:00:00Z", "0 0 1,15 * Sun", "UTC", "2012-07-15T00:00:00Z", "2012-07-22T00:00:00Z"],
  ],
  "leap days and dates that never come": [
    ["2012-07-09T23:35:00Z", "0 0 29 Feb ?", "UTC", "2016-02-29T00:00:00Z", "2020-02-29T00:00:00Z"],
    ["2096-03-01T00:00:00Z", "0 0 29 2 *", "UTC", "never"],
    ["2099-03-01T00:00:00Z", "0 0 29 2 *", "UTC", "2104-02-29T00:00:00Z"],
    ["2012-07-09T23:35:00Z", "0 0 30 Feb ?", berlin, "never"],
    ["2012-07-09T23:35:00Z", "0 0 31 2,4,6,9,11 *", newYork, "never"],
    ["2012-07-09T23:35:00Z", ", * * * *", "UTC", "never"],
  ],
  "intervals count from where they are asked": [
    ["2012-07-09T14:45:00.600Z", "@every 1h30m", "UTC", "2012-07-09T16:15:00Z", "2012-07-09T17:45:00Z"],
  ],
  "local times that a zone skips": [
    ["2012-03-10T12:00:00-05:00", "30 2 * * *", newYork, "2012-03-12T02:30:00-04:00"],
    ["2012-03-11T00:00:00-05:00", "30 2 11 Mar ?", newYork, "2013-03-11T02:30:00-04:00"],
    ["2012-03-11T01:59:00-05:00", "0 * * * *", newYork, "2012-03-11T03:00:00-04:00"],
    ["2026-03-28T12:00:00+01:00", "15 2 * * *", berlin, "2026-03-30T02:15:00+02:00"],
    ["2026-03-29T01:30:00+01:00", "*/30 * * * *", berlin, "2026-03-29T03:00:00+02:00"],
    ["2020-03-07T12:00:00-08:00", "59 1 * * *", "America/Los_Angeles", "2020-03-08T01:59:00-08:00"],
    ["2020-03-07T12:00:00-08:00", "0 2 * * *", "America/Los_Angeles", "2020-03-09T02:00:00-07:00"],
  ],
  "local times that a zone shows twice": [
    [
      "2012-11-04T00:00:00-04:00",
      "30 1 * * *",
      newYork,
      "2012-11-04T01:30:00-04:00",
      "2012-11-04T01:30:00-05:00",
      "2012-11-05T01:30:00-05:00",
    ],
    ["2012-11-04T00:00:00-04:00", "30 2 4 Nov ?", newYork, "2012-11-04T02:30:00-05:00"],
    ["2012-11-04T01:45:00-04:00", "30 1 4 Nov ?", newYork, "2012-11-04T01:30:00-05:00"],
    [
      "2026-10-25T01:30:00+02:00",
      "@hourly",
      berlin,
      "2026-10-25T02:00:00+02:00",
      "2026-10-25T02:00:00+01:00",
      "2026-10-25T03:00:00+01:00",
    ],
    [
      "2020-10-31T12:00:00-07:00",
      "59 1 * * *",
      "America/Los_Angeles",
      "2020-11-01T01:59:00-07:00",
      "2020-11-01T01:59:00-08:00",
      "2020-11-02T01:59:00-08:00",
    ],
  ],
  "clocks that move by half an hour": [
    // At 02:00 on 4 October 2026 it is 02:30; at 02:00 on 5 April 2026 it is 01:30 again.
    ["2026-10-03T12:00:00+10:30", "15 2 * * *", lordHowe, "2026-10-05T02:15:00+11:00"],
    ["2026-10-03T12:00:00+10:30", "45 2 * * *", lordHowe, "2026-10-04T02:45:00+11:00"],
    ["2026-10-03T12:00:00+10:30", "0 3 * * *", lordHowe, "2026-10-04T03:00:00+11:00"],
    [
      "2026-04-05T00:00:00+11:00",
      "45 1 * * *",
      lordHowe,
      "2026-04-05T01:45:00+11:00",
      "2026-04-05T01:45:00+10:30",
      "2026-04-06T01:45:00+10:30",
    ],
    [
      "2026-04-05T00:00:00+11:00",
      "15 1 * * *",
      lordHowe,
      "2026-04-05T01:15:00+11:00",
      "2026-04-06T01:15:00+10:30",
    ],
  ],
  "zones that are not whole hours from UTC": [
    ["2026-01-01T00:00:00Z", "0 9 * * *", "Asia/Kathmandu", "2026-01-01T03:15:00Z"],
    ["2026-01-01T00:00:00Z", "CRON_TZ=Asia/Kathmandu 0 9 * * *", berlin, "2026-01-01T03:15:00Z"],
    ["2026-01-01T00:00:00Z", "TZ=Local 0 9 * * *", berlin, "2026-01-01T08:00:00Z"],
  ],
  "dates beyond a day without a midnight": [
    ["2018-10-17T05:00:00-04:00", "TZ=America/Sao_Paulo 0 9 10 * ?", newYork, "2018-11-10T06:00:00-05:00"],
    ["2018-02-14T05:00:00-05:00", "TZ=America/Sao_Paulo 0 9 22 * ?", newYork, "2018-02-22T07:00:00-05:00"],
  ],
  "days without a midnight, and a day that was left out": [
    ["2026-04-23T12:00:00+02:00", "0 0 * * *", "Africa/Cairo", "2026-04-25T00:00:00+03:00"],
    ["2026-04-23T12:00:00+02:00", "30 5 24 4 *", "Africa/Cairo", "2026-04-24T05:30:00+03:00"],
    [
      "2011-12-28T12:00:00-10:00",
      "0 6 * * *",
      "Pacific/Apia",
      "2011-12-29T06:00:00-10:00",
      "2011-12-31T06:00:00+14:00",
    ],
  ],
};

for (const [name, cases] of Object.entries(goldens)) {
  describe(name, () => {
    for (const golden of cases) test(golden.slice(0, 3).join(" | "), () => checkGolden(golden));
  });
}

const zones = [
  berlin,
  newYork,
  lordHowe,
  "Asia/Kathmandu",
  "UTC",
  "America/Sao_Paulo",
  "Africa/Cairo",
  "Africa/Casablanca",
  "America/Havana",
  "Asia/Tehran",
  "Pacific/Apia",
  "Pacific/Chatham",
  "America/St_Johns",
];

function field(min: number, max: number): fc.Arbitrary<string> {
  const value = fc.integer({ min, max });
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant("*") },
    { weight: 3, arbitrary: value.map(String) },
    fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc.integer({ min: 1, max }).map((step) => `*/${step}`),
    fc.tuple(value, fc.integer({ min: 1, max })).map(([start, step]) => `${start}/${step}`),
    fc.array(value, { minLength: 2, maxLength: 4 }).map((values) => values.join(",")),
  );
}

const lines = fc
  .tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6))
  .map((fields) => fields.join(" "));

/** Instants within two days of a change of some zone, because that is where calendars go wrong. */
const changes = [
  "2026-03-29T01:00:00Z",
  "2026-10-25T01:00:00Z",
  "2026-03-08T07:00:00Z",
  "2026-11-01T06:00:00Z",
  "2026-04-04T15:00:00Z",
  "2026-10-03T15:30:00Z",
  "2026-04-23T22:00:00Z",
  "2018-11-04T03:00:00Z",
  "2022-03-21T20:30:00Z",
  "2011-12-30T10:00:00Z",
  "2026-02-28T23:00:00Z",
  "2024-02-29T12:00:00Z",
].map((text) => Date.parse(text));

const twoDaysMs = 2 * 24 * 3600 * 1000;
const instants = fc
  .tuple(fc.constantFrom(...changes), fc.integer({ min: -twoDaysMs, max: twoDaysMs }))
  .map(([change, shift]) => change + shift);

test("a walk through every minute finds the same time", () => {
  fc.assert(
    fc.property(lines, fc.constantFrom(...zones), instants, (text, zone, after) => {
      const line = readLine(text);
      assert.ok(line.kind === "fields");
      const found = findNextTime(line, after, zone);
      const horizon = Math.min(found ?? Infinity, after + twoDaysMs);
      for (let at = Math.floor(after / 60_000) * 60_000 + 60_000; at < horizon; at += 60_000)
        assert.ok(!isDueAt(line, at, zone), `${text} in ${zone} is due at ${new Date(at).toISOString()}`);
      if (found === undefined) return;
      assert.ok(found > after);
      assert.ok(
        isDueAt(line, found, zone),
        `${text} in ${zone} is not due at ${new Date(found).toISOString()}`,
      );
    }),
    { numRuns: Number(process.env["MILLRACE_RUNS"] ?? 60) },
  );
});
