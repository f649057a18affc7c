/** Applies a JSONPath template of kubectl to an object; fields that are not there give nothing, as with `kubectl get -o`. */
import type { Json } from "../../base/json.ts";
import { isJsonObject } from "../../base/json.ts";
import { chargeBytes, chargeSteps } from "../context.ts";
import type { EvalContext } from "../context.ts";
import { parseObjectPath } from "./parse-object-path.ts";
import type { Literal, Operand, Part, Step } from "./parse-object-path.ts";
import { refuse } from "./refuse.ts";

/** The template's text with what its paths find. Throws EvalError `expression/object-path`. */
export function renderObjectPath(object: Json, template: string, context: EvalContext): string {
  return renderParts(parseObjectPath(template), object, context);
}

function renderParts(parts: readonly Part[], value: Json, context: EvalContext): string {
  let text = "";
  for (const part of parts) {
    const more = renderPart(part, value, context);
    chargeBytes(context, more.length * 2);
    text += more;
  }
  return text;
}

function renderPart(part: Part, value: Json, context: EvalContext): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "path":
      return follow([value], part.steps, context).map(writeValue).join(" ");
    case "range":
      return follow([value], part.steps, context)
        .map((item) => renderParts(part.parts, item, context))
        .join("");
  }
}

function writeValue(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function follow(values: readonly Json[], steps: readonly Step[], context: EvalContext): readonly Json[] {
  let found = values;
  for (const step of steps) {
    chargeSteps(context, found.length + 1);
    found = found.flatMap((value) => take(value, step, context));
  }
  return found;
}

function take(value: Json, step: Step, context: EvalContext): readonly Json[] {
  switch (step.kind) {
    case "field":
      return isJsonObject(value) && Object.hasOwn(value, step.name) ? [value[step.name] as Json] : [];
    case "all":
      return listMembers(value);
    case "descend":
      return descend(value, context);
    case "index":
      return takeIndex(value, step.index);
    case "slice":
      return takeSlice(value, step);
    case "union":
      return step.steps.flatMap((one) => take(value, one, context));
    case "filter":
      return listMembers(value).filter((member) => passes(member, step, context));
  }
}

function listMembers(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  return isJsonObject(value)
    ? Object.keys(value)
        .toSorted()
        .map((key) => value[key] as Json)
    : [];
}

function descend(value: Json, context: EvalContext): readonly Json[] {
  const members = listMembers(value);
  chargeSteps(context, members.length + 1);
  return [value, ...members.flatMap((member) => descend(member, context))];
}

function takeIndex(value: Json, index: number): readonly Json[] {
  if (!Array.isArray(value)) return [];
  const list = value as readonly Json[];
  const found = list.at(index);
  return found === undefined
    ? refuse(`array index out of bounds: index ${index}, length ${list.length}`)
    : [found];
}

function takeSlice(value: Json, { start, end, step = 1 }: Extract<Step, { kind: "slice" }>): readonly Json[] {
  if (!Array.isArray(value)) return [];
  if (step <= 0) return refuse("step must be > 0");
  return (value as readonly Json[]).slice(start ?? 0, end).filter((_, index) => index % step === 0);
}

function passes(member: Json, step: Extract<Step, { kind: "filter" }>, context: EvalContext): boolean {
  const left = readOperand(member, step.left, context);
  if (step.operator === "exists") return left !== undefined;
  const right = step.right === undefined ? undefined : readOperand(member, step.right, context);
  if (left === undefined || right === undefined) return false;
  switch (step.operator) {
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    default:
      return compare(left, right, step.operator);
  }
}

function compare(left: Json, right: Json, operator: string): boolean {
  if (typeof left !== typeof right || (typeof left !== "number" && typeof left !== "string"))
    return refuse(`${JSON.stringify(left)} and ${JSON.stringify(right)} cannot be compared`);
  const [a, b] = [left, right as Literal];
  if (operator === "<") return a < b;
  if (operator === "<=") return a <= b;
  return operator === ">" ? a > b : a >= b;
}

function readOperand(member: Json, operand: Operand, context: EvalContext): Json | undefined {
  return operand.kind === "value" ? operand.value : follow([member], operand.steps, context)[0];
}
