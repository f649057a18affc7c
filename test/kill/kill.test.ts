/** A few kills of real engines; `run.ts` does hundreds. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { createRandom } from "../simulation/random.ts";
import { killUntil } from "./kill-until.ts";

const needsShell = existsSync("/bin/sh") ? false : "there is no /bin/sh";

test(
  "engines killed in the middle of runs lose nothing and double nothing",
  { skip: needsShell },
  async () => {
    const complaints: string[] = [];
    const sums = await killUntil(10, 6, createRandom("kill test"), (line) => complaints.push(line));
    assert.deepEqual(complaints, []);
    assert.equal(sums.failed, 0);
    assert.equal(sums.kills, 10);
  },
);
