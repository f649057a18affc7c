/** Time to live of runs (Argo fields.md, TTLStrategy; workflow/gccontroller, ttl). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findExpiry } from "../../../src/engine/keep/find-expiry.ts";
import { call, run, steps } from "./documents.ts";

const table: readonly (readonly [strategy: string, template: string, seconds: number | undefined])[] = [
  ["{secondsAfterCompletion: 10}", "ok", 10],
  ["{secondsAfterCompletion: 10}", "fail", 10],
  ["{secondsAfterCompletion: 10}", "broken", 10],
  ["{secondsAfterCompletion: 10, secondsAfterSuccess: 3}", "ok", 3],
  ["{secondsAfterCompletion: 10, secondsAfterSuccess: 3}", "fail", 10],
  ["{secondsAfterFailure: 0}", "fail", 0],
  ["{secondsAfterFailure: 5}", "broken", undefined],
  ["{secondsAfterFailure: 5}", "ok", undefined],
  ["{secondsAfterSuccess: 5}", "fail", undefined],
  ["{}", "ok", undefined],
];

for (const [strategy, template, seconds] of table) {
  test(`${strategy} after ${template}: ${seconds ?? "for ever"}`, async () => {
    const spec = `  ttlStrategy: ${strategy}`;
    const dag = `  - {name: main, dag: {tasks: [${call("a", template)}]}}\n`;
    const { state } = await run(template === "broken" ? dag : steps(call("a", template)), { spec });
    const expected = seconds === undefined ? undefined : state.endedAt + seconds * 1000;
    assert.equal(findExpiry(state), expected);
  });
}

test("a run that has not ended does not expire", async () => {
  const { state } = await run(`${steps(call("a", "w"))}  - {name: w, suspend: {}}\n`, {
    spec: "  ttlStrategy: {secondsAfterCompletion: 1}",
  });
  assert.equal(findExpiry(state), undefined);
});
