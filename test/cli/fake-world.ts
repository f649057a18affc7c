/** A terminal, a clock and signals without any of them: what the commands write is kept, time moves when a test says so. */
import type { CliIo, Sink } from "../../src/cli/io.ts";

export interface FakeSink extends Sink {
  text(): string;
  bytes(): Buffer;
  /** Resolves once what was written satisfies the test. */
  until(test: (text: string) => boolean): Promise<void>;
  /** The reader goes away: further writes fail as on a closed pipe. */
  breakPipe(): void;
}

export function createSink(): FakeSink {
  const chunks: Buffer[] = [];
  const waiting = new Set<() => void>();
  const errorListeners: ((error: Error) => void)[] = [];
  let isBroken = false;
  const text = (): string => Buffer.concat(chunks).toString("utf8");
  const fail = (): void => {
    for (const listener of errorListeners)
      listener(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
  };
  return {
    write: (chunk) => {
      if (isBroken) {
        fail();
        return false;
      }
      chunks.push(Buffer.from(chunk));
      for (const look of waiting) look();
      return true;
    },
    once: () => undefined,
    on: (_event, listener) => errorListeners.push(listener),
    text,
    bytes: () => Buffer.concat(chunks),
    until: (test) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!test(text())) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    breakPipe: () => {
      isBroken = true;
      fail();
    },
  };
}

export interface FakeWorld {
  readonly io: CliIo;
  readonly stdout: FakeSink;
  readonly stderr: FakeSink;
  /** Moves the clock and calls what is due on the way. */
  advance(durationMs: number): void;
  interrupt(): void;
  resize(columns: number, rows: number): void;
  /** The process ends. */
  exit(): void;
  /** How many listen for Ctrl-C now. */
  interruptListeners(): number;
}

export interface WorldOptions {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Texts by address. */
  readonly web?: Readonly<Record<string, string>>;
}

/** 2025-11-21T09:30:00Z: the time at which fake worlds begin. */
export const startAt = Date.UTC(2025, 10, 21, 9, 30, 0);

export function createWorld(options: WorldOptions = {}): FakeWorld {
  const [stdout, stderr] = [createSink(), createSink()];
  const timers = new Map<number, { readonly at: number; readonly callback: () => void }>();
  const [interrupts, resizes, exits] = [new Set<() => void>(), new Set<() => void>(), new Set<() => void>()];
  let { columns = 80, rows = 24 } = options;
  let now = startAt;
  let lastTimer = 0;
  const io: CliIo = {
    stdout,
    stderr,
    stdin: readOnce(options.stdin ?? ""),
    openUrl: (url) => {
      const found = options.web?.[url];
      return found === undefined
        ? Promise.reject(new Error("the server answers 404 Not Found"))
        : Promise.resolve(readOnce(Buffer.from(found)));
    },
    isTTY: options.isTTY ?? false,
    get columns() {
      return columns;
    },
    get rows() {
      return rows;
    },
    env: options.env ?? {},
    cwd: options.cwd ?? "/nowhere",
    clock: {
      now: () => now,
      after: (delayMs, callback) => {
        const id = (lastTimer += 1);
        timers.set(id, { at: now + delayMs, callback });
        return () => timers.delete(id);
      },
    },
    onInterrupt: (listener) => register(interrupts, listener),
    onResize: (listener) => register(resizes, listener),
    onExit: (listener) => register(exits, listener),
  };
  return {
    io,
    stdout,
    stderr,
    advance: (durationMs) => {
      const end = now + durationMs;
      for (;;) {
        const next = [...timers]
          .filter(([, { at }]) => at <= end)
          .sort(([, left], [, right]) => left.at - right.at)[0];
        if (next === undefined) break;
        timers.delete(next[0]);
        now = Math.max(now, next[1].at);
        next[1].callback();
      }
      now = end;
    },
    interrupt: () => callAll(interrupts),
    resize: (nextColumns, nextRows) => {
      [columns, rows] = [nextColumns, nextRows];
      callAll(resizes);
    },
    exit: () => callAll(exits),
    interruptListeners: () => interrupts.size,
  };
}

function register(listeners: Set<() => void>, listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function callAll(listeners: ReadonlySet<() => void>): void {
  for (const listener of listeners) listener();
}

async function* readOnce<T>(content: T): AsyncGenerator<T> {
  yield await Promise.resolve(content);
}
