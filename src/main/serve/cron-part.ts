/**
 * The schedules in `millrace serve`: every stored CronWorkflow is followed, and its runs start at their times.
 *
 * C1. What a look does is in proportion to what is due, has changed, has ended or is under way, never to the number of
 *     schedules. Only a clock that was set back makes it open all of them.
 * C2. A schedule that cannot be looked after now does not stop the others. It is recovered later, as after a start, and
 *     the times that had come for it are told it then.
 * C3. Nothing that other processes do is missed: changes are asked for by revision, runs that people have started are
 *     looked for before a time at which they would matter.
 */
import { MillraceError } from "../../base/errors.ts";
import type { RunRow } from "../../api/house.ts";
import { WakeQueue } from "../../engine/calendar/wake-queue.ts";
import { backfillLabel, cronLabel } from "../../languages/argo/cron/cron-run.ts";
import { describeDefinition } from "../../model/run/definition.ts";
import type { Definition } from "../../ports/definition-store.ts";
import type { RunSummary } from "../../ports/history-store.ts";
import { adoptRuns, recoverCron, removeSettled, tellCron } from "./follow-cron.ts";
import type { CronHands, FollowedCron } from "./follow-cron.ts";
import { createBreather } from "../breather.ts";
import { readKeptCron } from "../kept-cron.ts";
import { createTurns } from "../turns.ts";
import type { KeptCron } from "../kept-cron.ts";
import type { Occasion, ServeHost, ServePart } from "./serve-part.ts";

/** How long a schedule that could not be looked after waits. */
const afterFailureMs = 10_000;

/** What there is to do for one schedule in one look. */
interface Agenda {
  recovers: boolean;
  opens: boolean;
  readonly ended: RunRow[];
  readonly dueAt: number[];
}

interface Calendar {
  readonly hands: CronHands;
  readonly crons: Map<string, FollowedCron>;
  readonly queue: WakeQueue;
  /** The schedule of each active run. */
  readonly owners: Map<string, string>;
  /** Schedules to be recovered at `retryAt`, with the times that had come for them. */
  readonly troubled: Map<string, readonly number[]>;
  retryAt: number;
  revision: number;
  /** Awaited between schedules: many may be due at the same time. */
  readonly breathe: () => Promise<void>;
}

export function createCronPart(host: ServeHost): ServePart {
  const queue = new WakeQueue();
  const owners = new Map<string, string>();
  const hands: CronHands = {
    host,
    random: Math.random,
    wake: (name, at, now) => queue.set(name, at, now),
    own: (run, cron) => owners.set(run, cron),
    inTurn: createTurns(),
  };
  const calendar: Calendar = {
    hands,
    crons: new Map(),
    queue,
    owners,
    troubled: new Map(),
    retryAt: Infinity,
    revision: 0,
    breathe: createBreather(),
  };
  return {
    name: "schedules",
    look: (occasion) => look(calendar, occasion),
    close: async () => undefined,
  };
}

async function look(calendar: Calendar, { now, ended }: Occasion): Promise<number> {
  const agendas = new Map<string, Agenda>();
  const agendaOf = (name: string): Agenda => {
    const agenda = agendas.get(name) ?? { recovers: false, opens: false, ended: [], dueAt: [] };
    agendas.set(name, agenda);
    return agenda;
  };
  for (const name of await takeChanges(calendar)) agendaOf(name).recovers = true;
  takeTroubled(calendar, now, agendaOf);
  for (const row of ended) {
    const owner = findOwner(calendar, row);
    if (owner !== undefined) agendaOf(owner).ended.push(row);
  }
  const { due, isSetBack } = calendar.queue.look(now);
  for (const { key, dueAt } of due) agendaOf(key).dueAt.push(dueAt);
  if (isSetBack) for (const name of calendar.crons.keys()) agendaOf(name).opens = true;
  const attended: Promise<void>[] = [];
  for (const [name, agenda] of agendas) {
    await calendar.breathe();
    attended.push(attend(calendar, name, agenda));
  }
  await Promise.all(attended);
  return Math.min(calendar.queue.nextAt(), calendar.retryAt);
}

/** Brings the schedules up to the store; names of those that have to be taken up. */
async function takeChanges(calendar: Calendar): Promise<readonly string[]> {
  const { hands, crons, queue, troubled } = calendar;
  const { revision, changed, removed } = await hands.host.definitions.changesSince(
    calendar.revision,
    "CronWorkflow",
  );
  calendar.revision = revision;
  for (const { name } of removed) {
    crons.delete(name);
    queue.remove(name);
    troubled.delete(name);
  }
  const taken: string[] = [];
  for (const definition of changed) {
    await calendar.breathe();
    if (takeDefinition(calendar, definition)) taken.push(definition.name);
  }
  return taken;
}

/** Whether the schedule has to be taken up: it is new, or says something else than before. */
function takeDefinition({ hands, crons, queue }: Calendar, definition: Definition): boolean {
  const { name } = definition;
  const before = crons.get(name);
  // What this process has written itself comes back as a change.
  if (before !== undefined && isSame(before.kept, before.takenAs) && isRead(before.kept, definition))
    return false;
  const kept = readKeptCron(definition, hands.random);
  if (kept === undefined) {
    hands.host.note(`${describeDefinition(definition)}: it cannot be read, so nothing starts by it`);
    crons.delete(name);
    queue.remove(name);
    return false;
  }
  crons.set(name, { kept, takenAs: kept, isGone: false });
  return before === undefined || !isSame(before.takenAs, kept);
}

/** Whether both start the same at the same times. */
function isSame(left: KeptCron, right: KeptCron): boolean {
  return (
    left.definition.uid === right.definition.uid &&
    left.definition.version === right.definition.version &&
    left.setting.rules.suspended === right.setting.rules.suspended
  );
}

function isRead({ definition: { uid, version, statusRevision } }: KeptCron, found: Definition): boolean {
  return uid === found.uid && version === found.version && statusRevision === found.statusRevision;
}

function takeTroubled(calendar: Calendar, now: number, agendaOf: (name: string) => Agenda): void {
  if (now < calendar.retryAt) return;
  for (const [name, dueAt] of calendar.troubled) {
    const agenda = agendaOf(name);
    agenda.recovers = true;
    agenda.dueAt.push(...dueAt);
  }
  calendar.troubled.clear();
  calendar.retryAt = Infinity;
}

function findOwner({ owners, crons }: Calendar, { name, labels }: RunRow): string | undefined {
  const owner = owners.get(name) ?? findLabel(labels);
  owners.delete(name);
  return owner !== undefined && crons.has(owner) ? owner : undefined;
}

/** The schedule that a run belongs to. */
function findLabel(labels: RunRow["labels"]): string | undefined {
  return labels[backfillLabel] === undefined ? labels[cronLabel] : undefined;
}

/** The runs of a schedule that go. */
async function listUnfinished(host: ServeHost, cron: string): Promise<readonly RunSummary[]> {
  const runs = await host.listRuns({ label: { name: cronLabel, value: cron }, unfinishedOnly: true });
  return runs.filter(({ labels }) => findLabel(labels) === cron);
}

/** Does what there is to do for one schedule (C2). */
async function attend(calendar: Calendar, name: string, agenda: Agenda): Promise<void> {
  const cron = calendar.crons.get(name);
  if (cron === undefined) return;
  try {
    await doAgenda(calendar.hands, cron, agenda, () => listUnfinished(calendar.hands.host, name));
  } catch (error) {
    const { host } = calendar.hands;
    calendar.troubled.set(name, [...(calendar.troubled.get(name) ?? []), ...agenda.dueAt]);
    calendar.retryAt = Math.min(calendar.retryAt, host.clock.now() + afterFailureMs);
    // Closing is no reason to say anything.
    if (error instanceof MillraceError && error.code === "runtime/closed") return;
    const why = error instanceof Error ? error.message : String(error);
    host.note(`${describeDefinition(cron.kept.definition)}: ${why}; tried again in a while`);
  }
}

async function doAgenda(
  hands: CronHands,
  cron: FollowedCron,
  agenda: Agenda,
  unfinished: () => Promise<readonly RunSummary[]>,
): Promise<void> {
  if (agenda.recovers) await recoverCron(hands, cron, await unfinished());
  for (const { name, phase } of agenda.ended) {
    if (await removeSettled(hands, cron, name)) continue;
    await tellCron(hands, cron, { kind: "run.ended", name, isGood: phase === "succeeded" });
  }
  if (agenda.opens) await tellCron(hands, cron, { kind: "schedule.opened" });
  if (agenda.dueAt.length === 0) return;
  if (!agenda.recovers && cron.kept.setting.rules.overlap !== "allow")
    await adoptRuns(hands, cron, await unfinished());
  for (const dueAt of agenda.dueAt.toSorted((left, right) => left - right))
    await tellCron(hands, cron, { kind: "time.reached", dueAt });
}
