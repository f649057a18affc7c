/** The executors of this machine, and which of them `auto` means. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { MillraceError } from "../base/errors.ts";
import { createProcessExecutor } from "../executors/process/process-executor.ts";
import type { Executor, ExecutorListener } from "../ports/executor.ts";
import type { Home } from "./home.ts";

export const executorNames: readonly string[] = ["process", "sandbox"];

export interface ChosenExecutor {
  readonly name: string;
  readonly create: (listener: ExecutorListener) => Executor;
}

/** Attempts at once when nobody says: enough to keep the processors busy while some of the work waits. */
export function chooseParallel(asked: number | undefined): number {
  return asked ?? Math.max(4, 2 * availableParallelism());
}

/** Resolves the name of an executor. MillraceError `executor/unknown` or `executor/unavailable`. */
export async function chooseExecutor(name: string, home: Home, parallel: number | undefined): Promise<ChosenExecutor> {
  const capacity = chooseParallel(parallel);
  const stateDirectory = join(home.executors, "process");
  switch (name) {
    case "auto":
    case "process":
      return { name: "process", create: (listener) => createProcessExecutor({ capacity, stateDirectory }, listener) };
    case "none":
      return { name: "none", create: createIdleExecutor };
    default:
      throw new MillraceError("executor/unknown", "invalid", `there is no executor '${name}'`, {
        hint: `Choose one of: auto, ${executorNames.join(", ")}.`,
      });
  }
}

/** An executor without room: for processes that only record what a person decided. It adopts nothing and starts nothing. */
function createIdleExecutor(): Executor {
  return {
    name: "none",
    capacity: 0,
    capabilities: () =>
      Promise.resolve({
        name: "none",
        available: true,
        fileView: "shared",
        network: "host",
        killsTree: "best-effort",
        memoryLimit: false,
      }),
    prepare: () => undefined,
    start: () => undefined,
    cancel: () => undefined,
    adopt: () => Promise.resolve({ kind: "running" }),
    close: () => Promise.resolve(),
  };
}
