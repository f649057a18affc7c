/**
 * What the runs that have ended add up to. Whoever looks once reads all their rows; a process that drives the home reads
 * them at the first look and adds each run that ends after that, so that a look costs the same however many there are.
 */
import { existsSync, readFileSync } from "node:fs";
import { MillraceError } from "../base/errors.ts";
import type { HistoryReader, RunSummary } from "../ports/history-store.ts";
import type { LiveRun } from "../runtime/live-run.ts";
import { addMeasured, emptyTally, readSeries, sumEnded } from "../runtime/metrics/registry.ts";
import type { MetricTally, SummedFigures } from "../runtime/metrics/registry.ts";
import type { RunListener } from "../runtime/runtime.ts";
import type { Home } from "./home.ts";

/** The tally of deleted runs, and which of the runs in it the history still holds. */
export interface StoredTally {
  readonly tally: MetricTally;
  readonly stored: ReadonlyMap<string, RunSummary>;
}

/** MillraceError `home/damaged` when the file cannot be read. */
export async function readStoredTally(home: Home, reader: HistoryReader): Promise<StoredTally> {
  const tally = readTally(home);
  const found = await Promise.all(tally.runIds.map((runId) => reader.findRun(runId)));
  const stored = new Map(
    found.flatMap((summary) => (summary === undefined ? [] : [[summary.runId, summary]])),
  );
  return { tally, stored };
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

/** From the rows and the tally, and the ids of the runs whose rows were read. */
async function sumRows(
  reader: HistoryReader,
  { tally, stored }: StoredTally,
): Promise<{ readonly figures: SummedFigures; readonly runIds: readonly string[] }> {
  const rows = (await reader.listRuns({ withMetrics: true })).filter(
    ({ runId, endedAt }) => endedAt !== undefined && !stored.has(runId),
  );
  const measured = rows.map((row) => ({ createdAt: row.createdAt, series: readSeries(row) }));
  return { figures: sumEnded(tally, measured), runIds: rows.map(({ runId }) => runId) };
}

/** Read anew. */
export async function readEndedFigures(reader: HistoryReader, tally: StoredTally): Promise<SummedFigures> {
  return (await sumRows(reader, tally)).figures;
}

/** Told by the process that drives the home. */
export interface KeptFigures {
  find(tally: StoredTally): Promise<SummedFigures>;
}

/**
 * `listen` tells of every commit, and `listLive` of the runs in memory. A run that is deleted goes from the rows to the
 * tally, which is no difference here. One that begins anew was counted and is to end once more: then all is read again.
 */
export function keepEndedFigures(
  reader: HistoryReader,
  listen: (listener: RunListener) => void,
  listLive: () => readonly LiveRun[],
): KeptFigures {
  let figures: SummedFigures | undefined;
  /** Looks that read the rows at this moment, and whether a run ended or began anew meanwhile. */
  const reading = new Set<{ hasChanged: boolean }>();
  /** Runs in memory whose end was read from their row, and may still be told. */
  let read = new Set<string>();
  listen((run, events) => {
    for (const { kind } of events) {
      if (kind !== "run.ended" && kind !== "run.retried") continue;
      for (const look of reading) look.hasChanged = true;
      if (kind === "run.retried") figures = undefined;
      else if (figures !== undefined && !read.delete(run.runId))
        addMeasured(figures, readSeries(run.summary));
    }
  });
  return {
    find: async (tally) => {
      if (figures !== undefined) return figures;
      const look = { hasChanged: false };
      reading.add(look);
      const rows = await sumRows(reader, tally).finally(() => reading.delete(look));
      // What ended meanwhile may be in the rows or not; the next look finds out.
      if (look.hasChanged) return rows.figures;
      if (figures !== undefined) return figures;
      const live = new Set(listLive().map(({ runId }) => runId));
      read = new Set(rows.runIds.filter((runId) => live.has(runId)));
      figures = rows.figures;
      return figures;
    },
  };
}
