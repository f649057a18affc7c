/**
 * The run starter port: begins the run of a stored definition because another run has ended.
 *
 * A1. Once for each key, however often it is asked, also by later processes.
 * A2. What is wrong with the definition or the order is a refusal: asking again would not help. Whatever else goes wrong
 *     is a problem, which may pass.
 */
import type { StartOrder } from "../model/plan/callback.ts";

/** The run that has ended. */
export interface StartCaller {
  readonly runId: string;
  readonly runName: string;
}

export type Started =
  /** Says which run was started, or joined. */
  { readonly started: string } | { readonly refusal: string } | { readonly problem: string };

export interface RunStarter {
  start(order: StartOrder, caller: StartCaller, key: string): Promise<Started>;
}
