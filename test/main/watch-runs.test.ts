import assert from "node:assert/strict";
import { test } from "node:test";
import { createRunWatch } from "../../src/main/watch-runs.ts";
import type { LiveRun } from "../../src/runtime/live-run.ts";
import type { RunListener } from "../../src/runtime/runtime.ts";
import { makeFanOutPlan, openBench } from "../runtime/runtime-bench.ts";

test("a commit is told to those who watch its run, and to them alone", async () => {
  const bench = openBench([makeFanOutPlan(1), makeFanOutPlan(1)], 1);
  const runs = [bench.engine.submit(0), bench.engine.submit(1)] as const;
  const listeners = new Set<RunListener>();
  const { watch } = createRunWatch({
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  const commit = (run: LiveRun): void => listeners.forEach((listener) => listener(run, []));
  const told: string[] = [];
  const stop = watch(runs[0].name, (run) => told.push(`a ${run.name}`));
  const stopOther = watch(runs[0].name, () => told.push("b"));
  for (let index = 0; index < 50; index += 1) watch(`other-${index}`, () => assert.fail("not its run"));
  assert.equal(listeners.size, 1);
  runs.forEach(commit);
  assert.deepEqual(told, [`a ${runs[0].name}`, "b"]);
  stop();
  stop();
  runs.forEach(commit);
  stopOther();
  watch(runs[1].name, () => told.push("c"));
  runs.forEach(commit);
  assert.deepEqual(told.slice(2), ["b", "c"]);
});
