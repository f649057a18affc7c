/**
 * A naive twin of the engine: evaluates a plan recursively, without events, counters, time or order,
 * and says how each task ends. For plans in which the order of things decides nothing.
 */
import { pathPhases } from "./path-phases.ts";
import type { Phases } from "./path-phases.ts";
import type {
  GuardSpec,
  HookSpec,
  NodeFields,
  NodeSpec,
  PlanSpec,
  ProcessFields,
  ProcessSpec,
  RetrySpec,
} from "./plan-spec.ts";
import { isBad } from "./random-run.ts";
import type { Drive } from "./random-run.ts";
import { findFate } from "./random-run.ts";

type End = "serving" | "succeeded" | "failed" | "errored" | "skipped" | "omitted";

/** What a guard or an expression may ask of a task. */
interface Ended {
  readonly end: End;
  readonly members?: readonly End[];
}

interface Twin {
  readonly plan: PlanSpec;
  readonly drive: Drive;
  readonly phases: Phases;
}

/** How every task that the run knows ends, and the run itself (under the name `run`). */
export function evaluatePlan(plan: PlanSpec, drive: Drive): Phases {
  const twin: Twin = { plan, drive, phases: pathPhases() };
  const entry = call(twin, "main", ".");
  note(twin, ".", entry);
  let end: End = entry;
  for (const [name, hook] of Object.entries(plan.hooks ?? {})) {
    const isConditional = typeof hook !== "string" && hook.if !== undefined;
    if (isConditional && !isStatusSeen(hook.if ?? "", entry)) continue;
    const got = runHook(twin, hook, `!${name}`);
    if (!isConditional && isBadEnd(got) && !isBadEnd(end)) end = got;
  }
  twin.phases.set("run", isBadEnd(end) ? end : "succeeded");
  return twin.phases;
}

/** A run is running at some time, whatever becomes of it. */
function isStatusSeen(condition: string, entry: End): boolean {
  return condition.endsWith("'running") || condition.endsWith(`'${entry}`);
}

function note(twin: Twin, path: string, end: End): End {
  twin.phases.set(path, end);
  return end;
}

function isBadEnd(end: End): end is "failed" | "errored" {
  return end === "failed" || end === "errored";
}

function fieldsOf(spec: ProcessSpec | undefined): ProcessFields {
  return typeof spec === "string" ? { do: spec } : (spec ?? {});
}

function runHook(twin: Twin, hook: HookSpec, path: string): End {
  return note(twin, path, call(twin, typeof hook === "string" ? hook : hook.call, path));
}

function call(twin: Twin, process: string, path: string): End {
  const fields = fieldsOf(twin.plan.processes[process]);
  if (fields.retry === undefined) return body(twin, fields, path);
  for (let attempt = 0; ; attempt += 1) {
    const end = note(twin, `${path}#${attempt}`, body(twin, fields, `${path}#${attempt}`));
    if (!isBadEnd(end)) return "succeeded";
    const after = judgeRetry(twin, fields.retry, end, `${path}#${attempt}`, attempt, fields);
    if (after !== "again") return after;
  }
}

function judgeRetry(
  twin: Twin,
  retry: RetrySpec,
  end: "failed" | "errored",
  path: string,
  attempt: number,
  fields: ProcessFields,
): End | "again" {
  const on = retry.on ?? "failed";
  const isTask =
    (fields.do ?? "task") === "task" && fields.graph === undefined && fields.stages === undefined;
  const fate = isTask ? findFate(path, twin.drive) : undefined;
  if (on === "transient" && fate !== "lost") return end;
  if (on !== "any" && on !== "transient" && on !== end) return end;
  if (attempt + 1 > Number(retry.more ?? Infinity)) return end;
  if (retry.if === "fail 'retry") return end;
  // The exit code of a lost attempt is that of its record, which says 0.
  if (retry.if === "eq lastcode 1" && fate !== "one") return end;
  return "again";
}

function body(twin: Twin, fields: ProcessFields, path: string): End {
  const got = work(twin, fields, path);
  // A service that is asked to end has ended well, whatever it leaves behind.
  if (got !== "succeeded" || fields.service === true) return got;
  return Object.values(fields.outputs ?? {}).some((source) => source.startsWith("fail")) ? "errored" : got;
}

function work(twin: Twin, fields: ProcessFields, path: string): End {
  if (fields.graph !== undefined) return graph(twin, fields, fields.graph, path);
  if (fields.stages !== undefined) return stages(twin, fields, fields.stages, path);
  switch (fields.do ?? "task") {
    case "task": {
      const fate = findFate(path, twin.drive);
      return fate === "good" ? "succeeded" : fate === "lost" ? "errored" : "failed";
    }
    case "request":
      return isBad(path, twin.drive) ? "failed" : "succeeded";
    case "eval":
    case "wait":
      return "succeeded";
  }
}

function childPath(path: string, name: string): string {
  return path === "." ? name : `${path}/${name}`;
}

function graph(
  twin: Twin,
  fields: ProcessFields,
  nodes: Readonly<Record<string, NodeSpec>>,
  path: string,
): End {
  const names = Object.keys(nodes);
  const at = (name: string): NodeFields => {
    const node = nodes[name] ?? "";
    return typeof node === "string" ? { call: node } : node;
  };
  const targets = Array.isArray(fields.targets)
    ? (fields.targets as readonly string[])
    : names.filter((name) => !names.some((other) => at(other).needs?.includes(name)));
  const needed = new Set<string>();
  const visit = (name: string): void => {
    needed.add(name);
    at(name).needs?.forEach(visit);
  };
  targets.forEach(visit);
  const ended = new Map<string, Ended>();
  const branch = new Map<string, End>();
  // Needs always come before those that need them.
  for (const name of names.filter((each) => needed.has(each))) {
    const fires = doesGuardHold(at(name), ended);
    const got: Ended = fires
      ? node(twin, at(name), childPath(path, name), ended)
      : { end: note(twin, childPath(path, name), "omitted") };
    ended.set(name, got);
    const before = (at(name).needs ?? []).map((need) => branch.get(need) ?? "succeeded");
    branch.set(
      name,
      got.end !== "skipped" && got.end !== "omitted"
        ? got.end
        : before.includes("errored")
          ? "errored"
          : before.includes("failed")
            ? "failed"
            : "succeeded",
    );
  }
  const bad = targets
    .map((target) => ({ target, end: branch.get(target) ?? "succeeded" }))
    .filter(({ target, end }) => isBadEnd(end) && !isTolerated(at(target), end));
  const blamed = fields.blames === "last" ? bad.at(-1) : bad[0];
  if (blamed === undefined) return "succeeded";
  return blamed.end === "errored" && fields.errorCountsAs !== "failed" ? "errored" : "failed";
}

function stages(
  twin: Twin,
  _fields: ProcessFields,
  list: readonly Readonly<Record<string, NodeSpec>>[],
  path: string,
): End {
  const ended = new Map<string, Ended>();
  for (const stage of list) {
    let isSpoiled = false;
    for (const [name, spec] of Object.entries(stage)) {
      const fields = typeof spec === "string" ? { call: spec } : spec;
      const got = node(twin, fields, childPath(path, name), ended);
      ended.set(name, got);
      if (isBadEnd(got.end) && !isTolerated(fields, got.end)) isSpoiled = true;
    }
    if (isSpoiled) return "failed";
  }
  return "succeeded";
}

function isTolerated(fields: NodeFields, end: End | undefined): boolean {
  if (end === "failed") return fields.tolerates === "failed" || fields.tolerates === "any";
  if (end === "errored") return fields.tolerates === "errored" || fields.tolerates === "any";
  return false;
}

function doesGuardHold(fields: NodeFields, ended: ReadonlyMap<string, Ended>): boolean {
  if (fields.guard !== undefined) return isGuardTrue(fields.guard, ended);
  return (fields.needs ?? []).every((need) => isGuardTrue(`${need}.passed`, ended));
}

function isGuardTrue(guard: GuardSpec, ended: ReadonlyMap<string, Ended>): boolean {
  if (typeof guard !== "string") {
    if ("not" in guard) return !isGuardTrue(guard.not, ended);
    return "and" in guard
      ? guard.and.every((part) => isGuardTrue(part, ended))
      : guard.or.some((part) => isGuardTrue(part, ended));
  }
  const [name = "", state] = guard.split(".");
  const task = ended.get(name);
  if (state === "passed") return ["succeeded", "skipped", "serving"].includes(task?.end ?? "");
  if (state === "any-succeeded") return task?.members?.includes("succeeded") === true;
  if (state === "all-failed")
    return (task?.members?.length ?? 0) > 0 && task?.members?.every((end) => end === "failed") === true;
  return task?.end === state;
}

/** A node, with all its members when it fans out. */
function node(twin: Twin, fields: NodeFields, path: string, ended: ReadonlyMap<string, Ended>): Ended {
  if (fields.each === undefined) return { end: one(twin, fields, path, undefined, ended) };
  const items = listItems(fields.each);
  // A list that cannot be had is as good as empty where the condition is false without an item.
  if (items === undefined) {
    const end = judgeCondition(fields, undefined, ended) === "skipped" ? "skipped" : "errored";
    if (end === "errored") runHooks(twin, fields, path, end, "whole", true);
    return { end: note(twin, path, end) };
  }
  if (items.length === 0) return { end: note(twin, path, "skipped") };
  const members = items.map((item, order) => one(twin, fields, `${path}[${order}]`, item, ended));
  const end = note(twin, path, members.findLast(isBadEnd) ?? "succeeded");
  runHooks(twin, fields, path, end, "whole", false);
  return { end, members };
}

/** Items of a sequence are texts. */
function listItems(each: NonNullable<NodeFields["each"]>): readonly (number | string)[] | undefined {
  if (typeof each === "string") return each === "[1,2]" ? [1, 2] : undefined;
  if ("count" in each) return Array.from({ length: Number(each.count) }, (_, index) => String(index));
  return Array.isArray(each) ? (each as readonly number[]) : undefined;
}

function one(
  twin: Twin,
  fields: NodeFields,
  path: string,
  item: number | string | undefined,
  ended: ReadonlyMap<string, Ended>,
): End {
  const condition = judgeCondition(fields, item, ended);
  const end = note(twin, path, condition ?? call(twin, fields.call, path));
  const isQuick = condition !== undefined || isSettledAtOnce(twin, fields.call);
  if (end === "skipped") return end;
  const isServing =
    condition === undefined &&
    end === "succeeded" &&
    fieldsOf(twin.plan.processes[fields.call]).service === true;
  const seen = isServing ? "serving" : end;
  runHooks(twin, fields, path, seen, fields.each === undefined ? undefined : "each", isQuick);
  return seen;
}

/** The hooks of a task that has run; `part` says which part of a fan-out it is. */
function runHooks(
  twin: Twin,
  fields: NodeFields,
  path: string,
  end: End,
  part: "each" | "whole" | undefined,
  isQuick: boolean,
): void {
  for (const [name, hook] of Object.entries(fields.hooks ?? {})) {
    const of = (typeof hook === "string" ? undefined : hook.of) ?? "each";
    if (part !== undefined && of !== part && of !== "both") continue;
    const wanted = typeof hook === "string" ? undefined : hook.if?.split("'")[1];
    // The end of a service that is not needed any more calls no hooks.
    if ((wanted === undefined && end !== "serving") || wanted === end || (wanted === "running" && !isQuick))
      runHook(twin, hook, `${path}!${name}`);
  }
}

/** An evaluation begins and ends in one step: nobody sees it running. */
function isSettledAtOnce(twin: Twin, process: string): boolean {
  const fields = fieldsOf(twin.plan.processes[process]);
  return (
    fields.do === "eval" &&
    fields.retry === undefined &&
    fields.graph === undefined &&
    fields.stages === undefined
  );
}

function judgeCondition(
  fields: NodeFields,
  item: number | string | undefined,
  ended: ReadonlyMap<string, Ended>,
): End | undefined {
  const { when } = fields;
  if (when === undefined || when === "true") return undefined;
  if (when === "false") return "skipped";
  if (when.startsWith("fail")) return "errored";
  if (when === "not eq item 1") return item === 1 ? "skipped" : undefined;
  return ended.get(when.split(" ")[2] ?? "")?.end === "succeeded" ? undefined : "skipped";
}
