/** The way back: what whoever carries effects out tells the runtime. */
import type { RunInput } from "../../model/run/inputs.ts";

export interface PerformerOutlet {
  send(runId: string, input: RunInput): void;
  roomChanged(): void;
  failed(error: Error): void;
}
