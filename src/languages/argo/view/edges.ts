/**
 * The arrows between nodes as Argo draws them: a region points at its first children, a finished child points at what
 * comes after it, through its outbound nodes (Argo, getOutboundNodes). Computed once for a whole status.
 */
import { taskKinds } from "../../../model/run/phase.ts";
import type { RunState } from "../../../model/run/run-state.ts";
import { isVisible, listChildren, listHooks, nodeType } from "./tree.ts";

export interface Edges {
  /** Children of a task, by number. */
  readonly children: ReadonlyMap<number, ReadonlySet<number>>;
  /** Where the arrows to what comes next begin. */
  readonly outbound: (task: number) => readonly number[];
}

export function collectEdges(state: RunState): Edges {
  const children = new Map<number, Set<number>>();
  const outbound = createOutbound(state);
  const link = (from: number, to: number): void => {
    const known = children.get(from);
    if (known === undefined) children.set(from, new Set([to]));
    else known.add(to);
  };
  const { tasks } = state;
  for (let task = 0; task < tasks.size; task += 1) {
    if (!isVisible(state, task)) continue;
    for (const hook of listHooks(state, task)) if (isVisible(state, hook)) link(task, hook);
    const kind = tasks.kind[task];
    if (kind === taskKinds.stage) continue;
    if (kind === taskKinds.group || state.attempts.has(task)) {
      for (const child of listChildren(state, task)) if (isVisible(state, child)) link(task, child);
    } else linkRegion(state, task, outbound, link);
  }
  for (const hook of listHooks(state, -1)) if (isVisible(state, hook)) link(0, hook);
  return { children, outbound };
}

type Link = (from: number, to: number) => void;

function linkRegion(state: RunState, task: number, outbound: Edges["outbound"], link: Link): void {
  const index = state.index.regions[state.tasks.process[task] ?? -1];
  if (index === undefined) return;
  const first = state.tasks.first[task] ?? 0;
  if (first === 0) return;
  const { nodes, order } = index.region;
  if (order.kind === "graph") {
    nodes.forEach((node, local) => {
      const child = first + local;
      if (!isVisible(state, child)) return;
      if (node.needs.length === 0) return link(task, child);
      for (const need of node.needs) for (const from of outbound(first + need)) link(from, child);
    });
    return;
  }
  let before: readonly number[] = [task];
  order.stages.forEach((members, number) => {
    const stage = first + nodes.length + number;
    if (!isVisible(state, stage)) return;
    for (const from of before) link(from, stage);
    const shown = members.flatMap((local) => showMembers(state, first + local));
    for (const child of shown) link(stage, child);
    const ends = shown.flatMap((child) => outbound(child));
    before = ends.length === 0 ? [stage] : ends;
  });
}

/** A node of a stage, or the members of its fan-out. */
export function showMembers(state: RunState, task: number): readonly number[] {
  if (isVisible(state, task)) return [task];
  if (state.tasks.kind[task] !== taskKinds.group) return [];
  return listChildren(state, task).filter((child) => isVisible(state, child));
}

function createOutbound(state: RunState): (task: number) => readonly number[] {
  const known = new Map<number, readonly number[]>();
  const find = (task: number): readonly number[] => {
    const found = known.get(task);
    if (found !== undefined) return found;
    const computed = computeOutbound(state, task, find);
    known.set(task, computed);
    return computed;
  };
  return find;
}

function computeOutbound(
  state: RunState,
  task: number,
  find: (task: number) => readonly number[],
): readonly number[] {
  if (!isVisible(state, task)) return showMembers(state, task).flatMap(find);
  switch (nodeType(state, task)) {
    case "TaskGroup": {
      const ends = listChildren(state, task)
        .filter((child) => isVisible(state, child))
        .flatMap(find);
      return ends.length === 0 ? [task] : ends;
    }
    case "Retry": {
      const last = listChildren(state, task).at(-1);
      return last === undefined ? [task] : find(last);
    }
    case "Steps":
    case "DAG":
      return regionEnds(state, task, find);
    default:
      return [task];
  }
}

function regionEnds(
  state: RunState,
  task: number,
  find: (task: number) => readonly number[],
): readonly number[] {
  const index = state.index.regions[state.tasks.process[task] ?? -1];
  const first = state.tasks.first[task] ?? 0;
  if (index === undefined || first === 0) return [];
  const { nodes, order } = index.region;
  if (order.kind === "graph") {
    const ends = state.targets.get(task) ?? index.leaves;
    return ends
      .filter((local) => showMembers(state, first + local).length > 0)
      .flatMap((local) => find(first + local));
  }
  for (let number = order.stages.length - 1; number >= 0; number -= 1) {
    const stage = first + nodes.length + number;
    if (!isVisible(state, stage)) continue;
    const ends = (order.stages[number] ?? []).flatMap((local) =>
      showMembers(state, first + local).flatMap(find),
    );
    return ends.length === 0 ? [stage] : ends;
  }
  return [];
}
