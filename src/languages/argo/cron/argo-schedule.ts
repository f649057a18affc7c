/** A stored CronWorkflow as whoever follows schedules needs it: everything Argo about it, behind neutral words. */
import type { JsonObject } from "../../../base/json.ts";
import type { ScheduleConditions, ScheduleRules, ScheduleStatus } from "../../../model/schedule/schedule.ts";
import { readArgoDocuments } from "../read/read-argo-documents.ts";
import { createCronConditions } from "./cron-conditions.ts";
import { describeCronRun } from "./cron-run.ts";
import type { CronRunMetadata } from "./cron-run.ts";
import { listCronLabels, writeCronStatus } from "./cron-status.ts";
import { readScheduleRules } from "./schedule-rules.ts";

export interface ArgoSchedule {
  /** Where its document says that it belongs. */
  readonly namespace: string;
  readonly rules: ScheduleRules;
  readonly conditions: ScheduleConditions;
  /** What the run of a due time is submitted with, over what the document itself says. */
  describeRun(scheduledAt: number): CronRunMetadata;
  /** The `status` of the object. */
  writeStatus(status: ScheduleStatus): JsonObject;
  /** Labels that the object has besides its own. */
  listLabels(status: ScheduleStatus): Readonly<Record<string, string>>;
}

/**
 * Reads a definition that was checked when it was stored; undefined when it is no CronWorkflow.
 * `random` gives numbers in [0, 1), for expressions that roll dice.
 */
export function readArgoSchedule(
  source: string,
  file: string,
  random: () => number,
): ArgoSchedule | undefined {
  const document = readArgoDocuments(source, file).documents.find(({ kind }) => kind === "CronWorkflow");
  if (document?.kind !== "CronWorkflow") return undefined;
  const cron = document.value;
  return {
    namespace: cron.metadata?.namespace ?? "default",
    rules: readScheduleRules(cron),
    conditions: createCronConditions(cron, random),
    describeRun: (scheduledAt) => describeCronRun(cron, scheduledAt),
    writeStatus: (status) => writeCronStatus(status, cron.metadata?.namespace ?? "default"),
    listLabels: listCronLabels,
  };
}
