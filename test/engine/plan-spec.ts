/**
 * Plans in few words, for scripts (as YAML) and for tests (as objects).
 * A text that begins with `=` is an expression of the toy dialect; everything else is written down.
 */
import type { Json } from "../../src/base/json.ts";
import type { Dynamic, Expression, ExpressionForm } from "../../src/model/plan/expression.ts";
import type {
  Argument,
  Body,
  Call,
  Each,
  Guard,
  GuardState,
  Hook,
  Lock,
  Node,
  Output,
  Plan,
  Policy,
  Process,
  Region,
  RetryPolicy,
} from "../../src/model/plan/plan.ts";

export interface PlanSpec {
  readonly processes: Readonly<Record<string, ProcessSpec>>;
  /** Name of the entry process; `main` when absent. */
  readonly entry?: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, string>>;
  readonly hooks?: Readonly<Record<string, HookSpec>>;
  readonly attemptsAtMost?: number | string;
  readonly deadlineMs?: number;
  readonly suspended?: boolean;
}

export type ProcessSpec = "task" | "eval" | "wait" | "request" | ProcessFields;

export interface ProcessFields {
  readonly do?: "task" | "eval" | "wait" | "request";
  /** Duration of a wait. */
  readonly ms?: number | string;
  readonly accept?: string;
  readonly graph?: Readonly<Record<string, NodeSpec>>;
  readonly stages?: readonly Readonly<Record<string, NodeSpec>>[];
  readonly targets?: readonly string[] | string;
  readonly stopOnFailure?: boolean;
  readonly blames?: "first" | "last";
  readonly endOnFailure?: boolean;
  readonly childrenAtMost?: number | string;
  readonly errorCountsAs?: "errored" | "failed";
  /** Defaults by input; null for none. */
  readonly inputs?: Readonly<Record<string, string | null>>;
  /** Expressions by output; `attempt` and `supplied` stand for themselves; `supplied:text` has a default. */
  readonly outputs?: Readonly<Record<string, string>>;
  readonly publish?: Readonly<Record<string, string>>;
  readonly retry?: RetrySpec;
  readonly locks?: Readonly<Record<string, number>>;
  readonly attemptTimeoutMs?: number;
  readonly taskTimeoutMs?: number;
  readonly queueTimeoutMs?: number;
  readonly service?: boolean;
}

export interface RetrySpec {
  readonly more?: number | string;
  readonly on?: RetryPolicy["on"];
  readonly if?: string;
  readonly delayMs?: number;
  readonly factor?: number;
  readonly capMs?: number;
  readonly elapsedAtMostMs?: number;
}

export type NodeSpec = string | NodeFields;

export interface NodeFields {
  readonly call: string;
  readonly needs?: readonly string[];
  readonly guard?: GuardSpec;
  readonly when?: string;
  /** A list, an expression, or a sequence. */
  readonly each?:
    | readonly Json[]
    | string
    | { readonly start?: number | string; readonly count?: number | string; readonly end?: number | string };
  readonly args?: Readonly<Record<string, string>>;
  readonly tolerates?: "failed" | "errored" | "any";
  readonly hooks?: Readonly<Record<string, HookSpec>>;
}

export type HookSpec =
  | string
  | {
      readonly call: string;
      readonly if?: string;
      readonly of?: "each" | "whole" | "both";
      readonly args?: Readonly<Record<string, string>>;
    };

export type GuardSpec =
  | string
  | { readonly and: readonly GuardSpec[] }
  | { readonly or: readonly GuardSpec[] }
  | { readonly not: GuardSpec };

export function buildPlan(spec: PlanSpec): Plan {
  const ids = Object.keys(spec.processes);
  const find = (id: string): number => {
    const place = ids.indexOf(id);
    if (place < 0) throw new Error(`no process '${id}'`);
    return place;
  };
  return {
    language: "toy",
    processes: ids.map((id) => buildProcess(id, spec.processes[id] ?? "task", find)),
    entry: find(spec.entry ?? "main"),
    arguments: buildArguments(spec.args),
    values: Object.fromEntries(
      Object.entries(spec.values ?? {}).map(([name, value]) => [name, dynamic(value, "text")]),
    ),
    labels: {},
    files: {},
    hooks: buildHooks(spec.hooks, find),
    policy: {
      ...(spec.attemptsAtMost === undefined
        ? {}
        : { attemptsAtMost: dynamic(spec.attemptsAtMost, "integer") }),
      ...(spec.deadlineMs === undefined ? {} : { deadlineMs: spec.deadlineMs }),
      ...(spec.suspended === undefined ? {} : { suspended: spec.suspended }),
    },
    notes: {},
  };
}

function buildProcess(id: string, spec: ProcessSpec, find: (id: string) => number): Process {
  const fields: ProcessFields = typeof spec === "string" ? { do: spec } : spec;
  return {
    id,
    inputs: Object.entries(fields.inputs ?? {}).map(([name, value]) => ({
      name,
      kind: "value",
      optional: false,
      ...(value === null ? {} : { default: dynamic(value, "text") }),
    })),
    body: buildBody(fields, find),
    outputs: buildOutputs(fields),
    policy: buildPolicy(fields),
    at: ["processes", id],
  };
}

function buildBody(fields: ProcessFields, find: (id: string) => number): Body {
  if (fields.graph !== undefined || fields.stages !== undefined)
    return { kind: "region", region: buildRegion(fields, find) };
  switch (fields.do ?? "task") {
    case "task":
      return {
        kind: "task",
        task: {
          commands: [],
          inputs: [],
          outputParameters: [],
          outputArtifacts: [],
          captureResult: false,
          graceMs: 0,
        },
      };
    case "eval":
      return { kind: "eval" };
    case "wait":
      return {
        kind: "wait",
        ...(fields.ms === undefined ? {} : { durationMs: dynamic(fields.ms, "duration-ms") }),
      };
    case "request": {
      const request = {
        method: "GET",
        url: "http://host.example/",
        headers: [],
        timeoutMs: 1000,
        verifyTls: true,
      };
      return {
        kind: "request",
        request,
        ...(fields.accept === undefined ? {} : { accept: expression(fields.accept, "boolean") }),
      };
    }
  }
}

function buildRegion(fields: ProcessFields, find: (id: string) => number): Region {
  const stages = fields.stages?.map((stage) => Object.entries(stage));
  const named = stages?.flat() ?? Object.entries(fields.graph ?? {});
  const names = named.map(([name]) => name);
  let next = 0;
  const { targets } = fields;
  return {
    nodes: named.map(([name, node]) =>
      buildNode(name, typeof node === "string" ? { call: node } : node, names, find),
    ),
    order:
      stages === undefined
        ? {
            kind: "graph",
            stopOnFailure: fields.stopOnFailure ?? true,
            ...(fields.blames === undefined ? {} : { blames: fields.blames }),
            ...(targets === undefined
              ? {}
              : {
                  targets:
                    typeof targets === "string"
                      ? expression(targets, "text")
                      : targets.map((name) => names.indexOf(name)),
                }),
          }
        : { kind: "stages", stages: stages.map((stage) => stage.map(() => next++)) },
    endOnFailure: fields.endOnFailure ?? false,
    errorCountsAs: fields.errorCountsAs ?? "errored",
    ...(fields.childrenAtMost === undefined
      ? {}
      : { childrenAtMost: dynamic(fields.childrenAtMost, "integer") }),
  };
}

function buildNode(
  name: string,
  fields: NodeFields,
  names: readonly string[],
  find: (id: string) => number,
): Node {
  const { tolerates } = fields;
  return {
    name,
    needs: (fields.needs ?? []).map((need) => names.indexOf(need)),
    call: buildCall(fields.call, find),
    arguments: buildArguments(fields.args),
    tolerates: {
      failed: tolerates === "failed" || tolerates === "any",
      errored: tolerates === "errored" || tolerates === "any",
    },
    hooks: buildHooks(fields.hooks, find),
    at: ["nodes", name],
    ...(fields.guard === undefined ? {} : { guard: buildGuard(fields.guard, names) }),
    ...(fields.when === undefined ? {} : { condition: expression(fields.when, "boolean") }),
    ...(fields.each === undefined ? {} : { each: buildEach(fields.each) }),
  };
}

function buildCall(call: string, find: (id: string) => number): Call {
  return call.startsWith("=")
    ? { kind: "named", id: expression(call, "text") }
    : { kind: "process", process: find(call) };
}

function buildGuard(guard: GuardSpec, names: readonly string[]): Guard {
  if (typeof guard === "string") {
    const [name = "", state = "passed"] = guard.split(".");
    return { kind: "is", node: names.indexOf(name), state: state as GuardState };
  }
  if ("not" in guard) return { kind: "not", of: buildGuard(guard.not, names) };
  if ("and" in guard) return { kind: "and", of: guard.and.map((part) => buildGuard(part, names)) };
  return { kind: "or", of: guard.or.map((part) => buildGuard(part, names)) };
}

function buildEach(each: NonNullable<NodeFields["each"]>): Each {
  if (typeof each === "string") return { kind: "items", items: expression(each, "list") };
  if (isList(each)) return { kind: "items", items: each };
  return {
    kind: "sequence",
    start: dynamic(each.start ?? 0, "integer"),
    ...(each.count === undefined ? {} : { count: dynamic(each.count, "integer") }),
    ...(each.end === undefined ? {} : { end: dynamic(each.end, "integer") }),
  };
}

function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

function buildHooks(
  hooks: Readonly<Record<string, HookSpec>> | undefined,
  find: (id: string) => number,
): Hook[] {
  return Object.entries(hooks ?? {}).map(([name, hook]) => {
    const fields: Exclude<HookSpec, string> = typeof hook === "string" ? { call: hook } : hook;
    const common = {
      name,
      ...(fields.of === undefined ? {} : { of: fields.of }),
      call: buildCall(fields.call, find),
      arguments: buildArguments(fields.args),
      at: ["hooks", name],
    };
    return fields.if === undefined
      ? { ...common, on: "ended" }
      : { ...common, on: "condition", condition: expression(fields.if, "boolean") };
  });
}

function buildArguments(args: Readonly<Record<string, string>> | undefined): Argument[] {
  return Object.entries(args ?? {}).map(([port, value]) => ({
    port,
    kind: "value",
    value: dynamic(value, "text"),
    optional: false,
  }));
}

function buildOutputs(fields: ProcessFields): Output[] {
  return Object.entries(fields.outputs ?? {}).map(([name, source]) => {
    const publishedAs = fields.publish?.[name];
    const more = publishedAs === undefined ? {} : { publishedAs };
    if (source === "attempt") return { name, kind: "value", from: { kind: "attempt" }, ...more };
    if (source === "supplied") return { name, kind: "value", from: { kind: "supplied" }, ...more };
    if (source.startsWith("supplied:"))
      return { name, kind: "value", from: { kind: "supplied" }, default: source.slice(9), ...more };
    return {
      name,
      kind: "value",
      from: { kind: "expression", value: expression(source, "json"), optional: false },
      ...more,
    };
  });
}

function buildPolicy(fields: ProcessFields): Policy {
  const locks: readonly Lock[] | undefined =
    fields.locks === undefined
      ? undefined
      : Object.entries(fields.locks).map(([key, limit]) => ({ key: dynamic(key, "text"), limit }));
  return {
    ...(fields.retry === undefined ? {} : { retry: buildRetry(fields.retry) }),
    ...(locks === undefined ? {} : { locks }),
    ...(fields.attemptTimeoutMs === undefined ? {} : { attemptTimeoutMs: fields.attemptTimeoutMs }),
    ...(fields.taskTimeoutMs === undefined ? {} : { taskTimeoutMs: fields.taskTimeoutMs }),
    ...(fields.queueTimeoutMs === undefined ? {} : { queueTimeoutMs: fields.queueTimeoutMs }),
    ...(fields.service === true ? { service: true } : {}),
  };
}

function buildRetry(spec: RetrySpec): RetryPolicy {
  const { more, if: condition, on, ...times } = spec;
  return {
    on: on ?? "failed",
    ...(more === undefined ? {} : { attemptsMore: dynamic(more, "integer") }),
    ...(condition === undefined ? {} : { condition: expression(condition, "boolean") }),
    ...times,
  };
}

function expression(source: string, form: ExpressionForm): Expression {
  return { kind: "expression", dialect: "toy", source: source.replace(/^=/, ""), form };
}

function dynamic<T extends string | number>(value: T | string, form: ExpressionForm): Dynamic<T> {
  return typeof value === "string" && value.startsWith("=") ? expression(value, form) : (value as T);
}
