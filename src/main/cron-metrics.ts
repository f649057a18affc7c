/** What stored schedules have counted, under the names that Argo's controller gives to it (Argo docs, metrics.md). */
import { readArgoSchedule } from "../languages/argo/cron/argo-schedule.ts";
import type { MetricSeries } from "../model/plan/metric.ts";
import { describeDefinition } from "../model/run/definition.ts";
import { readScheduleStatus } from "../model/schedule/schedule-codec.ts";
import type { Definition } from "../ports/definition-store.ts";
import type { Home } from "./home.ts";
import { readDefinitions } from "./read-definitions.ts";

const policyNames = { forbid: "Forbid", replace: "Replace" } as const;

/** A schedule that has started nothing yet has no figures. */
export async function readCronMetrics(home: Home, now: number): Promise<readonly MetricSeries[]> {
  const stored = await readDefinitions(home, async (reader) => reader?.list({ kind: "CronWorkflow" }));
  return (stored ?? []).flatMap((definition) => describeCounts(definition, now));
}

/** The figures of one schedule. */
export function describeCounts(definition: Definition, now: number): readonly MetricSeries[] {
  const status = readScheduleStatus(definition.status["schedule"] ?? null);
  const { started = 0, overlaps = {} } = status ?? {};
  if (started === 0 && Object.keys(overlaps).length === 0) return [];
  const { name, source, version } = definition;
  const namespace =
    readArgoSchedule(source, describeDefinition(definition, version), () => 0)?.namespace ?? "default";
  const counter = (metric: string, help: string, sum: number, policy?: string): MetricSeries => ({
    name: `argo_workflows_cronworkflows_${metric}`,
    help,
    labels: { ...(policy === undefined ? {} : { concurrency_policy: policy }), name, namespace },
    at: now,
    figure: { kind: "counter", sum },
  });
  const limited = "Times at which its concurrency policy held a run of a schedule back or replaced one";
  return [
    counter("triggered_total", "Runs that a schedule has started by time", started),
    ...(["forbid", "replace"] as const).flatMap((rule) => {
      const count = overlaps[rule];
      return count === undefined
        ? []
        : [counter("concurrencypolicy_triggered", limited, count, policyNames[rule])];
    }),
  ];
}
