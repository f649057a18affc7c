/**
 * Names of simple tags, turned into readers once. The families are Argo's (docs/variables.md).
 * A name of no known family gives `literal`: its tag stays as it is written.
 */
import type { Expression } from "../../../model/plan/expression.ts";
import type { Scope, TaskView } from "../../../model/run/scope.ts";
import { writeJson } from "../../../expressions/go/json.ts";
import { literal, unresolved } from "./answers.ts";
import type { Answer } from "./answers.ts";
import { findItemMember, itemToText } from "./item-text.ts";
import { jsonToText } from "./json-text.ts";
import { readAllParameters, readParameter, readResult, readTaskField } from "./sibling-values.ts";
import type { ReadOutput } from "./sibling-values.ts";
import { readCallName, readLastRetry, readOwnName, readPodName } from "./own-values.ts";
import { readMetricValue } from "./metric-values.ts";
import { readWorkflow } from "./workflow-values.ts";
import { findExitCode, findOutputs } from "./task-outputs.ts";
import { ownMember } from "./own-member.ts";

/** What a reader may use: the scope, and a way to turn a template's path into text. */
export interface Reading {
  readonly scope: Scope;
  readonly render: (field: string | Expression) => string;
  /** Set in a metric, where names of the node's own figures are known. */
  readonly isMetric?: boolean;
}

export type NameReader = (reading: Reading) => ReadOutput;

/** A reader for a trimmed tag name. */
export function compileName(name: string): NameReader {
  const dot = name.indexOf(".");
  const family = dot === -1 ? name : name.slice(0, dot);
  const rest = dot === -1 ? "" : name.slice(dot + 1);
  switch (family) {
    case "workflow":
      return ({ scope }) => readWorkflow(scope.run, rest);
    case "inputs":
      return compileInput(rest);
    case "outputs":
      return compileOwnOutput(rest);
    case "steps":
    case "tasks":
      return compileSibling(rest);
    case "item":
      return compileItem(dot === -1 ? undefined : rest);
    case "retries":
      return dot === -1 ? readRetries : always(literal);
    case "duration":
    case "status":
    case "exitCode":
    case "resourcesDuration":
      return ({ scope, isMetric }) => (isMetric === true ? readMetricValue(scope, name) : literal);
    case "lastRetry":
      return ({ scope }) => readLastRetry(scope, rest);
    case "pod":
      return rest === "name" ? ({ scope }) => readPodName(scope) : always(literal);
    case "node":
      return rest === "name" ? ({ scope }) => readOwnName(scope) : always(literal);
    default:
      return always(literal);
  }
}

function readRetries({ scope, isMetric }: Reading): Answer {
  if (isMetric === true) return readMetricValue(scope, "retries");
  return scope.attemptNumber === undefined ? literal : String(scope.attemptNumber);
}

function always(answer: Answer): NameReader {
  return () => answer;
}

function compileItem(key: string | undefined): NameReader {
  return ({ scope }) => {
    if (scope.item === undefined) return literal;
    return key === undefined ? itemToText(scope.item) : (findItemMember(scope.item, key) ?? unresolved);
  };
}

function compileInput(rest: string): NameReader {
  if (rest === "parameters") return ({ scope }) => listInputs(scope);
  if (rest.startsWith("parameters.")) {
    const name = rest.slice("parameters.".length);
    return ({ scope }) => {
      const value = ownMember(scope.inputs?.values, name);
      return value === undefined ? unresolved : jsonToText(value);
    };
  }
  const path = /^artifacts\.(.+)\.path$/u.exec(rest);
  if (path === null) return always(unresolved);
  const name = path[1] ?? "";
  return ({ scope, render }) => {
    const input = scope.template?.inputs.find((one) => one.name === name);
    return input === undefined ? unresolved : render(input.path);
  };
}

/** `inputs.parameters`: a JSON list of name and value. */
function listInputs(scope: Scope): string {
  const values = Object.entries(scope.inputs?.values ?? {});
  return writeJson(
    values.map(
      ([name, value]) =>
        new Map([
          ["name", name],
          ["value", jsonToText(value)],
        ]),
    ),
  );
}

function compileOwnOutput(rest: string): NameReader {
  const path = /^(parameters|artifacts)\.(.+)\.path$/u.exec(rest);
  if (path !== null) {
    const [, kind, name = ""] = path;
    return ({ scope, render }) => {
      const files =
        kind === "parameters" ? scope.template?.outputParameters : scope.template?.outputArtifacts;
      const file = files?.find((one) => one.name === name);
      return file === undefined ? unresolved : render(file.path as string | Expression);
    };
  }
  return ({ scope }) => readOwnOutput(scope.own, rest);
}

function readOwnOutput(own: TaskView | undefined, rest: string): Answer {
  if (own === undefined) return unresolved;
  if (rest === "result") return findOutputs(own)?.result ?? unresolved;
  if (rest === "exitCode") {
    const code = findExitCode(own);
    return code === undefined ? unresolved : String(code);
  }
  if (!rest.startsWith("parameters.")) return unresolved;
  const value = ownMember(findOutputs(own)?.values, rest.slice("parameters.".length));
  return value === undefined ? unresolved : jsonToText(value);
}

function compileSibling(rest: string): NameReader {
  if (rest === "name") return ({ scope }) => readCallName(scope) ?? unresolved;
  const dot = rest.indexOf(".");
  if (dot === -1) return always(unresolved);
  const name = rest.slice(0, dot);
  const field = rest.slice(dot + 1);
  const read = compileSiblingField(field);
  return ({ scope }) => {
    const task = scope.sibling(name);
    return task === undefined ? unresolved : read(task, scope);
  };
}

function compileSiblingField(field: string): (task: TaskView, scope: Scope) => ReadOutput {
  if (field === "outputs.result") return readResult;
  if (field === "outputs.parameters") return readAllParameters;
  if (field === "outputs.exitCode")
    return (task, scope) => readTaskField(task, "exitCode", scope) ?? unresolved;
  if (field.startsWith("outputs.parameters.")) {
    const parameter = field.slice("outputs.parameters.".length);
    return (task) => readParameter(task, parameter);
  }
  return (task, scope) => readTaskField(task, field, scope) ?? unresolved;
}
