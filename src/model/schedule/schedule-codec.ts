/**
 * The stored form of a schedule's status is its own JSON. Reading it checks every part, because a store can hold
 * what an older or newer program wrote; fields that are not known are left out.
 */
import { isJsonObject } from "../../base/json.ts";
import type { Json, JsonObject } from "../../base/json.ts";
import type { ActiveRun, FinishedRun, ScheduleProblem, ScheduleStatus, Span } from "./schedule.ts";

/** Writes a status as JSON. */
export function writeScheduleStatus(status: ScheduleStatus): Json {
  return JSON.parse(JSON.stringify(status)) as Json;
}

/** Reads what `writeScheduleStatus` wrote; undefined when it is something else. */
export function readScheduleStatus(json: Json): ScheduleStatus | undefined {
  if (!isJsonObject(json)) return undefined;
  const { timetable, anchorAt, isStopped, heldBackAt, lastScheduledAt, succeeded, failed } = json;
  if (typeof timetable !== "string" || typeof isStopped !== "boolean") return undefined;
  if (!isNumber(anchorAt) || !isNumber(succeeded) || !isNumber(failed)) return undefined;
  const decided = readList(json["decided"], readSpan);
  const active = readList(json["active"], readActiveRun);
  const finished = readList(json["finished"], readFinishedRun);
  const deleting = readList(json["deleting"], (item) => (typeof item === "string" ? item : undefined));
  const problems = readList(json["problems"], readProblem);
  if (!decided || !active || !finished || !deleting || !problems) return undefined;
  return {
    timetable,
    anchorAt,
    decided,
    ...(isNumber(heldBackAt) ? { heldBackAt } : {}),
    ...(isNumber(lastScheduledAt) ? { lastScheduledAt } : {}),
    active,
    finished,
    deleting,
    succeeded,
    failed,
    ...readCounts(json),
    isStopped,
    problems,
  };
}

function readCounts({ started, overlaps }: JsonObject): Pick<ScheduleStatus, "started" | "overlaps"> {
  const { forbid, replace } = overlaps !== undefined && isJsonObject(overlaps) ? overlaps : {};
  const counts = {
    ...(isNumber(forbid) ? { forbid } : {}),
    ...(isNumber(replace) ? { replace } : {}),
  };
  return {
    ...(isNumber(started) ? { started } : {}),
    ...(Object.keys(counts).length === 0 ? {} : { overlaps: counts }),
  };
}

function isNumber(value: Json | undefined): value is number {
  return typeof value === "number";
}

function readList<T>(json: Json | undefined, read: (item: Json) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(json)) return undefined;
  const items = json.map((item: Json) => read(item));
  return items.some((item) => item === undefined) ? undefined : items.filter((item) => item !== undefined);
}

function readObject<T>(json: Json, read: (object: JsonObject) => T | undefined): T | undefined {
  return isJsonObject(json) ? read(json) : undefined;
}

function readSpan(json: Json): Span | undefined {
  return readObject(json, ({ from, through }) =>
    isNumber(from) && isNumber(through) ? { from, through } : undefined,
  );
}

function readActiveRun(json: Json): ActiveRun | undefined {
  return readObject(json, ({ name, uid, scheduledAt, isStarted, isReplaced }) => {
    if (typeof name !== "string" || typeof isStarted !== "boolean" || typeof isReplaced !== "boolean") {
      return undefined;
    }
    return {
      name,
      ...(typeof uid === "string" ? { uid } : {}),
      ...(isNumber(scheduledAt) ? { scheduledAt } : {}),
      isStarted,
      isReplaced,
    };
  });
}

function readFinishedRun(json: Json): FinishedRun | undefined {
  return readObject(json, ({ name, endedAt, isGood }) =>
    typeof name === "string" && isNumber(endedAt) && typeof isGood === "boolean"
      ? { name, endedAt, isGood }
      : undefined,
  );
}

function readProblem(json: Json): ScheduleProblem | undefined {
  return readObject(json, ({ kind, message }) =>
    (kind === "definition" || kind === "start") && typeof message === "string"
      ? { kind, message }
      : undefined,
  );
}
