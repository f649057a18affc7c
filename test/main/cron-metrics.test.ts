import assert from "node:assert/strict";
import { test } from "node:test";
import { describeCounts } from "../../src/main/cron-metrics.ts";
import { writeScheduleStatus } from "../../src/model/schedule/schedule-codec.ts";
import { newScheduleStatus } from "../../src/model/schedule/schedule.ts";
import type { ScheduleStatus } from "../../src/model/schedule/schedule.ts";
import type { Definition } from "../../src/ports/definition-store.ts";
import { formatMetrics } from "../../src/runtime/metrics/metrics-text.ts";

const source = `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: tick, namespace: team}
spec: {schedules: ["@daily"], workflowSpec: {entrypoint: m, templates: [{name: m, suspend: {}}]}}
`;

function store(changes: Partial<ScheduleStatus>): Definition {
  return {
    kind: "CronWorkflow",
    name: "tick",
    uid: "u",
    version: 1,
    statusRevision: 1,
    createdAt: 0,
    updatedAt: 0,
    labels: {},
    source,
    status: { schedule: writeScheduleStatus({ ...newScheduleStatus, ...changes }) },
  };
}

test("a schedule counts its starts, and the times at which runs were in the way", () => {
  const text = formatMetrics(describeCounts(store({ started: 3, overlaps: { forbid: 2 } }), 5));
  assert.deepEqual(
    text.split("\n").filter((line) => line !== "" && !line.startsWith("#")),
    [
      'argo_workflows_cronworkflows_concurrencypolicy_triggered{concurrency_policy="Forbid",name="tick",namespace="team"} 2',
      'argo_workflows_cronworkflows_triggered_total{name="tick",namespace="team"} 3',
    ],
  );
});

test("one that has started nothing has no figures", () => {
  assert.deepEqual(describeCounts(store({}), 5), []);
  assert.deepEqual(describeCounts({ ...store({}), status: {} }, 5), []);
});
