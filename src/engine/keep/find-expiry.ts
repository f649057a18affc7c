/** How long a run is kept after its end: the plan says it, for each way to end (Argo fields.md, TTLStrategy). */
import type { RunState } from "../../model/run/run-state.ts";
import { phases } from "../../model/run/phase.ts";

/** When the run may be deleted, epoch ms; undefined for one that has not ended, or is kept for ever. */
export function findExpiry(state: RunState): number | undefined {
  const { keptMs } = state.index.plan.policy;
  if (state.ended === undefined || keptMs === undefined) return undefined;
  const names = {
    [phases.succeeded]: "succeeded",
    [phases.failed]: "failed",
    [phases.errored]: "errored",
  } as const;
  const ms = keptMs[names[state.ended]];
  return ms === undefined ? undefined : state.endedAt + ms;
}
