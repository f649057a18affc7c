/** From the flags of a backfill and a definition to its runs: Argo's times and texts, names that can be repeated. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readTimetable } from "../../../src/engine/calendar/schedule-desk.ts";
import { listTimes } from "../../../src/engine/calendar/timetable.ts";
import { planBackfill, readBackfill } from "../../../src/languages/argo/cron/backfill.ts";
import type { BackfillFlags, BackfillRun } from "../../../src/languages/argo/cron/backfill.ts";
import type { ScheduleRules } from "../../../src/model/schedule/schedule.ts";
import { plainRules } from "./schedule-puppet.ts";

const { zone: _, ...zoneless } = plainRules;
const daily: ScheduleRules = { ...zoneless, name: "daily-job", lines: ["0 2 * * *"] };
const now = Date.parse("2020-05-23T12:00:00Z");

function plan(rules: ScheduleRules, flags: Partial<BackfillFlags>): readonly BackfillRun[] {
  const read = readBackfill(rules, { name: "Fix", start: "", ...flags }, now);
  assert.ok(read.ok, read.ok ? "" : read.error);
  const { timetable } = readTimetable({ rules, machineZone: read.value.zone }, read.value.after);
  return planBackfill(rules, read.value, listTimes(timetable, read.value.after, read.value.until));
}

function listTexts(runs: readonly BackfillRun[]): readonly (string | undefined)[] {
  return runs.map(({ parameters }) => parameters["cronScheduleTime"]);
}

test("the days of Argo's example, in Argo's own format", () => {
  const runs = plan(daily, { start: "Tue, 19 May 2020 00:00:00 UTC", end: "Thu, 21 May 2020 02:00:00 UTC" });
  assert.deepEqual(listTexts(runs), [
    "2020-05-19 02:00:00 +0000 UTC",
    "2020-05-20 02:00:00 +0000 UTC",
    "2020-05-21 02:00:00 +0000 UTC",
  ]);
  assert.deepEqual(runs[0], {
    name: "daily-job-backfill-fix-1589853600",
    scheduledAt: 1_589_853_600_000,
    parameters: { cronScheduleTime: "2020-05-19 02:00:00 +0000 UTC" },
    labels: { "workflows.argoproj.io/backfill": "daily-job" },
    batch: 0,
    oneByOne: { mutex: "Fix", priority: 2_147_483_647 },
  });
});

test("the start itself does not count, and without an end it goes until now", () => {
  const runs = plan(daily, { start: "2020-05-21T02:00:00Z", parallel: true });
  assert.deepEqual(listTexts(runs), ["2020-05-22 02:00:00 +0000 UTC", "2020-05-23 02:00:00 +0000 UTC"]);
  assert.equal(runs[0]?.oneByOne, undefined);
});

test("the argument's name, a layout of one's own, batches", () => {
  const flags = { start: "21/05/20 10h", end: "24/05/20 10h", format: "02/01/06 15h" };
  const runs = plan(daily, { ...flags, argname: "date", maxworkflowcount: 2 });
  assert.deepEqual(
    runs.map(({ batch, parameters }) => [batch, Object.keys(parameters)]),
    [
      [0, ["date"]],
      [0, ["date"]],
      [1, ["date"]],
    ],
  );
});

test("zones: the definition's own, or else that of the start", () => {
  const berlin = { ...daily, zone: "Europe/Berlin" };
  assert.deepEqual(listTexts(plan(berlin, { start: "2020-03-28", end: "2020-03-31" })), [
    "2020-03-28 02:00:00 +0100 CET",
    "2020-03-30 02:00:00 +0200 CEST",
  ]);
  const named = { start: "Sat, 28 Mar 2020 02:00:00 CET", end: "Mon, 30 Mar 2020 02:00:00 CEST" };
  assert.deepEqual(listTexts(plan(berlin, named)), ["2020-03-30 02:00:00 +0200 CEST"]);
  assert.deepEqual(
    listTexts(plan(daily, { start: "2020-03-28T12:00:00+05:45", end: "2020-03-29T12:00:00+05:45" })),
    ["2020-03-29 02:00:00 +0545 +0545"],
  );
});

test("several lines, and intervals from the start on", () => {
  const rules = { ...daily, lines: ["@every 8h", "0 2 * * *"] };
  assert.deepEqual(listTexts(plan(rules, { start: "2020-05-20", end: "2020-05-21" })), [
    "2020-05-20 02:00:00 +0000 UTC",
    "2020-05-20 08:00:00 +0000 UTC",
    "2020-05-20 16:00:00 +0000 UTC",
    "2020-05-21 00:00:00 +0000 UTC",
  ]);
});

test("names fit, keep the time and the backfill, and give up the end of the definition's name", () => {
  const [run] = plan({ ...daily, name: "n".repeat(52) }, { start: "2020-05-22" });
  assert.equal(run?.name, `${"n".repeat(39)}-backfill-fix-1590112800`);
  assert.equal(run.name.length, 63);
});

test("flags that cannot be read", () => {
  const errors = [
    {},
    { start: "yesterday" },
    { start: "2020-05-20", end: "tomorrow" },
    { start: "2020-05-20", format: "Mon, 02 Jan 2006 15:04:05 MST" },
    { start: "2020-05-20", maxworkflowcount: 0 },
  ].map((flags) => readBackfill(daily, { name: "fix", start: "", ...flags }, now));
  assert.deepEqual(
    errors.map((read) => (read.ok ? "" : read.error)),
    [
      "Start Date should not be empty",
      'start "yesterday" is not a time of the form "Mon, 02 Jan 2006 15:04:05 MST"',
      'end "tomorrow" is not a time of the form "Mon, 02 Jan 2006 15:04:05 MST"',
      'start "2020-05-20" is not a time of the form "Mon, 02 Jan 2006 15:04:05 MST"',
      "maxworkflowcount must be at least 1",
    ],
  );
});
