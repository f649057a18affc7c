/**
 * Simulates random seeds: `npm run sim -- --random 500`, or one seed with every step: `npm run sim -- --seed 17 --trace`.
 *
 * Options: --random N (how many random seeds), --seed S (first or only seed), --fixed N (seeds 1 to N), --trace.
 */
import { parseArgs } from "node:util";
import { simulate } from "./simulate.ts";

const { values } = parseArgs({
  options: {
    random: { type: "string" },
    seed: { type: "string" },
    fixed: { type: "string" },
    trace: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log("npm run sim -- [--random N] [--seed S] [--fixed N] [--trace]");
} else {
  process.exitCode = await runSeeds(listSeeds(), values.trace);
}

/** Without `--random` a seed stands for itself; with it, for the list that it begins. */
function listSeeds(): readonly string[] {
  if (values.fixed !== undefined)
    return Array.from({ length: Number(values.fixed) }, (_, index) => String(index + 1));
  if (values.random === undefined && values.seed !== undefined) return [values.seed];
  const base = values.seed ?? Date.now().toString(36);
  return Array.from({ length: Number(values.random ?? 60) }, (_, index) => `${base}-${index + 1}`);
}

async function runSeeds(seeds: readonly string[], isTraced: boolean): Promise<number> {
  const sums = { steps: 0, lives: 0, executions: 0, quarantines: 0, compared: 0 };
  let failed = 0;
  for (const seed of seeds) {
    try {
      const verdict = await simulate(seed, isTraced ? (line) => console.log(line) : undefined);
      sums.steps += verdict.steps;
      sums.lives += verdict.lives;
      sums.executions += verdict.executions;
      sums.quarantines += verdict.quarantines;
      sums.compared += verdict.compared ? 1 : 0;
    } catch (error) {
      failed += 1;
      console.log(
        `seed ${seed} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      console.log(`  to see every step: npm run sim -- --seed ${seed} --trace`);
    }
  }
  console.log(
    `${seeds.length} seeds: ${sums.steps} steps, ${sums.lives} engines, ${sums.executions} attempts, ` +
      `${sums.quarantines} quarantines, ${sums.compared} compared with an undisturbed twin`,
  );
  console.log(`${seeds.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
