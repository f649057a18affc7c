/**
 * The dependencies of a dag's tasks, as numbers (Argo common/ancestry.go).
 * Ancestor questions are rare and mostly about a direct dependency; the others are answered from bit sets that
 * are made on the first such question, so that 10,000 tasks cost nothing until then. Very large dags search
 * instead, within a bound: a question beyond it is answered yes, which hides a warning and invents none.
 */
import type { DagTask } from "../read/types.ts";
import { isKnown } from "./present.ts";

export interface TaskDependency {
  readonly name: string;
  /** True when the task asks for the outcome of a loop: AnySucceeded, AllFailed. */
  readonly ofItems: boolean;
}

export interface DagGraph {
  /** Index of the task of that name; of several, the first. */
  readonly indexOf: (name: string) => number | undefined;
  readonly dependencies: readonly (readonly TaskDependency[])[];
  /** Indices in an order in which dependencies come first; tasks of circles come last. */
  readonly order: readonly number[];
  /** Names around one circle, first and last the same; undefined when there is none. */
  readonly cycle: readonly string[] | undefined;
  /** True when `ancestor` must have ended before `task` starts. */
  readonly isAncestor: (ancestor: number, task: number) => boolean;
}

const NO_DEPENDENCIES: readonly TaskDependency[] = [];
const MOST_BIT_SETS = 20_000;
const MOST_SEARCH_STEPS = 50_000_000;

/** `a.Succeeded` or `a`; a task name ends before a dot that a result follows. */
const DEPENDS_WORD = /([a-zA-Z0-9][-a-zA-Z0-9]*?)\.([A-Z][a-zA-Z]+)|([a-zA-Z0-9][-a-zA-Z0-9]*)/g;

export function createDagGraph(tasks: readonly DagTask[]): DagGraph {
  const indices = new Map<string, number>();
  for (let index = 0; index < tasks.length; index += 1) {
    const name = tasks[index]?.name ?? "";
    if (!indices.has(name)) indices.set(name, index);
  }
  const dependencies = tasks.map(listDependencies);
  const parents = dependencies.map((list) => findParents(list, indices));
  const order = sortTopologically(parents);
  const cycle = order.acyclic ? undefined : findCycle(parents, order.indices.slice(order.sorted), tasks);
  const isAncestor = createAncestorQuery(parents, order.indices);
  return { indexOf: (name) => indices.get(name), dependencies, order: order.indices, cycle, isAncestor };
}

function findParents(
  list: readonly TaskDependency[],
  indices: ReadonlyMap<string, number>,
): readonly number[] {
  const parents: number[] = [];
  for (const { name } of list) {
    const index = indices.get(name);
    if (index !== undefined) parents.push(index);
  }
  return parents;
}

function listDependencies(task: DagTask): readonly TaskDependency[] {
  if (!isKnown(task.depends)) {
    if (task.dependencies === undefined) return NO_DEPENDENCIES;
    return task.dependencies.map((name) => ({ name, ofItems: false }));
  }
  const found = new Map<string, boolean>();
  for (const [, name, result, bare] of task.depends.matchAll(DEPENDS_WORD)) {
    const ofItems = result === "AnySucceeded" || result === "AllFailed";
    const key = name ?? bare ?? "";
    found.set(key, ofItems || found.get(key) === true);
  }
  return [...found].map(([name, ofItems]) => ({ name, ofItems }));
}

function sortTopologically(parents: readonly (readonly number[])[]): {
  readonly indices: readonly number[];
  readonly acyclic: boolean;
  readonly sorted: number;
} {
  const children: number[][] = parents.map(() => []);
  const open = new Int32Array(parents.length);
  for (let index = 0; index < parents.length; index += 1) {
    open[index] = parents[index]?.length ?? 0;
    for (const parent of parents[index] ?? []) children[parent]?.push(index);
  }
  const indices: number[] = [];
  for (let index = 0; index < open.length; index += 1) if (open[index] === 0) indices.push(index);
  for (let at = 0; at < indices.length; at += 1) {
    for (const child of children[indices[at] ?? 0] ?? []) {
      const left = (open[child] ?? 0) - 1;
      open[child] = left;
      if (left === 0) indices.push(child);
    }
  }
  const sorted = indices.length;
  for (let index = 0; index < open.length; index += 1) if ((open[index] ?? 0) > 0) indices.push(index);
  return { indices, acyclic: sorted === parents.length, sorted };
}

/** Follows unsorted parents until a task comes again: among the unsorted ones there is always such a parent. */
function findCycle(
  parents: readonly (readonly number[])[],
  unsorted: readonly number[],
  tasks: readonly DagTask[],
): readonly string[] {
  const members = new Set(unsorted);
  const seen = new Map<number, number>();
  const trail: number[] = [];
  let at: number | undefined = unsorted[0];
  while (at !== undefined && !seen.has(at)) {
    seen.set(at, trail.length);
    trail.push(at);
    at = parents[at]?.find((parent) => members.has(parent));
  }
  if (at === undefined) return [];
  const circle = trail.slice(seen.get(at));
  return [...circle, at].map((index) => tasks[index]?.name ?? "");
}

function createAncestorQuery(
  parents: readonly (readonly number[])[],
  order: readonly number[],
): (ancestor: number, task: number) => boolean {
  let bits: Uint32Array | undefined;
  let steps = 0;
  const words = (parents.length + 31) >>> 5;
  return (ancestor, task) => {
    if (parents[task]?.includes(ancestor) === true) return true;
    if (parents.length <= MOST_BIT_SETS) {
      bits ??= collectAncestorBits(parents, order, words);
      return (((bits[task * words + (ancestor >>> 5)] ?? 0) >>> (ancestor & 31)) & 1) === 1;
    }
    if (steps > MOST_SEARCH_STEPS) return true;
    const search = searchAncestor(parents, ancestor, task);
    steps += search.steps;
    return search.found;
  };
}

/** One row of bits per task; correct for tasks outside of circles, which is all that is asked for. */
function collectAncestorBits(
  parents: readonly (readonly number[])[],
  order: readonly number[],
  words: number,
): Uint32Array {
  const bits = new Uint32Array(parents.length * words);
  for (const task of order) {
    const row = task * words;
    for (const parent of parents[task] ?? []) {
      const parentRow = parent * words;
      for (let word = 0; word < words; word += 1) {
        bits[row + word] = (bits[row + word] ?? 0) | (bits[parentRow + word] ?? 0);
      }
      const word = row + (parent >>> 5);
      bits[word] = (bits[word] ?? 0) | (1 << (parent & 31));
    }
  }
  return bits;
}

function searchAncestor(
  parents: readonly (readonly number[])[],
  ancestor: number,
  task: number,
): { readonly found: boolean; readonly steps: number } {
  const seen = new Uint8Array(parents.length);
  const stack = [task];
  let steps = parents.length >>> 3;
  while (stack.length > 0) {
    const at = stack.pop() ?? 0;
    for (const parent of parents[at] ?? []) {
      steps += 1;
      if (parent === ancestor) return { found: true, steps };
      if (seen[parent] === 1) continue;
      seen[parent] = 1;
      stack.push(parent);
    }
  }
  return { found: false, steps };
}
