/** A run as text that does not depend on task numbers or times: two ways to the same result read the same. */
import { isService } from "../../src/engine/decide/services.ts";
import { phaseNames, phases, taskKindNames } from "../../src/model/run/phase.ts";
import type { RunState } from "../../src/model/run/run-state.ts";
import { noExitCode } from "../../src/model/run/task-table.ts";

/** One line for each task below the entry and the run's hooks, indented by depth. */
export function describeRun(state: RunState): string {
  const { tasks } = state;
  const below = new Map<number, number[]>();
  const roots: number[] = [];
  for (let task = 0; task < tasks.size; task += 1) {
    const parent = tasks.parent[task] as number;
    if (parent < 0) roots.push(task);
    else below.set(parent, [...(below.get(parent) ?? []), task]);
  }
  const lines = [
    `run ${state.ended === undefined ? "open" : String(phaseNames[state.ended])} ${state.endReason?.code ?? ""}`,
  ];
  const visit = (list: readonly number[], depth: number): void => {
    for (const task of [...list].sort((a, b) => compareNames(state, a, b))) {
      lines.push(`${"  ".repeat(depth)}${describeTask(state, task)}`);
      visit(below.get(task) ?? [], depth + 1);
    }
  };
  visit(roots, 1);
  return lines.join("\n");
}

function compareNames(state: RunState, a: number, b: number): number {
  const [left, right] = [nameOf(state, a), nameOf(state, b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function nameOf(state: RunState, task: number): string {
  const { tasks, index } = state;
  const kind = String(taskKindNames[tasks.kind[task] as number]);
  const order = String(tasks.order[task]).padStart(4, "0");
  return `${kind} ${index.nodes[tasks.node[task] as number]?.name ?? ""} ${order}`;
}

function describeTask(state: RunState, task: number): string {
  const { tasks } = state;
  // How a service ends that is asked to depends on when it is asked.
  const isAsked = isService(state, task) && tasks.phase[task] === phases.succeeded;
  const code = isAsked ? noExitCode : (tasks.exitCode[task] as number);
  const outputs = isAsked ? undefined : state.outputs.get(task);
  const reason = state.reasons.get(task);
  return [
    nameOf(state, task),
    phaseNames[tasks.phase[task] as number],
    code === noExitCode ? "" : `exit ${code}`,
    reason === undefined ? "" : `${reason.code} ${reason.message ?? ""}`,
    outputs === undefined ? "" : JSON.stringify([outputs.result, outputs.values, outputs.files]),
    JSON.stringify(state.inputs.get(task)?.values ?? {}),
  ].join(" | ");
}

/**
 * Everything of a state that replaying its history must give back. What is only a hint (agenda, timers) is left out,
 * and so is what others told (locks elsewhere).
 */
export function describeState(state: RunState): string {
  const { tasks } = state;
  const rows = Array.from({ length: tasks.size }, (_, task) =>
    [
      tasks.kind[task],
      tasks.phase[task],
      tasks.flags[task],
      tasks.parent[task],
      tasks.node[task],
      tasks.process[task],
      tasks.order[task],
      tasks.first[task],
      tasks.count[task],
      tasks.pending[task],
      tasks.active[task],
      tasks.exitCode[task],
      tasks.startedAt[task],
      tasks.endedAt[task],
    ].join(","),
  );
  const {
    index: _,
    tasks: __,
    agenda: ___,
    ready: ____,
    timers: _____,
    locksElsewhere: ______,
    ...rest
  } = state;
  return `${rows.join("\n")}\n${JSON.stringify(rest, flatten)}`;
}

function flatten(_: string, value: unknown): unknown {
  if (value instanceof Map) return [...value.entries()];
  if (value instanceof Set) return [...value];
  if (value === Infinity) return "never";
  return value;
}
