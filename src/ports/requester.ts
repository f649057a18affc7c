/** The requester port: makes one HTTP request. An answer of any status is a response; only no answer is a problem. */
import type { HttpRequest } from "../model/plan/plan.ts";
import type { Response } from "../model/run/inputs.ts";

export interface Requester {
  send(request: HttpRequest, signal: AbortSignal): Promise<Response | { readonly problem: string }>;
}
