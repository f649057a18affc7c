/** Properties of the engine over random plans, random ends, random orders, random commands and random crashes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { explainTask } from "../../src/engine/explain/explain.ts";
import { findRegion } from "../../src/engine/evolve/limits.ts";
import { isBelowHook } from "../../src/engine/expand/may-begin.ts";
import { phases } from "../../src/model/run/phase.ts";
import { createWatch } from "./invariants.ts";
import { evaluatePlan } from "./naive-twin.ts";
import { readPhases, sortPhases } from "./path-phases.ts";
import { buildPlan } from "./plan-spec.ts";
import type { PlanSpec } from "./plan-spec.ts";
import { pathOf, printEvent, printTasks } from "./print-run.ts";
import { Puppet } from "./puppet.ts";
import type { PuppetOptions } from "./puppet.ts";
import { randomPlan } from "./random-plan.ts";
import { driveOn, runRandomly } from "./random-run.ts";
import type { Drive } from "./random-run.ts";

/** MILLRACE_RUNS asks for more cases than the everyday few. */
const numRuns = Number(process.env["MILLRACE_RUNS"] ?? 150);

function randomDrive(more: Partial<Drive> = {}): fc.Arbitrary<Drive> {
  return fc
    .record({
      choices: fc.array(fc.nat(60), { maxLength: 40 }),
      seed: fc.nat(10_000),
      badPercent: fc.constantFrom(0, 20, 50, 90),
    })
    .map((drive) => ({ ...drive, ...more }));
}

function explain(puppet: Puppet): string {
  return [
    "stuck:",
    ...printTasks(puppet.state),
    ...puppet.history.map((event) => printEvent(puppet.state, event)),
  ].join("\n");
}

const everything = { timed: true, ordered: true };

describe("the engine, whatever happens", () => {
  it("keeps its invariants and always comes to an end", () => {
    fc.assert(
      fc.property(randomPlan(everything), randomDrive(), (plan, drive) => {
        const puppet = runRandomly(plan, drive, { onDecided: createWatch() });
        assert.notEqual(puppet.state.ended, undefined, explain(puppet));
      }),
      { numRuns },
    );
  });

  it("keeps them with people interfering and few slots", () => {
    fc.assert(
      fc.property(
        randomPlan(everything),
        randomDrive({ commands: true }),
        fc.constantFrom(1, 2, Infinity),
        (plan, drive, slots) => {
          const puppet = runRandomly(plan, drive, { onDecided: createWatch(), slots });
          assert.notEqual(puppet.state.ended, undefined, explain(puppet));
        },
      ),
      { numRuns },
    );
  });

  it("keeps them with crashes after any decision", () => {
    fc.assert(
      fc.property(
        randomPlan(everything),
        randomDrive({ commands: true, crashes: true }),
        fc.constantFrom(1, Infinity),
        (plan, drive, slots) => {
          const puppet = runRandomly(plan, drive, { onDecided: createWatch(), slots, eventsAtMost: 3 });
          assert.notEqual(puppet.state.ended, undefined, explain(puppet));
        },
      ),
      { numRuns },
    );
  });
});

describe("explanations", () => {
  it("are there for every task at every time", () => {
    fc.assert(
      fc.property(
        randomPlan(everything),
        randomDrive({ commands: true }),
        fc.constantFrom(1, Infinity),
        (plan, drive, slots) => {
          runRandomly(plan, drive, {
            slots,
            onDecided: ({ state }, { more }) => {
              for (let task = 0; task < state.tasks.size && !more; task += 1) {
                // To print all tasks for each of them would take longer than everything else.
                if (explainTask(state, task).length === 0) assert.fail(printTasks(state)[task]);
              }
            },
          });
        },
      ),
      { numRuns },
    );
  });
});

const orderless = { timed: false, ordered: false };

/** The plainest run of a plan: everything ends in the order in which it began. */
function runPlainly(plan: PlanSpec, drive: Drive, options: PuppetOptions = {}): Puppet {
  return runRandomly(plan, { ...drive, choices: [], commands: false, crashes: false }, options);
}

describe("the engine, where order decides nothing", () => {
  it("ends every task as a naive evaluation of the plan does", () => {
    fc.assert(
      fc.property(randomPlan(orderless), randomDrive(), (plan, drive) => {
        const puppet = runRandomly(plan, drive);
        assert.deepEqual(
          sortPhases(readPhases(puppet.state)),
          sortPhases(evaluatePlan(plan, drive)),
          explain(puppet),
        );
      }),
      { numRuns },
    );
  });

  it("comes to the same end in any order and with any number of slots", () => {
    fc.assert(
      fc.property(
        randomPlan(orderless),
        randomDrive(),
        fc.constantFrom(1, 2, Infinity),
        (plan, drive, slots) => {
          const puppet = runRandomly(plan, drive, { slots });
          assert.deepEqual(
            sortPhases(readPhases(puppet.state)),
            sortPhases(readPhases(runPlainly(plan, drive).state)),
            explain(puppet),
          );
        },
      ),
      { numRuns },
    );
  });

  it("comes to the same end through crashes, and runs nothing again that it knew to have ended", () => {
    fc.assert(
      fc.property(randomPlan(orderless), randomDrive({ crashes: true }), (plan, drive) => {
        const puppet = runRandomly(plan, drive, { eventsAtMost: 2 });
        assert.deepEqual(
          sortPhases(readPhases(puppet.state)),
          sortPhases(readPhases(runPlainly(plan, drive).state)),
          explain(puppet),
        );
        const ends = puppet.history
          .filter((event) => event.kind === "attempt.ended")
          .map((event) => event.task);
        assert.equal(new Set(ends).size, ends.length);
      }),
      { numRuns },
    );
  });

  it("comes to the same end when decisions are cut into small ones", () => {
    fc.assert(
      fc.property(
        randomPlan(orderless),
        randomDrive(),
        fc.constantFrom(1, 2, 7),
        (plan, drive, eventsAtMost) => {
          const cut = runPlainly(plan, drive, { eventsAtMost });
          const whole = runPlainly(plan, drive);
          assert.deepEqual(
            sortPhases(readPhases(cut.state)),
            sortPhases(readPhases(whole.state)),
            explain(cut),
          );
          assert.equal(cut.history.length, whole.history.length);
        },
      ),
      { numRuns },
    );
  });
});

describe("the engine, asked to end or to go on", () => {
  it("ends after a stop as soon as what runs has ended, hooks included", () => {
    fc.assert(
      fc.property(
        randomPlan(everything),
        randomDrive(),
        fc.nat(12),
        fc.boolean(),
        (plan, drive, steps, suspended) => {
          const puppet = new Puppet(buildPlan(removeWords(plan, "tolerates")), {
            onDecided: createWatch(),
            slots: 2,
          });
          puppet.start();
          if (suspended) puppet.send({ kind: "run.suspend", at: puppet.now });
          driveOn(puppet, drive, steps);
          puppet.send({ kind: "run.stop", at: puppet.now });
          driveOn(puppet, { ...drive, choices: [] });
          assert.notEqual(puppet.state.ended, undefined, explain(puppet));
          if (isCutShortByStop(puppet))
            assert.notEqual(puppet.state.ended, phases.succeeded, explain(puppet));
        },
      ),
      { numRuns },
    );
  });

  it("ends after a terminate with the last running attempt, and asks for nothing else", () => {
    fc.assert(
      fc.property(
        randomPlan(everything),
        randomDrive(),
        fc.nat(12),
        fc.boolean(),
        (plan, drive, steps, stopFirst) => {
          const puppet = new Puppet(buildPlan(plan), { onDecided: createWatch() });
          puppet.start();
          driveOn(puppet, drive, steps);
          if (stopFirst) puppet.send({ kind: "run.stop", at: puppet.now });
          puppet.send({ kind: "run.terminate", at: puppet.now });
          for (const task of puppet.world.keys()) {
            assert.ok(puppet.cancelled.has(task), "everything that runs is asked to end");
            puppet.end(task, { problem: { kind: "cancelled" } });
          }
          assert.notEqual(puppet.state.ended, undefined, explain(puppet));
          assert.equal(puppet.asked.size, 0);
        },
      ),
      { numRuns },
    );
  });

  it("succeeds after a manual retry in which everything goes well, and runs no good task again", () => {
    fc.assert(
      fc.property(
        randomPlan({ timed: false, ordered: true }),
        randomDrive(),
        fc.constantFrom("none", "stop", "terminate"),
        fc.nat(8),
        (plan, drive, command, steps) => {
          // A bad end that was tolerated, and that the run went on from, would stay as it is.
          // Services begin again, so that those that run again have them.
          const lasting = removeWords(removeFailures(plan), "service");
          const sound = removeWords(removeWords(lasting, "guard"), "tolerates");
          const puppet = new Puppet(buildPlan(sound), { onDecided: createWatch(), slots: 3 });
          puppet.start();
          driveOn(puppet, drive, steps);
          if (command === "stop") puppet.send({ kind: "run.stop", at: puppet.now });
          if (command === "terminate") puppet.send({ kind: "run.terminate", at: puppet.now });
          driveOn(puppet, { ...drive, choices: [] });
          const good = new Set(
            listWork(puppet).filter((path) => readPhases(puppet.state).get(path) === "succeeded"),
          );
          const hadEnded = puppet.state.ended;
          const before = puppet.history.length;
          const phasesBefore = puppet.state.tasks.phase.slice(0, puppet.state.tasks.size);
          puppet.send({ kind: "run.retry", at: puppet.now, also: [], values: {} });
          const ideal = readPhases(runPlainly(sound, { ...drive, badPercent: 0 }).state);
          if (drive.seed % 2 === 0) puppet.crash();
          driveOn(puppet, { ...drive, choices: [], badPercent: 0 });
          const story = explain(puppet);
          assert.equal(puppet.state.ended, phases.succeeded, `${hadEnded} ${story}`);
          const now = readPhases(puppet.state);
          for (const [path, phase] of ideal) {
            if (!/[#!]/.test(path)) assert.equal(now.get(path), phase, `${path} ${story}`);
          }
          for (const event of puppet.history.slice(before)) {
            if (event.kind === "run.retried") {
              for (const task of event.reset) assert.notEqual(phasesBefore[task], phases.succeeded, story);
            }
            if (event.kind === "attempt.started")
              assert.ok(!good.has(pathOf(puppet.state, event.task)), story);
          }
        },
      ),
      { numRuns },
    );
  });
});

describe("a run that is retried again and again", () => {
  it("keeps its invariants and comes to an end each time, whatever is named", () => {
    fc.assert(
      fc.property(
        randomPlan(everything),
        randomDrive({ commands: true, crashes: true }),
        fc.array(fc.nat(30), { maxLength: 4 }),
        (plan, drive, named) => {
          const puppet = new Puppet(buildPlan(plan), { onDecided: createWatch(), slots: 2 });
          puppet.start();
          driveOn(puppet, { ...drive, seed: 3 * drive.seed });
          for (const task of named) {
            puppet.send({ kind: "run.retry", at: puppet.now, also: [task, task + 7, -1], values: {} });
            driveOn(puppet, { ...drive, choices: drive.choices.slice(task) });
            assert.notEqual(puppet.state.ended, undefined, explain(puppet));
          }
        },
      ),
      { numRuns },
    );
  });
});

/** Whether a stop, and no failure, kept something from running. */
function isCutShortByStop({ state, history }: Puppet): boolean {
  const stop = history.findIndex((event) => event.kind === "run.stopping");
  const halted = new Set(history.flatMap((event) => (event.kind === "task.halted" ? [event.task] : [])));
  return history.slice(stop).some((event) => {
    if (event.kind !== "task.omitted" || event.reason.code !== "region-halted") return false;
    return !isBelowHook(state, event.task) && !halted.has(findRegion(state, event.task));
  });
}

/** The same plan without the fields of a name. */
function removeWords(plan: PlanSpec, name: string): PlanSpec {
  return JSON.parse(
    JSON.stringify(plan, (key, value: unknown) => (key === name ? undefined : value)),
  ) as PlanSpec;
}

/** The same plan without expressions that can never succeed. */
function removeFailures(plan: PlanSpec): PlanSpec {
  return JSON.parse(
    JSON.stringify(plan)
      .replaceAll(/"fail '\w+"/g, '"true"')
      .replaceAll(`"each":"'x"`, '"each":"[1,2]"'),
  ) as PlanSpec;
}

/** Paths of attempts that are not inside a hook or a task with retries: those begin from scratch by design. */
function listWork(puppet: Puppet): string[] {
  const { tasks } = puppet.state;
  return Array.from({ length: tasks.size }, (_, task) => pathOf(puppet.state, task)).filter(
    (path) => !/[#!]/.test(path),
  );
}
