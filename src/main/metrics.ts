/**
 * The metrics of a home: what `millrace metrics` shows and a server hands out.
 * Figures of deleted runs lie in a file of their own, because counters must not go down when runs are cleaned away.
 */
import { existsSync, readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { MillraceError } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import { measureRun } from "../engine/measure/measure-run.ts";
import type { MetricSeries } from "../model/plan/metric.ts";
import { unfinishedRunPhases } from "../ports/history-store.ts";
import type { HistoryReader, RunSummary } from "../ports/history-store.ts";
import type { LiveRun } from "../runtime/live-run.ts";
import { formatMetrics } from "../runtime/metrics/metrics-text.ts";
import { addToTally, collectMetrics, emptyTally, readSeries } from "../runtime/metrics/registry.ts";
import type { MetricTally } from "../runtime/metrics/registry.ts";
import { loadRunState } from "../runtime/recover/run-record.ts";
import type { Home } from "./home.ts";
import { getLanguage } from "./languages.ts";

/**
 * All metrics of the home in Prometheus' text form. `live` are the runs that this process drives; other runs under way are
 * folded from the history, if their documents ask for figures. Of those that have ended, only such are read.
 */
export async function readMetrics(
  home: Home,
  reader: HistoryReader,
  live: readonly LiveRun[],
  now: number,
): Promise<string> {
  const tally = readTally(home);
  const counts = new Map(await reader.countRuns());
  const stored = await findStored(reader, tally.runIds);
  for (const { phase } of stored.values()) counts.set(phase, (counts.get(phase) ?? 0) - 1);
  const ended = (await reader.listRuns({ withMetrics: true }))
    .filter(({ runId, endedAt }) => endedAt !== undefined && !stored.has(runId))
    .map((summary) => ({ createdAt: summary.createdAt, series: readSeries(summary) }));
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
  const measured = [...ended, ...underWay].filter(({ series }) => series.length > 0);
  const { readCronMetrics } = await import("./cron-metrics.ts");
  const crons = await readCronMetrics(home, now);
  return formatMetrics([...collectMetrics({ measured, counts, work }, tally, now), ...crons]);
}

interface UnderWay {
  readonly createdAt: number;
  readonly series: readonly MetricSeries[];
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

/** Those of the ids that the history still holds. */
async function findStored(
  reader: HistoryReader,
  runIds: readonly string[],
): Promise<ReadonlyMap<string, RunSummary>> {
  const found = await Promise.all(runIds.map((runId) => reader.findRun(runId)));
  return new Map(found.flatMap((summary) => (summary === undefined ? [] : [[summary.runId, summary]])));
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
  const before = readTally(home);
  // Usually those of the last deletion, which are gone.
  const stored = new Set((await findStored(reader, before.runIds)).keys());
  const tally = addToTally(before, leaving, stored);
  const draft = `${home.metrics}.new`;
  await writeFile(draft, `${JSON.stringify(tally)}\n`);
  await rename(draft, home.metrics);
}

function readTally(home: Home): MetricTally {
  if (!existsSync(home.metrics)) return emptyTally;
  try {
    // Written by keepFigures, and by nobody else.
    return JSON.parse(readFileSync(home.metrics, "utf8")) as MetricTally;
  } catch (cause) {
    throw new MillraceError("home/damaged", "invalid", `${home.metrics} cannot be read`, {
      hint: "It counts what deleted runs did; take it away to begin anew.",
      cause,
    });
  }
}
