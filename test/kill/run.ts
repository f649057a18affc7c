/**
 * Kills real engines: `npm run kill -- --count 200 --seed 7`. Each run is killed several times and then let finish;
 * its result must be that of a run that nobody disturbed.
 *
 * Options: --count N (kills in all, default 200), --each N (most kills of one run, default 8), --seed S.
 */
import { parseArgs } from "node:util";
import { createRandom } from "../simulation/random.ts";
import { killUntil } from "./kill-until.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "200" },
    each: { type: "string", default: "8" },
    seed: { type: "string", default: Date.now().toString(36) },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log("npm run kill -- [--count N] [--each N] [--seed S]");
else {
  const sums = await killUntil(Number(values.count), Number(values.each), createRandom(values.seed), (line) =>
    console.log(line),
  );
  console.log(
    `seed ${values.seed}: ${sums.kills} kills in ${sums.passed + sums.failed} runs, ${sums.attempts} attempts`,
  );
  console.log(`${sums.passed} passed, ${sums.failed} failed`);
  process.exitCode = sums.failed === 0 ? 0 : 1;
}
