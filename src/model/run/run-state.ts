/**
 * The state of one run: the fold of its events.
 * Only engine/evolve changes it.
 *
 * S1. `agenda` holds every task about which the engine may have something to decide; stale entries are harmless.
 * S2. `running` is exactly the set of tasks whose attempt has started and not ended; `served` are some of them.
 * S3. `timers` holds every time at which something must be decided, earliest first; stale entries are harmless.
 */
import type { Json } from "../../base/json.ts";
import type { CallbackOrder } from "../plan/callback.ts";
import type { FileValue } from "../plan/plan.ts";
import type { PlanIndex } from "../plan/plan-index.ts";
import { LockBoard } from "./lock-board.ts";
import type { LockTicket } from "./lock-board.ts";
import type { Memo } from "./memo.ts";
import { TimerHeap } from "./timer-heap.ts";
import { RangeQueue } from "./range-queue.ts";
import { TaskTable } from "./task-table.ts";
import type { AttemptFacts, Inputs, Items, Outputs, Reason } from "./values.ts";
import type { EndPhase } from "./events.ts";

/** A region (or the like) whose children may only be active a few at a time. */
export interface ChildLimit {
  readonly limit: number;
  active: number;
  readonly held: RangeQueue;
}

/** A callback that an end of the run has called for. */
export interface CallbackState {
  /** Index in the plan. */
  readonly callback: number;
  readonly owedAt: number;
  readonly order: CallbackOrder | undefined;
  /** Tries that were of no use. */
  readonly tried: number;
  /** When the next one may be made. */
  readonly notBefore: number;
  readonly settled: { readonly at: number; readonly delivered: boolean } | undefined;
  /** What became of the last try; empty when there was none. */
  readonly message: string;
}

export interface RunState {
  readonly runId: string;
  readonly name: string;
  readonly index: PlanIndex;
  /** Facts about the submission for the language's evaluator and views. */
  readonly facts: { readonly [key: string]: Json };
  /** Number of events folded so far. */
  seq: number;
  createdAt: number;
  startedAt: number;
  endedAt: number;
  /** Undefined until the run has ended. */
  ended: EndPhase | undefined;
  endReason: Reason | undefined;
  suspended: boolean;
  stopping: { readonly reason: Reason; readonly hooks: boolean } | undefined;
  values: Record<string, string>;
  labels: Record<string, string>;
  files: Readonly<Record<string, FileValue>>;
  attemptsAtMost: number;
  deadlineAt: number;
  publishedValues: Record<string, Json>;
  publishedFiles: Record<string, FileValue>;

  readonly tasks: TaskTable;
  readonly inputs: Map<number, Inputs>;
  readonly outputs: Map<number, Outputs>;
  readonly reasons: Map<number, Reason>;
  readonly items: Map<number, Items>;
  readonly attemptFacts: Map<number, AttemptFacts>;
  /** Attempts of retried tasks, in order. */
  readonly attempts: Map<number, number[]>;
  /** Hook tasks by owner (-1: the run), in order of their start. */
  readonly hooks: Map<number, number[]>;
  /** Hook tasks of an owner that have not closed yet. */
  readonly hooksPending: Map<number, number>;
  readonly limits: Map<number, ChildLimit>;
  readonly targets: Map<number, readonly number[]>;
  /** How the branch that ends in a task stands: phase of the last task on it that really ran. */
  readonly branches: Map<number, number>;
  /** What the run waits for as a whole before it may begin or, after a manual retry, go on. */
  queued: { readonly reason: Reason } | undefined;
  /** The board of locks: the run's own, until the runtime puts it on the one that all its runs share. */
  locks: LockBoard;
  /** What tasks (-1: the run) wait for or hold on the board, in the order in which they asked. */
  readonly tickets: Map<number, LockTicket>;
  /** Tasks that look for a kept result, or found one. */
  readonly memos: Map<number, Memo>;
  /** How often a task was set back by a manual retry; part of its attempt's id. */
  readonly resets: Map<number, number>;
  /** When a queued task must have ended or started. */
  readonly deadlines: Map<number, { readonly deadlineAt?: number; readonly startBy?: number }>;
  /** Running waits, and when each ends by itself (Infinity: never). */
  readonly waits: Map<number, number>;
  readonly requests: Set<number>;
  readonly running: Set<number>;
  /** Running attempts of services that could be used at some time, and those among them that can be used now. */
  readonly served: Set<number>;
  readonly serving: Set<number>;
  /**
   * Tasks that are services, have been of use and have not closed, by the region that counts them as done.
   * Those that nobody counts (the entry, hooks) are under -1.
   */
  readonly services: Map<number, Set<number>>;
  /** Those among them that cannot be used now, because they are being tried again, by region. */
  readonly down: Map<number, Set<number>>;
  /** Those among them that have been asked to end. */
  readonly dismissed: Set<number>;
  /** Attempts that may not start before a time. */
  readonly notBefore: Map<number, number>;
  /** Tasks that ended badly, in order. */
  readonly failures: number[];

  /** Callbacks that the ends of the run have called for, in order; their numbers are their places. */
  readonly callbacks: CallbackState[];
  /** Numbers of those that have neither arrived nor been given up. */
  readonly callbacksOwed: Set<number>;

  readonly agenda: RangeQueue;
  readonly ready: RangeQueue;
  readonly timers: TimerHeap;
  /** How many tasks have closed, and how many are known: for progress. */
  closedCount: number;
}

/** The state before the first event. */
export function createRunState(
  index: PlanIndex,
  runId: string,
  name: string,
  facts: { readonly [key: string]: Json } = {},
): RunState {
  return {
    runId,
    name,
    index,
    facts,
    seq: 0,
    ended: undefined,
    endReason: undefined,
    suspended: false,
    stopping: undefined,
    values: {},
    labels: {},
    files: index.plan.files,
    publishedValues: {},
    publishedFiles: {},
    tasks: new TaskTable(),
    inputs: new Map(),
    outputs: new Map(),
    reasons: new Map(),
    items: new Map(),
    attemptFacts: new Map(),
    attempts: new Map(),
    hooks: new Map(),
    hooksPending: new Map(),
    limits: new Map(),
    targets: new Map(),
    branches: new Map(),
    queued: undefined,
    locks: new LockBoard(),
    tickets: new Map(),
    memos: new Map(),
    resets: new Map(),
    deadlines: new Map(),
    waits: new Map(),
    requests: new Set(),
    running: new Set(),
    served: new Set(),
    serving: new Set(),
    services: new Map(),
    down: new Map(),
    dismissed: new Set(),
    notBefore: new Map(),
    failures: [],
    callbacks: [],
    callbacksOwed: new Set(),
    agenda: new RangeQueue(),
    ready: new RangeQueue(),
    timers: new TimerHeap(),
    closedCount: 0,
    // Numbers that do not stay small integers stand last: V8 makes a new shape for each field from there on when the first
    // of them comes.
    createdAt: 0,
    startedAt: 0,
    endedAt: 0,
    attemptsAtMost: Infinity,
    deadlineAt: Infinity,
  };
}
