/**
 * Callbacks: what follows from the end of a run. Somebody is told of it, or the next run begins.
 * Templates of them stand in the plan. When the run ends, each that is due becomes an order, which never changes again:
 * however often it is tried, the receiver gets the same.
 */
import type { Expression, Templated } from "./expression.ts";
import type { HttpRequest } from "./http-request.ts";

export interface Callback {
  /** Unique among the callbacks of a plan. */
  readonly name: string;
  /** Ends that it follows from; absent: all of them. */
  readonly ends?: readonly ("succeeded" | "failed" | "errored")[];
  /** Must hold as well; evaluated once, when the run has ended. */
  readonly condition?: Expression;
  readonly order: CallbackTemplate;
  readonly tries: CallbackTries;
}

export type CallbackTemplate =
  /** `accept` says which answer is good; absent: any 2xx. */
  | {
      readonly kind: "request";
      readonly request: Templated<HttpRequest>;
      readonly accept?: Expression;
    }
  | { readonly kind: "start"; readonly start: Templated<StartOrder> };

/** How often it is tried: the first time at once, then after delay * factor^(n-1), at most `capMs`. */
export interface CallbackTries {
  /** After the first one. */
  readonly more: number;
  readonly delayMs: number;
  readonly factor: number;
  readonly capMs: number;
}

/** A run of a stored definition that begins because another one has ended. */
export type StartOrder = {
  /** The definition: its kind and its name. */
  readonly definition: string;
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  /** JSON text; absent: the run has none. */
  readonly payload?: string;
};

/** A callback as it is carried out. Secret values are still sealed. */
export type CallbackOrder =
  | { readonly kind: "request"; readonly request: HttpRequest }
  | { readonly kind: "start"; readonly start: StartOrder };
