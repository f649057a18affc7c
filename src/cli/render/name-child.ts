/** Messages for people: `child 'orders-2412084518' failed` names a task by an id that only programs know. */
import type { RunPicture } from "../../api/house.ts";
import { taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import type { Reason } from "../../model/run/values.ts";
import { cleanText } from "./text-width.ts";

/** The message of a task, ready to be printed, with the name of the child that it blames. */
export function describeMessage({ state, view }: RunPicture, task: number, message: string): string {
  return nameChild({ state, view }, state.reasons.get(task), message);
}

/** The message of the run as a whole, in the same way. */
export function describeRunMessage({ row, state, view }: RunPicture): string {
  return nameChild({ state, view }, state.endReason, row.message ?? "");
}

function nameChild(
  { state, view }: Pick<RunPicture, "state" | "view">,
  reason: Reason | undefined,
  message: string,
): string {
  if (reason?.code !== "child-failed" || reason.task === undefined) return cleanText(message);
  const blamed = findNamed(state, reason.task);
  return cleanText(
    message.replace(/^child '[^']*' failed$/, () => `child '${view.taskName(state, blamed).short}' failed`),
  );
}

/** A list of steps has no name of its own: the step in it that failed is meant. */
function findNamed(state: RunState, task: number): number {
  const below = state.tasks.kind[task] === taskKinds.stage ? state.reasons.get(task)?.task : undefined;
  return below === undefined ? task : findNamed(state, below);
}
