/** A run that an engine drives: how it looks now, and what it is told. */
import type { RunCommand, RunPicture } from "../api/house.ts";
import { quarantinedError } from "../runtime/runtime.ts";
import { summarizeRun } from "../runtime/summary.ts";
import { toInputs } from "./command-inputs.ts";
import { getDriven } from "./desk.ts";
import type { Desk, Driven } from "./desk.ts";
import { findEstimate, gatherOutlook } from "./outlook.ts";
import { toPicture } from "./pictures.ts";
import { systemClock } from "./system-clock.ts";

/** Resolves once the command is decided and on disk. */
export async function carryOut(desk: Desk, name: string, asked: RunCommand): Promise<void> {
  const { run } = getDriven(desk, name);
  if (run.quarantined !== undefined) throw quarantinedError(run, run.quarantined);
  for (const input of toInputs(run, asked, systemClock.now())) desk.runtime.send(run.runId, input);
  await desk.runtime.settleDurably();
}

export function pictureOf({ home }: Desk, { run, document, record, estimate }: Driven): RunPicture {
  const now = summarizeRun(run.state, run.language, run.summary.labels);
  // Before its first event a run has only the time of its submission.
  const summary = now.createdAt === 0 ? { ...now, createdAt: run.summary.createdAt } : now;
  // The row that is stored has what is measured only once, when the run ends.
  const outlook = gatherOutlook(home, run.name, run.state, run.summary, estimate);
  return toPicture(summary, run.state, document, record, outlook);
}

/** Looks for earlier runs of the same origin, from which it is known how long this one may take. */
export async function learnEstimate(desk: Desk, name: string): Promise<void> {
  const driven = getDriven(desk, name);
  const { run, record } = driven;
  const estimate = await findEstimate(desk.history, run.summary, record.plan.origin);
  if (estimate !== undefined) driven.estimate = estimate;
}
