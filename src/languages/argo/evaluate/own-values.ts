/** Names about the task itself and its earlier attempts. */
import type { RunView, Scope, TaskView } from "../../../model/run/scope.ts";
import { taskKinds } from "../../../model/run/phase.ts";
import type { RunState } from "../../../model/run/run-state.ts";
import { callName, nameToPod, nodeName } from "../view/node-names.ts";
import { describeReason } from "../view/describe-reason.ts";
import { literal } from "./answers.ts";
import type { Answer } from "./answers.ts";
import { phaseToText } from "./sibling-values.ts";
import { findExitCode } from "./task-outputs.ts";

/**
 * `lastRetry.NAME`. The first attempt of a task with a retry policy sees fixed values, so that expressions over them work
 * (Argo, executeTemplate); a task without one leaves the tag as it is.
 */
export function readLastRetry(scope: Scope, name: string): Answer {
  const last = scope.lastAttempt;
  if (last === undefined && scope.attemptNumber === undefined) return literal;
  switch (name) {
    case "exitCode":
      return last === undefined ? "0" : String(findExitCode(last) ?? -1);
    case "status":
      return last === undefined ? "" : phaseToText(last.phase);
    case "duration":
      return last === undefined ? "0" : String(Math.max(0, last.endedAt - last.startedAt) / 1000);
    case "message":
      return last?.reason === undefined ? "" : describeReason(last.reason);
    default:
      return literal;
  }
}

/** `node.name`: the name in the tree of the run; an attempt has that of its Retry node (Argo, executeTemplate). */
export function readOwnName(scope: Scope): Answer {
  const { own, run } = scope;
  if (own === undefined) return literal;
  const { state } = run;
  return state === undefined ? `${run.name}.${own.name}` : nodeName(state, findCalled(state, own.task));
}

/** `steps.name`, `tasks.name`: the step or task that calls the template; a member of a loop with its item. */
export function readCallName(scope: Scope): string | undefined {
  const { own, run } = scope;
  if (own === undefined || run.state === undefined) return own?.name;
  return callName(run.state, findCalled(run.state, own.task));
}

function findCalled({ tasks }: RunState, task: number): number {
  return tasks.kind[task] === taskKinds.attempt ? (tasks.parent[task] ?? task) : task;
}

/** A name that no other attempt of any run has, in the form of Argo's pod names: run, template, hash. */
export function createPodName(run: RunView, task: TaskView): string {
  const full = run.state === undefined ? `${run.runId}/${task.task}` : nodeName(run.state, task.task);
  return nameToPod(run.name, task.processId, full);
}

export function readPodName(scope: Scope): Answer {
  return scope.own === undefined ? literal : createPodName(scope.run, scope.own);
}
