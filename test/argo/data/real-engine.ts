/**
 * Documents through the real product: compiler, runtime, executor, attempt files and artifact store, with the history
 * in memory. One engine serves all documents of a test file, so that a document costs little more than its commands.
 */
import { noObjects } from "../../../src/ports/object-keeper.ts";
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { openLocalArtifacts } from "../../../src/artifacts/local/open-local-artifacts.ts";
import { createHttpRequester } from "../../../src/executors/request/http-requester.ts";
import { chooseExecutor } from "../../../src/main/executors.ts";
import { openHome } from "../../../src/main/home.ts";
import { makeRun } from "../../../src/main/new-run.ts";
import { systemClock } from "../../../src/main/system-clock.ts";
import type { AttemptOrder } from "../../../src/model/run/attempt.ts";
import type { Submission } from "../../../src/model/run/language.ts";
import { attemptLogFile } from "../../../src/ports/attempt-directory.ts";
import { findArtifactDriver } from "../../../src/main/artifact-drivers.ts";
import { createForeignStorage } from "../../../src/runtime/attempts/foreign-storage.ts";
import { createLister } from "../../../src/runtime/attempts/list-place.ts";
import { createLocalAttemptFiles } from "../../../src/runtime/attempts/local-attempt-files.ts";
import type { LiveRun } from "../../../src/runtime/live-run.ts";
import { Runtime } from "../../../src/runtime/runtime.ts";
import { isOnlyWaiting } from "../../../src/runtime/summary.ts";
import { createMemoryHistory } from "../../../src/stores/memory/memory-history.ts";
import { createMemoryMemos } from "../../../src/stores/memory/memory-memos.ts";
import { createMemorySecrets } from "../../../src/stores/memory/memory-secrets.ts";

/** A parameter or artifact of a node, in Argo's form. */
interface Item {
  readonly name: string;
  readonly value?: string;
}

/** A node of `status.nodes`, as far as these tests look. */
export interface Node {
  readonly displayName: string;
  readonly name: string;
  readonly phase: string;
  readonly message?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly id: string;
  readonly inputs?: { readonly parameters?: readonly Item[]; readonly artifacts?: readonly Item[] };
  readonly outputs?: {
    readonly parameters?: readonly Item[];
    readonly artifacts?: readonly Item[];
    readonly result?: string;
    readonly exitCode?: string;
  };
}

/** A run that is at rest. */
export interface Rested {
  readonly run: LiveRun;
  readonly name: string;
  readonly phase: string;
  readonly message: string;
  readonly nodes: readonly Node[];
  /** The only node of that display name. */
  readonly node: (displayName: string) => Node;
  /** Value of an output parameter of a node. */
  readonly output: (displayName: string, parameter: string) => string | undefined;
  readonly input: (displayName: string, parameter: string) => string | undefined;
  /** What the node's command was asked to do. */
  readonly order: (displayName: string) => AttemptOrder;
  /** Standard output of the node's command. */
  readonly log: (displayName: string, command?: string) => string;
}

export interface RealEngine {
  /** Runs the workflow of a file to its end, or until it waits for a person. */
  readonly run: (source: string, submission?: Partial<Submission>) => Promise<Rested>;
  /** Messages of the errors of a document that is refused. */
  readonly refuse: (source: string, submission?: Partial<Submission>) => Promise<readonly string[]>;
  /** Tells a run something and waits for its rest. */
  readonly tell: (rested: Rested, command: Parameters<Runtime["send"]>[1]) => Promise<Rested>;
  /** Folder of artifacts that are kept by key. */
  readonly repository: string;
}

/** Opens an engine for the tests of one file; closed after them. `auto` is the sandbox where it works. */
export async function openRealEngine(executor: string): Promise<RealEngine> {
  const folder = mkdtempSync(join(tmpdir(), "millrace-data-"));
  const home = openHome(folder);
  const artifacts = openLocalArtifacts(home.artifacts);
  const chosen = await chooseExecutor(executor, home, 4);
  const secrets = createMemorySecrets();
  const storage = createForeignStorage({
    findDriver: findArtifactDriver,
    secrets,
    wait: () => Promise.resolve(),
  });
  const runtime = new Runtime({
    clock: systemClock,
    history: createMemoryHistory(),
    artifacts,
    createExecutor: (listener) => chosen.create(listener),
    files: createLocalAttemptFiles({
      runsFolder: home.runs,
      repositoryFolder: home.repository,
      claimsFolder: home.claims,
      artifacts,
      storage,
      nameOf: (runId) => runId,
    }),
    objects: noObjects,
    requester: createHttpRequester(),
    list: createLister(home.repository, storage),
    secrets,
    memos: createMemoryMemos(),
    soon: setImmediate,
  });
  after(async () => {
    await runtime.close({ leaveRunning: false });
    if (process.env["KEEP"] === undefined) rmSync(folder, { recursive: true, force: true });
  });
  return {
    repository: home.repository,
    run: async (source, submission) => {
      const made = await makeRun(describeRequest(source, submission), Date.now(), async () => false);
      assert.ok(
        made.ok,
        made.ok ? "" : made.diagnostics.map((one) => `${one.code}: ${one.message}`).join("\n"),
      );
      runtime.startRun(made.run, made.document);
      await waitForRest(runtime, made.run);
      return describeRun(made.run, join(home.runs, made.run.runId));
    },
    refuse: async (source, submission) => {
      const made = await makeRun(describeRequest(source, submission), Date.now(), async () => false);
      assert.ok(!made.ok, "the document is accepted");
      return made.diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
    },
    tell: async ({ run }, command) => {
      runtime.send(run.runId, command);
      await waitForRest(runtime, run);
      return describeRun(run, join(home.runs, run.runId));
    },
  };
}

function describeRequest(source: string, submission: Partial<Submission> = {}) {
  return { source, file: "test.yaml", submission: { parameters: {}, ...submission } };
}

function waitForRest(runtime: Runtime, run: LiveRun): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = runtime.listen((touched) => {
      if (touched !== run || run.more || run.inbox.length > 0) return;
      if (run.state.ended === undefined && !isOnlyWaiting(run.state)) return;
      stop();
      resolve();
    });
    runtime.waitForEnd(run.runId).then(
      () => resolve(),
      (error: unknown) => reject(error instanceof Error ? error : new Error(String(error))),
    );
  });
}

function describeRun(run: LiveRun, folder: string): Rested {
  const { view } = run.language;
  const status = view.status(run.state) as { readonly nodes?: Readonly<Record<string, Node>> };
  const nodes = Object.values(status.nodes ?? {});
  const { phase, message } = view.outcome(run.state);
  const node = (displayName: string): Node => {
    const found = nodes.filter((one) => one.displayName === displayName);
    assert.ok(
      found[0] !== undefined,
      `no node ${displayName} among ${nodes.map((one) => one.displayName).join(" ")}`,
    );
    return found[0];
  };
  const attempt = (displayName: string): string => findAttempt(run, folder, node(displayName).name);
  return {
    run,
    name: run.name,
    phase,
    message,
    nodes,
    node,
    output: (name, parameter) => node(name).outputs?.parameters?.find((one) => one.name === parameter)?.value,
    input: (name, parameter) => node(name).inputs?.parameters?.find((one) => one.name === parameter)?.value,
    order: (name) => JSON.parse(readFileSync(join(attempt(name), "order.json"), "utf8")) as AttemptOrder,
    log: (name, command = "main") =>
      readFileSync(join(attempt(name), attemptLogFile(command, "out")), "utf8"),
  };
}

/** Folder of the last attempt below a node. */
function findAttempt(run: LiveRun, folder: string, name: string): string {
  const { state } = run;
  const [top] = run.language.view.findTasks(state, name);
  assert.ok(top !== undefined, `no task of ${name}`);
  const isBelow = (task: number): boolean => {
    for (let at = task; at >= 0; at = state.tasks.parent[at] ?? -1) if (at === top) return true;
    return false;
  };
  const folders = Array.from({ length: state.tasks.size }, (_, task) => task)
    .filter(isBelow)
    .map((task) => join(folder, `${task}${state.resets.has(task) ? `.${state.resets.get(task)}` : ""}`))
    .filter((path) => existsSync(path));
  const last = folders.at(-1);
  assert.ok(last !== undefined, `no attempt of ${name}`);
  return last;
}

/** A workflow from the lines of its spec. */
export function workflow(spec: string, metadata = "generateName: test-"): string {
  const lines = spec.split("\n").filter((line) => line.trim() !== "");
  const indent = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  const body = lines.map((line) => `  ${line.slice(indent)}`).join("\n");
  return `apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {${metadata}}\nspec:\n${body}\n`;
}
