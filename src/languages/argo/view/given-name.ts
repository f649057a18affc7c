/**
 * Display names that templates give to their nodes by an annotation (Argo, Template.GetDisplayName).
 * The tags in them are those that are known as soon as a node has its inputs.
 */
import { isJsonObject } from "../../../base/json.ts";
import type { Json } from "../../../base/json.ts";
import { phases, taskKinds } from "../../../model/run/phase.ts";
import type { RunState } from "../../../model/run/run-state.ts";
import { jsonToText } from "../evaluate/json-text.ts";
import { ownMember } from "../evaluate/own-member.ts";
import { findProcess } from "./tree.ts";

/** The annotation that brings a display name. */
export const displayNameAnnotation = "workflows.argoproj.io/display-name";

/** What Argo takes for a display name. */
const shape = /^[a-zA-Z0-9][a-zA-Z0-9-.]{0,61}[a-zA-Z0-9]$/u;

/** The name that the template of a task gives to its node; undefined when there is none, or it is not a good one. */
export function findGivenName(state: RunState, task: number): string | undefined {
  const names = state.index.plan.notes["displayNames"];
  if (!isJsonObject(names) || !isExecuted(state, task)) return undefined;
  const source = ownMember(names, findProcess(state, task)?.id ?? "");
  if (typeof source !== "string") return undefined;
  const name = source.replace(/\{\{([^{}]*)\}\}/gu, (tag, inner: string) => {
    const value = findValue(state, task, inner.trim());
    return value === undefined ? tag : jsonToText(value);
  });
  return shape.test(name) ? name : undefined;
}

/** Argo names a node when it executes its template: what was skipped or omitted, and what is inside, keeps its own name. */
function isExecuted({ tasks }: RunState, task: number): boolean {
  const phase = tasks.phase[task];
  if (phase === phases.waiting || phase === phases.skipped || phase === phases.omitted) return false;
  const kind = tasks.kind[task];
  return kind !== taskKinds.group && kind !== taskKinds.stage && kind !== taskKinds.attempt;
}

function findValue(state: RunState, task: number, name: string): Json | undefined {
  const [, family = "", rest = ""] =
    /^(inputs\.parameters|workflow\.parameters|workflow)\.(.+)$/u.exec(name) ?? [];
  if (family === "inputs.parameters") return ownMember(state.inputs.get(task)?.values, rest);
  if (family === "workflow.parameters") return ownMember(state.values, rest);
  if (family !== "workflow") return undefined;
  return rest === "name"
    ? state.name
    : rest === "namespace"
      ? state.index.plan.notes["namespace"]
      : undefined;
}
