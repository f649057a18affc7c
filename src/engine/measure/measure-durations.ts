/** How long the calls of a run took, by process: what later runs of the same origin are estimated by. */
import { phases, taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";

/** A run with more processes than this is estimated as a whole only. */
const processesAtMost = 200;

/** Mean time in whole ms of the good calls of each process, by id; hidden repetitions (attempts) are no calls of their own. */
export function measureDurations(state: RunState): Readonly<Record<string, number>> {
  const { tasks, index } = state;
  const sums = new Map<number, { count: number; ms: number }>();
  for (let task = 0; task < tasks.size; task += 1) {
    const process = tasks.process[task] as number;
    if (process < 0 || tasks.phase[task] !== phases.succeeded || tasks.kind[task] === taskKinds.attempt)
      continue;
    const ms = (tasks.endedAt[task] as number) - (tasks.startedAt[task] as number);
    const sum = sums.get(process);
    if (sum === undefined) sums.set(process, { count: 1, ms });
    else {
      sum.count += 1;
      sum.ms += ms;
    }
  }
  if (sums.size > processesAtMost) return {};
  return Object.fromEntries(
    [...sums].map(([process, { count, ms }]) => [
      index.plan.processes[process]?.id ?? "",
      Math.round(ms / count),
    ]),
  );
}
