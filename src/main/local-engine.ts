/** The engine in this process, as presenters see it, and the commands that people give it. */
import type { Engine, EngineOptions, RunCommand, RunRow } from "../api/house.ts";
import type { SubmitAnswer, SubmitRequest } from "../api/house.ts";
import type { KeptLimit } from "../model/run/lock-board.ts";
import type { HistoryStore } from "../ports/history-store.ts";
import type { LiveRun } from "../runtime/live-run.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { isOnlyWaiting, nameRunPhase, summarizeForLists } from "../runtime/summary.ts";
import { countPlaces } from "../engine/owed.ts";
import { getDriven } from "./desk.ts";
import { openDesk } from "./engine-desk.ts";
import type { Desk } from "./desk.ts";
import type { KeptFigures } from "./ended-figures.ts";
import type { Home } from "./home.ts";
import { openInbox } from "./inbox.ts";
import { finishFiles } from "./finish-files.ts";
import { toRow } from "./pictures.ts";
import { systemClock } from "./system-clock.ts";
import { carryOut, learnEstimate, pictureOf } from "./driven-run.ts";
import { expireRuns } from "./delete-runs.ts";
import { findStarted } from "./started-runs.ts";
import { waitUntilCalledBack } from "./wait-until-called-back.ts";
import {
  adoptAll,
  adoptOwing,
  adoptRuns,
  removeRun,
  retireRun,
  submitDurably,
  submitRun,
} from "./take-runs.ts";
import type { Adopted, Retired } from "./take-runs.ts";

/** The engine with what only this process needs of it. */
export interface LocalEngine extends Engine {
  /** Called after every commit of a run that has ended, with the row that lists show. */
  listenForEnds(listener: (row: RunRow) => void): () => void;
  /** Called when a broken invariant stops a run. */
  listenForFaults(listener: (error: Error) => void): () => void;
  /** Lets go of a run that has ended, after finishing its files. `adopt` takes it up again. */
  retire(name: string): Promise<Retired>;
  /** Submits, and resolves once the run is on the disk. */
  submitDurably(request: SubmitRequest): Promise<SubmitAnswer>;
  listRuns: HistoryStore["listRuns"];
  findRun: HistoryStore["findRun"];
  /** Deletes a run that has ended. */
  remove(name: string): Promise<void>;
  /** Resolves with the error that stops the engine, when one does. */
  readonly stopped: Promise<Error>;
  /** Takes over every unfinished run that can be read. */
  adoptAll(): Promise<Adopted>;
  /** Limits of semaphores by what stored ConfigMaps say now. */
  setKeptLimits(limits: ReadonlyMap<string, KeptLimit>): void;
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
    submit: async (request) => {
      const answer = await submitRun(desk, request);
      // The first tasks are handed out before anybody prepares to show them, which is then done while they run.
      await new Promise((resolve) => setImmediate(resolve));
      return answer;
    },
    submitDurably: (request) => submitDurably(desk, request),
    adopt: (name) => adoptRuns(desk, name),
    startedBy: (name) => findStarted(desk.driven.values(), name),
    adoptAll: () => adoptAll(desk),
    setKeptLimits: (limits) => runtime.setKeptLimits(limits),
    retire: (name) => retireRun(desk, name),
    remove,
    command,
    listRuns: (filter) => desk.history.listRuns(filter),
    findRun: (idOrName) => desk.history.findRun(idOrName),
    listenForFaults: (listener) => runtime.listenForFaults(listener),
    stopped: runtime.stopped,
    listenForEnds: (listener) =>
      runtime.listen((run) => {
        if (run.state.ended !== undefined)
          listener(toRow(summarizeForLists(run.state, run.language, run.summary.labels)));
      }),
    ...createUpkeep(desk),
    ...createLooks(desk),
    calledBack: (name, how) => waitUntilCalledBack(runtime, getDriven(desk, name).run, how?.once === true),
    adoptOwing: () => adoptOwing(desk),
    send: (name, input) => runtime.send(getDriven(desk, name).run.runId, input),
    settled: async (name) => {
      const { run } = getDriven(desk, name);
      const how = await waitUntilSettled(runtime, run);
      if (how === "ended") await finishFiles(desk, run);
      return how;
    },
    close: async (closing) => {
      closeInbox();
      await desk.close(closing);
    },
  };
}

/** How the runs that are driven here look now. */
function createLooks(
  desk: Desk,
): Pick<LocalEngine, "estimate" | "picture" | "watch" | "owes" | "runningCount" | "executorName"> {
  const { runtime } = desk;
  return {
    estimate: (name) => learnEstimate(desk, name),
    picture: (name) => pictureOf(desk, getDriven(desk, name)),
    watch: (name, listener) => {
      const driven = getDriven(desk, name);
      return runtime.listen((touched, events) => {
        if (touched === driven.run) listener(pictureOf(desk, driven), events);
      });
    },
    owes: (name) => getDriven(desk, name).run.state.callbacksOwed.size,
    // Services go on until they are ended, so nobody waits for them.
    runningCount: () => runtime.liveRuns.reduce((sum, run) => sum + countPlaces(run.state), 0),
    executorName: () => desk.executorName,
  };
}

/** What concerns all runs of the home, driven here or not. */
function createUpkeep(desk: Desk): Pick<Engine, "expire" | "metrics"> {
  const { home, history, runtime } = desk;
  let kept: KeptFigures | undefined;
  return {
    expire: (now, keep) =>
      expireRuns(home, history, runtime, { now, keep, forget: (name) => desk.forgetName(name) }),
    metrics: async () => {
      const [{ readMetrics }, { keepEndedFigures }] = await Promise.all([
        import("./metrics.ts"),
        import("./ended-figures.ts"),
      ]);
      kept ??= keepEndedFigures(
        history,
        (listener) => runtime.listen(listener),
        () => runtime.liveRuns,
      );
      return readMetrics(home, history, runtime.liveRuns, systemClock.now(), kept);
    },
  };
}

/** Resolves when the run has ended, or when only a person can move it. */
async function waitUntilSettled(runtime: Runtime, run: LiveRun): Promise<"ended" | "suspended"> {
  // Of a run that is being suspended, what is at work comes to its end first.
  const looksSuspended = (): boolean => nameRunPhase(run.state) === "suspended" && isOnlyWaiting(run.state);
  // What was sent to it and has not been looked at may move it, and may as well leave it as it is, without any event.
  const isSuspended = async (): Promise<boolean> => {
    while (looksSuspended()) {
      await runtime.settleDurably();
      if (run.inbox.length === 0 && !run.more) return looksSuspended();
    }
    return false;
  };
  // A run that is about to begin or at work is neither, and its next event tells; no need to wait for the disk.
  const isAtWork = run.state.ended === undefined && run.state.running.size + run.state.requests.size > 0;
  if (run.state.startedAt !== 0 && !isAtWork) await runtime.settleDurably();
  if (run.state.ended !== undefined) return "ended";
  if (await isSuspended()) return "suspended";
  let stopListening = (): void => undefined;
  const suspended = new Promise<"suspended">((resolve, reject) => {
    stopListening = runtime.listen((touched) => {
      if (touched !== run || !looksSuspended()) return;
      isSuspended().then((isSure) => (isSure ? resolve("suspended") : undefined), reject);
    });
  });
  try {
    return await Promise.race([runtime.waitForEnd(run.runId).then(() => "ended" as const), suspended]);
  } finally {
    stopListening();
  }
}
