/** Drives the decisions of one schedule by hand: says what happens, keeps the status, lists what was decided. */
import assert from "node:assert/strict";
import { err, ok } from "../../../src/base/result.ts";
import { decideSchedule } from "../../../src/engine/calendar/decide-schedule.ts";
import type { ScheduleDecision } from "../../../src/engine/calendar/decide-schedule.ts";
import { listOwed } from "../../../src/engine/calendar/owed-by-schedule.ts";
import { newScheduleStatus } from "../../../src/model/schedule/schedule.ts";
import type {
  ScheduleConditions,
  ScheduleFacts,
  ScheduleInput,
  ScheduleRules,
  ScheduleStatus,
} from "../../../src/model/schedule/schedule.ts";
import { readScheduleStatus, writeScheduleStatus } from "../../../src/model/schedule/schedule-codec.ts";

/** Conditions in the smallest language that the tests need: `failed>=2`, `true`, `false`, or a fault. */
export const plainConditions: ScheduleConditions = { decideStart: decidePlainly, decideStop: decidePlainly };

function decidePlainly(text: string, facts: ScheduleFacts): ReturnType<ScheduleConditions["decideStart"]> {
  const compared = /^(failed|succeeded)>=(\d+)$/.exec(text);
  if (compared !== null) {
    return ok((compared[1] === "failed" ? facts.failed : facts.succeeded) >= Number(compared[2]));
  }
  if (text === "unless-recent") return ok(facts.at - (facts.lastScheduledAt ?? 0) > 6 * 60_000);
  return text === "true" || text === "false" ? ok(text === "true") : err(`cannot read ${text}`);
}

export const plainRules: ScheduleRules = {
  name: "job",
  lines: ["*/5 * * * *"],
  zone: "UTC",
  suspended: false,
  overlap: "allow",
  lateMs: 0,
  goodRunsKept: 3,
  badRunsKept: 1,
};

export class SchedulePuppet {
  status: ScheduleStatus = newScheduleStatus;
  rules: ScheduleRules;
  last: ScheduleDecision | undefined;

  constructor(rules: Partial<ScheduleRules> = {}) {
    this.rules = { ...plainRules, ...rules };
  }

  /** Decides, and sees that the stored form carries the status and that a second report of a run changes nothing. */
  tell(input: ScheduleInput): ScheduleDecision {
    const setting = { rules: this.rules, machineZone: "Europe/Berlin", conditions: plainConditions };
    const decision = decideSchedule(setting, this.status, input);
    assert.deepEqual(readScheduleStatus(writeScheduleStatus(decision.status)), decision.status);
    this.status = decision.status;
    this.last = decision;
    return decision;
  }

  open(clock: string): readonly string[] {
    return this.tell({ kind: "schedule.opened", at: readClock(clock) }).effects.map(showEffect);
  }

  /** The wake that was asked for comes, at that time or later. */
  wake(clock: string): readonly string[] {
    const dueAt = this.last?.wakeAt ?? Infinity;
    return this.tell({ kind: "time.reached", at: readClock(clock), dueAt }).effects.map(showEffect);
  }

  confirm(clock: string): void {
    for (const effect of listOwed(this.status)) {
      const { name } = effect;
      if (effect.kind === "run.start") this.tell({ kind: "run.started", at: readClock(clock), name });
    }
  }

  end(clock: string, name: string, isGood = true): readonly string[] {
    return this.tell({ kind: "run.ended", at: readClock(clock), name: nameOf(name), isGood }).effects.map(
      showEffect,
    );
  }

  get wakeAt(): string {
    const at = this.last?.wakeAt ?? Infinity;
    return at === Infinity ? "never" : showClock(at);
  }

  get notes(): readonly string[] {
    return (this.last?.notes ?? []).map((note) => `${showClock(note.dueAt)} ${note.outcome}: ${note.why}`);
  }
}

/** `12:05` or `12:05:01` of the day on which the tests play. */
export function readClock(clock: string): number {
  return Date.parse(`2026-03-01T${clock.length === 5 ? `${clock}:00` : clock}Z`);
}

function showClock(at: number): string {
  const text = new Date(at).toISOString().slice(11, 19);
  return text.endsWith(":00") ? text.slice(0, 5) : text;
}

/** The name of the run that stands for a due time: `12:05` is `job-1772366700`. */
export function nameOf(clock: string): string {
  return /^\d\d:/.test(clock) ? `job-${readClock(clock) / 1000}` : clock;
}

function showEffect(effect: { readonly kind: string; readonly name: string }): string {
  const seconds = /^job-(\d+)$/.exec(effect.name);
  return `${effect.kind} ${seconds === null ? effect.name : showClock(Number(seconds[1]) * 1000)}`;
}
