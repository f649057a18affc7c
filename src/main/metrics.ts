/**
 * The metrics of a home: what `millrace metrics` shows and a server hands out.
 * Figures of deleted runs lie in a file of their own, because counters must not go down when runs are cleaned away.
 */
import { rename, writeFile } from "node:fs/promises";
import type { Json } from "../base/json.ts";
import { measureRun } from "../engine/measure/measure-run.ts";
import type { MetricSeries } from "../model/plan/metric.ts";
import { unfinishedRunPhases } from "../ports/history-store.ts";
import type { HistoryReader, RunSummary } from "../ports/history-store.ts";
import type { LiveRun } from "../runtime/live-run.ts";
import { formatMetrics } from "../runtime/metrics/metrics-text.ts";
import { addToTally, collectMetrics } from "../runtime/metrics/registry.ts";
import type { Measured } from "../runtime/metrics/registry.ts";
import { loadRunState } from "../runtime/recover/run-record.ts";
import { readEndedFigures, readStoredTally } from "./ended-figures.ts";
import type { KeptFigures } from "./ended-figures.ts";
import type { Home } from "./home.ts";
import { getLanguage } from "./languages.ts";

/**
 * All metrics of the home in Prometheus' text form. `live` are the runs that this process drives; other runs under way are
 * folded from the history, if their documents ask for figures. Of those that have ended, only such are read, and by a
 * process that has `kept` their sums only once.
 */
export async function readMetrics(
  home: Home,
  reader: HistoryReader,
  live: readonly LiveRun[],
  now: number,
  kept?: KeptFigures,
): Promise<string> {
  const storedTally = await readStoredTally(home, reader);
  const { tally, stored } = storedTally;
  const ended = await (kept?.find(storedTally) ?? readEndedFigures(reader, storedTally));
  const counts = new Map(await reader.countRuns());
  for (const { phase } of stored.values()) counts.set(phase, (counts.get(phase) ?? 0) - 1);
  const open = live.filter(({ state }) => state.ended === undefined);
  const driven = open.map(({ state, summary, evaluator }) => ({
    createdAt: summary.createdAt,
    series: measureRun(state, evaluator, now).series,
    running: state.running.size,
    ready: state.ready.count(),
  }));
  const underWay = [...driven, ...(await measureOthers(reader, open, counts, now))];
  const work = {
    running: underWay.reduce((sum, { running }) => sum + running, 0),
    ready: underWay.reduce((sum, { ready }) => sum + ready, 0),
  };
  const measured = underWay.filter(({ series }) => series.length > 0);
  const { readCronMetrics } = await import("./cron-metrics.ts");
  const crons = await readCronMetrics(home, now);
  return formatMetrics([
    ...collectMetrics({ ended, underWay: measured, counts, work }, tally, now),
    ...crons,
  ]);
}

interface UnderWay extends Measured {
  readonly running: number;
  readonly ready: number;
}

/** Runs under way that are not driven here; a process that drives all of them need not look for others. */
async function measureOthers(
  reader: HistoryReader,
  open: readonly LiveRun[],
  counts: ReadonlyMap<string, number>,
  now: number,
): Promise<readonly UnderWay[]> {
  const stored = unfinishedRunPhases.reduce((sum, phase) => sum + (counts.get(phase) ?? 0), 0);
  if (stored <= open.filter(({ committedSeq }) => committedSeq > 0).length) return [];
  const driven = new Set(open.map(({ runId }) => runId));
  const others: UnderWay[] = [];
  for (const summary of await reader.listRuns({ unfinishedOnly: true })) {
    if (driven.has(summary.runId)) continue;
    const { createdAt, view } = summary;
    const series = view["measures"] === true ? await measureStored(reader, summary, now) : [];
    others.push({ createdAt, series, running: readCount(view["running"]), ready: readCount(view["ready"]) });
  }
  return others;
}

function readCount(value: Json | undefined): number {
  return typeof value === "number" ? value : 0;
}

async function measureStored(
  reader: HistoryReader,
  summary: RunSummary,
  now: number,
): Promise<readonly MetricSeries[]> {
  const { state, document, record } = await loadRunState(reader, summary);
  return measureRun(state, getLanguage(document.language).createEvaluator(record.plan), now).series;
}

/** Takes the figures of runs that are about to be deleted into the tally. */
export async function keepFigures(
  home: Home,
  reader: HistoryReader,
  leaving: readonly RunSummary[],
): Promise<void> {
  // Runs of the tally are usually those of the last deletion, which are gone.
  const { tally: before, stored } = await readStoredTally(home, reader);
  const tally = addToTally(before, leaving, new Set(stored.keys()));
  const draft = `${home.metrics}.new`;
  await writeFile(draft, `${JSON.stringify(tally)}\n`);
  await rename(draft, home.metrics);
}
