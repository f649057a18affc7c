/** What a schedule decides: policies, lateness, conditions, history, clocks that jump. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { listOwed } from "../../../src/engine/calendar/owed-by-schedule.ts";
import { nameOf, readClock, SchedulePuppet } from "./schedule-puppet.ts";

function openAt(clock: string, rules: ConstructorParameters<typeof SchedulePuppet>[0] = {}): SchedulePuppet {
  const puppet = new SchedulePuppet(rules);
  assert.deepEqual(puppet.open(clock), []);
  return puppet;
}

test("a run starts when its time comes, under a name made from it", () => {
  const puppet = openAt("12:01");
  assert.equal(puppet.wakeAt, "12:05");
  assert.deepEqual(puppet.wake("12:05:00.004"), ["run.start 12:05"]);
  assert.deepEqual(puppet.status.active[0]?.name, "job-1772366700");
  assert.equal(puppet.wakeAt, "12:10");
  puppet.confirm("12:05:01");
  assert.equal(puppet.status.lastScheduledAt, readClock("12:05"));
  assert.deepEqual(puppet.wake("12:10"), ["run.start 12:10"]);
  assert.equal(puppet.status.decided.length, 1, "what follows on each other is one span");
});

test("nothing is stored when nothing is decided", () => {
  const puppet = openAt("12:01");
  const before = puppet.status;
  puppet.open("12:02");
  assert.equal(puppet.status, before);
  puppet.wake("12:03");
  assert.equal(puppet.status, before);
  assert.equal(puppet.wakeAt, "12:05");
});

test("several schedules: the union, each time once", () => {
  const puppet = openAt("12:01", { lines: ["*/10 * * * *", "*/15 * * * *", "0,30 * * * *"] });
  const started = ["12:10", "12:15", "12:20", "12:30", "12:40"].map((clock) => {
    assert.equal(puppet.wakeAt, clock);
    return puppet.wake(clock);
  });
  assert.deepEqual(started.flat(), [
    "run.start 12:10",
    "run.start 12:15",
    "run.start 12:20",
    "run.start 12:30",
    "run.start 12:40",
  ]);
});

test("the zone of the rules, of the line, of the machine", () => {
  assert.equal(openAt("12:01", { lines: ["0 22 * * *"], zone: "Asia/Tokyo" }).wakeAt, "13:00");
  assert.equal(openAt("12:01", { lines: ["TZ=Asia/Tokyo 0 22 * * *"], zone: "UTC" }).wakeAt, "13:00");
  const { zone: _, ...rules } = new SchedulePuppet({ lines: ["0 14 * * *"] }).rules;
  const puppet = new SchedulePuppet();
  puppet.rules = rules;
  puppet.open("12:01");
  assert.equal(puppet.wakeAt, "13:00");
});

test("forbid: no start while a run is active; within the deadline it starts when that run ends", () => {
  const puppet = openAt("12:01", { overlap: "forbid", lateMs: 120_000 });
  puppet.wake("12:05");
  puppet.confirm("12:05");
  assert.deepEqual(puppet.wake("12:10"), []);
  assert.deepEqual(puppet.notes, ["12:10 held-back: overlap"]);
  assert.deepEqual(puppet.end("12:11:59", "12:05"), ["run.start 12:10"]);
  assert.deepEqual(puppet.notes, ["12:10 started: late"]);
  puppet.confirm("12:12");
  puppet.wake("12:15");
  assert.deepEqual(puppet.end("12:17", "12:10"), [], "the deadline is over at its very end");
  assert.deepEqual(
    [puppet.status.started, puppet.status.overlaps],
    [2, { forbid: 2 }],
    "each time counts once",
  );
});

test("forbid without a deadline: a time that was held back is gone", () => {
  const puppet = openAt("12:01", { overlap: "forbid" });
  puppet.wake("12:05");
  puppet.wake("12:10");
  assert.deepEqual(puppet.end("12:10:01", "12:05"), []);
  assert.deepEqual(puppet.wake("12:15"), ["run.start 12:15"]);
});

test("replace: active runs are ended, the new one does not wait for it", () => {
  const puppet = openAt("12:01", { overlap: "replace" });
  puppet.wake("12:05");
  puppet.confirm("12:05");
  assert.deepEqual(puppet.wake("12:10"), ["run.terminate 12:05", "run.start 12:10"]);
  assert.deepEqual(puppet.notes, ["12:10 started: replaces"]);
  assert.deepEqual(puppet.end("12:10:02", "12:05", false), []);
  assert.equal(puppet.status.failed, 1);
  assert.deepEqual([puppet.status.started, puppet.status.overlaps], [2, { replace: 1 }]);
});

test("after downtime the last missed time starts, once, and only within the deadline", () => {
  for (const [lateMs, clock, expected] of [
    [0, "12:31", []],
    [60_000, "12:31", []],
    [60_001, "12:31", ["run.start 12:30"]],
    [3_600_000, "12:31", ["run.start 12:30"]],
    [3_600_000, "12:30", ["run.start 12:30"]],
  ] as const) {
    const puppet = openAt("12:01", { lateMs });
    puppet.wake("12:05");
    puppet.confirm("12:05");
    assert.deepEqual(puppet.open(clock), expected, `${lateMs} ${clock}`);
    assert.deepEqual(puppet.open("12:31:30"), [], "a second start of the process");
    assert.equal(puppet.wakeAt, "12:35");
  }
});

test("a schedule that was changed begins anew: nothing is made up for", () => {
  const puppet = openAt("12:01", { lateMs: 3_600_000 });
  puppet.rules = { ...puppet.rules, lines: ["*/2 * * * *"] };
  assert.deepEqual(puppet.open("12:31"), []);
  assert.equal(puppet.wakeAt, "12:32");
});

test("suspended: no wake; resumed: the last missed time within the deadline", () => {
  const puppet = openAt("12:01", { suspended: true, lateMs: 600_000 });
  assert.equal(puppet.wakeAt, "never");
  assert.deepEqual(puppet.wake("12:05"), []);
  puppet.rules = { ...puppet.rules, suspended: false };
  assert.deepEqual(puppet.open("12:12"), ["run.start 12:10"]);
});

test("a condition holds a time back, and an error of it is a problem that counts as a failure", () => {
  const puppet = openAt("12:01", { condition: "unless-recent" });
  puppet.wake("12:05");
  puppet.confirm("12:05");
  assert.deepEqual(puppet.wake("12:10"), []);
  assert.deepEqual(puppet.notes, ["12:10 held-back: condition"]);
  assert.deepEqual(puppet.wake("12:15"), ["run.start 12:15"]);
  puppet.rules = { ...puppet.rules, condition: "nonsense" };
  puppet.open("12:16");
  assert.deepEqual(puppet.wake("12:20"), []);
  assert.deepEqual(puppet.status.problems, [{ kind: "start", message: "cannot read nonsense" }]);
  assert.equal(puppet.status.failed, 1);
  puppet.rules = { ...puppet.rules, condition: "true" };
  puppet.open("12:21");
  puppet.wake("12:25");
  puppet.confirm("12:25");
  assert.deepEqual(puppet.status.problems, []);
});

test("the stop condition ends the schedule for good; runs under way are counted on", () => {
  const puppet = openAt("12:01", { stopCondition: "failed>=2" });
  for (const clock of ["12:05", "12:10", "12:15"]) puppet.wake(clock);
  puppet.confirm("12:15");
  puppet.end("12:16", "12:05", false);
  assert.equal(puppet.wakeAt, "12:20");
  puppet.end("12:17", "12:10", false);
  assert.equal(puppet.status.isStopped, true);
  assert.equal(puppet.wakeAt, "never");
  puppet.end("12:18", "12:15");
  assert.equal(puppet.status.succeeded, 1);
  assert.deepEqual(puppet.open("12:30"), []);
  assert.equal(puppet.wakeAt, "never");
});

test("a stop condition that nobody can decide starts nothing and says so", () => {
  const puppet = openAt("12:01", { stopCondition: "nonsense" });
  assert.deepEqual(puppet.wake("12:05"), []);
  assert.deepEqual(puppet.status.problems, [{ kind: "definition", message: "cannot read nonsense" }]);
  assert.deepEqual(puppet.notes, ["12:05 held-back: stop-condition-error"]);
});

test("lines that cannot be read are a problem, and mean no time", () => {
  const puppet = openAt("12:01", { lines: ["*/5 * * * *", "61 * * * *"] });
  assert.equal(puppet.wakeAt, "never");
  assert.equal(
    puppet.status.problems[0]?.message,
    "cron schedule 61 * * * * is malformed: end of range (61) above maximum (59): 61",
  );
});

test("a zone that nobody knows is a problem, the zone of the machine has a name of its own", () => {
  const puppet = openAt("12:01", { zone: "Mars/Base" });
  assert.equal(puppet.wakeAt, "never");
  assert.equal(
    puppet.status.problems[0]?.message,
    'invalid timezone "Mars/Base": unknown time zone Mars/Base',
  );
  assert.equal(openAt("12:01", { zone: "Local", lines: ["0 14 * * *"] }).wakeAt, "13:00");
});

test("a definition that is put right has no problem any more", () => {
  const puppet = openAt("12:01", { lines: ["61 * * * *"] });
  puppet.rules = { ...puppet.rules, lines: ["*/5 * * * *"] };
  puppet.open("12:02");
  assert.deepEqual(puppet.status.problems, []);
  assert.equal(puppet.wakeAt, "12:05");
});

test("the oldest finished runs are removed, good and bad by themselves", () => {
  const puppet = openAt("12:01", { goodRunsKept: 2, badRunsKept: 0 });
  const clocks = ["12:05", "12:10", "12:15", "12:20"];
  for (const clock of clocks) puppet.wake(clock);
  puppet.confirm("12:20");
  assert.deepEqual(puppet.end("12:21", "12:10"), []);
  assert.deepEqual(puppet.end("12:22", "12:05"), []);
  assert.deepEqual(puppet.end("12:23", "12:15"), ["run.remove 12:10"]);
  assert.deepEqual(puppet.end("12:24", "12:20", false), ["run.remove 12:20"]);
  assert.deepEqual(listOwed(puppet.status).length, 2);
  for (const clock of ["12:10", "12:20"])
    puppet.tell({ kind: "run.removed", at: readClock("12:25"), name: nameOf(clock) });
  assert.deepEqual(listOwed(puppet.status), []);
  puppet.rules = { ...puppet.rules, goodRunsKept: 0 };
  assert.deepEqual(puppet.open("12:26"), ["run.remove 12:05", "run.remove 12:15"]);
});

test("a start that is refused is a problem and a failure, and its time may be tried again", () => {
  const puppet = openAt("12:01", { lateMs: 240_000 });
  puppet.wake("12:05");
  puppet.tell({
    kind: "run.refused",
    at: readClock("12:05"),
    name: nameOf("12:05"),
    message: "no such template",
  });
  assert.deepEqual(puppet.status.problems, [{ kind: "start", message: "no such template" }]);
  assert.equal(puppet.status.failed, 1);
  assert.deepEqual(puppet.open("12:07"), ["run.start 12:05"]);
  puppet.confirm("12:07");
  assert.deepEqual(puppet.status.problems, []);
});

test("reports that come twice or late change nothing", () => {
  const puppet = openAt("12:01");
  puppet.wake("12:05");
  puppet.end("12:06", "12:05");
  assert.equal(puppet.status.lastScheduledAt, readClock("12:05"), "an end confirms the start");
  const before = puppet.status;
  puppet.tell({ kind: "run.started", at: readClock("12:06"), name: nameOf("12:05") });
  puppet.end("12:07", "12:05", false);
  puppet.tell({ kind: "run.removed", at: readClock("12:07"), name: "stranger" });
  puppet.tell({ kind: "run.refused", at: readClock("12:07"), name: nameOf("12:05"), message: "late" });
  assert.equal(puppet.status, before);
});

test("runs that people start from the definition count as active", () => {
  const puppet = openAt("12:01", { overlap: "forbid" });
  puppet.tell({ kind: "run.adopted", at: readClock("12:02"), name: "by-hand", uid: "u" });
  assert.equal(puppet.status.active[0]?.uid, "u");
  assert.deepEqual(puppet.wake("12:05"), []);
  puppet.end("12:06", "by-hand");
  assert.equal(puppet.status.succeeded, 1);
  assert.deepEqual(puppet.wake("12:10"), ["run.start 12:10"]);
});

test("a run that vanished makes room, one that is owed its start does not vanish", () => {
  const puppet = openAt("12:01", { overlap: "forbid", lateMs: 600_000 });
  puppet.wake("12:05");
  puppet.tell({ kind: "run.removed", at: readClock("12:05"), name: nameOf("12:05") });
  assert.equal(listOwed(puppet.status).length, 1);
  puppet.confirm("12:05");
  puppet.wake("12:10");
  const { effects } = puppet.tell({ kind: "run.removed", at: readClock("12:11"), name: nameOf("12:05") });
  assert.deepEqual(
    effects.map(({ name }) => name),
    [nameOf("12:10")],
  );
});

test("a clock that is set forward: the last of the times that passed at once", () => {
  const puppet = openAt("12:01");
  assert.deepEqual(puppet.wake("12:32"), ["run.start 12:30"]);
  assert.deepEqual(puppet.notes, ["12:05 passed-over: several-at-once", "12:30 started: due"]);
  assert.equal(puppet.wakeAt, "12:35");
});

test("a clock that is set back: what was decided stays decided, what was jumped over has its turn", () => {
  const puppet = openAt("12:01");
  puppet.wake("12:05");
  puppet.wake("12:32");
  puppet.confirm("12:32");
  assert.deepEqual(puppet.wake("12:03"), []);
  assert.equal(puppet.wakeAt, "12:10", "12:05 has had its run");
  for (const clock of ["12:10", "12:15", "12:20", "12:25"]) {
    assert.deepEqual(puppet.wake(clock), [`run.start ${clock}`]);
  }
  assert.equal(puppet.wakeAt, "12:35", "12:30 has had its run");
  assert.equal(puppet.status.decided.length, 1);
});

test("a clock that was years ahead does not stop the schedule", () => {
  const puppet = openAt("12:01");
  puppet.tell({ kind: "time.reached", at: Date.parse("2031-01-01T00:00:01Z"), dueAt: readClock("12:05") });
  puppet.open("12:03");
  assert.equal(puppet.wakeAt, "12:05");
  assert.deepEqual(puppet.wake("12:05"), ["run.start 12:05"]);
});

test("intervals keep their grid through restarts", () => {
  const puppet = openAt("12:01:30", { lines: ["@every 1h30m"], lateMs: 60_000 });
  assert.equal(puppet.wakeAt, "13:31:30");
  puppet.wake("13:31:30");
  puppet.confirm("13:31:31");
  assert.deepEqual(puppet.open("15:02"), ["run.start 15:01:30"]);
  assert.equal(puppet.wakeAt, "16:31:30");
});
