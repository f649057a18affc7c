/** What the parts of a slot executor share: its options, its backend, and the attempts it knows. */
import type { Result } from "../../base/result.ts";
import type { AttemptOrder, AttemptProblem } from "../../model/run/attempt.ts";
import type { ExecutorCapabilities, ExecutorListener } from "../../ports/executor.ts";
import type { Launch } from "./launch.ts";
import type { LeftoverSweep } from "./leftover-sweep.ts";
import type { MemorySampler } from "./memory-sampler.ts";
import type { RunningAttempt, RunPlace } from "./running-attempt.ts";
import type { ShellMeasures } from "./shell-measures.ts";
import type { Slot, SlotProgram } from "./slot.ts";
import type { SlotPool } from "./slot-pool.ts";

/** What differs between executors that run on slots. */
export interface SlotBackend {
  readonly name: string;
  capabilities(): Promise<ExecutorCapabilities>;
  /** Checks the order, prepares its directory, and returns what runs it. May throw file system errors. */
  launch(order: AttemptOrder, directory: string): Result<Launch, AttemptProblem>;
  /** Whether SIGTERM may go to the slot's whole process group; false where a wrapper would die of it too early. */
  readonly signalsGroup: boolean;
  /** Whether a sandbox around the command notes in the record that it was set up (`ranInside`). */
  readonly notesSetup: boolean;
  /**
   * Whether each attempt has process ids of its own. Then nothing of it outlives its command, and the programs that made
   * the place for it are known by their ids: they are outside, or process 1.
   */
  readonly hasPidNamespace: boolean;
}

export interface SlotExecutorOptions {
  /** How many attempts may run at once; about one more than processors gives the best throughput. */
  readonly capacity: number;
  /** A directory for the executor's own files. */
  readonly stateDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What slots are made of. */
  readonly program: SlotProgram;
}

export interface ExecutorContext {
  readonly backend: SlotBackend;
  readonly listener: ExecutorListener;
  readonly place: RunPlace;
  readonly sampler: MemorySampler;
  readonly shells: ShellMeasures;
  readonly leftovers: LeftoverSweep;
  readonly pool: SlotPool;
  /** Every attempt between its start (or adoption) and its end, by id. */
  readonly attempts: Map<string, RunningAttempt>;
  readonly bySlot: Map<Slot, RunningAttempt>;
  /** Attempts that wait for a slot, in order. */
  readonly queue: Set<RunningAttempt>;
  /** Called when a slot is idle again, and how long its attempt ran; the next one in line begins. */
  readonly slotFreed: (ranMs: number) => void;
  /** Calls back now or a little later, when the engine is told of several ends at once; starts and ends stay in order. */
  readonly tellStart: (tell: () => void) => void;
  readonly tellEnd: (tell: () => void) => void;
  /** How long the last attempt took, in ms, where one runs after the other; undefined where several are under way. */
  readonly chainMs: () => number | undefined;
  /** Called when an attempt has ended and its slot, if any, is free. */
  readonly attemptEnded: () => void;
  /** Epoch ms. */
  now(): number;
}

/** A timer can wait no longer than this many ms at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Calls back unless the attempt ends before. */
export function setAttemptTimer(attempt: RunningAttempt, waitMs: number, callback: () => void): void {
  const timer = setTimeout(
    () => {
      attempt.timers.delete(timer);
      if (waitMs > longestTimerMs) setAttemptTimer(attempt, waitMs - longestTimerMs, callback);
      else callback();
    },
    Math.min(waitMs, longestTimerMs),
  );
  attempt.timers.add(timer);
}

/** Puts an attempt on the list of those that are under way. */
export function addAttempt(context: ExecutorContext, order: AttemptOrder, directory: string): RunningAttempt {
  const attempt: RunningAttempt = {
    order,
    directory,
    startedAt: context.now(),
    announced: false,
    ending: false,
    timers: new Set(),
  };
  context.attempts.set(order.attemptId, attempt);
  return attempt;
}

/** Takes back timers and watches. */
export function quietAttempt(attempt: RunningAttempt): void {
  for (const timer of attempt.timers) clearTimeout(timer);
  attempt.unwatch?.();
}
