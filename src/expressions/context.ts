/**
 * What one evaluation may know and spend: the time, a random source, and a budget.
 * Expressions come from documents that strangers write, so every evaluator charges for what it visits and builds;
 * an evaluation that would run away ends with `expression/budget-exhausted` instead.
 */

/** What is left to spend; both numbers are counted down in place. */
export interface Budget {
  /** Nodes visited and elements produced. */
  steps: number;
  /** Bytes of text and slots of lists that were built. */
  bytes: number;
}

/** The world as an expression sees it. Nothing else reaches in: no clock, no dice, no environment. */
export interface EvalContext {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: () => number;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly budget: Budget;
}

/** An expression was refused while it was evaluated. */
export class EvalError extends Error {
  /** `expression/what-is-wrong`. */
  readonly code: string;
  /** Where in the source text, in UTF-16 units from 0; absent when no single place is to blame. */
  readonly offset: number | undefined;

  constructor(code: string, message: string, offset?: number) {
    super(message);
    this.name = "EvalError";
    this.code = code;
    this.offset = offset;
  }
}

/** An expression whose text cannot be read. */
export interface ExprSyntaxError {
  readonly code: string;
  readonly message: string;
  /** UTF-16 units from 0. */
  readonly offset: number;
}

/** A budget that is ample for expressions that people write, and ends hostile ones within about a second. */
export function createBudget(steps = 5_000_000, bytes = 64 * 1024 * 1024): Budget {
  return { steps, bytes };
}

/** A context from plain values, for callers that hold the time and the dice as data. */
export function createEvalContext(nowMs: number, random: () => number, budget = createBudget()): EvalContext {
  return { now: () => nowMs, random, budget };
}

function refuse(what: string): never {
  throw new EvalError(
    "expression/budget-exhausted",
    `the expression needs more ${what} than one evaluation may use`,
  );
}

/** Pays for work; throws `expression/budget-exhausted` when nothing is left. */
export function chargeSteps(context: EvalContext, steps: number): void {
  context.budget.steps -= steps;
  if (context.budget.steps < 0) refuse("steps");
}

/** Pays for memory before it is taken; throws `expression/budget-exhausted` when nothing is left. */
export function chargeBytes(context: EvalContext, bytes: number): void {
  context.budget.bytes -= bytes;
  if (context.budget.bytes < 0) refuse("memory");
}

/** Refuses an operation whose operands have the wrong type or value. */
export function failEvaluation(message: string): never {
  throw new EvalError("expression/invalid-operation", message);
}
