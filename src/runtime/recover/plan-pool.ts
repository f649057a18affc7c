/**
 * Runs of the same document share its plan in memory: ten thousand that wait cost ten thousand states, not as many plans.
 * A plan is known by its JSON, which is what the history keeps of it, so nothing has to be stored for that.
 */
import { indexPlan } from "../../model/plan/plan-index.ts";
import type { PlanIndex } from "../../model/plan/plan-index.ts";
import type { Plan } from "../../model/plan/plan.ts";

/** So many of the latest plans and sources are known again; runs that have them keep them longer. */
const keptAtMost = 64;
/** A larger plan is worth more than a copy of its text costs only to itself. */
const sharedNodesAtMost = 1_000;
const sharedTextAtMost = 100_000;

export interface PlanPool {
  /** The index of an equal plan that is there already, or of this one. */
  indexOf(plan: Plan): PlanIndex;
  /** An equal text that is there already, or this one. */
  textOf(text: string): string;
}

export function createPlanPool(): PlanPool {
  const plans = new Map<string, PlanIndex>();
  const texts = new Map<string, string>();
  return {
    indexOf: (plan) =>
      isSmall(plan) ? recall(plans, JSON.stringify(plan), () => indexPlan(plan)) : indexPlan(plan),
    textOf: (text) => (text.length > sharedTextAtMost ? text : recall(texts, text, () => text)),
  };
}

function isSmall({ processes }: Plan): boolean {
  let nodes = processes.length;
  for (const { body } of processes) if (body.kind === "region") nodes += body.region.nodes.length;
  return nodes <= sharedNodesAtMost;
}

/** What was asked for longest ago is forgotten first. */
function recall<T>(kept: Map<string, T>, key: string, make: () => T): T {
  const value = kept.get(key) ?? make();
  kept.delete(key);
  kept.set(key, value);
  for (const oldest of kept.keys()) {
    if (kept.size <= keptAtMost) break;
    kept.delete(oldest);
  }
  return value;
}
