/** Binding: arguments of a call to the ports of a process, and bodies to outputs. */
import { isExpression } from "../../model/plan/expression.ts";
import type { Argument, FileValue, Port, Process } from "../../model/plan/plan.ts";
import type { Json } from "../../base/json.ts";
import type { Published } from "../../model/run/events.ts";
import type { Scope } from "../../model/run/scope.ts";
import type { Inputs, Outputs } from "../../model/run/values.ts";
import { Refusal } from "../decide/decision.ts";
import type { Decision } from "../decide/decision.ts";
import { createScope } from "./scope.ts";

/** Evaluates the arguments in the caller's scope and completes them with the process's defaults. Throws Refusals. */
export function bindInputs(
  decision: Decision,
  process: Process,
  passed: readonly Argument[],
  caller: Scope,
): Inputs | undefined {
  if (process.inputs.length === 0) return undefined;
  const values: Record<string, Json> = {};
  const files: Record<string, FileValue> = {};
  for (const port of process.inputs) {
    const argument = passed.find((candidate) => candidate.port === port.name && candidate.kind === port.kind);
    const value = argument === undefined ? undefined : evaluateArgument(decision, argument, caller);
    if (port.kind === "file") {
      const file =
        (value as FileValue | undefined) ?? defaultFile(decision, port, seeBound(caller, values, files));
      if (file !== undefined) files[port.name] = file;
    } else
      values[port.name] = checkAllowed(
        port,
        (value as Json | undefined) ?? defaultValue(decision, port, seeBound(caller, values, files)),
      );
  }
  return { values, files };
}

function evaluateArgument(
  decision: Decision,
  argument: Argument,
  caller: Scope,
): Json | FileValue | undefined {
  if (!isExpression(argument.value)) return argument.value;
  const answer = decision.evaluate(argument.value, caller);
  if (!answer.ok) throw new Refusal({ code: "expression-failed", message: answer.message });
  const isAbsentFile = argument.kind === "file" && (answer.value as FileValue | undefined)?.kind === "absent";
  return isAbsentFile ? undefined : answer.value;
}

/**
 * What a default sees: the inputs that were bound before it, which are its process's own, not the caller's. Values are
 * declared before files, so that a file's key can name them (Argo, ProcessArgs).
 */
function seeBound(caller: Scope, values: Inputs["values"], files: Inputs["files"]): Scope {
  return { ...caller, inputs: { values, files } };
}

function defaultFile(decision: Decision, port: Port, scope: Scope): FileValue | undefined {
  if (port.default !== undefined && !isExpression(port.default)) return port.default as FileValue;
  if (isExpression(port.default)) return decision.resolve(port.default, scope) as unknown as FileValue;
  if (port.optional) return { kind: "absent" };
  throw new Refusal({ code: "input-missing", message: `inputs.artifacts.${port.name} was not supplied` });
}

function defaultValue(decision: Decision, port: Port, scope: Scope): Json {
  if (port.default === undefined) {
    throw new Refusal({
      code: "argument-missing",
      message: `inputs.parameters.${port.name} was not supplied`,
    });
  }
  if (!isExpression(port.default)) return port.default as Json;
  return decision.resolve(port.default, scope);
}

/** Allowed values are texts; other values are compared by their JSON. */
function toText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function checkAllowed(port: Port, value: Json): Json {
  if (port.allowed === undefined || port.allowed.includes(toText(value))) return value;
  throw new Refusal({
    code: "value-not-allowed",
    message: `value '${toText(value)}' of ${port.name} is not one of: ${port.allowed.join(", ")}`,
  });
}

/** What a process gives back when its body has ended well, and what of it is published for the run. */
export interface Results {
  readonly outputs?: Outputs;
  readonly published?: Published;
}

/** Computes the outputs of a process whose body has ended; `brought` is what an attempt or a person brought. Throws Refusals. */
export function computeOutputs(
  decision: Decision,
  process: Process,
  scope: Scope,
  brought: Outputs | undefined,
): Results {
  if (process.outputs.length === 0) return brought === undefined ? {} : { outputs: brought };
  const values: Record<string, Json> = { ...brought?.values };
  const files: Record<string, FileValue> = { ...brought?.files };
  const publishedValues: Record<string, Json> = {};
  const publishedFiles: Record<string, FileValue> = {};
  for (const output of process.outputs) {
    const value = computeOutput(decision, output, scope, brought);
    if (value === undefined) continue;
    const name = output.publishedAs === undefined ? undefined : decision.resolve(output.publishedAs, scope);
    if (output.kind === "file") {
      files[output.name] = value as FileValue;
      if (name !== undefined) publishedFiles[name] = value as FileValue;
    } else {
      values[output.name] = value as Json;
      if (name !== undefined) publishedValues[name] = value as Json;
    }
  }
  const isPublishing = Object.keys(publishedValues).length > 0 || Object.keys(publishedFiles).length > 0;
  return {
    outputs: { ...(brought?.result === undefined ? {} : { result: brought.result }), values, files },
    ...(isPublishing ? { published: { values: publishedValues, files: publishedFiles } } : {}),
  };
}

function computeOutput(
  decision: Decision,
  output: Process["outputs"][number],
  scope: Scope,
  brought: Outputs | undefined,
): Json | FileValue | undefined {
  const own = output.kind === "file" ? brought?.files[output.name] : brought?.values[output.name];
  if (own !== undefined) return own;
  if (output.from.kind === "expression") {
    const answer = decision.evaluate(output.from.value, scope);
    if (answer.ok && answer.value !== undefined) return answer.value;
    if (output.default === undefined) {
      if (answer.ok && output.from.optional) return output.kind === "file" ? { kind: "absent" } : undefined;
      const message = answer.ok ? `outputs.${output.name}: the value is absent` : answer.message;
      throw new Refusal({ code: "expression-failed", message });
    }
  }
  if (output.default !== undefined) return decision.resolve(output.default, scope);
  if (output.from.kind === "supplied") {
    throw new Refusal({ code: "output-not-supplied", message: output.name }, 4);
  }
  return undefined;
}

/** A scope without tasks, for what is evaluated before any exists. */
export function createRunScope(decision: Decision): Scope {
  return createScope(decision.state, decision.run, { region: -1, inputs: undefined });
}
