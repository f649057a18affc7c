/**
 * The attempt files port: what lies in an attempt's directory before it starts and is read from it after it ended.
 * Executors only run commands there; inputs and outputs are this port's business.
 *
 * F1. `lay` of an attempt that was already laid changes nothing that its commands may have written.
 * F2. `collect` may be called again after a crash and gives the same outputs.
 */
import type { AttemptExit, AttemptOrder, AttemptOutputs, AttemptProblem } from "../model/run/attempt.ts";

export type Laid =
  | { readonly ok: true; readonly directory: string }
  | { readonly ok: false; readonly problem: AttemptProblem };

export interface Collected {
  readonly outputs: AttemptOutputs;
  /** An output that had to be there and is not. */
  readonly problem?: AttemptProblem;
}

export interface AttemptFiles {
  /** Makes the directory, writes the order, lays the inputs. Answers at once when there is nothing to wait for. */
  lay(order: AttemptOrder): Laid | Promise<Laid>;
  /** Reads what the attempt left behind. */
  collect(order: AttemptOrder, exit: AttemptExit): Collected | Promise<Collected>;
  /** Another attempt may come soon, and there is time: what does not depend on its order may be made now. */
  expectAnother(): void;
  /** Where an attempt's directory lies, made or not. */
  directoryOf(attemptId: string): string;
  /** Removes an attempt's directory, so that the attempt can begin anew. */
  discard(attemptId: string): Promise<void>;
  /** Removes everything of a run. */
  removeRun(runId: string): Promise<void>;
  /** Removes what was made for an attempt that did not come. */
  close(): void;
}
