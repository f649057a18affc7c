/** What an engine in this process consists of: the runtime with its stores and its executor, and the runs that it drives. */
import type { HostPathRule } from "../model/run/host-paths.ts";
import type { Estimate } from "../model/run/outlook.ts";
import type { ArtifactStore } from "../ports/artifact-store.ts";
import type { HistoryStore, RunDocument } from "../ports/history-store.ts";
import type { SecretStore } from "../ports/secret-store.ts";
import type { ForeignStorage } from "../runtime/attempts/foreign-storage.ts";
import type { LiveRun } from "../runtime/live-run.ts";
import type { PlanPool } from "../runtime/recover/plan-pool.ts";
import type { RunRecord } from "../runtime/recover/run-record.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Home } from "./home.ts";
import { unknownRun } from "./missing-run.ts";
import type { InTurn } from "./turns.ts";

/** A run that the engine drives. */
export interface Driven {
  readonly run: LiveRun;
  readonly document: RunDocument;
  readonly record: RunRecord;
  /** Set once somebody has asked for it. */
  estimate?: Estimate;
}

export interface Desk {
  readonly home: Home;
  readonly runtime: Runtime;
  readonly history: HistoryStore;
  readonly artifacts: ArtifactStore;
  /** Storage of others, with the secrets of the home. */
  readonly storage: ForeignStorage;
  readonly secrets: SecretStore;
  /** What of the machine documents may mount. */
  readonly hostPaths: readonly HostPathRule[];
  /** What runs of the same document have in common. */
  readonly plans: PlanPool;
  readonly executorName: string;
  /** By name. */
  readonly driven: ReadonlyMap<string, Driven>;
  drive(run: LiveRun, document: RunDocument): void;
  /** Forgets a run that the runtime has let go of. */
  forget(run: LiveRun): void;
  /** The same, by name, for a run that may not be driven. */
  forgetName(name: string): void;
  /** One after the other: names and identities of runs are looked up and taken, and nobody else may do so in between. */
  readonly inTurn: InTurn;
  close(options: { readonly leaveRunning: boolean }): Promise<void>;
}

/** MillraceError `run/unknown` for a run that is not driven here. */
export function getDriven(desk: Desk, name: string): Driven {
  const found = desk.driven.get(name);
  if (found === undefined) throw unknownRun(name);
  return found;
}
