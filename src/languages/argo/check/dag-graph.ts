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
  /** Index of the task of that name; undefined when there is none. */
  readonly task: number | undefined;
  /** True when the task asks for the outcome of a loop: AnySucceeded, AllFailed. */
  readonly ofItems: boolean;
}

export interface DagGraph {
  /** Index of the task of that name; of several, the first. */
  readonly indexOf: (name: string) => number | undefined;
  readonly dependencies: Dependencies;
  /** Indices in an order in which dependencies come first; tasks of circles come last. */
  readonly order: readonly number[];
  /** Names around one circle, first and last the same; undefined when there is none. */
  readonly cycle: readonly string[] | undefined;
  /** True when `ancestor` must have ended before `task` starts. */
  readonly isAncestor: (ancestor: number, task: number) => boolean;
}

type Dependencies = readonly (readonly TaskDependency[])[];

const noDependencies: readonly TaskDependency[] = [];
const mostBitSets = 20_000;
const mostSearchSteps = 50_000_000;

/** `a.Succeeded` or `a`; a task name ends before a dot that a result follows. */
const dependsWord = /([a-zA-Z0-9][-a-zA-Z0-9]*?)\.([A-Z][a-zA-Z]+)|([a-zA-Z0-9][-a-zA-Z0-9]*)/g;

export function createDagGraph(tasks: readonly DagTask[]): DagGraph {
  const indices = new Map<string, number>();
  for (let index = 0; index < tasks.length; index += 1) {
    const name = tasks[index]?.name ?? "";
    if (!indices.has(name)) indices.set(name, index);
  }
  const dependencies = tasks.map((task) => listDependencies(task, indices));
  const order = sortTopologically(dependencies);
  const acyclic = order.sorted === tasks.length;
  const cycle = acyclic ? undefined : findCycle(dependencies, order.indices.slice(order.sorted), tasks);
  const isAncestor = createAncestorQuery(dependencies, order.indices);
  return { indexOf: (name) => indices.get(name), dependencies, order: order.indices, cycle, isAncestor };
}

function listDependencies(task: DagTask, indices: ReadonlyMap<string, number>): readonly TaskDependency[] {
  if (!isKnown(task.depends)) {
    if (task.dependencies === undefined) return noDependencies;
    return task.dependencies.map((name) => ({ name, task: indices.get(name), ofItems: false }));
  }
  const found = new Map<string, boolean>();
  for (const [, name, result, bare] of task.depends.matchAll(dependsWord)) {
    const ofItems = result === "AnySucceeded" || result === "AllFailed";
    const key = name ?? bare ?? "";
    found.set(key, ofItems || found.get(key) === true);
  }
  return [...found].map(([name, ofItems]) => ({ name, task: indices.get(name), ofItems }));
}

/** The tasks whose dependencies come before them, `sorted` of them, and then the others. */
function sortTopologically(dependencies: Dependencies): {
  readonly indices: readonly number[];
  readonly sorted: number;
} {
  const { first, next, child, open } = listChildren(dependencies);
  const indices: number[] = [];
  for (let index = 0; index < open.length; index += 1) if (open[index] === 0) indices.push(index);
  for (let at = 0; at < indices.length; at += 1) {
    let entry = first[indices[at] ?? 0] ?? noEntry;
    for (; entry !== noEntry; entry = next[entry] ?? noEntry) {
      const freed = child[entry] ?? 0;
      const left = (open[freed] ?? 0) - 1;
      open[freed] = left;
      if (left === 0) indices.push(freed);
    }
  }
  const sorted = indices.length;
  for (let index = 0; index < open.length; index += 1) if ((open[index] ?? 0) > 0) indices.push(index);
  return { indices, sorted };
}

interface ChildLists {
  /** The first entry of a task's list of those that depend on it; noEntry when there are none. */
  readonly first: Int32Array;
  /** By entry: the entry after it, and the task that depends. */
  readonly next: readonly number[];
  readonly child: readonly number[];
  /** How many dependencies a task has. */
  readonly open: Int32Array;
}

const noEntry = -1;

/** Turns the dependencies around. Going backwards leaves every list in the order of the tasks. */
function listChildren(dependencies: Dependencies): ChildLists {
  const first = new Int32Array(dependencies.length).fill(noEntry);
  const open = new Int32Array(dependencies.length);
  const next: number[] = [];
  const child: number[] = [];
  for (let index = dependencies.length - 1; index >= 0; index -= 1) {
    for (const { task } of dependencies[index] ?? noDependencies) {
      if (task === undefined) continue;
      next.push(first[task] ?? noEntry);
      first[task] = child.push(index) - 1;
      open[index] = (open[index] ?? 0) + 1;
    }
  }
  return { first, next, child, open };
}

/** Follows unsorted parents until a task comes again: among the unsorted ones there is always such a parent. */
function findCycle(
  dependencies: Dependencies,
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
    at = dependencies[at]?.find(({ task }) => task !== undefined && members.has(task))?.task;
  }
  if (at === undefined) return [];
  const circle = trail.slice(seen.get(at));
  return [...circle, at].map((index) => tasks[index]?.name ?? "");
}

function createAncestorQuery(
  dependencies: Dependencies,
  order: readonly number[],
): (ancestor: number, task: number) => boolean {
  let bits: Uint32Array | undefined;
  let steps = 0;
  const words = (dependencies.length + 31) >>> 5;
  return (ancestor, task) => {
    if (dependencies[task]?.some((dependency) => dependency.task === ancestor) === true) return true;
    if (dependencies.length <= mostBitSets) {
      bits ??= collectAncestorBits(dependencies, order, words);
      return (((bits[task * words + (ancestor >>> 5)] ?? 0) >>> (ancestor & 31)) & 1) === 1;
    }
    if (steps > mostSearchSteps) return true;
    const search = searchAncestor(dependencies, ancestor, task);
    steps += search.steps;
    return search.found;
  };
}

/** One row of bits per task; correct for tasks outside of circles, which is all that is asked for. */
function collectAncestorBits(
  dependencies: Dependencies,
  order: readonly number[],
  words: number,
): Uint32Array {
  const bits = new Uint32Array(dependencies.length * words);
  for (const task of order) {
    const row = task * words;
    for (const { task: parent } of dependencies[task] ?? noDependencies) {
      if (parent === undefined) continue;
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
  dependencies: Dependencies,
  ancestor: number,
  task: number,
): { readonly found: boolean; readonly steps: number } {
  const seen = new Uint8Array(dependencies.length);
  const stack = [task];
  let steps = dependencies.length >>> 3;
  while (stack.length > 0) {
    const at = stack.pop() ?? 0;
    for (const { task: parent } of dependencies[at] ?? noDependencies) {
      if (parent === undefined) continue;
      steps += 1;
      if (parent === ancestor) return { found: true, steps };
      if (seen[parent] === 1) continue;
      seen[parent] = 1;
      stack.push(parent);
    }
  }
  return { found: false, steps };
}
