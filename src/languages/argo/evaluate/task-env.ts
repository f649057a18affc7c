/** Tasks as expressions see them: `steps.x` and `tasks.x` as nested maps. A name that does not exist is a missing member. */
import { EvalError } from "../../../expressions/context.ts";
import { createHostObject } from "../../../expressions/value.ts";
import type { HostObject, Value } from "../../../expressions/value.ts";
import type { Scope, TaskView } from "../../../model/run/scope.ts";
import { createFileObject } from "./files.ts";
import { readCallName } from "./own-values.ts";
import { findFile, readAllParameters, readParameter, readResult, readTaskField } from "./sibling-values.ts";
import type { ReadOutput } from "./sibling-values.ts";
import { findExitCode, findOutputs } from "./task-outputs.ts";

/** What was met on the way: an absent output explains a missing value better than "nil". */
export interface Trace {
  absent: string | undefined;
}

/** A map whose members are read by name. */
export function createNamed(names: readonly string[], read: (name: string) => Value | undefined): HostObject {
  return createHostObject(read, () => names);
}

/** `steps` and `tasks`: the siblings by name. */
export function createSiblings(scope: Scope, trace: Trace): HostObject {
  return createHostObject(
    (name) => {
      const task = scope.sibling(name);
      if (task !== undefined) return createTask(task, scope, trace);
      return name === "name" ? readCallName(scope) : undefined;
    },
    () => scope.siblingNames(),
  );
}

const taskFields = [
  "id",
  "ip",
  "status",
  "exitCode",
  "startedAt",
  "finishedAt",
  "hostNodeName",
  "outputs",
] as const;

function createTask(task: TaskView, scope: Scope, trace: Trace): HostObject {
  return createNamed(taskFields, (field) => {
    if (field === "outputs") return createTaskOutputs(task, trace);
    const answer = readTaskField(task, field, scope);
    return typeof answer === "string" ? answer : undefined;
  });
}

/** `outputs` of a task. */
export function createTaskOutputs(task: TaskView, trace: Trace): HostObject {
  const note = (name: string, read: ReadOutput): Value | undefined => {
    if (typeof read === "string") return read;
    if ("refusal" in read) throw new EvalError("expression/invalid-operation", read.refusal);
    if (read.missing === "absent") trace.absent = `${task.name}.outputs.${name}`;
    return undefined;
  };
  return createNamed(["result", "exitCode", "parameters", "artifacts"], (kind) => {
    switch (kind) {
      case "result":
        return note("result", readResult(task));
      case "exitCode":
        return exitText(task);
      case "parameters": {
        if (task.isFanOut && listOutputNames(task).length === 0)
          return note("parameters", readAllParameters(task));
        return createNamed(listOutputNames(task), (name) =>
          note(`parameters.${name}`, readParameter(task, name)),
        );
      }
      case "artifacts":
        return createNamed(Object.keys(findOutputs(task)?.files ?? {}), (name) => {
          const file = findFile(task, name);
          if (file === undefined) trace.absent = `${task.name}.outputs.artifacts.${name}`;
          return file === undefined ? undefined : createFileObject(file, name, undefined);
        });
      default:
        return undefined;
    }
  });
}

function listOutputNames(task: TaskView): readonly string[] {
  const outputs = task.isFanOut
    ? task
        .children()
        .map(findOutputs)
        .find((one) => one !== undefined)
    : findOutputs(task);
  return Object.keys(outputs?.values ?? {});
}

function exitText(task: TaskView): string | undefined {
  const code = findExitCode(task);
  return code === undefined ? undefined : String(code);
}
