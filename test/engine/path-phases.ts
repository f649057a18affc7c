/** How the tasks of a run stand, by path. */
import { phaseNames, taskKinds } from "../../src/model/run/phase.ts";
import type { RunState } from "../../src/model/run/run-state.ts";
import { pathOf } from "./print-run.ts";

export type Phases = Map<string, string>;

export function pathPhases(): Phases {
  return new Map();
}

/** Phases of all tasks that came to anything; stages are left out, and what never began. */
export function readPhases(state: RunState): Phases {
  const found: Phases = pathPhases();
  for (let task = 0; task < state.tasks.size; task += 1) {
    const phase = phaseNames[state.tasks.phase[task] as number] ?? "";
    if (state.tasks.kind[task] !== taskKinds.stage && phase !== "waiting")
      found.set(pathOf(state, task), phase);
  }
  found.set("run", state.ended === undefined ? "open" : (phaseNames[state.ended] ?? ""));
  return found;
}

/** In order of paths, for comparison. */
export function sortPhases(found: Phases): readonly (readonly [string, string])[] {
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}
