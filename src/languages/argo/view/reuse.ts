/**
 * Results that a new run takes over from an earlier one of the same document (Argo, `resubmit --memoized`):
 * the pods that succeeded, by their names below the run. What belongs to hooks runs again.
 */
import type { Json, JsonObject } from "../../../base/json.ts";
import { isJsonObject } from "../../../base/json.ts";
import type { FileValue } from "../../../model/plan/plan.ts";
import { phases, taskKinds } from "../../../model/run/phase.ts";
import type { RunState } from "../../../model/run/run-state.ts";
import type { Reused } from "../../../model/run/scope.ts";
import type { Outputs } from "../../../model/run/values.ts";
import { nodeId, nodeName } from "./node-names.ts";
import { findProcess, isVisible } from "./tree.ts";

/** Name of the fact that holds the table. */
const tableFact = "reuse";

/** The facts of a submission that shall reuse what succeeded in this run. */
export function collectReusable(state: RunState): JsonObject {
  const table: Record<string, Json> = {};
  for (let task = 0; task < state.tasks.size; task += 1) {
    if (state.tasks.phase[task] !== phases.succeeded || findProcess(state, task)?.body.kind !== "task")
      continue;
    if (state.tasks.kind[task] === taskKinds.attempt || isBelowHook(state, task) || !isVisible(state, task))
      continue;
    const outputs = state.outputs.get(task);
    const id = originalId(state, task);
    // Outputs are plain JSON.
    table[shortName(state, task)] = {
      id,
      ...(outputs === undefined ? {} : { outputs: outputs as unknown as Json }),
    };
  }
  return { [tableFact]: table };
}

/** What the submission brought for a task. */
export function findReused(state: RunState, task: number): Reused | undefined {
  const table = state.facts[tableFact];
  if (table === undefined || !isJsonObject(table) || isBelowHook(state, task)) return undefined;
  const name = shortName(state, task);
  const entry = Object.hasOwn(table, name) ? table[name] : undefined;
  if (entry === undefined || !isJsonObject(entry)) return undefined;
  const { id, outputs } = entry;
  const message = typeof id === "string" ? `original pod: ${id}` : "original pod";
  return { message, ...(outputs === undefined ? {} : { outputs: readOutputs(outputs) }) };
}

/** The pod that made the result, also when it was itself taken over. */
function originalId(state: RunState, task: number): string {
  const reason = state.reasons.get(task);
  const original =
    reason?.code === "reused" ? /^original pod: (.+)$/u.exec(reason.message ?? "")?.[1] : undefined;
  return original ?? nodeId(state, state.attempts.get(task)?.at(-1) ?? task);
}

function shortName(state: RunState, task: number): string {
  return nodeName(state, task).slice(state.name.length);
}

function isBelowHook(state: RunState, task: number): boolean {
  for (let at = task; at >= 0; at = state.tasks.parent[at] ?? -1) {
    if (state.tasks.kind[at] === taskKinds.hook) return true;
  }
  return false;
}

function readOutputs(value: Json): Outputs {
  const { result, values, files } = isJsonObject(value) ? value : {};
  return {
    ...(typeof result === "string" ? { result } : {}),
    values: values !== undefined && isJsonObject(values) ? values : {},
    // collectReusable wrote them.
    files: (files ?? {}) as unknown as Readonly<Record<string, FileValue>>,
  };
}
