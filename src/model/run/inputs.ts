/** Everything that the engine can be told. Each input brings its own time; the engine has none. */
import type { Json } from "../../base/json.ts";
import type { AttemptExit, AttemptOutputs } from "./attempt.ts";

export type RunInput =
  /** The run may begin; or (`held`) exists, and may not begin yet, because it waits for its locks. */
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
      readonly response: Response | { readonly problem: string };
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
    };

export interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
}
