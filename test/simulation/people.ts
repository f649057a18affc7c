/** The people around the simulated engine: those who interfere, and those who are asked. */
import { findUnsetOutput } from "../../src/engine/decide/finish-wait.ts";
import type { RunInput } from "../../src/model/run/inputs.ts";
import type { RunState } from "../../src/model/run/run-state.ts";
import type { LiveRun } from "../../src/runtime/live-run.ts";
import { runIdOf } from "./sim-engine.ts";
import type { CommandAt } from "./scenario.ts";
import { checkRefusal, watchEnd } from "./answers.ts";
import { Violation } from "./simulation.ts";
import type { Simulation } from "./simulation.ts";

/** A person resumes at most so often before something must be wrong. */
const actsAtMost = 500;

/** Puts the scenario's commands on the timeline. */
export function scheduleCommands(sim: Simulation): void {
  const { timeline } = sim.world;
  for (const command of sim.scenario.commands) {
    timeline.at(timeline.now() + command.atMs, `${command.kind} ${command.run}`, () =>
      giveCommand(sim, command),
    );
  }
}

function giveCommand(sim: Simulation, command: CommandAt): void {
  const { engine } = sim;
  const run = engine.findLive(runIdOf(command.run));
  if (run === undefined || run.state.ended !== undefined) return;
  engine.runtime.send(run.runId, toInput(sim, run, command.kind));
  confirmDurably(sim);
}

/** The answer to a command is given only when its consequences are on the disk. */
function confirmDurably(sim: Simulation): void {
  const { engine, world, problems } = sim;
  engine.runtime.settleDurably().then(
    () => {
      if (world.disk.durableCount < world.disk.commits.length)
        problems.push("a command was answered before it was durable");
    },
    (error: unknown) => checkRefusal(sim, engine, error),
  );
}

function toInput(sim: Simulation, run: LiveRun, kind: CommandAt["kind"]): RunInput {
  const at = sim.world.timeline.now();
  switch (kind) {
    case "suspend":
      return { kind: "run.suspend", at };
    case "resume":
      return { kind: "run.resume", at };
    case "stop":
      return { kind: "run.stop", at, message: "enough" };
    case "terminate":
      return { kind: "run.terminate", at };
    case "set": {
      const [task = 0] = run.state.waits.keys();
      const phase = sim.random.pick(["succeeded", "failed", "errored", "skipped"] as const);
      return { kind: "task.set", at, task, values: { out: "given" }, phase };
    }
  }
}

/** Moves whatever only a person can move; false when there is nothing left to do. */
export async function actAsPerson(sim: Simulation): Promise<boolean> {
  const { engine, ledger, world } = sim;
  const at = world.timeline.now();
  const open = [...ledger.states.values()].filter((state) => state.ended === undefined);
  // Whoever waits for others is helped by helping those.
  const asking = open.filter((state) => state.suspended || state.waits.size > 0);
  for (const state of asking.length > 0 ? asking : open) {
    sim.personActs += 1;
    if (sim.personActs > actsAtMost) throw new Violation(`${state.runId} asks for somebody without end`);
    engine.runtime.send(state.runId, findAnswer(state, at));
    confirmDurably(sim);
    return true;
  }
  return retryByHand(sim, at);
}

/** Whoever is asked for a value gives it; otherwise the run just goes on. */
function findAnswer(state: RunState, at: number): RunInput {
  for (const task of state.waits.keys()) {
    const name = findUnsetOutput(state, task);
    if (name !== undefined) return { kind: "task.set", at, task, values: { [name]: "given" } };
  }
  return { kind: "run.resume", at };
}

async function retryByHand(sim: Simulation, at: number): Promise<boolean> {
  const bad = [...sim.ledger.states.values()].filter((state) => state.ended === 4 || state.ended === 5);
  if (sim.retriesLeft === 0 || bad.length === 0) return false;
  sim.retriesLeft -= 1;
  const run = await sim.engine.take(sim.random.pick(bad).runId);
  sim.trace(`${at} ${run.runId} is retried by hand`);
  sim.engine.runtime.send(run.runId, { kind: "run.retry", at, also: [], values: {} });
  sim.told.delete(run.runId);
  watchEnd(sim, run.runId);
  return true;
}
