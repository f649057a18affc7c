/** What the runtime asks of the world. */
import type { StoragePlace } from "../model/data/storage-place.ts";
import type { AttemptInput } from "../model/run/attempt.ts";
import type { RunLimits } from "../model/run/run-limits.ts";
import type { ArtifactStore } from "../ports/artifact-store.ts";
import type { AttemptFiles } from "../ports/attempt-files.ts";
import type { Clock } from "../ports/clock.ts";
import type { Executor, ExecutorListener } from "../ports/executor.ts";
import type { HistoryStore } from "../ports/history-store.ts";
import type { MemoStore } from "../ports/memo-store.ts";
import type { ObjectKeeper } from "../ports/object-keeper.ts";
import type { Requester } from "../ports/requester.ts";
import type { RunStarter } from "../ports/run-starter.ts";
import type { SecretStore } from "../ports/secret-store.ts";

export interface RuntimePorts {
  readonly clock: Clock;
  readonly history: HistoryStore;
  /** Makes the executor that will report to the given listener. */
  readonly createExecutor: (listener: ExecutorListener) => Executor;
  readonly files: AttemptFiles;
  readonly artifacts: ArtifactStore;
  readonly requester: Requester;
  readonly objects: ObjectKeeper;
  /** Begins runs that follow from others. Absent where there is nothing stored that could begin. */
  readonly starter?: RunStarter;
  readonly secrets: SecretStore;
  readonly memos: MemoStore;
  /** How many runs may be under way at once; absent: any number. */
  readonly limits?: RunLimits;
  /** The keys of all files at a place. Absent where no storage is at hand. MillraceErrors as of an artifact driver. */
  readonly list?: (place: StoragePlace, signal: AbortSignal) => Promise<readonly string[]>;
  /** An input as text. Absent where no artifacts are at hand. MillraceErrors when it is missing, or no text. */
  readonly readInput?: (input: AttemptInput) => Promise<string>;
  /** Calls back soon, after whatever else has arrived by then. */
  readonly soon: (callback: () => void) => void;
}
