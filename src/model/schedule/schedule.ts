/**
 * A schedule: what a definition says about when its runs start, and what is known of it while it is followed.
 *
 * Both are plain data. Rules come from a document and are never written here; the status is stored beside the
 * definition and is replaced as a whole, by compare-and-swap. What must stay true of a status: spans are in order and
 * do not touch; a run is in at most one of `active`, `finished` and `deleting`; a run that is active and not started
 * is owed its start.
 */
import type { Result } from "../../base/result.ts";

/** What a definition says. Texts of conditions are read by the language that they come from. */
export interface ScheduleRules {
  /** Runs are named after it. */
  readonly name: string;
  /** Cron lines; a run starts at the union of their times. */
  readonly lines: readonly string[];
  /** IANA zone of lines that name none; absent means the zone of the machine. */
  readonly zone?: string;
  readonly suspended: boolean;
  /** What happens when a time comes while runs are active. */
  readonly overlap: "allow" | "forbid" | "replace";
  /** How late a run may start whose time was missed or held back; 0 means that it never does. */
  readonly lateMs: number;
  /** Asked before every start; only when it holds, the run starts. */
  readonly condition?: string;
  /** Asked before every start and after every end; once it holds, the schedule is over for good. */
  readonly stopCondition?: string;
  /** How many finished runs are kept. */
  readonly goodRunsKept: number;
  readonly badRunsKept: number;
}

/** What the conditions of a schedule may speak about, besides its definition. */
export interface ScheduleFacts {
  /** What `now` means. */
  readonly at: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly lastScheduledAt: number | undefined;
}

/** How the language of the definition decides its conditions. An error is the whole sentence for people. */
export interface ScheduleConditions {
  decideStart(condition: string, facts: ScheduleFacts): Result<boolean, string>;
  decideStop(condition: string, facts: ScheduleFacts): Result<boolean, string>;
}

/** A stretch of time in which everything that was due has been decided; both ends belong to it. Epoch ms. */
export interface Span {
  readonly from: number;
  readonly through: number;
}

export interface ActiveRun {
  readonly name: string;
  /** Identity of the run, as soon as somebody has said it; only for people. */
  readonly uid?: string;
  /** The due time that it stands for; absent for runs that people started. */
  readonly scheduledAt?: number;
  /** False until the world has confirmed that it exists. */
  readonly isStarted: boolean;
  /** It has been replaced: its end is owed. */
  readonly isReplaced: boolean;
}

export interface FinishedRun {
  readonly name: string;
  readonly endedAt: number;
  readonly isGood: boolean;
}

/** Something that a person has to look at: a definition that cannot be followed, or a run that could not start. */
export interface ScheduleProblem {
  readonly kind: "definition" | "start";
  readonly message: string;
}

export interface ScheduleStatus {
  /** The lines and the zone that `decided` and `heldBackAt` belong to, as one text. */
  readonly timetable: string;
  /** From when intervals (`@every`) count. */
  readonly anchorAt: number;
  readonly decided: readonly Span[];
  /** The last due time at which no run was started although it might have been; superseded by the next start. */
  readonly heldBackAt?: number;
  /** The due time of the last run that was started. */
  readonly lastScheduledAt?: number;
  readonly active: readonly ActiveRun[];
  /** In the order of their ends. */
  readonly finished: readonly FinishedRun[];
  /** Names of finished runs whose removal is owed. */
  readonly deleting: readonly string[];
  readonly succeeded: number;
  readonly failed: number;
  /** Runs that were started by time, for counters; absent: none. */
  readonly started?: number;
  /** Due times at which runs that were active held the run back, or were replaced by it. */
  readonly overlaps?: { readonly forbid?: number; readonly replace?: number };
  /** The stop condition has held. */
  readonly isStopped: boolean;
  readonly problems: readonly ScheduleProblem[];
}

/** The status of a schedule that nobody has followed yet. */
export const newScheduleStatus: ScheduleStatus = {
  timetable: "",
  anchorAt: 0,
  decided: [],
  active: [],
  finished: [],
  deleting: [],
  succeeded: 0,
  failed: 0,
  isStopped: false,
  problems: [],
};

/** What can happen to a schedule. Every input carries the time of the clock at which it was seen. */
export type ScheduleInput =
  /** The definition is taken up: it was made or changed or resumed, or the process has started. */
  | { readonly kind: "schedule.opened"; readonly at: number }
  /** The moment has come for which the last decision asked to be woken. */
  | { readonly kind: "time.reached"; readonly at: number; readonly dueAt: number }
  /** A start that was owed has been done; also when the run was there already. */
  | { readonly kind: "run.started"; readonly at: number; readonly name: string; readonly uid?: string }
  /** A start that was owed cannot be done. */
  | { readonly kind: "run.refused"; readonly at: number; readonly name: string; readonly message: string }
  /** A run of this definition goes that the schedule did not start, or goes again. */
  | { readonly kind: "run.adopted"; readonly at: number; readonly name: string; readonly uid?: string }
  | { readonly kind: "run.ended"; readonly at: number; readonly name: string; readonly isGood: boolean }
  /** The run does not exist any more: somebody removed it, or a removal that was owed has been done. */
  | { readonly kind: "run.removed"; readonly at: number; readonly name: string };

/** What the world owes a schedule. Each can be repeated: the name makes it the same thing again. */
export type ScheduleEffect =
  | { readonly kind: "run.start"; readonly name: string; readonly scheduledAt: number }
  | { readonly kind: "run.terminate"; readonly name: string }
  | { readonly kind: "run.remove"; readonly name: string };

/** What became of a due time, for people and for counters. */
export interface ScheduleNote {
  /** The due time. */
  readonly dueAt: number;
  readonly outcome: "started" | "held-back" | "passed-over" | "stopped";
  readonly why: ScheduleWhy;
}

export type ScheduleWhy =
  /** Its time has come. */
  | "due"
  /** Its time had come before, and it may still start. */
  | "late"
  /** Active runs were replaced by it. */
  | "replaces"
  /** Active runs forbid it. */
  | "overlap"
  | "condition"
  | "condition-error"
  | "stop-condition"
  | "stop-condition-error"
  /** Several times passed at once; only the last of them counts. `dueAt` is the first. */
  | "several-at-once"
  /** A run of that name is known already. */
  | "already-run";
