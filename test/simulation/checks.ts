/** What must hold in every simulation: after each step, when nothing moves, and at the end. */
import { countPlaces } from "../../src/engine/owed.ts";
import { phaseNames, taskKindNames } from "../../src/model/run/phase.ts";
import type { RunState } from "../../src/model/run/run-state.ts";
import type { AttemptOrder } from "../../src/model/run/attempt.ts";
import type { LiveRun } from "../../src/runtime/live-run.ts";
import { createMemoryHistory } from "../../src/stores/memory/memory-history.ts";
import { limitOf, listBefore, listObstacles, roomOf } from "../../src/model/run/lock-board.ts";
import type { LockTicket } from "../../src/model/run/lock-board.ts";
import { describeState } from "./describe-run.ts";
import { attemptIdOf } from "./ledger.ts";
import type { Ledger } from "./ledger.ts";
import type { Life } from "./life.ts";
import { Violation } from "./simulation.ts";
import type { Simulation } from "./simulation.ts";
import type { World } from "./world.ts";

/** Checks of orders on their way to the world; they throw where the runtime would go on. */
export function createOrderChecks(
  sim: Omit<Simulation, "engine"> & { readonly engine?: Simulation["engine"] },
  life: Life,
): { checkLay: (order: AttemptOrder) => void; checkStart: (order: AttemptOrder) => void } {
  const refuse = (message: string): never => {
    // A runtime that has stopped keeps the error that stopped it, so this one is noted as well as thrown.
    sim.problems.push(message);
    throw new Violation(message);
  };
  const checkLay = (order: AttemptOrder): void => {
    const state = sim.ledger.states.get(order.runId);
    const task = Number(order.attemptId.slice(order.attemptId.indexOf("/") + 1).split(".")[0]);
    if (state === undefined || !state.running.has(task) || attemptIdOf(state, task) !== order.attemptId) {
      refuse(`${order.attemptId} is performed, and the history does not say that it runs`);
    }
    if (sim.engine?.life === life && sim.engine.runtime.stoppedBy !== undefined) {
      refuse(`${order.attemptId} is performed after the runtime stopped`);
    }
  };
  const checkStart = (order: AttemptOrder): void => {
    checkLay(order);
    const directory = sim.world.directories.get(order.attemptId);
    if (directory?.orderText !== JSON.stringify(order)) {
      return refuse(`${order.attemptId} starts in the folder of another order`);
    }
    if (directory.state === "ended") return;
    const before = sim.world.executions.some((other) => other.attemptId === order.attemptId && !other.voided);
    if (before) refuse(`${order.attemptId} is executed twice`);
  };
  return { checkLay, checkStart };
}

/** The history is dense (the ledger throws when it is not) and folds to what the engine has in memory. */
export function checkStates(runs: readonly LiveRun[], ledger: Ledger): readonly string[] {
  return runs.flatMap((run) => {
    const shadow = ledger.states.get(run.runId);
    if (run.quarantined !== undefined || run.pendingEvents.length > 0 || shadow === undefined) return [];
    if (shadow.seq !== run.state.seq)
      return [`${run.runId} has ${run.state.seq} events in memory and ${shadow.seq} in the history`];
    return compareStates(run.runId, run.state, shadow);
  });
}

function compareStates(runId: string, live: RunState, shadow: RunState): readonly string[] {
  const [inMemory, folded] = [describeState(live).split("\n"), describeState(shadow).split("\n")];
  const line = inMemory.findIndex((text, index) => text !== folded[index]);
  if (line < 0) return [];
  return [
    `${runId} is not the fold of its history (line ${line}):\n  memory: ${inMemory[line]}\n  folded: ${folded[line]}`,
  ];
}

/** As many hold each lock as may, by the board and by the history; and as many runs are under way as may be. */
export function checkLocks(
  runs: readonly LiveRun[],
  ledger: Ledger,
  runsAtMost = Infinity,
): readonly string[] {
  const problems: string[] = [];
  const used = new Map<string, { count: number; readonly limit: number }>();
  for (const state of ledger.states.values()) {
    for (const lock of state.locks.list()) {
      const sum = used.get(lock.key) ?? { count: 0, limit: limitOf(lock) };
      sum.count += lock.used;
      used.set(lock.key, sum);
    }
  }
  for (const [key, { count, limit }] of used)
    if (count > limit)
      problems.push(`${key} is held ${count} times in the history, and may be ${limit} times`);
  for (const { state } of runs) {
    for (const lock of state.locks.list())
      if (roomOf(lock) < 0) problems.push(`${lock.key} is held ${lock.used} times of ${limitOf(lock)}`);
  }
  const begun = runs.filter(isUnderWay).map(({ runId }) => runId);
  if (begun.length > runsAtMost) problems.push(`${begun.join(", ")} are under way, and ${runsAtMost} may be`);
  return problems;
}

/** A run that waits for its locks has a place already. */
function isUnderWay({ state, quarantined }: LiveRun): boolean {
  if (state.ended !== undefined || quarantined !== undefined) return false;
  return state.queued === undefined ? state.startedAt !== 0 : state.queued.reason.code === "lock-wait";
}

/** Whether a run waits for a place, or for locks that others hold or come before it for, and could not go on. */
function waitsForOthers(run: LiveRun, runs: readonly LiveRun[], runsAtMost: number): boolean {
  const { state } = run;
  if (state.queued?.reason.code === "run-limit") return runs.filter(isUnderWay).length >= runsAtMost;
  const waiting = [...state.tickets.values()].filter(({ phase }) => phase === "waiting");
  if (waiting.some((ticket) => state.locks.mayClaim(ticket))) return false;
  // Some may wait for tasks of their own run, which wait for others.
  return waiting.some((ticket) =>
    listObstacles(ticket).some((lock) => listBefore(ticket, lock).some(({ user }) => user !== state)),
  );
}

/** At rest every unfinished run must be one that only a person can move. */
export function checkAtRest(
  runs: readonly LiveRun[],
  ledger: Ledger,
  runsAtMost = Infinity,
): readonly string[] {
  return [...ledger.states.values()].flatMap((state) => {
    if (state.ended !== undefined) return [];
    const run = runs.find((candidate) => candidate.runId === state.runId);
    if (run === undefined) return [`${state.runId} has not ended and is forgotten`];
    if (run.quarantined !== undefined) return [];
    const asksSomebody = asksPerson(state);
    // A service that was of use stands there until somebody needs it no more.
    const isMoving = countPlaces(state) > 0 || state.requests.size > 0;
    return (asksSomebody || waitsForOthers(run, runs, runsAtMost)) && !isMoving
      ? []
      : [
          `${state.runId} has not ended, and nobody is asked for: ${describeStuck(state)}; ${describeBoard(run)}`,
        ];
  });
}

function describeBoard({ state }: LiveRun): string {
  const name = ({ user, task, phase }: LockTicket): string => `${user.runId}/${task} ${phase}`;
  return state.locks
    .list()
    .map(
      (lock) =>
        `${lock.key} ${lock.used}/${limitOf(lock)}: ${[...lock.holders, ...lock.waiting].map(name).join(", ")}`,
    )
    .join("; ");
}

function asksPerson(state: RunState): boolean {
  return state.suspended || [...state.waits.values()].some((until) => until === Infinity);
}

function describeStuck(state: RunState): string {
  const open = Array.from({ length: state.tasks.size }, (_, task) => task).filter(
    (task) => (state.tasks.phase[task] as number) < 3,
  );
  const { tasks: table } = state;
  const tasks = open.map(
    (task) =>
      `${task} ${String(taskKindNames[table.kind[task] as number])} of ${table.parent[task]} ` +
      `${String(phaseNames[table.phase[task] as number])} pending ${table.pending[task]} active ${table.active[task]}`,
  );
  const wants = [...state.tickets.values()].map(
    ({ task, asked, phase }) => `${task} ${phase} ${asked.map(({ key }) => key).join("+")}`,
  );
  return `queued ${state.queued?.reason.code ?? "no"}; wants ${wants.join(", ")}; running ${[...state.running].join()}; suspended ${state.suspended}; stopping ${state.stopping?.reason.code ?? "no"}; ${tasks.join(", ")}`;
}

/** Every attempt started and ended once, and every execution's end is in the history once. */
export function checkExecutions(world: World, ledger: Ledger): readonly string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const { attemptId, voided, exit } of world.executions) {
    if (voided) continue;
    if (seen.has(attemptId)) problems.push(`${attemptId} was executed twice`);
    seen.add(attemptId);
    const isLost = world.directories.get(attemptId)?.exit?.problem?.kind === "lost";
    if (exit === undefined && !isLost) problems.push(`${attemptId} still runs`);
    if (ledger.ended.get(attemptId) !== 1)
      problems.push(`the end of ${attemptId} is in the history ${ledger.ended.get(attemptId) ?? 0} times`);
  }
  for (const [attemptId, times] of ledger.started) {
    if (times !== 1 || ledger.ended.get(attemptId) !== 1) {
      problems.push(`${attemptId} started ${times} and ended ${ledger.ended.get(attemptId) ?? 0} times`);
    }
  }
  return problems;
}

/** All runs have ended, everything is durable, and the rows for lists say the same. */
export async function checkFinalHistory(world: World, ledger: Ledger): Promise<readonly string[]> {
  const history = createMemoryHistory({ restore: world.disk });
  const problems: string[] = [];
  for (const state of ledger.states.values()) {
    const row = await history.findRun(state.runId);
    const phase = state.ended === undefined ? "open" : String(phaseNames[state.ended]);
    if (row?.phase !== phase)
      problems.push(`${state.runId} is ${phase}, and its row says ${row?.phase ?? "nothing"}`);
    const owes = Number(row?.view["owes"] ?? 0);
    if (owes !== state.callbacksOwed.size)
      problems.push(`${state.runId} owes ${state.callbacksOwed.size}, and its row says ${owes}`);
    if ((ledger.endCommits.get(state.runId) ?? Infinity) > world.disk.durableCount)
      problems.push(`the end of ${state.runId} is not durable`);
  }
  return problems;
}
