/**
 * What the history says, folded independently of the engine that writes it: a shadow of every run, and the count of
 * starts and ends of every attempt.
 */
import { evolve } from "../../src/engine/evolve/evolve.ts";
import { decodeEvents } from "../../src/model/run/event-codec.ts";
import type { RunEvent } from "../../src/model/run/events.ts";
import { indexPlan } from "../../src/model/plan/plan-index.ts";
import { createRunState } from "../../src/model/run/run-state.ts";
import type { RunState } from "../../src/model/run/run-state.ts";
import type { HistoryCommit } from "../../src/ports/history-store.ts";
import { decodeRunRecord, factsOf } from "../../src/runtime/recover/run-record.ts";

export interface Ledger {
  readonly states: ReadonlyMap<string, RunState>;
  /** By attempt id. */
  readonly started: ReadonlyMap<string, number>;
  readonly ended: ReadonlyMap<string, number>;
  /** Numbers of the commits (from 1) that hold the latest end of each run. */
  readonly endCommits: ReadonlyMap<string, number>;
  /** Numbers of the commits (from 1) since which callbacks are owed, by key. */
  readonly owedCommits: ReadonlyMap<string, number>;
  add(commit: HistoryCommit): void;
}

/** Folds commits as they lie on the disk. Throws when a run's events are not dense. */
export function openLedger(commits: readonly HistoryCommit[]): Ledger {
  const states = new Map<string, RunState>();
  const started = new Map<string, number>();
  const ended = new Map<string, number>();
  const endCommits = new Map<string, number>();
  const owedCommits = new Map<string, number>();
  let number = 0;
  const count = (state: RunState, event: RunEvent): void => {
    if (event.kind === "run.ended") endCommits.set(state.runId, number);
    if (event.kind === "callback.owed") owedCommits.set(`${state.runId}-${state.callbacks.length}`, number);
    if (event.kind !== "attempt.started" && event.kind !== "attempt.ended") return;
    const book = event.kind === "attempt.started" ? started : ended;
    const id = attemptIdOf(state, event.task);
    book.set(id, (book.get(id) ?? 0) + 1);
  };
  const add = (commit: HistoryCommit): void => {
    number += 1;
    for (const { summary, document } of commit.created ?? []) {
      const record = decodeRunRecord(document);
      states.set(
        summary.runId,
        createRunState(indexPlan(record.plan), summary.runId, summary.name, factsOf(record)),
      );
    }
    for (const batch of commit.appended) {
      const state = states.get(batch.runId);
      const events = decodeEvents(batch.body);
      if (state === undefined || batch.firstSeq !== state.seq + 1 || events.length !== batch.count) {
        throw new Error(`the history of ${batch.runId} is not dense at ${batch.firstSeq}`);
      }
      for (const event of events) {
        count(state, event);
        evolve(state, event);
      }
    }
  };
  for (const commit of commits) add(commit);
  return { states, started, ended, endCommits, owedCommits, add };
}

/** The id of a task's current attempt, as orders have it. */
export function attemptIdOf(state: RunState, task: number): string {
  const resets = state.resets.get(task);
  return `${state.runId}/${task}${resets === undefined ? "" : `.${resets}`}`;
}
