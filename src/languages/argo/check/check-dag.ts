/**
 * Dag templates (Argo validate.go, validateDAG).
 * A task sees the outputs of its ancestors. Argo's check accepts an output of any task of the dag outside of
 * arguments, and the run then fails: that is a warning here.
 */
import type { DocumentPath, Template } from "../read/types.ts";
import { checkArguments } from "./check-arguments.ts";
import { checkCall, checkHooks } from "./check-call.ts";
import { checkLoop, declaresLoop } from "./check-loop.ts";
import { checkOutputs } from "./check-outputs.ts";
import { checkTags } from "./check-tags.ts";
import type { DagCheck } from "./dag-check.ts";
import { createDagGraph } from "./dag-graph.ts";
import { descend, reportError, reportWarning } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";
import { checkDependencies, checkTaskNames } from "./check-dependencies.ts";
import { hasTag, isKnown } from "./present.ts";
import { createItemScope, splitSiblingTag } from "./scope.ts";
import type { ItemScope, Scope, SiblingView } from "./scope-types.ts";

/** Of a task without a loop. */
const noItem: ItemScope = createItemScope();
/** Inside of an inline template nobody asks what the items around it are. */
const anyItem: ItemScope = { any: true, keys: new Set() };

export function checkDag(checker: Checker, site: Site, template: Template, base: Scope): void {
  const name = template.name ?? "";
  if (template.activeDeadlineSeconds !== undefined) {
    const text = `templates.${name}.activeDeadlineSeconds is only valid for leaf templates`;
    reportError(checker, "argo/not-a-leaf", site, text, ["activeDeadlineSeconds"]);
  }
  const tasks = template.dag?.tasks ?? [];
  if (tasks.length === 0) {
    reportError(checker, "argo/empty-dag", site, `templates.${name} must have at least one task`, ["dag"]);
  }
  const graph = createDagGraph(tasks);
  const taskSite = descend(site, "dag", "tasks");
  const check: DagCheck = { checker, site, taskSite, name, tasks, graph, siblings: [] };
  checkTaskNames(check);
  checkDependencies(check);
  const scope: Scope = {
    ...base,
    siblingFamily: "tasks",
    findSibling: (task) => viewTask(check, task, undefined),
  };
  const inlineScope: Scope = { ...scope, items: anyItem };
  for (const index of graph.order) checkTaskCall(check, index, inlineScope);
  checkTarget(check, template.dag?.target, scope);
  for (const index of graph.order) checkTaskScope(check, index, base);
  checkOutputs(checker, site, template, scope, "DAG");
}

/** What task `from` may say about another one; from outside of the tasks, everything but the status. */
function viewTask(check: DagCheck, name: string, from: number | undefined): SiblingView | undefined {
  const index = check.graph.indexOf(name);
  if (index === undefined) return undefined;
  const sibling = check.siblings[index] ?? { call: check.tasks[index] ?? {}, template: undefined };
  const call = sibling.call;
  const isSelf = from === index;
  const status =
    call.hooks !== undefined || from === undefined || (!isSelf && check.graph.isAncestor(index, from));
  return { sibling, outputs: true, status };
}

function placeTask(check: DagCheck, index: number): { readonly site: Site; readonly place: string } {
  const place = `templates.${check.name}.tasks.${check.tasks[index]?.name ?? ""}`;
  return { site: descend(check.taskSite, index), place };
}

/** `scope` is what an inline template sees of the dag. */
function checkTaskCall(check: DagCheck, index: number, scope: Scope): void {
  const task = check.tasks[index];
  if (task === undefined) return;
  const { site, place } = placeTask(check, index);
  check.siblings[index] = { call: task, template: checkCall(check.checker, site, task, place, scope) };
}

function checkTaskScope(check: DagCheck, index: number, base: Scope): void {
  const task = check.tasks[index];
  if (task === undefined) return;
  const { checker } = check;
  const { site, place } = placeTask(check, index);
  const items = declaresLoop(task) ? createItemScope() : noItem;
  checkLoop(checker, site, task, place, items);
  const findSibling = (name: string): SiblingView | undefined => viewTask(check, name, index);
  const scope: Scope = { names: base.names, siblingFamily: "tasks", findSibling, items, outer: base.outer };
  checkTags(checker, site, scope, { value: task, below: [], prefix: place, except: "inline" }, (tag, below) =>
    checkAncestor(check, index, tag, below),
  );
  if (task.arguments !== undefined) {
    checkArguments(checker, site, task.arguments, `${place}.arguments.`, false);
  }
  checkHooks(checker, site, task.hooks, place);
}

/** A task that uses an output of another must depend on it. */
function checkAncestor(check: DagCheck, index: number, tag: string, below: DocumentPath): void {
  if (!tag.startsWith("tasks.") || tag === "tasks.name") return;
  const { checker, graph } = check;
  const { name } = splitSiblingTag(tag);
  const other = graph.indexOf(name);
  if (other === undefined || graph.isAncestor(other, index) || (other === index && below[0] === "hooks"))
    return;
  const { site, place } = placeTask(check, index);
  const hint = `add ${name} to depends or dependencies of this task`;
  const [field, list, position] = below;
  if (field === "arguments" && typeof position === "number" && isPlainReference(check, index, below, tag)) {
    const argument = list === "artifacts" ? "artifact" : "parameter";
    const named =
      check.tasks[index]?.arguments?.[list === "artifacts" ? "artifacts" : "parameters"]?.[position];
    const text = `${place} missing dependency '${name}' for ${argument} '${named?.name ?? ""}'`;
    return reportError(checker, "argo/missing-dependency", site, text, below, hint);
  }
  const text = `${place} uses {{${tag}}} but does not depend on '${name}'`;
  reportWarning(checker, "argo/missing-dependency", site, text, below, hint);
}

/** Argo looks only at arguments that begin with the reference. */
function isPlainReference(check: DagCheck, index: number, below: DocumentPath, tag: string): boolean {
  const [, list, position, field] = below;
  const args = check.tasks[index]?.arguments;
  if (typeof position !== "number") return false;
  const start = `{{${tag}`;
  if (list === "parameters" && field === "value")
    return args?.parameters?.[position]?.value?.startsWith(start) === true;
  return (
    list === "artifacts" && field === "from" && args?.artifacts?.[position]?.from?.startsWith(start) === true
  );
}

function checkTarget(check: DagCheck, target: string | undefined, scope: Scope): void {
  const { checker, site, name, graph } = check;
  if (!isKnown(target)) return;
  const below = ["dag", "target"];
  checkTags(checker, site, scope, { value: target, below, prefix: `templates.${name}.targets` });
  const known = target.replace(
    /\{\{\s*workflow\.parameters\.([-\w]+)\s*\}\}/g,
    (tag: string, parameter: string) => checker.parameterValues.get(parameter) ?? tag,
  );
  if (hasTag(known)) return;
  for (const task of known.split(/\s+/).filter(isKnown)) {
    if (graph.indexOf(task) !== undefined) continue;
    const text = `templates.${name}.targets: target '${task}' is not defined`;
    reportError(checker, "argo/undefined-target", site, text, below);
  }
}
