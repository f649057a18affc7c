/** Metrics of a template or workflow (Argo workflow/metrics: IsValidMetricName, ValidateMetricValues). */
import type { Metrics, PrometheusMetric, Template } from "../read/types.ts";
import { descend, reportError } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";
import { isKnown } from "./present.ts";

const metricNamePattern = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Checks the metrics of a template; `site` stands at the template. */
export function checkMetrics(checker: Checker, site: Site, template: Template): void {
  checkMetricList(
    checker,
    descend(site, "metrics", "prometheus"),
    template.metrics,
    `templates.${template.name ?? ""}`,
  );
}

/** Checks a list of metrics. `place` begins the messages. */
export function checkMetricList(
  checker: Checker,
  site: Site,
  metrics: Metrics | undefined,
  place: string,
): void {
  for (const [index, metric] of (metrics?.prometheus ?? []).entries()) {
    const fault = findMetricFault(metric, place);
    if (fault !== undefined)
      reportError(checker, "argo/bad-metric", descend(site, index), fault.text, fault.below);
    for (const [label, { key = "" }] of (metric.labels ?? []).entries()) {
      if (metricNamePattern.test(key)) continue;
      const text = `metric label '${key}' is invalid: keys may only contain alphanumeric characters or '_'`;
      reportError(checker, "argo/bad-metric", descend(site, index), text, ["labels", label]);
    }
  }
}

function findMetricFault(
  metric: PrometheusMetric,
  place: string,
): { readonly text: string; readonly below: string[] } | undefined {
  const { name = "", help, gauge, counter, histogram } = metric;
  if (!metricNamePattern.test(name)) {
    const rule = "Metric names must contain alphanumeric characters or '_'";
    return { text: `${place} metric name '${name}' is invalid. ${rule}`, below: ["name"] };
  }
  const say = (text: string, ...below: string[]): { text: string; below: string[] } => ({
    text: `${place} metric '${name}' ${text}`,
    below,
  });
  if (!isKnown(help)) return say("must contain a help string under 'help: ' field");
  if (gauge !== undefined && !isKnown(gauge.value)) return say("error: missing gauge.value", "gauge");
  if (gauge?.realtime === true && gauge.value?.includes("resourcesDuration.") === true) {
    return say("error: 'resourcesDuration.*' metrics cannot be used in real-time", "gauge");
  }
  if (counter !== undefined && !isKnown(counter.value)) return say("error: missing counter.value", "counter");
  if (histogram !== undefined && !isKnown(histogram.value))
    return say("error: missing histogram.value", "histogram");
  return undefined;
}
