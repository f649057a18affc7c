/**
 * One schedule as it is followed: each thing that happens to it is decided, stored, and then carried out
 * (the contract of engine/calendar/decide-schedule.ts, rules 1 to 3).
 *
 * F1. Nothing is carried out before the status that owes it is in the store.
 * F2. Whoever fails in the middle is put right by `recoverCron`, which may be called at any time.
 * F3. One schedule is followed by one call at a time. Schedules decide in turn, with everything else in between, and do not
 *     wait for what others carry out.
 */
import { MillraceError, unreachable } from "../../base/errors.ts";
import { decideSchedule } from "../../engine/calendar/decide-schedule.ts";
import { listOwed } from "../../engine/calendar/owed-by-schedule.ts";
import { describeDefinition } from "../../model/run/definition.ts";
import type { ScheduleEffect, ScheduleInput, ScheduleStatus } from "../../model/schedule/schedule.ts";
import { finishedRunPhases } from "../../ports/history-store.ts";
import type { RunSummary } from "../../ports/history-store.ts";
import { readKeptCron, requestScheduledRun, writeKeptStatus } from "../kept-cron.ts";
import type { KeptCron } from "../kept-cron.ts";
import type { InTurn } from "../turns.ts";
import type { ServeHost } from "./serve-part.ts";

/** A schedule that is followed. `kept` is replaced whenever the store has something newer. */
export interface FollowedCron {
  kept: KeptCron;
  /** What it was last taken up as: a later version, or another word of a person about it, has to be taken up anew. */
  readonly takenAs: KeptCron;
  /** The definition has gone; there is nothing to store for it any more. */
  isGone: boolean;
}

export interface CronHands {
  readonly host: ServeHost;
  readonly random: () => number;
  /** When the schedule wants to be looked at. */
  readonly wake: (name: string, at: number, now: number) => void;
  /** One schedule decides at a time: many may be due at once, and each of them writes to the disk. */
  readonly inTurn: InTurn;
  /** Whose run it is, for its end. */
  readonly own: (run: string, cron: string) => void;
}

/** A change without its time: that is read from the clock when it is decided. */
export type CronNews = ScheduleInput extends infer I
  ? I extends ScheduleInput
    ? Omit<I, "at">
    : never
  : never;

/** What happens to a schedule, with everything that follows from it. */
export async function tellCron(hands: CronHands, cron: FollowedCron, news: CronNews): Promise<void> {
  const waiting: CronNews[] = [news];
  for (let next = waiting.shift(); next !== undefined && !cron.isGone; next = waiting.shift()) {
    for (const effect of await hands.inTurn(() => decideNews(hands, cron, next)))
      waiting.push(...(await carryOut(hands, cron, effect)));
  }
}

/** What a process that finds the schedule has to do: hear of its runs, do what is owed, open it. */
export async function recoverCron(
  hands: CronHands,
  cron: FollowedCron,
  unfinished: readonly RunSummary[],
): Promise<void> {
  for (const run of cron.kept.status.active) {
    hands.own(run.name, cron.kept.definition.name);
    const news = readFate(run.name, await hands.host.findRun(run.name));
    if (news !== undefined) await tellCron(hands, cron, news);
  }
  for (const effect of listOwed(cron.kept.status))
    for (const news of await carryOut(hands, cron, effect)) await tellCron(hands, cron, news);
  await adoptRuns(hands, cron, unfinished);
  await tellCron(hands, cron, { kind: "schedule.opened" });
}

/**
 * Removes a run that was to go and owed callbacks, now that its end was told once more. False for any other run: its end
 * is news.
 */
export async function removeSettled(hands: CronHands, cron: FollowedCron, name: string): Promise<boolean> {
  if (!cron.kept.status.deleting.includes(name)) return false;
  for (const news of await carryOut(hands, cron, { kind: "run.remove", name }))
    await tellCron(hands, cron, news);
  return true;
}

/** Runs of the definition that go and were not started by time: people have started or retried them. */
export async function adoptRuns(
  hands: CronHands,
  cron: FollowedCron,
  unfinished: readonly RunSummary[],
): Promise<void> {
  for (const { name, runId } of unfinished) {
    if (cron.kept.status.active.some((run) => run.name === name)) continue;
    hands.own(name, cron.kept.definition.name);
    await tellCron(hands, cron, { kind: "run.adopted", name, uid: runId });
  }
}

/** What has become of a run; undefined while it goes. */
function readFate(name: string, found: RunSummary | undefined): CronNews | undefined {
  if (found === undefined) return { kind: "run.removed", name };
  if (!finishedRunPhases.some((phase) => phase === found.phase)) return undefined;
  return { kind: "run.ended", name, isGood: found.phase === "succeeded" };
}

/** How often a status is decided again because somebody else wrote it in between. */
const triesAtMost = 20;

/** Decides and stores; what is owed from now on. */
async function decideNews(
  hands: CronHands,
  cron: FollowedCron,
  news: CronNews,
): Promise<readonly ScheduleEffect[]> {
  const { host } = hands;
  for (let tries = 1; ; tries += 1) {
    const { kept } = cron;
    const at = host.clock.now();
    const decision = decideSchedule(kept.setting, kept.status, { ...news, at });
    if (decision.status === kept.status || (await storeStatus(hands, cron, decision.status, tries))) {
      hands.wake(kept.definition.name, decision.wakeAt, at);
      noteProblems(host, kept, decision.status);
      return decision.effects;
    }
    if (cron.isGone) return [];
  }
}

/** Whether it was stored; if not, `cron` has what is stored now. */
async function storeStatus(
  { host, random }: CronHands,
  cron: FollowedCron,
  status: ScheduleStatus,
  tries: number,
): Promise<boolean> {
  const { definition } = cron.kept;
  const stored = writeKeptStatus(cron.kept, status);
  try {
    const statusRevision = await host.definitions.writeStatus(definition, stored, definition.statusRevision);
    cron.kept = { ...cron.kept, definition: { ...definition, status: stored, statusRevision }, status };
    return true;
  } catch (error) {
    const code = error instanceof MillraceError ? error.code : "";
    const isLate = code === "definition/status-changed" || code === "definition/unknown";
    if (!isLate || tries === triesAtMost) throw error;
  }
  const found = await host.definitions.get(definition);
  const kept = found?.uid === definition.uid ? readKeptCron(found, random) : undefined;
  if (kept === undefined) cron.isGone = true;
  else cron.kept = kept;
  return false;
}

function noteProblems(host: ServeHost, before: KeptCron, status: ScheduleStatus): void {
  const known = new Set(before.status.problems.map(({ message }) => message));
  for (const { message } of status.problems)
    if (!known.has(message)) host.note(`${describeDefinition(before.definition)}: ${message}`);
}

/** Does what is owed, which may have been done before; what became of it. */
async function carryOut(
  hands: CronHands,
  cron: FollowedCron,
  effect: ScheduleEffect,
): Promise<readonly CronNews[]> {
  const { name } = effect;
  switch (effect.kind) {
    case "run.start":
      return startRun(hands, cron, name, effect.scheduledAt);
    case "run.terminate":
      return attempt(() => hands.host.command(name, { kind: "terminate" }).then(() => []), {
        "run/unknown": [{ kind: "run.removed", name }],
        // Its end is told by itself.
        "run/ended": [],
      });
    case "run.remove": {
      const removed: CronNews = { kind: "run.removed", name };
      // One that owes callbacks is owed still; `removeSettled` comes back to it.
      return attempt(async () => ((await hands.host.remove(name)) === "removed" ? [removed] : []), {
        "run/unknown": [removed],
        // Somebody has retried it.
        "run/not-ended": [{ kind: "run.adopted", name }],
      });
    }
    default:
      return unreachable(effect);
  }
}

/** The news that a refusal means; other refusals are for the caller. */
async function attempt(
  act: () => Promise<readonly CronNews[]>,
  refusals: Readonly<Record<string, readonly CronNews[]>>,
): Promise<readonly CronNews[]> {
  try {
    return await act();
  } catch (error) {
    const meant = error instanceof MillraceError ? refusals[error.code] : undefined;
    if (meant === undefined) throw error;
    return meant;
  }
}

/** Joins a run of that name that is there. */
async function startRun(
  { host, own }: CronHands,
  { kept }: FollowedCron,
  name: string,
  scheduledAt: number,
): Promise<readonly CronNews[]> {
  own(name, kept.definition.name);
  const found = await host.findRun(name);
  if (found !== undefined) {
    const fate = readFate(name, found);
    return [{ kind: "run.started", name, uid: found.runId }, ...(fate === undefined ? [] : [fate])];
  }
  try {
    const answer = await host.submit(requestScheduledRun(kept, name, scheduledAt));
    if (answer.ok) return [{ kind: "run.started", name, uid: answer.runId }];
    const errors = answer.diagnostics.filter(({ severity }) => severity === "error");
    return [{ kind: "run.refused", name, message: errors.map(({ message }) => message).join("; ") }];
  } catch (error) {
    // What the engine or its disk refuses is owed still; what is wrong with the definition is not.
    const isRefused = error instanceof MillraceError && !/^(?:store|runtime|home)\//u.test(error.code);
    if (!isRefused) throw error;
    return [{ kind: "run.refused", name, message: error.message }];
  }
}
