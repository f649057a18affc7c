/** Turning the event loop for a moment. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { stayAwake } from "../../src/executors/slots/stay-awake.ts";

/** Resolves after so many more turns of the event loop. */
async function turn(times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

test("the loop turns until it is over, and lets others have their turns", async () => {
  let asked = 0;
  stayAwake(() => (asked += 1) === 5, 60_000);
  assert.equal(asked, 0, "not before those who called have ended");
  await turn(10);
  assert.equal(asked, 5);
});

test("it does not turn for longer than was asked", async () => {
  let asked = 0;
  stayAwake(() => {
    asked += 1;
    return false;
  }, 0);
  await turn(10);
  assert.equal(asked, 1);
});
