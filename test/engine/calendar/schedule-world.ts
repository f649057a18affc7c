/**
 * A world with one schedule in it: a clock that can be set, a store, runs, and a process that follows the contract of
 * decide-schedule.ts and may die between any two of its steps. Keeps its own books, from which the tests judge.
 */
import { decideSchedule } from "../../../src/engine/calendar/decide-schedule.ts";
import { listOwed } from "../../../src/engine/calendar/owed-by-schedule.ts";
import { listTimes } from "../../../src/engine/calendar/timetable.ts";
import { WakeQueue } from "../../../src/engine/calendar/wake-queue.ts";
import { newScheduleStatus } from "../../../src/model/schedule/schedule.ts";
import type {
  ScheduleEffect,
  ScheduleInput,
  ScheduleRules,
  ScheduleStatus,
} from "../../../src/model/schedule/schedule.ts";
import { readScheduleStatus, writeScheduleStatus } from "../../../src/model/schedule/schedule-codec.ts";
import { plainConditions } from "./schedule-puppet.ts";
import { readLine } from "./wall-clock.ts";

/** The process has died; the world goes on. */
class Death extends Error {}

interface WorldRun {
  state: "going" | "good" | "bad" | "removed";
  terminated: boolean;
}

export class ScheduleWorld {
  rules: ScheduleRules;
  now: number;
  /** The latest that the clock has ever shown. */
  latest: number;
  stored = JSON.stringify(writeScheduleStatus(newScheduleStatus));
  readonly runs = new Map<string, WorldRun>();
  /** How often each name came into being. */
  readonly births = new Map<string, number>();
  /** Due times that the clock passed without a jump while the process lived. */
  readonly witnessed = new Set<number>();
  /** The most runs that went at once. */
  goingMost = 0;
  ends = 0;
  isAlive = false;
  /** Steps until the process dies; Infinity when it is to live. */
  stepsLeft = Infinity;
  private queue = new WakeQueue();

  constructor(rules: ScheduleRules, now: number) {
    this.rules = rules;
    this.now = now;
    this.latest = now;
  }

  get status(): ScheduleStatus {
    const status = readScheduleStatus(JSON.parse(this.stored));
    if (status === undefined) throw new Error(`unreadable status: ${this.stored}`);
    return status;
  }

  /** The process starts: ends that nobody reported first, then all that is owed, then the definition. */
  start(): void {
    this.isAlive = true;
    this.queue = new WakeQueue();
    this.live(() => {
      for (const { name } of this.status.active) this.reportFate(name);
      this.perform(listOwed(this.status));
      this.give({ kind: "schedule.opened", at: this.now });
      this.look();
    });
  }

  /** Time goes by; the process looks whenever its timer says so. */
  pass(ms: number): void {
    const until = this.now + ms;
    while (this.now < until) {
      const step = this.isAlive ? Math.max(1, Math.min(this.queue.nextAt() - this.now, 60_000)) : ms;
      const from = this.now;
      this.now = Math.min(until, from + step);
      this.latest = Math.max(this.latest, this.now);
      if (!this.isAlive) continue;
      for (const due of this.listDue(from, this.now)) this.witnessed.add(due);
      this.live(() => this.look());
    }
  }

  /** Somebody sets the clock. A process that lives sees it at once, or at its next look. */
  setClock(byMs: number, isSeen: boolean): void {
    this.now += byMs;
    this.latest = Math.max(this.latest, this.now);
    if (isSeen) this.live(() => this.look());
  }

  /** Its time comes, but the process hears first of something else. */
  rush(choice: number): void {
    const next = this.isAlive ? this.queue.nextAt() : Infinity;
    if (next === Infinity || next < this.now) return;
    for (const due of this.listDue(this.now, next)) this.witnessed.add(due);
    this.now = next + 5;
    this.latest = Math.max(this.latest, this.now);
    this.finishOne(choice, true);
    this.change({});
    this.live(() => this.look());
  }

  finishOne(choice: number, isGood: boolean): void {
    const going = [...this.runs].filter(([, run]) => run.state === "going");
    const chosen = going[choice % Math.max(1, going.length)];
    if (chosen === undefined) return;
    chosen[1].state = isGood && !chosen[1].terminated ? "good" : "bad";
    this.ends += 1;
    this.live(() => this.reportFate(chosen[0]));
  }

  /** A person changes the definition. */
  change(rules: Partial<ScheduleRules>): void {
    this.rules = { ...this.rules, ...rules };
    this.live(() => this.give({ kind: "schedule.opened", at: this.now }));
  }

  listDue(after: number, until: number): readonly number[] {
    if (this.rules.suspended) return [];
    const timetable = { lines: this.rules.lines.map(readLine), zone: "UTC", anchorAt: 0 };
    return listTimes(timetable, after, until, 10_000);
  }

  private live(act: () => void): void {
    if (!this.isAlive) return;
    try {
      act();
    } catch (error) {
      if (!(error instanceof Death)) throw error;
      this.isAlive = false;
      this.stepsLeft = Infinity;
    }
  }

  /** Everything that can be torn apart calls this first. */
  private step(): void {
    this.stepsLeft -= 1;
    if (this.stepsLeft < 0) throw new Death();
  }

  private look(): void {
    const { due, isSetBack } = this.queue.look(this.now);
    for (const { dueAt } of due) this.give({ kind: "time.reached", at: this.now, dueAt });
    if (isSetBack) this.give({ kind: "schedule.opened", at: this.now });
  }

  private give(input: ScheduleInput): void {
    const setting = { rules: this.rules, machineZone: "UTC", conditions: plainConditions };
    const status = this.status;
    const decision = decideSchedule(setting, status, input);
    this.step();
    if (decision.status !== status) this.stored = JSON.stringify(writeScheduleStatus(decision.status));
    this.queue.set("job", decision.wakeAt, this.now);
    this.step();
    this.perform(decision.effects);
  }

  private perform(effects: readonly ScheduleEffect[]): void {
    for (const effect of effects) {
      this.step();
      this.act(effect);
      this.step();
      const report = effect.kind === "run.start" ? "run.started" : "run.removed";
      if (effect.kind !== "run.terminate") this.give({ kind: report, at: this.now, name: effect.name });
    }
  }

  private act(effect: ScheduleEffect): void {
    const run = this.runs.get(effect.name);
    if (effect.kind === "run.remove" && run !== undefined) run.state = "removed";
    if (effect.kind === "run.terminate" && run !== undefined) run.terminated = true;
    if (effect.kind !== "run.start" || (run !== undefined && run.state !== "removed")) return;
    this.runs.set(effect.name, { state: "going", terminated: false });
    this.births.set(effect.name, (this.births.get(effect.name) ?? 0) + 1);
    const going = [...this.runs.values()].filter((each) => each.state === "going" && !each.terminated);
    this.goingMost = Math.max(this.goingMost, going.length);
  }

  /** Says what has become of a run, if it goes no longer. */
  private reportFate(name: string): void {
    const run = this.runs.get(name);
    if (run?.state === "going") return;
    const gone = run === undefined || run.state === "removed";
    if (gone) this.give({ kind: "run.removed", at: this.now, name });
    else this.give({ kind: "run.ended", at: this.now, name, isGood: run.state === "good" });
  }
}
