/** What the engine answers to those who wait, and whether it may. */
import type { SimEngine } from "./sim-engine.ts";
import type { Simulation } from "./simulation.ts";

/** Checks that the end of a run is told only when it is on the disk. */
export function watchEnd(sim: Simulation, runId: string): void {
  const { engine, world, problems } = sim;
  engine.runtime.waitForEnd(runId).then(
    () => {
      sim.trace(`${world.timeline.now()} the end of ${runId} is told`);
      const commit = sim.ledger.endCommits.get(runId);
      if (commit === undefined || commit > world.disk.durableCount)
        problems.push(`the end of ${runId} was told too early`);
      sim.told.add(runId);
    },
    (error: unknown) => checkRefusal(sim, engine, error),
  );
}

/** Waiting for something may be refused only by an engine that has stopped, or by a run that is quarantined. */
export function checkRefusal(sim: Simulation, engine: SimEngine, error: unknown): void {
  const isStopped = engine.runtime.stoppedBy !== undefined || engine.life.dead;
  const isQuarantined = engine.runtime.liveRuns.some((run) => run.quarantined !== undefined);
  if (!isStopped && !isQuarantined) sim.problems.push(`refused for no reason: ${String(error)}`);
}
