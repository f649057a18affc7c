/** The engine in this process: runtime, stores and executor put together, and the commands that people give it. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type {
  Engine,
  EngineOptions,
  RunCommand,
  RunPicture,
  RunRow,
  SubmitAnswer,
  SubmitRequest,
} from "../api/house.ts";
import { openLocalArtifacts } from "../artifacts/local/open-local-artifacts.ts";
import type { RunInput } from "../model/run/inputs.ts";
import type { Executor } from "../ports/executor.ts";
import type { HistoryStore, RunDocument, RunSummary } from "../ports/history-store.ts";
import type { Requester } from "../ports/requester.ts";
import { createLocalAttemptFiles } from "../runtime/attempts/local-attempt-files.ts";
import type { LiveRun } from "../runtime/live-run.ts";
import { decodeRunRecord, loadRunState } from "../runtime/recover/run-record.ts";
import type { RunRecord } from "../runtime/recover/run-record.ts";
import { Runtime, quarantinedError } from "../runtime/runtime.ts";
import { isOnlyWaiting, summarizeRun } from "../runtime/summary.ts";
import { openFolderSecrets } from "../stores/folder/folder-secrets.ts";
import { openSqliteHistory } from "../stores/sqlite/open-sqlite-history.ts";
import { toInputs } from "./command-inputs.ts";
import { readDefinitions } from "./definitions.ts";
import { deleteRun } from "./delete-run.ts";
import { chooseExecutor } from "./executors.ts";
import { addStoredDefinitions } from "./fetch-definitions.ts";
import { makeHome, runFolderName } from "./home.ts";
import type { Home } from "./home.ts";
import { openInbox } from "./inbox.ts";
import { getLanguage } from "./languages.ts";
import { layOutputs } from "./lay-outputs.ts";
import { unknownRun } from "./missing-run.ts";
import { makeRun } from "./new-run.ts";
import { takeRequestSecrets } from "./take-request-secrets.ts";
import { toPicture, toRow } from "./pictures.ts";
import { createShownPaths } from "./shown-paths.ts";
import { systemClock } from "./system-clock.ts";

interface Driven {
  readonly run: LiveRun;
  readonly document: RunDocument;
  readonly record: RunRecord;
}

/** Loaded with the first request: Node's HTTP client alone would double the time of a cold start. */
const lazyRequester: Requester = {
  send: async (request, signal) => {
    const { createHttpRequester } = await import("../executors/request/http-requester.ts");
    return createHttpRequester().send(request, signal);
  },
};

/** The first slot starts while the document is read and planned, and before the engine grows. */
function openFirstSlot(executor: Executor): Executor {
  executor.prepare(1);
  return executor;
}

/** The engine with what only this process needs of it. */
export interface LocalEngine extends Engine {
  /** Called after every commit of a run that has ended, with the row that lists show. */
  listenForEnds(listener: (row: RunRow) => void): () => void;
  /** Lets go of a run that has ended, after laying its outputs; whether it has. `adopt` takes it up again. */
  retire(name: string): Promise<boolean>;
  /** Submits, unless a run with the submission's `uid` is there already; resolves once the run is on the disk. */
  submitOnce(request: SubmitRequest): Promise<SubmitAnswer>;
  listRuns: HistoryStore["listRuns"];
  /** Deletes a run that has ended. */
  remove(name: string): Promise<void>;
  /** Resolves with the error that stops the engine, when one does. */
  readonly stopped: Promise<Error>;
  /** Unfinished runs that cannot be driven, with the reason; the others are taken over. */
  adoptAll(): Promise<{ readonly taken: readonly string[]; readonly failed: ReadonlyMap<string, Error> }>;
}

/** `serves`: takes submissions from other processes as well, and runs that are not in memory when they get a command. */
export type LocalEngineOptions = EngineOptions & { readonly serves?: boolean };

/** Opens the home for writing. Refused with `store/locked` while another process drives it. */
export async function openLocalEngine(home: Home, options: LocalEngineOptions): Promise<LocalEngine> {
  makeHome(home);
  const shown = createShownPaths();
  const chosen = await chooseExecutor(options.executor, home, options.parallel, shown.list);
  const history = openSqliteHistory(home.history, { mode: "write" });
  const driven = new Map<string, Driven>();
  const folderNames = new Map<string, string>();
  const artifacts = openLocalArtifacts(home.artifacts);
  const secrets = openFolderSecrets(home.secrets);
  const files = createLocalAttemptFiles({
    runsFolder: home.runs,
    repositoryFolder: home.repository,
    artifacts,
    nameOf: (runId) => folderNames.get(runId) ?? runFolderName(runId),
  });
  const runtime = new Runtime({
    clock: systemClock,
    history,
    createExecutor: (listener) => openFirstSlot(chosen.create(listener)),
    files,
    artifacts,
    requester: lazyRequester,
    secrets,
    soon: setImmediate,
  });
  const drive = (run: LiveRun, document: RunDocument): void => {
    driven.set(run.name, { run, document, record: decodeRunRecord(document) });
    shown.addRun(document);
    folderNames.set(run.runId, runFolderName(run.name));
  };
  const get = (name: string): Driven => {
    const found = driven.get(name);
    if (found === undefined) throw unknownRun(name);
    return found;
  };
  const picture = (name: string): RunPicture => pictureOf(get(name));
  const command = async (name: string, asked: RunCommand): Promise<void> => {
    if (options.serves === true && !driven.has(name)) await adopt(name, runtime, history, drive);
    const { run } = get(name);
    if (run.quarantined !== undefined) throw quarantinedError(run, run.quarantined);
    for (const input of toInputs(run, asked, systemClock.now())) runtime.send(run.runId, input);
    await runtime.settleDurably();
  };
  shieldScripts(home);
  let submitting: Promise<unknown> = Promise.resolve();
  // One at a time: a name is looked up and taken, and nobody else may do so in between.
  const submitInTurn = (request: SubmitRequest): Promise<SubmitAnswer> => {
    const submitted = submitting.then(async () =>
      submit(await completeRequest(home, takeRequestSecrets(request, secrets)), runtime, history, drive),
    );
    submitting = submitted.catch(() => undefined);
    return submitted;
  };
  const retire = async (name: string): Promise<boolean> => {
    const found = driven.get(name);
    if (found?.run.state.ended === undefined) return false;
    await runtime.settleDurably();
    await layOutputs(found.run, artifacts, home);
    if (!runtime.release(found.run.runId)) return false;
    folderNames.delete(found.run.runId);
    return driven.delete(name);
  };
  const remove = async (name: string): Promise<void> => {
    await retire(name);
    await deleteRun(home, history, name, (runId) => runtime.liveRuns.some((run) => run.runId === runId));
  };
  const once = (request: SubmitRequest): Promise<SubmitAnswer> =>
    submitOnce(request, history, submitInTurn, () => runtime.settleDurably());
  const closeInbox = openInbox(home.inbox, {
    command: (name, asked) => (asked.kind === "delete" ? remove(name) : command(name, asked)),
    ...(options.serves === true ? { submit: once } : {}),
  });
  return {
    submit: submitInTurn,
    submitOnce: once,
    listRuns: (filter) => history.listRuns(filter),
    remove,
    listenForEnds: (listener) =>
      runtime.listen((run) => {
        if (run.state.ended === undefined) return;
        listener(toRow(summarizeRun(run.state, run.language, run.summary.labels)));
      }),
    retire,
    stopped: runtime.stopped,
    adoptAll: () => adoptAll(runtime, history, drive),
    adopt: (name) => adopt(name, runtime, history, drive),
    picture,
    watch: (name, listener) => {
      const { run } = get(name);
      return runtime.listen((touched, events) => {
        if (touched === run) listener(picture(name), events);
      });
    },
    command,
    send: (name, input: RunInput) => runtime.send(get(name).run.runId, input),
    settled: async (name) => {
      const how = await waitUntilSettled(runtime, get(name).run);
      if (how === "ended") await layOutputs(get(name).run, artifacts, home);
      return how;
    },
    runningCount: () => runtime.liveRuns.reduce((sum, run) => sum + run.state.running.size, 0),
    executorName: () => chosen.name,
    close: async (closing) => {
      closeInbox();
      await runtime.close(closing);
    },
  };
}

/** A submission by letter: its run may be in the history already, when only the answer got lost. */
async function submitOnce(
  request: SubmitRequest,
  history: HistoryStore,
  submitNew: (request: SubmitRequest) => Promise<SubmitAnswer>,
  settle: () => Promise<void>,
): Promise<SubmitAnswer> {
  const uid = request.submission.facts?.["uid"];
  const earlier = typeof uid === "string" ? await history.findRun(uid) : undefined;
  if (earlier !== undefined) return { ok: true, name: earlier.name, runId: earlier.runId, warnings: [] };
  const answer = await submitNew(request);
  if (answer.ok) await settle();
  return answer;
}

/** Takes over every unfinished run that can be read. */
async function adoptAll(
  runtime: Runtime,
  history: HistoryStore,
  drive: (run: LiveRun, document: RunDocument) => void,
): ReturnType<LocalEngine["adoptAll"]> {
  const taken: string[] = [];
  const failed = new Map<string, Error>();
  for (const summary of inOrderOfLocks(await history.listRuns({ unfinishedOnly: true }))) {
    try {
      taken.push(...(await adopt(summary.runId, runtime, history, drive)));
    } catch (error) {
      failed.set(summary.name, error instanceof Error ? error : new Error(String(error)));
    }
  }
  return { taken, failed };
}

/** Those that have begun hold their locks; those that wait for a lock come after them, the oldest first. */
function inOrderOfLocks(runs: readonly RunSummary[]): readonly RunSummary[] {
  return [...runs].sort(
    (a, b) =>
      Number(a.startedAt === undefined) - Number(b.startedAt === undefined) || a.createdAt - b.createdAt,
  );
}

/** Scripts run by Node shall not be modules only because a project above the home says so. */
function shieldScripts(home: Home): void {
  const file = join(home.root, "package.json");
  if (existsSync(file)) return;
  mkdirSync(home.root, { recursive: true });
  writeFileSync(file, "{}\n");
}

function pictureOf({ run, document, record }: Driven): RunPicture {
  const now = summarizeRun(run.state, run.language, run.summary.labels);
  // Before its first event a run has only the time of its submission.
  const summary = now.createdAt === 0 ? { ...now, createdAt: run.summary.createdAt } : now;
  return toPicture(summary, run.state, document, record);
}

/** A request with the stored definitions that it needs. */
function completeRequest(home: Home, request: SubmitRequest): Promise<SubmitRequest> {
  return readDefinitions(home, (reader) => addStoredDefinitions(request, reader));
}

async function submit(
  request: SubmitRequest,
  runtime: Runtime,
  history: HistoryStore,
  drive: (run: LiveRun, document: RunDocument) => void,
): Promise<SubmitAnswer> {
  const isLive = (name: string): boolean => runtime.liveRuns.some((run) => run.name === name);
  const isTaken = async (name: string): Promise<boolean> =>
    (await history.findRun(name)) !== undefined || isLive(name);
  const made = await makeRun(request, systemClock.now(), isTaken);
  if (!made.ok) return made;
  drive(made.run, made.document);
  runtime.startRun(made.run, made.document);
  return { ok: true, name: made.run.name, runId: made.run.runId, warnings: made.warnings };
}

async function adopt(
  name: string | undefined,
  runtime: Runtime,
  history: HistoryStore,
  drive: (run: LiveRun, document: RunDocument) => void,
): Promise<readonly string[]> {
  const found = name === undefined ? undefined : await history.findRun(name);
  if (name !== undefined && found === undefined) throw unknownRun(name);
  const wanted = found === undefined ? await history.listRuns({ unfinishedOnly: true }) : [found];
  const taken: string[] = [];
  for (const summary of inOrderOfLocks(wanted)) {
    if (runtime.liveRuns.some((live) => live.runId === summary.runId)) continue;
    const { state, document, record } = await loadRunState(history, summary);
    const language = getLanguage(document.language);
    const run: LiveRun = {
      runId: summary.runId,
      name: summary.name,
      state,
      evaluator: language.createEvaluator(record.plan),
      language,
      inbox: [],
      more: true,
      pendingEvents: [],
      pendingEffects: [],
      committedSeq: state.seq,
      summary,
      summaryAt: 0,
      quarantined: undefined,
    };
    drive(run, document);
    runtime.adoptRun(run);
    taken.push(summary.name);
  }
  return taken;
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
