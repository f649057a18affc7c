/**
 * A run in the hands of a test: the engine, and a world in which attempts end when the test says so.
 * Time stands still until the test moves it. The history is kept, so that the run can be built again from it.
 */
import { decide } from "../../src/engine/decide/decide.ts";
import type { Decided } from "../../src/engine/decide/decide.ts";
import { evolveAll } from "../../src/engine/evolve/evolve.ts";
import { owed, wantsRoom } from "../../src/engine/owed.ts";
import { indexPlan } from "../../src/model/plan/plan-index.ts";
import type { PlanIndex } from "../../src/model/plan/plan-index.ts";
import type { Plan } from "../../src/model/plan/plan.ts";
import type {
  AttemptExit,
  AttemptOrder,
  AttemptProblem,
  CommandEnding,
} from "../../src/model/run/attempt.ts";
import type { Effect } from "../../src/model/run/effects.ts";
import type { RunEvent } from "../../src/model/run/events.ts";
import type { RunInput } from "../../src/model/run/inputs.ts";
import { createRunState } from "../../src/model/run/run-state.ts";
import type { RunState } from "../../src/model/run/run-state.ts";
import type { Evaluator } from "../../src/model/run/scope.ts";
import { createToyEvaluator } from "./toy-dialect.ts";

/** The time at which every test begins. */
export const beginning = 1_000_000;

/** How an attempt ends. */
export interface Ending {
  readonly code?: number;
  readonly signal?: string;
  readonly problem?: AttemptProblem;
  readonly values?: Readonly<Record<string, string>>;
}

export interface PuppetOptions {
  /** Attempts that the world runs at once. */
  readonly slots?: number;
  readonly eventsAtMost?: number;
  readonly evaluator?: Evaluator;
  /** Called after every event is known, with the state as it is then. */
  readonly onDecided?: (puppet: Puppet, decided: Decided) => void;
}

export class Puppet {
  readonly index: PlanIndex;
  readonly evaluator: Evaluator;
  readonly history: RunEvent[] = [];
  /** History lengths at which a decision was complete: a crash leaves one of these. */
  readonly commits: number[] = [];
  /** The world: what runs, and what was asked to end. */
  readonly world = new Map<number, AttemptOrder>();
  readonly cancelled = new Set<number>();
  readonly asked = new Set<number>();
  /** Tasks that ask for kept results. */
  readonly looking = new Set<number>();
  state: RunState;
  now = beginning;
  slots: number;
  private readonly eventsAtMost: number;
  private readonly onDecided: PuppetOptions["onDecided"];

  constructor(plan: Plan, options: PuppetOptions = {}) {
    this.index = indexPlan(plan);
    this.evaluator = options.evaluator ?? createToyEvaluator();
    this.slots = options.slots ?? Infinity;
    this.eventsAtMost = options.eventsAtMost ?? 1_000;
    this.onDecided = options.onDecided;
    this.state = createRunState(this.index, "r1", "run");
  }

  /** Tells the engine something, follows it to its end, and starts what there is room for. */
  send(input: RunInput): Decided[] {
    const all = [this.decideOnce(input)];
    for (;;) {
      const last = all.at(-1);
      if (last?.more === true) all.push(this.decideOnce({ kind: "run.continue", at: this.now }));
      else if (this.isRoomWanted())
        all.push(this.decideOnce({ kind: "capacity.offered", at: this.now, free: this.free }));
      else return all;
    }
  }

  get free(): number {
    // A service that can be used takes no place from those that use it.
    return this.slots - [...this.world.keys()].filter((task) => !this.state.served.has(task)).length;
  }

  private isRoomWanted(): boolean {
    return this.free > 0 && wantsRoom(this.state);
  }

  /** One decision, without its consequences: what a crash may cut off. */
  decideOnce(input: RunInput): Decided {
    const decided = decide(this.state, input, this.evaluator, this.eventsAtMost);
    this.history.push(...decided.events);
    this.commits.push(this.history.length);
    for (const effect of decided.effects) this.perform(effect);
    this.onDecided?.(this, decided);
    return decided;
  }

  perform(effect: Effect): void {
    switch (effect.kind) {
      case "attempt.start":
        if (this.state.running.has(effect.task)) this.world.set(effect.task, effect.order);
        return;
      case "attempt.cancel":
        if (this.world.has(effect.task)) this.cancelled.add(effect.task);
        return;
      case "request.send":
        this.asked.add(effect.task);
        return;
      case "request.cancel":
        this.asked.delete(effect.task);
        return;
      case "memo.look":
        this.looking.add(effect.task);
        return;
      case "memo.keep":
      case "callback.send":
        return;
    }
  }

  start(): Decided[] {
    return this.send({ kind: "run.start", at: this.now });
  }

  /** Ends an attempt, whether it runs or not. */
  end(task: number, ending: Ending = {}): Decided[] {
    const order = this.world.get(task);
    this.world.delete(task);
    this.cancelled.delete(task);
    const exit = makeExit(order?.attemptId ?? `r1/${task}`, this.now, ending);
    return this.send({
      kind: "attempt.ended",
      at: this.now,
      task,
      exit,
      outputs: { parameters: ending.values ?? {}, artifacts: {} },
    });
  }

  /** The attempt of a service can be used, whether it runs or not. */
  ready(task: number): Decided[] {
    return this.send({ kind: "attempt.ready", at: this.now, task });
  }

  respond(task: number, statusCode: number, body = ""): Decided[] {
    this.asked.delete(task);
    return this.send({
      kind: "response.received",
      at: this.now,
      task,
      response: { statusCode, headers: {}, body },
    });
  }

  /** Moves the clock, stopping at each time that the engine asks for. */
  pass(ms: number): Decided[] {
    const until = this.now + ms;
    const all: Decided[] = [];
    while (this.state.timers.nextAt() <= until) {
      this.now = Math.max(this.now, this.state.timers.nextAt());
      all.push(...this.send({ kind: "time.reached", at: this.now }));
    }
    this.now = until;
    return all;
  }

  /**
   * The engine is gone and comes back with a prefix of its history. Attempts went on without it;
   * requests died with it, and so do attempts that the kept history does not know. Returns what is owed.
   */
  crash(length = this.history.length): readonly Effect[] {
    this.history.length = length;
    this.commits.splice(0, this.commits.length, ...this.commits.filter((commit) => commit <= length));
    this.state = rebuild(this.index, this.history);
    this.asked.clear();
    // What was asked of the world and not kept is asked again, or never was.
    this.cancelled.clear();
    for (const task of this.world.keys()) if (!this.state.running.has(task)) this.world.delete(task);
    const debts = owed(this.state, this.evaluator, this.now);
    for (const effect of debts.effects) if (!this.isUnderWay(effect)) this.perform(effect);
    return debts.effects;
  }

  private isUnderWay(effect: Effect): boolean {
    return (
      effect.kind === "attempt.start" && this.world.get(effect.task)?.attemptId === effect.order.attemptId
    );
  }
}

/** Folds a history from nothing. */
export function rebuild(index: PlanIndex, history: readonly RunEvent[]): RunState {
  const state = createRunState(index, "r1", "run");
  evolveAll(state, history);
  return state;
}

export function makeExit(attemptId: string, at: number, ending: Ending): AttemptExit {
  const how: CommandEnding =
    ending.signal === undefined
      ? { kind: "exited", code: ending.code ?? 0 }
      : { kind: "signaled", signal: ending.signal };
  return {
    attemptId,
    startedAt: at,
    endedAt: at,
    ending: how,
    ...(ending.problem === undefined ? {} : { problem: ending.problem }),
    usage: {},
    executor: "puppet",
    host: "h",
    user: "u",
  };
}
