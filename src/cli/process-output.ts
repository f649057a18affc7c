/**
 * An output of this process. Into files and pipes it is written at once, as Node's streams do it there as well; but to
 * make one of those takes a dozen modules, milliseconds that a short command can do without. Terminals get Node's
 * stream, and so does a pipe that takes nothing now and that somebody has set not to wait.
 */
import { fstatSync, writeSync } from "node:fs";
import type { Sink } from "./io.ts";

/** What we use of Node's streams. */
type OutputStream = Sink & { readonly writableLength: number };

export interface ProcessOutput extends Sink {
  /** Whether it may be a terminal: then Node's stream knows, and is no luxury. */
  readonly isDevice: boolean;
  /** Whether Node's stream was needed. */
  hasStream(): boolean;
  /** Whether a reader still has to take what was written. */
  isWaiting(): boolean;
}

/** `openStream` makes Node's stream of the same descriptor. */
export function createProcessOutput(descriptor: number, openStream: () => OutputStream): ProcessOutput {
  let isDevice: boolean | undefined;
  let stream: OutputStream | undefined;
  const findDevice = (): boolean => (isDevice ??= fstatSync(descriptor).isCharacterDevice());
  const errorListeners: ((error: Error) => void)[] = [];
  const useStream = (): OutputStream => {
    if (stream !== undefined) return stream;
    stream = openStream();
    for (const listener of errorListeners) stream.on("error", listener);
    return stream;
  };
  return {
    get isDevice() {
      return findDevice();
    },
    hasStream: () => stream !== undefined,
    isWaiting: () => stream !== undefined && stream.writableLength > 0,
    write: (chunk) => {
      if (stream !== undefined || findDevice()) return useStream().write(chunk);
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      let written = 0;
      try {
        while (written < bytes.length) written += writeSync(descriptor, bytes, written);
        return true;
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        if ("code" in error && error.code === "EAGAIN") return useStream().write(bytes.subarray(written));
        if (errorListeners.length === 0) throw error;
        for (const listener of errorListeners) listener(error);
        return false;
      }
    },
    once: (event, listener) => useStream().once(event, listener),
    on: (event, listener) => {
      errorListeners.push(listener);
      stream?.on(event, listener);
    },
  };
}
