/** Puts an engine in this process together: the runtime, its stores and its executor. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MillraceError } from "../base/errors.ts";
import { openLocalArtifacts } from "../artifacts/local/open-local-artifacts.ts";
import type { EngineOptions } from "../api/house.ts";
import type { Executor } from "../ports/executor.ts";
import type { NetworkGate } from "../ports/network-gate.ts";
import type { RunStarter } from "../ports/run-starter.ts";
import type { Requester } from "../ports/requester.ts";
import { createLister } from "../runtime/attempts/list-place.ts";
import { createInputReader } from "../runtime/attempts/read-input.ts";
import { createLocalAttemptFiles } from "../runtime/attempts/local-attempt-files.ts";
import { createPlanPool } from "../runtime/recover/plan-pool.ts";
import { decodeRunRecord } from "../runtime/recover/run-record.ts";
import { Runtime } from "../runtime/runtime.ts";
import { openFolderLimits } from "../stores/folder/folder-limits.ts";
import { openFolderMemos } from "../stores/folder/folder-memos.ts";
import { openSqliteHistory } from "../stores/sqlite/open-sqlite-history.ts";
import { chooseExecutor } from "./executors.ts";
import { openHomeSecrets } from "./home-secrets.ts";
import { openHomeStorage } from "./home-storage.ts";
import { findNetworkGate } from "./find-network-gate.ts";
import { readHostPaths } from "./host-paths.ts";
import { makeHome, runFolderName } from "./home.ts";
import type { Home } from "./home.ts";
import type { Desk, Driven } from "./desk.ts";
import { openObjects } from "./open-objects.ts";
import { createShownPaths } from "./shown-paths.ts";
import { systemClock } from "./system-clock.ts";
import { createTurns } from "./turns.ts";
import { watchShortly } from "./watch-shortly.ts";

/** `serves`: others submit documents. */
export type DeskOptions = EngineOptions & { readonly serves?: boolean };

/** Opens the home for writing. Refused with `store/locked` while another process drives it. */
export async function openDesk(home: Home, options: DeskOptions): Promise<Desk> {
  makeHome(home);
  const secrets = openHomeSecrets(home);
  secrets.sealPlain();
  const gate = await findNetworkGate(home, options.network ?? {}, options.serves === true);
  const hostPaths = readHostPaths(home, options.hostPaths ?? []);
  const shown = createShownPaths();
  const chosen = await chooseExecutor(options.executor, home, options.parallel, shown.listFor);
  const history = openSqliteHistory(home.history, { mode: "write" });
  const driven = new Map<string, Driven>();
  const folderNames = new Map<string, string>();
  const artifacts = openLocalArtifacts(home.artifacts);
  const storage = openHomeStorage(secrets, gate);
  const nameOf = (runId: string): string => folderNames.get(runId) ?? runFolderName(runId);
  const { runs: runsFolder, repository: repositoryFolder, claims: claimsFolder } = home;
  const folders = { runsFolder, repositoryFolder, claimsFolder };
  const files = createLocalAttemptFiles({ ...folders, artifacts, storage, hostPaths, nameOf });
  const runtime = new Runtime({
    clock: systemClock,
    history,
    createExecutor: (listener) => openFirstSlot(chosen.create(listener)),
    files,
    artifacts,
    requester: createLazyRequester(gate),
    objects: { act: (...asked) => objects.keeper.act(...asked) },
    starter: { start: (...asked) => startRun(desk, ...asked) },
    memos: openFolderMemos(home.memos),
    secrets,
    list: createLister(home.repository, storage),
    readInput: createInputReader({ repositoryFolder: home.repository, artifacts, storage }),
    limits: options.runLimits ?? {},
    soon: setImmediate,
  });
  const closeLimits = followLimits(runtime, home);
  shieldScripts(home);
  const desk: Desk = {
    home,
    runtime,
    history,
    artifacts,
    storage,
    secrets,
    hostPaths,
    plans: createPlanPool(),
    executorName: chosen.name,
    driven,
    drive: (run, document) => {
      driven.set(run.name, { run, document, record: decodeRunRecord(document) });
      shown.addRun(run.runId, document);
      folderNames.set(run.runId, runFolderName(run.name));
    },
    forget: (run) => {
      driven.delete(run.name);
      folderNames.delete(run.runId);
      shown.dropRun(run.runId);
    },
    forgetName: (name) => {
      const found = driven.get(name);
      if (found !== undefined) desk.forget(found.run);
    },
    inTurn: createTurns(),
    close: async (closing) => {
      closeLimits();
      await runtime.close(closing);
      await objects.close();
    },
  };
  const objects = openObjects(desk);
  return desk;
}

/**
 * Limits of locks hold as they are stored, from the beginning and whenever they change. A table that somebody spoils
 * while runs go on leaves them as they were. Returns what ends that.
 */
function followLimits(runtime: Runtime, home: Home): () => void {
  const limits = openFolderLimits(home.limits);
  const take = (): void => {
    try {
      runtime.setLockLimits(limits.read());
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
    }
  };
  runtime.setLockLimits(limits.read());
  return watchShortly(() => limits.watch(take), take);
}

/** Loaded with the first run that follows from another. */
async function startRun(
  desk: Desk,
  ...asked: Parameters<RunStarter["start"]>
): ReturnType<RunStarter["start"]> {
  const { createRunStarter } = await import("./start-runs.ts");
  return createRunStarter(desk).start(...asked);
}

/** Loaded with the first request: Node's HTTP client alone would double the time of a cold start. */
function createLazyRequester(gate: NetworkGate | undefined): Requester {
  return {
    send: async (request, signal) => {
      const { createHttpRequester } = await import("../executors/request/http-requester.ts");
      return createHttpRequester(gate).send(request, signal);
    },
  };
}

/** The first slot starts while the document is read and planned, and before the engine grows. */
function openFirstSlot(executor: Executor): Executor {
  executor.prepare(1);
  return executor;
}

/** Scripts run by Node shall not be modules only because a project above the home says so. */
function shieldScripts(home: Home): void {
  const file = join(home.root, "package.json");
  if (existsSync(file)) return;
  mkdirSync(home.root, { recursive: true });
  writeFileSync(file, "{}\n");
}
