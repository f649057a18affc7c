/** While attempts are short, an executor takes more of them than it runs: those wait in line for a slot. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createProcessExecutor } from "../../src/executors/process/process-executor.ts";
import { openExecutorBench, releaseReader, sh } from "../../src/ports/conformance/executor-bench.ts";
import { openSubject } from "./temporary-place.ts";

/**
 * No attempt takes any time. The clock is slow, so that one during which it moves is a long one in any case: its end is
 * read from the disk, where the machine's time stands.
 */
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
