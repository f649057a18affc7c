/** Drives a run with a list of choices: in which order things end, what people do in between, when the engine dies. */
import { isDismissed } from "../../src/engine/decide/services.ts";
import { wantsRoom } from "../../src/engine/owed.ts";
import type { PlanSpec } from "./plan-spec.ts";
import { buildPlan } from "./plan-spec.ts";
import { pathOf } from "./print-run.ts";
import { Puppet } from "./puppet.ts";
import type { Ending, PuppetOptions } from "./puppet.ts";

export interface Drive {
  /** Each choice picks one of the things that could happen next; when they are used up, the plainest thing happens. */
  readonly choices: readonly number[];
  /** Decides how the attempt at a path ends, by nothing but the path. */
  readonly seed: number;
  /** Of a hundred attempts, how many end badly. */
  readonly badPercent: number;
  readonly commands?: boolean;
  readonly crashes?: boolean;
}

type Action = () => void;

/** Runs until the run has ended, or until nothing can happen any more. */
export function runRandomly(plan: PlanSpec, drive: Drive, options: PuppetOptions = {}): Puppet {
  const puppet = new Puppet(buildPlan(plan), options);
  puppet.start();
  driveOn(puppet, drive);
  return puppet;
}

/** Goes on with a run until it has ended, nothing can happen any more, or so many things have happened. */
export function driveOn(puppet: Puppet, drive: Drive, stepsAtMost = 20_000): void {
  for (let step = 0; step < stepsAtMost && puppet.state.ended === undefined; step += 1) {
    const choice = drive.choices[step];
    const usual = listUsual(puppet, drive);
    const all = choice === undefined ? usual : [...usual, ...usual, ...listUnusual(puppet, drive)];
    const action = all[(choice ?? 0) % Math.max(1, all.length)];
    if (action === undefined) return;
    action();
  }
}

/** What happens by itself, and what somebody must do in the end because nothing else goes on. */
function listUsual(puppet: Puppet, drive: Drive): Action[] {
  const { state } = puppet;
  const actions: Action[] = [];
  for (const task of puppet.world.keys()) {
    if (!isGoodService(puppet, task, drive))
      actions.push(() => puppet.end(task, findEnding(puppet, task, drive)));
    else if (!state.serving.has(task)) actions.push(() => puppet.ready(task));
  }
  for (const task of puppet.asked)
    actions.push(() => puppet.respond(task, isBad(pathOf(state, task), drive) ? 500 : 200));
  if (state.timers.nextAt() < Infinity)
    actions.push(() => puppet.pass(Math.max(0, state.timers.nextAt() - puppet.now)));
  const isOver = (): boolean => state.stopping !== undefined && !state.stopping.hooks;
  for (const [task, until] of state.waits) {
    if (until === Infinity && !isOver())
      actions.push(() => puppet.send({ kind: "run.resume", at: puppet.now, tasks: [task] }));
  }
  if (actions.length === 0 && !state.suspended)
    return state.agenda.isEmpty && !wantsRoom(state)
      ? []
      : [() => puppet.send({ kind: "time.reached", at: puppet.now })];
  if (actions.length === 0) actions.push(() => puppet.send({ kind: "run.resume", at: puppet.now }));
  return actions;
}

/** A service that nobody has asked to end, and that does not end by itself. */
function isGoodService(puppet: Puppet, task: number, drive: Drive): boolean {
  if (puppet.world.get(task)?.service !== true || puppet.cancelled.has(task)) return false;
  return !isBad(pathOf(puppet.state, task), drive);
}

function listUnusual(puppet: Puppet, drive: Drive): Action[] {
  const { state, now: at } = puppet;
  const actions: Action[] = [];
  if (drive.crashes === true) {
    const kept = puppet.commits[Math.max(0, puppet.commits.length - 1 - (drive.seed % 3))] ?? 0;
    actions.push(() => {
      puppet.crash(puppet.commits.length === 0 ? undefined : kept);
      if (puppet.state.startedAt === 0) puppet.start();
    });
  }
  if (drive.commands !== true) return actions;
  for (const [task, order] of puppet.world) {
    if (order.service !== true) continue;
    actions.push(
      () => puppet.ready(task),
      () => puppet.send({ kind: "attempt.lapsed", at, task }),
      () => puppet.end(task, { code: drive.seed % 2 }),
    );
  }
  const some = state.tasks.size === 0 ? 0 : drive.seed % state.tasks.size;
  const waits = [...state.waits.keys()];
  actions.push(
    () => puppet.send({ kind: "run.suspend", at }),
    () => puppet.send({ kind: "run.resume", at }),
    () => puppet.send({ kind: "run.stop", at, tasks: waits }),
    () =>
      puppet.send({ kind: "task.set", at, task: waits[0] ?? some, values: { out: "x" }, phase: "failed" }),
    () => puppet.end(puppet.world.has(some) ? -1 : some, { code: 3 }),
    () => puppet.send({ kind: "time.reached", at }),
    () => void (puppet.slots = 1 + (drive.seed % 3)),
    () => puppet.send({ kind: "run.retry", at, also: [some], values: {} }),
  );
  if (drive.seed % 3 === 0) actions.push(() => puppet.send({ kind: "run.stop", at }));
  if (drive.seed % 7 === 0) actions.push(() => puppet.send({ kind: "run.terminate", at }));
  return actions;
}

/** An attempt that was asked to end does so; others end as their path says. */
function findEnding(puppet: Puppet, task: number, drive: Drive): Ending {
  if (puppet.cancelled.has(task)) {
    const isAsked = puppet.state.stopping !== undefined || isDismissed(puppet.state, task);
    return { problem: { kind: isAsked ? "cancelled" : "timed-out" } };
  }
  const path = pathOf(puppet.state, task);
  switch (findFate(path, drive)) {
    case "good":
      return { code: 0, values: { brought: path } };
    case "lost":
      return { problem: { kind: "lost", message: "a passing fault" } };
    case "two":
      return { code: 2 };
    case "one":
      return { code: 1 };
  }
}

/** How the attempt at a path ends: well, lost, or with exit code one or two. */
export function findFate(path: string, drive: Drive): "good" | "lost" | "one" | "two" {
  if (!isBad(path, drive)) return "good";
  return (["lost", "one", "two"] as const)[hash(`${path}/kind`, drive.seed) % 3] ?? "one";
}

export function isBad(path: string, drive: Drive): boolean {
  return hash(path, drive.seed) % 100 < drive.badPercent;
}

/** FNV-1a, so that one path always has the same fate. */
function hash(text: string, seed: number): number {
  let value = (0x811c9dc5 ^ seed) >>> 0;
  for (const letter of text) value = Math.imul(value ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  value = Math.imul(value ^ (value >>> 15), 0x85ebca6b) >>> 0;
  return (value ^ (value >>> 13)) >>> 0;
}
