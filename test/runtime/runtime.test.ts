/** Rules of the runtime that a whole simulation would only show by chance. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { MillraceError } from "../../src/base/errors.ts";
import type { LiveRun } from "../../src/runtime/live-run.ts";
import { makeFanOutPlan, openBench } from "./runtime-bench.ts";
import type { RuntimeBench } from "./runtime-bench.ts";

describe("room", () => {
  it("is never given twice, however many runs ask in the same turn", async () => {
    const bench = openBench([makeFanOutPlan(5), makeFanOutPlan(5), makeFanOutPlan(5)], 2);
    for (const number of [0, 1, 2]) bench.engine.submit(number);
    await bench.rest();
    // The simulated executor refuses more than two at once.
    assert.equal(bench.engine.runtime.stoppedBy, undefined);
    assert.equal(new Set(bench.starts).size, bench.starts.length);
  });

  it("goes to the oldest run first after a restart, although the newest is listed first", async () => {
    const bench = openBench([makeFanOutPlan(1), makeFanOutPlan(1), makeFanOutPlan(1)], 0);
    for (const number of [0, 1, 2]) {
      const { timeline } = bench.world;
      timeline.at(
        timeline.now() + number * 1_000,
        "submission",
        () => void bench.engine.submit(number),
        bench.engine.life,
      );
    }
    await bench.rest();
    await afterRest(bench, bench.engine.runtime.close({ leaveRunning: true }));
    const next = bench.restart(1);
    await afterRest(next, next.engine.adoptAll());
    await next.rest();
    assert.deepEqual(
      next.starts.map((attemptId) => attemptId.split("/")[0]),
      ["run0", "run1", "run2"],
    );
  });

  it("goes to the runs in turn", async () => {
    const bench = openBench([makeFanOutPlan(4), makeFanOutPlan(4)], 1);
    bench.engine.submit(0);
    bench.engine.submit(1);
    await bench.rest();
    const runs = bench.starts.map((attemptId) => attemptId.split("/")[0]);
    assert.deepEqual(runs.slice(0, 4), ["run0", "run1", "run0", "run1"]);
  });
});

describe("the end of a run", () => {
  it("is told to whoever asks after it", async () => {
    const bench = openBench([makeFanOutPlan(1)], 1);
    const run = bench.engine.submit(0);
    await bench.rest();
    assert.equal(await afterRest(bench, bench.engine.runtime.waitForEnd(run.runId)), run);
  });

  it("never comes for a quarantined run, and whoever waits is told so, before and after", async () => {
    const bench = openBench([makeFanOutPlan(3), makeFanOutPlan(3)], 2, { breakAtEvaluation: 3 });
    const broken = bench.engine.submit(0);
    const other = bench.engine.submit(1);
    const early = assert.rejects(bench.engine.runtime.waitForEnd(broken.runId), {
      code: "runtime/quarantined",
    });
    await bench.rest();
    await early;
    await assert.rejects(bench.engine.runtime.waitForEnd(broken.runId), { code: "runtime/quarantined" });
    assert.notEqual(other.state.ended, undefined);
    assert.equal(broken.state.ended, undefined);
  });

  it("is refused for a run that is not driven here", async () => {
    const bench = openBench([makeFanOutPlan(1)], 1);
    await assert.rejects(bench.engine.runtime.waitForEnd("elsewhere"), { name: "InvariantError" });
  });
});

describe("letting go of a run", () => {
  it("is for runs that have ended, and whoever is not driven here", async () => {
    const bench = openBench([{ ...makeFanOutPlan(1), policy: { keptMs: { succeeded: 5000 } } }], 1);
    const { runtime } = bench.engine;
    const run = bench.engine.submit(0);
    assert.equal(runtime.release(run.runId), false);
    await bench.rest();
    assert.equal(run.summary.view["expiresAt"], run.state.endedAt + 5000);
    assert.equal(typeof run.summary.view["took"], "object");
    assert.equal(runtime.release(run.runId), true);
    assert.deepEqual(runtime.liveRuns, []);
    assert.equal(runtime.release(run.runId), true);
  });
});

describe("a store that fails", () => {
  it("stops the runtime with its own error, and refuses every answer that was promised", async () => {
    const bench = openBench([makeFanOutPlan(3)], 2, { failAtCommit: 2 });
    const run = bench.engine.submit(0);
    const end = assert.rejects(bench.engine.runtime.waitForEnd(run.runId), { code: "store/full" });
    await bench.rest();
    await end;
    assert.equal((bench.engine.runtime.stoppedBy as MillraceError).code, "store/full");
    await assert.rejects(bench.engine.runtime.settleDurably(), { code: "store/full" });
    assert.deepEqual(bench.starts, bench.starts.slice(0, 2), "only what was committed before was started");
  });
});

describe("closing", () => {
  it("leaves nothing undone on the disk, and answers nobody any more", async () => {
    const bench = openBench([makeFanOutPlan(2)], 1);
    bench.engine.submit(0);
    while (bench.starts.length === 0) {
      bench.world.timeline.step();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await afterRest(bench, bench.engine.runtime.close({ leaveRunning: true }));
    assert.equal(bench.world.disk.durableCount, bench.world.disk.commits.length);
    await assert.rejects(bench.engine.runtime.settleDurably(), { code: "runtime/closed" });
  });
});

describe("work", () => {
  it("that is cut for its size is gone on with", async () => {
    // More starts at once than one decision may record.
    const bench = openBench([makeFanOutPlan(2_500)], 2_500);
    const run = bench.engine.submit(0);
    await bench.rest();
    assert.notEqual(run.state.ended, undefined);
    assert.equal(bench.events.filter(({ event }) => event.kind === "attempt.started").length, 2_500);
  });

  it("does not grow with the tasks that are done", async () => {
    const [small, large] = [await countWork(100), await countWork(800)];
    // Eight times the tasks; what does not grow with them, like the first turn, only makes the ratio smaller.
    assert.ok(large.reads < 8.5 * small.reads, `${small.reads} and ${large.reads} looks at tasks`);
    assert.ok(
      large.evaluations < 8.5 * small.evaluations,
      `${small.evaluations} and ${large.evaluations} evaluations`,
    );
    assert.ok(large.commits < 8.5 * small.commits, `${small.commits} and ${large.commits} commits`);
  });

  it("does not grow with the runs that have ended", async () => {
    const plans = Array.from({ length: 20 }, () => makeFanOutPlan(2));
    const bench = openBench([...plans, makeFanOutPlan(20)], 2);
    const done = plans.map((_, number) => bench.engine.submit(number));
    await bench.rest();
    const looks = done.map(countLooks);
    bench.engine.submit(plans.length);
    await bench.rest();
    assert.deepEqual(
      looks.map((look) => look()),
      done.map(() => 0),
    );
  });
});

/** Lets the world go on while something is awaited. */
async function afterRest<T>(bench: RuntimeBench, promise: Promise<T>): Promise<T> {
  await bench.rest();
  return promise;
}

/** Runs a fan-out to its end and counts how often its tasks were looked at. */
async function countWork(count: number): Promise<{ reads: number; evaluations: number; commits: number }> {
  const bench = openBench([makeFanOutPlan(count)], 4);
  const run = bench.engine.submit(0);
  let reads = 0;
  const tasks = new Proxy(run.state.tasks, {
    get: (table, key) => {
      reads += 1;
      return Reflect.get(table, key) as unknown;
    },
    set: (table, key, value) => Reflect.set(table, key, value),
  });
  Object.defineProperty(run.state, "tasks", { value: tasks });
  await bench.rest();
  assert.equal(run.state.closedCount, count + 3 - 1, "all members, their group and the entry");
  return { reads, evaluations: bench.engine.evaluations(), commits: bench.world.disk.commits.length };
}

/** Counts how often the runtime looks at the state of a run. */
function countLooks(run: LiveRun): () => number {
  const { state } = run;
  let looks = 0;
  Object.defineProperty(run, "state", {
    get: () => {
      looks += 1;
      return state;
    },
  });
  return () => looks;
}
