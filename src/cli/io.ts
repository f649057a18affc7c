/**
 * The world as the command line sees it: two outputs, an input, a terminal (or none), signals and a clock.
 * Everything goes through this one record, so that tests need neither a terminal nor real time.
 */

/** Where text goes. Streams of Node are sinks. */
export interface Sink {
  /** False when the reader is slow; `drain` tells when to go on. */
  write(chunk: string | Uint8Array): boolean;
  once(event: "drain", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
}

export interface CliClock {
  /** Epoch ms. */
  readonly now: () => number;
  /** Calls back after `delayMs`; returns what takes it back. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
}

export interface CliIo {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin: AsyncIterable<string | Uint8Array>;
  /** What lies at an http or https address; rejects with an error whose message a person can understand. */
  readonly openUrl: (url: string) => Promise<AsyncIterable<Uint8Array>>;
  /** Whether standard output is a terminal. */
  readonly isTTY: boolean;
  /** Size of the terminal now; read again after every resize. */
  readonly columns: number;
  readonly rows: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: CliClock;
  /** Ctrl-C, or a polite request to end; returns what takes the listener back. Without a listener the process just ends. */
  onInterrupt(listener: () => void): () => void;
  onResize(listener: () => void): () => void;
  /** Called when the process ends by whatever way, for what must be put right in the terminal. */
  onExit(listener: () => void): () => void;
}
