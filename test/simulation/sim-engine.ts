/** One engine over the simulated ports: the real runtime, and recovery as main/local-engine.ts does it. */
import { noObjects } from "../../src/ports/object-keeper.ts";
import { InvariantError } from "../../src/base/errors.ts";
import { indexPlan } from "../../src/model/plan/plan-index.ts";
import type { Language } from "../../src/model/run/language.ts";
import type { AttemptOrder } from "../../src/model/run/attempt.ts";
import { createRunState } from "../../src/model/run/run-state.ts";
import type { ArtifactStore } from "../../src/ports/artifact-store.ts";
import type { HistoryCommit, HistoryStore, RunSummary } from "../../src/ports/history-store.ts";
import type { LiveRun } from "../../src/runtime/live-run.ts";
import { encodeRunRecord, factsOf, loadRunState } from "../../src/runtime/recover/run-record.ts";
import type { RunRecord } from "../../src/runtime/recover/run-record.ts";
import { Runtime } from "../../src/runtime/runtime.ts";
import { never } from "./life.ts";
import type { Life } from "./life.ts";
import type { Random } from "./random.ts";
import type { LifeFaults, Scenario } from "./scenario.ts";
import { createSimStarter } from "./receivers.ts";
import { createSimExecutor } from "./sim-executor.ts";
import { createSimFiles } from "./sim-files.ts";
import { openSimHistory } from "./sim-history.ts";
import { createSimLanguage } from "./sim-language.ts";
import { createMemorySecrets } from "../../src/stores/memory/memory-secrets.ts";
import { createSimRequester } from "./sim-requester.ts";
import type { World } from "./world.ts";

export interface SimEngine {
  readonly life: Life;
  readonly runtime: Runtime;
  /** Submits the scenario's run of this number. */
  submit(number: number): LiveRun;
  /** Takes over all unfinished runs. */
  adoptAll(): Promise<void>;
  /** The run in memory, taken over first when it is not there. */
  take(runId: string): Promise<LiveRun>;
  findLive(runId: string): LiveRun | undefined;
  /** Evaluations so far. */
  evaluations(): number;
}

export interface SimEngineOptions {
  readonly scenario: Scenario;
  readonly world: World;
  readonly life: Life;
  readonly faults: LifeFaults;
  readonly random: Random;
  readonly committed: (commit: HistoryCommit) => void;
  readonly checkLay: (order: AttemptOrder) => void;
  readonly checkStart: (order: AttemptOrder) => void;
}

export function runIdOf(number: number): string {
  return `run${number}`;
}

export function openSimEngine(options: SimEngineOptions): SimEngine {
  const { scenario, world, life, faults, random } = options;
  const { timeline } = world;
  let evaluations = 0;
  const language = createSimLanguage(() => {
    if (life.dead) return;
    evaluations += 1;
    if (evaluations === faults.breakAtEvaluation) throw new InvariantError("the simulated evaluator broke");
  });
  const { history, artifacts } = watchContent(
    openSimHistory({
      world,
      life,
      random: random.fork("history"),
      faults,
      committed: options.committed,
    }),
  );
  const runtime = new Runtime({
    clock: { now: () => timeline.now(), callAt: (at, callback) => timeline.at(at, "timer", callback, life) },
    history,
    createExecutor: (listener) =>
      createSimExecutor(
        {
          world,
          life,
          random: random.fork("executor"),
          capacity: scenario.capacity,
          checkStart: options.checkStart,
          isDisturbed: scenario.isDisturbed,
        },
        listener,
      ),
    files: createSimFiles({
      world,
      life,
      random: random.fork("files"),
      isDisturbed: scenario.isDisturbed,
      checkLay: options.checkLay,
      ...(faults.failAtFileCall === undefined ? {} : { failAtCall: faults.failAtFileCall }),
    }),
    artifacts,
    objects: noObjects,
    requester: createSimRequester(scenario.seed, world, life),
    starter: createSimStarter(scenario.seed, world.receivers, timeline, life),
    secrets: createMemorySecrets(),
    memos: world.memos,
    limits: scenario.limits,
    soon: (callback) => void timeline.at(timeline.now(), "soon", callback, life),
  });
  const findLive = (runId: string): LiveRun | undefined =>
    runtime.liveRuns.find((run) => run.runId === runId);
  const adopt = async (summaries: readonly RunSummary[]): Promise<readonly LiveRun[]> => {
    const runs: LiveRun[] = [];
    for (const summary of summaries) runs.push(await loadLiveRun(history, summary, language));
    runtime.adoptRuns(runs);
    return runs;
  };
  return {
    life,
    runtime,
    submit: (number) => submitRun(runtime, scenario, number, language, timeline.now()),
    adoptAll: async () =>
      void (await adopt([
        ...(await history.listRuns({ unfinishedOnly: true })),
        ...(await history.listRuns({ owing: true })),
      ])),
    take: async (runId) => {
      const summary = await history.findRun(runId);
      return findLive(runId) ?? (summary === undefined ? never() : ((await adopt([summary]))[0] ?? never()));
    },
    findLive,
    evaluations: () => evaluations,
  };
}

function submitRun(
  runtime: Runtime,
  scenario: Scenario,
  number: number,
  language: Language,
  now: number,
): LiveRun {
  const plan = scenario.plans[number];
  if (plan === undefined) throw new RangeError(`no plan ${number}`);
  const record: RunRecord = { plan, submission: { parameters: {}, facts: {} }, labels: {}, annotations: {} };
  const runId = runIdOf(number);
  const summary: RunSummary = {
    runId,
    name: runId,
    phase: "waiting",
    createdAt: now,
    labels: {},
    progress: { done: 0, total: 0 },
    view: {},
  };
  const run: LiveRun = {
    ...emptyLiveRun(summary, language),
    state: createRunState(indexPlan(plan), runId, runId, factsOf(record)),
    evaluator: language.createEvaluator(plan),
  };
  runtime.startRun(run, encodeRunRecord("sim", "", "", record));
  return run;
}

async function loadLiveRun(history: HistoryStore, summary: RunSummary, language: Language): Promise<LiveRun> {
  const { state, record } = await loadRunState(history, summary);
  return {
    ...emptyLiveRun(summary, language),
    state,
    evaluator: language.createEvaluator(record.plan),
    more: true,
    committedSeq: state.seq,
  };
}

function emptyLiveRun(summary: RunSummary, language: Language): Omit<LiveRun, "state" | "evaluator"> {
  return {
    runId: summary.runId,
    name: summary.name,
    language,
    inbox: [],
    more: false,
    pendingEvents: [],
    pendingEffects: [],
    committedSeq: 0,
    summary,
    summaryAt: 0,
    quarantined: undefined,
  };
}

/**
 * Plans of the simulation carry no files, but the order holds all the same: before a commit is made durable, whatever
 * content its events may name is.
 */
function watchContent(history: HistoryStore): {
  readonly history: HistoryStore;
  readonly artifacts: ArtifactStore;
} {
  let isSynced = false;
  return {
    artifacts: {
      ...noArtifacts,
      syncPending: async () => void (isSynced = true),
    },
    history: {
      ...history,
      commit: async (asked, options) => {
        if (options.durable && !isSynced) throw new InvariantError("a commit is durable before its content");
        isSynced = false;
        await history.commit(asked, options);
      },
    },
  };
}

const noArtifacts: ArtifactStore = {
  keep: never,
  keepText: never,
  materialize: never,
  exportTo: never,
  has: never,
  findFilePath: () => undefined,
  syncPending: async () => undefined,
  close: async () => undefined,
};
