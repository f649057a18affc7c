import assert from "node:assert/strict";
import { test } from "node:test";
import { argo } from "../../../src/languages/argo/argo.ts";
import { convertOld } from "../../../src/languages/argo/read/convert-old.ts";

const old = `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: c}
spec:
  schedule: "@daily"
  workflowSpec:
    entrypoint: m
    synchronization: {mutex: {name: a}, mutexes: [{name: b}]}
    templateDefaults: {synchronization: {mutex: {name: d}}}
    templates:
      - name: m
        synchronization: {semaphore: {configMapKeyRef: {name: s, key: k}}}
        steps: [[{name: x, inline: {synchronization: {mutex: {name: i}}, suspend: {}}}]]
      - name: g
        dag: {tasks: [{name: z, inline: {synchronization: {mutex: {name: j}}, suspend: {}}}]}
---
kind: ConfigMap
data: {schedule: stays}
`;

test("old fields become members of the lists that replaced them", () => {
  const [cron, map] = convertOld(old);
  assert.deepEqual(cron?.["spec"], {
    schedules: ["@daily"],
    workflowSpec: {
      entrypoint: "m",
      synchronization: { mutexes: [{ name: "b" }, { name: "a" }] },
      templateDefaults: { synchronization: { mutexes: [{ name: "d" }] } },
      templates: [
        {
          name: "m",
          synchronization: { semaphores: [{ configMapKeyRef: { name: "s", key: "k" } }] },
          steps: [[{ name: "x", inline: { synchronization: { mutexes: [{ name: "i" }] }, suspend: {} } }]],
        },
        {
          name: "g",
          dag: {
            tasks: [{ name: "z", inline: { synchronization: { mutexes: [{ name: "j" }] }, suspend: {} } }],
          },
        },
      ],
    },
  });
  assert.deepEqual(map, { kind: "ConfigMap", data: { schedule: "stays" } });
});

test("the result has none of the warnings, and converting it changes nothing", () => {
  const codes = (source: string): readonly string[] =>
    argo.lint(source, "x.yaml", { strict: false, definitions: [] }).map(({ code }) => code);
  assert.ok(codes(old).includes("argo/old-field"));
  const [cron] = convertOld(old);
  const text = JSON.stringify(cron);
  assert.ok(!codes(text).includes("argo/old-field"));
  assert.deepEqual(convertOld(text), [cron]);
  const both = '{"kind": "CronWorkflow", "spec": {"schedule": "@daily", "schedules": ["@daily", "@hourly"]}}';
  assert.deepEqual(convertOld(both)[0]?.["spec"], { schedules: ["@daily", "@hourly"] });
});
