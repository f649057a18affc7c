/**
 * The command line's world in a real process.
 * Streams are reached through getters: making standard input costs milliseconds that most commands need not pay.
 */
import { MillraceError } from "../base/errors.ts";
import type { CliIo } from "./io.ts";
import { createProcessOutput } from "./process-output.ts";

const defaultColumns = 80;
const defaultRows = 24;

export interface ProcessIo extends CliIo {
  /** Whether Node's streams of the outputs were needed. */
  hasStreams(): boolean;
  /** Whether a reader still has to take something that was written. */
  isWaiting(): boolean;
}

/** The io of this process. Registers nothing until it is asked to. */
export function createProcessIo(): ProcessIo {
  const stdout = createProcessOutput(1, () => process.stdout);
  const stderr = createProcessOutput(2, () => process.stderr);
  const isTerminal = (): boolean => stdout.isDevice && process.stdout.isTTY === true;
  return {
    stdout,
    stderr,
    hasStreams: () => stdout.hasStream() || stderr.hasStream(),
    isWaiting: () => stdout.isWaiting() || stderr.isWaiting(),
    get stdin() {
      return process.stdin;
    },
    openUrl,
    get isTTY() {
      return isTerminal();
    },
    get columns() {
      // A terminal whose size nobody has set says 0.
      return (isTerminal() && process.stdout.columns) || defaultColumns;
    },
    get rows() {
      return (isTerminal() && process.stdout.rows) || defaultRows;
    },
    env: process.env,
    get cwd() {
      return findWorkingFolder();
    },
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

/** A document is small: what takes longer than this will not come. */
const urlTimeoutMs = 30_000;

async function openUrl(url: string): Promise<AsyncIterable<Uint8Array>> {
  const response = await fetch(url, { signal: AbortSignal.timeout(urlTimeoutMs) }).catch((error: unknown) => {
    // Node says only "fetch failed"; what failed stands in the cause.
    throw error instanceof Error && error.cause instanceof Error ? error.cause : error;
  });
  if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`.trimEnd());
  return response.body ?? new ReadableStream<Uint8Array>();
}

/** Throws `cli/no-working-folder` when somebody has removed it. */
function findWorkingFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new MillraceError(
      "cli/no-working-folder",
      "invalid",
      "the working folder does not exist any more",
      {
        hint: "Change to a folder that exists.",
        cause,
      },
    );
  }
}

/**
 * Ctrl-C, SIGTERM, and a terminal that goes away. The last one counts only when nothing came before: the shell and the
 * system both tell it, and a second interrupt means more than a first.
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
  const stopHangUp = listen(["SIGHUP"], hangUp);
  return () => {
    stopListening();
    stopHangUp();
  };
}

function listen(events: readonly string[], listener: () => void): () => void {
  for (const event of events) process.on(event, listener);
  return () => {
    for (const event of events) process.off(event, listener);
  };
}
