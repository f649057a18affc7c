/**
 * decide(state, input) -> events: the engine's only door.
 *
 * D1. Pure: the same state, input and evaluator give the same events. No clock, no dice, no world.
 * D2. Every event is already folded into the state when decide returns.
 * D3. The work is proportional to what the input touches. A long chain of consequences is cut after
 *     `eventsAtMost` events; `more` says that the run must be continued.
 * D4. What an earlier decision (or one that a crash cut off) left over is decided before the input is taken.
 */
import { unreachable } from "../../base/errors.ts";
import type { Effect } from "../../model/run/effects.ts";
import type { RunEvent } from "../../model/run/events.ts";
import type { RunInput } from "../../model/run/inputs.ts";
import type { RunState } from "../../model/run/run-state.ts";
import type { Evaluator } from "../../model/run/scope.ts";
import { admitAttempts } from "../admit/admit.ts";
import { advance } from "./advance.ts";
import { takeCallbackAnswer } from "./callbacks.ts";
import { endAttempt } from "./attempt-ended.ts";
import { resumeRun, setTask, stopRun, suspendRun, terminateRun } from "./commands.ts";
import { receiveMemo } from "../reuse/look-up-memo.ts";
import { Decision } from "./decision.ts";
import { takeLapse, takeReadiness } from "./services.ts";
import { receiveResponse } from "./response-received.ts";
import { retryRun } from "./run-retry.ts";
import { admitRun, startRun } from "./run-start.ts";
import { reachTime } from "./time-reached.ts";

/** Events after which a decision is cut, unless the caller says otherwise. */
const defaultEventsAtMost = 1_000;

export interface Decided {
  readonly events: readonly RunEvent[];
  readonly effects: readonly Effect[];
  /** Consequences are left over: send `run.continue`. */
  readonly more: boolean;
}

/** Takes one input and follows its consequences, until nothing is left to decide or `eventsAtMost` events are recorded. */
export function decide(
  state: RunState,
  input: RunInput,
  evaluator: Evaluator,
  eventsAtMost = defaultEventsAtMost,
): Decided {
  const decision = new Decision(state, evaluator, input.at);
  if (!state.agenda.isEmpty) followAgenda(decision, eventsAtMost);
  takeInput(decision, input);
  if (state.queued?.reason.code === "lock-wait") admitRun(decision);
  const more = followAgenda(decision, eventsAtMost);
  return { events: decision.events, effects: decision.effects, more };
}

function takeInput(decision: Decision, input: RunInput): void {
  switch (input.kind) {
    case "run.start":
      return startRun(decision, input.held === true);
    case "run.continue":
      return;
    case "capacity.offered":
      decision.free = input.free;
      return;
    case "attempt.ready":
      return takeReadiness(decision, input.task);
    case "attempt.lapsed":
      return takeLapse(decision, input.task);
    case "attempt.ended":
      return endAttempt(decision, input);
    case "response.received":
      return receiveResponse(decision, input);
    case "callback.answered":
      return takeCallbackAnswer(decision, input);
    case "memo.answered":
      return receiveMemo(decision, input);
    case "time.reached":
      return reachTime(decision);
    case "run.suspend":
      return suspendRun(decision);
    case "run.resume":
      return resumeRun(decision, input);
    case "run.stop":
      return stopRun(decision, input);
    case "run.terminate":
      return terminateRun(decision);
    case "task.set":
      return setTask(decision, input);
    case "run.retry":
      return retryRun(decision, input);
    default:
      unreachable(input);
  }
}

/** Advances whatever is on the agenda, then lets attempts start. Returns whether something is left over. */
function followAgenda(decision: Decision, eventsAtMost: number): boolean {
  const { state } = decision;
  for (;;) {
    const isHeld = state.suspended || state.queued !== undefined;
    if (isHeld && state.stopping === undefined) return false;
    while (!state.agenda.isEmpty) {
      if (decision.events.length >= eventsAtMost) return true;
      advance(decision, state.agenda.shift());
    }
    // Admission may end tasks (a false condition, a failing expression), and that has consequences of its own.
    admitAttempts(decision, eventsAtMost);
    if (state.agenda.isEmpty)
      return decision.events.length >= eventsAtMost && !state.ready.isEmpty && decision.free > 0;
  }
}
