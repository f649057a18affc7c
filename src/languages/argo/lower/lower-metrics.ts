/** `metrics.prometheus` of a workflow or a template (Argo docs/workflow-telemetry.md; fields.md, Prometheus). */
import type { Dynamic } from "../../../model/plan/expression.ts";
import type { MetricKind, MetricTemplate } from "../../../model/plan/metric.ts";
import type { Metrics, PrometheusMetric } from "../read/types.ts";
import { dialects, intern } from "./lowering.ts";
import type { Lowering } from "./lowering.ts";

/** All metrics, and whether one of them needs the standard output of the task. */
export function lowerMetrics(
  desk: Lowering,
  metrics: Metrics | undefined,
): { readonly list: readonly MetricTemplate[]; readonly needsResult: boolean } {
  const list = (metrics?.prometheus ?? []).flatMap((metric) => lowerMetric(desk, metric));
  return { list, needsResult: /\boutputs\.result\b/u.test(JSON.stringify(metrics ?? {})) };
}

function lowerMetric(desk: Lowering, metric: PrometheusMetric): readonly MetricTemplate[] {
  const { name = "", help = "", labels = [], when } = metric;
  const found = readKind(metric);
  if (found === undefined) return [];
  const text = (source: string): Dynamic<string> =>
    source.includes("{{") ? intern(desk, dialects.metric, source, "text") : source;
  return [
    {
      name,
      help: text(help),
      labels: labels.map(({ key = "", value = "" }) => ({ name: key, value: text(value) })),
      ...(when === undefined || when === ""
        ? {}
        : { when: intern(desk, dialects.metricWhen, when, "boolean") }),
      value: text(found.value),
      of: found.of,
    },
  ];
}

/** Argo takes the first of gauge, histogram, counter (GetMetricType). */
function readKind({
  gauge,
  histogram,
  counter,
}: PrometheusMetric): { readonly value: string; readonly of: MetricKind } | undefined {
  if (gauge !== undefined) {
    const operation = ({ Add: "add", Sub: "subtract" } as const)[gauge.operation ?? ""] ?? "set";
    return { value: gauge.value ?? "", of: { kind: "gauge", operation, live: gauge.realtime === true } };
  }
  if (histogram !== undefined) {
    const bounds = [...(histogram.buckets ?? [])].sort((a, b) => a - b);
    return { value: histogram.value ?? "", of: { kind: "histogram", bounds } };
  }
  return counter === undefined ? undefined : { value: counter.value ?? "", of: { kind: "counter" } };
}
