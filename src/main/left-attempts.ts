/**
 * Attempts that run as far as the history knows, while what lies on the disk says otherwise: their engine was killed, or
 * left after it had ended them. What that means for the run is decided when it goes on; until then people are told.
 */
import type { LeftAttempt } from "../model/run/outlook.ts";
import type { RunState } from "../model/run/run-state.ts";
import { type ExitRecord, findExitRecord } from "../executors/slots/exit-record.ts";
import { findLivingSlot } from "../executors/slots/running-attempt.ts";
import { attemptFolder } from "./attempt-folder.ts";
import type { Home } from "./home.ts";

/**
 * By task. While a process drives the home (`isDriven`), attempts that have not ended are in good hands, and left out; one
 * that has may be in the middle of being reported, or of a run that is not driven, and to say so is true.
 */
export function findLeftAttempts(
  home: Home,
  name: string,
  state: RunState,
  isDriven: boolean,
): ReadonlyMap<number, LeftAttempt> {
  const left = new Map<number, LeftAttempt>();
  for (const task of state.running) {
    const folder = attemptFolder(home, name, state, task);
    const record = findExitRecord(folder);
    // Finding its slot takes longer than all the rest.
    if (isDriven && record?.end === undefined) continue;
    left.set(task, describeRecord(folder, record, state));
  }
  if (!isDriven) for (const task of state.requests) left.set(task, unanswered);
  return left;
}

const unanswered: LeftAttempt = {
  state: "unanswered",
  says: "nobody waits for the answer to its request now; it asks again when the run goes on",
};

function describeRecord(folder: string, record: ExitRecord | undefined, state: RunState): LeftAttempt {
  if (record === undefined)
    return { state: "not-begun", says: "has not begun; it does when the run goes on" };
  const { end, endedAt, problem } = record;
  if (end === undefined) {
    return findLivingSlot(folder, record) === undefined
      ? { state: "lost", says: "is gone, and nothing says how it ended; the run finds out when it goes on" }
      : { state: "alone", says: "goes on by itself; no engine looks after it now" };
  }
  const time = new Date(endedAt).toISOString();
  // A run that is being stopped takes it as ended; otherwise nobody asked for that but whoever ended the engine.
  if (problem?.kind === "cancelled" && state.stopping === undefined)
    return {
      state: "killed",
      endedAt,
      says: `was killed at ${time}, when the engine was ended; it begins anew when the run goes on`,
    };
  return { state: "ended", endedAt, says: `ended at ${time}; that counts when the run goes on` };
}
