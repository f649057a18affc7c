/** Pictures of runs as tests draw them: one region with leaves, each in the phase that the test wants. */
import type { RunPicture } from "../../src/api/house.ts";
import type { Json, JsonObject } from "../../src/base/json.ts";
import { indexPlan } from "../../src/model/plan/plan-index.ts";
import type { Node, Output, Plan, Process } from "../../src/model/plan/plan.ts";
import type { LanguageView, TreeRow } from "../../src/model/run/language.ts";
import { hasEnded, isBad, phaseNames, phases, taskKinds } from "../../src/model/run/phase.ts";
import type { PhaseName } from "../../src/model/run/phase.ts";
import { createRunState } from "../../src/model/run/run-state.ts";
import type { EndPhase } from "../../src/model/run/events.ts";
import type { RunState } from "../../src/model/run/run-state.ts";
import { startAt } from "./fake-world.ts";

export interface FakeTask {
  readonly name: string;
  readonly phase: PhaseName;
  readonly message?: string;
  /** Seconds after the start of the run. */
  readonly from?: number;
  readonly to?: number;
  /** A wait for a person instead of work; names of the values it takes. */
  readonly waitsFor?: readonly string[];
}

export interface FakeRun {
  readonly name?: string;
  /** Engine's word for the run. */
  readonly phase: string;
  readonly tasks: readonly FakeTask[];
  readonly message?: string;
  readonly suspended?: boolean;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly expiresAt?: number;
  readonly createdAt?: number;
  /** Seconds after the start. */
  readonly endedAfter?: number;
  readonly outputs?: {
    readonly parameters?: Readonly<Record<string, Json>>;
    readonly files?: Readonly<Record<string, Json>>;
  };
  readonly parameters?: Readonly<Record<string, string>>;
}

const shownPhases: Readonly<Record<string, string>> = {
  waiting: "Pending",
  ready: "Pending",
  running: "Running",
  suspended: "Suspended",
  succeeded: "Succeeded",
  failed: "Failed",
  errored: "Error",
  skipped: "Skipped",
  omitted: "Omitted",
};

function showPhase(phase: string): string {
  return shownPhases[phase] ?? phase;
}

export function makePicture(run: FakeRun): RunPicture {
  const name = run.name ?? "orders";
  const createdAt = run.createdAt ?? startAt;
  const state = makeState(name, run, createdAt);
  const endedAt = run.endedAfter === undefined ? undefined : createdAt + run.endedAfter * 1000;
  return {
    row: {
      runId: `id-of-${name}`,
      name,
      phase: run.phase,
      shownPhase: showPhase(run.phase),
      createdAt,
      startedAt: createdAt,
      ...(endedAt === undefined ? {} : { endedAt }),
      ...(run.message === undefined ? {} : { message: run.message }),
      ...(run.namespace === undefined ? {} : { namespace: run.namespace }),
      labels: run.labels ?? {},
      done: run.tasks.filter(({ phase }) => hasEnded(phases[phase])).length,
      total: run.tasks.length,
      ...(run.expiresAt === undefined ? {} : { expiresAt: run.expiresAt }),
    },
    state,
    view: makeView(run),
    language: "fake",
    source: `name: ${name}\n`,
    file: "workflow.yaml",
    submission: { parameters: run.parameters ?? {}, facts: { uid: `id-of-${name}` } },
    annotations: {},
  };
}

function makeState(name: string, run: FakeRun, createdAt: number): RunState {
  const state = createRunState(indexPlan(makePlan(run.tasks)), `id-of-${name}`, name);
  const { tasks } = state;
  const after = (seconds: number | undefined): number =>
    seconds === undefined ? 0 : createdAt + seconds * 1000;
  state.createdAt = createdAt;
  state.startedAt = createdAt;
  state.suspended = run.suspended ?? false;
  const entry = tasks.allocate(1, -1, taskKinds.entry);
  tasks.process[entry] = 0;
  tasks.startedAt[entry] = createdAt;
  tasks.first[entry] = 1;
  tasks.count[entry] = run.tasks.length;
  tasks.allocate(run.tasks.length, entry, taskKinds.node);
  run.tasks.forEach((task, index) => {
    const number = index + 1;
    const phase = phases[task.phase];
    tasks.node[number] = index;
    tasks.process[number] = index + 1;
    tasks.phase[number] = phase;
    tasks.startedAt[number] = after(task.from);
    tasks.endedAt[number] = after(task.to);
    if (isBad(phase)) state.failures.push(number);
    if (phase === phases.running && task.waitsFor === undefined) state.running.add(number);
    if (phase === phases.running && task.waitsFor !== undefined) state.waits.set(number, Infinity);
  });
  const end = phaseNames.indexOf(run.phase as PhaseName);
  tasks.phase[entry] = hasEnded(end) ? end : phases.running;
  if (hasEnded(end)) state.ended = end as EndPhase;
  state.endedAt = after(run.endedAfter);
  tasks.endedAt[entry] = state.endedAt;
  return state;
}

function makePlan(tasks: readonly FakeTask[]): Plan {
  const nodes = tasks.map(({ name }, index): Node => ({
    name,
    needs: [],
    call: { kind: "process", process: index + 1 },
    arguments: [],
    tolerates: { failed: false, errored: false },
    hooks: [],
    at: [],
  }));
  const region: Process = {
    id: "main",
    inputs: [],
    body: {
      kind: "region",
      region: {
        nodes,
        order: { kind: "graph", stopOnFailure: false },
        endOnFailure: false,
        errorCountsAs: "errored",
      },
    },
    outputs: [],
    policy: {},
    at: [],
  };
  return {
    language: "fake",
    processes: [region, ...tasks.map(makeLeaf)],
    entry: 0,
    arguments: [],
    values: {},
    labels: {},
    files: {},
    hooks: [],
    policy: {},
    notes: {},
  };
}

function makeLeaf({ name, waitsFor }: FakeTask): Process {
  const outputs = (waitsFor ?? []).map((output): Output => ({
    name: output,
    kind: "value",
    from: { kind: "supplied" },
  }));
  const task = {
    commands: [],
    inputs: [],
    outputParameters: [],
    outputArtifacts: [],
    captureResult: false,
    graceMs: 0,
  };
  const body: Process["body"] = waitsFor === undefined ? { kind: "task", task } : { kind: "wait" };
  return { id: `t-${name}`, inputs: [], body, outputs, policy: {}, at: [] };
}

function makeView(run: FakeRun): LanguageView {
  const nameOf = (state: RunState, task: number): string =>
    task === 0 ? state.name : (run.tasks[task - 1]?.name ?? "");
  const messageOf = (task: number): string =>
    task === 0 ? (run.message ?? "") : (run.tasks[task - 1]?.message ?? "");
  const toRow = (state: RunState, task: number): TreeRow => {
    const phase = phaseNames[state.tasks.phase[task] ?? 0] ?? "waiting";
    return {
      task,
      depth: task === 0 ? 0 : 1,
      name: nameOf(state, task),
      phase: showPhase(phase),
      state: phase,
      type: task === 0 ? "DAG" : "Pod",
      template: state.index.plan.processes[state.tasks.process[task] ?? -1]?.id ?? "",
      message: messageOf(task),
      startedAt: state.tasks.startedAt[task] ?? 0,
      endedAt: state.tasks.endedAt[task] ?? 0,
    };
  };
  const allTasks = (state: RunState): readonly number[] =>
    Array.from({ length: state.tasks.size }, (_, task) => task);
  return {
    status: (state): JsonObject => ({ phase: showPhase(run.phase), tasks: state.tasks.size }),
    outcome: () => ({ phase: showPhase(run.phase), message: run.message ?? "" }),
    rows: (state, limit) =>
      allTasks(state)
        .slice(0, limit)
        .map((task) => toRow(state, task)),
    taskName: (state, task) => ({
      full: task === 0 ? state.name : `${state.name}.${nameOf(state, task)}`,
      short: nameOf(state, task),
    }),
    taskId: (_state, task) => `id-${task}`,
    message: (_state, task) => messageOf(task),
    findTasks: (state, selector, among = allTasks(state)) =>
      among.filter((task) =>
        [
          nameOf(state, task),
          `${state.name}.${nameOf(state, task)}`,
          `phase=${showPhase(phaseNames[state.tasks.phase[task] ?? 0] ?? "")}`,
        ].includes(selector),
      ),
    finalOutputs: () => ({ parameters: run.outputs?.parameters ?? {}, files: run.outputs?.files ?? {} }),
  };
}
