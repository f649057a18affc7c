/** Locks in Argo's status (fields.md, SynchronizationStatus and NodeSynchronizationStatus). */
import type { Json, JsonObject } from "../../../base/json.ts";
import { listObstacles } from "../../../model/run/lock-board.ts";
import type { LockTicket } from "../../../model/run/lock-board.ts";
import type { RunState } from "../../../model/run/run-state.ts";
import { nodeId } from "./node-names.ts";

/** The lock that a node waits for. */
export function describeNodeWait(state: RunState, task: number): JsonObject | undefined {
  const ticket = state.tickets.get(task);
  if (ticket === undefined || ticket.phase === "held") return undefined;
  const lock = listObstacles(ticket)[0];
  return lock === undefined ? undefined : { waiting: lock.key };
}

/** What the run holds and waits for: mutexes, and everything else as semaphores. Undefined when there is nothing. */
export function describeSynchronization(state: RunState): JsonObject | undefined {
  if (state.tickets.size === 0) return undefined;
  const held = new Map<string, string[]>();
  const awaited = new Set<string>();
  for (const ticket of state.tickets.values()) {
    if (ticket.phase !== "held") for (const { key } of listObstacles(ticket)) awaited.add(key);
    else
      for (const { key } of ticket.asked)
        held.set(key, [...(held.get(key) ?? []), nameHolder(state, ticket)]);
  }
  const isMutex = (key: string): boolean => key.split("/")[1] === "Mutex";
  const holding = [...held];
  const mutex = describeLocks(
    holding.filter(([key]) => isMutex(key)).map(([key, [holder = ""]]) => ({ mutex: key, holder })),
    [...awaited].filter(isMutex).map((key) => ({ mutex: key })),
  );
  const semaphore = describeLocks(
    holding.filter(([key]) => !isMutex(key)).map(([key, holders]) => ({ semaphore: key, holders })),
    [...awaited].filter((key) => !isMutex(key)).map((key) => ({ semaphore: key })),
  );
  return mutex === undefined && semaphore === undefined
    ? undefined
    : { ...(mutex === undefined ? {} : { mutex }), ...(semaphore === undefined ? {} : { semaphore }) };
}

function describeLocks(holding: readonly Json[], waiting: readonly Json[]): JsonObject | undefined {
  if (holding.length === 0 && waiting.length === 0) return undefined;
  return {
    ...(holding.length === 0 ? {} : { holding }),
    ...(waiting.length === 0 ? {} : { waiting }),
  };
}

/** `namespace/run`, and the id of the node behind it (Argo, workflow/sync, getHolderKey). */
function nameHolder(state: RunState, { task }: LockTicket): string {
  const run = `${state.index.plan.policy.namespace ?? "default"}/${state.name}`;
  return task < 0 ? run : `${run}/${nodeId(state, task)}`;
}
