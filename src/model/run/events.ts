/**
 * Everything that can happen to a run, as facts in the past tense.
 * The history of a run is a list of these; its state is their fold.
 * All times are epoch ms; all tasks are numbers of the run's TaskTable.
 *
 * A fan-out is one event, however many members it has,
 * and a task that starts and ends within one decision is one event too.
 */
import type { Json } from "../../base/json.ts";
import type { AttemptFacts, Inputs, Items, Outputs, Reason } from "./values.ts";
import type { CallbackOrder } from "../plan/callback.ts";
import type { FileValue } from "../plan/plan.ts";
import type { LockWish } from "./lock-board.ts";

export type EndPhase = 3 | 4 | 5;

/** Values that an ending task publishes for the whole run. */
export interface Published {
  readonly values: Readonly<Record<string, Json>>;
  readonly files: Readonly<Record<string, FileValue>>;
}

export type RunEvent =
  /** First event: the entry task exists. */
  | { readonly kind: "run.created"; readonly at: number; readonly suspended: boolean }
  | {
      readonly kind: "run.started";
      readonly at: number;
      readonly values: Readonly<Record<string, string>>;
      readonly labels: Readonly<Record<string, string>>;
      readonly deadlineAt?: number;
      readonly attemptsAtMost?: number;
    }
  /** The run waits as a whole: for a place among the runs, or for its locks. */
  | {
      readonly kind: "run.queued";
      readonly at: number;
      readonly reason: Reason;
      readonly locks?: readonly LockWish[];
    }
  /** A retried run that waited goes on. One that has never begun just starts. */
  | { readonly kind: "run.admitted"; readonly at: number }
  | { readonly kind: "run.suspended"; readonly at: number }
  | { readonly kind: "run.resumed"; readonly at: number }
  /** Nothing new starts; what runs is ended. `hooks` says whether exit hooks still run. */
  | { readonly kind: "run.stopping"; readonly at: number; readonly reason: Reason; readonly hooks: boolean }
  | { readonly kind: "run.ended"; readonly at: number; readonly phase: EndPhase; readonly reason?: Reason }
  /** A finished run goes on: the given tasks wait again, their ancestors run again. */
  | {
      readonly kind: "run.retried";
      readonly at: number;
      readonly reset: readonly number[];
      readonly reopened: readonly number[];
      readonly values?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "task.expanded";
      readonly task: number;
      readonly at: number;
      readonly count: number;
      readonly items?: Items;
    }
  | { readonly kind: "task.skipped"; readonly task: number; readonly at: number; readonly reason: Reason }
  | { readonly kind: "task.omitted"; readonly task: number; readonly at: number; readonly reason: Reason }
  /** Bound, and waits for room or for a lock. `deadlineAt`: it must have ended by then; `startBy`: it must have started. */
  | {
      readonly kind: "task.queued";
      readonly task: number;
      readonly at: number;
      readonly process: number;
      readonly inputs?: Inputs;
      readonly deadlineAt?: number;
      readonly startBy?: number;
      readonly locks?: readonly LockWish[];
    }
  /**
   * A task with children, a wait or a request begins. Opening a region makes its block of children;
   * a task with a retry policy is `retried` and makes its first attempt.
   */
  | {
      readonly kind: "task.opened";
      readonly task: number;
      readonly at: number;
      readonly process: number;
      readonly inputs?: Inputs;
      readonly retried: boolean;
      /** Children active at once. */
      readonly limit?: number;
      /** Indexes of the nodes whose branches decide, when computed. */
      readonly targets?: readonly number[];
      /** When a wait ends by itself. */
      readonly until?: number;
    }
  /** A task that has its locks asks for a kept result. */
  | {
      readonly kind: "task.looked";
      readonly task: number;
      readonly at: number;
      readonly cache: string;
      readonly key: string;
      readonly ageAtMostMs?: number;
    }
  /** There is none that may be taken: it goes on. One that is taken settles the task. */
  | { readonly kind: "task.missed"; readonly task: number; readonly at: number }
  /** The next attempt of a task with a retry policy; it may start at `notBefore`. */
  | {
      readonly kind: "task.retried";
      readonly task: number;
      readonly at: number;
      readonly notBefore: number;
      readonly reason?: Reason;
    }
  | { readonly kind: "task.halted"; readonly task: number; readonly at: number }
  | {
      readonly kind: "task.settled";
      readonly task: number;
      readonly at: number;
      readonly phase: EndPhase;
      readonly reason?: Reason;
      readonly outputs?: Outputs;
      readonly published?: Published;
      /** Set when the task was never opened: it began and ended at once. */
      readonly process?: number;
      readonly inputs?: Inputs;
      /** With a kept result: that of whoever made it. */
      readonly exitCode?: number;
    }
  /** Values given to a wait by a person. */
  | {
      readonly kind: "task.supplied";
      readonly task: number;
      readonly at: number;
      readonly values: Readonly<Record<string, Json>>;
      readonly message?: string;
    }
  /** Its hooks are done as well, and its parent may count it. */
  | { readonly kind: "task.closed"; readonly task: number; readonly at: number }
  | {
      readonly kind: "attempt.started";
      readonly task: number;
      readonly at: number;
      readonly process?: number;
      readonly inputs?: Inputs;
    }
  | {
      readonly kind: "attempt.ended";
      readonly task: number;
      readonly at: number;
      readonly phase: EndPhase;
      readonly exitCode?: number;
      readonly reason?: Reason;
      readonly outputs?: Outputs;
      readonly published?: Published;
      readonly facts?: AttemptFacts;
    }
  /** The attempt of a service can be used: those that need its task may begin. */
  | { readonly kind: "attempt.ready"; readonly task: number; readonly at: number }
  /** Whether the attempt of a service can still be used is not known: those that need its task and have not begun wait. */
  | { readonly kind: "attempt.lapsed"; readonly task: number; readonly at: number }
  /** Nobody needs the service any more: it is asked to end, and however it then ends, it has ended well. */
  | { readonly kind: "task.dismissed"; readonly task: number; readonly at: number }
  /** A hook of a task (`owner`; -1 for the run) begins: one new task. */
  | { readonly kind: "hook.started"; readonly owner: number; readonly hook: number; readonly at: number }
  /** The run has ended, and a callback of its plan is due. It gets the next number in the run. */
  | {
      readonly kind: "callback.owed";
      readonly at: number;
      /** Index in the plan. */
      readonly callback: number;
      /** Absent when it cannot be computed; then it is settled at once. */
      readonly order?: CallbackOrder;
    }
  /** A try of a callback (`number`) was of no use; the next one comes at `notBefore`. */
  | {
      readonly kind: "callback.retried";
      readonly at: number;
      readonly number: number;
      readonly notBefore: number;
      readonly message: string;
    }
  /** It has arrived, or it is given up. */
  | {
      readonly kind: "callback.settled";
      readonly at: number;
      readonly number: number;
      readonly delivered: boolean;
      readonly message: string;
    };

export type RunEventKind = RunEvent["kind"];
