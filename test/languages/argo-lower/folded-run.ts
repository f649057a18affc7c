/** Runs whose states are folded from hand-written events, and what their views say of single nodes. */
import assert from "node:assert/strict";
import { evolve } from "../../../src/engine/evolve/evolve.ts";
import { argo } from "../../../src/languages/argo/argo.ts";
import { hashName } from "../../../src/languages/argo/view/node-names.ts";
import { indexPlan } from "../../../src/model/plan/plan-index.ts";
import type { RunEvent } from "../../../src/model/run/events.ts";
import { createRunState } from "../../../src/model/run/run-state.ts";
import type { RunState } from "../../../src/model/run/run-state.ts";
import { compilePlan, runAt, workflow } from "./support.ts";

export type Draft<E> = E extends RunEvent ? Omit<E, "at"> & { readonly at?: number } : never;

/** A run named `wf` after these events; the run is created and started first. */
export function run(spec: string, events: readonly Draft<RunEvent>[]): RunState {
  const state = createRunState(indexPlan(compilePlan(workflow(spec))), "run-1", "wf");
  const begin: readonly Draft<RunEvent>[] = [
    { kind: "run.created", suspended: false },
    { kind: "run.started", values: {}, labels: {} },
  ];
  for (const event of [...begin, ...events]) evolve(state, { at: runAt, ...event } as RunEvent);
  return state;
}

const usage = { cpuUserMs: 1500, cpuSystemMs: 500, peakMemoryBytes: 100 * 1024 * 1024 };
const facts = { usage, executor: "process", host: "host-1", user: "u" };

export function open(task: number, process: number, more: object = {}): Draft<RunEvent> {
  return { kind: "task.opened", task, process, retried: false, ...more } as Draft<RunEvent>;
}

export function start(task: number, process: number): Draft<RunEvent> {
  return { kind: "attempt.started", task, process };
}

export function end(task: number, phase: 3 | 4 | 5, more: object = {}): Draft<RunEvent> {
  return { kind: "attempt.ended", task, phase, at: runAt + 10_000, facts, ...more } as Draft<RunEvent>;
}

export function settle(task: number, phase: 3 | 4 | 5, more: object = {}): Draft<RunEvent> {
  return { kind: "task.settled", task, phase, at: runAt + 11_000, ...more } as Draft<RunEvent>;
}

export type Nodes = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export function nodesOf(state: RunState): Nodes {
  return (argo.view.status(state)["nodes"] ?? {}) as Nodes;
}

export function id(name: string): string {
  return `wf-${hashName(name)}`;
}

/** Some fields of the node with this name. */
export function node(
  state: RunState,
  name: string,
  ...fields: readonly string[]
): Readonly<Record<string, unknown>> {
  const found = Object.values(nodesOf(state)).find((one) => one["name"] === name);
  assert.ok(
    found !== undefined,
    `no node ${name} among ${Object.values(nodesOf(state))
      .map((one) => String(one["name"]))
      .join(", ")}`,
  );
  return Object.fromEntries(fields.map((field) => [field, found[field]]));
}
