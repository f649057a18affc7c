/**
 * Writes to an output of the command, and stops quietly when nobody reads any more (`millrace list | head`).
 * After that every write is a no-op and `isGone` is true; commands that only print end then, runs go on.
 */
import type { Sink } from "./io.ts";

export interface Printer {
  line(text?: string): void;
  lines(texts: readonly string[]): void;
  text(text: string): void;
  /** Writes bytes as they are; resolves when there is room for more. */
  bytes(chunk: Uint8Array): Promise<void>;
  isGone(): boolean;
  /** Resolves once the reader has gone. */
  readonly gone: Promise<void>;
}

/** Errors of a stream whose reader has gone. */
const goneCodes: ReadonlySet<string> = new Set(["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED", "EIO"]);

export function createPrinter(sink: Sink): Printer {
  let isGone = false;
  let broken: Error | undefined;
  let tellGone = (): void => undefined;
  const gone = new Promise<void>((resolve) => (tellGone = resolve));
  const listener = (error: Error): void => {
    if (!goneCodes.has(String((error as NodeJS.ErrnoException).code))) broken = error;
    isGone = true;
    tellGone();
  };
  sink.on("error", listener);
  const write = (chunk: string | Uint8Array): boolean => {
    if (broken !== undefined) throw broken;
    return isGone || sink.write(chunk);
  };
  return {
    line: (text = "") => void write(`${text}\n`),
    lines: (texts) => void (texts.length > 0 && write(`${texts.join("\n")}\n`)),
    text: (text) => void write(text),
    bytes: async (chunk) => {
      if (write(chunk) || isGone) return;
      await Promise.race([new Promise<void>((resolve) => sink.once("drain", resolve)), gone]);
    },
    isGone: () => isGone,
    gone,
  };
}
