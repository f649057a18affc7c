/**
 * What tasks can do with runs, by the engine of this process: runs that they start are driven here too, and carry the
 * name of the run that started them in a label, so that whoever takes over the one takes over the others.
 */
import type { RunPicture, SubmitAnswer, SubmitRequest } from "../api/house.ts";
import { parentLabel } from "../executors/objects/object-keeper.ts";
import type { HistoryStore, RunDocument, RunSummary } from "../ports/history-store.ts";
import type { LiveRun } from "../runtime/live-run.ts";
import { loadRunState } from "../runtime/recover/run-record.ts";
import type { RunRecord } from "../runtime/recover/run-record.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { nameRunPhase } from "../runtime/summary.ts";
import type { Home } from "./home.ts";
import type { RunHands } from "./kept-runs.ts";
import { removeRunWithOwned } from "./remove-run.ts";
import { toPicture, toRow } from "./pictures.ts";

export interface EngineParts {
  readonly home: Home;
  readonly history: HistoryStore;
  readonly runtime: Runtime;
  /** Runs that are driven here, by name. */
  readonly driven: ReadonlyMap<string, DrivenRun>;
  pictureOf(driven: DrivenRun): RunPicture;
  submit(request: SubmitRequest): Promise<SubmitAnswer>;
  command: RunHands["command"];
  /** Takes over an unfinished run. */
  adopt(name: string): Promise<unknown>;
}

export interface DrivenRun {
  readonly run: LiveRun;
  readonly document: RunDocument;
  readonly record: RunRecord;
}

export function createRunHands(parts: EngineParts): RunHands {
  const { history, driven } = parts;
  return {
    submit: (source, caller) => parts.submit(requestOf(source, driven.get(caller.runName))),
    picture: async (name) => {
      const live = driven.get(name);
      return live === undefined ? readPicture(history, name) : parts.pictureOf(live);
    },
    list: async () => (await history.listRuns()).map(toRow),
    command: async (name, command) => {
      if (!driven.has(name)) await parts.adopt(name);
      await parts.command(name, command);
    },
    relabel: (name, labels) => relabel(parts, name, labels),
    remove: (name) => remove(parts, name),
    watch: (name, changed) => watchPhase(parts, name, changed),
  };
}

/** A document of a task can refer to whatever the task's own document could refer to. */
function requestOf(source: string, caller: DrivenRun | undefined): SubmitRequest {
  const definitions =
    caller === undefined
      ? []
      : [
          { source: caller.document.source, file: caller.document.file },
          ...(caller.record.submission.definitions ?? []),
        ];
  return { source, file: "manifest", submission: { parameters: {}, definitions } };
}

async function readPicture(history: HistoryStore, name: string): Promise<RunPicture | undefined> {
  const summary = await history.findRun(name);
  if (summary === undefined) return undefined;
  const { state, document, record } = await loadRunState(history, summary);
  return toPicture(summary, state, document, record);
}

async function relabel(
  { history, driven }: EngineParts,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const live = driven.get(name);
  const before = live?.run.summary ?? (await history.findRun(name));
  if (before === undefined) return;
  const summary: RunSummary = { ...before, labels };
  if (live !== undefined) live.run.summary = summary;
  await history.commit({ appended: [], updated: [summary] }, { durable: false });
}

async function remove(
  { home, history, driven, runtime, command }: EngineParts,
  name: string,
): Promise<boolean> {
  const live = driven.get(name)?.run;
  if (live !== undefined && live.state.ended === undefined) {
    await command(name, { kind: "terminate" });
    await runtime.waitForEnd(live.runId);
  }
  return removeRunWithOwned(home, history, name);
}

/** A run's phase is looked at with each of its events; the whole of its status would cost more the larger it is. */
function watchPhase({ runtime, driven }: EngineParts, name: string, changed: () => void): () => void {
  let last = "";
  return runtime.listen((touched) => {
    if (touched !== driven.get(name)?.run) return;
    const phase = nameRunPhase(touched.state);
    if (phase === last) return;
    last = phase;
    changed();
  });
}

/** Unfinished runs among those given that tasks of a run have started, or tasks of those. */
export function findStarted(driven: Iterable<DrivenRun>, parent: string): readonly string[] {
  const all = [...driven];
  const started = all.filter(({ record }) => record.labels[parentLabel] === parent);
  return started.flatMap(({ run }) => [
    ...(run.state.ended === undefined ? [run.name] : []),
    ...findStarted(all, run.name),
  ]);
}

/** The same in the history, without those of those. */
export async function findStartedRuns(history: HistoryStore, parent: string): Promise<readonly string[]> {
  const runs = await history.listRuns({ unfinishedOnly: true });
  return runs.filter(({ labels }) => labels[parentLabel] === parent).map(({ name }) => name);
}
