/** What `steps.X` and `tasks.X` offer: state, times, outputs. */
import type { PhaseName } from "../../../model/run/phase.ts";
import type { Scope, TaskView } from "../../../model/run/scope.ts";
import type { FileValue } from "../../../model/plan/plan.ts";
import { fromUnixMs } from "../../../expressions/go/civil.ts";
import { timeToRfc3339 } from "../../../expressions/go/format-time.ts";
import { aggregateParameter, aggregateParameters, aggregateResults } from "./aggregate.ts";
import { absent, unresolved } from "./answers.ts";
import type { Answer } from "./answers.ts";
import { jsonToText } from "./json-text.ts";
import { findExitCode, findOutputs } from "./task-outputs.ts";
import { nodeId } from "../view/node-names.ts";
import { ownMember } from "./own-member.ts";

/** Tasks share the network of the machine that they run on. */
export const ownAddress = "127.0.0.1";

const phaseTexts: Readonly<Record<PhaseName, string>> = {
  waiting: "Pending",
  ready: "Pending",
  running: "Running",
  succeeded: "Succeeded",
  failed: "Failed",
  errored: "Error",
  skipped: "Skipped",
  omitted: "Omitted",
};

/** Argo's name of a phase. */
export function phaseToText(phase: PhaseName): string {
  return phaseTexts[phase];
}

/** A time as Argo writes it: RFC 3339 in UTC, whole seconds. */
export function timeToText(unixMs: number): string {
  return timeToRfc3339(fromUnixMs(Math.floor(unixMs / 1000) * 1000));
}

function findHost(task: TaskView): string | undefined {
  return task.host ?? (task.isFanOut ? undefined : task.children().at(-1)?.host);
}

/** Every daemon is reached at the machine's own address; a fan-out of them gives a JSON list, one for each. */
function readAddress(task: TaskView): Answer {
  if (task.startedAt === 0) return unresolved;
  return task.isFanOut ? JSON.stringify(task.children().map(() => ownAddress)) : ownAddress;
}

/** Fields of a task other than its outputs; undefined for a name that is none of them. */
export function readTaskField(task: TaskView, field: string, scope: Scope): Answer | undefined {
  switch (field) {
    case "id":
      return scope.run.state === undefined
        ? `${scope.run.name}-${task.task}`
        : nodeId(scope.run.state, task.task);
    case "status":
      return phaseToText(task.phase);
    case "ip":
      return readAddress(task);
    case "exitCode": {
      const code = findExitCode(task);
      return code === undefined ? unresolved : String(code);
    }
    case "startedAt":
      return task.startedAt === 0 ? unresolved : timeToText(task.startedAt);
    case "finishedAt":
      return task.endedAt === 0 ? unresolved : timeToText(task.endedAt);
    case "hostNodeName":
      return findHost(task) ?? unresolved;
    default:
      return undefined;
  }
}

/** True for a task whose outputs will never come although nothing went wrong. */
function isAbsent(task: TaskView): boolean {
  return task.phase === "skipped" || task.phase === "omitted" || task.phase === "succeeded";
}

export type ReadOutput = Answer | { readonly refusal: string };

/** `outputs.result`. */
export function readResult(task: TaskView): ReadOutput {
  if (task.isFanOut && task.phase !== "skipped" && task.phase !== "omitted") {
    const all = aggregateResults(task);
    return all.ok ? all.text : { refusal: all.message };
  }
  return findOutputs(task)?.result ?? (isAbsent(task) ? absent : unresolved);
}

/** `outputs.parameters` as a whole: only fan-outs have it. */
export function readAllParameters(task: TaskView): Answer {
  if (!task.isFanOut) return unresolved;
  return isAbsent(task) && task.phase !== "succeeded" ? absent : aggregateParameters(task);
}

/** `outputs.parameters.NAME`: the value, what the producer declares for its absence, or nothing. */
export function readParameter(task: TaskView, name: string): Answer {
  if (task.isFanOut) {
    const all = aggregateParameter(task, name);
    if (all !== undefined) return all;
    const fallback = task.outputDefault(name);
    if (fallback !== undefined && task.phase !== "succeeded") return fallback;
    return isAbsent(task) ? absent : unresolved;
  }
  const value = ownMember(findOutputs(task)?.values, name);
  if (value !== undefined) return jsonToText(value);
  if (!isAbsent(task)) return unresolved;
  return task.outputDefault(name) ?? absent;
}

/** `outputs.artifacts.NAME`; undefined when it is absent or unknown. */
export function findFile(task: TaskView, name: string): FileValue | undefined {
  const file = ownMember(findOutputs(task)?.files, name);
  return file === undefined || file.kind === "absent" ? undefined : file;
}
