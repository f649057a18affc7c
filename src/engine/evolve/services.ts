/**
 * Services: tasks that others go on beside. A service is counted as done when it can first be used, and closes when it
 * has ended; between the two it is kept under the region that ends it. It keeps being counted while it is tried again,
 * but what needs it and has not begun waits for that.
 */
import { taskKinds } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import { countAsDone, endLapse, findServiceRegion, isCountedService } from "./close.ts";
import { leavePlace } from "./limits.ts";
import { releaseLocks } from "./locks.ts";

/** The task that an attempt works for. */
export function findServedTask(state: RunState, worker: number): number {
  return state.tasks.kind[worker] === taskKinds.attempt ? (state.tasks.parent[worker] as number) : worker;
}

/** Folds attempt.ready: frees what held others back, and counts the task for those that need it. */
export function serve(state: RunState, worker: number): void {
  state.served.add(worker);
  state.serving.add(worker);
  const task = findServedTask(state, worker);
  const region = findServiceRegion(state, task);
  if (isCountedService(state, task)) return endLapse(state, task, region);
  const services = state.services.get(region);
  if (services === undefined) state.services.set(region, new Set([task]));
  else services.add(task);
  state.deadlines.delete(task);
  releaseLocks(state, task);
  state.agenda.push(task);
  if (region < 0) return;
  countAsDone(state, task);
  leavePlace(state, task);
}

/** Folds attempt.lapsed, and the end of an attempt that served: its task is not of use until another report. */
export function lapse(state: RunState, worker: number): void {
  state.serving.delete(worker);
  const task = findServedTask(state, worker);
  const region = findServiceRegion(state, task);
  if (region < 0) return;
  const down = state.down.get(region);
  if (down === undefined) state.down.set(region, new Set([task]));
  else down.add(task);
}

/** Folds task.dismissed. An attempt that has not begun never does. */
export function dismissService(state: RunState, task: number): void {
  state.dismissed.add(task);
  state.agenda.push(task);
  const last = state.attempts.get(task)?.at(-1);
  if (last !== undefined) state.agenda.push(last);
}
