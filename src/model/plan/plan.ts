/**
 * The plan: what every document compiles to.
 *
 * A plan is a list of processes that call each other by index, so recursion is legal and nothing is inlined.
 * It is plain data, immutable, and says nothing about the language it came from, except in `notes`,
 * which the engine passes through untouched to that language's views.
 *
 * P1. Every index (process, node, stage member, need, target) is in range.
 * P2. The needs of a region's nodes form no cycle.
 * P3. Every Pointer leads to an existing place in the source document.
 */
import type { Json, JsonObject } from "../../base/json.ts";
import type { StoragePlace } from "../data/storage-place.ts";
import type { AttemptInput, AttemptOrder, InputSource } from "../run/attempt.ts";
import type { Callback } from "./callback.ts";
import type { Dynamic, Expression, Templated } from "./expression.ts";
import type { HttpRequest } from "./http-request.ts";
import type { MetricTemplate } from "./metric.ts";

export type { HttpRequest } from "./http-request.ts";

/** A path into the source document, for messages: `["spec", "templates", 0]`. */
export type Pointer = readonly (string | number)[];

export interface Plan {
  readonly language: string;
  readonly processes: readonly Process[];
  /** Index of the process that a run calls first. */
  readonly entry: number;
  /** Arguments of the entry call. */
  readonly arguments: readonly Argument[];
  /** Run-level values that every expression can see, by name; computed once, when the run starts. */
  readonly values: Readonly<Record<string, Dynamic<string>>>;
  /** Labels that the run gets when it starts. */
  readonly labels: Readonly<Record<string, Dynamic<string>>>;
  readonly files: Readonly<Record<string, FileValue>>;
  readonly hooks: readonly Hook[];
  readonly policy: RunPolicy;
  /** What runs have in common that do the same work: the last good one says how long the next may take. */
  readonly origin?: string;
  /** Figures of the run as a whole. */
  readonly metrics?: readonly MetricTemplate[];
  /** What follows from the end of the run. */
  readonly callbacks?: readonly Callback[];
  /** What only the language's own views and evaluator need. */
  readonly notes: JsonObject;
}

/** Rules for the run as a whole. Absent means no rule. */
export interface RunPolicy {
  /** Most task attempts running at once. */
  readonly attemptsAtMost?: Dynamic<number>;
  /** Wall clock from the start of the run; exit hooks are outside it. */
  readonly deadlineMs?: Dynamic<number>;
  readonly locks?: readonly Lock[];
  /** Runs with a higher one come first where runs wait; absent means 0. */
  readonly priority?: number;
  /** Runs of one namespace may be limited together; absent means `default`. */
  readonly namespace?: string;
  /** The run starts suspended. */
  readonly suspended?: boolean;
  /** How long it is kept after its end, by how it ended; absent: until somebody deletes it. */
  readonly keptMs?: Readonly<Partial<Record<"succeeded" | "failed" | "errored", number>>>;
  /** The run can be deleted although stored copies of its artifacts could not be removed. */
  readonly abandonsCopies?: boolean;
  /** The volumes that it has made go with its end: with a good one, or with any. Absent: they go with the run. */
  readonly dropsVolumes?: "succeeded" | "ended";
}

/** A reusable, callable part of a plan. */
export interface Process {
  /** Unique in the plan; stable over compilations of the same document. */
  readonly id: string;
  readonly inputs: readonly Port[];
  readonly body: Body;
  readonly outputs: readonly Output[];
  readonly policy: Policy;
  /** Figures of each call. */
  readonly metrics?: readonly MetricTemplate[];
  readonly at: Pointer;
}

/** A declared input. */
export interface Port {
  readonly name: string;
  readonly kind: "value" | "file";
  /** Used when the caller passes nothing. */
  readonly default?: Dynamic<string> | FileValue;
  /** Allowed values; absent means any. */
  readonly allowed?: readonly string[];
  /** A missing file is not an error. Values are never optional: they have defaults. */
  readonly optional: boolean;
}

/** A file or directory as a value: where it comes from when an attempt needs it, or that its producer did not make it. */
export type FileValue = InputSource | { readonly kind: "absent" };

/** What a process does when it is called. */
export type Body =
  /** Work for an executor. */
  | { readonly kind: "task"; readonly task: TaskTemplate }
  /** A pause until a time, a person, or both; whoever comes first. */
  | { readonly kind: "wait"; readonly durationMs?: Dynamic<number> }
  /**
   * One request, made by the runtime: over HTTP, or to the objects that this house keeps. `accept` says which answer is
   * good. Of a watched object `refuse` says first which one is bad, and an answer that is neither is waited out.
   */
  | {
      readonly kind: "request";
      readonly request: Templated<HttpRequest> | ObjectRequestTemplate;
      /** The file that has the manifest of an object, instead of the request's text. */
      readonly manifestFrom?: TaskInput;
      readonly accept?: Expression;
      readonly refuse?: Expression;
    }
  /** The keys of all files at a place in storage; `result` makes the result's text of them, and sees them as `listed`. */
  | { readonly kind: "listing"; readonly place: Templated<StoragePlace>; readonly result: Expression }
  /** Other processes, in order. */
  | { readonly kind: "region"; readonly region: Region }
  /** Nothing but outputs: settled by the engine at once. */
  | { readonly kind: "eval" };

/** An AttemptOrder whose fields may still be expressions; ids and the task name are added by the engine. */
export type TaskTemplate = Templated<
  Omit<AttemptOrder, "attemptId" | "runId" | "taskName" | "inputs" | "service">
> & {
  readonly inputs: readonly TaskInput[];
};

/** Where an input port's file lies for the command. */
export interface TaskInput {
  /** Name of the port that brings the file; `source` overrides it. */
  readonly name: string;
  readonly path: string | Expression;
  readonly source?: FileValue | Expression;
  readonly unpack: "keep" | "tar-by-content" | "zip";
  readonly mode?: number;
  readonly recurseMode: boolean;
}

/** An action on an object that the house keeps: a run, a stored definition, a ConfigMap, a Secret. */
export interface ObjectRequest {
  readonly action: string;
  /** The object as text; of `patch` the change, of `get` and `delete` what names the object; may be empty. */
  readonly manifest: string;
  /** A file that has the manifest, which is empty then: the runtime reads it before anybody is asked. */
  readonly manifestFrom?: AttemptInput;
  /** How `patch` reads its change: `strategic`, `merge` or `json`. */
  readonly mergeStrategy: string;
  /** Words of a command line that name a kind, objects, a `--selector` and the like. */
  readonly flags: readonly string[];
  /** What is made belongs to the run, and is deleted with it. */
  readonly isOwned: boolean;
  /** The object is answered again whenever it changes, until the request is cancelled. */
  readonly isWatched: boolean;
}

/** An ObjectRequest whose fields may still be expressions; where its manifest lies is said beside it. */
export type ObjectRequestTemplate = Templated<Omit<ObjectRequest, "manifestFrom">>;

/** What the runtime asks of storage for a process that lists a place. */
export interface ListingRequest {
  readonly list: StoragePlace;
}

/** Tells an action on an object from the other requests. */
export function isObjectRequest(
  request: HttpRequest | ObjectRequest | ListingRequest | Templated<HttpRequest> | ObjectRequestTemplate,
): request is ObjectRequest {
  return "action" in request;
}

/** A declared result of a process. */
export interface Output {
  readonly name: string;
  readonly kind: "value" | "file";
  /**
   * `attempt`: the attempt brings it (file read by the runtime). `expression`: computed when the body has ended.
   * `supplied`: given by whoever ends the wait.
   */
  readonly from:
    | { readonly kind: "attempt" }
    | { readonly kind: "expression"; readonly value: Expression; readonly optional: boolean }
    | { readonly kind: "supplied" };
  /** Used when the source is missing. */
  readonly default?: Dynamic<string>;
  /** Also published for the whole run under this name; the last one wins. */
  readonly publishedAs?: Dynamic<string>;
}

/** Nodes with an order between them. */
export interface Region {
  readonly nodes: readonly Node[];
  readonly order:
    /** Each node fires once its needs are settled and its guard holds. */
    | {
        readonly kind: "graph";
        /** Nodes whose branches decide the outcome; an expression gives names separated by blanks. Absent: all that nobody needs. */
        readonly targets?: readonly number[] | Expression;
        /** Start nothing new once a target's branch has failed. */
        readonly stopOnFailure: boolean;
        /** Which of several targets that ended badly gives the region its phase; absent: the first. */
        readonly blames?: "first" | "last";
      }
    /** Lists of node indexes; a list fires when the one before it has ended well. */
    | { readonly kind: "stages"; readonly stages: readonly (readonly number[])[] };
  /** End as failed as soon as one child has failed and the running ones have ended. */
  readonly endOnFailure: boolean;
  /** Most children active at once. */
  readonly childrenAtMost?: Dynamic<number>;
  /** An error of a child counts as this for the region: a language's own rule. */
  readonly errorCountsAs: "errored" | "failed";
}

/** A place in a region where a process is called. */
export interface Node {
  readonly name: string;
  /** Indexes of sibling nodes that must be settled first. */
  readonly needs: readonly number[];
  /** Decides, when the needs are settled, whether to fire (true) or to omit. Absent: all needs succeeded or were skipped. */
  readonly guard?: Guard;
  /** Evaluated for each member of a fan-out; false means skipped. */
  readonly condition?: Expression;
  readonly each?: Each;
  readonly call: Call;
  /** What is passed; absent: nothing. */
  readonly arguments?: readonly Argument[];
  /** Bad ends that the order of the region treats as good ones; absent: none. */
  readonly tolerates?: { readonly failed: boolean; readonly errored: boolean };
  /** Absent: none. */
  readonly hooks?: readonly Hook[];
  readonly at: Pointer;
}

/** A boolean over how sibling nodes ended. */
export type Guard =
  | { readonly kind: "is"; readonly node: number; readonly state: GuardState }
  | { readonly kind: "and" | "or"; readonly of: readonly Guard[] }
  | { readonly kind: "not"; readonly of: Guard };

/** `passed` is: succeeded, skipped, or of use as a service. The last two look at the members of a fan-out. */
export type GuardState =
  | "passed"
  | "succeeded"
  | "failed"
  | "errored"
  | "skipped"
  | "omitted"
  | "serving"
  | "any-succeeded"
  | "all-failed";

/** A fan-out: the node is called once for each item. */
export type Each =
  | { readonly kind: "items"; readonly items: readonly Json[] | Expression }
  | {
      readonly kind: "sequence";
      readonly start: Dynamic<number>;
      /** Either how many, or the last value (inclusive; below `start` counts down). */
      readonly count?: Dynamic<number>;
      readonly end?: Dynamic<number>;
      /** Turns each number into the item's text; absent: decimal digits. */
      readonly format?: Dynamic<string>;
    };

/** Whom a node or hook calls. A named call is resolved when it is reached, in the plan's own processes. */
export type Call =
  | { readonly kind: "process"; readonly process: number }
  | { readonly kind: "named"; readonly id: Expression };

/** A value passed to a port. Unknown ports are ignored. */
export interface Argument {
  readonly port: string;
  readonly kind: "value" | "file";
  readonly value: Dynamic<string> | FileValue;
  /** An absent source is not an error: the port's own default applies. */
  readonly optional: boolean;
}

/** A process called when something happens to a node or to the run. */
export interface Hook {
  readonly name: string;
  /** `ended`: once, when the owner has ended (not when it was skipped). `condition`: once, when the condition first holds. */
  readonly on: "ended" | "condition";
  /** On which tasks of a fan-out it hangs: on each member (as when this is absent), on the whole, or on both. */
  readonly of?: "each" | "whole" | "both";
  readonly condition?: Expression;
  readonly call: Call;
  readonly arguments: readonly Argument[];
  readonly at: Pointer;
}

/** Rules for each call of a process. Absent means no rule. */
export interface Policy {
  readonly retry?: RetryPolicy;
  /** Leaf: from the start of the attempt. */
  readonly attemptTimeoutMs?: Dynamic<number>;
  /** Leaf: from the moment the task became ready, all attempts included. */
  readonly taskTimeoutMs?: Dynamic<number>;
  /** Leaf: time allowed between ready and started. */
  readonly queueTimeoutMs?: Dynamic<number>;
  /**
   * Leaf task: it runs beside the others. Whoever needs it goes on as soon as it can be used, and it is ended, well,
   * when all else in its region has ended; an end of its own before that is a bad one.
   */
  readonly service?: true;
  readonly locks?: readonly Lock[];
  readonly memo?: MemoPolicy;
}

/** A result of an earlier call with the same key is taken instead of a new one. */
export interface MemoPolicy {
  /** Name of the cache in which the result is looked for, and kept. */
  readonly cache: Dynamic<string>;
  readonly key: Dynamic<string>;
  /** Older results are not taken; absent: a result of any age is. */
  readonly ageAtMostMs?: Dynamic<number>;
}

export interface RetryPolicy {
  /** Extra attempts; absent means no bound. */
  readonly attemptsMore?: Dynamic<number>;
  /** Which bad ends are tried again. `transient`: errors whose message matches a known passing fault. */
  readonly on: "failed" | "errored" | "any" | "transient";
  /** Must hold as well. */
  readonly condition?: Expression;
  /** Wait before attempt n (n from 1): delay * factor^(n-1), at most `capMs`. */
  readonly delayMs?: Dynamic<number>;
  readonly factor?: Dynamic<number>;
  readonly capMs?: Dynamic<number>;
  /** Nobody waits: the wait only counts against `elapsedAtMostMs`. */
  readonly delayOnPaper?: boolean;
  /** No more attempts this long after the first began. */
  readonly elapsedAtMostMs?: Dynamic<number>;
}

/** A lock held while the owner runs; `limit` holders at once. Absent: the one that is stored for its key, or none. */
export interface Lock {
  readonly key: Dynamic<string>;
  readonly limit?: Dynamic<number>;
}
