/**
 * The metrics of a home: what `millrace metrics` shows and a server hands out.
 * Figures of deleted runs lie in a file of their own, because counters must not go down when runs are cleaned away.
 */
import { existsSync, readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { MillraceError } from "../base/errors.ts";
import { measureRun } from "../engine/measure/measure-run.ts";
import type { MetricSeries } from "../model/plan/metric.ts";
import type { HistoryReader, RunSummary } from "../ports/history-store.ts";
import type { LiveRun } from "../runtime/live-run.ts";
import { formatMetrics } from "../runtime/metrics/metrics-text.ts";
import { addToTally, collectMetrics, emptyTally } from "../runtime/metrics/registry.ts";
import type { MetricTally } from "../runtime/metrics/registry.ts";
import { loadRunState } from "../runtime/recover/run-record.ts";
import type { Home } from "./home.ts";
import { getLanguage } from "./languages.ts";

/**
 * All metrics of the home in Prometheus' text form. `live` are the runs that this process drives; other runs under way are
 * folded from the history, if their documents ask for figures.
 */
export async function readMetrics(
  home: Home,
  reader: HistoryReader,
  live: readonly LiveRun[],
  now: number,
): Promise<string> {
  const summaries = await reader.listRuns();
  const measured = new Map<string, readonly MetricSeries[]>();
  for (const run of live) {
    if (run.state.ended === undefined)
      measured.set(run.runId, measureRun(run.state, run.evaluator, now).series);
  }
  for (const summary of summaries) {
    if (summary.view["measures"] !== true || measured.has(summary.runId)) continue;
    measured.set(summary.runId, await measureStored(reader, summary, now));
  }
  const { readCronMetrics } = await import("./cron-metrics.ts");
  const crons = await readCronMetrics(home, now);
  return formatMetrics([...collectMetrics(summaries, measured, readTally(home), now), ...crons]);
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
  const stored = new Set<string>();
  // Usually those of the last deletion, which are gone.
  for (const runId of before.runIds) if ((await reader.findRun(runId)) !== undefined) stored.add(runId);
  const isLeft = (runId: string): boolean => stored.has(runId) || leaving.some((one) => one.runId === runId);
  const tally = leaving.reduce((sum, summary) => addToTally(sum, summary, isLeft), before);
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
