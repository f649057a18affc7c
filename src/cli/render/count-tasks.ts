/** How many tasks stand how: the numbers in the summary line. */
import { phaseNames, phases, taskKinds } from "../../model/run/phase.ts";
import type { PhaseName } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";

export type PhaseCounts = Readonly<Record<PhaseName, number>>;

/**
 * Counts what people would call a piece of work: not the tasks that only hold others, not single tries.
 * What has not been reached yet counts as one, however much it may hold.
 */
export function countTasks(state: RunState): PhaseCounts {
  const { tasks } = state;
  const { kind, phase, count, process } = tasks;
  const sums = phaseNames.map(() => 0);
  const isEnded = state.ended !== undefined;
  for (let task = 0; task < tasks.size; task += 1) {
    const own = kind[task];
    if (own === taskKinds.stage || own === taskKinds.attempt || (count[task] ?? 0) > 0) continue;
    const at = phase[task] ?? 0;
    // In a run that has ended, what still waits was never needed.
    if (isEnded && at === phases.waiting) continue;
    if (state.attempts.has(task) && state.index.regions[process[task] ?? -1] !== undefined) continue;
    sums[at] = (sums[at] ?? 0) + 1;
  }
  return Object.fromEntries(phaseNames.map((name, number) => [name, sums[number] ?? 0])) as Record<
    PhaseName,
    number
  >;
}
