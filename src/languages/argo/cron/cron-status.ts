/** A schedule's status in Argo's words (Argo fields.md, CronWorkflowStatus). */
import type { JsonObject } from "../../../base/json.ts";
import type { ScheduleProblem, ScheduleStatus } from "../../../model/schedule/schedule.ts";
import { writeRfc3339 } from "./cron-run.ts";

const conditionTypes = { start: "SubmissionError", definition: "SpecError" } as const satisfies Record<
  ScheduleProblem["kind"],
  string
>;

/** The `status` of a CronWorkflow object. Lists that are empty and times that are not known are left out. */
export function writeCronStatus(status: ScheduleStatus, namespace: string): JsonObject {
  const active = status.active
    .filter((run) => run.isStarted)
    .map(({ name, uid }) => ({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      name,
      namespace,
      ...(uid === undefined ? {} : { uid }),
    }));
  const conditions = status.problems.map(({ kind, message }) => ({
    type: conditionTypes[kind],
    status: "True",
    message,
  }));
  const last = status.lastScheduledAt;
  return {
    ...(active.length === 0 ? {} : { active }),
    ...(last === undefined ? {} : { lastScheduledTime: writeRfc3339(last) }),
    ...(conditions.length === 0 ? {} : { conditions }),
    succeeded: status.succeeded,
    failed: status.failed,
    phase: status.isStopped ? "Stopped" : "Active",
  };
}

/** Labels that Argo adds to the CronWorkflow itself: one, when its stop strategy has ended it. */
export function listCronLabels(status: ScheduleStatus): Readonly<Record<string, string>> {
  return status.isStopped ? { "cronworkflows.argoproj.io/completed": "true" } : {};
}
