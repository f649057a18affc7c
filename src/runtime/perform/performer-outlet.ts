/** The way back: what whoever carries effects out tells the runtime. */
import type { RunInput } from "../../model/run/inputs.ts";
import type { LiveRun } from "../live-run.ts";

export interface PerformerOutlet {
  send(runId: string, input: RunInput): void;
  roomChanged(): void;
  /** Nobody can go on. */
  failed(error: Error): void;
  /** This run cannot go on. */
  broken(run: LiveRun, error: Error): void;
}
