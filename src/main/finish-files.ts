/** What lies on disks and in storage is brought to the state that a run leaves behind. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { LiveRun } from "../runtime/live-run.ts";
import { nameRunPhase } from "../runtime/summary.ts";
import type { Desk } from "./desk.ts";
import { runFolderName } from "./home.ts";
import type { Home } from "./home.ts";
import { layOutputs } from "./lay-outputs.ts";
import { noteProblems, removeCopies } from "./remove-copies.ts";

/** Lays the outputs of a run that has ended, and removes the stored copies that go with its end. It can be repeated. */
export async function finishFiles({ home, artifacts, storage }: Desk, run: LiveRun): Promise<void> {
  await layOutputs(run, artifacts, home);
  noteProblems(home, run.name, await removeCopies(run.state, ["run-ended"], storage, home));
  await dropVolumes(home, run);
}

/** What the run has made for its tasks to share; what outlives runs lies elsewhere. */
async function dropVolumes(home: Home, { name, state }: LiveRun): Promise<void> {
  const { dropsVolumes } = state.index.plan.policy;
  if (dropsVolumes === undefined || state.ended === undefined) return;
  if (dropsVolumes === "succeeded" && nameRunPhase(state) !== "succeeded") return;
  await rm(join(home.runs, runFolderName(name), "volumes"), { recursive: true, force: true });
}
