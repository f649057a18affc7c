/**
 * Services: when one can be used, when nobody needs it any more, and what its end means.
 * A region ends only when its services have ended, so that whatever comes next finds their ports and files free.
 */
import type { AttemptExit } from "../../model/run/attempt.ts";
import type { Effect } from "../../model/run/effects.ts";
import type { EndPhase } from "../../model/run/events.ts";
import { hasEnded, phases } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import type { Reason } from "../../model/run/values.ts";
import { findServedTask } from "../evolve/services.ts";
import { mayBegin } from "../expand/may-begin.ts";
import { defaultGraceMs } from "../expand/order.ts";
import type { Decision } from "./decision.ts";

/** Whether the process that a task calls is a service. */
export function isService(state: RunState, task: number): boolean {
  return state.index.plan.processes[state.tasks.process[task] as number]?.policy.service === true;
}

/** Takes a report that an attempt can be used. One of an attempt that does not run, or was known to, is ignored. */
export function takeReadiness(decision: Decision, task: number): void {
  const { state } = decision;
  if (!state.running.has(task) || state.serving.has(task) || !isService(state, task)) return;
  if (!mayBegin(state, task)) return;
  decision.record({ kind: "attempt.ready", task, at: decision.at });
}

/** Takes word that nobody knows whether an attempt can still be used. */
export function takeLapse(decision: Decision, task: number): void {
  const { state } = decision;
  if (!state.serving.has(task) || isDismissed(state, task)) return;
  decision.record({ kind: "attempt.lapsed", task, at: decision.at });
}

/** Asks the services of a region that has nothing else to do to end. Returns whether it still has any. */
export function awaitServices(decision: Decision, region: number): boolean {
  const { state } = decision;
  const services = state.services.get(region);
  if (services === undefined) return false;
  for (const task of services) dismiss(decision, task);
  return true;
}

/** Asks a service to end; once is enough, and one that has ended by itself needs it no more. */
export function dismiss(decision: Decision, task: number): void {
  const { state } = decision;
  if (state.dismissed.has(task) || hasEnded(state.tasks.phase[task] as number)) return;
  decision.record({ kind: "task.dismissed", task, at: decision.at });
  const worker = state.attempts.get(task)?.at(-1) ?? task;
  if (state.running.has(worker)) decision.effects.push(cancelService(state, worker));
}

/** The effect that ends the attempt of a dismissed service. */
export function cancelService(state: RunState, worker: number): Effect {
  const body = state.index.plan.processes[state.tasks.process[worker] as number]?.body;
  const graceMs = body?.kind === "task" ? body.task.graceMs : undefined;
  return {
    kind: "attempt.cancel",
    task: worker,
    why: "cancelled",
    graceMs: typeof graceMs === "number" ? graceMs : defaultGraceMs,
  };
}

/** Whether an attempt works for a service that was asked to end. */
export function isDismissed(state: RunState, worker: number): boolean {
  return state.dismissed.size > 0 && state.dismissed.has(findServedTask(state, worker));
}

/**
 * What the end of a service's attempt means, given what it would mean for another: well when it was asked for once the
 * service was of use, badly when not, whatever the exit code (Argo: operator.go, killDaemonedChildren, assessNodeStatus).
 */
export function judgeServiceEnd(
  state: RunState,
  worker: number,
  exit: AttemptExit,
  end: { readonly phase: EndPhase; readonly reason?: Reason | undefined },
): { readonly phase: EndPhase; readonly reason?: Reason | undefined } {
  const isStopped =
    state.stopping !== undefined && state.served.has(worker) && exit.problem?.kind === "cancelled";
  if (isStopped || isDismissed(state, worker)) return { phase: phases.succeeded };
  if (end.phase !== phases.succeeded) return end;
  return { phase: phases.failed, reason: { code: "service-ended", message: "a service ended by itself" } };
}
