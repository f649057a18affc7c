/**
 * The history store port: runs and their events, in order, for ever (until deleted).
 *
 * H1. `commit` is all or nothing, over all runs in it.
 * H2. Commits are ordered: after a crash the store holds a prefix of the commits, never a gap.
 * H3. After a `commit` with `durable: true` has resolved, it and all earlier ones survive power loss.
 * H4. Sequence numbers of a run are dense from 1; a commit that does not continue a run's sequence is refused
 *     (MillraceError `store/out-of-order`, conflict).
 * H5. One writer: `openForWriting` is refused (`store/locked`, conflict) while another process holds the folder;
 *     a killed holder frees it. Readers are never refused.
 * H6. A full disk, a read-only folder or a damaged file is a MillraceError (`store/full` exhausted,
 *     `store/read-only` denied, `store/damaged` invalid, `store/unavailable`), and what was committed stays.
 * H7. A commit is applied in the order deleted, created, appended, updated. A run that is not there is
 *     `store/unknown-run` (not-found), an id or a name that is taken is `store/duplicate-run` (conflict);
 *     either refuses the whole commit. So does `readDocument` or `readEvents` of a run that is not there.
 *
 * The conformance suite is ports/conformance/history-store.ts.
 */
import type { JsonObject } from "../base/json.ts";

/** The phases of a run that will still change. */
export const unfinishedRunPhases = ["waiting", "running", "suspended"] as const;

/** The phases in which a run has ended. */
export const finishedRunPhases = ["succeeded", "failed", "errored"] as const;

/** One run's share of a commit. */
export interface HistoryAppend {
  readonly runId: string;
  /** Sequence number of the first event of the batch. */
  readonly firstSeq: number;
  readonly count: number;
  /** The encoded events (model/run/event-codec); opaque to the store. */
  readonly body: string;
}

/** The row that lists show without reading events; a view of the history that is kept in the same commit. */
export interface RunSummary {
  readonly runId: string;
  /** Unique among the runs of the folder; never changes. */
  readonly name: string;
  /** One of `unfinishedRunPhases` or `finishedRunPhases`; anything else is a broken invariant. */
  readonly phase: string;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly message?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Counts for lists: tasks by phase. */
  readonly progress: { readonly done: number; readonly total: number };
  /** Whatever the document's language wants to show in lists. */
  readonly view: JsonObject;
}

/** What a run was started from; written once, with its first commit. */
export interface RunDocument {
  readonly language: string;
  /** The document as submitted, with its file name for messages. */
  readonly source: string;
  readonly file: string;
  /** Arguments, stored definitions and facts of the submission, and the compiled plan: a run keeps the plan it started with. */
  readonly submission: JsonObject;
}

export interface HistoryCommit {
  readonly created?: readonly { readonly summary: RunSummary; readonly document: RunDocument }[];
  readonly appended: readonly HistoryAppend[];
  readonly updated?: readonly RunSummary[];
  readonly deleted?: readonly string[];
}

export interface StoredBatch {
  readonly firstSeq: number;
  readonly count: number;
  readonly body: string;
}

/**
 * Which runs are meant. Conditions add up; the runs that `unfinishedOnly`, `expiring`, `label`, `origin` or `withMetrics`
 * names are found without going through the others.
 */
export interface RunFilter {
  readonly unfinishedOnly?: boolean;
  /** Runs whose view has `expiresAt` (epoch ms) in this span, the soonest first: later than `after`, not later than `until`. */
  readonly expiring?: { readonly after?: number; readonly until?: number };
  readonly label?: { readonly name: string; readonly value: string };
  /** Succeeded runs whose view has this `origin`, created at `createdUntil` (epoch ms) or before. */
  readonly origin?: { readonly id: string; readonly createdUntil: number };
  /** Runs whose view has `owes`: they have ended, and callbacks are owed. */
  readonly owing?: true;
  /** Runs whose view has a `payload`, or one with this `key`. */
  readonly payload?: { readonly key?: string };
  /** Runs whose view has `metrics`. */
  readonly withMetrics?: true;
  /** Runs whose view has `locks`. Every run that is asked about is looked at. */
  readonly withLocks?: true;
  readonly limit?: number;
}

export interface HistoryReader {
  /** Newest first (by `createdAt`, then by id), unless the filter says otherwise. */
  listRuns(filter?: RunFilter): Promise<readonly RunSummary[]>;
  /** How many runs are in each phase, by phase; phases without runs may be absent. Those that have ended are not gone through. */
  countRuns(): Promise<ReadonlyMap<string, number>>;
  /** By id or by name; undefined when there is none. */
  findRun(idOrName: string): Promise<RunSummary | undefined>;
  readDocument(runId: string): Promise<RunDocument>;
  /** All batches that hold events from `fromSeq` (default 1) on, in order; the first one may begin before it. */
  readEvents(runId: string, fromSeq?: number): Promise<readonly StoredBatch[]>;
  close(): Promise<void>;
}

export interface CommitOptions {
  /** Whether the promise waits until the commit survives power loss. */
  readonly durable: boolean;
  /** Nothing else goes on, so the event loop may be stopped for the disk: that is sooner than what a thread does. */
  readonly mayBlock?: boolean;
}

export interface HistoryStore extends HistoryReader {
  /**
   * Takes effect for readers before it returns; the promise resolves when it is as durable as asked.
   * Calls need not wait for each other: they take effect in the order of the calls.
   * An empty commit with `durable: true` is a barrier: it waits until everything before it is durable.
   */
  commit(commit: HistoryCommit, options: CommitOptions): Promise<void>;
}
