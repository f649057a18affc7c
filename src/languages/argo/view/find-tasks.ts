/**
 * Node selectors: `displayName=approve,phase!=Succeeded`. A text that is no selector is a name, a display name or an id
 * (Argo, docs/node-field-selector.md).
 */
import type { RunState } from "../../../model/run/run-state.ts";
import { jsonToText } from "../evaluate/json-text.ts";
import { displayName, nodeId, nodeName } from "./node-names.ts";
import { nodePhase } from "./node-message.ts";
import { describeTemplate } from "./node-status.ts";
import { isVisible } from "./tree.ts";

interface Term {
  readonly field: string;
  readonly equal: boolean;
  readonly value: string;
}

/** Tasks that a selector names, in order; none when the selector names an unknown field. */
export function findSelected(state: RunState, selector: string): readonly number[] {
  const terms = parseSelector(selector);
  const matches =
    terms === undefined
      ? (task: number) => isNamed(state, task, selector.trim())
      : (task: number) => terms.every((term) => doesMatch(state, task, term));
  const found: number[] = [];
  for (let task = 0; task < state.tasks.size; task += 1) {
    if (isVisible(state, task) && matches(task)) found.push(task);
  }
  return found;
}

function parseSelector(selector: string): readonly Term[] | undefined {
  const terms: Term[] = [];
  for (const part of selector.split(",")) {
    const match = /^\s*([A-Za-z][^=!]*?)\s*(!=|==?)\s*(.*?)\s*$/su.exec(part);
    if (match === null) return undefined;
    const [, field = "", operator, value = ""] = match;
    terms.push({ field, equal: operator !== "!=", value });
  }
  return terms;
}

function isNamed(state: RunState, task: number, text: string): boolean {
  return displayName(state, task) === text || nodeName(state, task) === text || nodeId(state, task) === text;
}

function doesMatch(state: RunState, task: number, term: Term): boolean {
  const value = readField(state, task, term.field);
  return value !== undefined && (value === term.value) === term.equal;
}

/** Value of a field of a node; undefined for fields that no selector may name. */
function readField(state: RunState, task: number, field: string): string | undefined {
  switch (field) {
    case "displayName":
      return displayName(state, task);
    case "name":
      return nodeName(state, task);
    case "id":
      return nodeId(state, task);
    case "phase":
      return nodePhase(state, task);
    case "templateName":
      return textOf(describeTemplate(state, task)["templateName"]);
    case "templateRef.name":
      return textOf(templateRef(state, task)?.["name"]);
    case "templateRef.template":
      return textOf(templateRef(state, task)?.["template"]);
    default:
      return readInput(state, task, field);
  }
}

function templateRef(state: RunState, task: number): { readonly [key: string]: unknown } | undefined {
  const ref = describeTemplate(state, task)["templateRef"];
  return typeof ref === "object" && ref !== null && !Array.isArray(ref)
    ? (ref as { readonly [key: string]: unknown })
    : undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function readInput(state: RunState, task: number, field: string): string | undefined {
  const match = /^inputs\.parameters\.(.+)\.value$/u.exec(field);
  if (match === null) return undefined;
  const value = state.inputs.get(task)?.values[match[1] ?? ""];
  return value === undefined ? "" : jsonToText(value);
}
