/** A run that an engine drives: how it looks now, and what it is told. */
import type { RunCommand, RunPicture } from "../api/house.ts";
import { quarantinedError } from "../runtime/runtime.ts";
import { summarizeRun } from "../runtime/summary.ts";
import { toInputs } from "./command-inputs.ts";
import { getDriven } from "./engine-desk.ts";
import type { Desk, Driven } from "./engine-desk.ts";
import { toPicture } from "./pictures.ts";
import { systemClock } from "./system-clock.ts";

/** Resolves once the command is decided and on disk. */
export async function carryOut(desk: Desk, name: string, asked: RunCommand): Promise<void> {
  const { run } = getDriven(desk, name);
  if (run.quarantined !== undefined) throw quarantinedError(run, run.quarantined);
  for (const input of toInputs(run, asked, systemClock.now())) desk.runtime.send(run.runId, input);
  await desk.runtime.settleDurably();
}

export function pictureOf({ run, document, record }: Driven): RunPicture {
  const now = summarizeRun(run.state, run.language, run.summary.labels);
  // Before its first event a run has only the time of its submission.
  const summary = now.createdAt === 0 ? { ...now, createdAt: run.summary.createdAt } : now;
  return toPicture(summary, run.state, document, record);
}
