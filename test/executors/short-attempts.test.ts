/**
 * While attempts are short, an executor takes more of them than it runs: those wait in line for a slot. And they are
 * measured also where only a shell can do that.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createProcessExecutor } from "../../src/executors/process/process-executor.ts";
import { openExecutorBench, releaseReader, sh } from "../../src/ports/conformance/executor-bench.ts";
import { openSubject } from "./temporary-place.ts";

/** No attempt takes any time, except one during which the clock is moved. */
function stopClock(t: TestContext): void {
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() - 60_000 });
}

test("those in line wait their turn, and one that is cancelled there never begins", async (t) => {
  stopClock(t);
  const subject = await openSubject((stateDirectory, listener) =>
    createProcessExecutor({ capacity: 1, stateDirectory }, listener),
  );
  const bench = openExecutorBench(subject);
  t.after(() => bench.close().then(() => subject.dispose()));
  assert.equal(bench.executor.capacity, 1);
  await bench.run(sh("exit 0"));
  assert.equal(bench.executor.capacity, 3);
  const first = bench.start(sh("echo ready; read go </tmp/gate"), ["/tmp/gate"]);
  const second = bench.start(sh("echo second"));
  const third = bench.start(sh("echo third"));
  await bench.waitForOutput(first, "ready");
  bench.executor.cancel(third.id, "cancelled", 1000);
  const { exit } = await third.ended;
  assert.deepEqual([exit.ending, exit.problem], [{ kind: "not-run" }, { kind: "cancelled" }]);
  assert.equal(existsSync(join(second.directory, "main.out")), false);
  t.mock.timers.tick(1000);
  releaseReader(join(first.directory, "root/tmp/gate"));
  assert.deepEqual((await first.ended).exit.ending, { kind: "exited", code: 0 });
  assert.equal((await second.ended).out, "second\n");
  assert.equal(existsSync(join(third.directory, "main.out")), false);
  assert.equal(bench.mostAtOnce(), 1);
});

test("after a long attempt nothing is taken in advance", async (t) => {
  stopClock(t);
  const subject = await openSubject((stateDirectory, listener) =>
    createProcessExecutor({ capacity: 2, stateDirectory }, listener),
  );
  const bench = openExecutorBench(subject);
  t.after(() => bench.close().then(() => subject.dispose()));
  await bench.run(sh("exit 0"));
  assert.equal(bench.executor.capacity, 6);
  const long = bench.start(sh("echo ready; read go </tmp/gate"), ["/tmp/gate"]);
  await bench.waitForOutput(long, "ready");
  t.mock.timers.tick(1000);
  releaseReader(join(long.directory, "root/tmp/gate"));
  await long.ended;
  assert.equal(bench.executor.capacity, 2);
});

/** Counts in the shell until its own processor time is 0.2 s (proc(5): fields 14 and 15 of stat, in steps of 0.01 s). */
const busy =
  'n=0; while [ "$n" -lt 20 ]; do read -r line </proc/self/stat; set -- ${line##*) }; n=$((${12} + ${13})); done';

test("below a shell, each attempt has its own processor time, and a memory", async (t) => {
  const subject = await openSubject((stateDirectory, listener) =>
    createProcessExecutor({ capacity: 1, stateDirectory }, listener),
  );
  const bench = openExecutorBench(subject);
  t.after(() => bench.close().then(() => subject.dispose()));
  const spent: number[] = [];
  for (const text of ["exit 0", busy, "exit 7"]) {
    const { usage } = (await bench.run(sh(text))).exit;
    assert.ok((usage.peakMemoryBytes ?? 0) > 100_000, JSON.stringify(usage));
    spent.push((usage.cpuUserMs ?? NaN) + (usage.cpuSystemMs ?? NaN));
  }
  const [first = NaN, second = NaN, third = NaN] = spent;
  assert.ok(first <= 100 && second >= 190 && third <= 100, JSON.stringify(spent));
});
