/** The beginning of a run: its values and labels are computed once and recorded. */
import type { Dynamic } from "../../model/plan/expression.ts";
import { phases } from "../../model/run/phase.ts";
import { createRunScope } from "../expand/bind.ts";
import { Refusal } from "./decision.ts";
import type { Decision } from "./decision.ts";

export function startRun(decision: Decision): void {
  const { state, at } = decision;
  if (state.createdAt === 0) {
    decision.record({ kind: "run.created", at, suspended: state.index.plan.policy.suspended === true });
  }
  if (state.startedAt !== 0 || state.ended !== undefined) return;
  try {
    recordStart(decision);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    decision.record({ kind: "run.started", at, values: {}, labels: {} });
    decision.settle(0, phases.errored, { reason: error.reason });
  }
}

function recordStart(decision: Decision): void {
  const { state, at } = decision;
  const { plan } = state.index;
  const scope = createRunScope(decision);
  // Values see each other in the order of the document.
  const values: Record<string, string> = {};
  const seen = {
    ...scope,
    run: { ...scope.run, values, phase: scope.run.phase, outcome: scope.run.outcome },
  };
  for (const [name, field] of Object.entries(plan.values)) values[name] = decision.resolve(field, seen);
  const labels = mapFields(plan.labels, (field) => String(decision.resolve(field, seen)));
  const { deadlineMs, attemptsAtMost } = plan.policy;
  const limitMs = deadlineMs === undefined ? undefined : decision.resolve(deadlineMs, seen);
  const limit = attemptsAtMost === undefined ? undefined : decision.resolve(attemptsAtMost, seen);
  decision.record({
    kind: "run.started",
    at,
    values,
    labels,
    ...(limitMs === undefined ? {} : { deadlineAt: at + limitMs }),
    ...(limit === undefined || limit <= 0 ? {} : { attemptsAtMost: limit }),
  });
}

function mapFields(
  fields: Readonly<Record<string, Dynamic<string>>>,
  compute: (field: Dynamic<string>) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, compute(field)]));
}
