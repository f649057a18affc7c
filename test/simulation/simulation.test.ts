/** Fixed seeds of the simulation, and the rules that need a scenario of their own. `run.ts` runs random seeds. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { simulate } from "./simulate.ts";

/** Enough for every kind of fault and command to occur many times; about a second in all. */
const fixedSeeds = 120;

describe("simulation", () => {
  const sums = { lives: 0, quarantines: 0, compared: 0, callbacks: 0 };
  for (let seed = 1; seed <= fixedSeeds; seed += 1) {
    it(`seed ${seed} (npm run sim -- --seed ${seed} --trace)`, async () => {
      const verdict = await simulate(String(seed));
      assert.ok(verdict.steps > 0, "something happened");
      sums.lives += verdict.lives;
      sums.callbacks += verdict.callbacks;
      sums.quarantines += verdict.quarantines;
      sums.compared += verdict.compared ? 1 : 0;
    });
  }

  it("the seeds bring about what they are for", () => {
    assert.ok(sums.lives > fixedSeeds * 1.5, `${sums.lives} engines`);
    assert.ok(sums.callbacks > fixedSeeds / 2, `${sums.callbacks} callbacks`);
    assert.ok(sums.quarantines > 0, `${sums.quarantines} quarantines`);
    assert.ok(sums.compared > fixedSeeds / 3, `${sums.compared} compared with a twin`);
  });

  it("the same seed takes the same steps", async () => {
    const ways: string[][] = [[], []];
    for (const way of ways) await simulate("same", (line) => way.push(line));
    assert.deepEqual(ways[0], ways[1]);
    assert.ok((ways[0]?.length ?? 0) > 10);
  });
});
