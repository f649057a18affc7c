/** The house as presenters see it: reading the history, and opening the engine when something must happen. */
import { existsSync, watch } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MillraceError } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import type { House, RunCommand, RunPicture, RunRow } from "../api/house.ts";
import type { FileValue } from "../model/plan/plan.ts";
import type { HistoryReader, RunSummary } from "../ports/history-store.ts";
import { decodeRunRecord, loadRunState } from "../runtime/recover/run-record.ts";
import { isSqliteHistoryWritten, openSqliteHistory } from "../stores/sqlite/open-sqlite-history.ts";
import { examineMachine } from "./doctor.ts";
import { explainTasks } from "./explain.ts";
import { openHome, runFolderName } from "./home.ts";
import type { Home } from "./home.ts";
import { sendCommand } from "./inbox.ts";
import { findLanguage, isDocument } from "./languages.ts";
import { openLocalEngine, unknownRun } from "./local-engine.ts";
import { listLogFiles } from "./log-files.ts";
import { outputFileName, outputsFolder } from "./lay-outputs.ts";
import { missingRun } from "./missing-run.ts";
import { hasRemovals, refuseDeletion, removeCopies } from "./remove-copies.ts";
import { openHomeStorage } from "./home-storage.ts";
import { toPicture, toRow } from "./pictures.ts";

/** Opens a house in a folder; nothing is made before something must be written. */
export function createHouse(root: string): House {
  const home = openHome(root);
  return {
    home: root,
    recognizes: isDocument,
    lint: (source, file, options) => findLanguage(source, file).lint(source, file, options),
    list: () => readHistory(home, [], listRows),
    find: (name) =>
      readHistory(home, undefined, (reader) => findSummary(reader, name)).then((summary) =>
        summary === undefined ? refuse(home, name) : toRow(summary),
      ),
    get: (name) =>
      readHistory(home, undefined, (reader) => readPicture(reader, name)).then(
        (picture) => picture ?? refuse(home, name),
      ),
    logFiles: (picture, select) => listLogFiles(home, picture, select),
    explain: (picture, select) => explainTasks(picture, select),
    artifactPath: (picture, artifact) => findLaidArtifact(home, picture, artifact),
    exportArtifact: (artifact, target) => exportArtifact(home, artifact, target),
    remove: (name) => removeRun(home, name),
    command: (name, command) => giveCommand(home, name, command),
    isDriven: async () => isDriven(home),
    openEngine: (options) => openLocalEngine(home, options),
    doctor: () => examineMachine(home),
    changed: (waitMs) => waitForChange(home, waitMs),
  };
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

async function readPicture(reader: HistoryReader, name: string): Promise<RunPicture | undefined> {
  const summary = await findSummary(reader, name);
  if (summary === undefined) return undefined;
  const { state, document, record } = await loadRunState(reader, summary);
  return toPicture(summary, state, document, record);
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
  const history = openSqliteHistory(home.history, { mode: "write" });
  try {
    const summary = await history.findRun(name);
    if (summary === undefined) throw unknownRun(name);
    await removeStoredCopies(home, history, summary);
    await history.commit({ appended: [], deleted: [summary.runId] }, { durable: true });
    await rm(join(home.runs, runFolderName(summary.name)), { recursive: true, force: true });
  } finally {
    await history.close();
  }
}

/** What was stored elsewhere for this run goes first: afterwards nobody would know of it. */
async function removeStoredCopies(home: Home, history: HistoryReader, summary: RunSummary): Promise<void> {
  const { plan } = decodeRunRecord(await history.readDocument(summary.runId));
  if (!hasRemovals(plan)) return;
  const { state } = await loadRunState(history, summary);
  const storage = openHomeStorage(home);
  const problems = await removeCopies(state, ["run-ended", "run-deleted"], storage, home);
  if (plan.policy.abandonsCopies !== true) refuseDeletion(summary.name, problems);
}

function isDriven(home: Home): boolean {
  return existsSync(join(home.history, "history.db")) && isSqliteHistoryWritten(home.history);
}

/** Gives the command to whoever drives the home, or carries it out here when nobody does. */
async function giveCommand(
  home: Home,
  name: string,
  command: RunCommand,
): Promise<{ readonly appliedBy: "running-engine" | "this-process" }> {
  if (isDriven(home)) {
    await sendCommand(home.inbox, name, command);
    return { appliedBy: "running-engine" };
  }
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

/** Resolves when the history's files change, or after a while. */
function waitForChange(home: Home, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      watcher?.close();
      resolve();
    };
    const timer = setTimeout(finish, waitMs);
    const watcher = existsSync(home.history) ? watch(home.history, finish) : undefined;
  });
}
