/**
 * The real compiler, engine and runtime over a memory history, a puppet executor and a clock that jumps:
 * a document with sleeps of hours takes milliseconds. Every run is also folded anew from its history at the end,
 * and both states must show the same status.
 */
import { noObjects } from "../../src/ports/object-keeper.ts";
import type { ObjectKeeper } from "../../src/ports/object-keeper.ts";
import assert from "node:assert/strict";
import type { Diagnostic } from "../../src/base/diagnostic.ts";
import type { Json, JsonObject } from "../../src/base/json.ts";
import type { RunCommand } from "../../src/api/house.ts";
import { toInputs } from "../../src/main/command-inputs.ts";
import { makeRun } from "../../src/main/new-run.ts";
import type { AttemptInput, AttemptOrder } from "../../src/model/run/attempt.ts";
import type { HttpRequest } from "../../src/model/plan/plan.ts";
import type { Response } from "../../src/model/run/inputs.ts";
import type { Submission } from "../../src/model/run/language.ts";
import type { HistoryReader } from "../../src/ports/history-store.ts";
import type { ArtifactStore } from "../../src/ports/artifact-store.ts";
import { loadRunState } from "../../src/runtime/recover/run-record.ts";
import type { LiveRun } from "../../src/runtime/live-run.ts";
import { LockBoard } from "../../src/model/run/lock-board.ts";
import { moveToBoard } from "../../src/engine/evolve/locks.ts";
import type { RunState } from "../../src/model/run/run-state.ts";
import type { RunLimits } from "../../src/model/run/run-limits.ts";
import { Runtime } from "../../src/runtime/runtime.ts";
import { createMemoryHistory } from "../../src/stores/memory/memory-history.ts";
import { createMemoryMemos } from "../../src/stores/memory/memory-memos.ts";
import type { MemoStore } from "../../src/ports/memo-store.ts";
import { createMemorySecrets } from "../../src/stores/memory/memory-secrets.ts";
import { createPuppet, programOf } from "./puppet.ts";
import type { Answer, Puppet } from "./puppet.ts";
import { createVirtualTime, startOfTime } from "./virtual-time.ts";
import type { VirtualTime } from "./virtual-time.ts";

export type { Answer } from "./puppet.ts";
export { programOf, textArtifact } from "./puppet.ts";

/** One answer for all attempts, one after the other (the last repeats), or computed from the order and the time. */
export type Answers = Answer | readonly Answer[] | ((order: AttemptOrder, count: number) => Answer);

/** A command, for the first of several runs unless it says which. */
export type GivenCommand = RunCommand & { readonly atMs?: number; readonly run?: number };

export interface RigOptions {
  readonly parameters?: Readonly<Record<string, string>>;
  /** By display name (with or without the attempt's `(n)`), by the node's name below the run, or by template name. */
  readonly answers?: Readonly<Record<string, Answers>>;
  /** Given at a time after the start (`atMs`), or else one after the other whenever nothing moves any more. */
  readonly commands?: readonly GivenCommand[];
  /** Virtual time after which the rig stops looking; a day by default. */
  readonly atMost?: number;
  /** Stored definitions: texts of documents. */
  readonly definitions?: readonly string[];
  readonly capacity?: number;
  readonly submission?: Partial<Omit<Submission, "parameters" | "facts">>;
  readonly limits?: RunLimits;
  /** Kept results, when several rigs shall share them. */
  readonly memos?: MemoStore;
  readonly facts?: JsonObject;
  /** Answers for resource templates; without it each of them is refused. */
  readonly objects?: ObjectKeeper;
  /** Reads what a manifest lies in. */
  readonly readInput?: (input: AttemptInput) => Promise<string>;
  readonly respond?: (request: HttpRequest) => Response | { readonly problem: string };
}

/** A node of `status.nodes`. */
export interface ShownNode {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly type: string;
  readonly phase: string;
  readonly message?: string;
  readonly templateName?: string;
  readonly boundaryID?: string;
  readonly children?: readonly string[];
  readonly outboundNodes?: readonly string[];
  readonly inputs?: {
    readonly parameters?: readonly { readonly name: string; readonly value: string }[];
    readonly artifacts?: readonly JsonObject[];
  };
  readonly outputs?: {
    readonly result?: string;
    readonly exitCode?: string;
    readonly parameters?: readonly { readonly name: string; readonly value: string }[];
    readonly artifacts?: readonly JsonObject[];
  };
  readonly progress?: string;
  readonly nodeFlag?: JsonObject;
  readonly synchronizationStatus?: JsonObject;
  readonly memoizationStatus?: { readonly hit: boolean; readonly key: string; readonly cacheName: string };
  readonly startedAt?: string | null;
  readonly finishedAt?: string | null;
}

export interface Ran {
  /** Argo's phase; `Refused` when the document was not taken. */
  readonly phase: string;
  readonly message: string;
  readonly diagnostics: readonly Diagnostic[];
  /** All of `status.nodes`, in the order of their tasks. */
  readonly nodes: readonly ShownNode[];
  /** The whole `status`. */
  readonly status: JsonObject;
  readonly state: RunState;
  readonly outputs: {
    readonly parameters: Readonly<Record<string, Json>>;
    readonly files: Readonly<Record<string, Json>>;
  };
  /** Node names below the run (`[0].a`, `.task(0)`), in the order in which their attempts started. */
  readonly started: readonly string[];
  /** When each of them started, in ms after the start of the run. */
  readonly startedAtMs: readonly number[];
  readonly orders: readonly AttemptOrder[];
  readonly cancelled: Puppet["cancelled"];
  /** Virtual time from the start of the run to the end of the rig's work. */
  readonly tookMs: number;
  /** Errors of commands that were refused, by code. */
  readonly refusals: readonly string[];
  /** The node with this display name, full name or name below the run. */
  node(name: string): ShownNode;
  findNode(name: string): ShownNode | undefined;
  /** `name Type Phase message` of every node, names below the run. */
  lines(): readonly string[];
  /** Words of the commands of the attempt of a node. */
  program(name: string): string;
}

/** Submits a document, drives it until it has ended or nothing moves any more, and shows what came of it. */
export async function runDocument(yaml: string, options: RigOptions = {}): Promise<Ran> {
  const [ran] = await runTogether([yaml], options);
  return ran ?? assert.fail("nothing was run");
}

type NewRun = Awaited<ReturnType<typeof makeRun>>;
type Started = { readonly run: LiveRun; readonly task: number; readonly atMs: number };

function makeNewRun(yaml: string, options: RigOptions, time: VirtualTime, number: number): Promise<NewRun> {
  const submission = {
    parameters: options.parameters ?? {},
    facts: { uid: number === 0 ? "uid-of-run" : `uid-of-run-${number}`, suffix: "bcdfg", ...options.facts },
    definitions: (options.definitions ?? []).map((source, index) => ({
      source,
      file: `definition-${index}.yaml`,
    })),
    ...options.submission,
  };
  return makeRun({ source: yaml, file: "document.yaml", submission }, time.now(), () =>
    Promise.resolve(false),
  );
}

/** Several documents in one home; those after the first are submitted `apartMs` after each other. */
export async function runTogether(
  documents: readonly string[],
  options: RigOptions & { readonly apartMs?: number } = {},
): Promise<readonly Ran[]> {
  const time = createVirtualTime();
  const made = await Promise.all(documents.map((yaml, number) => makeNewRun(yaml, options, time, number)));
  const runs = made.flatMap((one) => (one.ok ? [one.run] : []));
  const first = runs[0];
  if (first === undefined) return made.map((one) => describeRefused(one.ok ? [] : one.diagnostics));
  const started: Started[] = [];
  const counts = new Map<string, number>();
  const puppet = createPuppet(time, options.capacity ?? 100, (order) => {
    const task = taskOf(order);
    const run = runs.find(({ runId }) => runId === order.runId) ?? first;
    started.push({ run, task, atMs: time.now() - startOfTime });
    return findAnswer(run, task, order, options.answers ?? {}, counts);
  });
  const history = createMemoryHistory();
  const runtime = new Runtime({
    clock: time,
    history,
    createExecutor: puppet.createExecutor,
    files: puppet.files,
    artifacts: noArtifacts,
    secrets: createMemorySecrets(),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    memos: options.memos ?? createMemoryMemos(),
    objects: options.objects ?? noObjects,
    ...(options.readInput === undefined ? {} : { readInput: options.readInput }),
    requester: {
      send: async (request) => options.respond?.(request) ?? { problem: `no answer for ${request.url}` },
    },
    soon: (callback) => void time.callAt(time.now(), callback),
  });
  made.forEach((one, number) => {
    if (one.ok && number === 0) runtime.startRun(one.run, one.document);
    else if (one.ok)
      time.callAt(startOfTime + number * (options.apartMs ?? 0), () =>
        runtime.startRun(one.run, one.document),
      );
  });
  const refusals = await drive(runtime, runs, time, options);
  if (runtime.stoppedBy !== undefined) throw runtime.stoppedBy;
  const tookMs = time.now() - startOfTime;
  const shown: Ran[] = [];
  const folded = await foldAll(runs, history);
  for (const one of made)
    shown.push(
      one.ok ? showRun(one, folded, started, puppet, tookMs, refusals) : describeRefused(one.diagnostics),
    );
  await runtime.close({ leaveRunning: false });
  return shown;
}

/** The states of all runs, folded anew from their histories, on a board of their own. */
async function foldAll(
  runs: readonly LiveRun[],
  history: HistoryReader,
): Promise<ReadonlyMap<string, RunState>> {
  const board = new LockBoard();
  const folded = new Map<string, RunState>();
  for (const run of runs) {
    // One that comes later than the rig looks is not in the history.
    if ((await history.findRun(run.runId)) === undefined) continue;
    const { state } = await loadRunState(history, run.summary);
    moveToBoard(state, board);
    folded.set(run.runId, state);
  }
  return folded;
}

/** Shows a run, and checks that its history tells the same. */
function showRun(
  { run, warnings }: Extract<NewRun, { ok: true }>,
  folded: ReadonlyMap<string, RunState>,
  started: readonly Started[],
  puppet: Puppet,
  tookMs: number,
  refusals: readonly string[],
): Ran {
  if (run.quarantined !== undefined) throw run.quarantined;
  const status = run.language.view.status(run.state);
  const again = folded.get(run.runId);
  if (again !== undefined)
    assert.deepEqual(run.language.view.status(again), status, "the history folds to the same status");
  const own = started.filter((one) => one.run === run);
  const names = own.map(({ task }) => shortName(run, run.language.view.taskName(run.state, task).full));
  const orders = puppet.orders.filter((order) => order.runId === run.runId);
  const startedAtMs = own.map(({ atMs }) => atMs);
  return describeRan(run, status, warnings, { names, startedAtMs, tookMs, refusals }, { ...puppet, orders });
}

async function drive(
  runtime: Runtime,
  runs: readonly LiveRun[],
  time: VirtualTime,
  options: RigOptions,
): Promise<readonly string[]> {
  const refusals: string[] = [];
  const give = ({ run: number = 0, ...command }: GivenCommand): void => {
    const run = runs[number] ?? assert.fail(`there is no run ${number}`);
    try {
      for (const input of toInputs(run, command, time.now())) runtime.send(run.runId, input);
    } catch (error) {
      refusals.push(codeOf(error));
    }
  };
  const commands = options.commands ?? [];
  for (const command of commands)
    if (command.atMs !== undefined) time.callAt(startOfTime + command.atMs, () => give(command));
  const later = commands.filter((command) => command.atMs === undefined);
  const untilAt = startOfTime + (options.atMost ?? 86_400_000);
  for (;;) {
    if (time.nextAt() > untilAt) {
      const next = later.shift();
      if (next === undefined) return refusals;
      give(next);
    }
    time.step();
    // Everything that the step set in motion is a chain of promises that are kept at once.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  throw error;
}

function taskOf(order: AttemptOrder): number {
  return Number.parseInt(order.attemptId.split("/")[1] ?? "", 10);
}

function shortName(run: LiveRun, full: string): string {
  return full.startsWith(run.name) ? full.slice(run.name.length) : full;
}

function findAnswer(
  run: LiveRun,
  task: number,
  order: AttemptOrder,
  answers: Readonly<Record<string, Answers>>,
  counts: Map<string, number>,
): Answer | undefined {
  const { full, short } = run.language.view.taskName(run.state, task);
  const bare = short.replace(/\(\d+\)$/u, "");
  const template = order.taskName.slice(order.taskName.lastIndexOf("/") + 1);
  const key = [shortName(run, full), short, bare, template].find((name) => Object.hasOwn(answers, name));
  if (key === undefined) return undefined;
  const count = counts.get(key) ?? 0;
  counts.set(key, count + 1);
  const found = answers[key] ?? {};
  if (typeof found === "function") return found(order, count);
  if (!isList(found)) return found;
  return found[Math.min(count, found.length - 1)];
}

function isList(answers: Answer | readonly Answer[]): answers is readonly Answer[] {
  return Array.isArray(answers);
}

interface Seen {
  readonly names: readonly string[];
  readonly startedAtMs: readonly number[];
  readonly tookMs: number;
  readonly refusals: readonly string[];
}

function describeRan(
  run: LiveRun,
  status: JsonObject,
  warnings: readonly Diagnostic[],
  seen: Seen,
  puppet: Puppet,
): Ran {
  // The status is JSON in Argo's form; tests look at it through the fields that they name.
  const nodes = Object.values((status["nodes"] ?? {}) as unknown as Readonly<Record<string, ShownNode>>);
  const findNode = (name: string): ShownNode | undefined =>
    nodes.find((node) => shortName(run, node.name) === name) ??
    nodes.find((node) => node.name === name) ??
    nodes.find((node) => node.displayName === name);
  const { phase, message } = run.language.view.outcome(run.state);
  const lines = (): readonly string[] =>
    nodes.map((node) =>
      [shortName(run, node.name), node.type, node.phase, node.message ?? ""].join(" ").trim(),
    );
  return {
    phase,
    message,
    diagnostics: warnings,
    nodes,
    status,
    state: run.state,
    outputs: run.language.view.finalOutputs(run.state),
    started: seen.names,
    startedAtMs: seen.startedAtMs,
    orders: puppet.orders,
    cancelled: puppet.cancelled,
    tookMs: seen.tookMs,
    refusals: seen.refusals,
    findNode,
    node: (name) =>
      findNode(name) ?? assert.fail(`there is no node ${name}; there are:\n${lines().join("\n")}`),
    lines,
    program: (name) => {
      const place = seen.names.findLastIndex((full) => full === name || full.endsWith(`.${name}`));
      const order = puppet.orders[place];
      return order === undefined
        ? assert.fail(`${name} was not started; started were ${seen.names.join(", ")}`)
        : programOf(order);
    },
  };
}

function describeRefused(diagnostics: readonly Diagnostic[]): Ran {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const none = (): never =>
    assert.fail(
      `the document was refused: ${errors.map(({ code, message }) => `${code} ${message}`).join("; ")}`,
    );
  return {
    phase: "Refused",
    message: errors.map(({ message }) => message).join("; "),
    diagnostics,
    nodes: [],
    status: {},
    get state() {
      return none();
    },
    outputs: { parameters: {}, files: {} },
    started: [],
    startedAtMs: [],
    orders: [],
    cancelled: [],
    tookMs: 0,
    refusals: [],
    findNode: () => undefined,
    node: none,
    lines: () => [],
    program: none,
  };
}

/** The puppet's artifacts are names of texts; nothing is kept anywhere. */
const noArtifacts: ArtifactStore = {
  keep: () => Promise.reject(new Error("the rig keeps no artifacts")),
  keepText: () => Promise.reject(new Error("the rig keeps no artifacts")),
  materialize: () => Promise.reject(new Error("the rig keeps no artifacts")),
  exportTo: () => Promise.reject(new Error("the rig keeps no artifacts")),
  has: () => Promise.resolve(true),
  findFilePath: () => undefined,
  syncPending: async () => undefined,
  close: async () => undefined,
};
