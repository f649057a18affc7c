/** What the world owes a run after a decision. Every effect is idempotent by its task and attempt id. */
import type { AttemptOrder } from "./attempt.ts";
import type { HttpRequest, ListingRequest } from "../plan/plan.ts";

export type Effect =
  | { readonly kind: "attempt.start"; readonly task: number; readonly order: AttemptOrder }
  | {
      readonly kind: "attempt.cancel";
      readonly task: number;
      readonly why: "cancelled" | "timed-out";
      readonly graceMs: number;
    }
  | { readonly kind: "request.send"; readonly task: number; readonly request: HttpRequest | ListingRequest }
  | { readonly kind: "request.cancel"; readonly task: number };
