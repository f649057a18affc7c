/** Several lines as one: unions, intervals on their grid, the last time before a moment. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { findLastDue, findNextDue, listTimes } from "../../../src/engine/calendar/timetable.ts";
import type { Timetable } from "../../../src/engine/calendar/timetable.ts";
import { readLine } from "./wall-clock.ts";

const start = Date.parse("2026-03-28T22:00:00Z");
const hourMs = 3600_000;

function tabulate(...lines: string[]): Timetable {
  return { lines: lines.map(readLine), zone: "Europe/Berlin", anchorAt: start + 600 };
}

function show(times: readonly number[]): string[] {
  return times.map((time) => new Date(time).toISOString().slice(11, 16));
}

test("lines are united, and a time that several mean is there once", () => {
  const table = tabulate("*/30 * * * *", "0 * * * *", "20 3 * * *");
  assert.deepEqual(show(listTimes(table, start + 2 * hourMs, start + 4 * hourMs)), [
    "00:30",
    "01:00",
    "01:20",
    "01:30",
    "02:00",
  ]);
});

test("the end belongs to the span, its beginning does not", () => {
  assert.deepEqual(show(listTimes(tabulate("@hourly"), start, start + hourMs)), ["23:00"]);
  assert.deepEqual(listTimes(tabulate("@hourly"), start, start + 100 * hourMs, 3).length, 3);
  assert.deepEqual(listTimes(tabulate("0 0 31 2 *"), start, start + 100 * hourMs), []);
});

test("intervals lie on a grid from the anchor, whenever they are asked for", () => {
  const table = tabulate("@every 1h30m");
  assert.deepEqual(show(listTimes(table, start, start + 5 * hourMs)), ["23:30", "01:00", "02:30"]);
  assert.equal(findNextDue(table, start + 2 * hourMs), start + 3 * hourMs);
  assert.equal(findNextDue(table, start - 100 * hourMs), start + 1.5 * hourMs);
});

test("the last time before a moment is the last one of the list", () => {
  const lists = fc.constantFrom(
    ["* * * * *"],
    ["*/7 * * * *", "@every 11m"],
    ["30 2 * * *"],
    ["0 9 * * 1", "15 3 29 * *"],
    ["* 9 * * *"],
    ["0 0 31 2 *"],
  );
  fc.assert(
    fc.property(lists, fc.nat(40 * 24 * 60), fc.nat(40 * 24 * 60), (lines, from, length) => {
      const table = tabulate(...lines);
      const after = start + from * 60_000;
      const until = after + length * 60_000;
      assert.equal(findLastDue(table, after, until), listTimes(table, after, until).at(-1));
    }),
    { numRuns: 60 },
  );
});
