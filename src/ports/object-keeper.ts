/**
 * The object keeper port: what the house keeps under a kind and a name (runs, stored definitions, ConfigMaps, Secrets),
 * for tasks that act on them.
 *
 * 1. What is refused (no such object, a name that is taken, a kind that nobody keeps) is an answer with a status of 400
 *    and above, whose body says why in one sentence. A problem is told only when nobody could be asked.
 * 2. A request may come again after a crash, with the same caller: what it made then is answered, not made twice.
 * 3. A watched object is answered at once, and again whenever it has changed, until the signal. A change may be left
 *    out when a later one follows, the last one never.
 * 4. The promise resolves after the last answer. It rejects only when the machine or a store fails.
 */
import type { ObjectRequest } from "../model/plan/plan.ts";
import type { Response } from "../model/run/inputs.ts";

/** The task that acts. */
export interface ObjectCaller {
  readonly runId: string;
  readonly runName: string;
  readonly task: number;
}

/** An object as JSON text in `body`, a list of them, or what went wrong. */
export type Answer = Response | { readonly problem: string };

export interface ObjectKeeper {
  act(
    request: ObjectRequest,
    caller: ObjectCaller,
    tell: (answer: Answer) => void,
    signal: AbortSignal,
  ): Promise<void>;
}

/** For engines without objects: every request is refused. */
export const noObjects: ObjectKeeper = {
  act: async (_request, _caller, tell) =>
    tell({ statusCode: 501, headers: {}, body: "this engine keeps no objects" }),
};
