/** The end of a region: when it has come, and how the ends of its nodes make its own. */
import type { RegionIndex } from "../../model/plan/plan-index.ts";
import type { Process } from "../../model/plan/plan.ts";
import { isBad, phases, taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import { taskFlags } from "../../model/run/task-table.ts";
import type { EndPhase } from "../../model/run/events.ts";
import type { Reason } from "../../model/run/values.ts";
import { isExcused } from "../evolve/close.ts";
import { computeOutputs } from "../expand/bind.ts";
import { mayBegin } from "../expand/may-begin.ts";
import { createCalleeScope } from "../expand/scope.ts";
import { orRefuse } from "./decision.ts";
import type { Decision } from "./decision.ts";
import { awaitServices } from "./services.ts";

/** How a region ends badly. */
interface BadEnd {
  readonly phase: EndPhase;
  readonly reason: Reason;
}

/** Halts a region that must start nothing new, and settles one that has come to its end. */
export function finishRegion(decision: Decision, task: number): void {
  const { state } = decision;
  const { tasks } = state;
  const index = state.index.regions[tasks.process[task] as number];
  if (index === undefined) return;
  if (mustHalt(state, task, index)) return decision.record({ kind: "task.halted", task, at: decision.at });
  const isHalted = tasks.hasFlag(task, taskFlags.halted) || !mayBegin(state, task);
  const isOver =
    index.region.order.kind === "stages"
      ? isStagesOver(state, task, index, isHalted)
      : tasks.pending[task] === 0 || (isHalted && tasks.active[task] === 0);
  if (!isOver || awaitServices(decision, task)) return;
  const judge = index.region.order.kind === "stages" ? judgeStages : judgeGraph;
  const bad = judge(state, task, index);
  if (bad === undefined) return succeed(decision, task);
  decision.settle(task, bad.phase, { reason: bad.reason });
}

function mustHalt(state: RunState, task: number, index: RegionIndex): boolean {
  const { region } = index;
  const flags = state.tasks.flags[task] as number;
  if ((flags & taskFlags.halted) !== 0) return false;
  if (region.endOnFailure && (flags & taskFlags.spoiled) !== 0) return true;
  return region.order.kind === "graph" && region.order.stopOnFailure && (flags & taskFlags.failing) !== 0;
}

function findBadTarget(state: RunState, task: number, index: RegionIndex): BadEnd | undefined {
  if (!state.tasks.hasFlag(task, taskFlags.failing)) return undefined;
  const first = state.tasks.first[task] as number;
  const bad = Array.from(state.targets.get(task) ?? index.leaves, (local) => first + local).filter(
    (target) => isBad(findBranch(state, target)) && !isExcused(state, target, findBranch(state, target)),
  );
  const { order, errorCountsAs } = index.region;
  const blamed = order.kind === "graph" && order.blames === "last" ? bad.at(-1) : bad[0];
  if (blamed === undefined) return undefined;
  const isError = findBranch(state, blamed) === phases.errored && errorCountsAs === "errored";
  return {
    phase: isError ? phases.errored : phases.failed,
    reason: { code: "child-failed", task: blamed },
  };
}

function findBranch(state: RunState, target: number): number {
  return state.branches.get(target) ?? phases.succeeded;
}

function judgeGraph(state: RunState, task: number, index: RegionIndex): BadEnd | undefined {
  const bad = findBadTarget(state, task, index);
  if (state.tasks.hasFlag(task, taskFlags.spoiled) && index.region.endOnFailure) {
    return { phase: bad?.phase ?? phases.failed, reason: { code: "end-on-failure" } };
  }
  if (bad !== undefined) return bad;
  return isCutShort(state, task) ? stopped(state) : undefined;
}

/** Whether the region ends with nodes that were kept from running. */
function isCutShort(state: RunState, task: number): boolean {
  return (state.tasks.pending[task] as number) > 0 || state.tasks.hasFlag(task, taskFlags.halted);
}

function stopped(state: RunState): BadEnd {
  return { phase: phases.failed, reason: state.stopping?.reason ?? { code: "stopped" } };
}

/** With nothing under way: a stage has ended badly, all have ended, or no other one begins. */
function isStagesOver(state: RunState, task: number, index: RegionIndex, isHalted: boolean): boolean {
  if ((state.tasks.active[task] as number) > 0) return false;
  return isHalted || !isCutShort(state, task) || findBadStage(state, task, index) !== undefined;
}

function findBadStage(state: RunState, task: number, index: RegionIndex): number | undefined {
  const { tasks } = state;
  const firstStage = (tasks.first[task] as number) + index.region.nodes.length;
  const lastStage = (tasks.first[task] as number) + (tasks.count[task] as number);
  for (let stage = firstStage; stage < lastStage; stage += 1) {
    if (tasks.kind[stage] === taskKinds.stage && isBad(tasks.phase[stage] as number)) return stage;
  }
  return undefined;
}

function judgeStages(state: RunState, task: number, index: RegionIndex): BadEnd | undefined {
  const stage = findBadStage(state, task, index);
  if (stage === undefined) return isCutShort(state, task) ? stopped(state) : undefined;
  const reason: Reason = index.region.endOnFailure
    ? { code: "end-on-failure" }
    : (state.reasons.get(stage) ?? { code: "child-failed" });
  return { phase: phases.failed, reason };
}

function succeed(decision: Decision, task: number): void {
  const { state } = decision;
  const process = state.index.plan.processes[state.tasks.process[task] as number] as Process;
  orRefuse(decision, task, () => {
    const results = computeOutputs(
      decision,
      process,
      createCalleeScope(state, decision.run, task),
      undefined,
    );
    decision.settle(task, phases.succeeded, results);
  });
}
