/** A simulation under way: what its parts share. */
import type { Ledger } from "./ledger.ts";
import type { Random } from "./random.ts";
import type { LifeFaults, Scenario } from "./scenario.ts";
import type { SimEngine } from "./sim-engine.ts";
import type { World } from "./world.ts";

/** A rule of the runtime was broken. */
export class Violation extends Error {}

export interface Simulation {
  readonly scenario: Scenario;
  readonly world: World;
  readonly random: Random;
  readonly trace: (line: string) => void;
  ledger: Ledger;
  engine: SimEngine;
  faults: LifeFaults;
  lives: number;
  lostAttempts: number;
  quarantines: number;
  /** Whether any run was ever quarantined, also one of an engine that died before anybody saw it. */
  hasQuarantined: boolean;
  retriesLeft: number;
  personActs: number;
  /** Numbers of the runs that somebody submitted. */
  readonly submitted: Set<number>;
  /** Runs whose submission was answered. */
  readonly confirmed: Set<string>;
  /** Runs whose end was told to whoever waited for it. */
  readonly told: Set<string>;
  /** Problems found where nobody could throw. */
  readonly problems: string[];
}
