/**
 * What an expression can see: neutral words, filled by the engine, named by each dialect in its own way.
 * Everything is a view: nothing is copied until it is asked for.
 */
import type { Json } from "../../base/json.ts";
import type { Expression } from "../plan/expression.ts";
import type { FileValue, HttpRequest, ObjectRequest, TaskTemplate } from "../plan/plan.ts";
import type { Response } from "./inputs.ts";
import type { PhaseName } from "./phase.ts";
import type { RunState } from "./run-state.ts";
import type { Inputs, Outputs, Reason } from "./values.ts";

/** A task as expressions and views see it. */
export interface TaskView {
  readonly task: number;
  /** Name of its node, hook or process in the plan. */
  readonly name: string;
  readonly phase: PhaseName;
  /** Ended, hooks included. */
  readonly closed: boolean;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly exitCode: number | undefined;
  readonly outputs: Outputs | undefined;
  readonly inputs: Inputs | undefined;
  readonly reason: Reason | undefined;
  readonly isFanOut: boolean;
  /** Id of the called process, when known. */
  readonly processId: string | undefined;
  /** Members of a fan-out in item order; attempts of a retried task in attempt order; otherwise empty. */
  children(): readonly TaskView[];
  /** Value that an absent output is declared to have, if its process says so. */
  outputDefault(name: string): string | undefined;
  /** Where it ran, when an attempt has ended. */
  readonly host: string | undefined;
}

export interface RunView {
  readonly runId: string;
  readonly name: string;
  readonly createdAt: number;
  readonly startedAt: number;
  /** Time of the decision: what `now` means. */
  readonly at: number;
  readonly phase: PhaseName;
  /** Phase of the entry task, which hooks of the run see as the run's own. */
  readonly outcome: PhaseName;
  readonly priority: number | undefined;
  readonly values: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, FileValue>>;
  readonly published: {
    readonly values: Readonly<Record<string, Json>>;
    readonly files: Readonly<Record<string, FileValue>>;
  };
  /** What the language kept in the plan for itself. */
  readonly notes: { readonly [key: string]: Json };
  /** Facts about the submission that the language put there (labels, uid, ...). */
  readonly facts: { readonly [key: string]: Json };
  /** Tasks that ended badly, in order of their ends. */
  failures(): readonly TaskView[];
  /** The whole run, for languages whose full names and ids are made from the tree. Read only. */
  readonly state?: RunState;
}

export interface Scope {
  readonly run: RunView;
  /** Inputs of the process in which the expression stands. */
  readonly inputs: Inputs | undefined;
  /** A sibling in the same region that may be referred to: undefined when there is none of that name. */
  sibling(name: string): TaskView | undefined;
  /** Names that `sibling` answers to. */
  siblingNames(): readonly string[];
  /** The item of a fan-out; undefined outside. */
  readonly item: Json | undefined;
  /**
   * The task itself: the owner in hooks, the attempt in its own template, the body in outputs; in what the nodes of a
   * region are called with, the task that is that region.
   */
  readonly own: TaskView | undefined;
  /** Number of the attempt under way, from 0; undefined without a retry policy. */
  readonly attemptNumber: number | undefined;
  /** The attempt before this one. */
  readonly lastAttempt: TaskView | undefined;
  /** In a condition over a request: what was sent and what came. */
  readonly exchange:
    { readonly request: HttpRequest | ObjectRequest; readonly response: Response } | undefined;
  /** In the result of a listing: the keys that were found. */
  readonly listed?: readonly string[];
  /** In a task's template: the template itself, for references to its own paths. */
  readonly template: TaskTemplate | undefined;
  /** A number in [0, 1) that is a function of run, task and a counter. */
  random(): number;
}

/** The answer of an evaluator. */
export type Evaluated =
  | {
      readonly ok: true;
      readonly value: Json | FileValue | undefined;
      /** The text that was evaluated, after substitution. */ readonly text?: string;
    }
  | { readonly ok: false; readonly message: string; readonly text?: string };

/** The result of a task in an earlier run. */
export interface Reused {
  readonly outputs?: Outputs;
  /** Says where it comes from. */
  readonly message: string;
}

/**
 * Evaluates the expressions of one language. Pure: the same expression in the same scope gives the same answer.
 * A value of undefined means that an optional source is absent.
 */
export interface Evaluator {
  evaluate(expression: Expression, scope: Scope): Evaluated;
  /** Whether a failed attempt with this message looks like a passing fault. */
  isTransient(message: string): boolean;
  /** What the submission brought from an earlier run for a task that is about to begin. */
  findReused?(state: RunState, task: number): Reused | undefined;
}
