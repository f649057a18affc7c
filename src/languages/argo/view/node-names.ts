/**
 * Names and ids of tasks in Argo's form, made from the tree of a run.
 * A region's children are `parent.child` or, in stages, `parent[i].child`; members of a fan-out `name(i:item)`,
 * attempts `name(n)`, hooks `name.hooks.KEY` and `name.onExit`; ids are the run's name and a hash of the node's name.
 */
import type { Json } from "../../../base/json.ts";
import { encodeUtf8 } from "../../../expressions/go/utf8.ts";
import { taskKinds } from "../../../model/run/phase.ts";
import type { RunState } from "../../../model/run/run-state.ts";
import { describeItem } from "../evaluate/item-text.ts";
import { findGivenName } from "./given-name.ts";

/** FNV-1a, 32 bits, over UTF-8, as decimal digits (Argo, Workflow.NodeID). */
export function hashName(name: string): string {
  let hash = 0x811c9dc5;
  for (const byte of encodeUtf8(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return String(hash >>> 0);
}

/** Id of a task: the run's name for the entry, else the run's name and the hash of the node's name. */
export function nodeId(state: RunState, task: number): string {
  return nameToId(state, nodeName(state, task));
}

/** Id that belongs to a node name. */
export function nameToId(state: RunState, name: string): string {
  return name === state.name ? name : `${state.name}-${hashName(name)}`;
}

/** Full name of a task. The first attempt of a task with a retry policy is `name(0)`. */
export function nodeName(state: RunState, task: number): string {
  return composeName(state, task, true);
}

/** The name that people see: the one that the template gives, or else the name without those of the tasks around it. */
export function displayName(state: RunState, task: number): string {
  return findGivenName(state, task) ?? plainName(state, task);
}

/** Whether people may call a task so: by its full name, the name that they see, its id, or the name of its pod. */
export function isNamed(state: RunState, task: number, text: string): boolean {
  if (displayName(state, task) === text) return true;
  const name = nodeName(state, task);
  if (name === text) return true;
  // Every task may be asked, and most texts are neither an id nor the name of a pod.
  if (!text.startsWith(`${state.name}-`)) return false;
  const processId = state.index.plan.processes[state.tasks.process[task] ?? -1]?.id;
  return nameToId(state, name) === text || nameToPod(state.name, processId, name) === text;
}

/**
 * `pod.name`: a name that no other attempt of any run has, made of run, template and hash; the entry has that of the run
 * (Argo, GeneratePodName). `node` is the full name of its node.
 */
export function nameToPod(run: string, processId: string | undefined, node: string): string {
  if (node === run) return run;
  const template = processId?.split("/").at(-1) ?? "";
  return `${run}-${template.replace(/[^A-Za-z0-9-]+/gu, "-")}-${hashName(node)}`;
}

function plainName(state: RunState, task: number): string {
  return composeName(state, task, false);
}

/** With the names of the regions around the task (`isFull`), or without them. */
function composeName(state: RunState, task: number, isFull: boolean): string {
  const { tasks } = state;
  const parent = tasks.parent[task] ?? -1;
  const before = (): string => composeName(state, parent, isFull);
  switch (tasks.kind[task] ?? taskKinds.entry) {
    case taskKinds.stage:
      return `${isFull ? before() : ""}[${tasks.order[task] ?? 0}]`;
    case taskKinds.attempt:
      return `${before()}(${tasks.order[task] ?? 0})`;
    case taskKinds.member:
      return `${before()}${memberSuffix(state, task)}`;
    case taskKinds.hook: {
      const owner = parent < 0 ? state.name : before();
      const name = hookName(state, task);
      return name === "exit" ? `${owner}.onExit` : `${owner}.hooks.${name}`;
    }
    case taskKinds.node:
    case taskKinds.group:
      return `${isFull ? `${before()}${stagePart(state, task, parent)}.` : ""}${ownName(state, task)}`;
    default:
      return state.name;
  }
}

/** The name of the step or task that a task stands for, with its item in a loop; empty for the entry and for hooks. */
export function callName(state: RunState, task: number): string {
  const kind = state.tasks.kind[task] ?? taskKinds.entry;
  return kind === taskKinds.entry || kind === taskKinds.hook ? "" : plainName(state, task);
}

function ownName(state: RunState, task: number): string {
  return state.index.nodes[state.tasks.node[task] ?? -1]?.name ?? "";
}

function hookName(state: RunState, task: number): string {
  const { tasks, index } = state;
  const parent = tasks.parent[task] ?? -1;
  const hooks = parent < 0 ? index.plan.hooks : (index.nodes[tasks.node[task] ?? -1]?.hooks ?? []);
  return hooks[tasks.order[task] ?? 0]?.name ?? "";
}

function stagePart(state: RunState, task: number, region: number): string {
  const { tasks, index } = state;
  const opened = index.regions[tasks.process[region] ?? -1];
  if (opened === undefined || opened.region.order.kind !== "stages") return "";
  return `[${opened.stageOf[task - (tasks.first[region] ?? 0)] ?? 0}]`;
}

/** `(index:item)`. */
function memberSuffix(state: RunState, task: number): string {
  const order = state.tasks.order[task] ?? 0;
  const item = findMemberItem(state, task);
  return item === undefined ? `(${order})` : `(${order}:${describeItem(item)})`;
}

/** The item of a member; from the run where it was computed, else from the plan. */
function findMemberItem(state: RunState, task: number): Json | undefined {
  const { tasks } = state;
  const order = tasks.order[task] ?? 0;
  const items = state.items.get(tasks.parent[task] ?? -1);
  if (items?.kind === "list") return items.list[order];
  if (items?.kind === "sequence") return String(items.start + items.step * order);
  const each = state.index.nodes[tasks.node[task] ?? -1]?.each;
  return each?.kind === "items" && Array.isArray(each.items)
    ? (each.items as readonly Json[])[order]
    : undefined;
}
