/**
 * Kept results: a task with a memo policy asks for one when it has its locks, and makes its own when there is none
 * (Argo, docs/memoization.md). The answer comes as an input and is recorded, so that a replay does not ask again.
 */
import type { MemoPolicy, Process } from "../../model/plan/plan.ts";
import type { RunInput } from "../../model/run/inputs.ts";
import type { MemoEntry } from "../../model/run/memo.ts";
import { phases } from "../../model/run/phase.ts";
import { Refusal, orRefuse } from "../decide/decision.ts";
import type { Decision } from "../decide/decision.ts";
import { computeOutputs } from "../expand/bind.ts";
import { createCalleeScope } from "../expand/scope.ts";

/** Letters, digits and dashes, a dash not first (Argo, workflow/controller/cache/cache.go, cacheKeyRegex). */
const keyForm = /^[a-zA-Z0-9][-a-zA-Z0-9]*$/u;

/** Asks for a kept result. Throws Refusals: a key that cannot be is an error of the task. */
export function lookUpMemo(decision: Decision, task: number, policy: MemoPolicy): void {
  const { state, at } = decision;
  const scope = createCalleeScope(state, decision.run, task);
  const cache = decision.resolve(policy.cache, scope);
  const key = decision.resolve(policy.key, scope);
  if (!keyForm.test(key))
    throw new Refusal({ code: "expression-failed", message: `invalid cache key: ${key}` });
  const ageAtMostMs =
    policy.ageAtMostMs === undefined ? undefined : decision.resolve(policy.ageAtMostMs, scope);
  decision.record({
    kind: "task.looked",
    task,
    at,
    cache,
    key,
    ...(ageAtMostMs === undefined ? {} : { ageAtMostMs }),
  });
  decision.effects.push({ kind: "memo.look", task, cache, key });
}

/** Settles the task with the kept result, or lets it go on. An answer that nobody waits for is ignored. */
export function receiveMemo(decision: Decision, input: Extract<RunInput, { kind: "memo.answered" }>): void {
  const { state, at } = decision;
  const { task, entry, problem } = input;
  const memo = state.memos.get(task);
  if (memo?.state !== "asked" || state.tasks.phase[task] !== phases.ready) return;
  if (problem !== undefined)
    return decision.settle(task, phases.errored, { reason: { code: "expression-failed", message: problem } });
  const isTooOld = entry !== undefined && at - entry.createdAt > (memo.ageAtMostMs ?? Infinity);
  if (entry === undefined || isTooOld) return decision.record({ kind: "task.missed", task, at });
  orRefuse(decision, task, () => takeEntry(decision, task, entry));
}

function takeEntry(decision: Decision, task: number, entry: MemoEntry): void {
  const { state } = decision;
  const process = state.index.plan.processes[state.tasks.process[task] as number] as Process;
  const scope = createCalleeScope(state, decision.run, task);
  const results = entry.outputs === undefined ? {} : computeOutputs(decision, process, scope, entry.outputs);
  const exitCode = entry.exitCode === undefined ? {} : { exitCode: entry.exitCode };
  decision.settle(task, phases.succeeded, { ...results, ...exitCode });
}
