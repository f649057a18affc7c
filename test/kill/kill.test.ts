/** A few kills of real engines; `run.ts` does hundreds. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { createRandom } from "../simulation/random.ts";
import { noSandbox } from "../abuse/machine.ts";
import { killUntil } from "./kill-until.ts";

const needsShell = existsSync("/bin/sh") ? false : "there is no /bin/sh";

for (const [executor, kills, skip] of [
  ["process", 10, needsShell],
  ["sandbox", 5, noSandbox],
] as const) {
  test(
    `engines killed in the middle of runs lose nothing and double nothing (${executor})`,
    { skip },
    async () => {
      const complaints: string[] = [];
      const random = createRandom(`kill test ${executor}`);
      const sums = await killUntil(executor, kills, 6, random, (line) => complaints.push(line));
      assert.deepEqual(complaints, []);
      assert.equal(sums.failed, 0);
      assert.equal(sums.kills, kills);
    },
  );
}
