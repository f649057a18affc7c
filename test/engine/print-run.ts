/** Events, effects and states as text, with tasks by path: `a/b[1]#0` is attempt 0 of member 1 of node b in region a. */
import { isObjectRequest } from "../../src/model/plan/plan.ts";
import type { Fact } from "../../src/engine/explain/explain.ts";
import type { Effect } from "../../src/model/run/effects.ts";
import type { RunEvent } from "../../src/model/run/events.ts";
import { phaseNames, taskKinds } from "../../src/model/run/phase.ts";
import type { RunState } from "../../src/model/run/run-state.ts";
import { taskFlags } from "../../src/model/run/task-table.ts";
import type { Reason } from "../../src/model/run/values.ts";
import { beginning } from "./puppet.ts";

/** The path of a task; the entry task is `.`. */
export function pathOf(state: RunState, task: number): string {
  const { tasks, index } = state;
  const parent = tasks.parent[task] as number;
  const order = tasks.order[task] as number;
  const node = index.nodes[tasks.node[task] as number];
  switch (tasks.kind[task] as number) {
    case taskKinds.entry:
      return ".";
    case taskKinds.member:
      return `${pathOf(state, parent)}[${order}]`;
    case taskKinds.attempt:
      return `${pathOf(state, parent)}#${order}`;
    case taskKinds.stage:
      return `${pathOf(state, parent)}:${order}`;
    case taskKinds.hook:
      return parent < 0
        ? `!${index.plan.hooks[order]?.name}`
        : `${pathOf(state, parent)}!${node?.hooks?.[order]?.name}`;
    default:
      return parent === 0 ? `${node?.name}` : `${pathOf(state, parent)}/${node?.name}`;
  }
}

/** The newest task with this path. */
export function findTask(state: RunState, path: string): number {
  for (let task = state.tasks.size - 1; task >= 0; task -= 1) if (pathOf(state, task) === path) return task;
  throw new Error(`no task '${path}'`);
}

export function printEvent(state: RunState, event: RunEvent): string {
  const { kind, at, ...rest } = event;
  const words = [`+${at - beginning}`, kind];
  if ("task" in event) words.push(pathOf(state, event.task));
  for (const [key, value] of Object.entries(rest)) {
    if (key === "task" || value === undefined || (key === "retried" && value === false)) continue;
    words.push(printField(state, key, value));
  }
  return words.join(" ");
}

function printField(state: RunState, key: string, value: unknown): string {
  switch (key) {
    case "phase":
      return `${phaseNames[value as number]}`;
    case "process":
      return `process=${state.index.plan.processes[value as number]?.id ?? "-"}`;
    case "owner":
      return value === -1 ? "run" : pathOf(state, value as number);
    case "reset":
    case "reopened":
      return `${key}=${(value as readonly number[]).map((task) => pathOf(state, task)).join(",")}`;
    case "notBefore":
    case "deadlineAt":
    case "startBy":
    case "until":
      return `${key}=+${(value as number) - beginning}`;
    case "reason":
      return printReason(state, value as Reason);
    case "facts":
      return "";
    default:
      return `${key}=${JSON.stringify(value)}`;
  }
}

function printReason(state: RunState, reason: Reason): string {
  const parts = [`(${reason.code}`];
  if (reason.task !== undefined) parts.push(pathOf(state, reason.task));
  if (reason.exitCode !== undefined) parts.push(`${reason.exitCode}`);
  if (reason.source !== undefined) parts.push(`'${reason.source}'`);
  if (reason.message !== undefined) parts.push(`"${reason.message}"`);
  return `${parts.join(" ")})`;
}

export function printEffect(state: RunState, effect: Effect): string {
  if (effect.kind === "callback.send")
    return `! callback ${effect.number} try ${effect.tried} ${JSON.stringify(effect.order)}`;
  const path = pathOf(state, effect.task);
  switch (effect.kind) {
    case "attempt.start":
      return `! start ${path} id=${effect.order.attemptId}${effect.order.timeoutMs === undefined ? "" : ` timeout=${effect.order.timeoutMs}`}`;
    case "attempt.cancel":
      return `! cancel ${path} ${effect.why} grace=${effect.graceMs}`;
    case "request.send":
      if ("list" in effect.request)
        return `! list ${path} ${effect.request.list.driver} ${effect.request.list.key}`;
      return isObjectRequest(effect.request)
        ? `! act ${path} ${effect.request.action}`
        : `! request ${path} ${effect.request.method} ${effect.request.url}`;
    case "request.cancel":
      return `! cancel request ${path}`;
    case "memo.look":
      return `! look ${path} ${effect.cache} ${effect.key}`;
    case "memo.keep":
      return `! keep ${path} ${effect.cache} ${effect.key}`;
  }
}

export function printFact(state: RunState, fact: Fact): string {
  const words: string[] = [fact.code];
  if (fact.tasks !== undefined)
    words.push(
      fact.tasks
        .map((task) => `${pathOf(state, task)} ${phaseNames[state.tasks.phase[task] as number]}`)
        .join(", "),
    );
  if (fact.count !== undefined && fact.count !== fact.tasks?.length) words.push(`of ${fact.count}`);
  if (fact.limit !== undefined) words.push(`limit=${fact.limit}`);
  if (fact.at !== undefined) words.push(`+${fact.at - beginning}`);
  if (fact.message !== undefined) words.push(JSON.stringify(fact.message));
  if (fact.reason !== undefined) words.push(printReason(state, fact.reason));
  return words.join(" ");
}

/** One line for each task: path, phase, reason. */
export function printTasks(state: RunState): string[] {
  return Array.from({ length: state.tasks.size }, (_, task) => {
    const reason = state.reasons.get(task);
    const isClosed = state.tasks.hasFlag(task, taskFlags.closed);
    const phase = phaseNames[state.tasks.phase[task] as number];
    return `${pathOf(state, task)} ${phase}${isClosed ? "" : " open"}${reason === undefined ? "" : ` ${printReason(state, reason)}`}`;
  });
}
