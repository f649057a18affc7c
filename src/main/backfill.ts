/**
 * A backfill of a stored CronWorkflow as submissions, one for each time (languages/argo/cron/backfill.ts).
 * Each has the same identity whenever the backfill is planned again, so that one that was interrupted can be repeated.
 */
import type { BackfillPlan, BackfillWishes } from "../api/definitions.ts";
import { MillraceError } from "../base/errors.ts";
import { isJsonObject } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import { readTimetable } from "../engine/calendar/schedule-desk.ts";
import { listTimes } from "../engine/calendar/timetable.ts";
import { planBackfill, readBackfill } from "../languages/argo/cron/backfill.ts";
import type { BackfillRun } from "../languages/argo/cron/backfill.ts";
import { argo } from "../languages/argo/argo.ts";
import { describeDefinition } from "../model/run/definition.ts";
import type { Definition } from "../ports/definition-store.ts";
import type { SubmitRequest } from "../api/house.ts";
import { makeRunUid, readKeptCron } from "./kept-cron.ts";
import type { KeptCron } from "./kept-cron.ts";

/** More times than this in one backfill are a mistake in its dates. */
const timesAtMost = 100_000;

/** MillraceError `definition/bad-backfill` for flags that cannot be. */
export function planCronBackfill(
  definition: Definition,
  wishes: BackfillWishes,
  now: number,
  makeName: () => string,
): BackfillPlan {
  const kept = readKeptCron(definition, Math.random);
  if (kept === undefined) throw refuse(`${describeDefinition(definition)} is no CronWorkflow`);
  const { rules, machineZone } = kept.setting;
  const backfill = readBackfill(rules, { ...wishes, name: wishes.name ?? makeName() }, now);
  if (!backfill.ok) throw refuse(backfill.error);
  const { after, until, zone, name } = backfill.value;
  // The zone of the start, which may be a mere offset, counts where the machine's would for a schedule that runs.
  const around = { rules, machineZone: rules.zone === undefined ? zone : machineZone };
  const { timetable, fault } = readTimetable(around, after);
  if (fault !== undefined) throw refuse(fault);
  const times = listTimes(timetable, after, until, timesAtMost + 1);
  if (times.length > timesAtMost) throw refuse(`there are more than ${timesAtMost} times`);
  const runs = planBackfill(rules, backfill.value, times);
  return { name, requests: runs.map((run) => requestRun(kept, run)) };
}

function refuse(why: string): MillraceError {
  return new MillraceError("definition/bad-backfill", "invalid", `the backfill cannot be: ${why}`);
}

function requestRun(kept: KeptCron, run: BackfillRun): SubmitRequest {
  const { definition, schedule } = kept;
  const { labels, annotations } = schedule.describeRun(run.scheduledAt);
  return {
    source: writeDocument(definition.source, run),
    file: describeDefinition(definition, definition.version),
    submission: {
      parameters: {},
      name: run.name,
      ...(run.oneByOne === undefined ? {} : { priority: run.oneByOne.priority }),
      labels: { ...labels, ...run.labels },
      annotations,
      facts: { uid: makeRunUid("backfill", definition.name, run.name) },
    },
  };
}

/** The definition with the time among its arguments, and with the mutex that lets one run after the other go. */
function writeDocument(source: string, { parameters, oneByOne }: BackfillRun): string {
  const text = argo.adjustCron?.(source, { parameters }) ?? source;
  const [object] = argo.listObjects?.(text) ?? [];
  if (object === undefined || oneByOne === undefined) return text;
  const spec = readObject(object.value, "spec");
  const workflowSpec = readObject(spec, "workflowSpec");
  const synchronization = readObject(workflowSpec, "synchronization");
  const own = Array.isArray(synchronization["mutexes"]) ? synchronization["mutexes"] : [];
  const mutexes = [...own, { name: oneByOne.mutex }];
  const changed = { ...workflowSpec, synchronization: { ...synchronization, mutexes } };
  return `${JSON.stringify({ ...object.value, spec: { ...spec, workflowSpec: changed } }, undefined, 2)}\n`;
}

function readObject(object: JsonObject, field: string): JsonObject {
  const value = object[field];
  return isJsonObject(value) ? value : {};
}
