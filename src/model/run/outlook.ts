/**
 * What is known of a run besides its own events: how long its like took, how far its tasks say they are, what went
 * unmeasured, what became of attempts of which the history says that they run.
 */

/** So many of so many units of work; `total` may grow while a run unfolds. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** How long the last good run of the same origin took. */
export interface Estimate {
  readonly runMs: number;
  /** Mean time of one call, by id of the process. */
  readonly byProcess: Readonly<Record<string, number>>;
}

/**
 * What lies on the disk of an attempt that runs as far as the history knows, because its engine is gone. `killed`: that
 * engine ended it when it left. `ended`: it ended by itself. `lost`: nothing says how. `alone`: it still runs.
 * `unanswered`: it is a request, and nobody is there to take the answer.
 */
export interface LeftAttempt {
  readonly state: "killed" | "ended" | "lost" | "alone" | "not-begun" | "unanswered";
  /** Epoch ms. */
  readonly endedAt?: number;
  /** The same for people, without the name of the task. */
  readonly says: string;
}

export interface Outlook {
  readonly estimate?: Estimate;
  /** What attempts wrote into their progress files, by task. */
  readonly reported?: ReadonlyMap<number, Progress>;
  /** Why figures of the run are missing. */
  readonly metricProblems?: readonly string[];
  /** By task; absent when there are none. */
  readonly left?: ReadonlyMap<number, LeftAttempt>;
}

/** The last line of a progress file: `N/M` with 0 <= N <= M and M > 0 (Argo docs/progress.md). */
export function parseProgress(text: string): Progress | undefined {
  const match = /(?:^|\n)[ \t]*(\d+)\/(\d+)\s*$/u.exec(text);
  if (match === null) return undefined;
  const progress = { done: Number(match[1]), total: Number(match[2]) };
  return progress.total > 0 && progress.done <= progress.total ? progress : undefined;
}
