/**
 * A stored CronWorkflow with its timetable: what its text says, what a person has said over it, and what is known of it.
 * All of it comes from one reading of the store, and `statusRevision` of the definition says whether it is still so.
 */
import { createHash } from "node:crypto";
import type { SubmitRequest } from "../api/house.ts";
import { formatUuid } from "../base/format-uuid.ts";
import type { JsonObject } from "../base/json.ts";
import { lazily } from "../base/lazily.ts";
import { findNextStart } from "../engine/calendar/decide-schedule.ts";
import { writeTimetableKey } from "../engine/calendar/schedule-desk.ts";
import type { ScheduleSetting } from "../engine/calendar/schedule-desk.ts";
import { readArgoSchedule } from "../languages/argo/cron/argo-schedule.ts";
import type { ArgoSchedule } from "../languages/argo/cron/argo-schedule.ts";
import { isCronSuspended, readCronStatus } from "../model/run/cron-status.ts";
import { describeDefinition } from "../model/run/definition.ts";
import { readScheduleStatus, writeScheduleStatus } from "../model/schedule/schedule-codec.ts";
import { newScheduleStatus } from "../model/schedule/schedule.ts";
import type { ScheduleStatus } from "../model/schedule/schedule.ts";
import type { Definition } from "../ports/definition-store.ts";

export interface KeptCron {
  readonly definition: Definition;
  readonly schedule: ArgoSchedule;
  readonly setting: ScheduleSetting;
  readonly status: ScheduleStatus;
}

/** Undefined for a text that is no CronWorkflow any more. `random` gives numbers in [0, 1), for its conditions. */
export function readKeptCron(definition: Definition, random: () => number): KeptCron | undefined {
  const { source, version, status } = definition;
  const schedule = readArgoSchedule(source, describeDefinition(definition, version), random);
  if (schedule === undefined) return undefined;
  const { rules, conditions } = schedule;
  const suspended = isCronSuspended(readCronStatus(status), version, rules.suspended);
  return {
    definition,
    schedule,
    // Runs are named after what the store calls it.
    setting: {
      rules: { ...rules, name: definition.name, suspended },
      machineZone: readMachineZone(),
      conditions,
    },
    status: readScheduleStatus(status["schedule"] ?? null) ?? newScheduleStatus,
  };
}

/** Asked once: it takes longer than all else that is read of a schedule, and the process keeps its zone. */
const readMachineZone = lazily(() => new Intl.DateTimeFormat().resolvedOptions().timeZone);

/** The status as it is stored: Argo's fields for people, and one member that is read back. */
export function writeKeptStatus({ definition, schedule }: KeptCron, status: ScheduleStatus): JsonObject {
  const { suspend } = definition.status;
  return {
    ...(suspend === undefined ? {} : { suspend }),
    ...schedule.writeStatus(status),
    schedule: writeScheduleStatus(status),
  };
}

/** When its next run is due by time, in epoch ms; undefined while nothing starts by time. */
export function findNextRun({ setting, status }: KeptCron, now: number): number | undefined {
  const isFollowed = status.timetable === writeTimetableKey(setting);
  return findNextStart(setting, isFollowed ? status : { ...status, anchorAt: now, decided: [] }, now);
}

/** The submission of the run of a due time. The same time of the same schedule has the same identity for ever. */
export function requestScheduledRun(
  { definition, schedule }: KeptCron,
  name: string,
  scheduledAt: number,
): SubmitRequest {
  const { source, version } = definition;
  const { labels, annotations } = schedule.describeRun(scheduledAt);
  const facts = { uid: makeRunUid("cron", definition.name, name) };
  return {
    source,
    file: describeDefinition(definition, version),
    submission: { parameters: {}, name, labels, annotations, facts },
  };
}

/** A version 8 UUID (RFC 9562, 5.8) that stands for the texts. */
export function makeRunUid(...texts: readonly string[]): string {
  const bytes = createHash("sha256").update(JSON.stringify(texts)).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return formatUuid(bytes.toString("hex"));
}
