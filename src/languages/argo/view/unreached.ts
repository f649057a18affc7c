/**
 * Tasks of opened regions that Argo has no node for: it makes a node when something begins. People who wait for one of
 * them ask for it by its name all the same.
 */
import { taskKinds } from "../../../model/run/phase.ts";
import type { RunState } from "../../../model/run/run-state.ts";
import { isLeftBehind, isVisible } from "./tree.ts";

/** Steps and tasks that have not begun and are no nodes yet, in order; in a run that has ended, those that never began. */
export function listUnreached(state: RunState): readonly number[] {
  const { tasks } = state;
  const found: number[] = [];
  for (let task = 0; task < tasks.size; task += 1) {
    const kind = tasks.kind[task];
    if (kind !== taskKinds.node && kind !== taskKinds.group) continue;
    if (tasks.startedAt[task] !== 0 || (tasks.count[task] ?? 0) > 0) continue;
    if (!isVisible(state, task) && !isLeftBehind(state, task)) found.push(task);
  }
  return found;
}
