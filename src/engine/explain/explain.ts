/**
 * Why a task stands as it does: what it waits for, what held it back, what ended it.
 * Facts are neutral codes with tasks and times; a language's view puts names to them.
 */
import type { Node } from "../../model/plan/plan.ts";
import { hasEnded, phaseNames, phases, taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import { taskFlags } from "../../model/run/task-table.ts";
import { findRegion } from "../evolve/limits.ts";

export interface Fact {
  readonly code: FactCode;
  /** The tasks that the fact speaks of. */
  readonly tasks?: readonly number[];
  /** Text from outside: an expression, a lock's key, an executor's message. */
  readonly message?: string;
  /** Epoch ms. */
  readonly at?: number;
  readonly count?: number;
}

export type FactCode =
  | "waits-for-needs"
  | "waits-for-region"
  | "waits-for-stage"
  | "waits-for-limit"
  | "waits-for-run-limit"
  | "waits-for-lock"
  | "waits-for-room"
  | "waits-for-time"
  | "waits-for-person"
  | "waits-for-children"
  | "waits-for-hooks"
  | "run-suspended"
  | "run-stopping"
  | "never-began"
  | "attempt-runs"
  | "request-runs"
  | "guard-false"
  | "ended"
  | "attempts";

/** Everything that is known about why the task stands as it does, most telling first. */
export function explainTask(state: RunState, task: number): readonly Fact[] {
  const phase = state.tasks.phase[task] as number;
  if (hasEnded(phase)) return explainEnd(state, task);
  const facts: Fact[] = [];
  if (state.stopping !== undefined) facts.push({ code: "run-stopping", message: state.stopping.reason.code });
  if (phase === phases.running) facts.push(...explainRunning(state, task));
  else facts.push(...explainWaiting(state, task));
  if (state.suspended) facts.push({ code: "run-suspended" });
  return facts;
}

function explainEnd(state: RunState, task: number): readonly Fact[] {
  const { tasks } = state;
  const reason = state.reasons.get(task);
  const facts: Fact[] = [
    {
      code: "ended",
      at: tasks.endedAt[task] as number,
      message: [phaseNames[tasks.phase[task] as number], reason?.code, reason?.message ?? reason?.source].filter((part) => part !== undefined).join(": "),
      ...(reason?.task === undefined ? {} : { tasks: [reason.task] }),
    },
  ];
  const attempts = state.attempts.get(task);
  if (attempts !== undefined) facts.push({ code: "attempts", tasks: attempts, count: attempts.length });
  if (reason?.code === "guard-false") facts.push({ code: "guard-false", tasks: listNeeds(state, task) });
  const pending = state.hooksPending.get(task) ?? 0;
  if (pending > 0) facts.push({ code: "waits-for-hooks", tasks: state.hooks.get(task) ?? [], count: pending });
  return facts;
}

function explainRunning(state: RunState, task: number): readonly Fact[] {
  const { tasks } = state;
  if (state.running.has(task)) return [{ code: "attempt-runs", at: tasks.startedAt[task] as number }];
  if (state.requests.has(task)) return [{ code: "request-runs", at: tasks.startedAt[task] as number }];
  const until = state.waits.get(task);
  if (until !== undefined) return until === Infinity ? [{ code: "waits-for-person" }] : [{ code: "waits-for-time", at: until }];
  const attempts = state.attempts.get(task);
  if (attempts !== undefined) {
    const last = attempts.at(-1) ?? task;
    return [{ code: "attempts", tasks: attempts, count: attempts.length }, ...explainTask(state, last)];
  }
  return [{ code: "waits-for-children", tasks: listOpenChildren(state, task), count: tasks.pending[task] as number }];
}

/** A few of the children that are under way; a fan-out may have a million. */
function listOpenChildren(state: RunState, task: number, atMost = 10): readonly number[] {
  const { tasks } = state;
  const open: number[] = [];
  const first = tasks.first[task] as number;
  for (let child = first; child < first + (tasks.count[task] as number) && open.length < atMost; child += 1) {
    if (tasks.phase[child] === phases.running || tasks.phase[child] === phases.ready) open.push(child);
  }
  return open;
}

function explainWaiting(state: RunState, task: number): readonly Fact[] {
  const { tasks } = state;
  const locks = (state.wanted.get(task) ?? []).flatMap((key) => explainLock(state, task, key));
  if (locks.length > 0) return locks;
  const notBefore = state.notBefore.get(task);
  if (notBefore !== undefined) return [{ code: "waits-for-time", at: notBefore }];
  const kind = tasks.kind[task];
  if (kind === taskKinds.node || kind === taskKinds.group) {
    const needs = listNeeds(state, task).filter((need) => (tasks.flags[need]! & taskFlags.closed) === 0);
    if (needs.length > 0) return [{ code: "waits-for-needs", tasks: needs }];
    const stage = findStage(state, task);
    if (stage >= 0 && tasks.phase[stage] === phases.waiting) return [{ code: "waits-for-stage", tasks: [stage - 1] }];
  }
  const parent = tasks.parent[task] as number;
  if (parent >= 0 && hasEnded(tasks.phase[parent] as number)) return [{ code: "never-began", tasks: [parent] }];
  return [explainRoom(state, task)];
}

function explainRoom(state: RunState, task: number): Fact {
  const parent = state.tasks.parent[task] as number;
  const limit = parent < 0 ? undefined : state.limits.get(findRegion(state, task));
  const isCounted = (state.tasks.flags[task]! & taskFlags.counted) !== 0;
  if (limit !== undefined && !isCounted && limit.active >= limit.limit) {
    return { code: "waits-for-limit", tasks: [findRegion(state, task)], count: limit.limit };
  }
  if (state.running.size >= state.attemptsAtMost) return { code: "waits-for-run-limit", count: state.attemptsAtMost };
  return { code: "waits-for-room", tasks: [...state.running].slice(0, 10) };
}

function explainLock(state: RunState, task: number, key: string): readonly Fact[] {
  const lock = state.locks.get(key);
  if (lock === undefined || lock.holders.has(task)) return [];
  return [{ code: "waits-for-lock", message: key, tasks: [...lock.holders], count: lock.limit }];
}

function listNeeds(state: RunState, task: number): readonly number[] {
  const node: Node | undefined = state.index.nodes[state.tasks.node[task] as number];
  const parent = state.tasks.parent[task] as number;
  if (node === undefined || parent < 0) return [];
  const first = state.tasks.first[parent] as number;
  return node.needs.map((need) => first + need);
}

function findStage(state: RunState, task: number): number {
  const region = state.tasks.parent[task] as number;
  const index = region < 0 ? undefined : state.index.regions[state.tasks.process[region] as number];
  if (index?.region.order.kind !== "stages") return -1;
  const first = state.tasks.first[region] as number;
  return first + index.region.nodes.length + (index.stageOf[task - first] ?? 0);
}
