/**
 * The bench of the executor suite: starts orders, keeps what the executor told, and gives promises for it.
 */
import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  watch,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { AttemptCommand, AttemptExit, AttemptOrder } from "../../model/run/attempt.ts";
import { attemptFiles, attemptLogFile } from "../attempt-directory.ts";
import type { Adoption, Executor, ExecutorListener } from "../executor.ts";

let made = 0;

/** An executor under test. */
export interface ExecutorSubject {
  /** A new executor over the same files, as a new engine would make it. */
  create(listener: ExecutorListener): Executor;
  /** Where attempts may have their directories. */
  readonly directory: string;
  /** Removes everything. */
  dispose(): Promise<void>;
}

/** A plain main command unless told otherwise. */
export function makeCommand(changes: Partial<AttemptCommand>): AttemptCommand {
  const plain = {
    name: "main",
    role: "main",
    image: "acme/plain:1",
    command: [],
    args: [],
    env: [],
  } as const;
  return { ...plain, volumes: [], after: [], retries: 0, retryDelayMs: 0, ...changes };
}

/** An order with an id of its own. */
export function makeOrder(
  commands: readonly AttemptCommand[],
  changes: Partial<AttemptOrder> = {},
): AttemptOrder {
  const runId = `run-${process.pid}-${(made += 1)}`;
  const ids = { attemptId: `${runId}/task/1`, runId, taskName: "task" };
  const files = { inputs: [], outputParameters: [], outputArtifacts: [] };
  return { ...ids, commands, ...files, captureResult: false, graceMs: 30_000, ...changes };
}

/** How an attempt ended, with its outputs as text. */
export interface EndedAttempt {
  readonly exit: AttemptExit;
  readonly directory: string;
  readonly out: string;
  readonly err: string;
}

export interface StartedAttempt {
  readonly id: string;
  readonly directory: string;
  readonly started: Promise<number>;
  /** When it was told that the service can be used. */
  readonly ready: Promise<number>;
  readonly ended: Promise<EndedAttempt>;
}

export interface ExecutorBench {
  readonly executor: Executor;
  /** Starts an order in a new directory, with FIFOs and input files at the given absolute paths. */
  start(
    order: AttemptOrder,
    fifos?: readonly string[],
    inputs?: Readonly<Record<string, string>>,
    directory?: string,
  ): StartedAttempt;
  run(order: AttemptOrder, fifos?: readonly string[]): Promise<EndedAttempt>;
  adopt(
    order: AttemptOrder,
    directory: string,
  ): {
    readonly adoption: Promise<Adoption>;
    readonly ready: Promise<number>;
    readonly ended: Promise<EndedAttempt>;
  };
  /** A bench with a new executor over the same files. */
  next(): ExecutorBench;
  makeDirectory(): string;
  /** Resolves when the standard output of `main` holds the text; refuses when the attempt ended without it. */
  waitForOutput(attempt: StartedAttempt, text: string): Promise<void>;
  counts(): { readonly started: number; readonly ended: number };
  /** How often it was told that a service can be used. */
  readyCount(): number;
  mostAtOnce(): number;
  /** Files below a directory that hold the text. */
  findFilesWith(directory: string, text: string): readonly string[];
  close(): Promise<void>;
}

interface Gate<T> {
  readonly promise: Promise<T>;
  readonly open: (value: T) => void;
}

function makeGate<T>(): Gate<T> {
  let open: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

/** An executor, and everything that it told. */
interface Recorder {
  readonly executor: Executor;
  /** Calls the executor; it must not tell anything from inside. */
  readonly call: <T>(body: () => T) => T;
  readonly expectStart: (id: string) => Promise<number>;
  readonly expectReady: (id: string) => Promise<number>;
  readonly expectEnd: (id: string) => Promise<AttemptExit>;
  readonly counts: { started: number; ready: number; ended: number; mostAtOnce: number };
}

function openRecorder(subject: ExecutorSubject): Recorder {
  const starts = new Map<string, Gate<number>>();
  const readies = new Map<string, Gate<number>>();
  const ends = new Map<string, Gate<AttemptExit>>();
  const running = new Set<string>();
  const counts = { started: 0, ready: 0, ended: 0, mostAtOnce: 0 };
  let isCalling = false;
  const checkOutside = (): void => {
    if (isCalling) throw new Error("the listener was called from inside `start` or `adopt`");
  };
  const executor = subject.create({
    started: (id, at) => {
      checkOutside();
      counts.started += 1;
      counts.mostAtOnce = Math.max(counts.mostAtOnce, running.add(id).size);
      starts.get(id)?.open(at);
    },
    ready: (id, at) => {
      checkOutside();
      counts.ready += 1;
      readies.get(id)?.open(at);
    },
    ended: (exit) => {
      checkOutside();
      counts.ended += 1;
      running.delete(exit.attemptId);
      ends.get(exit.attemptId)?.open(exit);
    },
  });
  const expect = <T>(gates: Map<string, Gate<T>>, id: string): Promise<T> => {
    const gate = makeGate<T>();
    gates.set(id, gate);
    return gate.promise;
  };
  const call = <T>(body: () => T): T => {
    isCalling = true;
    try {
      return body();
    } finally {
      isCalling = false;
    }
  };
  return {
    executor,
    call,
    expectStart: (id) => expect(starts, id),
    expectReady: (id) => expect(readies, id),
    expectEnd: (id) => expect(ends, id),
    counts,
  };
}

export function openExecutorBench(subject: ExecutorSubject): ExecutorBench {
  const { executor, call, expectStart, expectReady, expectEnd, counts } = openRecorder(subject);
  const others: ExecutorBench[] = [];
  const makeDirectory = (): string => {
    const directory = join(subject.directory, `attempt-${(made += 1)}`);
    mkdirSync(directory, { recursive: true });
    return directory;
  };
  const waitForEnd = async (id: string, directory: string): Promise<EndedAttempt> => {
    const exit = await expectEnd(id);
    return { exit, directory, out: readLog(directory, "out"), err: readLog(directory, "err") };
  };
  const bench: ExecutorBench = {
    executor,
    start: (order, fifos = [], inputs = {}, directory = makeDirectory()) => {
      for (const [path, text] of Object.entries(inputs))
        layFile(join(directory, attemptFiles.root, path), text);
      for (const path of fifos) makeFifo(join(directory, attemptFiles.root, path));
      const started = expectStart(order.attemptId);
      const ready = expectReady(order.attemptId);
      const ended = waitForEnd(order.attemptId, directory);
      call(() => executor.start(order, directory));
      return { id: order.attemptId, directory, started, ready, ended };
    },
    run: (order, fifos) => bench.start(order, fifos).ended,
    adopt: (order, directory) => {
      const ready = expectReady(order.attemptId);
      const ended = waitForEnd(order.attemptId, directory);
      return { adoption: call(() => executor.adopt(order, directory)), ready, ended };
    },
    next: () => {
      const other = openExecutorBench(subject);
      others.push(other);
      return other;
    },
    makeDirectory,
    waitForOutput: (attempt, text) => waitForText(attempt, text),
    counts: () => ({ started: counts.started, ended: counts.ended }),
    readyCount: () => counts.ready,
    mostAtOnce: () => counts.mostAtOnce,
    findFilesWith: (directory, text) => findFilesWith(directory, text),
    close: async () => {
      for (const other of others) await other.close();
      await executor.close({ leaveRunning: false });
    },
  };
  return bench;
}

function readLog(directory: string, stream: "out" | "err"): string {
  const path = join(directory, attemptLogFile("main", stream));
  return existsSync(path) && statSync(path).size < 1_000_000 ? readFileSync(path, "utf8") : "";
}

function layFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function makeFifo(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  execFileSync("mkfifo", [path]);
}

/** Whether any process has the FIFO open for reading: opening it for writing is refused (ENXIO) when there is none. */
export function hasReader(path: string): boolean {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENXIO") return false;
    throw error;
  }
}

/** Lets a command go on that reads a line from the FIFO; the reader need not be there yet. */
export function releaseReader(path: string): void {
  // Opened for both, the FIFO takes the line whether or not the reader has come; it stays open until the process ends.
  writeSync(openSync(path, constants.O_RDWR | constants.O_NONBLOCK), "go\n");
}

async function waitForText(attempt: StartedAttempt, text: string): Promise<void> {
  const seen = makeGate<undefined>();
  const check = (): void => {
    if (readLog(attempt.directory, "out").includes(text)) seen.open(undefined);
  };
  const watcher = watch(attempt.directory, check);
  try {
    check();
    const early = attempt.ended.then(({ exit, out, err }) => {
      if (!out.includes(text)) throw new Error(`ended without "${text}": ${JSON.stringify(exit)} ${err}`);
    });
    await Promise.race([seen.promise, early]);
  } finally {
    watcher.close();
  }
}

function findFilesWith(directory: string, text: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text));
}

/** Registers one test of the suite. */
export type ExecutorCheck = (title: string, body: (bench: ExecutorBench) => Promise<void>) => void;

/** An order whose only command is a shell text. */
export function sh(text: string, changes: Partial<AttemptOrder> = {}): AttemptOrder {
  return makeOrder([makeCommand({ command: ["sh", "-c", text] })], changes);
}
