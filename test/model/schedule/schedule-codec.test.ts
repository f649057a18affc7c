/** The stored form of a status: what was written comes back, what is something else is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isJsonObject } from "../../../src/base/json.ts";
import type { Json } from "../../../src/base/json.ts";
import { readScheduleStatus, writeScheduleStatus } from "../../../src/model/schedule/schedule-codec.ts";
import { newScheduleStatus } from "../../../src/model/schedule/schedule.ts";
import type { ScheduleStatus } from "../../../src/model/schedule/schedule.ts";

const full: ScheduleStatus = {
  timetable: '["UTC","@daily"]',
  anchorAt: 1,
  decided: [{ from: 2, through: 3 }],
  heldBackAt: 4,
  lastScheduledAt: 5,
  active: [
    { name: "a", scheduledAt: 6, isStarted: false, isReplaced: true },
    { name: "b", uid: "u", isStarted: true, isReplaced: false },
  ],
  finished: [{ name: "c", endedAt: 7, isGood: true }],
  deleting: ["d"],
  succeeded: 8,
  failed: 9,
  started: 10,
  overlaps: { forbid: 11, replace: 12 },
  isStopped: true,
  problems: [{ kind: "start", message: "e" }],
};

test("a status comes back as it was written", () => {
  for (const status of [full, newScheduleStatus])
    assert.deepEqual(readScheduleStatus(writeScheduleStatus(status)), status);
});

test("fields that are not known are left out", () => {
  const json = writeScheduleStatus(full);
  assert.ok(isJsonObject(json));
  assert.deepEqual(readScheduleStatus({ ...json, later: true }), full);
});

test("what is no status is refused", () => {
  const base = JSON.parse(JSON.stringify(full)) as Record<string, Json>;
  const wrong: readonly Record<string, Json>[] = [
    { timetable: 1 },
    { anchorAt: "1" },
    { decided: [{ from: 1 }] },
    { active: [{ name: "a", isStarted: true }] },
    { active: "a" },
    { finished: [null] },
    { deleting: [1] },
    { succeeded: null },
    { isStopped: "no" },
    { problems: [{ kind: "other", message: "e" }] },
  ];
  for (const change of wrong)
    assert.equal(readScheduleStatus({ ...base, ...change }), undefined, JSON.stringify(change));
  for (const json of [null, 1, "x", []]) assert.equal(readScheduleStatus(json), undefined);
});
