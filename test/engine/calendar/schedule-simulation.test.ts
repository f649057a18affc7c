/**
 * Lives of a schedule with deaths between any two steps, clocks that are set, downtime and changes:
 * no due time has two runs, and none that the clock passed under the eyes of the process is lost.
 * A failing case prints its seed; MILLRACE_RUNS asks for more lives.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ScheduleRules } from "../../../src/model/schedule/schedule.ts";
import { plainRules } from "./schedule-puppet.ts";
import { ScheduleWorld } from "./schedule-world.ts";

const numRuns = Number(process.env["MILLRACE_RUNS"] ?? 100);
const begin = Date.parse("2026-03-01T12:00:30Z");
const minuteMs = 60_000;

type Deed =
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "die"; readonly steps: number }
  | { readonly kind: "finish"; readonly choice: number; readonly isGood: boolean }
  | { readonly kind: "set-clock"; readonly ms: number; readonly isSeen: boolean }
  | { readonly kind: "down"; readonly ms: number }
  | { readonly kind: "rush"; readonly choice: number }
  | { readonly kind: "restart" };

const pass = fc.nat(20 * minuteMs).map((ms): Deed => ({ kind: "pass", ms }));
const die = fc.nat(12).map((steps): Deed => ({ kind: "die", steps }));
const finish = fc
  .tuple(fc.nat(5), fc.boolean())
  .map(([choice, isGood]): Deed => ({ kind: "finish", choice, isGood }));
const restart = fc.constant<Deed>({ kind: "restart" });
const down = fc.nat(40 * minuteMs).map((ms): Deed => ({ kind: "down", ms }));
const rush = fc.nat(5).map((choice): Deed => ({ kind: "rush", choice }));
const jumps = fc.integer({ min: -40 * minuteMs, max: 40 * minuteMs });
const setClock = jumps.map((ms): Deed => ({ kind: "set-clock", ms, isSeen: true }));
const setClockUnseen = jumps.map((ms): Deed => ({ kind: "set-clock", ms, isSeen: false }));

const linesOf = fc.constantFrom(["*/5 * * * *"], ["*/7 * * * *", "*/10 * * * *"], ["3-40/3 * * * *"]);

function play(world: ScheduleWorld, deeds: readonly Deed[]): void {
  world.start();
  for (const deed of deeds) playOne(world, deed);
  world.stepsLeft = Infinity;
  if (!world.isAlive) world.start();
}

function playOne(world: ScheduleWorld, deed: Deed): void {
  switch (deed.kind) {
    case "pass":
      return world.pass(deed.ms);
    case "die":
      world.stepsLeft = deed.steps;
      return;
    case "finish":
      return world.finishOne(deed.choice, deed.isGood);
    case "set-clock":
      return world.setClock(deed.ms, deed.isSeen);
    case "rush":
      return world.rush(deed.choice);
    case "down":
      world.isAlive = false;
      return world.pass(deed.ms);
    case "restart":
      world.stepsLeft = Infinity;
      return world.start();
    default:
      throw new Error(`no such deed: ${JSON.stringify(deed)}`);
  }
}

function liveOnce(rules: Partial<ScheduleRules>, deeds: readonly Deed[]): ScheduleWorld {
  const world = new ScheduleWorld({ ...plainRules, ...rules }, begin);
  play(world, deeds);
  return world;
}

function listDoubles(world: ScheduleWorld): readonly string[] {
  return [...world.births].filter(([, count]) => count > 1).map(([name]) => name);
}

function listLost(world: ScheduleWorld): readonly string[] {
  return [...world.witnessed]
    .filter((due) => !world.births.has(`job-${due / 1000}`))
    .map((due) => new Date(due).toISOString());
}

test("deaths, downtime and restarts: none doubled, none lost that was witnessed", () => {
  const deeds = fc.array(fc.oneof(pass, pass, rush, die, finish, down, restart), { maxLength: 40 });
  fc.assert(
    fc.property(linesOf, fc.constantFrom(0, 3 * minuteMs, 3_600_000), deeds, (lines, lateMs, list) => {
      const world = liveOnce({ lines, lateMs, goodRunsKept: 1, badRunsKept: 0 }, list);
      assert.deepEqual(listDoubles(world), []);
      // A process that dies before it has stored a decision has witnessed nothing; the deadline makes up for the last.
      if (!list.some(({ kind }) => kind === "die")) assert.deepEqual(listLost(world), []);
      assert.deepEqual(
        world.status.active.filter((run) => !run.isStarted),
        [],
      );
      assert.deepEqual(world.status.deleting, []);
    }),
    { numRuns },
  );
});

test("a decision that was stored is carried out, however often the process dies", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 30 }), (steps) => {
      const deeds = steps.flatMap((count): Deed[] => [
        { kind: "die", steps: count },
        { kind: "pass", ms: 90_000 },
        { kind: "finish", choice: count, isGood: true },
        { kind: "restart" },
      ]);
      const world = liveOnce({ lines: ["* * * * *"], lateMs: 3_600_000, goodRunsKept: 2 }, deeds);
      assert.deepEqual(listDoubles(world), []);
      const { lastScheduledAt, active, succeeded, finished } = world.status;
      assert.equal(
        lastScheduledAt,
        Math.floor(world.now / minuteMs) * minuteMs,
        "the last minute has had its run",
      );
      assert.deepEqual(
        active.filter((run) => !run.isStarted),
        [],
      );
      assert.equal(succeeded, world.ends);
      assert.ok(finished.length <= 2);
    }),
    { numRuns },
  );
});

test("clocks that are set forward and back: none doubled, none lost that was passed in order", () => {
  const deeds = fc.array(fc.oneof(pass, pass, rush, setClock, finish, down, restart), { maxLength: 25 });
  fc.assert(
    fc.property(linesOf, fc.constantFrom(0, 3 * minuteMs), deeds, (lines, lateMs, list) => {
      const world = liveOnce({ lines, lateMs, goodRunsKept: 1, badRunsKept: 0 }, list);
      assert.deepEqual(listDoubles(world), []);
      assert.deepEqual(listLost(world), []);
    }),
    { numRuns },
  );
});

test("clocks that are set unseen, with deaths: none doubled, and the schedule goes on", () => {
  const deeds = fc.array(fc.oneof(pass, pass, setClock, setClockUnseen, die, finish, down, restart), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(linesOf, fc.constantFrom(0, 3 * minuteMs), deeds, (lines, lateMs, list) => {
      const world = liveOnce({ lines, lateMs, goodRunsKept: 1, badRunsKept: 0 }, list);
      assert.deepEqual(listDoubles(world), []);
      const [next] = world.listDue(world.latest, world.latest + 100 * minuteMs);
      assert.ok(next !== undefined);
      world.pass(next - world.now);
      assert.ok(world.births.has(`job-${next / 1000}`), "a time beyond all that was ever seen has its run");
    }),
    { numRuns: Math.ceil(numRuns / 4) },
  );
});

test("forbid and replace: at most one run goes, through deaths and downtime", () => {
  const deeds = fc.array(fc.oneof(pass, pass, die, finish, down, restart), { maxLength: 40 });
  const policies = fc.constantFrom("forbid" as const, "replace" as const);
  fc.assert(
    fc.property(policies, fc.constantFrom(0, 3_600_000), deeds, (overlap, lateMs, list) => {
      const world = liveOnce({ overlap, lateMs }, list);
      assert.deepEqual(listDoubles(world), []);
      assert.ok(world.goingMost <= 1, `${world.goingMost} runs at once`);
    }),
    { numRuns },
  );
});

test("suspended and resumed, changed and changed back: none doubled", () => {
  const change = fc.constantFrom<Partial<ScheduleRules>[]>(
    { suspended: true },
    { suspended: false },
    { lines: ["*/5 * * * *"] },
    { lines: ["*/4 * * * *"] },
    { lateMs: 3_600_000 },
    { overlap: "forbid" },
    { overlap: "allow" },
    { goodRunsKept: 0 },
  );
  const deeds = fc.array(fc.oneof(pass, pass, die, finish, down, restart, change), { maxLength: 40 });
  fc.assert(
    fc.property(deeds, (list) => {
      const world = new ScheduleWorld(plainRules, begin);
      world.start();
      for (const deed of list) {
        if ("kind" in deed) playOne(world, deed);
        else world.change(deed);
      }
      assert.deepEqual(listDoubles(world), []);
    }),
    { numRuns },
  );
});
