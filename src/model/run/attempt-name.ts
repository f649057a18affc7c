/** What the current try of a task is called within its run: stable over restarts, new after a manual retry. */
import type { RunState } from "./run-state.ts";

/** It ends the attempt's id, and names its folder. */
export function nameAttempt({ resets }: Pick<RunState, "resets">, task: number): string {
  const count = resets.get(task);
  return count === undefined ? String(task) : `${task}.${count}`;
}
