/**
 * The world outside the engine: attempt directories, running commands, and the disk of the history.
 * It outlives every engine. What each attempt does is a function of what it was asked to do, and of nothing else.
 */
import type {
  AttemptExit,
  AttemptOrder,
  AttemptOutputs,
  AttemptProblem,
} from "../../src/model/run/attempt.ts";
import type { HistoryCommit } from "../../src/ports/history-store.ts";
import type { MemoStore } from "../../src/ports/memo-store.ts";
import { createMemoryMemos } from "../../src/stores/memory/memory-memos.ts";
import { createRandom, hashText } from "./random.ts";
import { createReceivers } from "./receivers.ts";
import type { Receivers } from "./receivers.ts";
import type { Timeline } from "./timeline.ts";

/** What one attempt will do. */
export interface Behaviour {
  readonly durationMs: number;
  /** A service can be used after this time, if it has not ended by then. */
  readonly readyMs?: number;
  readonly ending: AttemptExit["ending"];
  readonly problem?: AttemptProblem;
  /** Its inputs cannot be laid. */
  readonly layProblem?: AttemptProblem;
  /** An output that had to be there is not. */
  readonly collectProblem?: AttemptProblem;
  readonly outputs: AttemptOutputs;
}

/** An attempt's directory. */
export interface AttemptDirectory {
  orderText: string;
  state: "laid" | "running" | "ended";
  exit?: AttemptExit;
  /** When a running service can be used. */
  readyAt?: number;
  /** Ends the running commands early. */
  cutShort?: (problem: AttemptProblem) => void;
}

/** One execution of commands, for the books. */
export interface Execution {
  readonly attemptId: string;
  readonly orderText: string;
  /** Power loss took it away before anything lasting knew of it. */
  voided: boolean;
  exit?: AttemptExit;
}

export interface World {
  readonly timeline: Timeline;
  readonly directories: Map<string, AttemptDirectory>;
  readonly executions: Execution[];
  /** Commits in order, and how many of them are sure to survive power loss. */
  readonly disk: { commits: HistoryCommit[]; durableCount: number };
  /** Kept results. */
  readonly memos: MemoStore;
  /** Who is called back. */
  readonly receivers: Receivers;
  behaviourOf(order: AttemptOrder): Behaviour;
  /** Begins the commands of a laid directory. `ended` is called in the world's own time. */
  run(order: AttemptOrder, ended: () => void): void;
  /** Called whenever an attempt ends, by whoever listens now. */
  endListeners: Map<string, () => void>;
}

export function createWorld(seed: string, timeline: Timeline): World {
  const world: World = {
    timeline,
    memos: createMemoryMemos(),
    receivers: createReceivers(),
    directories: new Map(),
    executions: [],
    disk: { commits: [], durableCount: 0 },
    behaviourOf: (order) =>
      order.service === true
        ? decideService(seed, order, decideBehaviour(seed, order))
        : decideBehaviour(seed, order),
    run: (order, ended) => runAttempt(world, order, ended),
    endListeners: new Map(),
  };
  return world;
}

/** What the order asks for, by name: the same for the same place in the same plan. */
export function keyOf(order: AttemptOrder): string {
  return order.commands[0]?.args[0] ?? "";
}

function decideBehaviour(seed: string, order: AttemptOrder): Behaviour {
  const key = keyOf(order);
  const random = createRandom(`${seed}/${key}`);
  const durationMs = random.chance(0.2) ? random.integer(1_000, 6_000) : random.integer(1, 600);
  const result = hashText(`${key} result`).toString(36);
  const outputs = {
    result,
    parameters: order.outputParameters.length > 0 ? { out: `${result}-out` } : {},
    artifacts: {},
  };
  const good = { durationMs, outputs, ending: { kind: "exited", code: 0 } } as const;
  const dice = random.integer(1, 100);
  if (dice <= 72) return good;
  if (dice <= 84) return { ...good, ending: { kind: "exited", code: random.integer(1, 3) } };
  if (dice <= 88) return { ...good, ending: { kind: "signaled", signal: "SIGKILL" } };
  if (dice <= 92) {
    const problem = { kind: "start-refused", code: "sim/refused", message: "transient refusal" } as const;
    return { ...good, durationMs: 0, ending: { kind: "not-run" }, problem };
  }
  if (dice <= 96) return { ...good, layProblem: { kind: "input-missing", name: "x", message: "no x" } };
  return { ...good, collectProblem: { kind: "output-missing", name: "y", message: "no y" } };
}

/** The word in the order of a service that does not last. */
export const frail = "frail";

/** A service that would end well goes on until it is ended, or for a while if it is frail. */
function decideService(seed: string, order: AttemptOrder, usual: Behaviour): Behaviour {
  if (usual.ending.kind !== "exited" || usual.ending.code !== 0 || usual.layProblem !== undefined)
    return usual;
  const random = createRandom(`${seed}/${keyOf(order)}/service`);
  const isFrail = order.commands[0]?.args[1] === frail && random.chance(0.6);
  const readyMs = usual.durationMs;
  return { ...usual, readyMs, durationMs: isFrail ? readyMs + random.integer(1, 2_000) : Infinity };
}

function runAttempt(world: World, order: AttemptOrder, ended: () => void): void {
  const { timeline } = world;
  const directory = world.directories.get(order.attemptId);
  if (directory === undefined) throw new Error(`${order.attemptId} runs without a directory`);
  const behaviour = world.behaviourOf(order);
  const startedAt = timeline.now();
  const execution: Execution = { attemptId: order.attemptId, orderText: directory.orderText, voided: false };
  world.executions.push(execution);
  directory.state = "running";
  const finish = (ending: AttemptExit["ending"], problem: AttemptProblem | undefined): void => {
    if (directory.state !== "running" || execution.voided) return;
    directory.state = "ended";
    delete directory.cutShort;
    const exit = makeExit(order.attemptId, startedAt, timeline.now(), ending, problem);
    directory.exit = exit;
    execution.exit = exit;
    ended();
  };
  const timeoutMs = order.timeoutMs ?? Infinity;
  const isTooLong = behaviour.durationMs > timeoutMs;
  const endsMs = Math.min(behaviour.durationMs, timeoutMs);
  if (behaviour.readyMs !== undefined) directory.readyAt = startedAt + behaviour.readyMs;
  directory.cutShort = (problem) => finish({ kind: "signaled", signal: "SIGTERM" }, problem);
  if (endsMs === Infinity) return;
  timeline.at(startedAt + endsMs, `end of ${order.attemptId}`, () => {
    if (isTooLong) finish({ kind: "signaled", signal: "SIGTERM" }, { kind: "timed-out" });
    else finish(behaviour.ending, behaviour.problem);
  });
}

export function makeExit(
  attemptId: string,
  startedAt: number,
  endedAt: number,
  ending: AttemptExit["ending"],
  problem: AttemptProblem | undefined,
): AttemptExit {
  const place = { executor: "sim", host: "sim-host", user: "sim" };
  return {
    attemptId,
    startedAt,
    endedAt,
    ending,
    usage: {},
    ...place,
    ...(problem === undefined ? {} : { problem }),
  };
}

/** The attempt's directory is gone, and with it all that is known of its executions. */
export function forgetAttempt(world: World, attemptId: string): void {
  world.directories.delete(attemptId);
  for (const execution of world.executions) if (execution.attemptId === attemptId) execution.voided = true;
}
