/**
 * The real program as a child process, in a place of its own.
 *
 * What is true of every ending, whatever was done to the program, is asserted here: it ended by itself and in time,
 * its memory stayed bounded, nobody sees a stack trace, and nothing of a document reaches the terminal as a control character.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findBuiltCommand } from "./built-command.ts";
import { compileCache } from "./compile-cache.ts";
import { killQuietly } from "./kill-quietly.ts";
import { assertNoneMarked } from "./marked-processes.ts";

const launcher = findBuiltCommand();
const measureFile = fileURLToPath(new URL("measure-memory.ts", import.meta.url));

/** After this time a program that has not ended is a failure. */
const endsWithinMs = 20_000;
const memoryAtMostMib = 600;

export interface ProgramOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  readonly withinMs?: number;
  /** Words before the program's own: `unshare -m`, a shell, a limit. */
  readonly wrap?: readonly string[];
  /** The program leads a process group of its own, as below a terminal. */
  readonly detached?: boolean;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Buffer;
  readonly ms: number;
  /** Peak memory; undefined when the process was killed. */
  readonly peakMib: number | undefined;
}

export interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves when the text (of both outputs together) matches; rejects when the program ends before. */
  readonly until: (pattern: RegExp) => Promise<void>;
  readonly ended: Promise<Ended>;
}

let measured = 0;

/** The words that start the program. */
export function programWords(args: readonly string[]): readonly string[] {
  return [process.execPath, "--import", measureFile, launcher, ...args];
}

export function startProgram(args: readonly string[], options: ProgramOptions): Program {
  const memoryFile = join(tmpdir(), `millrace-abuse-memory-${process.pid}-${(measured += 1)}`);
  const [command = "", ...words] = [...(options.wrap ?? []), ...programWords(args)];
  const startedAt = performance.now();
  const child = spawn(command, words, {
    cwd: options.cwd,
    detached: options.detached === true,
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      NODE_COMPILE_CACHE: compileCache,
      ABUSE_MEASURE_FILE: memoryFile,
      // So that no test leaves a key among the user's; tests of keys say another one.
      MILLRACE_SECRET_KEY: Buffer.alloc(32, "abuse").toString("base64"),
      ...options.env,
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let seen = "";
  const waiting = new Set<() => void>();
  const take = (chunks: Buffer[]) => (chunk: Buffer) => {
    chunks.push(chunk);
    if (seen.length < 1_000_000) seen += chunk.toString("latin1");
    for (const look of waiting) look();
  };
  child.stdout?.on("data", take(stdout));
  child.stderr?.on("data", take(stderr));
  // A program that never reads its input breaks the pipe; that is its right.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(options.input ?? "");
  const limitMs = options.withinMs ?? endsWithinMs;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    if (child.pid !== undefined) killQuietly(options.detached === true ? -child.pid : child.pid);
  }, limitMs);
  const ended = once(child, "close").then(([code, signal]: (number | NodeJS.Signals | null)[]): Ended => {
    clearTimeout(timer);
    const out = Buffer.concat(stdout);
    const result: Ended = {
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: out.length > 2 ** 26 ? "" : out.toString("utf8"),
      stderr: Buffer.concat(stderr).toString("utf8"),
      stdoutBytes: out,
      ms: performance.now() - startedAt,
      peakMib: readPeak(memoryFile),
    };
    assert.ok(
      !late,
      `millrace ${args.join(" ").slice(0, 200)} did not end within ${limitMs} ms:\n${show(result)}`,
    );
    return result;
  });
  const until = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!pattern.test(seen)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      const refuse = (why: string): void => {
        if (waiting.delete(look))
          reject(new Error(`${String(pattern)} was never printed (${why}):\n${seen.slice(-4000)}`));
      };
      ended.then(
        () => refuse("the program ended"),
        () => refuse("the program did not end in time"),
      );
    });
  return { child, pid: child.pid ?? 0, until, ended };
}

function readPeak(file: string): number | undefined {
  try {
    const text = readFileSync(file, "utf8");
    rmSync(file, { force: true });
    return Number(text) / 1024;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Runs the program to its end, and asserts what is true of every ending. */
export async function runProgram(args: readonly string[], options: ProgramOptions): Promise<Ended> {
  const result = await startProgram(args, options).ended;
  assertDecent(result);
  return result;
}

/** Ended by itself, in bounds, without a stack trace, and without a control character on its way to a terminal. */
export function assertDecent(result: Ended): void {
  assert.equal(result.signal, null, show(result));
  const text = result.stdout + result.stderr;
  assert.doesNotMatch(text, /^ +at .+:\d+:\d+\)?$/m, "a stack trace is shown");
  assert.doesNotMatch(
    text,
    /\[internal\]|broken invariant|node:internal|UnhandledPromise/,
    "an internal fault is shown",
  );
  assert.doesNotMatch(
    text,
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/,
    "a control character is printed raw",
  );
  assert.ok((result.peakMib ?? 0) < memoryAtMostMib, `peak memory ${result.peakMib} MiB`);
}

/** For messages of assertions. */
export function show(result: Ended): string {
  const cut = (text: string): string =>
    text.length > 3000 ? `${text.slice(0, 2000)}\n…\n${text.slice(-900)}` : text;
  return `exit ${result.code} ${result.signal} after ${result.ms.toFixed(0)} ms\n--stdout\n${cut(result.stdout)}\n--stderr\n${cut(result.stderr)}`;
}

/** Ctrl-C while one task runs, and again: it ends as interrupted, and nothing that carries the mark is left. */
export async function interruptTwice(run: Program, mark: string): Promise<Ended> {
  run.child.kill("SIGINT");
  await run.until(/interrupted: finishing 1 running task/);
  run.child.kill("SIGINT");
  const ended = await run.ended;
  assertDecent(ended);
  assert.equal(ended.code, 130, show(ended));
  await assertNoneMarked(mark);
  return ended;
}
