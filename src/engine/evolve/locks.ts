/** Locks of a run: queues and holders. A task holds all the locks it asked for, or none. */
import type { RunState } from "../../model/run/run-state.ts";

/** Enters the task into the queue of every lock it wants. */
export function queueForLocks(
  state: RunState,
  task: number,
  wanted: readonly { readonly key: string; readonly limit: number }[],
): void {
  state.wanted.set(task, [...new Set(wanted.map((lock) => lock.key))]);
  for (const { key, limit } of wanted) {
    if (state.locks.get(key)?.waiting.at(-1) === task) continue;
    const lock = state.locks.get(key) ?? { limit, holders: new Set<number>(), waiting: [] };
    lock.waiting.push(task);
    state.locks.set(key, lock);
  }
}

/** Whether every lock that the task waits for has room and the task is next in each queue. */
export function mayClaimLocks(state: RunState, task: number): boolean {
  for (const key of state.wanted.get(task) ?? []) {
    const lock = state.locks.get(key);
    if (lock === undefined || lock.holders.has(task)) continue;
    const elsewhere = state.locksElsewhere.get(key) ?? 0;
    if (!isAmongFirst(lock.waiting, task, lock.limit - lock.holders.size - elsewhere)) return false;
  }
  return true;
}

/** Looks no further than there is room, because a queue may be long. */
function isAmongFirst(waiting: readonly number[], task: number, room: number): boolean {
  for (let place = 0; place < room && place < waiting.length; place += 1)
    if (waiting[place] === task) return true;
  return false;
}

/** The task has begun: it holds what it waited for. */
export function claimLocks(state: RunState, task: number): void {
  for (const key of state.wanted.get(task) ?? []) {
    const lock = state.locks.get(key);
    if (lock === undefined || lock.holders.has(task)) continue;
    lock.waiting.splice(lock.waiting.indexOf(task), 1);
    lock.holders.add(task);
  }
}

/** The task has ended: frees its locks and wakes whoever is next. */
export function releaseLocks(state: RunState, task: number): void {
  const keys = state.wanted.get(task);
  if (keys === undefined) return;
  state.wanted.delete(task);
  for (const key of keys) {
    const lock = state.locks.get(key);
    if (lock === undefined) continue;
    if (!lock.holders.delete(task)) lock.waiting.splice(lock.waiting.indexOf(task), 1);
    for (const next of lock.waiting.slice(0, Math.max(0, lock.limit - lock.holders.size)))
      state.agenda.push(next);
  }
}

/** Notes what other runs hold of each lock, and wakes those that wait. No event: it is nothing of this run's history. */
export function noteLocksElsewhere(state: RunState, held: ReadonlyMap<string, number>): void {
  if (isStaleAbout(state, held)) {
    for (const lock of state.locks.values()) for (const task of lock.waiting) state.agenda.push(task);
  }
  state.locksElsewhere = held;
}

/** Whether tasks wait for a lock of which other runs hold more or less than was noted. */
export function isStaleAbout(state: RunState, held: ReadonlyMap<string, number>): boolean {
  for (const [key, lock] of state.locks) {
    if (lock.waiting.length > 0 && (held.get(key) ?? 0) !== (state.locksElsewhere.get(key) ?? 0)) return true;
  }
  return false;
}
