/**
 * Advancing one task: look at what its counters say, and record what follows.
 * Level-triggered: advancing a task about which nothing is to be decided does nothing.
 */
import { hasEnded, isBad, phases, taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import { taskFlags } from "../../model/run/task-table.ts";
import { isTolerated } from "../evolve/close.ts";
import { advanceQueued, fireTask } from "../expand/fire.ts";
import { isGroupBarred, mayBegin } from "../expand/may-begin.ts";
import { decideRetry } from "../retry/retry.ts";
import { endWait } from "./finish-wait.ts";
import { finishRegion } from "./finish-region.ts";
import type { Decision } from "./decision.ts";
import { dismiss } from "./services.ts";
import { considerConditionHooks, finishHooks, finishRun } from "./hooks.ts";

/** Decides whatever there is to decide about a task now. */
export function advance(decision: Decision, task: number): void {
  const { state } = decision;
  const { tasks } = state;
  if (state.ended !== undefined || task < 0) return;
  if (tasks.hasFlag(task, taskFlags.closed)) {
    if (tasks.kind[task] === taskKinds.entry) finishRun(decision);
    return;
  }
  const phase = tasks.phase[task] as number;
  if (phase === phases.waiting) return fireTask(decision, task);
  if (phase === phases.ready) return advanceQueued(decision, task);
  if (hasEnded(phase)) return finishHooks(decision, task);
  considerConditionHooks(decision, task);
  advanceRunning(decision, task);
}

function advanceRunning(decision: Decision, task: number): void {
  const { state } = decision;
  const { tasks } = state;
  // Nothing stands beside such a service, so nobody needs it once it could be used.
  if (state.services.get(-1)?.has(task) === true) dismiss(decision, task);
  if (tasks.hasFlag(task, taskFlags.retried)) return advanceRetried(decision, task);
  const kind = tasks.kind[task];
  if (kind === taskKinds.group) return finishGroup(decision, task);
  if (kind === taskKinds.stage) return finishStage(decision, task);
  if (state.waits.has(task)) return advanceWait(decision, task);
  if (state.requests.has(task)) return advanceRequest(decision, task);
  if (state.index.regions[tasks.process[task] as number] !== undefined) finishRegion(decision, task);
}

function advanceRetried(decision: Decision, task: number): void {
  const { state } = decision;
  const last = state.attempts.get(task)?.at(-1);
  if (last === undefined || !state.tasks.hasFlag(last, taskFlags.closed)) return;
  decideRetry(decision, task, last);
}

/** A fan-out has ended when all its members have, or when it lets no more begin and none is under way. */
function finishGroup(decision: Decision, group: number): void {
  const { state } = decision;
  const { tasks } = state;
  const isCutShort = (tasks.pending[group] as number) > 0;
  if (isCutShort && !(tasks.active[group] === 0 && isGroupBarred(state, group))) return;
  const bad = findBadMember(state, group);
  if (bad >= 0) {
    const phase = tasks.phase[bad] === phases.errored ? phases.errored : phases.failed;
    return decision.settle(group, phase, { reason: { code: "child-failed", task: bad } });
  }
  if (isCutShort || tasks.hasFlag(group, taskFlags.halted)) {
    return decision.settle(group, phases.failed, {
      reason: state.stopping?.reason ?? { code: "region-halted" },
    });
  }
  decision.settle(group, phases.succeeded);
}

/** The last member that ended badly, which gives the group its phase (Argo: dag.go, executeDAGTask); -1 when none did. */
function findBadMember(state: RunState, group: number): number {
  const { tasks } = state;
  if (!tasks.hasFlag(group, taskFlags.spoiled)) return -1;
  const first = tasks.first[group] as number;
  for (let member = first + (tasks.count[group] as number) - 1; member >= first; member -= 1) {
    if (isBad(tasks.phase[member] as number)) return member;
  }
  return -1;
}

function finishStage(decision: Decision, stage: number): void {
  const { state } = decision;
  const { tasks } = state;
  if ((tasks.pending[stage] as number) > 0) return;
  const region = tasks.parent[stage] as number;
  const index = state.index.regions[tasks.process[region] as number];
  if (index?.region.endOnFailure === true && tasks.hasFlag(region, taskFlags.spoiled))
    return decision.settle(stage, phases.failed, { reason: { code: "end-on-failure" } });
  if (!tasks.hasFlag(stage, taskFlags.spoiled)) return decision.settle(stage, phases.succeeded);
  const order = index?.region.order;
  const members = order?.kind === "stages" ? (order.stages[tasks.order[stage] as number] ?? []) : [];
  const first = tasks.first[region] as number;
  const bad = members
    .map((local) => first + local)
    .find((task) => isBad(tasks.phase[task] as number) && !isTolerated(state, task));
  decision.settle(stage, phases.failed, {
    reason: { code: "child-failed", ...(bad === undefined ? {} : { task: bad }) },
  });
}

function advanceWait(decision: Decision, task: number): void {
  const { state } = decision;
  if (!mayBegin(state, task)) {
    return decision.settle(task, phases.failed, { reason: state.stopping?.reason ?? { code: "stopped" } });
  }
  if ((state.waits.get(task) ?? Infinity) <= decision.at) endWait(decision, task);
}

function advanceRequest(decision: Decision, task: number): void {
  const { state } = decision;
  if (mayBegin(state, task)) return;
  decision.effects.push({ kind: "request.cancel", task });
  decision.settle(task, phases.failed, { reason: state.stopping?.reason ?? { code: "stopped" } });
}
