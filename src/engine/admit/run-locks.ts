/** Locks of a whole run: computed from its plan before it begins, and held until it has ended. */
import type { PlanIndex } from "../../model/plan/plan-index.ts";
import type { RunState } from "../../model/run/run-state.ts";
import type { Evaluator } from "../../model/run/scope.ts";
import { computeValues } from "../decide/run-start.ts";
import { Decision, Refusal } from "../decide/decision.ts";

export interface RunLock {
  readonly key: string;
  readonly limit: number;
}

/** Whether a lock occurs anywhere in a plan. */
export function usesLocks({ plan }: PlanIndex): boolean {
  return plan.policy.locks !== undefined || plan.processes.some(({ policy }) => policy.locks !== undefined);
}

/** The locks that a run needs. None when they cannot be computed: the run begins, and its start says why it ends. */
export function locksOfRun(state: RunState, evaluator: Evaluator, at: number): readonly RunLock[] {
  const { locks } = state.index.plan.policy;
  if (locks === undefined) return [];
  const decision = new Decision(state, evaluator, at);
  try {
    const { scope } = computeValues(decision);
    return locks.map(({ key, limit }) => ({
      key: decision.resolve(key, scope),
      limit: decision.resolve(limit, scope),
    }));
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}
