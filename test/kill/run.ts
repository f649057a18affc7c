/**
 * Kills real engines: `npm run kill -- --count 200 --seed 7`. Each run is killed several times and then let finish;
 * its result must be that of a run that nobody disturbed.
 *
 * Options: --count N (kills in all, default 200), --each N (most kills of one run, default 8), --seed S,
 * --executor process|sandbox (default: the first half of the kills with one, the second with the other).
 */
import { parseArgs } from "node:util";
import { createRandom } from "../simulation/random.ts";
import { noSandbox } from "../abuse/machine.ts";
import type { KillExecutor } from "./kill-run.ts";
import { killUntil } from "./kill-until.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "200" },
    each: { type: "string", default: "8" },
    executor: { type: "string" },
    seed: { type: "string", default: Date.now().toString(36) },
    help: { type: "boolean", default: false },
  },
});

if (values.help)
  console.log("npm run kill -- [--count N] [--each N] [--seed S] [--executor process|sandbox]");
else {
  const random = createRandom(values.seed);
  const executors = chooseExecutors(values.executor);
  let failed = 0;
  for (const executor of executors) {
    const count = Math.ceil(Number(values.count) / executors.length);
    const print = (line: string): void => console.log(line);
    const sums = await killUntil(executor, count, Number(values.each), random, print);
    const runs = sums.passed + sums.failed;
    console.log(
      `${executor}, seed ${values.seed}: ${sums.kills} kills in ${runs} runs, ${sums.attempts} attempts`,
    );
    console.log(`${sums.passed} passed, ${sums.failed} failed`);
    failed += sums.failed;
  }
  process.exitCode = failed === 0 ? 0 : 1;
}

function chooseExecutors(wanted: string | undefined): readonly KillExecutor[] {
  if (wanted === "process" || wanted === "sandbox") return [wanted];
  if (noSandbox === false) return ["process", "sandbox"];
  console.log(`sandbox: skipped, ${noSandbox}`);
  return ["process"];
}
