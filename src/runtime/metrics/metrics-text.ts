/** Metric series in Prometheus' text form (prometheus.io, exposition formats, 0.0.4). */
import type { MetricSeries } from "../../model/plan/metric.ts";

/** One block for each name, in the order of names; `series` of one name have one kind and help text. */
export function formatMetrics(series: readonly MetricSeries[]): string {
  const families = new Map<string, MetricSeries[]>();
  for (const one of series) {
    const family = families.get(one.name);
    if (family === undefined) families.set(one.name, [one]);
    else family.push(one);
  }
  const blocks = [...families].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, family]) => formatFamily(family));
  return blocks.join("");
}

function formatFamily(family: readonly MetricSeries[]): string {
  const [first] = family;
  if (first === undefined) return "";
  const help = first.help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  const head = `# HELP ${first.name} ${help}\n# TYPE ${first.name} ${first.figure.kind}\n`;
  return head + family.flatMap(formatSeries).sort().join("");
}

function formatSeries({ name, labels, figure }: MetricSeries): readonly string[] {
  switch (figure.kind) {
    case "counter":
      return [formatLine(name, labels, figure.sum)];
    case "gauge":
      return [formatLine(name, labels, (figure.set ?? 0) + figure.moved)];
    case "histogram": {
      // Prometheus wants each bucket to hold those below it; one text keeps them in order.
      let below = 0;
      const buckets = figure.counts.map((count, index) => {
        below += count;
        const le = figure.bounds[index] === undefined ? "+Inf" : formatNumber(figure.bounds[index]);
        return formatLine(`${name}_bucket`, { ...labels, le }, below);
      });
      const sum = formatLine(`${name}_sum`, labels, figure.sum);
      return [[...buckets, sum, formatLine(`${name}_count`, labels, below)].join("")];
    }
  }
}

function formatLine(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${formatNumber(value)}\n`;
}

function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function formatNumber(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
