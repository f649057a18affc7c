/** What one seed means: the plans, the room, and everything that will go wrong. */
import type { Plan } from "../../src/model/plan/plan.ts";
import type { RunLimits } from "../../src/model/run/run-limits.ts";
import type { Random } from "./random.ts";
import { createRandom } from "./random.ts";
import { makeRandomPlan } from "./random-plan.ts";

/** What befalls one life of the engine. */
export interface LifeFaults {
  /** Number of the port call in which the process dies. */
  readonly dieAtCall?: number;
  /** Number of the step after which the process dies. */
  readonly dieAtStep?: number;
  /** The whole machine loses power, not only the process. */
  readonly losesPower: boolean;
  readonly failAtCommit?: number;
  readonly failsInSync?: boolean;
  readonly failAtFileCall?: number;
  /** The evaluator breaks at this evaluation, counted in this life, for one run. */
  readonly breakAtEvaluation?: number;
}

export interface CommandAt {
  readonly atMs: number;
  readonly run: number;
  readonly kind: "suspend" | "resume" | "stop" | "terminate" | "set";
}

export interface Scenario {
  readonly seed: string;
  readonly plans: readonly Plan[];
  /** When each run is submitted. */
  readonly submitAtMs: readonly number[];
  readonly capacity: number;
  /** How many runs may be under way at once. */
  readonly limits: RunLimits;
  /** The result must equal that of an undisturbed run. */
  readonly orderFree: boolean;
  readonly isDisturbed: boolean;
  readonly lives: readonly LifeFaults[];
  readonly commands: readonly CommandAt[];
  /** How often a badly ended run is retried by hand. */
  readonly manualRetries: number;
}

export function makeScenario(seed: string): Scenario {
  const random = createRandom(`scenario/${seed}`);
  const orderFree = random.chance(0.55);
  const count = random.pick([1, 1, 2, 3, 5]);
  const plans = Array.from({ length: count }, (_, index) =>
    makeRandomPlan(random.fork(`plan ${index}`), { orderFree, depth: random.integer(0, 3) }),
  );
  return {
    seed,
    plans,
    submitAtMs: plans.map(() => random.integer(0, 300)),
    capacity: random.integer(1, 6),
    limits: random.fork("limits").chance(0.3) ? { runsAtMost: random.fork("places").integer(1, 2) } : {},
    orderFree,
    isDisturbed: true,
    lives: makeLives(random),
    commands: orderFree ? [] : makeCommands(random, count),
    manualRetries: orderFree ? 0 : random.integer(0, 2),
  };
}

/** The same work without anything going wrong. */
export function makeTwin(scenario: Scenario): Scenario {
  return { ...scenario, isDisturbed: false, lives: [], commands: [], manualRetries: 0 };
}

function makeLives(random: Random): readonly LifeFaults[] {
  return Array.from({ length: random.integer(0, 5) }, (): LifeFaults => {
    const losesPower = random.chance(0.3);
    const kind = random.integer(1, 10);
    if (kind <= 5) return { losesPower, dieAtCall: random.integer(1, random.chance(0.5) ? 12 : 80) };
    if (kind <= 7) return { losesPower, dieAtStep: random.integer(1, 150) };
    if (kind === 8)
      return { losesPower, failAtCommit: random.integer(1, 30), failsInSync: random.chance(0.5) };
    if (kind === 9) return { losesPower, failAtFileCall: random.integer(1, 20) };
    return { losesPower, breakAtEvaluation: random.integer(1, 60) };
  });
}

function makeCommands(random: Random, runs: number): readonly CommandAt[] {
  return Array.from({ length: random.integer(0, 5) }, () => ({
    atMs: random.integer(0, 6_000),
    run: random.integer(0, runs - 1),
    kind: random.pick(["suspend", "suspend", "resume", "stop", "terminate", "set"] as const),
  }));
}
