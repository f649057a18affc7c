/** What the world owes a schedule, from its status alone: after a crash the caller asks this and goes on. */
import type { ScheduleEffect, ScheduleStatus } from "../../model/schedule/schedule.ts";

/** Everything owed now. A run is started before it is ended, so that a replaced run cannot come after all. */
export function listOwed(status: ScheduleStatus): readonly ScheduleEffect[] {
  const effects: ScheduleEffect[] = [];
  for (const run of status.active) {
    if (!run.isStarted && run.scheduledAt !== undefined) {
      effects.push({ kind: "run.start", name: run.name, scheduledAt: run.scheduledAt });
    }
    if (run.isReplaced) effects.push({ kind: "run.terminate", name: run.name });
  }
  for (const name of status.deleting) effects.push({ kind: "run.remove", name });
  return effects;
}

/** What is owed after a decision and was not before it. */
export function listNewlyOwed(before: ScheduleStatus, after: ScheduleStatus): readonly ScheduleEffect[] {
  if (before === after) return [];
  const known = new Set(listOwed(before).map(writeKey));
  return listOwed(after).filter((effect) => !known.has(writeKey(effect)));
}

function writeKey(effect: ScheduleEffect): string {
  return `${effect.kind} ${effect.name}`;
}
