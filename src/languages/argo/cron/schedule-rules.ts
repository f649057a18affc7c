/** What a CronWorkflow says about its runs, as the calendar reads it (Argo fields.md, CronWorkflowSpec). */
import type { ScheduleRules } from "../../../model/schedule/schedule.ts";
import type { CronWorkflow } from "../read/types.ts";

const goodRunsKept = 3;
const badRunsKept = 1;

/** The rules of a definition that has been checked. Fields that say nothing are as if they were absent. */
export function readScheduleRules(cron: CronWorkflow): ScheduleRules {
  const spec = cron.spec ?? {};
  const stop = spec.stopStrategy?.expression ?? "";
  return {
    name: cron.metadata?.name ?? "",
    lines: spec.schedules ?? [],
    ...(isText(spec.timezone) ? { zone: spec.timezone } : {}),
    suspended: spec.suspend === true,
    overlap: readOverlap(spec.concurrencyPolicy),
    lateMs: Math.max(0, spec.startingDeadlineSeconds ?? 0) * 1000,
    ...(isText(spec.when) ? { condition: spec.when } : {}),
    ...(stop === "" ? {} : { stopCondition: stop }),
    goodRunsKept: readLimit(spec.successfulJobsHistoryLimit, goodRunsKept),
    badRunsKept: readLimit(spec.failedJobsHistoryLimit, badRunsKept),
  };
}

function isText(text: string | undefined | null): text is string {
  return text !== undefined && text !== null && text !== "";
}

function readOverlap(policy: string | undefined): ScheduleRules["overlap"] {
  if (policy === "Forbid") return "forbid";
  return policy === "Replace" ? "replace" : "allow";
}

/** Argo takes a negative limit for none that was given. */
function readLimit(limit: number | undefined | null, usual: number): number {
  return limit === undefined || limit === null || limit < 0 ? usual : limit;
}
