/** The beginning of a run: its values and labels are computed once and recorded. */
import type { Dynamic } from "../../model/plan/expression.ts";
import { phases } from "../../model/run/phase.ts";
import type { Scope } from "../../model/run/scope.ts";
import type { LockWish } from "../../model/run/lock-board.ts";
import type { RunState } from "../../model/run/run-state.ts";
import { mayClaimLocks, wholeRun } from "../evolve/locks.ts";
import { createRunScope } from "../expand/bind.ts";
import { resolveLocks } from "../expand/resolve-locks.ts";
import { Refusal } from "./decision.ts";
import type { Decision } from "./decision.ts";

/** `held`: the run exists from now on, and waits for a place among the runs. */
export function startRun(decision: Decision, held: boolean): void {
  const { state, at } = decision;
  if (state.createdAt === 0) {
    decision.record({ kind: "run.created", at, suspended: state.index.plan.policy.suspended === true });
  }
  if (hasBegun(state)) return;
  if (held) return waitForPlace(decision);
  const locks = state.tickets.has(wholeRun)
    ? undefined
    : orStartBadly(decision, () => computeLocks(decision));
  if (hasBegun(state)) return;
  if (locks !== undefined) decision.record({ kind: "run.queued", at, reason: { code: "lock-wait" }, locks });
  admitRun(decision);
}

/** A run that waits for its locks begins, or goes on, once they are free; one that waits for none at once. */
export function admitRun(decision: Decision): void {
  const { state, at } = decision;
  if (hasBegun(state) || !mayClaimLocks(state, wholeRun)) return;
  if (state.startedAt === 0) orStartBadly(decision, () => recordStart(decision));
  else decision.record({ kind: "run.admitted", at });
}

/** A retried run waits as a new one does: for a place, and for its locks. */
export function queueAgain(decision: Decision, held: boolean): void {
  if (held) return waitForPlace(decision);
  const locks = orStartBadly(decision, () => computeLocks(decision));
  if (locks === undefined) return;
  decision.record({ kind: "run.queued", at: decision.at, reason: { code: "lock-wait" }, locks });
  admitRun(decision);
}

function waitForPlace(decision: Decision): void {
  if (decision.state.queued === undefined)
    decision.record({ kind: "run.queued", at: decision.at, reason: { code: "run-limit" } });
}

/** Nothing is left to wait for: the run is under way, or comes to its end. */
function hasBegun({ startedAt, queued, ended, stopping }: RunState): boolean {
  return (startedAt !== 0 && queued === undefined) || ended !== undefined || stopping !== undefined;
}

/** What cannot be computed is the end of a run that has not begun; a retried one goes on without it. */
function orStartBadly<T>(decision: Decision, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { state, at } = decision;
    if (state.startedAt !== 0) return undefined;
    decision.record({ kind: "run.started", at, values: {}, labels: {} });
    decision.settle(0, phases.errored, { reason: error.reason });
    return undefined;
  }
}

function computeLocks(decision: Decision): readonly LockWish[] | undefined {
  const { state } = decision;
  const { locks } = state.index.plan.policy;
  if (locks === undefined) return undefined;
  // A retried run may have been given other values.
  const scope = state.startedAt === 0 ? computeValues(decision).scope : createRunScope(decision);
  return resolveLocks(decision, locks, scope);
}

/** The values of a run, and a scope that sees them. Throws Refusals. */
function computeValues(decision: Decision): {
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
