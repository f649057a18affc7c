/** What lies on disks and in storage is brought to the state that a run leaves behind. */
import type { LiveRun } from "../runtime/live-run.ts";
import type { Desk } from "./desk.ts";
import { layOutputs } from "./lay-outputs.ts";
import { noteProblems, removeCopies } from "./remove-copies.ts";

/** Lays the outputs of a run that has ended, and removes the stored copies that go with its end. It can be repeated. */
export async function finishFiles({ home, artifacts, storage }: Desk, run: LiveRun): Promise<void> {
  await layOutputs(run, artifacts, home);
  noteProblems(home, run.name, await removeCopies(run.state, ["run-ended"], storage, home));
}
