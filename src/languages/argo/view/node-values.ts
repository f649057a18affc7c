/** Inputs, outputs and resources of a node in Argo's form. */
import type { Json, JsonObject } from "../../../base/json.ts";
import type { StoragePlace } from "../../../model/data/storage-place.ts";
import type { FileValue, TaskTemplate } from "../../../model/plan/plan.ts";
import { phases, taskKinds } from "../../../model/run/phase.ts";
import type { Progress } from "../../../model/run/outlook.ts";
import type { RunState } from "../../../model/run/run-state.ts";
import type { Inputs, Outputs } from "../../../model/run/values.ts";
import { noExitCode } from "../../../model/run/task-table.ts";
import { jsonToText } from "../evaluate/json-text.ts";
import { outerPrefix } from "../lower/capture-outer.ts";
import { keyFields } from "../lower/driver-location.ts";
import type { DriverName } from "../lower/driver-location.ts";
import { findProcess, isLeftBehind, isTakenOver } from "./tree.ts";

/** Bound inputs; undefined when there are none. */
export function describeInputs(state: RunState, task: number): JsonObject | undefined {
  const { tasks } = state;
  // An attempt works with what its task was given.
  const owner = tasks.kind[task] === taskKinds.attempt ? (tasks.parent[task] ?? -1) : task;
  const inputs = state.inputs.get(task) ?? state.inputs.get(owner);
  return inputs === undefined ? undefined : describeBound(inputs, findTask(state, task));
}

function findTask(state: RunState, task: number): TaskTemplate | undefined {
  const body = findProcess(state, task)?.body;
  return body?.kind === "task" ? body.task : undefined;
}

function describeBound(inputs: Inputs, template: TaskTemplate | undefined): JsonObject | undefined {
  const parameters = Object.entries(inputs.values)
    .filter(([name]) => !name.startsWith(outerPrefix))
    .map(([name, value]) => ({ name, value: jsonToText(value) }));
  const artifacts = Object.entries(inputs.files).map(([name, file]) => {
    const path = template?.inputs.find((input) => input.name === name)?.path;
    return describeFile(name, file, typeof path === "string" ? path : undefined);
  });
  return orNothing({ ...listed("parameters", parameters), ...listed("artifacts", artifacts) });
}

/** Outputs with result and exit code; undefined when there are none. */
export function describeOutputs(state: RunState, task: number): JsonObject | undefined {
  const outputs = state.outputs.get(task);
  const code = state.tasks.exitCode[task] ?? noExitCode;
  const template = findTask(state, task);
  const given = outputs === undefined ? {} : describeGiven(outputs, template);
  return orNothing({ ...given, ...(code === noExitCode ? {} : { exitCode: String(code) }) });
}

function describeGiven(outputs: Outputs, template: TaskTemplate | undefined): JsonObject {
  const parameters = Object.entries(outputs.values).map(([name, value]) => {
    const path = template?.outputParameters.find((one) => one.name === name)?.path;
    return { name, value: jsonToText(value), ...(typeof path === "string" ? { valueFrom: { path } } : {}) };
  });
  const artifacts = Object.entries(outputs.files).map(([name, file]) => {
    const path = template?.outputArtifacts.find((one) => one.name === name)?.path;
    return describeFile(name, file, typeof path === "string" ? path : undefined);
  });
  return {
    ...(outputs.result === undefined ? {} : { result: outputs.result }),
    ...listed("parameters", parameters),
    ...listed("artifacts", artifacts),
  };
}

/** An artifact: where it lies is its digest, under a key of its own kind. */
export function describeFile(name: string, file: FileValue, path: string | undefined): JsonObject {
  const base = { name, ...(path === undefined ? {} : { path }) };
  if (file.kind === "text") return { ...base, raw: { data: file.text } };
  if (file.kind === "key") return { ...base, s3: { key: file.key } };
  if (file.kind === "place") return { ...base, ...describePlace(file.place) };
  if (file.kind === "absent") return { ...base, optional: true };
  const { content, archive, copy } = file.artifact;
  const stored = copy?.place === undefined ? {} : describePlace(copy.place);
  const packed =
    archive.kind === "none"
      ? { archive: { none: {} } }
      : archive.kind === "zip"
        ? { archive: { zip: {} } }
        : {};
  return { ...base, ...packed, ...stored, digest: content.digest, sizeBytes: content.sizeBytes };
}

/** A place in Argo's form. Credentials are nobody's business, and neither is what else the driver was told. */
function describePlace({ driver, key, settings }: StoragePlace): JsonObject {
  const { bucket, endpoint, container } = settings;
  const storage = Object.entries({ endpoint, bucket, container }).filter(([, value]) => value !== undefined);
  const field = Object.hasOwn(keyFields, driver) ? keyFields[driver as DriverName] : "key";
  return { [driver]: { ...(Object.fromEntries(storage) as JsonObject), [field]: key } };
}

function listed(name: string, list: readonly Json[]): JsonObject {
  return list.length === 0 ? {} : { [name]: list };
}

function orNothing(object: JsonObject): JsonObject | undefined {
  return Object.keys(object).length === 0 ? undefined : object;
}

/** What the attempt below a node used: CPU seconds, and memory in units of 100 MiB times seconds (Argo, docs/resource-duration.md). */
export interface Resources {
  cpu: number;
  memory: number;
}

const memoryUnitBytes = 100 * 1024 * 1024;

/** Resources and progress of every task, summed from the leaves up: children have greater numbers than their parents. */
export function sumTree(
  state: RunState,
  reported?: ReadonlyMap<number, Progress>,
): {
  readonly resources: readonly (Resources | undefined)[];
  readonly done: Int32Array;
  readonly total: Int32Array;
} {
  const { tasks } = state;
  const resources: (Resources | undefined)[] = Array.from({ length: tasks.size }, () => undefined);
  const done = new Int32Array(tasks.size);
  const total = new Int32Array(tasks.size);
  for (let task = tasks.size - 1; task >= 0; task -= 1) {
    const used = measureAttempt(state, task);
    if (used !== undefined) addResources(resources, task, used);
    if (isCounted(state, task)) {
      const own = findProgress(state, task, reported?.get(task));
      total[task] = (total[task] ?? 0) + own.total;
      done[task] = (done[task] ?? 0) + own.done;
    }
    const parent = tasks.parent[task] ?? -1;
    if (parent < 0) continue;
    const own = resources[task];
    if (own !== undefined) addResources(resources, parent, own);
    done[parent] = (done[parent] ?? 0) + (done[task] ?? 0);
    total[parent] = (total[parent] ?? 0) + (total[task] ?? 0);
  }
  return { resources, done, total };
}

/** Progress of the run: every task is below its first one or one of its own hooks. */
export function sumWhole(state: RunState, reported?: ReadonlyMap<number, Progress>): Progress {
  let done = 0;
  let total = 0;
  for (let task = 0; task < state.tasks.size; task += 1) {
    if (!isCounted(state, task)) continue;
    const own = findProgress(state, task, reported?.get(task));
    done += own.done;
    total += own.total;
  }
  return { done, total };
}

/** Whether a task has progress of its own: pods, waits and requests (Argo, workflow/progress, executable). */
function isCounted(state: RunState, task: number): boolean {
  const { tasks } = state;
  const phase = tasks.phase[task] ?? phases.waiting;
  if (phase === phases.waiting || phase >= phases.skipped || tasks.kind[task] === taskKinds.group)
    return false;
  const kind = findProcess(state, task)?.body.kind;
  if (isTakenOver(state, task)) return false;
  if (state.attempts.has(task) || (kind !== "task" && kind !== "wait" && kind !== "request")) return false;
  return state.resets.size === 0 || !isLeftBehind(state, task);
}

/** What succeeded is done; otherwise what the task itself says counts. Each container of a set counts besides its pod. */
function findProgress(state: RunState, task: number, reported: Progress | undefined): Progress {
  const isDone = state.tasks.phase[task] === phases.succeeded;
  const total = reported?.total ?? 1;
  const done = isDone ? total : (reported?.done ?? 0);
  const template = findTask(state, task);
  const containers = template?.commands.filter(({ role }) => role === "main") ?? [];
  if (containers.length < 2) return { done, total };
  const endings = state.reasons.get(task)?.commands;
  const good = containers.filter(({ name }) => {
    const ending = typeof name === "string" ? endings?.[name] : undefined;
    return ending === undefined ? isDone : ending.kind === "exited" && ending.code === 0;
  });
  return { done: done + good.length, total: total + containers.length };
}

/** Whole seconds, as Argo keeps them. Its pods always take some; here a moment counts as one, since none is no estimate. */
export function describeEstimate(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.max(1, Math.floor(ms / 1000));
}

function measureAttempt(state: RunState, task: number): Resources | undefined {
  const facts = state.attemptFacts.get(task);
  if (facts === undefined) return undefined;
  const { cpuUserMs = 0, cpuSystemMs = 0, peakMemoryBytes = 0 } = facts.usage;
  const seconds = Math.max(0, (state.tasks.endedAt[task] ?? 0) - (state.tasks.startedAt[task] ?? 0)) / 1000;
  return { cpu: (cpuUserMs + cpuSystemMs) / 1000, memory: (seconds * peakMemoryBytes) / memoryUnitBytes };
}

function addResources(list: (Resources | undefined)[], task: number, more: Resources): void {
  const own = list[task];
  if (own === undefined) list[task] = { ...more };
  else {
    own.cpu += more.cpu;
    own.memory += more.memory;
  }
}

/** Whole seconds, as Argo keeps them. */
export function describeResources(used: Resources | undefined): JsonObject | undefined {
  return used === undefined ? undefined : { cpu: Math.round(used.cpu), memory: Math.round(used.memory) };
}
