/**
 * Node selectors: `displayName=approve,phase!=Succeeded`. A text that is no selector is a name, a display name or an id.
 * The rules are those of Argo (docs/node-field-selector.md; workflow/util, SelectorMatchesNode) and of Kubernetes' field
 * selectors: commas mean and, empty terms are left out, a backslash takes the meaning from `,`, `=` and itself, and a
 * field that a node does not have is empty text.
 */
import type { RunState } from "../../../model/run/run-state.ts";
import { taskKinds } from "../../../model/run/phase.ts";
import { jsonToText } from "../evaluate/json-text.ts";
import { showMembers } from "./edges.ts";
import { displayName, isNamed, nodeId, nodeName } from "./node-names.ts";
import { nodePhase } from "./node-message.ts";
import { describeTemplate } from "./node-status.ts";
import { isVisible } from "./tree.ts";

interface Term {
  readonly field: string;
  readonly equal: boolean;
  readonly value: string;
}

/** Tasks that a selector names, in order; of these alone, when there are some. */
export function findSelected(
  state: RunState,
  selector: string,
  among?: readonly number[],
): readonly number[] {
  const terms = parseSelector(selector);
  if (terms === undefined) return findNamed(state, selector.trim(), among);
  const matches = (task: number): boolean =>
    isVisible(state, task) && terms.every((term) => doesMatch(state, task, term));
  return among?.filter(matches) ?? filterTasks(state, matches);
}

/**
 * A loop in steps is no node of its own, but people call all of it by the name of its step, unless a node has that name.
 * Of given tasks no others are looked at, because somebody may ask for each task on its own.
 */
function findNamed(state: RunState, name: string, among: readonly number[] | undefined): readonly number[] {
  const isNode = (task: number): boolean => isVisible(state, task) && isNamed(state, task, name);
  const isLoop = (task: number): boolean =>
    state.tasks.kind[task] === taskKinds.group && isNamed(state, task, name);
  if (among !== undefined) {
    const isMember = (task: number): boolean => {
      const group = state.tasks.parent[task] ?? -1;
      return isVisible(state, task) && isLoop(group) && !isVisible(state, group);
    };
    return among.filter((task) => isNode(task) || isMember(task));
  }
  const found = filterTasks(state, isNode);
  if (found.length > 0) return found;
  return filterTasks(state, isLoop).flatMap((group) => showMembers(state, group));
}

function filterTasks(state: RunState, matches: (task: number) => boolean): readonly number[] {
  const found: number[] = [];
  for (let task = 0; task < state.tasks.size; task += 1) if (matches(task)) found.push(task);
  return found;
}

/** Undefined for a text that is no selector: names of loop members may hold commas and equals signs, too. */
function parseSelector(selector: string): readonly Term[] | undefined {
  const terms: Term[] = [];
  for (const part of splitTerms(selector)) {
    if (part.trim() === "") continue;
    const match = /^\s*([A-Za-z][\w.-]*)\s*(!=|==?)(.*)$/su.exec(part);
    if (match === null) return undefined;
    const [, field = "", operator, value = ""] = match;
    const plain = value.replace(/^\s+|(?<!\\)\s+$/gu, "").replace(/\\(.)/gsu, "$1");
    terms.push({ field, equal: operator !== "!=", value: plain });
  }
  return terms.length === 0 ? undefined : terms;
}

/** The parts between commas that no backslash escapes; escapes stay as they are. */
function splitTerms(selector: string): readonly string[] {
  return selector.match(/(?:\\.|[^,\\])+/gsu) ?? [];
}

function doesMatch(state: RunState, task: number, term: Term): boolean {
  return (readField(state, task, term.field) === term.value) === term.equal;
}

/** Value of a field of a node; empty for fields that it does not have. */
function readField(state: RunState, task: number, field: string): string {
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
      // The name in the stored template counts for a node that refers to one (Argo, GetTemplateFromNode).
      return textOf(templateRef(state, task)?.["template"] ?? describeTemplate(state, task)["templateName"]);
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

/** An attempt works with what its task was given. */
function readInput(state: RunState, task: number, field: string): string {
  const match = /^inputs\.parameters\.(.+)\.value$/u.exec(field);
  if (match === null) return "";
  const { tasks, inputs } = state;
  const owner = tasks.kind[task] === taskKinds.attempt ? (tasks.parent[task] ?? -1) : task;
  const value = (inputs.get(task) ?? inputs.get(owner))?.values[match[1] ?? ""];
  return value === undefined ? "" : jsonToText(value);
}
