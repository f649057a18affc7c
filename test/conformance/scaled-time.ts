/**
 * Time that runs faster, for documents that wait long.
 * Everything that measures time runs at the same factor: the engine's clock, the limits of attempts, and the command
 * `sleep` of the attempts. So what a document means stays as it is; only the waiting is shorter.
 */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AttemptExit, AttemptOrder } from "../../src/model/run/attempt.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Executor, ExecutorListener } from "../../src/ports/executor.ts";

export interface ScaledTime {
  readonly clock: Clock;
  /** Wraps an executor so that limits given to it and times it reports are scaled. */
  wrap(create: (listener: ExecutorListener) => Executor): (listener: ExecutorListener) => Executor;
}

export function createScaledTime(factor: number): ScaledTime {
  const start = Date.now();
  const toScaled = (real: number): number => Math.round(start + (real - start) * factor);
  const clock: Clock = {
    now: () => toScaled(Date.now()),
    callAt(at, callback) {
      const timer = setTimeout(
        callback,
        Math.max(0, Math.min((at - toScaled(Date.now())) / factor + 1, 2 ** 31 - 1)),
      );
      return () => clearTimeout(timer);
    },
  };
  return { clock, wrap: (create) => (listener) => wrapExecutor(create, listener, factor, toScaled) };
}

function wrapExecutor(
  create: (listener: ExecutorListener) => Executor,
  listener: ExecutorListener,
  factor: number,
  toScaled: (real: number) => number,
): Executor {
  const scaleExit = (exit: AttemptExit): AttemptExit => ({
    ...exit,
    startedAt: toScaled(exit.startedAt),
    endedAt: toScaled(exit.endedAt),
  });
  const inner = create({
    started: (attemptId, at) => listener.started(attemptId, toScaled(at)),
    ready: (attemptId, at) => listener.ready(attemptId, toScaled(at)),
    ended: (exit) => listener.ended(scaleExit(exit)),
  });
  return { ...inner, start: (order, directory) => inner.start(scaleOrder(order, factor), directory) };
}

function scaleOrder(order: AttemptOrder, factor: number): AttemptOrder {
  const commands = order.commands.map((command) => ({
    ...command,
    retryDelayMs: command.retryDelayMs / factor,
  }));
  const timeout = order.timeoutMs === undefined ? {} : { timeoutMs: Math.ceil(order.timeoutMs / factor) };
  return { ...order, commands, ...timeout, graceMs: Math.max(200, order.graceMs / factor) };
}

/** Writes a `sleep` into the folder that sleeps a fraction of what it is asked for. */
export function writeScaledSleep(folder: string, factor: number): void {
  const script = `#!/bin/sh
total=$(for part in "$@"; do echo "$part"; done | awk '
  { unit = substr($0, length($0)); size = 1
    if (unit == "m") size = 60; if (unit == "h") size = 3600; if (unit == "d") size = 86400
    sum += $0 * size } END { printf "%.3f", sum / ${factor} }')
exec ${process.env["MILLRACE_REAL_SLEEP"] ?? "/bin/sleep"} "$total"
`;
  writeFileSync(join(folder, "sleep"), script);
  chmodSync(join(folder, "sleep"), 0o755);
}
