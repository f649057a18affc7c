/** The row that lists show: a view of a run's state, kept in the same commit as its events. */
import type { JsonObject } from "../base/json.ts";
import { hasMetrics, measureRun } from "../engine/measure/measure-run.ts";
import { findExpiry } from "../engine/keep/find-expiry.ts";
import { removesCopies } from "../engine/keep/removes-copies.ts";
import { measureDurations } from "../engine/measure/measure-durations.ts";
import { wholeRun } from "../engine/evolve/locks.ts";
import type { LockWish } from "../model/run/lock-board.ts";
import { phaseNames, phases } from "../model/run/phase.ts";
import type { Language } from "../model/run/language.ts";
import type { RunState } from "../model/run/run-state.ts";
import type { Evaluator } from "../model/run/scope.ts";
import { unfinishedRunPhases } from "../ports/history-store.ts";
import type { RunSummary } from "../ports/history-store.ts";
import { describeMeasured } from "./metrics/registry.ts";

/** Summarises a run as it stands, without a look at each of its tasks: this is done for every event that somebody watches. */
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
      ...describeListed(state),
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

/** The row as lists show it: its progress is told in the words of the language. */
export function summarizeForLists(
  state: RunState,
  language: Language,
  labels: Readonly<Record<string, string>>,
): RunSummary {
  return { ...summarizeRun(state, language, labels), progress: measureProgress(state, language) };
}

/** Lists show a few characters of the parameters, which may be large and many; no more of them is looked at. */
const parametersLengthAtMost = 100;

/** What lists say of the run besides, where there is something to say. */
function describeListed({ index, values }: RunState): JsonObject {
  const { priority = 0, namespace } = index.plan.policy;
  let parameters = "";
  for (const name in values) {
    if (parameters.length >= parametersLengthAtMost) break;
    const value = (values[name] ?? "").slice(0, parametersLengthAtMost);
    parameters += `${parameters === "" ? "" : ","}${name}=${value}`;
  }
  parameters = parameters.slice(0, parametersLengthAtMost);
  const own = namespace === undefined ? {} : { namespace };
  return { ...own, ...(priority === 0 ? {} : { priority }), ...(parameters === "" ? {} : { parameters }) };
}

/** Up to here the language's progress, which looks at every task, is cheap enough for a row that is written every second. */
const countedAtMost = 20_000;

/** How far the run is in the words of its language; of a large run under way, tasks that are through of those that are known. */
function measureProgress(state: RunState, { view }: Language): RunSummary["progress"] {
  const isCounted = state.ended !== undefined || state.tasks.size <= countedAtMost;
  const { done, total } = (isCounted ? view.progress?.(state) : undefined) ?? {
    done: state.closedCount,
    total: state.tasks.size,
  };
  return { done, total };
}

/** What is said of a run under way without folding its history: the metrics of a home, and whether it concerns locks. */
function describeWork(state: RunState): JsonObject {
  return {
    running: state.running.size,
    ready: state.ready.count(),
    ...describeLocks(state),
    ...(hasMetrics(state.index.plan) ? { measures: true } : {}),
  };
}

/**
 * Whether the run holds locks or waits for some. Of one that waits as a whole the row says for which: ten thousand may wait
 * for the same, and whoever shows the lock need not fold all their histories.
 */
export function describeLocks({ tickets }: RunState): JsonObject {
  if (tickets.size === 0) return {};
  const ticket = tickets.get(wholeRun);
  if (tickets.size > 1 || ticket?.phase !== "waiting") return { locks: true };
  return {
    locks: ticket.asked.map(({ key, limit }) => ({ key, ...(limit === undefined ? {} : { limit }) })),
  };
}

/** What a row says of the locks for which a run waits as a whole; undefined when only the history tells. */
export function readLockWishes({ phase, view }: RunSummary): readonly LockWish[] | undefined {
  const { locks } = view;
  // Written by describeLocks, in the same form.
  return phase === unfinishedRunPhases[0] && Array.isArray(locks)
    ? (locks as unknown as readonly LockWish[])
    : undefined;
}

/** The row of a run that has ended also keeps its figures, its durations and when it expires, so that nobody has to fold its history for them. */
export function addFigures(summary: RunSummary, state: RunState, evaluator: Evaluator): RunSummary {
  if (state.ended === undefined) return summary;
  // Its time begins to count when nobody waits for a callback any more.
  const expiresAt = state.callbacksOwed.size > 0 ? undefined : findExpiry(state);
  const kept = expiresAt === undefined ? {} : { expiresAt };
  const took = state.ended === phases.succeeded ? { took: measureDurations(state) } : {};
  const { series, problems } = measureRun(state, evaluator, state.endedAt);
  return { ...summary, view: { ...summary.view, ...kept, ...took, ...describeMeasured(series, problems) } };
}

/** The engine's word for how a run stands. */
export function nameRunPhase(state: RunState): string {
  if (state.ended !== undefined) return phaseNames[state.ended] as string;
  // One that waits for its locks stands in no line while it is suspended: only a person can move it.
  const isAsleep =
    state.suspended && state.stopping === undefined && state.queued?.reason.code === "lock-wait";
  if (state.startedAt === 0) return isAsleep ? "suspended" : "waiting";
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
