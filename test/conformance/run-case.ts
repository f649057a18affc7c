/** Runs one case through the real runtime, stores and executor, and compares what it expects. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocalArtifacts } from "../../src/artifacts/local/open-local-artifacts.ts";
import { createMemoryMemos } from "../../src/stores/memory/memory-memos.ts";
import { createMemorySecrets } from "../../src/stores/memory/memory-secrets.ts";
import { createHttpRequester } from "../../src/executors/request/http-requester.ts";
import { chooseExecutor } from "../../src/main/executors.ts";
import { openHome } from "../../src/main/home.ts";
import { keepObjects } from "../../src/main/keep-objects.ts";
import { createRunHands } from "../../src/main/run-hands.ts";
import type { Desk, Driven } from "../../src/main/desk.ts";
import { createPlanPool } from "../../src/runtime/recover/plan-pool.ts";
import { decodeRunRecord } from "../../src/runtime/recover/run-record.ts";
import { createMemoryDefinitions } from "../../src/stores/memory/memory-definitions.ts";
import { makeRun } from "../../src/main/new-run.ts";
import { findArtifactDriver } from "../../src/main/artifact-drivers.ts";
import { createForeignStorage } from "../../src/runtime/attempts/foreign-storage.ts";
import { createLister } from "../../src/runtime/attempts/list-place.ts";
import { createLocalAttemptFiles } from "../../src/runtime/attempts/local-attempt-files.ts";
import type { LiveRun } from "../../src/runtime/live-run.ts";
import { Runtime } from "../../src/runtime/runtime.ts";
import { isOnlyWaiting } from "../../src/runtime/summary.ts";
import { openSqliteHistory } from "../../src/stores/sqlite/open-sqlite-history.ts";
import type { Diagnostic } from "../../src/base/diagnostic.ts";
import type { ConformanceCase } from "./cases.ts";
import { findDefinitions } from "./stored-definitions.ts";
import type { ScaledTime } from "./scaled-time.ts";

export interface CaseResult {
  readonly verdict: "passed" | "failed" | "skipped";
  readonly detail: string;
  readonly tookMs: number;
}

export interface CaseSettings {
  readonly time: ScaledTime;
  /** Bounds a case in real time. */
  readonly limitMs: number;
  readonly executor: string;
  /** Folders that attempts must see. */
  readonly shown: readonly string[];
}

interface ShownNode {
  readonly displayName: string;
  readonly name: string;
  readonly phase: string;
  readonly type: string;
  readonly message?: string;
}

/** Runs a case. */
export async function runCase(
  folder: string,
  one: ConformanceCase,
  settings: CaseSettings,
): Promise<CaseResult> {
  const before = performance.now();
  const home = mkdtempSync(join(tmpdir(), "millrace-case-"));
  try {
    const detail = await driveCase(folder, one, settings, home);
    return { verdict: detail === "" ? "passed" : "failed", detail, tookMs: performance.now() - before };
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { verdict: "failed", detail, tookMs: performance.now() - before };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function driveCase(
  folder: string,
  one: ConformanceCase,
  settings: CaseSettings,
  home: string,
): Promise<string> {
  const { time, limitMs, executor, shown } = settings;
  const definitions = findDefinitions(folder, one);
  const source = readFileSync(join(folder, one.document), "utf8");
  const submission = { parameters: {}, definitions, ...(one.doc === undefined ? {} : { document: one.doc }) };
  const made = await makeRun({ source, file: one.document, submission }, time.clock.now(), () =>
    Promise.resolve(false),
  );
  if (!made.ok) return compareRefusal(one, made.diagnostics);
  const artifacts = openLocalArtifacts(join(home, "artifacts"));
  const chosen = await chooseExecutor(executor, openHome(home), 8, () => shown);
  const secrets = createMemorySecrets();
  const storage = createForeignStorage({
    findDriver: findArtifactDriver,
    secrets,
    wait: () => Promise.resolve(),
  });
  const history = openSqliteHistory(home, { mode: "write" });
  const driven = new Map<string, Driven>();
  const runtime: Runtime = new Runtime({
    clock: time.clock,
    history,
    artifacts,
    createExecutor: time.wrap((listener) => chosen.create(listener)),
    files: createLocalAttemptFiles({
      runsFolder: join(home, "runs"),
      repositoryFolder: join(home, "repository"),
      claimsFolder: join(home, "claims"),
      artifacts,
      storage,
      nameOf: (runId) => runId,
    }),
    objects: { act: (...asked) => keepObjects(createRunHands(desk), definitionStore, secrets).act(...asked) },
    requester: createHttpRequester(),
    memos: createMemoryMemos(),
    list: createLister(join(home, "repository"), storage),
    secrets,
    soon: setImmediate,
  });
  const definitionStore = createMemoryDefinitions();
  const desk: Desk = {
    home: openHome(home),
    runtime,
    history,
    artifacts,
    storage,
    secrets,
    hostPaths: [],
    plans: createPlanPool(),
    executorName: chosen.name,
    driven,
    drive: (run, document) => driven.set(run.name, { run, document, record: decodeRunRecord(document) }),
    forget: (run) => driven.delete(run.name),
    forgetName: (name) => driven.delete(name),
    inTurn: (act) => act(),
    close: (closing) => runtime.close(closing),
  };
  desk.drive(made.run, made.document);
  runtime.startRun(made.run, made.document);
  const ended = await waitForRest(runtime, made.run, limitMs);
  const verdict = ended ? compare(one, made.run) : `not at rest after ${limitMs} ms: ${shownRows(made.run)}`;
  await runtime.close({ leaveRunning: false });
  return verdict;
}

/** Argo's controller ends a workflow that its validator refuses as Failed, with this message; here it is not taken at all. */
function compareRefusal(one: ConformanceCase, diagnostics: readonly Diagnostic[]): string {
  const message = `invalid spec: ${diagnostics.map(({ code, message: text }) => `${code} ${text}`).join("; ")}`;
  const isExpected =
    one.expect.split("|").includes("Failed") &&
    (one.messages ?? []).every(({ text }) => message.includes(text));
  return isExpected && one.messages !== undefined ? "" : `refused: ${message}`;
}

/** True when the run has ended or waits for a person; false when the time is over. */
function waitForRest(runtime: Runtime, run: LiveRun, limitMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(false), limitMs);
    const finish = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    runtime.listen((touched) => {
      if (touched === run && !run.more && run.inbox.length === 0 && isOnlyWaiting(run.state)) finish();
    });
    runtime.waitForEnd(run.runId).then(finish, (error: unknown) => {
      clearTimeout(timer);
      reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
}

function listNodes(run: LiveRun): readonly ShownNode[] {
  const status = run.language.view.status(run.state) as {
    readonly nodes?: Readonly<Record<string, ShownNode>>;
  };
  return Object.values(status.nodes ?? {});
}

function compare(one: ConformanceCase, run: LiveRun): string {
  const outcome = run.language.view.outcome(run.state);
  const nodes = listNodes(run);
  const problems = [
    comparePhase(one.expect, outcome.phase, run),
    ...compareNodes(one, nodes),
    ...compareMessages(one, nodes, outcome.message),
  ];
  const found = problems.filter((problem) => problem !== "");
  return found.length === 0 ? "" : `${found.join("; ")} | ${outcome.message} | ${shownRows(run)}`;
}

function comparePhase(expected: string, found: string, run: LiveRun): string {
  const hasEnded = run.state.ended !== undefined;
  switch (expected) {
    case "Completed":
    case "Nondeterministic":
    case "Unknown":
      return hasEnded ? "" : `expected an end, found ${found}`;
    case "Suspended":
      return isOnlyWaiting(run.state) ? "" : `expected to be suspended, found ${found}`;
    case "Running":
      return run.state.startedAt !== 0 ? "" : "never began to run";
    default:
      return expected.split("|").includes(found) ? "" : `expected ${expected}, found ${found}`;
  }
}

function compareNodes(one: ConformanceCase, nodes: readonly ShownNode[]): readonly string[] {
  return Object.entries(one.expectNodes ?? {}).map(([name, wanted]) => {
    const matching = nodes.filter(
      (node) =>
        node.displayName === name ||
        node.name === name ||
        node.name.replace(/-[a-z0-9]{5}(?=$|[.[(])/, "") === name,
    );
    if (matching.length === 0) return `no node ${name}`;
    const isRight = matching.some(
      (node) =>
        (wanted.phase === undefined || node.phase === wanted.phase) &&
        (wanted.type === undefined || node.type === wanted.type),
    );
    return isRight
      ? ""
      : `node ${name}: expected ${JSON.stringify(wanted)}, found ${matching.map((n) => `${n.phase} ${n.type}`).join(", ")}`;
  });
}

function compareMessages(
  one: ConformanceCase,
  nodes: readonly ShownNode[],
  message: string,
): readonly string[] {
  const texts = [message, ...nodes.map((node) => node.message ?? "")];
  return (one.messages ?? []).map(({ op, text }) => {
    const isThere =
      op === "Equal" ? texts.includes(text) : texts.some((candidate) => candidate.includes(text));
    return isThere
      ? ""
      : `no message ${op} '${text}'; messages are: ${texts.filter((t) => t !== "").join(" | ")}`;
  });
}

function shownRows(run: LiveRun): string {
  return run.language.view
    .rows(run.state, 40)
    .map((row) => `${row.name}=${row.phase}${row.message === "" ? "" : `(${row.message})`}`)
    .join(" ");
}
