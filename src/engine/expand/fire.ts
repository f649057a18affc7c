/**
 * Firing: a waiting task whose needs are settled is omitted, skipped, expanded, queued or opened.
 * A leaf that nothing but room can hold back is left for admission, which binds it when it starts.
 */
import { unreachable } from "../../base/errors.ts";
import type { Argument, Call, Each, Guard, Hook, Node, Process } from "../../model/plan/plan.ts";
import { phases, taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import type { Scope } from "../../model/run/scope.ts";
import type { Inputs } from "../../model/run/values.ts";
import { isCountedService } from "../evolve/close.ts";
import { findRegion, lacksPlace } from "../evolve/limits.ts";
import { mayClaimLocks } from "../evolve/locks.ts";
import { Refusal, orRefuse } from "../decide/decision.ts";
import type { Decision } from "../decide/decision.ts";
import { lookUpMemo } from "../reuse/look-up-memo.ts";
import { takeEarlierResult } from "../reuse/take-earlier-result.ts";
import { bindInputs, computeOutputs } from "./bind.ts";
import { expandEach } from "./fan-out.ts";
import { isBarred, isBoundLate, isDue, listLapsed } from "./may-begin.ts";
import { openBody } from "./open-body.ts";
import { resolveLocks } from "./resolve-locks.ts";
import { createCalleeScope, createCallerScope, findInputs } from "./scope.ts";

/** Most calls inside each other (Argo: recursion limit 100). */
const callDepthAtMost = 100;

/** A run with more tasks than this calls no process inside itself any more. */
const recursiveTasksAtMost = 500_000;

/** Decides about a task that waits and has nothing left to wait for. */
export function fireTask(decision: Decision, task: number): void {
  const { state } = decision;
  const { tasks } = state;
  if (!isDue(state, task)) return;
  if (isBarred(state, task)) return stopBeforeBegin(decision, task);
  if (lacksPlace(state, task) || listLapsed(state, task).length > 0) return;
  const kind = tasks.kind[task];
  if (kind === taskKinds.stage) {
    return decision.record({ kind: "task.opened", task, at: decision.at, process: -1, retried: false });
  }
  if (kind === taskKinds.attempt) return fireAttempt(decision, task);
  if (kind === taskKinds.entry || kind === taskKinds.hook)
    return orRefuse(decision, task, () => callTask(decision, task));
  const region = findRegion(state, task);
  const node = state.index.nodes[tasks.node[task] as number] as Node;
  if (kind !== taskKinds.member && !doesGuardHold(state, region, node)) {
    return decision.record({ kind: "task.omitted", task, at: decision.at, reason: { code: "guard-false" } });
  }
  if (kind === taskKinds.group) return orRefuse(decision, task, () => expandGroup(decision, task, node));
  if (isBoundLate(state, task)) return state.ready.push(task);
  orRefuse(decision, task, () => {
    if (doesConditionHold(decision, task, node)) callTask(decision, task);
  });
}

/** Nothing new begins any more, in the run or in the region: the task ends without having begun. */
export function stopBeforeBegin(decision: Decision, task: number): void {
  const { state } = decision;
  const reason = state.stopping?.reason ?? { code: "stopped" as const };
  const kind = state.tasks.kind[task];
  const isQueued = state.tasks.phase[task] === phases.ready && state.stopping !== undefined;
  if (kind === taskKinds.attempt && state.dismissed.has(state.tasks.parent[task] as number))
    return decision.record({ kind: "task.omitted", task, at: decision.at, reason: { code: "dismissed" } });
  if (kind === taskKinds.attempt || kind === taskKinds.entry || isQueued) {
    return decision.settle(task, phases.failed, { reason });
  }
  decision.record({ kind: "task.omitted", task, at: decision.at, reason: { code: "region-halted" } });
}

function expandGroup(decision: Decision, task: number, node: Node): void {
  if (node.each === undefined)
    throw new Refusal({ code: "expression-failed", message: `${node.name} has nothing to expand` });
  const expanded = expandOrNothing(decision, task, node, node.each);
  if (expanded.count === 0) {
    return decision.record({ kind: "task.skipped", task, at: decision.at, reason: { code: "list-empty" } });
  }
  decision.record({ kind: "task.expanded", task, at: decision.at, ...expanded });
}

/** A list that cannot be had is as good as empty where the condition is false already (Argo, expandStep). Throws Refusals. */
function expandOrNothing(
  decision: Decision,
  task: number,
  node: Node,
  each: Each,
): ReturnType<typeof expandEach> {
  const scope = createCallerScope(decision.state, decision.run, task);
  try {
    return expandEach(decision, each, scope);
  } catch (error) {
    if (!(error instanceof Refusal) || node.condition === undefined) throw error;
    const answer = decision.evaluate(node.condition, scope);
    if (!answer.ok || answer.value === true) throw error;
    return { count: 0 };
  }
}

/** Evaluates the node's condition; records the skip when it is false. Throws Refusals. */
export function doesConditionHold(decision: Decision, task: number, node: Node | undefined): boolean {
  if (node?.condition === undefined) return true;
  const answer = decision.evaluate(node.condition, createCallerScope(decision.state, decision.run, task));
  if (!answer.ok) throw new Refusal({ code: "expression-failed", message: answer.message });
  if (answer.value === true) return true;
  const source = answer.text ?? node.condition.source;
  decision.record({
    kind: "task.skipped",
    task,
    at: decision.at,
    reason: { code: "condition-false", source },
  });
  return false;
}

/** Resolves whom a task calls. Throws Refusals. */
export function resolveCall(decision: Decision, call: Call, caller: Scope): number {
  if (call.kind === "process") return call.process;
  const id = decision.resolve<string>(call.id as never, caller);
  const process = decision.state.index.processById.get(id);
  if (process === undefined) throw new Refusal({ code: "unknown-process", message: id });
  return process;
}

/** The call and the arguments that a task stands for. */
export function findSite(
  state: RunState,
  task: number,
): { readonly call: Call; readonly passed: readonly Argument[] } {
  const { tasks, index } = state;
  const kind = tasks.kind[task];
  if (kind === taskKinds.entry)
    return { call: { kind: "process", process: index.plan.entry }, passed: index.plan.arguments };
  const node = index.nodes[tasks.node[task] as number];
  if (kind === taskKinds.hook) {
    const hook = findHook(state, task);
    return { call: hook.call, passed: hook.arguments };
  }
  if (node === undefined) throw new Refusal({ code: "unknown-process", message: "node" });
  return { call: node.call, passed: node.arguments ?? nothingPassed };
}

const nothingPassed: readonly Argument[] = [];

/** The hook that a hook task stands for. Throws Refusals. */
function findHook(state: RunState, task: number): Hook {
  const { tasks, index } = state;
  const isOfRun = (tasks.parent[task] as number) < 0;
  const hooks = isOfRun ? index.plan.hooks : (index.nodes[tasks.node[task] as number]?.hooks ?? []);
  const hook = hooks[tasks.order[task] as number];
  if (hook === undefined) throw new Refusal({ code: "unknown-process", message: "hook" });
  return hook;
}

/** A hook whose condition cannot be evaluated has begun only to say so. Throws Refusals. */
function checkHookCondition(decision: Decision, task: number, owner: Scope): void {
  const { state } = decision;
  if (state.tasks.kind[task] !== taskKinds.hook) return;
  const { condition, on } = findHook(state, task);
  const isOfRun = (state.tasks.parent[task] as number) < 0;
  if (condition === undefined || (isOfRun && on === "ended")) return;
  const answer = decision.evaluate(condition, owner);
  if (!answer.ok) throw new Refusal({ code: "expression-failed", message: answer.message });
}

/** Binds a task and lets it begin, or queues it when something else than room may hold it back. Throws Refusals. */
function callTask(decision: Decision, task: number): void {
  const { state } = decision;
  const caller = createCallerScope(state, decision.run, task);
  checkHookCondition(decision, task, caller);
  const { call, passed } = findSite(state, task);
  const number = resolveCall(decision, call, caller);
  const process = state.index.plan.processes[number] as Process;
  checkDepth(state, task, number);
  const inputs = bindInputs(decision, process, passed, caller);
  const bound = inputs === undefined ? {} : { inputs };
  if (takeEarlierResult(decision, task, number, inputs)) return;
  if (
    process.body.kind === "eval" &&
    process.policy.retry === undefined &&
    process.policy.locks === undefined &&
    process.policy.memo === undefined
  ) {
    return settleEval(decision, task, number, process, inputs);
  }
  if (mustQueue(process)) return queueTask(decision, task, number, process, inputs);
  if (process.policy.retry !== undefined) {
    return decision.record({
      kind: "task.opened",
      task,
      at: decision.at,
      process: number,
      ...bound,
      retried: true,
    });
  }
  if (process.body.kind === "task") {
    return decision.record({ kind: "task.queued", task, at: decision.at, process: number, ...bound });
  }
  openBody(decision, task, number, process, inputs);
}

function mustQueue(process: Process): boolean {
  const { locks, memo, taskTimeoutMs, queueTimeoutMs } = process.policy;
  const isTimed = taskTimeoutMs !== undefined || queueTimeoutMs !== undefined;
  return locks !== undefined || memo !== undefined || isTimed;
}

function queueTask(
  decision: Decision,
  task: number,
  number: number,
  process: Process,
  inputs: Inputs | undefined,
): void {
  const { taskTimeoutMs, queueTimeoutMs, locks } = process.policy;
  const isAttempt = decision.state.tasks.kind[task] === taskKinds.attempt;
  const own = inputs ?? findInputs(decision.state, task);
  const scope = { ...createCalleeScope(decision.state, decision.run, task), inputs: own };
  // A task with retries waits for locks and has the deadline of all its attempts; each attempt waits for room.
  const isOwner = !isAttempt && process.policy.retry !== undefined;
  const deadlineMs =
    taskTimeoutMs === undefined || isAttempt ? undefined : decision.resolve(taskTimeoutMs, scope);
  const queueMs =
    queueTimeoutMs === undefined || isOwner ? undefined : decision.resolve(queueTimeoutMs, scope);
  const wanted = isAttempt || locks === undefined ? undefined : resolveLocks(decision, locks, scope);
  decision.record({
    kind: "task.queued",
    task,
    at: decision.at,
    process: number,
    ...(inputs === undefined ? {} : { inputs }),
    ...(deadlineMs === undefined ? {} : { deadlineAt: decision.at + deadlineMs }),
    ...(queueMs === undefined ? {} : { startBy: decision.at + queueMs }),
    ...(wanted === undefined ? {} : { locks: wanted }),
  });
}

/** An engine-settled process: bound, computed and ended in one event. Throws Refusals. */
function settleEval(
  decision: Decision,
  task: number,
  number: number,
  process: Process,
  inputs: Inputs | undefined,
): void {
  const scope = { ...createCalleeScope(decision.state, decision.run, task), inputs };
  const results = computeOutputs(decision, process, scope, undefined);
  decision.settle(task, phases.succeeded, {
    process: number,
    ...(inputs === undefined ? {} : { inputs }),
    ...results,
  });
}

/** A queued task that has its locks goes on: a leaf waits for room, everything else opens. */
export function advanceQueued(decision: Decision, task: number): void {
  const { state } = decision;
  if (isBarred(state, task)) return stopBeforeBegin(decision, task);
  if (!mayClaimLocks(state, task)) return;
  const number = state.tasks.process[task] as number;
  const process = state.index.plan.processes[number] as Process;
  const isAttempt = state.tasks.kind[task] === taskKinds.attempt;
  const { memo } = process.policy;
  if (memo !== undefined && !isAttempt && state.memos.get(task)?.state !== "missed") {
    if (!state.memos.has(task)) orRefuse(decision, task, () => lookUpMemo(decision, task, memo));
    return;
  }
  if (process.policy.retry !== undefined && !isAttempt) {
    return decision.record({ kind: "task.opened", task, at: decision.at, process: number, retried: true });
  }
  if (process.body.kind === "task") return state.ready.push(task);
  orRefuse(decision, task, () => openBody(decision, task, number, process, undefined));
}

/** An attempt of a retried task begins. */
function fireAttempt(decision: Decision, task: number): void {
  const { state } = decision;
  if ((state.notBefore.get(task) ?? 0) > decision.at) return;
  const number = state.tasks.process[task] as number;
  const process = state.index.plan.processes[number] as Process;
  if (process.policy.queueTimeoutMs !== undefined)
    return orRefuse(decision, task, () => queueTask(decision, task, number, process, undefined));
  if (process.body.kind === "task") return state.ready.push(task);
  orRefuse(decision, task, () => openBody(decision, task, number, process, undefined));
}

function checkDepth(state: RunState, task: number, number: number): void {
  let depth = 1;
  let isInsideItself = false;
  for (let at = state.tasks.parent[task] as number; at >= 0; at = state.tasks.parent[at] as number) {
    // An attempt is no call of its own.
    if ((state.tasks.process[at] as number) >= 0 && state.tasks.kind[at] !== taskKinds.attempt) depth += 1;
    if (depth > callDepthAtMost)
      throw new Refusal({ code: "recursion-too-deep", message: String(callDepthAtMost) });
    isInsideItself ||= state.tasks.process[at] === number;
  }
  // Below the depth that is allowed, a process that calls itself twice would outgrow every machine.
  if (isInsideItself && state.tasks.size > recursiveTasksAtMost)
    throw new Refusal({ code: "recursion-too-deep", message: String(callDepthAtMost) });
}

/** Whether a node's needs have ended in a way that lets it fire. */
function doesGuardHold(state: RunState, region: number, node: Node): boolean {
  const first = state.tasks.first[region] as number;
  if (node.guard !== undefined) return evaluateGuard(state, first, node.guard);
  return node.needs.every((need) => isInState(state, first + need, "passed"));
}

function evaluateGuard(state: RunState, first: number, guard: Guard): boolean {
  switch (guard.kind) {
    case "is":
      return isInState(state, first + guard.node, guard.state);
    case "and":
      return guard.of.every((part) => evaluateGuard(state, first, part));
    case "or":
      return guard.of.some((part) => evaluateGuard(state, first, part));
    case "not":
      return !evaluateGuard(state, first, guard.of);
    default:
      return unreachable(guard);
  }
}

/** Whether a task is a service that was of use and has not ended. */
function isServing(state: RunState, task: number): boolean {
  return state.tasks.phase[task] === phases.running && isCountedService(state, task);
}

function isInState(state: RunState, task: number, wanted: Extract<Guard, { kind: "is" }>["state"]): boolean {
  const phase = state.tasks.phase[task];
  switch (wanted) {
    case "passed":
      return phase === phases.succeeded || phase === phases.skipped || isServing(state, task);
    case "succeeded":
      return phase === phases.succeeded;
    case "failed":
      return phase === phases.failed;
    case "errored":
      return phase === phases.errored;
    case "skipped":
      return phase === phases.skipped;
    case "omitted":
      return phase === phases.omitted;
    case "serving":
      return isServing(state, task);
    case "any-succeeded":
      return listMembers(state, task).some((member) => state.tasks.phase[member] === phases.succeeded);
    case "all-failed": {
      const members = listMembers(state, task);
      return members.length > 0 && members.every((member) => state.tasks.phase[member] === phases.failed);
    }
    default:
      return unreachable(wanted);
  }
}

/** Members of a fan-out; whatever is none has none. */
function listMembers(state: RunState, group: number): readonly number[] {
  if (state.tasks.kind[group] !== taskKinds.group) return [];
  const first = state.tasks.first[group] as number;
  return Array.from({ length: state.tasks.count[group] as number }, (_, index) => first + index);
}
