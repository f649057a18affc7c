/**
 * The history store of the simulation: the memory store over a disk that outlives it, with waiting and with faults.
 * A commit is visible at once, and durable only when its promise has resolved.
 */
import { MillraceError } from "../../src/base/errors.ts";
import type { HistoryCommit, HistoryStore } from "../../src/ports/history-store.ts";
import { createMemoryHistory } from "../../src/stores/memory/memory-history.ts";
import { never } from "./life.ts";
import type { Life } from "./life.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

export interface HistoryFaults {
  /** Number of the commit (from 1, in this life) that fails; absent: none does. */
  readonly failAtCommit?: number;
  /** The failing commit is written, and only its sync fails. */
  readonly failsInSync?: boolean;
}

export interface SimHistoryOptions {
  readonly world: World;
  readonly life: Life;
  readonly random: Random;
  readonly faults: HistoryFaults;
  readonly committed: (commit: HistoryCommit) => void;
}

export function openSimHistory({ world, life, random, faults, committed }: SimHistoryOptions): HistoryStore {
  const { disk, timeline } = world;
  const memory = createMemoryHistory({ restore: { commits: disk.commits, durableCount: disk.durableCount } });
  let commits = 0;
  const commit = async (asked: HistoryCommit, { durable }: { readonly durable: boolean }): Promise<void> => {
    if (life.meet("commit, before it is written")) return never();
    commits += 1;
    const isFailing = commits === faults.failAtCommit;
    if (isFailing && faults.failsInSync !== true) throw diskFull();
    await memory.commit(asked, { durable: false });
    disk.commits.push(structuredClone(asked));
    committed(asked);
    const place = disk.commits.length;
    if (life.meet("commit, written and not answered")) return never();
    const waitMs = durable ? random.integer(1, 30) : random.chance(0.7) ? 0 : random.integer(0, 2);
    if (waitMs > 0) await timeline.wait(waitMs, `commit ${place}`, life);
    if (isFailing) throw diskFull();
    if (durable) disk.durableCount = Math.max(disk.durableCount, place);
    return life.meet("commit, durable and not answered") ? never() : undefined;
  };
  return {
    commit,
    listRuns: (filter) => memory.listRuns(filter),
    countRuns: () => memory.countRuns(),
    findRun: (name) => memory.findRun(name),
    readDocument: (runId) => memory.readDocument(runId),
    readEvents: (runId, fromSeq) => memory.readEvents(runId, fromSeq),
    close: () => memory.close(),
  };
}

function diskFull(): MillraceError {
  return new MillraceError("store/full", "exhausted", "the simulated disk is full");
}
