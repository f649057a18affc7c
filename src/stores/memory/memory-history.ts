/**
 * A history in memory, for tests and for the simulation: same contract as the SQLite one, no files.
 *
 * It models power loss. Commits are kept as a journal; the durable prefix is the journal up to the latest commit
 * that was asked to be durable (H3: a durable commit covers all earlier ones). `crash` throws away commits behind it:
 * all of them by default, or as few as the caller says, since a real disk may have kept more than was promised.
 */
import { MillraceError, assertInvariant } from "../../base/errors.ts";
import { isJsonObject } from "../../base/json.ts";
import type { Json } from "../../base/json.ts";
import { duplicateRun, outOfOrder, unknownRun } from "../refusals/refusals.ts";
import {
  type HistoryAppend,
  type HistoryCommit,
  type HistoryStore,
  type RunDocument,
  type RunFilter,
  type RunSummary,
  type StoredBatch,
  finishedRunPhases,
  unfinishedRunPhases,
} from "../../ports/history-store.ts";

/** What a memory history holds, as commits in order; plain data that can be kept, compared and opened again. */
export interface MemoryHistorySnapshot {
  readonly commits: readonly HistoryCommit[];
  /** How many of the commits survive power loss for certain. */
  readonly durableCount: number;
}

export interface MemoryHistory extends HistoryStore {
  snapshot(): MemoryHistorySnapshot;
  /**
   * Power loss: the store refuses everything from now on (`store/unavailable`), and what is returned is on the disk.
   * `keepCount` of the commits after the durable prefix survive (default 0).
   */
  crash(options?: { readonly keepCount?: number }): MemoryHistorySnapshot;
}

export interface MemoryHistoryOptions {
  /** What an earlier store left behind. */
  readonly restore?: MemoryHistorySnapshot;
  /** Called before a commit takes effect; what it throws refuses the commit, as a full disk does. */
  readonly beforeCommit?: (commit: HistoryCommit, options: { readonly durable: boolean }) => void;
}

interface MemoryRun {
  readonly summary: RunSummary;
  readonly document: RunDocument;
  /** Only `mergeChanges` adds to it. */
  readonly batches: StoredBatch[];
  readonly lastSeq: number;
}

/** A run as a commit leaves it, before it is merged. `batches` is the stored list, `added` what the commit adds. */
interface ChangedRun extends MemoryRun {
  readonly added: StoredBatch[];
}

interface Contents {
  readonly runs: Map<string, MemoryRun>;
  readonly idsByName: Map<string, string>;
}

const knownPhases: ReadonlySet<string> = new Set([...unfinishedRunPhases, ...finishedRunPhases]);
const unfinished: ReadonlySet<string> = new Set(unfinishedRunPhases);

/** Opens an empty history, or one that holds what `restore` says. */
export function createMemoryHistory(options: MemoryHistoryOptions = {}): MemoryHistory {
  const contents: Contents = { runs: new Map(), idsByName: new Map() };
  const { runs, idsByName } = contents;
  const journal: HistoryCommit[] = [];
  let durableCount = options.restore?.durableCount ?? 0;
  let gone: "crashed" | "closed" | undefined;
  for (const commit of options.restore?.commits ?? []) {
    applyCommit(contents, commit);
    journal.push(commit);
  }

  function assertOpen(): void {
    if (gone === undefined) return;
    throw new MillraceError("store/unavailable", "unavailable", `the history is ${gone}`);
  }

  function getRun(runId: string): MemoryRun {
    assertOpen();
    const run = runs.get(runId);
    if (run === undefined) throw unknownRun(runId);
    return run;
  }

  return {
    commit: async (commit, { durable }) => {
      assertOpen();
      options.beforeCommit?.(commit, { durable });
      applyCommit(contents, commit);
      journal.push(structuredClone(commit));
      if (durable) durableCount = journal.length;
    },
    listRuns: async (filter) => {
      assertOpen();
      const all = [...runs.values()].map((run) => run.summary).sort(compareAge);
      const wanted = all.filter((run) => isMeant(run, filter ?? {}));
      if (filter?.expiring !== undefined) wanted.sort((a, b) => expiryOf(a) - expiryOf(b));
      return structuredClone(wanted.slice(0, filter?.limit));
    },
    countRuns: async () => {
      assertOpen();
      const counts = new Map<string, number>();
      for (const { summary } of runs.values())
        counts.set(summary.phase, (counts.get(summary.phase) ?? 0) + 1);
      return counts;
    },
    findRun: async (idOrName) => {
      assertOpen();
      const run = runs.get(idOrName) ?? runs.get(idsByName.get(idOrName) ?? "");
      return run === undefined ? undefined : structuredClone(run.summary);
    },
    readDocument: async (runId) => structuredClone(getRun(runId).document),
    readEvents: async (runId, fromSeq = 1) =>
      structuredClone(getRun(runId).batches.filter((batch) => batch.firstSeq + batch.count > fromSeq)),
    snapshot: () => ({ commits: [...journal], durableCount }),
    crash: ({ keepCount = 0 } = {}) => {
      gone = "crashed";
      const commits = journal.slice(0, durableCount + keepCount);
      return { commits, durableCount: commits.length };
    },
    close: async () => {
      gone ??= "closed";
    },
  };
}

/** Applies a whole commit or nothing (H1): everything that can be refused is collected first and merged at the end. */
function applyCommit(contents: Contents, commit: HistoryCommit): void {
  const changed = new Map<string, ChangedRun | undefined>();
  for (const runId of commit.deleted ?? []) {
    getChanged(contents, changed, runId);
    changed.set(runId, undefined);
  }
  const takenNames = new Set<string>();
  for (const { summary, document } of structuredClone(commit.created ?? [])) {
    assertPhase(summary);
    assertIsNew(contents, changed, takenNames, summary);
    takenNames.add(summary.name);
    changed.set(summary.runId, { summary, document, batches: [], added: [], lastSeq: 0 });
  }
  for (const batch of commit.appended) {
    const run = getChanged(contents, changed, batch.runId);
    changed.set(batch.runId, appendBatch(run, batch));
  }
  for (const summary of structuredClone(commit.updated ?? [])) {
    assertPhase(summary);
    const run = getChanged(contents, changed, summary.runId);
    assertInvariant(run.summary.name === summary.name, `run ${summary.runId} changes its name`);
    changed.set(summary.runId, { ...run, summary });
  }
  mergeChanges(contents, changed);
}

function mergeChanges(
  { runs, idsByName }: Contents,
  changed: ReadonlyMap<string, ChangedRun | undefined>,
): void {
  for (const [runId, run] of changed) {
    const before = runs.get(runId);
    if (run === undefined && before !== undefined) idsByName.delete(before.summary.name);
    if (run === undefined) runs.delete(runId);
  }
  for (const [runId, run] of changed) {
    if (run === undefined) continue;
    const { summary, document, batches, added, lastSeq } = run;
    for (const batch of added) batches.push(batch);
    runs.set(runId, { summary, document, batches, lastSeq });
    idsByName.set(summary.name, runId);
  }
}

/** The run as the commit has left it so far. */
function getChanged(
  { runs }: Contents,
  changed: ReadonlyMap<string, ChangedRun | undefined>,
  runId: string,
): ChangedRun {
  const stored = changed.has(runId) ? undefined : runs.get(runId);
  const run = stored === undefined ? changed.get(runId) : { ...stored, added: [] };
  if (run === undefined) throw unknownRun(runId);
  return run;
}

function appendBatch(run: ChangedRun, batch: HistoryAppend): ChangedRun {
  assertInvariant(Number.isInteger(batch.count) && batch.count > 0, `a batch of ${batch.count} events`);
  if (batch.firstSeq !== run.lastSeq + 1) throw outOfOrder(batch, run.lastSeq);
  run.added.push({ firstSeq: batch.firstSeq, count: batch.count, body: batch.body });
  return { ...run, lastSeq: run.lastSeq + batch.count };
}

function assertIsNew(
  { runs, idsByName }: Contents,
  changed: ReadonlyMap<string, ChangedRun | undefined>,
  takenNames: ReadonlySet<string>,
  { runId, name }: RunSummary,
): void {
  const holder = idsByName.get(name);
  const isDeletedHere = (id: string): boolean => changed.has(id) && changed.get(id) === undefined;
  const isIdTaken = changed.has(runId) ? changed.get(runId) !== undefined : runs.has(runId);
  if (isIdTaken) throw duplicateRun(`id ${runId}`);
  const isNameTaken =
    takenNames.has(name) || (holder !== undefined && !isDeletedHere(holder) && holder !== runId);
  if (isNameTaken) throw duplicateRun(`name ${name}`);
}

function assertPhase(summary: RunSummary): void {
  assertInvariant(knownPhases.has(summary.phase), `run ${summary.runId} in phase ${summary.phase}`);
}

function readPayloadKey({ view }: RunSummary): Json | undefined {
  const { payload } = view;
  return payload !== undefined && isJsonObject(payload) ? payload["key"] : undefined;
}

function isMeant(run: RunSummary, filter: RunFilter): boolean {
  const { expiring, label, origin, payload } = filter;
  const expiry = expiryOf(run);
  const payloadKey = readPayloadKey(run);
  return (
    (filter.unfinishedOnly !== true || unfinished.has(run.phase)) &&
    (expiring === undefined ||
      (expiry < Infinity &&
        expiry > (expiring.after ?? -Infinity) &&
        expiry <= (expiring.until ?? Infinity))) &&
    (label === undefined || run.labels[label.name] === label.value) &&
    (origin === undefined || isGoodOf(run, origin)) &&
    (filter.owing === undefined || run.view["owes"] !== undefined) &&
    (payload === undefined ||
      (payloadKey !== undefined && (payload.key === undefined || payloadKey === payload.key))) &&
    (filter.withMetrics === undefined || run.view["metrics"] !== undefined) &&
    (filter.withLocks === undefined || run.view["locks"] !== undefined)
  );
}

function isGoodOf(run: RunSummary, origin: NonNullable<RunFilter["origin"]>): boolean {
  return (
    run.phase === "succeeded" && run.view["origin"] === origin.id && run.createdAt <= origin.createdUntil
  );
}

/** Infinity for a run that is kept for ever. */
function expiryOf({ view }: RunSummary): number {
  const at = view["expiresAt"];
  return typeof at === "number" ? at : Infinity;
}

function compareAge(a: RunSummary, b: RunSummary): number {
  if (a.createdAt !== b.createdAt) return b.createdAt - a.createdAt;
  return a.runId < b.runId ? 1 : -1;
}
