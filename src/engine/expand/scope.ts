/** What expressions see of a run: the neutral views that evaluators read. Nothing is copied. */
import type { Json } from "../../base/json.ts";
import type { TaskTemplate } from "../../model/plan/plan.ts";
import { phaseNames, phases, taskKinds } from "../../model/run/phase.ts";
import type { PhaseName } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import type { RunView, Scope, TaskView } from "../../model/run/scope.ts";
import { noExitCode, taskFlags } from "../../model/run/task-table.ts";
import type { Inputs, Outputs, Reason } from "../../model/run/values.ts";
import { findRegion } from "../evolve/limits.ts";

/** The bound inputs that a task works with; an attempt uses those of its task. */
export function findInputs(state: RunState, task: number): Inputs | undefined {
  if (task < 0) return undefined;
  const own = state.inputs.get(task);
  if (own !== undefined || state.tasks.kind[task] !== taskKinds.attempt) return own;
  return state.inputs.get(state.tasks.parent[task] as number);
}

/** The item of a fan-out member (or of the member that an attempt or hook belongs to). */
export function findItem(state: RunState, task: number): Json | undefined {
  const { tasks } = state;
  let at = task;
  while (at >= 0 && (tasks.kind[at] === taskKinds.attempt || tasks.kind[at] === taskKinds.hook))
    at = tasks.parent[at] as number;
  if (at < 0 || tasks.kind[at] !== taskKinds.member) return undefined;
  const items = state.items.get(tasks.parent[at] as number);
  const order = tasks.order[at] as number;
  if (items === undefined) return undefined;
  if (items.kind === "list") return items.list[order];
  return String(items.start + items.step * order);
}

/** A view of one task. */
export function viewTask(state: RunState, task: number): TaskView {
  return new StateTaskView(state, task);
}

class StateTaskView implements TaskView {
  readonly task: number;
  private readonly state: RunState;

  constructor(state: RunState, task: number) {
    this.state = state;
    this.task = task;
  }

  get name(): string {
    const { tasks, index } = this.state;
    const node = tasks.node[this.task] as number;
    return index.nodes[node]?.name ?? this.processId ?? "";
  }

  get phase(): PhaseName {
    return phaseNames[this.state.tasks.phase[this.task] as number] as PhaseName;
  }

  get closed(): boolean {
    return this.state.tasks.hasFlag(this.task, taskFlags.closed);
  }

  get startedAt(): number {
    return this.state.tasks.startedAt[this.task] as number;
  }

  get endedAt(): number {
    return this.state.tasks.endedAt[this.task] as number;
  }

  get exitCode(): number | undefined {
    const code = this.state.tasks.exitCode[this.task] as number;
    return code === noExitCode ? undefined : code;
  }

  get outputs(): Outputs | undefined {
    return this.state.outputs.get(this.task);
  }

  get inputs(): Inputs | undefined {
    return findInputs(this.state, this.task);
  }

  get reason(): Reason | undefined {
    return this.state.reasons.get(this.task);
  }

  get isFanOut(): boolean {
    return this.state.tasks.kind[this.task] === taskKinds.group;
  }

  get processId(): string | undefined {
    const { tasks, index } = this.state;
    const called = tasks.process[this.task] as number;
    if (called >= 0) return index.plan.processes[called]?.id;
    const call = index.nodes[tasks.node[this.task] as number]?.call;
    return call?.kind === "process" ? index.plan.processes[call.process]?.id : undefined;
  }

  get host(): string | undefined {
    return this.state.attemptFacts.get(this.task)?.host;
  }

  children(): readonly TaskView[] {
    const { tasks, attempts } = this.state;
    const tries = attempts.get(this.task);
    if (tries !== undefined) return tries.map((task) => viewTask(this.state, task));
    if (!this.isFanOut) return [];
    const first = tasks.first[this.task] as number;
    return Array.from({ length: tasks.count[this.task] as number }, (_, order) =>
      viewTask(this.state, first + order),
    );
  }

  outputDefault(name: string): string | undefined {
    const id = this.processId;
    const process = id === undefined ? undefined : this.state.index.processById.get(id);
    const output =
      process === undefined
        ? undefined
        : this.state.index.plan.processes[process]?.outputs.find((o) => o.name === name);
    return typeof output?.default === "string" ? output.default : undefined;
  }
}

/** The run as expressions see it at the time `at`. */
export function viewRun(state: RunState, at: number): RunView {
  const outcome = (): PhaseName => {
    if (state.ended !== undefined) return phaseNames[state.ended] as PhaseName;
    if (state.tasks.size === 0) return "waiting";
    const phase = state.tasks.phase[0] as number;
    return phase < phases.running ? "running" : (phaseNames[phase] as PhaseName);
  };
  return {
    state,
    runId: state.runId,
    name: state.name,
    createdAt: state.createdAt,
    startedAt: state.startedAt,
    at,
    get phase() {
      return state.ended === undefined ? "running" : (phaseNames[state.ended] as PhaseName);
    },
    get outcome() {
      return outcome();
    },
    priority: undefined,
    values: state.values,
    files: state.files,
    published: { values: state.publishedValues, files: state.publishedFiles },
    notes: state.index.plan.notes,
    facts: { ...state.facts, labels: { ...(state.facts["labels"] as object), ...state.labels } },
    failures: () => state.failures.map((task) => viewTask(state, task)),
  };
}

/** What differs from one scope to the next. */
export interface ScopeParts {
  /** The opened region in which the expression stands; -1 outside of any. */
  readonly region: number;
  readonly inputs: Inputs | undefined;
  readonly item?: Json | undefined;
  readonly own?: number | undefined;
  /** A member of a fan-out that stands for its node. */
  readonly self?: number;
  /** The task for whose sake there are random numbers, if not `own`. */
  readonly seed?: number;
  readonly attemptNumber?: number | undefined;
  readonly lastAttempt?: number | undefined;
  readonly exchange?: Scope["exchange"];
  readonly template?: TaskTemplate | undefined;
}

/** Builds a scope; views inside are made when they are asked for. */
export function createScope(state: RunState, run: RunView, parts: ScopeParts): Scope {
  const { tasks } = state;
  const region = parts.region < 0 ? undefined : state.index.regions[tasks.process[parts.region] as number];
  let drawn = 0;
  return {
    run,
    inputs: parts.inputs,
    sibling: (name) => {
      const local = region?.byName.get(name);
      if (local === undefined) return undefined;
      const task = (tasks.first[parts.region] as number) + local;
      const isSelf = parts.self !== undefined && tasks.parent[parts.self] === task;
      return viewTask(state, isSelf ? (parts.self as number) : task);
    },
    siblingNames: () => (region === undefined ? [] : [...region.byName.keys()]),
    item: parts.item,
    own: parts.own === undefined ? undefined : viewTask(state, parts.own),
    attemptNumber: parts.attemptNumber,
    lastAttempt: parts.lastAttempt === undefined ? undefined : viewTask(state, parts.lastAttempt),
    exchange: parts.exchange,
    template: parts.template,
    random: () => {
      drawn += 1;
      return hashToUnit(`${state.runId}/${parts.seed ?? parts.own ?? parts.region}/${state.seq}/${drawn}`);
    },
  };
}

/** The scope of the place that calls a task: its arguments, condition and fan-out are evaluated here. */
export function createCallerScope(state: RunState, run: RunView, task: number): Scope {
  const { tasks } = state;
  const kind = tasks.kind[task];
  if (kind === taskKinds.entry) return createScope(state, run, { region: -1, inputs: undefined });
  if (kind === taskKinds.hook) {
    const owner = tasks.parent[task] as number;
    if (owner < 0) return createScope(state, run, { region: -1, inputs: undefined, own: 0 });
    return createHookScope(state, run, owner);
  }
  const region = findRegion(state, task);
  return createScope(state, run, {
    region,
    inputs: findInputs(state, region),
    item: findItem(state, task),
    own: region,
    seed: task,
    ...findTry(state, region),
  });
}

/** Which try of its process a task is, and the one before it; nothing for what is no attempt. */
function findTry(state: RunState, task: number): Pick<ScopeParts, "attemptNumber" | "lastAttempt"> {
  const { tasks } = state;
  if (tasks.kind[task] !== taskKinds.attempt) return {};
  const attemptNumber = tasks.order[task] as number;
  const attempts = state.attempts.get(tasks.parent[task] as number);
  return { attemptNumber, lastAttempt: attemptNumber === 0 ? undefined : attempts?.[attemptNumber - 1] };
}

/**
 * The scope of a hook's condition and arguments: that of its owner, which is `own`.
 * To a hook of a member the name of the fan-out means that member.
 */
export function createHookScope(state: RunState, run: RunView, owner: number): Scope {
  const region = findRegion(state, owner);
  return createScope(state, run, {
    ...(state.tasks.kind[owner] === taskKinds.member ? { self: owner } : {}),
    region,
    inputs: findInputs(state, region),
    item: findItem(state, owner),
    own: owner,
    ...findTry(state, region),
  });
}

/** The scope inside a called process: its own inputs, its own nodes. */
export function createCalleeScope(
  state: RunState,
  run: RunView,
  task: number,
  template?: TaskTemplate,
): Scope {
  const { tasks } = state;
  return createScope(state, run, {
    region:
      state.index.regions[tasks.process[task] as number] === undefined || tasks.first[task] === 0 ? -1 : task,
    inputs: findInputs(state, task),
    item: findItem(state, task),
    own: task,
    ...findTry(state, task),
    template,
  });
}

/** FNV-1a over the text, spread to [0, 1). */
function hashToUnit(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}
