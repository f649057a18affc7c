/** The tree of a run as people see it: step groups are left out, members of a fan-out in steps stand beside the others. */
import type { TreeRow } from "../../../model/run/language.ts";
import { phaseNames, taskKinds } from "../../../model/run/phase.ts";
import type { RunState } from "../../../model/run/run-state.ts";
import { showMembers } from "./edges.ts";
import { displayName } from "./node-names.ts";
import { nodeMessage, nodePhase } from "./node-message.ts";
import { findProcess, isVisible, listChildren, listHooks, nodeType } from "./tree.ts";

/** Rows, parents before children; at most `limit` of them. */
export function listRows(state: RunState, limit = Infinity): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  if (state.tasks.size === 0) return rows;
  // A stack instead of recursion: what comes next lies on top.
  const stack: { readonly task: number; readonly depth: number }[] = [];
  const push = (tasks: readonly number[], depth: number): void => {
    for (let at = tasks.length - 1; at >= 0; at -= 1) stack.push({ task: tasks[at] ?? 0, depth });
  };
  push([0, ...listHooks(state, -1).filter((hook) => isVisible(state, hook))], 0);
  for (let next = stack.pop(); next !== undefined && rows.length < limit; next = stack.pop()) {
    const { task, depth } = next;
    rows.push(describeRow(state, task, depth));
    push(
      listHooks(state, task).filter((hook) => isVisible(state, hook)),
      depth,
    );
    push(listShown(state, task), depth + 1);
  }
  return rows;
}

function listShown(state: RunState, task: number): readonly number[] {
  return listChildren(state, task).flatMap((child) =>
    state.tasks.kind[child] === taskKinds.stage ? [] : showMembers(state, child),
  );
}

function describeRow(state: RunState, task: number, depth: number): TreeRow {
  const { tasks } = state;
  const phase = tasks.phase[task] ?? 0;
  return {
    task,
    depth,
    name: displayName(state, task),
    phase: nodePhase(state, task),
    state: phaseNames[phase] ?? "waiting",
    type: nodeType(state, task),
    template: findProcess(state, task)?.id ?? "",
    message: nodeMessage(state, task),
    startedAt: tasks.startedAt[task] ?? 0,
    endedAt: tasks.endedAt[task] ?? 0,
  };
}
