/** Sums of metric series: of one run, and of many. The order of values counts only for gauges that are set. */
import { unreachable } from "../../base/errors.ts";
import type { MetricFigure, MetricKind, MetricSeries } from "../../model/plan/metric.ts";

/** A growing set of series. A name has one kind and one help text, those of its first series. */
export interface SeriesSet {
  readonly series: Map<string, MetricSeries>;
  readonly families: Map<string, MetricSeries>;
}

export function createSeriesSet(): SeriesSet {
  return { series: new Map(), families: new Map() };
}

/** Another set with the same series, which grows by itself. */
export function copySeriesSet({ series, families }: SeriesSet): SeriesSet {
  return { series: new Map(series), families: new Map(families) };
}

/** Adds a series to those before it; says why it cannot be, or undefined. */
export function addSeries(set: SeriesSet, added: MetricSeries, seriesAtMost = Infinity): string | undefined {
  const family = set.families.get(added.name);
  if (family !== undefined) {
    const clash = findClash(family, added);
    if (clash !== undefined) return clash;
  }
  const key = keyOf(added);
  const before = set.series.get(key);
  if (before === undefined && set.series.size >= seriesAtMost)
    return `more than ${seriesAtMost} different labels of metrics`;
  if (family === undefined) set.families.set(added.name, added);
  set.series.set(key, before === undefined ? added : mergeSeries(before, added));
  return undefined;
}

function findClash(family: MetricSeries, added: MetricSeries): string | undefined {
  const { name } = added;
  if (family.help !== added.help)
    return `Help for metric ${name} is already set to ${family.help}, it cannot be changed`;
  const [has, wants] = [family.figure, added.figure];
  if (has.kind !== wants.kind)
    return `Found existing ${has.kind} for custom metric ${name} of type ${wants.kind}`;
  if (has.kind === "histogram" && wants.kind === "histogram" && has.bounds.join() !== wants.bounds.join())
    return `buckets of metric ${name} cannot be changed`;
  return undefined;
}

/** Name and labels; the order in which labels are written is no difference. */
function keyOf({ name, labels }: MetricSeries): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return JSON.stringify([name, pairs]);
}

function mergeSeries(one: MetricSeries, other: MetricSeries): MetricSeries {
  const [before, after] = one.at <= other.at ? [one, other] : [other, one];
  return { ...after, figure: mergeFigures(before.figure, after.figure) };
}

/** Both are of one kind, and a histogram has the same bounds: addSeries looked. */
function mergeFigures(before: MetricFigure, after: MetricFigure): MetricFigure {
  if (after.kind === "counter" && before.kind === "counter")
    return { kind: "counter", sum: before.sum + after.sum };
  if (after.kind === "histogram" && before.kind === "histogram") {
    const counts = after.counts.map((count, index) => count + (before.counts[index] ?? 0));
    return { ...after, counts, sum: before.sum + after.sum };
  }
  if (after.kind !== "gauge" || before.kind !== "gauge" || after.set !== undefined) return after;
  return { ...before, moved: before.moved + after.moved };
}

/** The figure of a single value. */
export function figureOf(of: MetricKind, value: number): MetricFigure {
  switch (of.kind) {
    case "counter":
      return { kind: "counter", sum: value };
    case "gauge":
      if (of.operation === "set") return { kind: "gauge", set: value, moved: 0 };
      return { kind: "gauge", moved: of.operation === "add" ? value : -value };
    case "histogram": {
      const { bounds } = of;
      const place = bounds.findIndex((bound) => value <= bound);
      const at = place === -1 ? bounds.length : place;
      const counts = Array.from({ length: bounds.length + 1 }, (_, index) => (index === at ? 1 : 0));
      return { kind: "histogram", bounds, counts, sum: value };
    }
    default:
      return unreachable(of);
  }
}
