/**
 * Which rows of a tree to show when not all fit: what went wrong and what runs come first, in the order of the tree.
 * For very large runs the tree is not even built: failures and running tasks are known without it.
 */
import type { RunPicture } from "../../api/house.ts";
import { phaseNames, taskKinds } from "../../model/run/phase.ts";
import type { TreeRow } from "../../model/run/language.ts";
import type { TaskFilter } from "../select/task-filter.ts";

export interface ChosenRows {
  readonly shown: readonly TreeRow[];
  /** How many rows were left out. */
  readonly hidden: number;
}

/** Above this many tasks the tree is not built for a picture. */
const treeAtMost = 5000;

/** At most `room` rows; when not all fit, one of them is given up for the line that says how many are missing. */
export function chooseRows(picture: RunPicture, room: number, filter?: TaskFilter): ChosenRows {
  const { state, view } = picture;
  if (room === 0) return { shown: [], hidden: 0 };
  if (state.tasks.size > treeAtMost) return chooseFromState(picture, room, filter);
  const rows = filter === undefined ? view.rows(state) : filterRows(picture, filter);
  if (rows.length <= room) return { shown: rows, hidden: 0 };
  const shown = pickRows(rows, room - 1);
  return { shown, hidden: rows.length - shown.length };
}

/** The rows of the tasks that a filter leaves, side by side under their full names. */
export function filterRows(picture: RunPicture, filter: TaskFilter): readonly TreeRow[] {
  const { state, view } = picture;
  const wanted = new Set(filter(picture));
  return view
    .rows(state)
    .filter(({ task }) => wanted.has(task))
    .map((row) => ({ ...row, depth: 0, name: view.taskName(state, row.task).full }));
}

function pickRows(rows: readonly TreeRow[], room: number): readonly TreeRow[] {
  const ranked = rows.map((row, index) => ({ index, rank: rankOf(row, rows[index + 1]) }));
  const bad = ranked.filter(({ rank }) => rank === 0);
  const busy = ranked.filter(({ rank }) => rank === 1);
  // Many failures do not hide what runs, nor the other way round: each gets half if both are many.
  const half = Math.floor(room / 2);
  const badShown = bad.slice(bad.length - Math.min(bad.length, Math.max(half, room - busy.length)));
  const first = [...badShown, ...busy.slice(0, room - badShown.length)];
  const taken = new Set(first.map(({ index }) => index));
  for (const rank of [2, 3]) {
    for (const { index, rank: own } of ranked) {
      if (taken.size >= room) break;
      if (own === rank) taken.add(index);
    }
  }
  return rows.filter((_, index) => taken.has(index)).slice(0, room);
}

/** 0: a bad end of its own; 1: under way; 2: holds such rows; 3: everything else. */
function rankOf(row: TreeRow, next: TreeRow | undefined): number {
  const isHolder = next !== undefined && next.depth > row.depth;
  const isBad = row.state === "failed" || row.state === "errored";
  if (isBad || row.state === "running") return isHolder ? 2 : isBad ? 0 : 1;
  return 3;
}

function chooseFromState(picture: RunPicture, room: number, filter: TaskFilter | undefined): ChosenRows {
  const { state } = picture;
  if (filter !== undefined) {
    const wanted = filter(picture);
    const shown = wanted.length <= room ? wanted : wanted.slice(0, room - 1);
    return { shown: shown.map((task) => makeRow(picture, task)), hidden: wanted.length - shown.length };
  }
  const kept = room - 1;
  const bad = lastLeafFailures(picture, Math.ceil(kept / 2));
  const busy = takeFirst([state.running, state.waits.keys(), state.requests], kept - bad.length);
  const shown = [...bad, ...busy].map((task) => makeRow(picture, task));
  return { shown, hidden: state.tasks.size - shown.length };
}

function lastLeafFailures({ state }: RunPicture, room: number): readonly number[] {
  const found: number[] = [];
  for (let index = state.failures.length - 1; index >= 0 && found.length < room; index -= 1) {
    const task = state.failures[index] ?? -1;
    const phase = phaseNames[state.tasks.phase[task] ?? 0];
    const isOwn =
      state.tasks.kind[task] !== taskKinds.stage &&
      (state.tasks.count[task] ?? 0) === 0 &&
      !state.attempts.has(task);
    if (isOwn && (phase === "failed" || phase === "errored")) found.push(task);
  }
  return found.reverse();
}

function takeFirst(sources: readonly Iterable<number>[], room: number): readonly number[] {
  const taken: number[] = [];
  for (const source of sources) {
    for (const task of source) {
      if (taken.length >= room) return taken;
      taken.push(task);
    }
  }
  return taken;
}

/** A row without its place in the tree: its full name says where it stands. */
function makeRow({ state, view }: RunPicture, task: number): TreeRow {
  const { tasks } = state;
  const process = state.index.plan.processes[tasks.process[task] ?? -1];
  const phase = phaseNames[tasks.phase[task] ?? 0] ?? "waiting";
  return {
    task,
    depth: 0,
    name: view.taskName(state, task).full,
    phase,
    state: phase,
    type: "",
    template: process?.id ?? "",
    message: view.message(state, task),
    startedAt: tasks.startedAt[task] ?? 0,
    endedAt: tasks.endedAt[task] ?? 0,
  };
}
