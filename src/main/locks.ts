/** Who holds which lock and who waits for it, from the histories of the runs that have not ended. */
import type { LockRow, LockUserRow } from "../api/house.ts";
import { moveToBoard, wholeRun } from "../engine/evolve/locks.ts";
import { LockBoard, limitOf } from "../model/run/lock-board.ts";
import type { BoardLock, KeptLimit, LockTicket } from "../model/run/lock-board.ts";
import type { RunState } from "../model/run/run-state.ts";
import { isBefore } from "../model/run/ticket-heap.ts";
import { unfinishedRunPhases } from "../ports/history-store.ts";
import type { HistoryReader, RunSummary } from "../ports/history-store.ts";
import { loadRunState } from "../runtime/recover/run-record.ts";
import { readLockWishes } from "../runtime/summary.ts";
import { getLanguage } from "./languages.ts";

interface Loaded {
  readonly state: RunState;
  readonly language: string;
}

/** Every lock that is held or waited for, by key. */
export async function listLocks(
  reader: HistoryReader,
  limits: ReadonlyMap<string, number>,
  kept: ReadonlyMap<string, KeptLimit>,
): Promise<readonly LockRow[]> {
  const board = new LockBoard();
  board.setStoredLimits(limits);
  board.setKeptLimits(kept);
  const summaries = await listWithLocks(reader);
  const loaded = await loadOnto(
    board,
    reader,
    summaries.filter((each) => !enterWaiting(board, each)),
  );
  const locks = [...board.list()].sort((a, b) => (a.key < b.key ? -1 : 1));
  return locks.map((lock) => describeLock(lock, loaded));
}

/** Puts a run on the board of which its row says all: it waits as a whole. False when its history has to be looked at. */
function enterWaiting(board: LockBoard, summary: RunSummary): boolean {
  const asked = readLockWishes(summary);
  if (asked === undefined) return false;
  const { runId, name, createdAt, view } = summary;
  const priority = typeof view["priority"] === "number" ? view["priority"] : 0;
  const user = { runId, name, agenda: { push: () => undefined } };
  board.enter({ user, task: wholeRun, priority, createdAt }, asked, []);
  return true;
}

/** Puts a run that waits for locks on a board with those that may hold them. */
export async function shareLocks(
  reader: HistoryReader,
  limits: ReadonlyMap<string, number>,
  readKept: () => Promise<ReadonlyMap<string, KeptLimit>>,
  state: RunState,
): Promise<void> {
  if (![...state.tickets.values()].some(({ phase }) => phase !== "held")) return;
  const board = new LockBoard();
  board.setStoredLimits(limits);
  board.setKeptLimits(await readKept());
  const others = await listWithLocks(reader);
  // A run that has not begun holds nothing.
  const begun = others.filter(
    ({ runId, phase }) => runId !== state.runId && phase !== unfinishedRunPhases[0],
  );
  await loadOnto(board, reader, begun);
  moveToBoard(state, board);
}

/** Runs that hold locks or wait for some: their rows say so. */
function listWithLocks(reader: HistoryReader): Promise<readonly RunSummary[]> {
  return reader.listRuns({ unfinishedOnly: true, withLocks: true });
}

async function loadOnto(
  board: LockBoard,
  reader: HistoryReader,
  summaries: readonly RunSummary[],
): Promise<ReadonlyMap<string, Loaded>> {
  const loaded = new Map<string, Loaded>();
  for (const summary of summaries) {
    const { state, document } = await loadRunState(reader, summary);
    if (state.tickets.size === 0) continue;
    moveToBoard(state, board);
    loaded.set(state.runId, { state, language: document.language });
  }
  return loaded;
}

function describeLock(lock: BoardLock, loaded: ReadonlyMap<string, Loaded>): LockRow {
  const limit = limitOf(lock);
  const waiting = [...lock.waiting].sort((a, b) => (isBefore(a, b) ? -1 : 1));
  return {
    key: lock.key,
    ...(limit === Infinity ? {} : { limit }),
    used: lock.used,
    holders: [...lock.holders].map((ticket) => describeTicket(ticket, loaded)),
    waiting: waiting.map((ticket) => describeTicket(ticket, loaded)),
  };
}

function describeTicket(ticket: LockTicket, loaded: ReadonlyMap<string, Loaded>): LockUserRow {
  const { user, task, priority } = ticket;
  const found = loaded.get(user.runId);
  const suspended = ticket.phase === "asleep" ? { suspended: true as const } : {};
  const row = { run: user.name, runId: user.runId, priority, ...suspended };
  if (found === undefined || task < 0) return row;
  return { ...row, task, name: getLanguage(found.language).view.taskName(found.state, task).short };
}
