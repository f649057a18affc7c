/**
 * Which variables a tag may name at some place of a template (Argo validate.go, resolveAllVariables;
 * docs/variables.md). Siblings are looked up when a tag names them, so a scope costs nothing to make.
 * Tags whose first word is none of the known families are left alone: they stay as written at run time.
 */
import type { Invocation, Template } from "../read/types.ts";
import type { Checker } from "./checker.ts";
import { hasResult } from "./template-type.ts";
import { isKnown } from "./present.ts";
import type { ItemScope, Scope, SiblingView } from "./scope-types.ts";

const globalAlways = ["workflow.creationTimestamp", "workflow.scheduledTime", "workflow.duration"];

const siblingAlways: ReadonlySet<string> = new Set(["id", "startedAt", "finishedAt", "hostNodeName"]);

export function createItemScope(): ItemScope {
  return { any: false, keys: new Set() };
}

/** True when a tag may stand at a place: it can be resolved there, or belongs to no known family. */
export function canResolve(checker: Checker, scope: Scope, tag: string): boolean {
  const name = tag.trim();
  const dot = name.indexOf(".");
  switch (name.slice(0, Math.max(dot, 0))) {
    case "workflow":
      return canResolveGlobal(checker, name);
    case "steps":
    case "tasks":
      return name.startsWith("name", dot + 1) || canResolveInside(scope, name);
    case "inputs":
    case "item":
    case "pod":
      return canResolveInside(scope, name);
    default:
      // Outputs are always accepted, and other families are none of Argo's.
      return true;
  }
}

/** True when a name belongs to the template around a place, or to one around that. */
function canResolveInside(scope: Scope, name: string): boolean {
  for (let place: Scope | undefined = scope; place !== undefined; place = place.outer) {
    if (canResolveHere(place, name)) return true;
  }
  return false;
}

function canResolveGlobal(checker: Checker, name: string): boolean {
  if (checker.globals.has(name)) return true;
  if (name.startsWith("workflow.outputs.parameters.")) return checker.anyGlobalParameter;
  if (name.startsWith("workflow.outputs.artifacts.")) return checker.anyGlobalArtifact;
  if (globalAlways.some((start) => name.startsWith(start))) return true;
  return checker.isTemplate && name.startsWith("workflow.parameters");
}

function canResolveHere(scope: Scope, name: string): boolean {
  if (name.startsWith("item.")) return scope.items.any || scope.items.keys.has(name);
  const family = scope.siblingFamily;
  if (family === undefined || !name.startsWith(`${family}.`)) return scope.names.has(name);
  const reference = splitSiblingTag(name);
  const view = scope.findSibling(reference.name);
  return view !== undefined && canResolveSibling(view, reference.rest);
}

/** `tasks.a.outputs.result` is about `a` and asks for `outputs.result`. */
export function splitSiblingTag(tag: string): { readonly name: string; readonly rest: string } {
  const start = tag.indexOf(".") + 1;
  const end = tag.indexOf(".", start);
  return end === -1
    ? { name: tag.slice(start), rest: "" }
    : { name: tag.slice(start, end), rest: tag.slice(end + 1) };
}

function canResolveSibling(view: SiblingView, rest: string): boolean {
  if (rest === "status") return view.status;
  if (!view.outputs) return false;
  const { template, call } = view.sibling;
  if (siblingAlways.has(rest) || template === undefined) return true;
  if (rest === "ip") return template.daemon === true;
  const looped = isLooped(call);
  if (rest === "outputs.parameters") return looped;
  if (rest === "outputs.result" || rest === "exitCode") {
    return hasResult(template) || (looped && template.containerSet !== undefined);
  }
  return hasDeclaredOutput(template, rest);
}

function hasDeclaredOutput(template: Template, rest: string): boolean {
  const parameter = "outputs.parameters.";
  if (rest.startsWith(parameter)) {
    const name = rest.slice(parameter.length);
    return template.outputs?.parameters?.some((output) => output.name === name) === true;
  }
  const artifact = "outputs.artifacts.";
  if (!rest.startsWith(artifact)) return false;
  const name = rest.slice(artifact.length);
  return template.outputs?.artifacts?.some((output) => output.name === name) === true;
}

/** True when a step or task runs once per item. */
export function isLooped(call: Invocation): boolean {
  return (call.withItems?.length ?? 0) > 0 || isKnown(call.withParam) || call.withSequence !== undefined;
}

/** True when something of a step or task runs after it has ended. */
export function hasExitHook(call: Invocation): boolean {
  return call.hooks?.["exit"] !== undefined || isKnown(call.onExit);
}
