/**
 * What the world owes a run, from its state alone: after a crash the runtime asks this and goes on.
 * Effects of a decision are the part of this that the decision made new.
 */
import type { Effect } from "../model/run/effects.ts";
import type { Process } from "../model/plan/plan.ts";
import { phases } from "../model/run/phase.ts";
import type { RunState } from "../model/run/run-state.ts";
import type { Evaluator } from "../model/run/scope.ts";
import { findCallbackEffect } from "./decide/callbacks.ts";
import { Decision } from "./decide/decision.ts";
import { buildOrder, buildQuestion, defaultGraceMs } from "./expand/order.ts";
import { cancelService, isDismissed } from "./decide/services.ts";
import { isBelowHook } from "./expand/may-begin.ts";
import { findInputs } from "./expand/scope.ts";

export interface Owed {
  readonly effects: readonly Effect[];
  /** The next time at which something must be decided; Infinity when there is none. */
  readonly wakeAt: number;
  /** Attempts that could start if there were room. */
  readonly wantsRoom: boolean;
}

/** Everything owed now. Linear in what is under way, not in the size of the run. */
export function owed(state: RunState, evaluator: Evaluator, at: number): Owed {
  const decision = new Decision(state, evaluator, at);
  const effects: Effect[] = [];
  for (const task of state.running) {
    const process = state.index.plan.processes[state.tasks.process[task] as number] as Process;
    effects.push({
      kind: "attempt.start",
      task,
      order: buildOrder(decision, task, process, findInputs(state, task)),
    });
    if (state.stopping !== undefined && !(state.stopping.hooks && isBelowHook(state, task))) {
      effects.push({
        kind: "attempt.cancel",
        task,
        why: "cancelled",
        graceMs: state.stopping.hooks ? defaultGraceMs : 0,
      });
    }
    if (isDismissed(state, task)) effects.push(cancelService(state, task));
  }
  for (const task of state.requests) {
    const process = state.index.plan.processes[state.tasks.process[task] as number] as Process;
    effects.push({
      kind: "request.send",
      task,
      request: buildQuestion(decision, task, process, findInputs(state, task)),
    });
  }
  for (const [task, memo] of state.memos) {
    if (memo.state === "asked" && state.tasks.phase[task] === phases.ready)
      effects.push({ kind: "memo.look", task, cache: memo.cache, key: memo.key });
  }
  for (const number of state.callbacksOwed) {
    const effect = findCallbackEffect(state, number, at);
    if (effect !== undefined) effects.push(effect);
  }
  return { effects, wakeAt: state.timers.nextAt(), wantsRoom: wantsRoom(state) };
}

/** Attempts that count against the run's limit: a service that was of use takes no place from those that use it. */
export function countPlaces(state: RunState): number {
  return state.running.size - state.served.size;
}

/** Whether attempts wait for room. */
export function wantsRoom(state: RunState): boolean {
  if (state.ready.isEmpty || state.ended !== undefined) return false;
  return (!state.suspended || state.stopping !== undefined) && countPlaces(state) < state.attemptsAtMost;
}
