/** The beginning of a run: its values and labels are computed once and recorded. */
import type { Dynamic } from "../../model/plan/expression.ts";
import { phases } from "../../model/run/phase.ts";
import type { Scope } from "../../model/run/scope.ts";
import { createRunScope } from "../expand/bind.ts";
import { Refusal } from "./decision.ts";
import type { Decision } from "./decision.ts";

/** `held`: the run exists from now on, and waits to begin. */
export function startRun(decision: Decision, held: boolean): void {
  const { state, at } = decision;
  if (state.createdAt === 0) {
    decision.record({ kind: "run.created", at, suspended: state.index.plan.policy.suspended === true });
  }
  if (held || state.startedAt !== 0 || state.ended !== undefined || state.stopping !== undefined) return;
  try {
    recordStart(decision);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    decision.record({ kind: "run.started", at, values: {}, labels: {} });
    decision.settle(0, phases.errored, { reason: error.reason });
  }
}

/** The values of a run, and a scope that sees them. Throws Refusals. */
export function computeValues(decision: Decision): {
  readonly values: Readonly<Record<string, string>>;
  readonly scope: Scope;
} {
  const { plan } = decision.state.index;
  const base = createRunScope(decision);
  // Values see each other in the order of the document.
  const values: Record<string, string> = {};
  const scope = { ...base, run: { ...base.run, values, phase: base.run.phase, outcome: base.run.outcome } };
  for (const [name, field] of Object.entries(plan.values)) values[name] = decision.resolve(field, scope);
  return { values, scope };
}

function recordStart(decision: Decision): void {
  const { state, at } = decision;
  const { plan } = state.index;
  const { values, scope: seen } = computeValues(decision);
  for (const { key } of plan.policy.locks ?? []) decision.resolve(key, seen);
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
