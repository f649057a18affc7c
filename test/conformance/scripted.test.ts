/**
 * The cases whose upstream tests drive the command line, by the same commands against ours.
 * The cases lie beside the project; without them the tests are skipped and say so. Those that wait long in real time
 * run with `npm run conformance` only.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { baseTier, findCasesFolder, readCases } from "./cases.ts";
import { oneMachineTiers } from "./tiers.ts";
import { runScriptedCase } from "./scripted/run-scripted-case.ts";
import { scriptedCases } from "./scripted/scripted-cases.ts";

const folder = findCasesFolder();
const cases = folder === undefined ? [] : readCases(folder);
const scripted = cases.filter((one) => one.mode === "scripted" && oneMachineTiers.includes(baseTier(one)));
const absent = folder === undefined ? "the conformance cases are not beside the project" : false;

describe("scripted cases", { concurrency: 2 }, () => {
  test("each one has a script, and each script is for one", { skip: absent }, () => {
    const ids = scripted.map(({ id }) => id);
    assert.deepEqual([...scriptedCases.keys()].toSorted(), ids.toSorted());
  });

  for (const one of scripted) {
    const isSlow = scriptedCases.get(one.id)?.isSlow === true;
    const skip = isSlow ? "waits in real time; `npm run conformance` runs it" : false;
    test(one.id, { skip }, async () => {
      const settings = { executor: "process", limitMs: 30_000 };
      const { verdict, detail } = await runScriptedCase(folder ?? "", one, settings);
      assert.equal(verdict, "passed", detail);
    });
  }
});
