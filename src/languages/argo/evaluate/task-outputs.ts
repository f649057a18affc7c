/** What a task gave back, wherever it is kept: a retried task has what its last attempt has. */
import type { TaskView } from "../../../model/run/scope.ts";
import type { Outputs } from "../../../model/run/values.ts";

/** Outputs of a task; those of a retried task are the ones of its last attempt. */
export function findOutputs(task: TaskView): Outputs | undefined {
  if (task.outputs !== undefined || task.isFanOut) return task.outputs;
  return task.children().at(-1)?.outputs;
}

/** Exit code of a task; that of a retried task is the one of its last attempt. */
export function findExitCode(task: TaskView): number | undefined {
  if (task.exitCode !== undefined || task.isFanOut) return task.exitCode;
  return task.children().at(-1)?.exitCode;
}
