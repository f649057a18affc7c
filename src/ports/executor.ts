/**
 * The executor port: where attempts run.
 *
 * An attempt has a directory (attempt-directory.ts). The executor runs the commands of the order that lies there
 * with standard output and error going straight to files, and a supervisor that is not the engine writes the exit
 * record last. Therefore an attempt survives the engine, and a new engine can adopt it.
 *
 * X1. Between `start` and the matching `ended` call there is exactly one; never two, never none.
 * X2. `ended` is called only after the exit record is on disk (or the loss of the attempt is certain).
 * X3. After `cancel` the whole process tree of the attempt is gone before `ended` is called.
 * X4. Starting an attempt whose directory already has a complete exit record does not run it again.
 * X5. `ready` is called for services alone, before `ended`, and once for each `start` or adoption: when its init commands
 *     have ended well, and each other command runs and has given the answers that its readiness asks for.
 * X6. Services take no room: however many run, `capacity` other attempts may run beside them.
 * X7. An attempt whose commands ended by themselves has its processor time, and its peak memory where the system tells that
 *     at all (/proc), however short it was. How exact they are is said in docs/executors.md.
 */
import type { AttemptExit, AttemptOrder } from "../model/run/attempt.ts";

/** What an executor really enforces on this machine; printed by `millrace doctor`, recorded with attempts. */
export interface ExecutorCapabilities {
  readonly name: string;
  /** Whether it can run here at all, and if not, why. */
  readonly available: boolean;
  readonly reason?: string;
  /** `private`: writes to absolute paths stay in the attempt. `declared`: only declared paths are redirected. `shared`: none are. */
  readonly fileView: "private" | "declared" | "shared";
  readonly network: "host" | "can-be-cut";
  readonly killsTree: "always" | "best-effort";
  readonly memoryLimit: boolean;
}

/** What the executor tells the runtime. Calls come from the event loop, never from inside `start` or `cancel`. */
export interface ExecutorListener {
  /** The first command runs. `at` is epoch ms. Not told again for an attempt that was adopted. */
  started(attemptId: string, at: number): void;
  /** The service can be used. Told again for one that was adopted, because the telling may have been lost. */
  ready(attemptId: string, at: number): void;
  ended(exit: AttemptExit): void;
}

/** How an attempt that an earlier engine started was found. */
export type Adoption =
  /** It still runs (or its end will be found); `ended` will be called. */
  | { readonly kind: "running" }
  /** Its exit record was complete; `ended` will be called. */
  | { readonly kind: "ended" }
  /** It was never started here; it may be started now. */
  | { readonly kind: "unknown" };

export interface Executor {
  readonly name: string;
  /**
   * How many attempts it takes at once besides services, as things stand. While attempts are short it may take more than it runs at once,
   * to have the next one ready when one ends.
   */
  readonly capacity: number;
  capabilities(): Promise<ExecutorCapabilities>;
  /** Makes ready whatever costs time later, before any state is loaded: idle slots, for example. */
  prepare(slots: number): void;
  /** Checks that the order can run here; returns a problem instead of starting when it cannot (missing tool, for example). */
  start(order: AttemptOrder, directory: string): void;
  /** Asks the attempt to end: SIGTERM to the tree, SIGKILL after `graceMs`. Unknown ids are ignored. */
  cancel(attemptId: string, reason: "cancelled" | "timed-out", graceMs: number): void;
  adopt(order: AttemptOrder, directory: string): Promise<Adoption>;
  /** Ends everything that was started here and waits until it is gone. `leaveRunning` detaches instead: attempts go on. */
  close(options: { readonly leaveRunning: boolean }): Promise<void>;
}
