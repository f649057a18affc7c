/**
 * A puppet of an executor with its attempt files: nothing runs, attempts answer by a table or by a few shell words.
 *
 * `echo TEXT`, `echo TEXT > PATH`, `sleep SECONDS`, `exit CODE`, `true` and `false` are understood, separated by
 * `;`, `&&` or line ends; whatever else a command says does nothing. Time is the rig's own.
 */
import { createHash } from "node:crypto";
import type { Artifact } from "../../src/model/data/artifact.ts";
import type { Digest } from "../../src/model/data/digest.ts";
import type {
  AttemptExit,
  AttemptOrder,
  AttemptOutputs,
  AttemptProblem,
  CommandEnding,
} from "../../src/model/run/attempt.ts";
import type { AttemptFiles } from "../../src/ports/attempt-files.ts";
import type { Executor, ExecutorListener } from "../../src/ports/executor.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** What an attempt does. Absent fields: what its command words say. */
export interface Answer {
  readonly exit?: number;
  readonly out?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** Text of each artifact. */
  readonly artifacts?: Readonly<Record<string, string>>;
  readonly tookMs?: number;
  /** When a service can be used; one that does not say `tookMs` runs until it is asked to end. */
  readonly readyMs?: number;
  readonly problem?: AttemptProblem;
  /** Endings by command, for attempts of several. */
  readonly commands?: Readonly<Record<string, CommandEnding>>;
}

export interface Puppet {
  readonly createExecutor: (listener: ExecutorListener) => Executor;
  readonly files: AttemptFiles;
  /** All orders that were started, in order. */
  readonly orders: readonly AttemptOrder[];
  /** Attempts that somebody asked to end. */
  readonly cancelled: readonly { readonly attemptId: string; readonly reason: string; readonly at: number }[];
}

/** How long an attempt takes when nobody says. */
const usualMs = 1_000;

interface Played {
  readonly exit: number;
  readonly out: string;
  readonly tookMs: number;
  readonly files: ReadonlyMap<string, string>;
}

export function createPuppet(
  time: VirtualTime,
  capacity: number,
  answer: (order: AttemptOrder) => Answer | undefined,
): Puppet {
  const orders: AttemptOrder[] = [];
  const cancelled: { attemptId: string; reason: string; at: number }[] = [];
  const answers = new Map<string, { readonly given: Answer; readonly played: Played }>();
  const createExecutor = (listener: ExecutorListener): Executor => {
    const running = new Map<string, { readonly startedAt: number; readonly takeBack: () => void }>();
    const end = (attemptId: string, ending: CommandEnding, more: Partial<AttemptExit>): void => {
      const flight = running.get(attemptId);
      if (flight === undefined) return;
      flight.takeBack();
      running.delete(attemptId);
      const exit = {
        attemptId,
        startedAt: flight.startedAt,
        endedAt: time.now(),
        ending,
        usage: {},
        executor: "puppet",
        host: "stage",
        user: "puppet",
      };
      listener.ended({ ...exit, ...more });
    };
    const start = (order: AttemptOrder): void => {
      orders.push(order);
      const given = answer(order) ?? {};
      const played = play(order);
      answers.set(order.attemptId, { given, played });
      const tookMs = given.tookMs ?? (order.service === true ? Infinity : played.tookMs);
      const isLate = order.timeoutMs !== undefined && order.timeoutMs < tookMs;
      const readyMs = given.readyMs ?? usualMs;
      const takeReadyBack =
        order.service === true && readyMs < tookMs
          ? time.callAt(time.now() + readyMs, () => listener.ready(order.attemptId, time.now()))
          : () => undefined;
      const takeEndBack = time.callAt(time.now() + (isLate ? (order.timeoutMs ?? 0) : tookMs), () => {
        if (isLate)
          return end(
            order.attemptId,
            { kind: "signaled", signal: "SIGTERM" },
            { problem: { kind: "timed-out" } },
          );
        const { problem, commands } = given;
        const ending: CommandEnding =
          problem === undefined ? { kind: "exited", code: given.exit ?? played.exit } : { kind: "not-run" };
        end(order.attemptId, ending, {
          ...(problem === undefined ? {} : { problem }),
          ...(commands === undefined ? {} : { commands }),
        });
      });
      const takeBack = (): void => {
        takeReadyBack();
        takeEndBack();
      };
      running.set(order.attemptId, { startedAt: time.now(), takeBack });
    };
    return {
      name: "puppet",
      capacity,
      capabilities: () => Promise.reject(new Error("a puppet has no capabilities")),
      prepare: () => undefined,
      start,
      cancel: (attemptId, reason) => {
        cancelled.push({ attemptId, reason, at: time.now() });
        time.callAt(time.now(), () =>
          end(attemptId, { kind: "signaled", signal: "SIGTERM" }, { problem: { kind: reason } }),
        );
      },
      adopt: async () => ({ kind: "unknown" }),
      close: async () => undefined,
    };
  };
  const files: AttemptFiles = {
    lay: (order) => ({ ok: true, directory: order.attemptId }),
    collect: (order) => collect(order, answers.get(order.attemptId)),
    directoryOf: (attemptId) => attemptId,
    discard: async () => undefined,
    removeRun: async () => undefined,
    expectAnother: () => undefined,
    close: () => undefined,
  };
  return { createExecutor, files, orders, cancelled };
}

function collect(
  order: AttemptOrder,
  known: { readonly given: Answer; readonly played: Played } | undefined,
): { outputs: AttemptOutputs; problem?: AttemptProblem } {
  const { given, played } = known ?? { given: {}, played: undefined };
  const missing: string[] = [];
  const parameters: Record<string, string> = {};
  for (const { name, path, default: otherwise } of order.outputParameters) {
    const value = given.parameters?.[name] ?? played?.files.get(path) ?? otherwise;
    if (value === undefined) missing.push(name);
    else parameters[name] = value;
  }
  const artifacts: Record<string, Artifact> = {};
  for (const { name, path, optional } of order.outputArtifacts) {
    const text = given.artifacts?.[name] ?? played?.files.get(path);
    if (text !== undefined) artifacts[name] = textArtifact(text, name);
    else if (!optional) missing.push(name);
  }
  const result = order.captureResult ? { result: given.out ?? played?.out ?? "" } : {};
  const outputs: AttemptOutputs = { ...result, parameters, artifacts };
  const first = missing[0];
  return first === undefined
    ? { outputs }
    : { outputs, problem: { kind: "output-missing", name: first, message: `no file for ${first}` } };
}

/** A kept artifact of one file with this text. */
export function textArtifact(text: string, fileName: string): Artifact {
  const digest = `sha256:${createHash("sha256").update(text).digest("hex")}` as Digest;
  return {
    content: { kind: "file", digest, sizeBytes: Buffer.byteLength(text) },
    archive: { kind: "none" },
    fileName,
  };
}

/** All words of an order's main commands: what tests look at. */
export function programOf(order: AttemptOrder): string {
  const main = order.commands.find(({ role }) => role === "main");
  if (main === undefined) return "";
  const words = [...main.command, ...main.args].filter(
    (word, index) => !(index < 2 && /^(ba|da)?sh$|^-e?c$/u.test(word)),
  );
  return [words.join(" "), ...(main.script === undefined ? [] : [main.script])]
    .filter((part) => part !== "")
    .join("\n");
}

function play(order: AttemptOrder): Played {
  let exit = 0;
  let tookMs = 0;
  const out: string[] = [];
  const files = new Map<string, string>();
  for (const step of programOf(order).split(/;|&&|\n/u)) {
    const [word, rest] = splitOnce(step.trim());
    if (word === "sleep") tookMs += Number(rest.replace(/s$/u, "")) * 1000;
    if (word === "false" || word === "exit") exit = word === "false" ? 1 : Number(rest);
    if (word === "exit") break;
    if (word !== "echo") continue;
    const [, text = "", path] = /^(.*?)(?:\s*>\s*(\S+))?$/su.exec(rest) ?? [];
    const plain = /^(["']).*\1$/su.test(text) ? text.slice(1, -1) : text;
    if (path === undefined) out.push(plain);
    else files.set(path, plain);
  }
  return { exit, out: out.join("\n"), tookMs: tookMs === 0 ? usualMs : tookMs, files };
}

function splitOnce(text: string): readonly [string, string] {
  const at = text.search(/\s/u);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1).trim()];
}
