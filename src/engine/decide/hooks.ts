/** Hooks: what is called when a task or the run begins, meets a condition, or ends; and the end of the run itself. */
import type { Hook } from "../../model/plan/plan.ts";
import { hasEnded, isBad, phases, taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import type { EndPhase } from "../../model/run/events.ts";
import { taskFlags } from "../../model/run/task-table.ts";
import { doesHang, hasHooks } from "../evolve/hanging-hooks.ts";
import { createHookScope, createScope } from "../expand/scope.ts";
import { oweCallbacks } from "./callbacks.ts";
import type { Decision } from "./decision.ts";

/** Starts the conditional hooks of a task (or, for the entry, of the run) whose time has come. */
export function considerConditionHooks(decision: Decision, task: number): void {
  const { state } = decision;
  if (!mayRunHooks(state)) return;
  if (state.tasks.kind[task] === taskKinds.entry)
    return startConditionHooks(decision, -1, state.index.plan.hooks, taskKinds.node);
  if (!hasHooks(state, task)) return;
  const hooks = state.index.nodes[state.tasks.node[task] as number]?.hooks ?? [];
  startConditionHooks(decision, task, hooks, state.tasks.kind[task] as number);
}

function startConditionHooks(decision: Decision, owner: number, hooks: readonly Hook[], kind: number): void {
  const { state } = decision;
  hooks.forEach((hook, index) => {
    if (hook.on !== "condition" || hook.condition === undefined || !doesHang(hook, kind)) return;
    if (isStarted(state, owner, index)) return;
    const scope =
      owner < 0
        ? createScope(state, decision.run, { region: -1, inputs: undefined, own: 0 })
        : createHookScope(state, decision.run, owner);
    const answer = decision.evaluate(hook.condition, scope);
    // A condition over something that is not there yet is not true yet. What is not there in the end never will be:
    // such a hook begins only to say so.
    const isWanted = answer.ok
      ? answer.value === true
      : hasEnded(state.tasks.phase[Math.max(owner, 0)] as number);
    if (isWanted) decision.record({ kind: "hook.started", owner, hook: index, at: decision.at });
  });
}

function isStarted(state: RunState, owner: number, hook: number): boolean {
  return (state.hooks.get(owner) ?? []).some((task) => state.tasks.order[task] === hook);
}

/** A task has ended: starts its exit hooks, and closes it when all its hooks have closed. */
export function finishHooks(decision: Decision, task: number): void {
  const { state } = decision;
  const hooks = state.index.nodes[state.tasks.node[task] as number]?.hooks ?? [];
  // The end of a service that nobody needs any more calls no hooks (Argo kills it when its boundary has ended).
  if (hasHooks(state, task) && !state.dismissed.has(task)) {
    considerConditionHooks(decision, task);
    startExitHooks(decision, task, hooks);
  }
  if ((state.hooksPending.get(task) ?? 0) === 0)
    decision.record({ kind: "task.closed", task, at: decision.at });
}

/** A run that was stopped before it began has nothing to finish. */
function mayRunHooks(state: RunState): boolean {
  if (state.startedAt === 0) return false;
  return state.stopping === undefined || state.stopping.hooks;
}

/** Exit hooks begin when the conditional ones have closed. */
function startExitHooks(decision: Decision, owner: number, hooks: readonly Hook[]): void {
  const { state } = decision;
  if (!mayRunHooks(state) || (state.hooksPending.get(owner) ?? 0) > 0) return;
  const kind = owner < 0 ? taskKinds.node : (state.tasks.kind[owner] as number);
  hooks.forEach((hook, index) => {
    if (hook.on !== "ended" || !doesHang(hook, kind) || isStarted(state, owner, index)) return;
    if (isWanted(decision, owner, hook))
      decision.record({ kind: "hook.started", owner, hook: index, at: decision.at });
  });
}

/** An exit hook of a task may have a condition. One that cannot be evaluated begins all the same, and fails then. */
function isWanted(decision: Decision, owner: number, hook: Hook): boolean {
  if (hook.condition === undefined || owner < 0) return true;
  const answer = decision.evaluate(hook.condition, createHookScope(decision.state, decision.run, owner));
  return !answer.ok || answer.value === true;
}

/** The entry task has closed: runs the exit hooks of the run, then ends it. */
export function finishRun(decision: Decision): void {
  const { state } = decision;
  considerConditionHooks(decision, 0);
  startExitHooks(decision, -1, state.index.plan.hooks);
  if ((state.hooksPending.get(-1) ?? 0) > 0) return;
  const entry = state.tasks.phase[0] as number;
  const badHook = findBadExitHook(state);
  const blamed = isBad(entry) || badHook < 0 ? 0 : badHook;
  const phase = toEndPhase(state.tasks.phase[blamed] as number);
  // A stop is no reason for the end of a run whose work had ended well by then.
  const reason = (isBad(entry) ? state.stopping?.reason : undefined) ?? state.reasons.get(blamed);
  decision.record({ kind: "run.ended", at: decision.at, phase, ...(reason === undefined ? {} : { reason }) });
  oweCallbacks(decision);
}

function findBadExitHook(state: RunState): number {
  const bad = (state.hooks.get(-1) ?? []).find(
    (task) =>
      state.index.plan.hooks[state.tasks.order[task] as number]?.on === "ended" &&
      isBad(state.tasks.phase[task] as number),
  );
  return bad ?? -1;
}

/** A task that never ran counts as a good end for whoever looks from above. */
function toEndPhase(phase: number): EndPhase {
  return phase === phases.failed || phase === phases.errored ? phase : phases.succeeded;
}

/** True when nothing of a task is left to be done. */
export function isClosed(state: RunState, task: number): boolean {
  return state.tasks.hasFlag(task, taskFlags.closed);
}
