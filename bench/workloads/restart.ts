/** How soon after `kill -9` work goes on. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { projectFolder, timeProgram } from "../harness/programs.ts";
import { Unavailable, type BenchContext, type Workload } from "../harness/workload.ts";

const script = join(projectFolder, "bench", "ours", "restart.ts");

/** The module that `bench/ours/restart.ts` is: kills a run of 100,000 tasks halfway and times the way back. */
interface RestartModule {
  /** Milliseconds from the start of the second process to the start of the next step. */
  measureRestart(context: BenchContext, tasks: number): Promise<number>;
}

export const restart: Workload = {
  id: "R1",
  title: "kill -9 halfway through 100,000 tasks, until the next step starts",
  unit: "ms",
  ratio: "cost",
  rounds: 5,
  anchors: [
    { title: "300 ms", target: { kind: "at-most", ratio: 1 }, measure: () => Promise.resolve(300) },
    {
      title: "node -e 0",
      target: { kind: "report" },
      measure: async () => 1000 * (await timeProgram(process.execPath, ["-e", "0"])),
    },
  ],
  requires: () => {
    if (statSync(script, { throwIfNoEntry: false }) === undefined) {
      throw new Unavailable("bench/ours/restart.ts is not in this working copy");
    }
  },
  ours: async (context) => {
    const module = (await import(script)) as RestartModule;
    return module.measureRestart(context, 100_000);
  },
};
