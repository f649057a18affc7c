/**
 * What tasks can do with runs, by the engine of this process: runs that they start are driven here too, and carry the
 * name of the run that started them in a label, so that whoever takes over the one takes over the others.
 */
import type { RunPicture, SubmitRequest } from "../api/house.ts";
import type { HistoryStore, RunSummary } from "../ports/history-store.ts";
import { loadRunState } from "../runtime/recover/run-record.ts";
import { nameRunPhase } from "../runtime/summary.ts";
import { carryOut, pictureOf } from "./driven-run.ts";
import type { Desk, Driven } from "./desk.ts";
import type { RunHands } from "./kept-runs.ts";
import { toPicture, toRow } from "./pictures.ts";
import { adoptRuns, removeRun, submitRun } from "./take-runs.ts";
import { createRunWatch } from "./watch-runs.ts";
import type { RunWatch } from "./watch-runs.ts";

export function createRunHands(desk: Desk): RunHands {
  const { history, driven } = desk;
  const runs = createRunWatch(desk.runtime);
  return {
    submit: (source, caller) => submitRun(desk, requestOf(source, driven.get(caller.runName))),
    picture: async (name) => {
      const live = driven.get(name);
      return live === undefined ? readPicture(history, name) : pictureOf(desk, live);
    },
    list: async () => (await history.listRuns()).map(toRow),
    command: async (name, command) => {
      if (!driven.has(name)) await adoptRuns(desk, name);
      await carryOut(desk, name, command);
    },
    relabel: (name, labels) => relabel(desk, name, labels),
    remove: (name) => remove(desk, name),
    watch: (name, changed) => watchPhase(runs, name, changed),
  };
}

/** A document of a task can refer to whatever the task's own document could refer to. */
function requestOf(source: string, caller: Driven | undefined): SubmitRequest {
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
  { history, driven }: Desk,
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

async function remove(desk: Desk, name: string): Promise<boolean> {
  const live = desk.driven.get(name)?.run;
  if (live !== undefined && live.state.ended === undefined) {
    await carryOut(desk, name, { kind: "terminate" });
    await desk.runtime.waitForEnd(live.runId);
  }
  if (live === undefined && (await desk.history.findRun(name)) === undefined) return false;
  await removeRun(desk, name);
  return true;
}

/** A run's phase is looked at with each of its events; the whole of its status would cost more the larger it is. */
function watchPhase(runs: RunWatch, name: string, changed: () => void): () => void {
  let last = "";
  return runs.watch(name, (run) => {
    const phase = nameRunPhase(run.state);
    if (phase === last) return;
    last = phase;
    changed();
  });
}
