/**
 * Whether a task with a retry policy is tried again, and when.
 * The order of the questions is Argo's (workflow/controller/operator.go, processNodeRetries): time bounds first,
 * then the kind of end, then the count, then the expression.
 */
import { unreachable } from "../../base/errors.ts";
import type { Process, RetryPolicy } from "../../model/plan/plan.ts";
import type { EndPhase } from "../../model/run/events.ts";
import { isBad, phases } from "../../model/run/phase.ts";
import type { Scope } from "../../model/run/scope.ts";
import type { ReasonCode } from "../../model/run/values.ts";
import { mayBegin } from "../expand/may-begin.ts";
import { createScope, findInputs, findItem } from "../expand/scope.ts";
import { findRegion } from "../evolve/limits.ts";
import { orRefuse } from "../decide/decision.ts";
import type { Decision } from "../decide/decision.ts";

/** The last attempt has closed: settle the task, or make the next attempt. */
export function decideRetry(decision: Decision, task: number, last: number): void {
  const { state } = decision;
  const phase = state.tasks.phase[last] as number;
  if (!isBad(phase) || state.dismissed.has(task)) return decision.settle(task, phases.succeeded);
  if (!mayBegin(state, task)) {
    return decision.settle(task, phase as EndPhase, {
      reason: state.stopping?.reason ?? { code: "stopped" },
    });
  }
  if (decision.at >= (state.deadlines.get(task)?.deadlineAt ?? Infinity)) {
    return decision.settle(task, phases.failed, { reason: { code: "timed-out" } });
  }
  const process = state.index.plan.processes[state.tasks.process[task] as number] as Process;
  const policy = process.policy.retry;
  if (policy === undefined) return decision.settle(task, phase as EndPhase);
  orRefuse(decision, task, () => tryAgain(decision, task, last, policy));
}

function tryAgain(decision: Decision, task: number, last: number, policy: RetryPolicy): void {
  const { state } = decision;
  const phase = state.tasks.phase[last] as EndPhase;
  const scope = createRetryScope(decision, task, last);
  const delayMs = computeDelay(decision, policy, (state.attempts.get(task) ?? []).length, scope);
  const refusal = findRefusal(decision, task, last, policy, scope, delayMs);
  if (refusal === undefined) {
    return decision.record({
      kind: "task.retried",
      task,
      at: decision.at,
      notBefore: decision.at + (policy.delayOnPaper === true ? 0 : delayMs),
    });
  }
  if (refusal === "retry-not-allowed") {
    const reason = state.reasons.get(last);
    return decision.settle(task, phase, reason === undefined ? {} : { reason });
  }
  decision.settle(task, phase, { reason: refusal });
}

function createRetryScope(decision: Decision, task: number, last: number): Scope {
  const { state } = decision;
  const number = (state.attempts.get(task) ?? []).length - 1;
  return createScope(state, decision.run, {
    region: (state.tasks.parent[task] as number) < 0 ? -1 : findRegion(state, task),
    inputs: findInputs(state, task),
    item: findItem(state, task),
    own: task,
    attemptNumber: number,
    lastAttempt: last,
  });
}

/** Why there is no next attempt; undefined when there is one. */
function findRefusal(
  decision: Decision,
  task: number,
  last: number,
  policy: RetryPolicy,
  scope: Scope,
  delayMs: number,
): "retry-not-allowed" | { readonly code: ReasonCode; readonly message?: string } | undefined {
  const { state } = decision;
  const attempts = state.attempts.get(task) ?? [];
  const firstStart = state.tasks.startedAt[attempts[0] as number] as number;
  const elapsedAtMostMs =
    policy.elapsedAtMostMs === undefined ? Infinity : decision.resolve(policy.elapsedAtMostMs, scope);
  if (decision.at > firstStart + elapsedAtMostMs) return { code: "retry-too-late", message: "elapsed" };
  if (decision.at + delayMs > firstStart + elapsedAtMostMs)
    return { code: "retry-too-late", message: "delay" };
  if (!isKindRetried(decision, last, policy)) return "retry-not-allowed";
  const more = policy.attemptsMore === undefined ? Infinity : decision.resolve(policy.attemptsMore, scope);
  if (attempts.length > more) return { code: "retries-exhausted" };
  if (policy.condition !== undefined) {
    const answer = decision.evaluate(policy.condition, scope);
    if (!answer.ok) return { code: "expression-failed", message: answer.message };
    if (answer.value !== true) return { code: "retry-not-allowed" };
  }
  return undefined;
}

function isKindRetried(decision: Decision, last: number, policy: RetryPolicy): boolean {
  const phase = decision.state.tasks.phase[last];
  switch (policy.on) {
    case "any":
      return true;
    case "failed":
      return phase === phases.failed;
    case "errored":
      return phase === phases.errored;
    case "transient":
      return decision.evaluator.isTransient(decision.state.reasons.get(last)?.message ?? "");
    default:
      return unreachable(policy.on);
  }
}

/** Wait before the next attempt, in ms: delay * factor^(n-1), at most the cap. */
function computeDelay(decision: Decision, policy: RetryPolicy, attempts: number, scope: Scope): number {
  const delayMs = policy.delayMs === undefined ? 0 : decision.resolve(policy.delayMs, scope);
  if (delayMs <= 0) return 0;
  const factor = policy.factor === undefined ? 1 : decision.resolve(policy.factor, scope);
  const capMs = policy.capMs === undefined ? Infinity : decision.resolve(policy.capMs, scope);
  return Math.min(capMs, Math.round(delayMs * Math.max(1, factor) ** (attempts - 1)));
}
