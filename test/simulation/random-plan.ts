/**
 * Random plans: graphs, stages, fan-outs, nesting, recursion, retries with backoff, hooks, waits for time and for
 * people, requests, timeouts, limits, locks of tasks, of regions and of whole runs, and kept results.
 *
 * A plan that is `orderFree` has nothing whose end depends on which of two parallel things came first,
 * so an undisturbed run of it must give the same result as a disturbed one.
 */
import type {
  Argument,
  Body,
  Guard,
  Hook,
  Lock,
  Node,
  Output,
  Plan,
  Policy,
  Process,
  Region,
} from "../../src/model/plan/plan.ts";
import type { Random } from "./random.ts";
import { makeCallbacks } from "./receivers.ts";
import { frail } from "./world.ts";
import { simExpression } from "./sim-language.ts";

export interface PlanWishes {
  readonly orderFree: boolean;
  /** Most regions inside each other. */
  readonly depth: number;
}

/** Makes a plan; every number and name in it follows from the random stream. */
export function makeRandomPlan(random: Random, wishes: PlanWishes): Plan {
  const locks = makeRunLocks(random.fork("locks"));
  const builder: Builder = { random, wishes, processes: [], runLocks: locks.locks ?? [] };
  const entry = addRegion(builder, wishes.depth);
  const callbacks = makeCallbacks(random.fork("callbacks"));
  return {
    language: "sim",
    processes: builder.processes,
    entry,
    arguments: [{ port: "path", kind: "value", value: "top", optional: false }],
    values: {},
    labels: {},
    files: {},
    hooks: random.chance(0.3) ? [makeHook(builder, "exit")] : [],
    policy: {
      ...(random.chance(0.3) ? { attemptsAtMost: random.integer(1, 4) } : {}),
      ...(random.chance(0.1) ? { suspended: true } : {}),
      ...locks,
      ...(!wishes.orderFree && random.chance(0.2) ? { deadlineMs: random.integer(500, 20_000) } : {}),
    },
    ...(callbacks.length === 0 ? {} : { callbacks }),
    notes: {},
  };
}

interface Builder {
  readonly random: Random;
  readonly wishes: PlanWishes;
  readonly processes: Process[];
  /** What the run as a whole holds. */
  readonly runLocks: readonly Lock[];
}

const ports = ["path", "data", "left"].map((name) => ({
  name,
  kind: "value" as const,
  default: "",
  optional: false,
}));

function addProcess(builder: Builder, body: Body, outputs: readonly Output[], policy: Policy): number {
  const number = builder.processes.length;
  builder.processes.push({
    id: `p${number}`,
    inputs: ports,
    body,
    outputs,
    policy,
    at: ["processes", number],
  });
  return number;
}

function addCallee(builder: Builder, depth: number): number {
  const { random } = builder;
  if (depth > 0 && builder.processes.length < 14 && random.chance(0.35)) return addRegion(builder, depth - 1);
  const kind = random.integer(1, 20);
  if (kind <= 1) return addProcess(builder, { kind: "wait", durationMs: random.integer(1, 3_000) }, [], {});
  if (kind <= 2) return addWaitForPerson(builder);
  if (kind <= 3) return addRequest(builder);
  if (kind <= 4) return addEval(builder);
  if (kind <= 5 && depth > 0) return addRecursion(builder);
  return addTask(builder);
}

function addTask(builder: Builder): number {
  const { random, wishes } = builder;
  const isService = random.chance(0.15);
  const command = {
    name: "main",
    role: "main" as const,
    image: "sim",
    command: ["run"],
    args: [simExpression("attempt"), ...(isService && !wishes.orderFree ? [frail] : [])],
    env: [],
    volumes: [],
    after: [],
    retries: 0,
    retryDelayMs: 0,
  };
  const hasOutput = random.chance(0.3);
  return addProcess(
    builder,
    {
      kind: "task",
      task: {
        commands: [command],
        inputs: [],
        outputParameters: hasOutput ? [{ name: "out", path: "/out" }] : [],
        outputArtifacts: [],
        captureResult: true,
        graceMs: random.integer(0, 500),
      },
    },
    hasOutput ? [{ name: "out", kind: "value", from: { kind: "attempt" } }] : [],
    isService ? makeServicePolicy(builder) : makeLeafPolicy(builder),
  );
}

function makeLeafPolicy({ random, wishes, runLocks }: Builder): Policy {
  const isTimed = !wishes.orderFree;
  return {
    ...(random.chance(0.35) ? { retry: makeRetry(random) } : {}),
    ...(random.chance(0.15) ? { attemptTimeoutMs: random.integer(100, 4_000) } : {}),
    ...(isTimed && random.chance(0.15) ? { taskTimeoutMs: random.integer(100, 8_000) } : {}),
    ...(isTimed && random.chance(0.1) ? { queueTimeoutMs: random.integer(50, 3_000) } : {}),
    ...(random.chance(0.2) ? { locks: makeLocks(random, runLocks) } : {}),
    ...(isTimed && random.fork("memo").chance(0.1) ? { memo: makeMemo(random.fork("memo")) } : {}),
  };
}

/** Which run makes a result first depends on time, so that only plans keep results whose ends may differ. */
function makeMemo(random: Random): NonNullable<Policy["memo"]> {
  const key = random.pick(["k", "l"]);
  return { cache: "cache", key, ...(random.chance(0.3) ? { ageAtMostMs: random.integer(1, 2_000) } : {}) };
}

const single: Lock = { key: "lock-run", limit: 1 };
const pair: Lock = { key: "lock-pair", limit: 2 };
const ofRegions: Lock = { key: "lock-region", limit: 1 };

/** A lock of the whole run, and how urgent it is. */
function makeRunLocks(random: Random): Pick<Plan["policy"], "locks" | "priority"> {
  return {
    ...(random.chance(0.35) ? { locks: random.pick([[single], [pair], [single, pair]]) } : {}),
    ...(random.chance(0.3) ? { priority: random.integer(1, 3) } : {}),
  };
}

/**
 * Locks are taken in one order: those of runs, of regions, of leaves. What a leaf wants of those above it, something
 * around it holds already. So the plans themselves cannot be a deadlock.
 */
function makeLocks(random: Random, runLocks: readonly Lock[]): NonNullable<Policy["locks"]> {
  if (random.fork("again").chance(0.3)) return [...runLocks, { key: "lock-a", limit: 1 }];
  const first = { key: "lock-a", limit: 1 };
  const second = { key: simExpression("text:lock-b"), limit: 2 };
  return random.pick([[first], [second], [first, second]]);
}

/** What ends a service from outside makes what it was used for depend on when. */
function makeServicePolicy(builder: Builder): Policy {
  const { attemptTimeoutMs, ...policy } = makeLeafPolicy(builder);
  const timeout = builder.wishes.orderFree || attemptTimeoutMs === undefined ? {} : { attemptTimeoutMs };
  return { ...policy, ...timeout, service: true };
}

function makeRetry(random: Random): NonNullable<Policy["retry"]> {
  return {
    attemptsMore: random.integer(0, 3),
    on: random.pick(["failed", "any", "errored", "transient"] as const),
    ...(random.chance(0.5) ? { delayMs: random.integer(1, 800), factor: random.integer(1, 3) } : {}),
    ...(random.chance(0.2) ? { capMs: 500 } : {}),
    ...(random.chance(0.2) ? { condition: simExpression("flip:70", "boolean") } : {}),
  };
}

function addWaitForPerson(builder: Builder): number {
  const supplied: Output = { name: "out", kind: "value", from: { kind: "supplied" } };
  const outputs = builder.random.chance(0.3) ? [supplied] : [{ ...supplied, default: "nothing said" }];
  const durationMs = builder.wishes.orderFree || builder.random.chance(0.5) ? {} : { durationMs: 2_000 };
  return addProcess(builder, { kind: "wait", ...durationMs }, outputs, {});
}

function addRequest(builder: Builder): number {
  const request = {
    method: "GET",
    url: simExpression("attempt"),
    headers: [],
    timeoutMs: 1_000,
    verifyTls: true,
  };
  const policy = builder.random.chance(0.3) ? { retry: makeRetry(builder.random) } : {};
  return addProcess(builder, { kind: "request", request }, [], policy);
}

function addEval(builder: Builder): number {
  const word = builder.random.chance(0.1) ? "fail" : "path:!";
  const value = simExpression(word);
  return addProcess(
    builder,
    { kind: "eval" },
    [{ name: "out", kind: "value", from: { kind: "expression", value, optional: false } }],
    {},
  );
}

/** A process that calls itself by name as long as its counter says so. */
function addRecursion(builder: Builder): number {
  const work = addTask(builder);
  const number = builder.processes.length;
  const rounds = builder.random.integer(1, 3);
  const again: Node = {
    ...makeNode("again", { kind: "named", id: simExpression(`text:p${number}`) }, ["work"], [0]),
    arguments: [
      ...makeArguments(["work"]),
      { port: "left", kind: "value", value: simExpression(`fewer:${rounds}`), optional: false },
    ],
    // The counter is empty in the first call, and full then.
    condition: simExpression(`some-left:${rounds}`, "boolean"),
  };
  const nodes = [makeNode("work", { kind: "process", process: work }, [], []), again];
  const region: Region = {
    nodes,
    order: { kind: "graph", stopOnFailure: false },
    endOnFailure: false,
    errorCountsAs: "errored",
  };
  return addProcess(builder, { kind: "region", region }, [], {});
}

function addRegion(builder: Builder, depth: number): number {
  const { random, wishes } = builder;
  const size = random.integer(1, 5);
  const stages = random.chance(0.35) ? cutIntoStages(random, size) : undefined;
  const isStaged = stages !== undefined;
  // In stages a node sees what the stages before it brought.
  const countBefore = (index: number): number =>
    stages?.find((members) => members.includes(index))?.[0] ?? index;
  const nodes = Array.from({ length: size }, (_, index) =>
    makeRandomNode(builder, depth, index, countBefore(index)),
  );
  const last = nodes.at(-1)?.name ?? "";
  const output: Output = {
    name: "out",
    kind: "value",
    from: { kind: "expression", value: simExpression(`join:${last}`), optional: true },
  };
  const region: Region = {
    nodes: isStaged ? nodes.map(withoutNeeds) : nodes,
    order:
      stages !== undefined
        ? { kind: "stages", stages }
        : { kind: "graph", stopOnFailure: !wishes.orderFree && random.chance(0.5) },
    endOnFailure: !wishes.orderFree && random.chance(0.15),
    errorCountsAs: random.pick(["errored", "failed"] as const),
    ...(random.chance(0.2) ? { childrenAtMost: random.integer(1, 3) } : {}),
  };
  const policy = {
    ...(random.chance(0.15) ? { retry: makeRetry(random) } : {}),
    ...(random.fork("lock of the region").chance(0.15) ? { locks: [ofRegions] } : {}),
  };
  return addProcess(builder, { kind: "region", region }, random.chance(0.5) ? [output] : [], policy);
}

/** In stages the order is the stages' alone. */
function withoutNeeds(node: Node): Node {
  const copy: { -readonly [K in keyof Node]: Node[K] } = { ...node, needs: [] };
  delete copy.guard;
  return copy;
}

function cutIntoStages(random: Random, size: number): readonly (readonly number[])[] {
  const stages: number[][] = [[]];
  for (let index = 0; index < size; index += 1) {
    if (index > 0 && random.chance(0.5)) stages.push([]);
    stages.at(-1)?.push(index);
  }
  return stages;
}

function makeRandomNode(builder: Builder, depth: number, index: number, before: number): Node {
  const { random } = builder;
  const needs = Array.from({ length: before }, (_, other) => other).filter(() => random.chance(0.4));
  const callee = addCallee(builder, depth);
  const base = makeNode(
    `n${index}`,
    { kind: "process", process: callee },
    needs.map((need) => `n${need}`),
    needs,
  );
  return {
    ...base,
    ...(random.chance(0.3) ? { each: makeEach(random) } : {}),
    ...(random.chance(0.2) ? { condition: simExpression("flip:75", "boolean") } : {}),
    ...(needs.length > 0 && random.chance(0.4) ? { guard: makeGuard(random, needs) } : {}),
    tolerates: { failed: random.chance(0.3), errored: random.chance(0.2) },
    hooks: random.chance(0.15) ? [makeHook(builder, "h")] : [],
  };
}

function makeNode(
  name: string,
  call: Node["call"],
  readsFrom: readonly string[],
  needs: readonly number[],
): Node {
  return {
    name,
    needs,
    call,
    arguments: makeArguments(readsFrom),
    tolerates: { failed: false, errored: false },
    hooks: [],
    at: ["nodes", name],
  };
}

function makeArguments(readsFrom: readonly string[]): readonly Argument[] {
  const path: Argument = { port: "path", kind: "value", value: simExpression("path"), optional: false };
  if (readsFrom.length === 0) return [path];
  return [
    path,
    { port: "data", kind: "value", value: simExpression(`join:${readsFrom.join(",")}`), optional: false },
  ];
}

function makeEach(random: Random): NonNullable<Node["each"]> {
  const kind = random.integer(0, 2);
  if (kind === 0) return { kind: "items", items: ["a", "b", { deep: 1 }].slice(0, random.integer(0, 3)) };
  if (kind === 1) return { kind: "items", items: simExpression(`list:${random.integer(1, 6)}`, "list") };
  return { kind: "sequence", start: random.integer(0, 3), count: random.integer(0, 5) };
}

function makeGuard(random: Random, needs: readonly number[]): Guard {
  const states = [
    "passed",
    "succeeded",
    "failed",
    "errored",
    "skipped",
    "omitted",
    "any-succeeded",
    "all-failed",
  ] as const;
  const of = needs.map((node): Guard => ({ kind: "is", node, state: random.pick(states) }));
  const guard: Guard = { kind: random.pick(["and", "or"] as const), of };
  return random.chance(0.3) ? { kind: "not", of: guard } : guard;
}

function makeHook(builder: Builder, name: string): Hook {
  const { random } = builder;
  const on = random.chance(0.6) ? "ended" : "condition";
  const phase = random.pick(["running", "failed", "succeeded"]);
  return {
    name,
    on,
    ...(on === "condition" ? { condition: simExpression(`phase-is:${phase}`, "boolean") } : {}),
    call: { kind: "process", process: random.chance(0.2) ? addRegion(builder, 0) : addTask(builder) },
    arguments: [{ port: "path", kind: "value", value: simExpression(`path:!${name}`), optional: false }],
    at: ["hooks", name],
  };
}
