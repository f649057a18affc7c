/**
 * What is kept in the status of a stored CronWorkflow, beside its text (Argo fields.md, CronWorkflowStatus).
 * Whether it is suspended stands here as well: a person who suspends it does not write its document. What was said last
 * counts, so an override is valid only for the version at which it was given.
 */
import { isJsonObject } from "../../base/json.ts";
import type { Json, JsonObject } from "../../base/json.ts";

export interface CronStatus {
  /** Set by `cron suspend` and `cron resume`. */
  readonly suspend?: { readonly value: boolean; readonly version: number };
  /** RFC 3339: the scheduled time of the last run that was started by time. */
  readonly lastScheduledTime?: string;
  /** Runs that were started by time and have not ended. */
  readonly active?: readonly { readonly name: string; readonly uid: string }[];
  /** Ended runs that were started by time. */
  readonly succeeded?: number;
  readonly failed?: number;
  /** `Stopped` once the stop strategy has said so. */
  readonly phase?: "Active" | "Stopped";
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly message: string;
  }[];
}

/** A status as the store has it. Fields of another shape than written here are left out. */
export function readCronStatus(status: JsonObject): CronStatus {
  const { suspend, lastScheduledTime, active, succeeded, failed, phase, conditions } = status;
  const override = isJsonObject(suspend) ? suspend : {};
  const { value, version } = override;
  return {
    ...(typeof value === "boolean" && typeof version === "number" ? { suspend: { value, version } } : {}),
    ...(typeof lastScheduledTime === "string" ? { lastScheduledTime } : {}),
    ...(Array.isArray(active) ? { active: active.flatMap(readActive) } : {}),
    ...(typeof succeeded === "number" ? { succeeded } : {}),
    ...(typeof failed === "number" ? { failed } : {}),
    ...(phase === "Active" || phase === "Stopped" ? { phase } : {}),
    ...(Array.isArray(conditions) ? { conditions: conditions.flatMap(readCondition) } : {}),
  };
}

function readActive(entry: Json): readonly { readonly name: string; readonly uid: string }[] {
  const { name, uid } = isJsonObject(entry) ? entry : {};
  return typeof name === "string" && typeof uid === "string" ? [{ name, uid }] : [];
}

function readCondition(
  entry: Json,
): readonly { readonly type: string; readonly status: string; readonly message: string }[] {
  const { type, status, message } = isJsonObject(entry) ? entry : {};
  if (typeof type !== "string" || typeof status !== "string") return [];
  return [{ type, status, message: typeof message === "string" ? message : "" }];
}

/** Whether a CronWorkflow starts nothing now: the override for its version, or else what its document says. */
export function isCronSuspended(status: CronStatus, version: number, written: boolean): boolean {
  return status.suspend?.version === version ? status.suspend.value : written;
}
