/**
 * Random plans with every construct. Processes call only later ones, so that plans are finite;
 * leaves take the locks `a` and `b`, regions one of their own, so that no plan locks itself out.
 */
import fc from "fast-check";
import type { Json } from "../../src/base/json.ts";
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

export interface PlanShape {
  /** Deadlines, queue timeouts and elapsed limits: what happens depends on when. */
  readonly timed: boolean;
  /** Locks, limits and hooks on conditions: what happens first depends on order. */
  readonly ordered: boolean;
}

interface RawNode {
  readonly callee: number;
  readonly needs: readonly number[];
  readonly guard: string;
  readonly when: string;
  readonly each: string;
  readonly tolerates: "failed" | "errored" | "any" | undefined;
  readonly hook: string;
  readonly hookOf: "each" | "whole" | "both" | undefined;
  readonly hookCallee: number;
}

interface RawRegion {
  readonly nodes: readonly RawNode[];
  readonly stages: boolean;
  readonly stopOnFailure: boolean;
  readonly blames: "first" | "last" | undefined;
  readonly endOnFailure: boolean;
  readonly childrenAtMost: number | undefined;
  readonly errorCountsAs: "errored" | "failed";
  readonly targets: readonly number[] | undefined;
  readonly output: string | undefined;
  readonly locked: boolean;
  readonly retry: RetrySpec | undefined;
}

/** Mostly the first, sometimes one of the others. */
function mostly<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(usual) },
    { weight: 2, arbitrary: fc.constantFrom(usual, ...others) },
  );
}

const rawNode: fc.Arbitrary<RawNode> = fc.record({
  callee: fc.nat(20),
  needs: fc.uniqueArray(fc.nat(3), { maxLength: 2 }),
  guard: mostly(
    "none",
    "failed",
    "errored",
    "succeeded",
    "not",
    "or",
    "any-succeeded",
    "all-failed",
    "omitted",
  ),
  when: mostly("none", "true", "false", "need", "fail", "item"),
  each: mostly("none", "empty", "one", "three", "expression", "broken", "sequence"),
  tolerates: mostly(undefined, "failed", "errored", "any"),
  hook: mostly("none", "ended", "running", "failed"),
  hookOf: fc.constantFrom(undefined, "each" as const, "whole" as const, "both" as const),
  hookCallee: fc.nat(20),
});

function rawRetry(shape: PlanShape): fc.Arbitrary<RetrySpec | undefined> {
  const retry = fc.record(
    {
      more: fc.nat(2),
      on: fc.constantFrom("failed" as const, "errored" as const, "any" as const, "transient" as const),
      if: fc.constantFrom("eq lastcode 1", "true", "fail 'retry"),
      delayMs: fc.constantFrom(0, 10, 1000),
      factor: fc.constantFrom(1, 2),
      capMs: fc.constant(1500),
      ...(shape.timed ? { elapsedAtMostMs: fc.constantFrom(5, 2000) } : {}),
    },
    { requiredKeys: ["more"] },
  );
  return fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: retry });
}

function rawRegion(shape: PlanShape): fc.Arbitrary<RawRegion> {
  return fc.record({
    nodes: fc.array(rawNode, { minLength: 1, maxLength: 4 }),
    stages: fc.boolean(),
    stopOnFailure: shape.ordered ? fc.boolean() : fc.constant(false),
    blames: mostly<"first" | "last" | undefined>(undefined, "first", "last"),
    endOnFailure: shape.ordered ? mostly(false, true) : fc.constant(false),
    childrenAtMost: shape.ordered ? mostly<number | undefined>(undefined, 1, 2) : fc.constant(undefined),
    errorCountsAs: fc.constantFrom("errored" as const, "failed" as const),
    targets: fc.option(fc.uniqueArray(fc.nat(3), { maxLength: 2 }), { nil: undefined, freq: 4 }),
    output: mostly<string | undefined>(undefined, "'done", "fail 'out"),
    locked: shape.ordered ? mostly(false, true) : fc.constant(false),
    retry: rawRetry(shape),
  });
}

function leaf(shape: PlanShape): fc.Arbitrary<ProcessSpec> {
  return fc
    .record({
      do: mostly<"task" | "eval" | "wait" | "request">("task", "eval", "wait", "request"),
      ms: mostly<number | undefined>(undefined, 100),
      retry: rawRetry(shape),
      locks: shape.ordered
        ? mostly<Record<string, number> | undefined>(undefined, { a: 1 }, { a: 2 }, { b: 1, a: 1 })
        : fc.constant(undefined),
      taskTimeoutMs: shape.timed ? mostly<number | undefined>(undefined, 50) : fc.constant(undefined),
      service: mostly<boolean | undefined>(undefined, true),
      queueTimeoutMs: shape.timed ? mostly<number | undefined>(undefined, 50) : fc.constant(undefined),
      output: mostly<string | undefined>(undefined, "'done", "fail 'out", "supplied:x"),
    })
    .map(({ output, service, ...fields }) =>
      dropUndefined<ProcessFields>({
        ...fields,
        service: fields.do === "task" ? service : undefined,
        ...(output === undefined ? {} : { outputs: { out: output } }),
      }),
    );
}

/** Plans that end, if everything under way ends. */
export function randomPlan(shape: PlanShape): fc.Arbitrary<PlanSpec> {
  return fc
    .record({
      regions: fc.array(rawRegion(shape), { minLength: 1, maxLength: 3 }),
      leaves: fc.array(leaf(shape), { minLength: 1, maxLength: 3 }),
      hooks: fc.array(
        fc.record({
          callee: fc.nat(20),
          if: mostly<string | undefined>(undefined, "eq status 'failed", "eq status 'running"),
        }),
        { maxLength: 2 },
      ),
      attemptsAtMost: shape.ordered ? mostly<number | undefined>(undefined, 1, 2) : fc.constant(undefined),
      deadlineMs: shape.timed ? mostly<number | undefined>(undefined, 80) : fc.constant(undefined),
      suspended: mostly<boolean | undefined>(undefined, true),
    })
    .map(({ regions, leaves, hooks, ...policy }) => {
      const names = [
        ...regions.map((_, index) => (index === 0 ? "main" : `r${index}`)),
        ...leaves.map((_, index) => `l${index}`),
      ];
      const after = (index: number, pick: number): string =>
        names[index + 1 + (pick % (names.length - index - 1))] as string;
      const specs: [string, ProcessSpec][] = [
        ...regions.map((region, index): [string, ProcessSpec] => [
          names[index] as string,
          buildRegion(region, index, (pick) => after(index, pick)),
        ]),
        ...leaves.map((spec, index): [string, ProcessSpec] => [
          names[regions.length + index] as string,
          spec,
        ]),
      ];
      const runHooks = hooks.map((hook, index): [string, HookSpec] => {
        const call = after(0, hook.callee);
        return [`h${index}`, hook.if === undefined ? call : { call, if: hook.if }];
      });
      return dropUndefined<PlanSpec>({
        ...policy,
        processes: Object.fromEntries(specs),
        hooks: Object.fromEntries(runHooks),
      });
    });
}

function buildRegion(raw: RawRegion, index: number, callee: (pick: number) => string): ProcessSpec {
  const nodes = raw.nodes.map((node, place): [string, NodeSpec] => [
    `n${place}`,
    buildNode(node, place, raw.stages, callee),
  ]);
  const cut = Math.ceil(nodes.length / 2);
  return dropUndefined<ProcessFields>({
    ...(raw.stages
      ? { stages: [Object.fromEntries(nodes.slice(0, cut)), Object.fromEntries(nodes.slice(cut))] }
      : { graph: Object.fromEntries(nodes) }),
    stopOnFailure: raw.stopOnFailure,
    blames: raw.blames,
    endOnFailure: raw.endOnFailure,
    childrenAtMost: raw.childrenAtMost,
    errorCountsAs: raw.errorCountsAs,
    targets: raw.stages ? undefined : raw.targets?.map((target) => `n${target % nodes.length}`),
    outputs: raw.output === undefined ? undefined : { out: raw.output },
    locks: raw.locked ? { [`r${index}`]: 1 } : undefined,
    retry: raw.retry,
  });
}

function buildNode(
  raw: RawNode,
  place: number,
  isStaged: boolean,
  callee: (pick: number) => string,
): NodeFields {
  const needs = isStaged ? [] : raw.needs.filter((need) => need < place).map((need) => `n${need}`);
  const hookCall = callee(raw.hookCallee);
  const hook = { call: hookCall, ...(raw.hookOf === undefined ? {} : { of: raw.hookOf }) };
  const hooks: Record<string, HookSpec> =
    raw.hook === "none"
      ? {}
      : raw.hook === "ended"
        ? { done: hook }
        : { seen: { ...hook, if: `eq ownphase '${raw.hook}` } };
  return dropUndefined<NodeFields>({
    call: callee(raw.callee),
    needs,
    guard: buildGuard(raw.guard, needs),
    when: buildWhen(raw.when, needs),
    each: buildEach(raw.each),
    tolerates: raw.tolerates,
    hooks,
  });
}

function buildGuard(kind: string, needs: readonly string[]): GuardSpec | undefined {
  const [first, second = first] = needs;
  if (first === undefined || kind === "none") return undefined;
  if (kind === "not") return { not: `${first}.succeeded` };
  if (kind === "or") return { or: [`${first}.passed`, { and: [`${second}.failed`, `${first}.errored`] }] };
  return `${first}.${kind}`;
}

function buildWhen(kind: string, needs: readonly string[]): string | undefined {
  const table: Readonly<Record<string, string | undefined>> = {
    true: "true",
    false: "false",
    fail: "fail 'when",
    item: "not eq item 1",
    need: needs[0] === undefined ? undefined : `eq phase ${needs[0]} 'succeeded`,
  };
  return table[kind];
}

function buildEach(kind: string): NodeFields["each"] {
  const table: Readonly<Record<string, readonly Json[] | string | { count: number }>> = {
    empty: [],
    one: [0],
    three: [0, 1, 2],
    expression: "[1,2]",
    broken: "'x",
    sequence: { count: 2 },
  };
  return table[kind];
}

function dropUndefined<T extends object>(fields: { readonly [K in keyof T]?: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
