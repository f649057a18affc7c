/**
 * The command line's world in a real process.
 * Streams are reached through getters: making standard input costs milliseconds that most commands need not pay.
 */
import { readFileSync } from "node:fs";
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
      // A terminal whose size nobody has set says 0.
      return process.stdout.columns || defaultColumns;
    },
    get rows() {
      return process.stdout.rows || defaultRows;
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
    onInterrupt: listenForInterrupts,
    onResize: (listener) => {
      process.stdout.on("resize", listener);
      return () => process.stdout.off("resize", listener);
    },
    onExit: (listener) => listen(["exit"], listener),
  };
}

/**
 * Ctrl-C, SIGTERM, and a terminal that goes away. The last one counts only when nothing came before: the shell and the
 * system both tell it, and a second interrupt means more than a first. Below `nohup` it stays ignored.
 */
function listenForInterrupts(listener: () => void): () => void {
  let hasInterrupted = false;
  const interrupt = (): void => {
    hasInterrupted = true;
    listener();
  };
  const hangUp = (): void => {
    if (!hasInterrupted) interrupt();
  };
  const stopListening = listen(["SIGINT", "SIGTERM"], interrupt);
  const stopHangUp = isHangUpIgnored() ? undefined : listen(["SIGHUP"], hangUp);
  return () => {
    stopListening();
    stopHangUp?.();
  };
}

/** Whether this process was started to outlive its terminal; unknown counts as no. */
function isHangUpIgnored(): boolean {
  try {
    const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return ignored !== undefined && (BigInt(`0x${ignored}`) & 1n) === 1n;
  } catch {
    // There is no such file on this system, so nobody can know.
    return false;
  }
}

function listen(events: readonly string[], listener: () => void): () => void {
  for (const event of events) process.on(event, listener);
  return () => {
    for (const event of events) process.off(event, listener);
  };
}
