/**
 * What a run's events mean for the board of locks. A run as a whole has the ticket of task -1.
 * A ticket stands on the board from the moment something waits for locks until it has ended.
 */
import type { LockBoard } from "../../model/run/lock-board.ts";
import type { LockTicket, LockWish } from "../../model/run/lock-board.ts";
import type { RunState } from "../../model/run/run-state.ts";

/** The ticket of the run as a whole. */
export const wholeRun = -1;

/** Enters the task into the queue of every lock it wants. */
export function queueForLocks(state: RunState, task: number, wanted: readonly LockWish[]): void {
  const { createdAt, index, locks } = state;
  releaseLocks(state, task);
  const priority = index.plan.policy.priority ?? 0;
  const ticket = locks.enter({ user: state, task, priority, createdAt }, wanted, listAround(state, task));
  state.tickets.set(task, ticket);
  if (isAsleep(state)) locks.putToSleep(ticket);
}

/** Whether the task may begin as far as its locks go. */
export function mayClaimLocks(state: RunState, task: number): boolean {
  const ticket = state.tickets.get(task);
  return ticket === undefined || state.locks.mayClaim(ticket);
}

/** The task has begun: it holds what it waited for. */
export function claimLocks(state: RunState, task: number): void {
  const ticket = state.tickets.get(task);
  if (ticket !== undefined) state.locks.claim(ticket);
}

/** The task has ended: frees its locks and wakes whoever is next. */
export function releaseLocks(state: RunState, task: number): void {
  const ticket = state.tickets.get(task);
  if (ticket === undefined) return;
  state.tickets.delete(task);
  state.locks.leave(ticket);
}

/** The run has ended, or begins anew: nothing of it holds or waits for anything. */
export function releaseAllLocks(state: RunState): void {
  for (const task of [...state.tickets.keys()].reverse()) releaseLocks(state, task);
}

/** Nothing of the run begins for now: what waits holds up nobody else. */
export function putLocksToSleep(state: RunState): void {
  for (const ticket of state.tickets.values()) state.locks.putToSleep(ticket);
}

/** The run goes on: what waited stands where it would stand. */
export function awakenLocks(state: RunState): void {
  for (const ticket of state.tickets.values()) state.locks.awaken(ticket);
}

/** Moves a run, with what it holds and waits for, to a board that it shares with others. */
export function moveToBoard(state: RunState, board: LockBoard): void {
  const before = [...state.tickets.values()].map(({ task, asked, phase }) => ({ task, asked, phase }));
  releaseAllLocks(state);
  state.locks = board;
  // In their old order: whoever stands around others has asked before them.
  for (const { task, asked, phase } of before) {
    queueForLocks(state, task, asked);
    if (phase === "held") claimLocks(state, task);
  }
}

/** The tickets that are held around a task, nearest first: those of the tasks above it, and that of the run. */
function listAround(state: RunState, task: number): readonly LockTicket[] {
  if (task < 0 || state.tickets.size === 0) return [];
  const around: LockTicket[] = [];
  const add = (above: number): void => {
    const ticket = state.tickets.get(above);
    if (ticket?.phase === "held") around.push(ticket);
  };
  for (let at = state.tasks.parent[task] as number; at >= 0; at = state.tasks.parent[at] as number) add(at);
  add(wholeRun);
  return around;
}

function isAsleep(state: RunState): boolean {
  return state.suspended && state.stopping === undefined;
}
