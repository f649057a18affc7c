/** The requester port: makes one HTTP request. An answer of any status is a response; only no answer is a problem. */
import type { HttpRequest } from "../model/plan/plan.ts";
import type { Response } from "../model/run/inputs.ts";

export interface Requester {
  send(request: HttpRequest, signal: AbortSignal): Promise<Response | NoAnswer>;
}

export interface NoAnswer {
  readonly problem: string;
  /** Asking again would not help: the network policy forbids it, or it is no request that can be made. */
  readonly isFinal?: true;
}
