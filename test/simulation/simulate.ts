/**
 * Runs one seed: submits its runs to an engine in simulated time, brings about everything that the scenario says shall
 * go wrong, starts a new engine after every death, and checks after every step.
 */
import { InvariantError } from "../../src/base/errors.ts";
import { checkRefusal, watchEnd } from "./answers.ts";
import {
  checkAtRest,
  checkExecutions,
  checkLocks,
  checkFinalHistory,
  checkStates,
  createOrderChecks,
} from "./checks.ts";
import { describeRun } from "./describe-run.ts";
import { openLedger } from "./ledger.ts";
import { createLife } from "./life.ts";
import { actAsPerson, scheduleCommands } from "./people.ts";
import { losePower } from "./power-loss.ts";
import { createRandom } from "./random.ts";
import type { LifeFaults, Scenario } from "./scenario.ts";
import { makeScenario, makeTwin } from "./scenario.ts";
import { checkCallbacks } from "./receivers.ts";
import { openSimEngine, runIdOf } from "./sim-engine.ts";
import type { SimEngine } from "./sim-engine.ts";
import { Violation } from "./simulation.ts";
import type { Simulation } from "./simulation.ts";
import { createTimeline } from "./timeline.ts";
import { createWorld } from "./world.ts";

/** More steps than any plan of the generator can need. */
const stepsAtMost = 40_000;
/** States are compared with the fold of their history every so many steps; it costs as much as the run is large. */
const stepsBetweenComparisons = 16;
/** More engines than any scenario has reasons to start. */
const livesAtMost = 100;

export interface Verdict {
  readonly steps: number;
  readonly lives: number;
  readonly executions: number;
  /** Callbacks that ends of runs called for. */
  readonly callbacks: number;
  readonly quarantines: number;
  /** Whether the result was compared with that of an undisturbed twin. */
  readonly compared: boolean;
}

const noTrace = (): void => undefined;
const unharmed: LifeFaults = { losesPower: false };

/** Runs the seed, and its undisturbed twin when the two must agree. Throws a Violation. */
export async function simulate(seed: string, trace: (line: string) => void = noTrace): Promise<Verdict> {
  const scenario = makeScenario(seed);
  const disturbed = await runScenario(scenario, trace);
  const isComparable = scenario.orderFree && disturbed.lostAttempts === 0;
  if (isComparable) {
    const twin = await runScenario(makeTwin(scenario), (line) => trace(`twin: ${line}`));
    compareWithTwin(disturbed, twin);
  }
  return {
    steps: disturbed.steps,
    lives: disturbed.lives,
    executions: disturbed.world.executions.length,
    callbacks: disturbed.ledger.owedCommits.size,
    quarantines: disturbed.quarantines,
    compared: isComparable,
  };
}

async function runScenario(
  scenario: Scenario,
  trace: (line: string) => void,
): Promise<Simulation & { steps: number }> {
  const sim = openSimulation(scenario, trace);
  let steps = 0;
  let stepsOfLife = 0;
  for (; steps < stepsAtMost; steps += 1) {
    const { life, runtime } = sim.engine;
    const mustDie = stepsOfLife === sim.faults.dieAtStep;
    if (life.dead || mustDie || runtime.stoppedBy !== undefined) {
      await startNextLife(sim);
      stepsOfLife = 0;
      continue;
    }
    const what = sim.world.timeline.step();
    if (what === undefined && !(await moveOn(sim))) break;
    trace(`${sim.world.timeline.now()} ${what ?? "at rest"}`);
    await settlePromises();
    stepsOfLife += 1;
    checkStep(sim, steps);
  }
  if (steps >= stepsAtMost) throw new Violation("the simulation does not come to an end");
  await finishSimulation(sim);
  return Object.assign(sim, { steps });
}

function openSimulation(scenario: Scenario, trace: (line: string) => void): Simulation {
  const random = createRandom(`schedule/${scenario.seed}`);
  const timeline = createTimeline(random.fork("timeline"), scenario.isDisturbed);
  const world = createWorld(scenario.seed, timeline);
  const faults = scenario.lives[0] ?? unharmed;
  const sim: Omit<Simulation, "engine"> = {
    scenario,
    world,
    random,
    trace,
    ledger: openLedger([]),
    faults,
    lives: 1,
    lostAttempts: 0,
    quarantines: 0,
    hasQuarantined: false,
    retriesLeft: scenario.manualRetries,
    personActs: 0,
    submitted: new Set(),
    confirmed: new Set(),
    told: new Set(),
    problems: [],
  };
  const whole: Simulation = Object.assign(sim, { engine: openLife(sim, faults) });
  world.receivers.isDurable = (key) =>
    (whole.ledger.owedCommits.get(key) ?? Infinity) <= world.disk.durableCount;
  scenario.submitAtMs.forEach((atMs, number) => {
    timeline.at(timeline.now() + atMs, `submit ${number}`, () => submit(whole, number));
  });
  scheduleCommands(whole);
  return whole;
}

function openLife(sim: Omit<Simulation, "engine">, faults: LifeFaults): SimEngine {
  const life = createLife(sim.lives, faults.dieAtCall, sim.trace);
  const checks = createOrderChecks(sim, life);
  return openSimEngine({
    scenario: sim.scenario,
    world: sim.world,
    life,
    faults,
    random: sim.random.fork(`life ${sim.lives}`),
    committed: (commit) => sim.ledger.add(commit),
    ...checks,
  });
}

/** The process is gone (or is ended because its store failed); a new one takes over what the disk has. */
async function startNextLife(sim: Simulation): Promise<void> {
  const { engine, world, trace } = sim;
  const { stoppedBy } = engine.runtime;
  if (stoppedBy instanceof InvariantError || stoppedBy instanceof Violation) throw stoppedBy;
  trace(
    `${world.timeline.now()} end of life ${engine.life.number}${stoppedBy === undefined ? "" : `: ${stoppedBy.message}`}`,
  );
  if (stoppedBy !== undefined) {
    await watchStopped(sim);
    await closeEngine(sim);
  }
  if (sim.problems.length > 0) throw new Violation(sim.problems.join("; "));
  engine.life.kill();
  if (sim.faults.losesPower) {
    const losses = losePower(world, sim.random);
    sim.ledger = losses.ledger;
    sim.lostAttempts += losses.lostAttempts;
    trace(`power lost: ${world.disk.commits.length} commits left, ${losses.lostAttempts} attempts lost`);
  }
  for (const runId of sim.confirmed) {
    if (!sim.ledger.states.has(runId))
      throw new Violation(`${runId} was confirmed and is not in the history`);
  }
  // What goes on in the world while no engine is there.
  world.timeline.pass(sim.random.integer(0, 3_000));
  sim.lives += 1;
  if (sim.lives > livesAtMost)
    throw new Violation(`engines stop without end: ${stoppedBy?.message ?? "killed"}`);
  sim.faults = sim.scenario.lives[sim.lives - 1] ?? unharmed;
  sim.engine = openLife(sim, sim.faults);
  await sim.engine.adoptAll();
  for (const run of sim.engine.runtime.liveRuns) watchEnd(sim, run.runId);
  resubmitLost(sim);
}

/** A runtime that has stopped may be left standing for a while; it must not act (the checks of orders say so). */
async function watchStopped({ random, world, engine }: Simulation): Promise<void> {
  for (let steps = random.integer(0, 20); steps > 0 && !engine.life.dead; steps -= 1) {
    if (world.timeline.step() === undefined) return;
    await settlePromises();
  }
}

/** Whoever got no answer to a submission asks again. */
function resubmitLost(sim: Simulation): void {
  for (const number of sim.scenario.plans.keys()) {
    if (sim.submitted.has(number) && !sim.ledger.states.has(runIdOf(number))) submit(sim, number);
  }
}

function submit(sim: Simulation, number: number): void {
  const { engine, world, confirmed, problems } = sim;
  const runId = runIdOf(number);
  sim.submitted.add(number);
  engine.submit(number);
  watchEnd(sim, runId);
  engine.runtime.settleDurably().then(
    () => {
      confirmed.add(runId);
      if (world.disk.durableCount < world.disk.commits.length)
        problems.push(`${runId} was confirmed before it was durable`);
    },
    (error: unknown) => checkRefusal(sim, engine, error),
  );
}

function checkStep(sim: Simulation, step: number): void {
  const { runtime } = sim.engine;
  for (const run of runtime.liveRuns) {
    if (run.quarantined !== undefined && !run.quarantined.message.includes("simulated evaluator broke"))
      throw run.quarantined;
  }
  if (sim.engine.life.dead || runtime.stoppedBy !== undefined) return;
  // What is quarantined gives its place to others, and comes back with the next engine.
  sim.hasQuarantined ||= runtime.liveRuns.some((run) => run.quarantined !== undefined);
  const runsAtMost = sim.hasQuarantined ? Infinity : sim.scenario.limits.runsAtMost;
  sim.problems.push(...checkLocks(runtime.liveRuns, sim.ledger, runsAtMost));
  if (step % stepsBetweenComparisons === 0) sim.problems.push(...checkStates(runtime.liveRuns, sim.ledger));
  if (sim.problems.length > 0) throw new Violation(sim.problems.join("; "));
}

/** Nothing will happen by itself any more. Does what only somebody outside can do; false when all is done. */
async function moveOn(sim: Simulation): Promise<boolean> {
  const { engine, ledger } = sim;
  const quarantined = engine.runtime.liveRuns.filter((run) => run.quarantined !== undefined);
  sim.problems.push(...checkAtRest(engine.runtime.liveRuns, ledger, sim.scenario.limits.runsAtMost));
  if (sim.problems.length > 0) throw new Violation(sim.problems.join("; "));
  if (quarantined.length > 0) {
    sim.trace(`${quarantined.map((run) => run.runId).join()} quarantined`);
    sim.quarantines += quarantined.length;
    engine.life.kill();
    return true;
  }
  return actAsPerson(sim);
}

async function finishSimulation(sim: Simulation): Promise<void> {
  const { engine, ledger, world, problems } = sim;
  problems.push(...checkStates(engine.runtime.liveRuns, ledger), ...checkExecutions(world, ledger));
  problems.push(...checkCallbacks(world.receivers, ledger));
  for (const number of sim.scenario.plans.keys()) {
    if (!ledger.states.has(runIdOf(number))) problems.push(`${runIdOf(number)} was forgotten`);
  }
  for (const run of engine.runtime.liveRuns)
    if (!sim.told.has(run.runId)) problems.push(`the end of ${run.runId} was never told`);
  if (await closeEngine(sim)) problems.push(...(await checkFinalHistory(world, ledger)));
  if (problems.length > 0) throw new Violation(problems.join("; "));
}

/** Closing waits for the disk, and the process may die even then. True when it went well. */
async function closeEngine({ engine, world }: Simulation): Promise<boolean> {
  let outcome: "closed" | "failed" | undefined;
  engine.runtime.close({ leaveRunning: false }).then(
    () => (outcome = "closed"),
    () => (outcome = "failed"),
  );
  await settlePromises();
  while (outcome === undefined && !engine.life.dead && world.timeline.step() !== undefined)
    await settlePromises();
  if (outcome === undefined && !engine.life.dead) throw new Violation("the engine does not close");
  return outcome === "closed";
}

function compareWithTwin(disturbed: Simulation, twin: Simulation): void {
  for (const [runId, state] of twin.ledger.states) {
    const wanted = describeRun(state).split("\n");
    const other = disturbed.ledger.states.get(runId);
    const found = other === undefined ? [] : describeRun(other).split("\n");
    const line = wanted.findIndex((text, index) => text !== found[index]);
    if (line < 0 && wanted.length === found.length) continue;
    throw new Violation(
      `${runId} did not end like its undisturbed twin\n  twin:  ${wanted[line] ?? "nothing"}\n  found: ${found[line] ?? "nothing"}`,
    );
  }
}

/** Lets everything happen that only waits for promises. */
function settlePromises(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
