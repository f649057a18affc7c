/** The house as presenters see it: reading the history, and opening the engine when something must happen. */
import { existsSync, watch } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Diagnostic } from "../base/diagnostic.ts";
import { MillraceError } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import type {
  Engine,
  EngineOptions,
  House,
  SubmitAnswer,
  SubmitRequest,
  RunCommand,
  RunPicture,
  RunRow,
} from "../api/house.ts";
import type { DefinitionHouse } from "../api/definitions.ts";
import type { SecretHouse } from "../api/secrets.ts";
import type { FileValue } from "../model/plan/plan.ts";
import type { LintOptions } from "../model/run/language.ts";
import type { HistoryReader, RunSummary } from "../ports/history-store.ts";
import { loadRunState } from "../runtime/recover/run-record.ts";
import { openFolderLimits } from "../stores/folder/folder-limits.ts";
import { isSqliteHistoryWritten, openSqliteHistory } from "../stores/sqlite/open-sqlite-history.ts";
import { isWriterLockHeld } from "../stores/sqlite/writer-lock.ts";
import { deleteRun } from "./delete-run.ts";
import { examineMachine } from "./doctor.ts";
import { explainTasks } from "./explain.ts";
import { fetchDefinitions } from "./fetch-definitions.ts";
import { makeHome, openHome, runFolderName } from "./home.ts";
import type { Home } from "./home.ts";
import { openHomeSecrets } from "./home-secrets.ts";
import { findLanguage, isDocument } from "./languages.ts";
import type { readKeptLimits } from "./kept-limits.ts";
import { openLocalEngine } from "./local-engine.ts";
import { listLocks, shareLocks } from "./locks.ts";
import { listLogFiles } from "./log-files.ts";
import { outputFileName, outputsFolder } from "./lay-outputs.ts";
import { missingRun } from "./missing-run.ts";
import { systemClock } from "./system-clock.ts";
import { findEstimate, gatherOutlook } from "./outlook.ts";
import { toPicture, toRow } from "./pictures.ts";
import { makeSuffix, makeUuid } from "./random-id.ts";
import { readDefinitions } from "./read-definitions.ts";
import type { InboxCommand } from "./inbox.ts";
import { sendCommand, sendSubmission } from "./send-letter.ts";
import { takeRequestSecrets } from "./take-request-secrets.ts";

/** Opens a house in a folder; nothing is made before something must be written. */
export function createHouse(root: string): House {
  const home = openHome(root);
  return {
    home: root,
    recognizes: isDocument,
    listWorkflows: (source, file) => findLanguage(source, file).listWorkflows?.(source, file) ?? [],
    convert: (source, file) => findLanguage(source, file).convert?.(source) ?? [],
    pickKinds: (source, file, kinds) => findLanguage(source, file).pickKinds?.(source, kinds),
    lint: (source, file, options) => lintDocument(home, source, file, options),
    definitions: createLazyDefinitions(home),
    secrets: createLazySecrets(home),
    list: () => readHistory(home, [], listRows),
    find: (name) =>
      readHistory(home, undefined, (reader) => findSummary(reader, name)).then((summary) =>
        summary === undefined ? refuse(home, name) : toRow(summary),
      ),
    get: (name) =>
      readHistory(home, undefined, (reader) => readPicture(home, reader, name)).then(
        (picture) => picture ?? refuse(home, name),
      ),
    logFiles: (picture, select) => listLogFiles(home, picture, select),
    explain: (picture, select) => explainTasks(picture, select),
    payloads: () =>
      readHistory(home, [], async (reader) => (await import("./payloads.ts")).listPayloads(reader)),
    payload: async (name) => {
      const { readPayload, unknownPayload } = await import("./payloads.ts");
      const found = await readHistory(home, undefined, (reader) => readPayload(reader, name));
      if (found === undefined) throw unknownPayload(name);
      return found;
    },
    locks: () =>
      readHistory(home, [], async (reader) =>
        listLocks(reader, openFolderLimits(home.limits).read(), await findKeptLimits(home)),
      ),
    lockLimits: async () => openFolderLimits(home.limits).read(),
    setLockLimit: async (key, limit) => {
      makeHome(home);
      openFolderLimits(home.limits).set(key, limit);
    },
    artifactPath: (picture, artifact) => findLaidArtifact(home, picture, artifact),
    exportArtifact: (artifact, target) => exportArtifact(home, artifact, target),
    remove: (name) => removeRun(home, name),
    command: (name, command) => giveCommand(home, name, command),
    isDriven: async () => isDriven(home),
    metrics: () =>
      readHistory(home, "", async (reader) => {
        const { readMetrics } = await import("./metrics.ts");
        return readMetrics(home, reader, [], systemClock.now());
      }),
    openEngine: (options) => openEngine(home, options),
    serve: async (options) => {
      const [{ openServer }, { serveParts }] = await Promise.all([
        import("./serve/serve.ts"),
        import("./serve/serve-parts.ts"),
      ]);
      return openServer(home, options, serveParts);
    },
    isServed: async () => isWriterLockHeld(home.serve),
    handOver: (request) => handOver(home, request),
    rehearse: async (request) => (await import("./rehearse.ts")).rehearse(home, request),
    doctor: () => examineMachine(home),
    changed: (waitMs) => waitForChange(home, waitMs),
  };
}

/** Commands that have nothing to do with stored definitions do not load what serves them. */
function createLazyDefinitions(home: Home): DefinitionHouse {
  const load = async (): Promise<DefinitionHouse> =>
    (await import("./definitions.ts")).createDefinitionHouse(home);
  return {
    store: async (request) => (await load()).store(request),
    list: async (kind) => (await load()).list(kind),
    get: async (key, version) => (await load()).get(key, version),
    remove: async (key) => (await load()).remove(key),
    suspend: async (name, suspended) => (await load()).suspend(name, suspended),
    planBackfill: async (name, wishes) => (await load()).planBackfill(name, wishes),
    readDocument: async (key) => (await load()).readDocument(key),
  };
}

function createLazySecrets(home: Home): SecretHouse {
  const load = async (): Promise<SecretHouse> => (await import("./secret-house.ts")).createSecretHouse(home);
  return {
    list: async () => (await load()).list(),
    reveal: async (name) => (await load()).reveal(name),
    remove: async (name) => (await load()).remove(name),
    changeKey: async () => (await load()).changeKey(),
  };
}

async function lintDocument(
  home: Home,
  source: string,
  file: string,
  options: LintOptions,
): Promise<readonly Diagnostic[]> {
  const language = findLanguage(source, file);
  const texts = [source, ...options.definitions.map((given) => given.source)];
  const { definitions } = await readDefinitions(home, (reader) =>
    fetchDefinitions(language, texts, {}, reader, true),
  );
  return language.lint(source, file, { ...options, definitions: [...definitions, ...options.definitions] });
}

async function findKeptLimits(home: Home): ReturnType<typeof readKeptLimits> {
  return (await import("./kept-limits.ts")).readKeptLimits(home);
}

/** Reads something from the history; `none` when there is no history yet. */
async function readHistory<T>(home: Home, none: T, read: (reader: HistoryReader) => Promise<T>): Promise<T> {
  if (!existsSync(join(home.history, "history.db"))) return none;
  const reader = openReader(home);
  if (reader === undefined) return none;
  try {
    return await read(reader);
  } finally {
    await reader.close();
  }
}

/** Undefined for a history that was made and never written. */
function openReader(home: Home): HistoryReader | undefined {
  try {
    return openSqliteHistory(home.history, { mode: "read" });
  } catch (error) {
    if (error instanceof MillraceError && error.code === "store/missing") return undefined;
    throw error;
  }
}

async function listRows(reader: HistoryReader): Promise<readonly RunRow[]> {
  return (await reader.listRuns()).map(toRow);
}

async function readPicture(home: Home, reader: HistoryReader, name: string): Promise<RunPicture | undefined> {
  const summary = await findSummary(reader, name);
  if (summary === undefined) return undefined;
  const { state, document, record } = await loadRunState(reader, summary);
  await shareLocks(reader, openFolderLimits(home.limits).read(), () => findKeptLimits(home), state);
  const estimate = await findEstimate(reader, summary, record.plan.origin);
  const left =
    state.running.size + state.requests.size === 0
      ? undefined
      : (await import("./left-attempts.ts")).findLeftAttempts(home, summary.name, state, isDriven(home));
  const outlook = gatherOutlook(home, summary.name, state, summary, estimate, left);
  return toPicture(summary, state, document, record, outlook);
}

async function findSummary(reader: HistoryReader, name: string): Promise<RunSummary | undefined> {
  if (name !== "@latest") return reader.findRun(name);
  const [latest] = await reader.listRuns({ limit: 1 });
  return latest;
}

async function refuse(home: Home, name: string): Promise<never> {
  const runs = await readHistory(home, [], (reader) => reader.listRuns());
  throw missingRun(
    name,
    runs.map((run) => run.name),
    home.root,
  );
}

function findLaidArtifact(home: Home, picture: RunPicture, artifact: Json): string | undefined {
  const { files } = picture.view.finalOutputs(picture.state);
  for (const [name, value] of Object.entries(files)) {
    if (JSON.stringify(value) !== JSON.stringify(artifact)) continue;
    const path = join(
      outputsFolder(home, picture.row.name),
      outputFileName(runFolderName(name), value as unknown as FileValue),
    );
    return existsSync(path) ? path : undefined;
  }
  return undefined;
}

async function exportArtifact(home: Home, value: Json, target: string): Promise<void> {
  const { openLocalArtifacts } = await import("../artifacts/local/open-local-artifacts.ts");
  const file = value as unknown as FileValue;
  if (file.kind !== "artifact")
    throw new MillraceError("artifact/missing", "not-found", "this output is not a kept artifact");
  const artifacts = openLocalArtifacts(home.artifacts);
  await mkdir(dirname(target), { recursive: true });
  await artifacts.materialize(file.artifact, target, { unpack: "keep", recurseMode: false });
  await artifacts.close();
}

async function removeRun(home: Home, name: string): Promise<void> {
  if (await sendWhereDriven(home, name, { kind: "delete" })) return;
  const history = openSqliteHistory(home.history, { mode: "write" });
  try {
    await deleteRun(home, history, name, () => false);
  } finally {
    await history.close();
  }
}

/** Whoever may not open the engine because the home is served can hand the document over instead. */
async function openEngine(home: Home, options: EngineOptions): Promise<Engine> {
  try {
    return await openLocalEngine(home, options);
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== "store/locked" || !isWriterLockHeld(home.serve))
      throw error;
    throw new MillraceError("store/locked", "conflict", `${home.root} is served by another process`, {
      hint: "`millrace submit` hands a document to it; --home names another home.",
      cause: error,
    });
  }
}

/** Secret values part from the submission here, so that they never lie in the inbox. */
async function handOver(home: Home, request: SubmitRequest): Promise<SubmitAnswer> {
  if (!isWriterLockHeld(home.serve))
    throw new MillraceError("home/not-served", "unavailable", `no process serves ${home.root}`, {
      hint: "Start one with `millrace serve`, or run the document in this process with `millrace run`.",
    });
  const parted = takeRequestSecrets(request, openHomeSecrets(home));
  const { submission } = parted;
  // The serving process has another working folder, and tasks may read what lies beside their document.
  const file = existsSync(parted.file) ? resolve(parted.file) : parted.file;
  const facts = { uid: makeUuid(), suffix: makeSuffix(), ...submission.facts };
  const letter: SubmitRequest = { ...parted, file, submission: { ...submission, facts } };
  return sendSubmission(home.inbox, letter, () => isWriterLockHeld(home.serve));
}

function isDriven(home: Home): boolean {
  return existsSync(join(home.history, "history.db")) && isSqliteHistoryWritten(home.history);
}

/** False when nobody drives the home, or whoever did has gone away without an answer. */
async function sendWhereDriven(home: Home, name: string, command: InboxCommand): Promise<boolean> {
  return isDriven(home) && sendCommand(home.inbox, name, command, () => isDriven(home));
}

/** Gives the command to whoever drives the home, or carries it out here when nobody does. */
async function giveCommand(
  home: Home,
  name: string,
  command: RunCommand,
): Promise<{ readonly appliedBy: "running-engine" | "this-process" }> {
  if (await sendWhereDriven(home, name, command)) return { appliedBy: "running-engine" };
  const isEnding = command.kind === "terminate" || (command.kind === "stop" && command.select === undefined);
  const engine = await openLocalEngine(home, { executor: isEnding ? "auto" : "none" });
  try {
    await engine.adopt(name);
    await engine.command(name, command);
    // Ending a run may call for exit hooks and for the end of attempts that outlived their engine.
    if (isEnding) await engine.settled(name);
  } finally {
    await engine.close({ leaveRunning: true });
  }
  return { appliedBy: "this-process" };
}

/**
 * Resolves when the history's files change, or after a while. Not from within the watcher: libuv would hand on what the
 * caller's own reading changes before it lets anything else happen, and who reads in a loop would never stop.
 */
function waitForChange(home: Home, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      watcher?.close();
      setImmediate(resolve);
    };
    const timer = setTimeout(finish, waitMs);
    const watcher = existsSync(home.history) ? watch(home.history, finish) : undefined;
  });
}
