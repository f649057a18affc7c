/** Watching a folder from shortly after the start: nothing is missed, with a watcher or without. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { watchShortly } from "../../src/main/watch-shortly.ts";

/** What happens, in order; the first `refusals` watchers cannot be had. */
function begin(context: TestContext, refusals: number) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const notes: string[] = [];
  let refused = 0;
  const watch = (): (() => void) => {
    if ((refused += 1) <= refusals)
      throw Object.assign(new Error("too many watches"), { code: "ENOSPC", syscall: "watch" });
    notes.push("watch");
    return () => void notes.push("end");
  };
  const stop = watchShortly(watch, () => void notes.push("look"));
  return { notes, stop, pass: (ms: number) => context.mock.timers.tick(ms) };
}

test("the folder is watched shortly, and looked at once it is", (context) => {
  const { notes, stop, pass } = begin(context, 0);
  assert.deepEqual(notes, []);
  pass(100);
  assert.deepEqual(notes, ["watch", "look"]);
  pass(10_000);
  stop();
  assert.deepEqual(notes, ["watch", "look", "end"]);
});

test("what is over before that needs no watcher", (context) => {
  const { notes, stop, pass } = begin(context, 0);
  stop();
  pass(10_000);
  assert.deepEqual(notes, []);
});

test("a folder that cannot be watched is looked at now and then, until it can", (context) => {
  const { notes, stop, pass } = begin(context, 2);
  pass(100);
  assert.deepEqual(notes, ["look"]);
  pass(1_000);
  assert.deepEqual(notes, ["look", "look"]);
  pass(1_000);
  assert.deepEqual(notes, ["look", "look", "watch", "look"]);
  pass(10_000);
  stop();
  assert.deepEqual(notes, ["look", "look", "watch", "look", "end"]);
});

test("a fault of ours is not taken for a system that has no watchers left", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const fault = new TypeError("no function");
  watchShortly(
    () => {
      throw fault;
    },
    () => undefined,
  );
  assert.throws(() => context.mock.timers.tick(100), fault);
});
