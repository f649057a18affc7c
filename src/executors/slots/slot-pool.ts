/**
 * The slots of one executor: opened when they are first needed (or ahead of time by `open`), kept while idle,
 * never more than the capacity. A slot that is gone is replaced by the next one that is needed.
 */
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { shellProgram } from "./shell-program.ts";
import { openSlot, type Slot, type SlotListener, type SlotProgram, type SlotReport } from "./slot.ts";

export interface SlotPool {
  /**
   * An idle slot, which is busy from now on; undefined when all are busy; an error when none can be opened.
   * One that is taken `beyond` the capacity leaves as many for others as there were.
   */
  take(beyond: boolean): Slot | Error | undefined;
  /** The slot, taken in the same way, is idle again, or gone. */
  giveBack(slot: Slot, beyond: boolean): void;
  /** Opens slots until `count` exist. */
  open(count: number): void;
  /** Lets every slot go after its attempt; resolves when all are gone, or at once when they are detached. */
  close(options: { readonly detach: boolean }): Promise<void>;
}

export interface SlotPoolOptions {
  readonly capacity: number;
  /** What slots are made of. */
  readonly program: SlotProgram;
  /** A directory for the slots' own messages. */
  readonly noticeDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly reported: (slot: Slot, report: SlotReport) => void;
  readonly gone: (slot: Slot) => void;
}

export function createSlotPool(options: SlotPoolOptions): SlotPool {
  const all = new Map<Slot, { readonly gone: Promise<void>; readonly resolve: () => void }>();
  const idle: Slot[] = [];
  let { program } = options;
  let opened = 0;
  let lent = 0;
  const openOne = (): Slot | Error => {
    if (opened === 0) makeNoticeDirectory(options.noticeDirectory);
    const notice = join(options.noticeDirectory, `${process.pid}-${(opened += 1)}`);
    const listener: SlotListener = {
      reported: options.reported,
      gone: (ended) => {
        all.get(ended)?.resolve();
        all.delete(ended);
        const at = idle.indexOf(ended);
        if (at >= 0) idle.splice(at, 1);
        rmSync(notice, { force: true });
        options.gone(ended);
      },
    };
    let slot = openSlot(program, options.environment, notice, listener);
    if (slot instanceof Error && program !== shellProgram) {
      // Taken away, or on a disk from which nothing may be executed: the shell does as well, only slower.
      program = shellProgram;
      slot = openSlot(program, options.environment, notice, listener);
    }
    if (slot instanceof Error) return slot;
    const end: { resolve: () => void } = { resolve: () => undefined };
    const gone = new Promise<void>((resolve) => {
      end.resolve = resolve;
    });
    all.set(slot, { gone, resolve: end.resolve });
    return slot;
  };
  return {
    take: (beyond) => {
      const most = options.capacity + lent + (beyond ? 1 : 0);
      const slot = idle.pop() ?? (all.size < most ? openOne() : undefined);
      if (beyond && slot !== undefined && !(slot instanceof Error)) lent += 1;
      return slot;
    },
    giveBack: (slot, beyond) => {
      if (beyond) lent -= 1;
      if (!all.has(slot)) return;
      if (all.size > options.capacity + lent) slot.release();
      else idle.push(slot);
    },
    open: (count) => {
      while (all.size < Math.min(count, options.capacity)) {
        const slot = openOne();
        // What cannot be opened now is tried again, and reported, when an attempt needs it.
        if (slot instanceof Error) return;
        idle.unshift(slot);
      }
    },
    close: async ({ detach }) => {
      const ends = [...all.values()].map((each) => each.gone);
      for (const slot of all.keys()) {
        if (detach) slot.detach();
        else slot.release();
      }
      if (!detach) await Promise.all(ends);
    },
  };
}

const noticeKeptMs = 24 * 3600 * 1000;

/** Engines that were killed leave the notice files of their slots behind; old ones belong to nobody any more. */
function makeNoticeDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const newest = Date.now() - noticeKeptMs;
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? newest) < newest)
      rmSync(path, { force: true });
  }
}
