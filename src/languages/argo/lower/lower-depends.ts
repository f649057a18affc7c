/**
 * The order of a dag task: `dependencies`, or `depends` with its operators, as a list of needs and a guard.
 * A bare name in `depends` means succeeded, skipped or serving; `dependencies` are bare names joined by `&&`,
 * which failed or errored tasks pass as well when their own continueOn says so (Argo, workflow/common/ancestry.go).
 */
import { unreachable } from "../../../base/errors.ts";
import { parseDepends } from "../../../expressions/depends/depends.ts";
import type { DependsNode, DependsOperand } from "../../../expressions/depends/depends.ts";
import type { Guard, GuardState } from "../../../model/plan/plan.ts";
import type { DagTask } from "../read/types.ts";
import type { NodeOrder } from "./lower-node.ts";
import { report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";

const free: NodeOrder = { needs: [] };

/** `a && b`: names only, so that no guard is needed. */
const plainNames = /^\s*[\w-]+(?:\s*&&\s*[\w-]+)*\s*$/u;

export function lowerDepends(
  desk: Lowering,
  task: DagTask,
  tasks: readonly DagTask[],
  indexOf: ReadonlyMap<string, number>,
  place: Place,
): NodeOrder {
  const { depends, dependencies } = task;
  if (dependencies !== undefined && dependencies.length > 0)
    return lowerDependencies(desk, dependencies, tasks, indexOf, place);
  if (depends === undefined || depends.trim() === "") return free;
  if (plainNames.test(depends)) {
    return {
      needs: findAll(
        desk,
        depends.split("&&").map((name) => name.trim()),
        indexOf,
        place,
      ),
    };
  }
  const parsed = parseDepends(depends);
  if (!parsed.ok) {
    const at = { document: place.document, path: [...place.path, "depends"] };
    report(
      desk,
      "error",
      "argo/bad-depends",
      `depends ${JSON.stringify(depends)} cannot be read: ${parsed.error.message}`,
      at,
    );
    return free;
  }
  const needs: number[] = [];
  const guard = toGuard(parsed.value, (name) => {
    const need = findOne(desk, name, indexOf, place);
    if (need !== undefined && !needs.includes(need)) needs.push(need);
    return need ?? 0;
  });
  return { needs, guard };
}

function lowerDependencies(
  desk: Lowering,
  names: readonly string[],
  tasks: readonly DagTask[],
  indexOf: ReadonlyMap<string, number>,
  place: Place,
): NodeOrder {
  const needs = findAll(desk, names, indexOf, place);
  const tolerant = needs.some((need) => tasks[need]?.continueOn !== undefined);
  if (!tolerant) return { needs };
  const parts = needs.map((node): Guard => {
    const { failed, error } = tasks[node]?.continueOn ?? {};
    const passed: Guard = { kind: "is", node, state: "passed" };
    const more: Guard[] = [];
    if (failed === true) more.push({ kind: "is", node, state: "failed" });
    if (error === true) more.push({ kind: "is", node, state: "errored" });
    return more.length === 0 ? passed : { kind: "or", of: [passed, ...more] };
  });
  return {
    needs,
    guard: parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: "and", of: parts },
  };
}

function findAll(
  desk: Lowering,
  names: readonly string[],
  indexOf: ReadonlyMap<string, number>,
  place: Place,
): readonly number[] {
  const found: number[] = [];
  for (const name of names) {
    const index = findOne(desk, name, indexOf, place);
    if (index !== undefined) found.push(index);
  }
  return found.length < 2 ? found : [...new Set(found)];
}

function findOne(
  desk: Lowering,
  name: string,
  indexOf: ReadonlyMap<string, number>,
  place: Place,
): number | undefined {
  const index = indexOf.get(name);
  if (index === undefined)
    report(desk, "error", "argo/unknown-dependency", `dependency '${name}' is not a task of this dag`, place);
  return index;
}

const states: Readonly<Record<DependsOperand, GuardState>> = {
  Succeeded: "succeeded",
  Failed: "failed",
  Errored: "errored",
  Skipped: "skipped",
  Omitted: "omitted",
  Daemoned: "serving",
  AnySucceeded: "any-succeeded",
  AllFailed: "all-failed",
};

function toGuard(node: DependsNode, find: (name: string) => number): Guard {
  switch (node.kind) {
    case "task":
      return {
        kind: "is",
        node: find(node.task),
        state: node.operand === undefined ? "passed" : states[node.operand],
      };
    case "not":
      return { kind: "not", of: toGuard(node.operand, find) };
    case "and":
    case "or":
      return { kind: node.kind, of: node.operands.map((operand) => toGuard(operand, find)) };
    default:
      return unreachable(node);
  }
}
