/**
 * All figures of a home: those that documents ask for, summed over runs, and the engine's own.
 * They come from the rows of ended runs, which keep their sums, from the states of runs under way, and from the tally of
 * deleted ones. So nothing has to be restored after a restart.
 */
import { addSeries, copySeriesSet, createSeriesSet } from "../../engine/measure/merge-series.ts";
import type { SeriesSet } from "../../engine/measure/merge-series.ts";
import type { JsonObject } from "../../base/json.ts";
import type { MetricSeries } from "../../model/plan/metric.ts";
import type { RunSummary } from "../../ports/history-store.ts";
import { finishedRunPhases, unfinishedRunPhases } from "../../ports/history-store.ts";

/** What was counted by runs that are deleted. */
export interface MetricTally {
  /** Runs in it that the history may still hold, because the machine went down in between. */
  readonly runIds: readonly string[];
  readonly series: readonly MetricSeries[];
  readonly runs: Readonly<Record<string, number>>;
}

export const emptyTally: MetricTally = { runIds: [], series: [], runs: {} };

/** Argo puts this before the names of documents' own metrics, and dashboards look for it. */
const customPrefix = "argo_workflows_";

/** What several runs add up to. */
export interface SummedFigures {
  readonly set: SeriesSet;
  /** Series that did not fit those before them. */
  refused: number;
}

/** What the runs of a home come to. */
export interface HomeFigures {
  /** Runs that have ended, also those of the tally. */
  readonly ended: SummedFigures;
  /** Runs under way that have any series. */
  readonly underWay: readonly Measured[];
  /** How many runs there are, by phase. */
  readonly counts: ReadonlyMap<string, number>;
  /** Attempts whose command runs, and tasks that wait for room or for a lock. */
  readonly work: { readonly running: number; readonly ready: number };
}

/** Series of a run, and when it was created: epoch ms. */
export interface Measured {
  readonly createdAt: number;
  readonly series: readonly MetricSeries[];
}

/** What the tally says and the given runs have, which have ended and are not in it. */
export function sumEnded(tally: MetricTally, ended: readonly Measured[]): SummedFigures {
  const figures: SummedFigures = { set: createSeriesSet(), refused: 0 };
  addMeasured(figures, tally.series);
  addAll(figures, ended);
  return figures;
}

/** Adds the series of one more run. */
export function addMeasured(figures: SummedFigures, series: readonly MetricSeries[]): void {
  for (const one of series) if (addSeries(figures.set, one) !== undefined) figures.refused += 1;
}

/** Oldest first: what is set last stands. */
function addAll(figures: SummedFigures, measured: readonly Measured[]): void {
  for (const { series } of measured.toSorted((a, b) => a.createdAt - b.createdAt))
    addMeasured(figures, series);
}

/** Series of all runs of a home. */
export function collectMetrics(
  { ended, underWay, counts, work }: HomeFigures,
  tally: MetricTally,
  now: number,
): readonly MetricSeries[] {
  const all: SummedFigures = { set: copySeriesSet(ended.set), refused: ended.refused };
  addAll(all, underWay);
  const custom = [...all.set.series.values()].map((one) => ({ ...one, name: `${customPrefix}${one.name}` }));
  return [...custom, ...describeEngine({ counts, work }, tally, all.refused, now)];
}

/** The sums that an ended run left in its row. */
export function readSeries(summary: RunSummary): readonly MetricSeries[] {
  const metrics = summary.view["metrics"];
  // Written by describeMeasured, in the same form.
  return Array.isArray(metrics) ? (metrics as unknown as readonly MetricSeries[]) : [];
}

/** The tally with other runs in it, before they are deleted. `stored` are the runs of the tally that the history still holds. */
export function addToTally(
  tally: MetricTally,
  leaving: readonly RunSummary[],
  stored: ReadonlySet<string>,
): MetricTally {
  const known = new Set(tally.runIds);
  const added = leaving.filter(({ runId }) => !known.has(runId));
  if (added.length === 0) return tally;
  const set = createSeriesSet();
  for (const one of [...tally.series, ...added.flatMap(readSeries)]) addSeries(set, one);
  const runs: Record<string, number> = { ...tally.runs };
  for (const { phase } of added) runs[phase] = (runs[phase] ?? 0) + 1;
  return {
    runIds: [...tally.runIds.filter((runId) => stored.has(runId)), ...added.map(({ runId }) => runId)],
    series: [...set.series.values()],
    runs,
  };
}

/** What the row of a run says of its figures. */
export function describeMeasured(series: readonly MetricSeries[], problems: readonly string[]): JsonObject {
  return {
    // A series is plain JSON.
    ...(series.length === 0 ? {} : { metrics: series as unknown as JsonObject[] }),
    ...(problems.length === 0 ? {} : { metricProblems: problems }),
  };
}

function describeEngine(
  { counts, work }: Pick<HomeFigures, "counts" | "work">,
  tally: MetricTally,
  refused: number,
  now: number,
): readonly MetricSeries[] {
  const gauge = (
    name: string,
    help: string,
    value: number,
    labels: Readonly<Record<string, string>> = {},
  ): MetricSeries => ({ name, help, labels, at: now, figure: { kind: "gauge", set: value, moved: 0 } });
  const counter = (name: string, help: string, sum: number, phase: string): MetricSeries => ({
    name,
    help,
    labels: { phase },
    at: now,
    figure: { kind: "counter", sum },
  });
  const inPhase = (phase: string): number => counts.get(phase) ?? 0;
  return [
    ...unfinishedRunPhases.map((phase) =>
      gauge("millrace_runs", "Runs that have not ended, by phase", inPhase(phase), { phase }),
    ),
    ...finishedRunPhases.map((phase) =>
      counter(
        "millrace_runs_ended",
        "Runs that have ended, by phase",
        inPhase(phase) + (tally.runs[phase] ?? 0),
        phase,
      ),
    ),
    gauge("millrace_attempts_running", "Attempts whose command runs", work.running),
    gauge("millrace_tasks_ready", "Tasks that wait for room or for a lock", work.ready),
    gauge("millrace_metrics_refused", "Series of runs that do not fit those of other runs", refused),
  ];
}
