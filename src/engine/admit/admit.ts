/**
 * Admission: which ready attempts may start, given how many the executors have room for.
 * First come, first served; the run's own limit on attempts holds here, and services that were of use are outside it.
 * Tasks that were left unbound until now are bound here, one by one, as there is room.
 */
import type { Node, Process } from "../../model/plan/plan.ts";
import { phases, taskKinds } from "../../model/run/phase.ts";
import type { Inputs } from "../../model/run/values.ts";
import { mayClaimLocks } from "../evolve/locks.ts";
import { bindInputs } from "../expand/bind.ts";
import { takeEarlierResult } from "../reuse/take-earlier-result.ts";
import { doesConditionHold, findSite, resolveCall, stopBeforeBegin } from "../expand/fire.ts";
import { isBarred, listLapsed, mayAdmit, mayBegin } from "../expand/may-begin.ts";
import { countPlaces } from "../owed.ts";
import { buildOrder } from "../expand/order.ts";
import { createCallerScope, findInputs } from "../expand/scope.ts";
import type { AttemptOrder } from "../../model/run/attempt.ts";
import { Refusal, orRefuse } from "../decide/decision.ts";
import type { Decision } from "../decide/decision.ts";

/** Starts ready attempts while there is room, or until `eventsAtMost` events have been recorded. */
export function admitAttempts(decision: Decision, eventsAtMost: number): void {
  const { state } = decision;
  while (!state.ready.isEmpty && state.ended === undefined && decision.events.length < eventsAtMost) {
    const hasRoom = decision.free > 0 && countPlaces(state) < state.attemptsAtMost;
    // What a stop keeps from beginning needs no room to end.
    if (!hasRoom && mayBegin(state, state.ready.peek())) return;
    admitTask(decision, state.ready.shift());
  }
}

function admitTask(decision: Decision, task: number): void {
  const { state } = decision;
  const { tasks } = state;
  const phase = tasks.phase[task] as number;
  if (!mayAdmit(state, task, decision.at)) return;
  if (isBarred(state, task)) return stopReady(decision, task);
  if (!mayClaimLocks(state, task) || listLapsed(state, task).length > 0) return;
  const isBound = phase === phases.ready || tasks.kind[task] === taskKinds.attempt;
  orRefuse(decision, task, () => {
    if (isBound) startAttempt(decision, task, tasks.process[task] as number, undefined);
    else bindAndStart(decision, task);
  });
}

/** A member of a fan-out that lets no more begin just stays behind; its group ends without it. */
function stopReady(decision: Decision, task: number): void {
  const { state } = decision;
  if (state.tasks.kind[task] === taskKinds.member && state.tasks.phase[task] === phases.waiting) {
    state.agenda.push(state.tasks.parent[task] as number);
  } else stopBeforeBegin(decision, task);
}

function bindAndStart(decision: Decision, task: number): void {
  const { state } = decision;
  const node = state.index.nodes[state.tasks.node[task] as number] as Node;
  if (!doesConditionHold(decision, task, node)) return;
  const caller = createCallerScope(state, decision.run, task);
  const site = findSite(state, task);
  const number = resolveCall(decision, site.call, caller);
  const inputs = bindInputs(decision, state.index.plan.processes[number] as Process, site.passed, caller);
  if (!takeEarlierResult(decision, task, number, inputs)) startAttempt(decision, task, number, inputs);
}

function startAttempt(decision: Decision, task: number, number: number, inputs: Inputs | undefined): void {
  const { state } = decision;
  const process = state.index.plan.processes[number] as Process;
  const isLate = state.tasks.phase[task] === phases.waiting && state.tasks.kind[task] !== taskKinds.attempt;
  const bound = { ...(isLate ? { process: number } : {}), ...(inputs === undefined ? {} : { inputs }) };
  let order: AttemptOrder;
  try {
    order = buildOrder(decision, task, process, inputs ?? findInputs(state, task));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return decision.settle(task, error.phase, { reason: error.reason, ...bound });
  }
  decision.record({ kind: "attempt.started", task, at: decision.at, ...bound });
  decision.free -= 1;
  decision.effects.push({ kind: "attempt.start", task, order });
}
