/** What flows into tasks and out of them, and why a task ended as it did. */
import type { Json } from "../../base/json.ts";
import type { FileValue } from "../plan/plan.ts";
import type { AttemptUsage, CommandEnding } from "./attempt.ts";

/** Bound inputs of a called process. */
export interface Inputs {
  readonly values: Readonly<Record<string, Json>>;
  readonly files: Readonly<Record<string, FileValue>>;
}

/** Results of a task. */
export interface Outputs {
  /** Standard output of a task that was asked for it, or the body of a response. */
  readonly result?: string;
  readonly values: Readonly<Record<string, Json>>;
  readonly files: Readonly<Record<string, FileValue>>;
}

/** Items of a fan-out: written down, or counted. */
export type Items =
  | { readonly kind: "list"; readonly list: readonly Json[] }
  | { readonly kind: "sequence"; readonly start: number; readonly step: 1 | -1; readonly format?: string };

/**
 * Why a task ended (or waits) as it does. The codes are the engine's; a language's views turn them into its own words.
 * `message` is set where the text comes from outside: an evaluator, an executor, a person.
 */
export interface Reason {
  readonly code: ReasonCode;
  readonly message?: string;
  /** The expression that decided, after substitution where the dialect tells. */
  readonly source?: string;
  /** The task that is to blame. */
  readonly task?: number;
  readonly exitCode?: number;
  readonly signal?: string;
  /** Endings by command, for attempts of several commands. */
  readonly commands?: Readonly<Record<string, CommandEnding>>;
}

export type ReasonCode =
  | "condition-false"
  | "list-empty"
  | "guard-false"
  | "exit-nonzero"
  | "signaled"
  | "timed-out"
  | "queue-timed-out"
  | "deadline"
  | "cancelled"
  | "lost"
  | "start-refused"
  | "input-missing"
  | "output-missing"
  | "expression-failed"
  | "argument-missing"
  | "value-not-allowed"
  | "unknown-process"
  | "recursion-too-deep"
  | "child-failed"
  | "end-on-failure"
  | "retries-exhausted"
  | "retry-not-allowed"
  | "retry-too-late"
  | "response-refused"
  | "request-failed"
  | "request-refused"
  | "object-refused"
  | "output-not-supplied"
  | "stopped"
  | "terminated"
  | "region-halted"
  | "set-by-user"
  /** A service that ended by itself with exit code 0. */
  | "service-ended"
  /** Another attempt of a service that nobody needs any more. */
  | "dismissed"
  | "lock-wait"
  | "run-limit"
  | "reused";

/** What was measured of an attempt, kept with its task. */
export interface AttemptFacts {
  readonly usage: AttemptUsage;
  readonly executor: string;
  readonly host: string;
  readonly user: string;
}
