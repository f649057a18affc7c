/** The row that lists show: a view of a run's state, kept in the same commit as its events. */
import type { JsonObject } from "../base/json.ts";
import { hasMetrics, measureRun } from "../engine/measure/measure-run.ts";
import { findExpiry } from "../engine/keep/find-expiry.ts";
import { removesCopies } from "../engine/keep/removes-copies.ts";
import { measureDurations } from "../engine/measure/measure-durations.ts";
import { phaseNames, phases } from "../model/run/phase.ts";
import type { Language } from "../model/run/language.ts";
import type { RunState } from "../model/run/run-state.ts";
import type { Evaluator } from "../model/run/scope.ts";
import type { RunSummary } from "../ports/history-store.ts";
import { describeMeasured } from "./metrics/registry.ts";

/** Summarises a run as it stands. */
export function summarizeRun(
  state: RunState,
  language: Language,
  labels: Readonly<Record<string, string>>,
): RunSummary {
  const outcome = language.view.outcome(state);
  return {
    runId: state.runId,
    name: state.name,
    phase: nameRunPhase(state),
    createdAt: state.createdAt,
    ...(state.startedAt === 0 ? {} : { startedAt: state.startedAt }),
    ...(state.endedAt === 0 ? {} : { endedAt: state.endedAt }),
    ...(outcome.message === "" ? {} : { message: outcome.message }),
    labels: { ...labels, ...state.labels },
    progress: { done: state.closedCount, total: state.tasks.size },
    view: {
      phase: outcome.phase,
      ...(state.index.plan.origin === undefined ? {} : { origin: state.index.plan.origin }),
      // Whoever deletes the run looks into its history only for this.
      ...(removesCopies(state.index.plan) ? { removesCopies: true } : {}),
      ...(state.facts["payload"] === undefined ? {} : { payload: state.facts["payload"] }),
      // Who goes on with the home finds the run by this.
      ...(state.callbacksOwed.size === 0 ? {} : { owes: state.callbacksOwed.size }),
      ...(state.ended === undefined ? describeWork(state) : {}),
    },
  };
}

/** What the metrics of a home say of a run under way. */
function describeWork(state: RunState): JsonObject {
  return {
    running: state.running.size,
    ready: state.ready.count(),
    ...(hasMetrics(state.index.plan) ? { measures: true } : {}),
  };
}

/** The row of a run that has ended also keeps its figures, its durations and when it expires, so that nobody has to fold its history for them. */
export function addFigures(summary: RunSummary, state: RunState, evaluator: Evaluator): RunSummary {
  if (state.ended === undefined) return summary;
  const expiresAt = findExpiry(state);
  const kept = expiresAt === undefined ? {} : { expiresAt };
  const took = state.ended === phases.succeeded ? { took: measureDurations(state) } : {};
  const { series, problems } = measureRun(state, evaluator, state.endedAt);
  return { ...summary, view: { ...summary.view, ...kept, ...took, ...describeMeasured(series, problems) } };
}

/** The engine's word for how a run stands. */
export function nameRunPhase(state: RunState): string {
  if (state.ended !== undefined) return phaseNames[state.ended] as string;
  if (state.startedAt === 0) return "waiting";
  return state.suspended || isOnlyWaiting(state) ? "suspended" : "running";
}

/** Nothing moves until a person does something. */
export function isOnlyWaiting(state: RunState): boolean {
  if (state.running.size > 0 || state.requests.size > 0) return false;
  if (state.suspended && state.stopping === undefined) return true;
  if (!state.ready.isEmpty || !state.agenda.isEmpty) return false;
  if (state.waits.size === 0) return false;
  for (const until of state.waits.values()) if (until !== Infinity) return false;
  return state.notBefore.size === 0;
}
