/** Which hooks of a node hang on which of the tasks that stand for it: the one task, or the members and the whole of a fan-out. */
import type { Hook } from "../../model/plan/plan.ts";
import { taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";

/** Whether hooks of the plan hang on this very task. */
export function hasHooks(state: RunState, task: number): boolean {
  const hooks = state.index.nodes[state.tasks.node[task] as number]?.hooks;
  if (hooks === undefined || hooks.length === 0) return false;
  const kind = state.tasks.kind[task] as number;
  return hooks.some((hook) => doesHang(hook, kind));
}

/** Whether a hook of a node hangs on a task of this kind that stands for the node. */
export function doesHang(hook: Hook, kind: number): boolean {
  if (kind === taskKinds.node) return true;
  if (kind === taskKinds.member) return hook.of !== "whole";
  return kind === taskKinds.group && (hook.of === "whole" || hook.of === "both");
}
