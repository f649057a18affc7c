/**
 * Tasks of opened regions that Argo has no node for: it makes a node when something begins. People who wait for one of
 * them ask for it by its name all the same.
 */
import { taskKinds } from "../../../model/run/phase.ts";
import type { RunState } from "../../../model/run/run-state.ts";
import { isNamed } from "./node-names.ts";
import { isLeftBehind, isVisible } from "./tree.ts";

/**
 * Steps and tasks that have not begun and are no nodes yet, in order; in a run that has ended, those that never began.
 * With a name, full or short, only those that have it.
 */
export function listUnreached(state: RunState, name?: string): readonly number[] {
  const found: number[] = [];
  for (let task = 0; task < state.tasks.size; task += 1)
    if (isUnreached(state, task) && (name === undefined || isNamed(state, task, name))) found.push(task);
  return found;
}

function isUnreached(state: RunState, task: number): boolean {
  const { tasks } = state;
  const kind = tasks.kind[task];
  if (kind !== taskKinds.node && kind !== taskKinds.group) return false;
  if (tasks.startedAt[task] !== 0 || (tasks.count[task] ?? 0) > 0) return false;
  return !isVisible(state, task) && !isLeftBehind(state, task);
}
