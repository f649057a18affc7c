import assert from "node:assert/strict";
import { test } from "node:test";
import { createBreather } from "../../src/main/breather.ts";

test("others have their turn when enough was done in a row, and not before", async () => {
  let now = 0;
  let turns = 0;
  const breathe = createBreather({
    now: () => now,
    soon: (callback) => {
      turns += 1;
      callback();
    },
  });
  const after: number[] = [];
  for (const worked of [1, 5, 3, 2, 9, 1, 40]) {
    now += worked;
    await breathe();
    after.push(turns);
  }
  // 11 after the fourth, 10 after the sixth, 40 after the last.
  assert.deepEqual(after, [0, 0, 0, 1, 1, 2, 3]);
});
