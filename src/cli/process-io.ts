/**
 * The command line's world in a real process.
 * Streams are reached through getters: making standard input costs milliseconds that most commands need not pay.
 */
import type { CliIo } from "./io.ts";

const defaultColumns = 80;
const defaultRows = 24;

/** The io of this process. Registers nothing until it is asked to. */
export function createProcessIo(): CliIo {
  return {
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    get stdin() {
      return process.stdin;
    },
    get isTTY() {
      return process.stdout.isTTY === true;
    },
    get columns() {
      return process.stdout.columns ?? defaultColumns;
    },
    get rows() {
      return process.stdout.rows ?? defaultRows;
    },
    env: process.env,
    cwd: process.cwd(),
    clock: {
      now: () => Date.now(),
      after: (delayMs, callback) => {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
    },
    onInterrupt: (listener) => listen(["SIGINT", "SIGTERM"], listener),
    onResize: (listener) => {
      process.stdout.on("resize", listener);
      return () => process.stdout.off("resize", listener);
    },
    onExit: (listener) => listen(["exit"], listener),
  };
}

function listen(events: readonly string[], listener: () => void): () => void {
  for (const event of events) process.on(event, listener);
  return () => {
    for (const event of events) process.off(event, listener);
  };
}
