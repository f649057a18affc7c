/** What the world owes a run after a decision. Every effect is idempotent by its task and attempt id. */
import type { AttemptOrder } from "./attempt.ts";
import type { CallbackOrder } from "../plan/callback.ts";
import type { HttpRequest, ListingRequest, ObjectRequest } from "../plan/plan.ts";

export type Effect =
  | { readonly kind: "attempt.start"; readonly task: number; readonly order: AttemptOrder }
  | {
      readonly kind: "attempt.cancel";
      readonly task: number;
      readonly why: "cancelled" | "timed-out";
      readonly graceMs: number;
    }
  | {
      readonly kind: "request.send";
      readonly task: number;
      readonly request: HttpRequest | ObjectRequest | ListingRequest;
    }
  | { readonly kind: "request.cancel"; readonly task: number }
  /** `tried`: how many tries there were before. Idempotent by run and number. */
  | {
      readonly kind: "callback.send";
      readonly number: number;
      readonly tried: number;
      readonly order: CallbackOrder;
    }
  | { readonly kind: "memo.look"; readonly task: number; readonly cache: string; readonly key: string }
  /** The result of the task is kept. Lost by a crash, it is made once more: nothing else depends on it. */
  | { readonly kind: "memo.keep"; readonly task: number; readonly cache: string; readonly key: string };
