/** A runtime over the simulated ports, undisturbed, for tests that look at one rule. */
import type { Plan, Process } from "../../src/model/plan/plan.ts";
import type { RunEvent } from "../../src/model/run/events.ts";
import type { LiveRun } from "../../src/runtime/live-run.ts";
import { createLife } from "../simulation/life.ts";
import { createRandom } from "../simulation/random.ts";
import type { LifeFaults } from "../simulation/scenario.ts";
import { openSimEngine } from "../simulation/sim-engine.ts";
import type { SimEngine } from "../simulation/sim-engine.ts";
import { simExpression } from "../simulation/sim-language.ts";
import { createTimeline } from "../simulation/timeline.ts";
import { createWorld } from "../simulation/world.ts";
import type { World } from "../simulation/world.ts";

export interface RuntimeBench {
  readonly engine: SimEngine;
  readonly world: World;
  /** Attempt ids in the order of their starts. */
  readonly starts: readonly string[];
  readonly events: readonly { readonly run: LiveRun; readonly event: RunEvent }[];
  /** Lets everything happen until nothing is left to happen. */
  rest(): Promise<void>;
  /** The next engine on the same disk; this one must be closed. */
  restart(capacity: number): RuntimeBench;
}

export function openBench(
  plans: readonly Plan[],
  capacity: number,
  faults: Partial<LifeFaults> = {},
): RuntimeBench {
  const random = createRandom("bench");
  return openLife(plans, capacity, faults, createWorld("bench", createTimeline(random, false)), 1);
}

function openLife(
  plans: readonly Plan[],
  capacity: number,
  faults: Partial<LifeFaults>,
  world: World,
  number: number,
): RuntimeBench {
  const random = createRandom(`bench ${number}`);
  const { timeline } = world;
  const starts: string[] = [];
  const events: { run: LiveRun; event: RunEvent }[] = [];
  const scenario = {
    seed: "bench",
    plans,
    submitAtMs: [],
    limits: {},
    capacity,
    orderFree: true,
    isDisturbed: false,
    lives: [],
    commands: [],
    manualRetries: 0,
  };
  const engine = openSimEngine({
    scenario,
    world,
    life: createLife(number, undefined, () => undefined),
    faults: { losesPower: false, ...faults },
    random,
    committed: () => undefined,
    checkLay: () => undefined,
    checkStart: (order) => void starts.push(order.attemptId),
  });
  engine.runtime.listen((run, more) => events.push(...more.map((event) => ({ run, event }))));
  const rest = async (): Promise<void> => {
    do await new Promise((resolve) => setImmediate(resolve));
    while (timeline.step() !== undefined);
  };
  const restart = (places: number): RuntimeBench => openLife(plans, places, {}, world, number + 1);
  return { engine, world, starts, events, rest, restart };
}

/** One node that is called once for each of `count` items; every call is a task that can only succeed or fail. */
export function makeFanOutPlan(count: number): Plan {
  const inputs = [{ name: "path", kind: "value" as const, default: "", optional: false }];
  const command = {
    name: "main",
    role: "main" as const,
    image: "sim",
    command: ["run"],
    args: [simExpression("attempt")],
    env: [],
    volumes: [],
    after: [],
    retries: 0,
    retryDelayMs: 0,
  };
  const work: Process = {
    id: "work",
    inputs,
    body: {
      kind: "task",
      task: {
        commands: [command],
        inputs: [],
        outputParameters: [],
        outputArtifacts: [],
        captureResult: true,
        graceMs: 0,
      },
    },
    outputs: [],
    policy: {},
    at: [],
  };
  const node = {
    name: "n",
    needs: [],
    each: { kind: "sequence" as const, start: 0, count },
    call: { kind: "process" as const, process: 0 },
    arguments: [{ port: "path", kind: "value" as const, value: simExpression("path"), optional: false }],
    tolerates: { failed: true, errored: true },
    hooks: [],
    at: [],
  };
  const region: Process = {
    id: "main",
    inputs,
    body: {
      kind: "region",
      region: {
        nodes: [node],
        order: { kind: "graph", stopOnFailure: false },
        endOnFailure: false,
        errorCountsAs: "errored",
      },
    },
    outputs: [],
    policy: {},
    at: [],
  };
  return {
    language: "sim",
    processes: [work, region],
    entry: 1,
    arguments: [],
    values: {},
    labels: {},
    files: {},
    hooks: [],
    policy: {},
    notes: {},
  };
}
