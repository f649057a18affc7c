import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MetricFigure, MetricSeries } from "../../src/model/plan/metric.ts";
import type { RunSummary } from "../../src/ports/history-store.ts";
import { formatMetrics } from "../../src/runtime/metrics/metrics-text.ts";
import {
  addToTally,
  collectMetrics,
  describeMeasured,
  emptyTally,
  readSeries,
  sumEnded,
} from "../../src/runtime/metrics/registry.ts";
import type { HomeFigures } from "../../src/runtime/metrics/registry.ts";

function series(
  name: string,
  figure: MetricFigure,
  at = 0,
  labels: Record<string, string> = {},
): MetricSeries {
  return { name, help: "h", labels, at, figure };
}

function summary(runId: string, list: readonly MetricSeries[], phase = "succeeded"): RunSummary {
  return {
    runId,
    name: runId,
    phase,
    createdAt: Number(runId),
    endedAt: 9,
    labels: {},
    progress: { done: 1, total: 1 },
    view: describeMeasured(list, []),
  };
}

const count = (sum: number): MetricFigure => ({ kind: "counter", sum });

/** What runs that have ended add up to. */
function figuresOf(runs: readonly RunSummary[], tally = emptyTally): HomeFigures {
  const counts = new Map<string, number>();
  for (const { phase } of runs) counts.set(phase, (counts.get(phase) ?? 0) + 1);
  const measured = runs.map((run) => ({ createdAt: run.createdAt, series: readSeries(run) }));
  return { ended: sumEnded(tally, measured), underWay: [], counts, work: { running: 0, ready: 0 } };
}

/** Custom lines, without heads. */
function customLines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.startsWith("argo_workflows_"));
}

describe("the metrics of a home", () => {
  test("are sums over runs, by labels", () => {
    const runs = [
      summary("1", [series("c", count(2), 0, { a: "x", b: "y" })]),
      summary("2", [series("c", count(3), 0, { b: "y", a: "x" }), series("c", count(1), 0, { a: "z" })]),
    ];
    const ended = figuresOf(runs);
    const live = { createdAt: 3, series: [series("c", count(10), 5, { a: "z" })] };
    const figures = {
      ...ended,
      underWay: [live],
      counts: new Map([...ended.counts, ["running", 1] as const]),
      work: { running: 2, ready: 7 },
    };
    const text = formatMetrics(collectMetrics(figures, emptyTally, 100));
    assert.deepEqual(customLines(text), ['argo_workflows_c{a="z"} 11', 'argo_workflows_c{b="y",a="x"} 5']);
    assert.match(text, /^millrace_runs\{phase="running"\} 1$/m);
    assert.match(text, /^millrace_runs_ended\{phase="succeeded"\} 2$/m);
    assert.match(text, /^millrace_attempts_running 2$/m);
    assert.match(text, /^millrace_tasks_ready 7$/m);
  });

  test("have the last value of a gauge, and what was added since", () => {
    const set = (value: number): MetricFigure => ({ kind: "gauge", set: value, moved: 0 });
    const moved = (value: number): MetricFigure => ({ kind: "gauge", moved: value });
    const runs = [
      summary("3", [series("g", moved(5), 30)]),
      summary("1", [series("g", set(100), 10)]),
      summary("2", [series("g", set(7), 20)]),
      summary("4", [series("g", moved(-1), 40)]),
    ];
    assert.deepEqual(customLines(formatMetrics(collectMetrics(figuresOf(runs), emptyTally, 0))), [
      "argo_workflows_g 11",
    ]);
  });

  test("add histograms up, and show each bucket with those below it", () => {
    const histogram = (counts: readonly number[], sum: number): MetricFigure => ({
      kind: "histogram",
      bounds: [1, 2.5],
      counts,
      sum,
    });
    const runs = [
      summary("1", [series("h", histogram([1, 0, 2], 9))]),
      summary("2", [series("h", histogram([0, 4, 0], 8))]),
    ];
    assert.deepEqual(customLines(formatMetrics(collectMetrics(figuresOf(runs), emptyTally, 0))), [
      'argo_workflows_h_bucket{le="1"} 1',
      'argo_workflows_h_bucket{le="2.5"} 5',
      'argo_workflows_h_bucket{le="+Inf"} 7',
      "argo_workflows_h_sum 17",
      "argo_workflows_h_count 7",
    ]);
  });

  test("refuse what does not fit, and say how much", () => {
    const runs = [
      summary("1", [series("c", count(1))]),
      summary("2", [series("c", { kind: "gauge", set: 1, moved: 0 })]),
    ];
    const text = formatMetrics(collectMetrics(figuresOf(runs), emptyTally, 0));
    assert.deepEqual(customLines(text), ["argo_workflows_c 1"]);
    assert.match(text, /^millrace_metrics_refused 1$/m);
  });

  test("do not go down when runs are deleted, also when the deletion is cut short", () => {
    const runs = [summary("1", [series("c", count(2))]), summary("2", [series("c", count(3))], "failed")];
    const [first, second] = runs;
    assert.ok(first !== undefined && second !== undefined);
    const shown = (left: readonly RunSummary[], tally: typeof emptyTally): readonly string[] =>
      formatMetrics(
        collectMetrics(
          figuresOf(
            left.filter(({ runId }) => !tally.runIds.includes(runId)),
            tally,
          ),
          tally,
          0,
        ),
      )
        .split("\n")
        .filter((line) => /^argo|^millrace_runs_ended/.test(line));
    const before = shown(runs, emptyTally);
    const once = addToTally(emptyTally, [first], new Set());
    assert.deepEqual(shown(runs, once), before);
    assert.deepEqual(shown([second], once), before);
    assert.equal(addToTally(once, [first], new Set(["1"])), once);
    const twice = addToTally(once, [second], new Set());
    assert.deepEqual(twice.runIds, ["2"]);
    const kept = addToTally(once, [first, second], new Set(["1"]));
    assert.deepEqual(kept, { ...twice, runIds: ["1", "2"] });
    assert.deepEqual(shown([], twice), before);
  });

  test("are text that Prometheus reads: quotes, backslashes and line ends are escaped", () => {
    const odd: MetricSeries = { ...series("c", count(1), 0, { l: 'a"b\\c\nd' }), help: "one\ntwo \\" };
    assert.equal(
      formatMetrics([odd]),
      '# HELP c one\\ntwo \\\\\n# TYPE c counter\nc{l="a\\"b\\\\c\\nd"} 1\n',
    );
  });
});
