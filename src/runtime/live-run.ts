/** A run in memory: its state, its evaluator, and what is still to be told to its engine. */
import type { Effect } from "../model/run/effects.ts";
import type { RunEvent } from "../model/run/events.ts";
import type { RunInput } from "../model/run/inputs.ts";
import type { Language } from "../model/run/language.ts";
import type { RunState } from "../model/run/run-state.ts";
import type { Evaluator } from "../model/run/scope.ts";
import type { RunSummary } from "../ports/history-store.ts";

export interface LiveRun {
  readonly runId: string;
  readonly name: string;
  readonly state: RunState;
  readonly evaluator: Evaluator;
  readonly language: Language;
  /** Inputs not yet decided, in order of arrival. */
  readonly inbox: RunInput[];
  /** Consequences of the last decision are left over. */
  more: boolean;
  /** Events decided and not yet committed, and the effects that wait for them. */
  pendingEvents: RunEvent[];
  pendingEffects: Effect[];
  /** Sequence number of the last event that was handed to the store. */
  committedSeq: number;
  summary: RunSummary;
  summaryAt: number;
  /** A broken invariant stopped this run; it stays as it is, with the reason. */
  quarantined: Error | undefined;
}

/** Whether a run has anything to do now. */
export function isIdle(run: LiveRun): boolean {
  return run.inbox.length === 0 && !run.more && run.pendingEvents.length === 0;
}
