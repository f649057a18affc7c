/** What the runs of a CronWorkflow are called and carry (Argo workflow/common/convert.go, toWorkflow). */
import { formatTime } from "../../../expressions/go/format-time.ts";
import { fromUnixMs } from "../../../expressions/go/civil.ts";
import { layouts } from "../../../expressions/go/layout.ts";
import type { CronWorkflow } from "../read/types.ts";

/** Which CronWorkflow a run belongs to. */
export const cronLabel = "workflows.argoproj.io/cron-workflow";
/** Runs of a backfill count for nothing in the schedule that they are made from. */
export const backfillLabel = "workflows.argoproj.io/backfill";
const scheduledTimeAnnotation = "workflows.argoproj.io/scheduled-time";

/** Labels of the CronWorkflow itself that its runs inherit. */
const inheritedLabels = [
  "workflows.argoproj.io/creator",
  "workflows.argoproj.io/creator-email",
  "workflows.argoproj.io/creator-preferred-username",
  "workflows.argoproj.io/controller-instanceid",
];

export interface CronRunMetadata {
  readonly labels: Readonly<Record<string, string>>;
  /** The scheduled time among them is what `{{workflow.scheduledTime}}` shows. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** Labels and annotations of the run that stands for a time: the definition's `workflowMetadata` has the last word. */
export function describeCronRun(cron: CronWorkflow, scheduledAt: number): CronRunMetadata {
  const own = cron.metadata?.labels ?? {};
  const inherited = inheritedLabels.flatMap((name) => {
    const value = own[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const { labels, annotations } = cron.spec?.workflowMetadata ?? {};
  return {
    labels: { ...Object.fromEntries(inherited), [cronLabel]: cron.metadata?.name ?? "", ...labels },
    annotations: { [scheduledTimeAnnotation]: writeRfc3339(scheduledAt), ...annotations },
  };
}

/** RFC 3339 in UTC, in whole seconds. */
export function writeRfc3339(at: number): string {
  return formatTime(fromUnixMs(at), layouts.rfc3339);
}
