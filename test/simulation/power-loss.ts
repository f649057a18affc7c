/** Power loss: the disk keeps a prefix of the history, nothing goes on running, and some attempt folders are gone. */
import type { Ledger } from "./ledger.ts";
import { openLedger } from "./ledger.ts";
import type { Random } from "./random.ts";
import { forgetAttempt, makeExit } from "./world.ts";
import type { World } from "./world.ts";

export interface Losses {
  readonly ledger: Ledger;
  /** Attempts that ran, and whose end nobody will know. */
  readonly lostAttempts: number;
}

export function losePower(world: World, random: Random): Losses {
  const { disk } = world;
  const keep = random.integer(disk.durableCount, disk.commits.length);
  disk.commits = disk.commits.slice(0, keep);
  disk.durableCount = keep;
  const ledger = openLedger(disk.commits);
  let lostAttempts = 0;
  for (const [attemptId, directory] of world.directories) {
    const percent = directory.state === "ended" ? 0.15 : 0.3;
    if (random.chance(percent)) forgetAttempt(world, attemptId);
    else if (directory.state === "running") {
      lostAttempts += 1;
      directory.state = "ended";
      const problem = { kind: "lost", message: "the machine went down" } as const;
      directory.exit = makeExit(attemptId, 0, world.timeline.now(), { kind: "not-run" }, problem);
    }
  }
  // What the history does not know of is nobody's business any more.
  for (const execution of world.executions)
    if (!ledger.started.has(execution.attemptId)) execution.voided = true;
  return { ledger, lostAttempts };
}
