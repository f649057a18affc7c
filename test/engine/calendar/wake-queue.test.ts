/** The heap of wakes against a plain map, and the looks that notice clocks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { WakeQueue } from "../../../src/engine/calendar/wake-queue.ts";

test("behaves like a map that is sorted at every look", () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({
        key: fc.constantFrom("a", "b", "c", "d", "e", "f"),
        at: fc.oneof(fc.nat(1000), fc.constant(Infinity)),
      }),
      fc.record({ now: fc.nat(1000) }),
    ),
    { maxLength: 300 },
  );
  fc.assert(
    fc.property(steps, (list) => {
      const queue = new WakeQueue();
      const twin = new Map<string, number>();
      let seenAt = -1;
      for (const step of list) {
        if ("key" in step) {
          queue.set(step.key, step.at, seenAt);
          if ((twin.get(step.key) ?? Infinity) <= seenAt) continue;
          if (step.at === Infinity) twin.delete(step.key);
          else twin.set(step.key, step.at);
        } else {
          seenAt = step.now;
          const due = [...twin].filter(([, at]) => at <= step.now);
          for (const [key] of due) twin.delete(key);
          const found = queue.look(step.now).due;
          assert.deepEqual(
            found.map(({ dueAt }) => dueAt),
            due.map(([, at]) => at).toSorted((left, right) => left - right),
          );
          assert.deepEqual(new Map(found.map(({ key, dueAt }) => [key, dueAt])), new Map(due));
        }
        assert.equal(queue.nextAt(), Math.min(Infinity, ...twin.values()));
        assert.equal(queue.size, twin.size);
      }
    }),
    { numRuns: 100 },
  );
});

test("nobody sleeps for longer than a minute, nor beyond the next wake", () => {
  const queue = new WakeQueue();
  assert.equal(queue.look(0).sleepMs, 60_000);
  queue.set("a", 100_000, 0);
  assert.equal(queue.look(0).sleepMs, 60_000);
  assert.equal(queue.look(60_000).sleepMs, 40_000);
  assert.deepEqual(queue.look(100_000), {
    due: [{ key: "a", dueAt: 100_000 }],
    isSetBack: false,
    sleepMs: 60_000,
  });
});

test("a clock that was set back is noticed, a small correction is not", () => {
  const queue = new WakeQueue();
  assert.deepEqual(
    [100_000, 99_500, 150_000, 90_000, 90_001].map((now) => queue.look(now).isSetBack),
    [false, false, false, true, false],
  );
});

test("a key that is set again and again leaves no trail", () => {
  const queue = new WakeQueue();
  for (let index = 0; index < 10_000; index += 1) queue.set(`key${index % 3}`, 20_000 - index, 0);
  assert.deepEqual(
    queue.look(30_000).due.map(({ dueAt }) => dueAt),
    [10_001, 10_002, 10_003],
  );
});

test("a wake that has come is not put off before somebody has looked", () => {
  const queue = new WakeQueue();
  queue.set("a", 1000, 0);
  queue.set("a", 2000, 1005);
  queue.set("a", Infinity, 1005);
  assert.deepEqual(queue.look(1010).due, [{ key: "a", dueAt: 1000 }]);
  queue.set("a", 2000, 1010);
  queue.set("a", 3000, 1999);
  assert.deepEqual(queue.look(2500).due, []);
  queue.remove("a");
  assert.equal(queue.nextAt(), Infinity);
});
