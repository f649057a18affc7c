/**
 * What lives in `millrace serve` beside the runs: schedules, for one.
 *
 * A part is asked to look at the world and do what is due, and says when it wants to be asked again. It is asked
 * whenever something happened that may concern it, so it has to find out by itself what there is to do, and doing so
 * twice must be harmless. Nothing is told only once: whoever was killed in the middle looks again at the next start.
 */
import type { RunCommand, RunRow, SubmitAnswer, SubmitRequest } from "../../api/house.ts";
import type { KeptLimit } from "../../model/run/lock-board.ts";
import type { Clock } from "../../ports/clock.ts";
import type { DefinitionStore } from "../../ports/definition-store.ts";
import type { RunFilter, RunSummary } from "../../ports/history-store.ts";
import type { LocalEngine } from "../local-engine.ts";

/** What a part may do. */
export interface ServeHost {
  readonly clock: Clock;
  readonly definitions: DefinitionStore;
  /**
   * Starts a run; resolves once it is on the disk. With a `uid` in the submission's facts it is started once, however
   * often it is submitted, also by later processes. Stored definitions that it refers to are looked up.
   */
  submit(request: SubmitRequest): Promise<SubmitAnswer>;
  /** Carries out a command; resolves once it is on the disk. */
  command(run: string, command: RunCommand): Promise<void>;
  /** Runs as lists show them, newest first. */
  listRuns(filter?: RunFilter): Promise<readonly RunSummary[]>;
  /** By name or id; undefined when there is none. */
  findRun(run: string): Promise<RunSummary | undefined>;
  /**
   * Deletes a finished run. One that owes callbacks stays (`owing`); its end is told once more when they are settled,
   * and then it can be deleted.
   */
  remove(run: string): Promise<"removed" | "owing">;
  /** Deletes the runs whose time is over; when the next one's will be. */
  expire(now: number): ReturnType<LocalEngine["expire"]>;
  /** Limits of semaphores by what stored ConfigMaps say now. */
  setKeptLimits(limits: ReadonlyMap<string, KeptLimit>): void;
  /** Something that whoever looks after the process should know. */
  note(text: string): void;
}

/** Why a part is asked. Both may be empty or stale: the time has come, or something else has happened. */
export interface Occasion {
  /** Epoch ms. */
  readonly now: number;
  /** Runs that have ended since the last look. */
  readonly ended: readonly RunRow[];
}

export interface ServePart {
  /** For messages. */
  readonly name: string;
  /**
   * Does what is due, and returns the time at which to look again at the latest (epoch ms; Infinity for never).
   * Called at the start, at that time, after stored definitions have changed, and after runs have ended; never again
   * before it has resolved. What it rejects with is noted, and it is asked again a while later.
   */
  look(occasion: Occasion): Promise<number>;
  close(): Promise<void>;
}

export type MakeServePart = (host: ServeHost) => ServePart;
