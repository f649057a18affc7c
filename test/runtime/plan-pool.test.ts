import assert from "node:assert/strict";
import { test } from "node:test";
import { createPlanPool } from "../../src/runtime/recover/plan-pool.ts";
import { makeFanOutPlan } from "./runtime-bench.ts";

test("equal plans are one, others are not, and what was asked for long ago is forgotten", () => {
  const pool = createPlanPool();
  const first = pool.indexOf(makeFanOutPlan(1));
  assert.equal(pool.indexOf(makeFanOutPlan(1)), first);
  assert.notEqual(pool.indexOf(makeFanOutPlan(2)), first);
  assert.deepEqual(first.plan, makeFanOutPlan(1));
  for (let count = 2; count <= 65; count += 1) {
    assert.equal(pool.indexOf(makeFanOutPlan(count)).nodes.length, 1);
    if (count % 10 === 0) assert.equal(pool.indexOf(makeFanOutPlan(1)), first);
  }
  for (let count = 100; count < 164; count += 1) pool.indexOf(makeFanOutPlan(count));
  assert.notEqual(pool.indexOf(makeFanOutPlan(1)), first);
});

test("a plan with very many nodes is left alone", () => {
  const pool = createPlanPool();
  const plan = makeFanOutPlan(1);
  const processes = plan.processes.flatMap((process) =>
    Array.from({ length: 1_001 }, (_, number) => ({ ...process, id: `${process.id}-${number}` })),
  );
  const large = { ...plan, processes };
  assert.notEqual(pool.indexOf(large), pool.indexOf(large));
});
