/** CronWorkflows: their rules, their conditions, what their runs carry, their status in Argo's words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readArgoSchedule } from "../../../../src/languages/argo/cron/argo-schedule.ts";
import { createCronConditions } from "../../../../src/languages/argo/cron/cron-conditions.ts";
import { describeCronRun } from "../../../../src/languages/argo/cron/cron-run.ts";
import { listCronLabels, writeCronStatus } from "../../../../src/languages/argo/cron/cron-status.ts";
import { readScheduleRules } from "../../../../src/languages/argo/cron/schedule-rules.ts";
import { readArgoDocuments } from "../../../../src/languages/argo/read/read-argo-documents.ts";
import type { CronWorkflow } from "../../../../src/languages/argo/read/types.ts";
import { newScheduleStatus } from "../../../../src/model/schedule/schedule.ts";
import type { ScheduleFacts } from "../../../../src/model/schedule/schedule.ts";

const at = Date.parse("2026-03-01T12:00:00Z");

function readCron(spec: string, metadata = ""): CronWorkflow {
  const source = [
    "apiVersion: argoproj.io/v1alpha1",
    "kind: CronWorkflow",
    `metadata: {name: job, namespace: team${metadata}}`,
    "spec:",
    ...spec.split("\n").map((line) => `  ${line}`),
  ].join("\n");
  const [document] = readArgoDocuments(source, "cron.yaml").documents;
  assert.ok(document?.kind === "CronWorkflow");
  return document.value;
}

function facts(more: Partial<ScheduleFacts> = {}): ScheduleFacts {
  return { at, succeeded: 1, failed: 2, lastScheduledAt: undefined, ...more };
}

test("rules of a definition that says everything", () => {
  const cron = readCron(
    "schedules: ['*/5 * * * *', '@daily']\ntimezone: Asia/Tokyo\nsuspend: true\nconcurrencyPolicy: Replace\nstartingDeadlineSeconds: 90\nwhen: 'true'\nstopStrategy: {expression: 'cronworkflow.failed >= 3'}\nsuccessfulJobsHistoryLimit: 0\nfailedJobsHistoryLimit: 7",
  );
  assert.deepEqual(readScheduleRules(cron), {
    name: "job",
    lines: ["*/5 * * * *", "@daily"],
    zone: "Asia/Tokyo",
    suspended: true,
    overlap: "replace",
    lateMs: 90_000,
    condition: "true",
    stopCondition: "cronworkflow.failed >= 3",
    goodRunsKept: 0,
    badRunsKept: 7,
  });
});

test("rules of a definition that says nothing, in the old and in the new form", () => {
  for (const spec of [
    "schedule: '@hourly'",
    "schedules: ['@hourly']\ntimezone: ''\nfailedJobsHistoryLimit: -1",
  ])
    assert.deepEqual(readScheduleRules(readCron(spec)), {
      name: "job",
      lines: ["@hourly"],
      suspended: false,
      overlap: "allow",
      lateMs: 0,
      goodRunsKept: 3,
      badRunsKept: 1,
    });
});

test("runs carry the schedule's label, the time that they stand for, and what the definition says", () => {
  const cron = readCron(
    "schedule: '@hourly'\nworkflowMetadata: {labels: {a: b}, annotations: {c: d}}",
    ", labels: {own: x, workflows.argoproj.io/creator: me}",
  );
  assert.deepEqual(describeCronRun(cron, at + 200), {
    labels: { "workflows.argoproj.io/creator": "me", "workflows.argoproj.io/cron-workflow": "job", a: "b" },
    annotations: { "workflows.argoproj.io/scheduled-time": "2026-03-01T12:00:00Z", c: "d" },
  });
});

const recent =
  "{{= cronworkflow.lastScheduledTime == nil || (now() - cronworkflow.lastScheduledTime).Seconds() > 360 }}";
const labelled = ", labels: {tier: gold}, annotations: {note: here}";

const whens: readonly (readonly [string, Partial<ScheduleFacts>, boolean | RegExp])[] = [
  ["true", {}, true],
  [recent, {}, true],
  [recent, { lastScheduledAt: at - 360_000 }, false],
  [recent, { lastScheduledAt: at - 361_000 }, true],
  ["{{cronworkflow.failed}} < 3 && '{{cronworkflow.name}}' == 'job'", {}, true],
  ["'{{cronworkflow.labels.tier}}' == 'gold'", {}, true],
  ["{{= cronworkflow.annotations['note'] == 'here' && cronworkflow.namespace == 'team' }}", {}, true],
  ['{{= cronworkflow.labels.json == \'{"tier":"gold"}\' }}', {}, true],
  ["{{= sprig.upper(cronworkflow.name) }} == JOB", {}, true],
  ["1 + 1", {}, /^run policy error: Expected boolean evaluation for '1 \+ 1'. Got 2$/],
  ["{{= nowhere.name }}", {}, /^run policy error: failed to evaluate expression: /],
  ["{{cronworkflow.unknown}} == 1", {}, /^run policy error: /],
];
for (const [when, some, expected] of whens) {
  test(`when: ${when} ${JSON.stringify(some)}`, () => {
    const conditions = createCronConditions(readCron("schedule: '@hourly'", labelled), () => 0);
    const decided = conditions.decideStart(when, facts(some));
    if (typeof expected === "boolean") assert.deepEqual(decided, { ok: true, value: expected });
    else assert.match(decided.ok ? "" : decided.error, expected);
  });
}

const stops: readonly (readonly [string, boolean | string])[] = [
  ["cronworkflow.failed >= 2", true],
  ["cronworkflow.succeeded >= 2", false],
  ["cronworkflow.lastScheduledTime == nil", true],
  ["cronworkflow.failed + 1", "unable to cast expression result '3' to bool"],
];
for (const [expression, expected] of stops) {
  test(`stop: ${expression}`, () => {
    const decided = createCronConditions(readCron("schedule: '@hourly'"), () => 0).decideStop(
      expression,
      facts(),
    );
    const begin =
      "failed to check CronWorkflow 'job' stopping condition: failed to evaluate stop expression: ";
    if (typeof expected === "boolean") assert.deepEqual(decided, { ok: true, value: expected });
    else assert.deepEqual(decided, { ok: false, error: begin + expected });
  });
}

test("the status in Argo's words", () => {
  assert.deepEqual(writeCronStatus(newScheduleStatus, "team"), { succeeded: 0, failed: 0, phase: "Active" });
  const status = {
    ...newScheduleStatus,
    lastScheduledAt: at,
    active: [
      { name: "job-1", uid: "u", scheduledAt: at, isStarted: true, isReplaced: false },
      { name: "job-2", scheduledAt: at, isStarted: false, isReplaced: false },
    ],
    succeeded: 4,
    failed: 5,
    isStopped: true,
    problems: [
      { kind: "start" as const, message: "Failed to submit Workflow: no" },
      { kind: "definition" as const, message: "cron schedule x is malformed: y" },
    ],
  };
  assert.deepEqual(writeCronStatus(status, "team"), {
    active: [
      { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", name: "job-1", namespace: "team", uid: "u" },
    ],
    lastScheduledTime: "2026-03-01T12:00:00Z",
    conditions: [
      { type: "SubmissionError", status: "True", message: "Failed to submit Workflow: no" },
      { type: "SpecError", status: "True", message: "cron schedule x is malformed: y" },
    ],
    succeeded: 4,
    failed: 5,
    phase: "Stopped",
  });
  assert.deepEqual(listCronLabels(status), { "cronworkflows.argoproj.io/completed": "true" });
  assert.deepEqual(listCronLabels(newScheduleStatus), {});
});

test("a stored definition as a whole", () => {
  const source =
    "kind: CronWorkflow\nmetadata: {name: job, namespace: team}\nspec: {schedules: ['@hourly'], when: 'false'}";
  const schedule = readArgoSchedule(`apiVersion: argoproj.io/v1alpha1\n${source}`, "cron.yaml", () => 0);
  assert.equal(schedule?.rules.condition, "false");
  assert.deepEqual(schedule.conditions.decideStart("false", facts()), { ok: true, value: false });
  assert.equal(schedule.describeRun(at).labels["workflows.argoproj.io/cron-workflow"], "job");
  assert.equal(schedule.writeStatus(newScheduleStatus)["phase"], "Active");
  assert.deepEqual(schedule.listLabels(newScheduleStatus), {});
  const other = "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec: {}";
  assert.equal(
    readArgoSchedule(other, "other.yaml", () => 0),
    undefined,
  );
});
