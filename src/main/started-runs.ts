/** Runs that tasks of other runs have started: they carry the name of that run in a label. */
import { parentLabel } from "../executors/objects/object-keeper.ts";
import type { HistoryStore, RunSummary } from "../ports/history-store.ts";
import type { Driven } from "./desk.ts";

/** Unfinished runs among those given that tasks of a run have started, or tasks of those. */
export function findStarted(driven: Iterable<Driven>, parent: string): readonly string[] {
  const all = [...driven];
  const started = all.filter(({ record }) => record.labels[parentLabel] === parent);
  return started.flatMap(({ run }) => [
    ...(run.state.ended === undefined ? [run.name] : []),
    ...findStarted(all, run.name),
  ]);
}

/** Unfinished runs in the history that tasks of a run have started. */
export function findStartedRuns(history: HistoryStore, parent: string): Promise<readonly RunSummary[]> {
  return history.listRuns({ label: { name: parentLabel, value: parent }, unfinishedOnly: true });
}
