/** Names and dependencies of dag tasks (Argo validate.go, validateDAG; common/ancestry.go, ValidateTaskResults). */
import { dependsOperands, parseDepends } from "../../../expressions/depends/depends.ts";
import { findClosestName } from "../../../base/closest-name.ts";
import type { DagTask } from "../read/types.ts";
import { descend, isFull, reportError } from "./checker.ts";
import type { Site } from "./checker.ts";
import type { DagCheck } from "./dag-check.ts";
import { findFieldNameFault } from "./name-rules.ts";
import { isKnown } from "./present.ts";
import { isLooped } from "./scope.ts";

const taskResults: ReadonlySet<string> = new Set(dependsOperands);

/** Names: there, well formed, each another, and not beginning with a digit where `depends` must tell them. */
export function checkTaskNames(check: DagCheck): void {
  const { checker, tasks, name, graph } = check;
  const usesDepends = tasks.some((task) => isKnown(task.depends));
  tasks.forEach((task, index) => {
    const taskName = task.name;
    if (!isKnown(taskName)) {
      const text = `templates.${name}.tasks[${index}].name is required`;
      return reportError(checker, "argo/missing-name", siteOf(check, index), text);
    }
    const fault = findFieldNameFault(taskName);
    if (fault !== undefined) {
      const text = `templates.${name}.tasks[${index}].name: '${taskName}' is invalid: ${fault}`;
      reportError(checker, "argo/bad-name", siteOf(check, index), text, ["name"]);
    }
    if (graph.indexOf(taskName) !== index) {
      const text = `templates.${name} sorting failed: duplicated nodeName ${taskName}`;
      reportError(checker, "argo/duplicate-name", siteOf(check, index), text, ["name"]);
    }
    if ((usesDepends || (task.dependencies?.length ?? 0) > 0) && /^[0-9]/.test(taskName)) {
      const rule = "name cannot begin with a digit when using either 'depends' or 'dependencies'";
      const text = `templates.${name}.tasks.${taskName} ${rule}`;
      reportError(checker, "argo/bad-name", siteOf(check, index), text, ["name"]);
    }
    if (usesDepends) checkMixture(check, task, index);
  });
}

function siteOf(check: DagCheck, index: number): Site {
  return descend(check.taskSite, index);
}

/** `depends` anywhere in a dag excludes the older way of saying the same. */
function checkMixture(check: DagCheck, task: DagTask, index: number): void {
  const { checker, name } = check;
  if ((task.dependencies?.length ?? 0) > 0) {
    const text = `templates.${name} cannot use both 'depends' and 'dependencies' in the same DAG template`;
    reportError(checker, "argo/bad-depends", siteOf(check, index), text, ["dependencies"]);
  }
  if (task.continueOn !== undefined) {
    const advice = "Instead use 'dep-task.Failed'/'dep-task.Errored'";
    const text = `templates.${name} cannot use 'continueOn' when using 'depends'. ${advice}`;
    reportError(checker, "argo/bad-depends", siteOf(check, index), text, ["continueOn"]);
  }
}

/** Dependencies exist, name results that tasks have, and lead to no circle. */
export function checkDependencies(check: DagCheck): void {
  const { checker, site, name, tasks, graph } = check;
  for (let index = 0; index < tasks.length; index += 1) {
    const task = tasks[index];
    if (task === undefined) continue;
    for (const { name: dependency, task: other, ofItems } of graph.dependencies[index] ?? []) {
      if (other === undefined) reportUndefined(check, task, index, dependency);
      else if (ofItems && !isLooped(tasks[other] ?? {})) {
        const condition = "uses an items-based condition such as .AnySucceeded or .AllFailed";
        const place = `templates.${name}.tasks.${dependency} dependency '${dependency}'`;
        const text = `${place} ${condition} but does not contain any items`;
        reportError(checker, "argo/bad-depends", siteOf(check, index), text, ["depends"]);
      }
    }
    if (isKnown(task.depends)) checkResults(check, task, task.depends, index);
  }
  if (graph.cycle === undefined) return;
  const hint = `the circle is ${graph.cycle.join(" -> ").slice(0, 500)}`;
  reportError(
    checker,
    "argo/cycle",
    site,
    `templates.${name} sorting failed: graph with cycle`,
    ["dag", "tasks"],
    hint,
  );
}

function reportUndefined(check: DagCheck, task: DagTask, index: number, dependency: string): void {
  const { checker, name, tasks } = check;
  if (isFull(checker)) return;
  const field = isKnown(task.depends) ? "depends" : "dependencies";
  const position = task.dependencies?.indexOf(dependency) ?? -1;
  const below = field === "depends" || position === -1 ? [field] : [field, position];
  const closest = findClosestName(
    dependency,
    tasks.map((other) => other.name ?? ""),
  );
  const hint =
    closest === undefined ? `no task of this dag is called ${dependency}` : `did you mean ${closest}?`;
  const text = `templates.${name} sorting failed: invalid dependency ${dependency}`;
  reportError(checker, "argo/undefined-dependency", siteOf(check, index), text, below, hint);
}

/** Results that tasks have not, and text that is no condition at all. */
function checkResults(check: DagCheck, task: DagTask, depends: string, index: number): void {
  const { checker, name } = check;
  const place = `templates.${name}.tasks.${task.name ?? ""}`;
  let known = true;
  for (const [, other = "", result = ""] of depends.matchAll(
    /([a-zA-Z0-9][-a-zA-Z0-9]*?)\.([A-Z][a-zA-Z]+)/g,
  )) {
    if (taskResults.has(result)) continue;
    known = false;
    const text = `${place} task result '${result}' for task '${other}' is invalid`;
    const hint = `results are ${dependsOperands.join(", ")}`;
    reportError(checker, "argo/bad-depends", siteOf(check, index), text, ["depends"], hint);
  }
  if (!known) return;
  const parsed = parseDepends(depends);
  if (parsed.ok) return;
  const text = `${place} depends '${depends}' cannot be read: ${parsed.error.message}`;
  reportError(checker, "argo/bad-depends", siteOf(check, index), text, ["depends"]);
}
