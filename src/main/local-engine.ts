/** The engine in this process, as presenters see it, and the commands that people give it. */
import type { Engine, EngineOptions, RunCommand, RunPicture, RunRow } from "../api/house.ts";
import type { SubmitAnswer, SubmitRequest } from "../api/house.ts";
import type { HistoryStore } from "../ports/history-store.ts";
import type { LiveRun } from "../runtime/live-run.ts";
import { quarantinedError } from "../runtime/runtime.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { isOnlyWaiting, summarizeRun } from "../runtime/summary.ts";
import { toInputs } from "./command-inputs.ts";
import { getDriven, openDesk } from "./engine-desk.ts";
import type { Desk, Driven } from "./engine-desk.ts";
import type { Home } from "./home.ts";
import { openInbox } from "./inbox.ts";
import { layOutputs } from "./lay-outputs.ts";
import { toPicture, toRow } from "./pictures.ts";
import { systemClock } from "./system-clock.ts";
import { adoptAll, adoptRuns, removeRun, retireRun, submitDurably, submitRun } from "./take-runs.ts";
import type { Adopted } from "./take-runs.ts";

/** The engine with what only this process needs of it. */
export interface LocalEngine extends Engine {
  /** Called after every commit of a run that has ended, with the row that lists show. */
  listenForEnds(listener: (row: RunRow) => void): () => void;
  /** Called when a broken invariant stops a run. */
  listenForFaults(listener: (error: Error) => void): () => void;
  /** Lets go of a run that has ended, after laying its outputs; whether it has. `adopt` takes it up again. */
  retire(name: string): Promise<boolean>;
  /** Submits, and resolves once the run is on the disk. */
  submitDurably(request: SubmitRequest): Promise<SubmitAnswer>;
  listRuns: HistoryStore["listRuns"];
  /** Deletes a run that has ended. */
  remove(name: string): Promise<void>;
  /** Resolves with the error that stops the engine, when one does. */
  readonly stopped: Promise<Error>;
  /** Takes over every unfinished run that can be read. */
  adoptAll(): Promise<Adopted>;
}

/** `serves`: takes submissions from other processes as well, and runs that are not in memory when they get a command. */
export type LocalEngineOptions = EngineOptions & { readonly serves?: boolean };

/** Opens the home for writing. Refused with `store/locked` while another process drives it. */
export async function openLocalEngine(home: Home, options: LocalEngineOptions): Promise<LocalEngine> {
  const desk = await openDesk(home, options);
  const { runtime } = desk;
  const serves = options.serves === true;
  const remove = (name: string): Promise<void> => removeRun(desk, name);
  const command = async (name: string, asked: RunCommand): Promise<void> => {
    const isBack = serves && !desk.driven.has(name);
    if (isBack) await adoptRuns(desk, name);
    try {
      await carryOut(desk, name, asked);
    } finally {
      // One that the command has left as it was has no other occasion to go.
      if (isBack) await retireRun(desk, name);
    }
  };
  const closeInbox = openInbox(home.inbox, {
    command: (name, asked) => (asked.kind === "delete" ? remove(name) : command(name, asked)),
    ...(serves ? { submit: (request) => submitDurably(desk, request) } : {}),
  });
  return {
    submit: (request) => submitRun(desk, request),
    submitDurably: (request) => submitDurably(desk, request),
    adopt: (name) => adoptRuns(desk, name),
    adoptAll: () => adoptAll(desk),
    retire: (name) => retireRun(desk, name),
    remove,
    command,
    listRuns: (filter) => desk.history.listRuns(filter),
    listenForFaults: (listener) => runtime.listenForFaults(listener),
    stopped: runtime.stopped,
    listenForEnds: (listener) =>
      runtime.listen((run) => {
        if (run.state.ended !== undefined)
          listener(toRow(summarizeRun(run.state, run.language, run.summary.labels)));
      }),
    picture: (name) => pictureOf(getDriven(desk, name)),
    watch: (name, listener) => {
      const driven = getDriven(desk, name);
      return runtime.listen((touched, events) => {
        if (touched === driven.run) listener(pictureOf(driven), events);
      });
    },
    send: (name, input) => runtime.send(getDriven(desk, name).run.runId, input),
    settled: async (name) => {
      const { run } = getDriven(desk, name);
      const how = await waitUntilSettled(runtime, run);
      if (how === "ended") await layOutputs(run, desk.artifacts, home);
      return how;
    },
    runningCount: () => runtime.liveRuns.reduce((sum, run) => sum + run.state.running.size, 0),
    executorName: () => desk.executorName,
    close: async (closing) => {
      closeInbox();
      await runtime.close(closing);
    },
  };
}

async function carryOut(desk: Desk, name: string, asked: RunCommand): Promise<void> {
  const { run } = getDriven(desk, name);
  if (run.quarantined !== undefined) throw quarantinedError(run, run.quarantined);
  for (const input of toInputs(run, asked, systemClock.now())) desk.runtime.send(run.runId, input);
  await desk.runtime.settleDurably();
}

function pictureOf({ run, document, record }: Driven): RunPicture {
  const now = summarizeRun(run.state, run.language, run.summary.labels);
  // Before its first event a run has only the time of its submission.
  const summary = now.createdAt === 0 ? { ...now, createdAt: run.summary.createdAt } : now;
  return toPicture(summary, run.state, document, record);
}

/** Resolves when the run has ended, or when only a person can move it. */
async function waitUntilSettled(runtime: Runtime, run: LiveRun): Promise<"ended" | "suspended"> {
  const isSuspended = (): boolean =>
    run.state.startedAt !== 0 && run.inbox.length === 0 && !run.more && isOnlyWaiting(run.state);
  await runtime.settleDurably();
  if (run.state.ended !== undefined) return "ended";
  if (isSuspended()) return "suspended";
  let stopListening = (): void => undefined;
  const suspended = new Promise<"suspended">((resolve, reject) => {
    stopListening = runtime.listen((touched) => {
      if (touched === run && isSuspended()) runtime.settleDurably().then(() => resolve("suspended"), reject);
    });
  });
  try {
    return await Promise.race([runtime.waitForEnd(run.runId).then(() => "ended" as const), suspended]);
  } finally {
    stopListening();
  }
}
