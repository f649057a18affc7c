/**
 * A decision under way: the events so far, each already folded into the state, and the effects they call for.
 * Folding as we go lets one decision follow a chain of consequences;
 * replaying the events on the state from before gives the same state.
 */
import { isExpression } from "../../model/plan/expression.ts";
import type { Dynamic, Expression } from "../../model/plan/expression.ts";
import type { Json } from "../../base/json.ts";
import type { Effect } from "../../model/run/effects.ts";
import type { EndPhase, RunEvent } from "../../model/run/events.ts";
import { phases } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import type { Evaluated, Evaluator, RunView, Scope } from "../../model/run/scope.ts";
import type { Reason } from "../../model/run/values.ts";
import { evolve } from "../evolve/evolve.ts";
import { viewRun } from "../expand/scope.ts";

export class Decision {
  readonly state: RunState;
  readonly evaluator: Evaluator;
  readonly at: number;
  readonly events: RunEvent[] = [];
  readonly effects: Effect[] = [];
  /** How many more attempts may start in this decision. */
  free = 0;
  private runView: RunView | undefined;

  constructor(state: RunState, evaluator: Evaluator, at: number) {
    this.state = state;
    this.evaluator = evaluator;
    this.at = at;
  }

  get run(): RunView {
    this.runView ??= viewRun(this.state, this.at);
    return this.runView;
  }

  /** Records a fact: it is part of the history from now on. */
  record(event: RunEvent): void {
    this.events.push(event);
    evolve(this.state, event);
    if (event.kind === "run.started") this.runView = undefined;
    if ((event.kind === "task.settled" || event.kind === "attempt.ended") && event.phase === phases.succeeded)
      this.keepResult(event.task);
  }

  /** Only what succeeded is kept, and only by who made it. */
  private keepResult(task: number): void {
    const memo = this.state.memos.get(task);
    if (memo?.state !== "missed") return;
    this.effects.push({ kind: "memo.keep", task, cache: memo.cache, key: memo.key });
  }

  evaluate(expression: Expression, scope: Scope): Evaluated {
    return this.evaluator.evaluate(expression, scope);
  }

  /** A field that may be computed; throws a Refusal when the expression fails. */
  resolve<T extends Json>(field: Dynamic<T>, scope: Scope): T {
    if (!isExpression(field)) return field;
    const answer = this.evaluate(field, scope);
    if (!answer.ok) throw new Refusal({ code: "expression-failed", message: answer.message });
    return answer.value as T;
  }

  /** Ends a task. */
  settle(
    task: number,
    phase: EndPhase,
    more: Omit<Extract<RunEvent, { kind: "task.settled" }>, "kind" | "task" | "at" | "phase"> = {},
  ): void {
    this.record({ kind: "task.settled", task, at: this.at, phase, ...more });
  }

  /** Ends a task because something about it could not be done. */
  refuse(task: number, refusal: Refusal): void {
    this.settle(task, refusal.phase, { reason: refusal.reason });
  }
}

/**
 * Something about a task cannot be done: an expression fails, an argument is missing.
 * Thrown while a task is being bound, caught where that began, and recorded as the task's end.
 */
export class Refusal extends Error {
  readonly reason: Reason;
  readonly phase: EndPhase;

  constructor(reason: Reason, phase: EndPhase = phases.errored) {
    super(reason.message ?? reason.code);
    this.reason = reason;
    this.phase = phase;
  }
}

/** Runs `work`; a Refusal ends the task instead of escaping. */
export function orRefuse(decision: Decision, task: number, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    decision.refuse(task, error);
  }
}
