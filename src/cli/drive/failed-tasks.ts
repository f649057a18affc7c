/** Which bad ends explain a failed run: those that are not the consequence of another one below them. */
import { isBad, taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";

/** Tasks in the order of their ends. Of several tries only the last one counts, and none if a later one was good. */
export function findFailedTasks(state: RunState): readonly number[] {
  const { tasks } = state;
  const lastFailure = new Map(state.failures.map((task, index) => [task, index]));
  const bad = state.failures.filter(
    (task, index) => isBad(tasks.phase[task] ?? 0) && lastFailure.get(task) === index,
  );
  const blamed = new Set(bad.map((task) => tasks.parent[task] ?? -1));
  return bad.filter(
    (task) => tasks.kind[task] !== taskKinds.stage && !blamed.has(task) && isLastTry(state, task),
  );
}

function isLastTry(state: RunState, task: number): boolean {
  if (state.tasks.kind[task] !== taskKinds.attempt) return true;
  const owner = state.tasks.parent[task] ?? -1;
  return isBad(state.tasks.phase[owner] ?? 0) && state.attempts.get(owner)?.at(-1) === task;
}
