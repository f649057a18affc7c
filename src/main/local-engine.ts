/** The engine in this process: runtime, stores and executor put together, and the commands that people give it. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MillraceError } from "../base/errors.ts";
import type {
  Engine,
  EngineOptions,
  RunCommand,
  RunPicture,
  SubmitAnswer,
  SubmitRequest,
} from "../api/house.ts";
import { openLocalArtifacts } from "../artifacts/local/open-local-artifacts.ts";
import type { RunInput } from "../model/run/inputs.ts";
import type { Executor } from "../ports/executor.ts";
import type { HistoryStore, RunDocument } from "../ports/history-store.ts";
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
import { chooseExecutor } from "./executors.ts";
import { makeHome, runFolderName } from "./home.ts";
import type { Home } from "./home.ts";
import { openInbox } from "./inbox.ts";
import { countPlaces } from "../engine/owed.ts";
import { getLanguage } from "./languages.ts";
import { layOutputs } from "./lay-outputs.ts";
import { makeRun } from "./new-run.ts";
import { takeRequestSecrets } from "./take-request-secrets.ts";
import { toPicture } from "./pictures.ts";
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

/** Opens the home for writing. Refused with `store/locked` while another process drives it. */
export async function openLocalEngine(home: Home, options: EngineOptions): Promise<Engine> {
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
    const { run } = get(name);
    if (run.quarantined !== undefined) throw quarantinedError(run, run.quarantined);
    for (const input of toInputs(run, asked, systemClock.now())) runtime.send(run.runId, input);
    await runtime.settleDurably();
  };
  shieldScripts(home);
  const closeInbox = openInbox(home.inbox, command);
  return {
    submit: (request) => submit(takeRequestSecrets(request, secrets), runtime, history, drive),
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
    // Services go on until they are ended, so nobody waits for them.
    runningCount: () => runtime.liveRuns.reduce((sum, run) => sum + countPlaces(run.state), 0),
    executorName: () => chosen.name,
    close: async (closing) => {
      closeInbox();
      await runtime.close(closing);
    },
  };
}

/** Scripts run by Node shall not be modules only because a project above the home says so. */
function shieldScripts(home: Home): void {
  const file = join(home.root, "package.json");
  if (existsSync(file)) return;
  mkdirSync(home.root, { recursive: true });
  writeFileSync(file, "{}\n");
}

export function unknownRun(name: string): MillraceError {
  return new MillraceError("run/unknown", "not-found", `there is no run '${name}' in this home`, {
    hint: "`millrace list` shows the runs; --home names another home.",
  });
}

function pictureOf({ run, document, record }: Driven): RunPicture {
  const now = summarizeRun(run.state, run.language, run.summary.labels);
  // Before its first event a run has only the time of its submission.
  const summary = now.createdAt === 0 ? { ...now, createdAt: run.summary.createdAt } : now;
  return toPicture(summary, run.state, document, record);
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
  const wanted =
    name === undefined ? await history.listRuns({ unfinishedOnly: true }) : [await history.findRun(name)];
  const taken: string[] = [];
  // Those that have begun hold their locks; those that wait for a lock come after them.
  const inOrder = [...wanted].sort(
    (a, b) => Number(a?.startedAt === undefined) - Number(b?.startedAt === undefined),
  );
  for (const summary of inOrder) {
    if (summary === undefined) throw unknownRun(name ?? "");
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
  // A run that is about to begin is neither, and need not wait for the disk before it does.
  if (run.state.startedAt !== 0) await runtime.settleDurably();
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
