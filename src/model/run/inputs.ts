/** Everything that the engine can be told. Each input brings its own time; the engine has none. */
import type { Json } from "../../base/json.ts";
import type { AttemptExit, AttemptOutputs } from "./attempt.ts";
import type { MemoEntry } from "./memo.ts";

export type RunInput =
  /** The run may begin, or go on after a retry, once it has its locks; or (`held`) it waits for a place among the runs. */
  | { readonly kind: "run.start"; readonly at: number; readonly held?: boolean }
  /** Go on with what was left over from a decision that was cut for its size. */
  | { readonly kind: "run.continue"; readonly at: number }
  /** `free` more attempts may start now. */
  | { readonly kind: "capacity.offered"; readonly at: number; readonly free: number }
  /** The attempt of a service can be used. */
  | { readonly kind: "attempt.ready"; readonly at: number; readonly task: number }
  /** Nobody knows whether it can still be used; if it can, that will be told again. */
  | { readonly kind: "attempt.lapsed"; readonly at: number; readonly task: number }
  | {
      readonly kind: "attempt.ended";
      readonly at: number;
      readonly task: number;
      readonly exit: AttemptExit;
      /** Absent when nothing could be read. */
      readonly outputs?: AttemptOutputs;
    }
  | {
      readonly kind: "response.received";
      readonly at: number;
      readonly task: number;
      readonly response: Response | Listing | { readonly problem: string };
    }
  /** What became of one try of a callback. `tried`: how many tries there had been before it. */
  | {
      readonly kind: "callback.answered";
      readonly at: number;
      readonly number: number;
      readonly tried: number;
      readonly answer: CallbackAnswer;
    }
  /** The answer to a task that asked for a kept result; `problem`: its store could not say. */
  | {
      readonly kind: "memo.answered";
      readonly at: number;
      readonly task: number;
      readonly entry?: MemoEntry;
      readonly problem?: string;
    }
  /** The clock has reached a time that `owed` asked for. */
  | { readonly kind: "time.reached"; readonly at: number }
  | { readonly kind: "run.suspend"; readonly at: number }
  /** Resume a suspended run, or end the given waits with success. */
  | {
      readonly kind: "run.resume";
      readonly at: number;
      readonly tasks?: readonly number[];
      readonly message?: string;
    }
  /** Nothing new, end what runs; exit hooks run. With `tasks`: only those waits fail. */
  | {
      readonly kind: "run.stop";
      readonly at: number;
      readonly tasks?: readonly number[];
      readonly message?: string;
    }
  | { readonly kind: "run.terminate"; readonly at: number }
  /** Give values, a message or an end to a wait. */
  | {
      readonly kind: "task.set";
      readonly at: number;
      readonly task: number;
      readonly values: Readonly<Record<string, Json>>;
      readonly phase?: "succeeded" | "failed" | "errored" | "skipped";
      readonly message?: string;
    }
  /** Run the bad ends of a finished run again; `also` names good ones that shall run again too. */
  | {
      readonly kind: "run.retry";
      readonly at: number;
      readonly also: readonly number[];
      readonly values: Readonly<Record<string, string>>;
      /** There is no place among the runs yet. */
      readonly held?: boolean;
    };

export type CallbackAnswer =
  | Response
  /** No answer, or nobody to ask now: it may be otherwise later. */
  | { readonly problem: string }
  /** Asking again would not help. */
  | { readonly refusal: string }
  /** The run that was started, or joined; says which. */
  | { readonly started: string };

/** The keys that lie at a place in storage. */
export interface Listing {
  readonly listed: readonly string[];
}

export interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
}
