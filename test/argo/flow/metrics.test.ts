/** Metrics of documents (Argo docs/workflow-telemetry.md; docs/variables.md, Metrics; workflow/controller, computeMetrics). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { measureDurations } from "../../../src/engine/measure/measure-durations.ts";
import { measureRun } from "../../../src/engine/measure/measure-run.ts";
import { argo } from "../../../src/languages/argo/argo.ts";
import type { Ran, RigOptions } from "../rig.ts";
import { call, run, steps } from "./documents.ts";

/** `name{label=value} figure` of each series of a run, and its problems. */
function measure(
  ran: Ran,
  afterMs = 0,
): { readonly lines: readonly string[]; readonly problems: readonly string[] } {
  const { state } = ran;
  const { series, problems } = measureRun(
    state,
    argo.createEvaluator(state.index.plan),
    state.startedAt + afterMs,
  );
  const lines = series.map(({ name, labels, figure }) => {
    const shown = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
    const value =
      figure.kind === "counter"
        ? figure.sum
        : figure.kind === "gauge"
          ? `${figure.set ?? ""}${figure.moved === 0 ? "" : `+${figure.moved}`}`
          : `${figure.counts.join("/")} ${figure.sum}`;
    return `${name}{${shown.join(",")}} ${value}`;
  });
  return { lines, problems };
}

async function tell(metric: string, body: string, options: RigOptions & { readonly spec?: string } = {}) {
  const templates = `${steps(call("a", "t"))}  - name: t\n    metrics: {prometheus: [${metric}]}\n    ${body}\n`;
  return measure(await run(templates, options));
}

const pod = "container: {image: busybox, command: [echo]}";

describe("metrics of templates", () => {
  test("are told when a task has ended, with what is known of it", async () => {
    const labels =
      "labels: [{key: s, value: '{{status}}'}, {key: c, value: '{{exitCode}}'}, {key: w, value: '{{workflow.name}}/{{workflow.status}}'}, {key: r, value: '{{resourcesDuration.cpu}}'}]";
    const metric = `{name: took, help: h, ${labels}, gauge: {value: '{{duration}}'}}`;
    const failed = await tell(metric, pod, { answers: { a: { exit: 3, tookMs: 2500 } } });
    assert.deepEqual(failed, { lines: ["took{s=Failed,c=3,w=wf/Running,r=0} 2.5"], problems: [] });
  });

  test("obey when before their value is looked at", async () => {
    const metric =
      "{name: num, help: h, when: '{{status}} == Succeeded', counter: {value: '{{outputs.parameters.none}}'}}";
    assert.deepEqual(await tell(metric, pod, { answers: { a: { exit: 1 } } }), { lines: [], problems: [] });
    assert.deepEqual(await tell(metric, pod), {
      lines: [],
      problems: [
        "metric 'num': unable to substitute parameters: failed to resolve {{outputs.parameters.none}}",
      ],
    });
  });

  test("count attempts that are followed by another, and then the task", async () => {
    const metric =
      "{name: num, help: h, labels: [{key: s, value: '{{status}}'}], counter: {value: '1'}}, {name: r, help: h, when: '{{status}} == Succeeded', gauge: {value: '{{retries}}'}}";
    const body = `retryStrategy: {limit: 3}\n    ${pod}`;
    const { lines, problems } = await tell(metric, body, {
      answers: { "a(0)": { exit: 1 }, "a(1)": { exit: 1 }, "a(2)": { exit: 0 } },
    });
    assert.deepEqual(lines.toSorted(), ["num{s=Failed} 2", "num{s=Succeeded} 1", "r{} 2"]);
    assert.deepEqual(problems, []);
  });

  test("sort values into buckets, and take expressions over inputs and outputs", async () => {
    const templates = `${steps(call("a", "t", "withItems: [1, 2, 3], arguments: {parameters: [{name: x, value: '{{item}}'}]}"))}  - name: t
    inputs: {parameters: [{name: x}]}
    metrics: {prometheus: [{name: h, help: h, histogram: {buckets: [4, 2], value: "{{=asInt(inputs.parameters.x) * 2}}"}}]}
    ${pod}
`;
    assert.deepEqual(measure(await run(templates)).lines, ["h{} 1/1/1 12"]);
  });

  test("move gauges up and down", async () => {
    const metric =
      "{name: g, help: h, gauge: {value: '5', operation: Add}}, {name: g, help: h, gauge: {value: '2', operation: Sub}}";
    assert.deepEqual((await tell(metric, pod)).lines, ["g{} +3"]);
  });

  test("are silent about what was skipped", async () => {
    const templates = `${steps(call("a", "t", "when: 'false'"))}  - {name: t, metrics: {prometheus: [{name: num, help: h, counter: {value: '1'}}]}, ${pod}}\n`;
    assert.deepEqual(measure(await run(templates)), { lines: [], problems: [] });
  });

  test("tell what is wrong with them, and the run goes on", async () => {
    const metrics = [
      "{name: num, help: h, counter: {value: 'many'}}",
      "{name: w, help: h, when: 'a ===', counter: {value: '1'}}",
      "{name: k, help: h, counter: {value: '1'}}",
      "{name: k, help: h, gauge: {value: '1'}}",
      "{name: k, help: other, counter: {value: '1'}}",
    ];
    const { lines, problems } = await tell(metrics.join(", "), pod);
    assert.deepEqual(lines, ["k{} 1"]);
    assert.equal(problems.length, 4);
    assert.match(problems[0] ?? "", /"many" is not a number/);
    assert.match(problems[1] ?? "", /unable to compute 'when' clause/);
    assert.match(problems[2] ?? "", /existing counter for custom metric k of type gauge/);
    assert.match(problems[3] ?? "", /Help for metric k is already set/);
  });
});

test("the mean time of each template's good calls estimates later runs", async () => {
  const templates = `${steps(call("a", "ok"), call("b", "ok"), call("s", "slow"), call("r", "again"))}  - {name: again, retryStrategy: {limit: 1}, ${pod}}\n`;
  const { state } = await run(templates, {
    answers: {
      a: { tookMs: 1000 },
      b: { tookMs: 2000 },
      "r(0)": { exit: 1, tookMs: 3000 },
      "r(1)": { tookMs: 500 },
    },
  });
  assert.deepEqual(measureDurations(state), { main: 16_500, ok: 1500, slow: 10_000, again: 3500 });
});

describe("live gauges", () => {
  const metric = "{name: g, help: h, gauge: {realtime: true, value: '{{duration}}'}}";

  test("show while the run goes on, and not after it", async () => {
    const ended = await tell(metric, pod);
    assert.deepEqual(ended, { lines: [], problems: [] });
    const waiting = await run(
      `${steps(call("a", "t"))}  - {name: t, metrics: {prometheus: [${metric}]}, suspend: {}}\n`,
    );
    assert.deepEqual(measure(waiting, 4000), { lines: ["g{} 4"], problems: [] });
  });
});

describe("metrics of a workflow", () => {
  test("have the status of the main tree, as exit handlers see it", async () => {
    const metric =
      "metrics: {prometheus: [{name: d, help: h, labels: [{key: s, value: '{{workflow.status}}'}], counter: {value: '1'}}]}";
    const bye = `  - {name: bye, ${metric}, ${pod}}\n`;
    const ran = await run(steps(call("a", "ok")) + bye, {
      spec: `  onExit: bye\n  ${metric}`,
      answers: { bye: { exit: 1 } },
    });
    assert.deepEqual([ran.phase, measure(ran).lines], ["Failed", ["d{s=Succeeded} 2"]]);
  });

  test("are told when it has ended, with its status and duration", async () => {
    const spec =
      "  metrics: {prometheus: [{name: d, help: h, labels: [{key: s, value: '{{workflow.status}}'}], gauge: {value: '{{workflow.duration}}'}}]}";
    const ran = await run(`${steps(call("a", "ok"))}`, { spec, answers: { a: { exit: 1, tookMs: 1000 } } });
    assert.deepEqual(measure(ran), { lines: ["d{s=Failed} 1"], problems: [] });
  });
});
