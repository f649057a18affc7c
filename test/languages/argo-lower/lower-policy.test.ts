import assert from "node:assert/strict";
import { test } from "node:test";
import { compile, compilePlan, expression, getProcess, text, workflow } from "./support.ts";

function one(fields: string, more = ""): string {
  return workflow(`
    entrypoint: t
${more}    templates:
      - name: t
        container: {image: busybox}
${fields}`);
}

const integer = (source: string) => expression("argo-text", source, "integer");

const retries: readonly (readonly [strategy: string, policy: unknown])[] = [
  ["{}", { on: "failed" }],
  ["{limit: 3}", { on: "failed", attemptsMore: 3 }],
  ['{limit: "3"}', { on: "failed", attemptsMore: 3 }],
  [
    '{limit: "{{workflow.parameters.more}}"}',
    { on: "failed", attemptsMore: integer("{{workflow.parameters.more}}") },
  ],
  ["{retryPolicy: OnError}", { on: "errored" }],
  ["{retryPolicy: Always}", { on: "any" }],
  ["{retryPolicy: OnTransientError}", { on: "transient" }],
  ["{expression: 'true'}", { on: "any", condition: expression("argo-expr", "true", "boolean") }],
  [
    "{expression: 'true', retryPolicy: OnFailure}",
    { on: "failed", condition: expression("argo-expr", "true", "boolean") },
  ],
  [
    "{limit: 1, backoff: {duration: 1m, factor: 2, cap: 10m, maxDuration: 1h}}",
    { on: "failed", attemptsMore: 1, delayMs: 60_000, factor: 2, capMs: 600_000, elapsedAtMostMs: 3_600_000 },
  ],
  [
    '{limit: 1, backoff: {duration: "5", factor: "3"}}',
    { on: "failed", attemptsMore: 1, delayMs: 5000, factor: 3 },
  ],
  // Argo waits between attempts only when there is a limit; the wait still counts against the longest duration.
  [
    "{backoff: {duration: 1m, maxDuration: 1h}}",
    { on: "failed", delayMs: 60_000, delayOnPaper: true, elapsedAtMostMs: 3_600_000 },
  ],
];

for (const [strategy, policy] of retries) {
  test(`retryStrategy ${strategy}`, () => {
    const plan = compilePlan(
      one(`        retryStrategy: ${strategy}\n`, "    arguments: {parameters: [{name: more, value: 1}]}\n"),
    );
    assert.deepEqual(getProcess(plan, "t").policy, { retry: policy });
  });
}

test("the workflow's own retryStrategy holds for every template that has none", () => {
  const plan = compilePlan(
    workflow(`
    entrypoint: s
    retryStrategy: {limit: 5}
    templates:
      - name: s
        steps: [[{name: a, template: a}, {name: b, template: b}]]
      - {name: a, container: {image: busybox}}
      - {name: b, retryStrategy: {limit: 1}, container: {image: busybox}}`),
  );
  assert.deepEqual(
    plan.processes.map(({ id, policy }) => [id, policy.retry?.attemptsMore]),
    [
      ["s", 5],
      ["a", 5],
      ["b", 1],
    ],
  );
});

test("time limits of a leaf", () => {
  const plan = compilePlan(
    one(
      '        activeDeadlineSeconds: "{{workflow.parameters.more}}"\n        timeout: 1h\n        pendingTimeout: 90s\n',
      "    arguments: {parameters: [{name: more, value: 1}]}\n",
    ),
  );
  assert.deepEqual(getProcess(plan, "t").policy, {
    attemptTimeoutMs: expression("argo-text", "{{workflow.parameters.more}}", "duration-ms"),
    taskTimeoutMs: 3_600_000,
    queueTimeoutMs: 90_000,
  });
});

test("rules for the whole run", () => {
  const plan = compilePlan(
    one(
      "",
      "    parallelism: 4\n    activeDeadlineSeconds: 10\n    suspend: true\n    synchronization: {mutexes: [{name: m}]}\n",
    ),
  );
  assert.deepEqual(plan.policy, {
    attemptsAtMost: 4,
    deadlineMs: 10_000,
    suspended: true,
    locks: [{ key: "default/Mutex/m", limit: 1 }],
  });
});

test("locks: mutexes, old spellings, and semaphores whose limit is known", () => {
  const source = one(
    "        synchronization: {mutex: {name: 'm-{{workflow.name}}'}, semaphores: [{configMapKeyRef: {name: cm, key: k}}, {namespace: ns, configMapKeyRef: {name: cm, key: k}}]}\n",
  );
  const locks = getProcess(
    compilePlan(source, { facts: { configMaps: { cm: { k: "3" } }, namespace: "argo" } }),
    "t",
  ).policy.locks;
  assert.deepEqual(locks, [
    { key: text("argo/Mutex/m-{{workflow.name}}"), limit: 1 },
    { key: "argo/ConfigMap/cm/k", limit: 3 },
    { key: "ns/ConfigMap/cm/k", limit: 3 },
  ]);
});

test("a semaphore of 0 lets nobody in, and one whose limit is no number is refused", () => {
  const source = one("        synchronization: {semaphores: [{configMapKeyRef: {name: cm, key: k}}]}\n");
  const limited = (k: string): Parameters<typeof compile>[1] => ({ facts: { configMaps: { cm: { k } } } });
  assert.deepEqual(getProcess(compilePlan(source, limited("0")), "t").policy.locks, [
    { key: "default/ConfigMap/cm/k", limit: 0 },
  ]);
  for (const wrong of ["many", "-1", "1.5", ""]) {
    const { diagnostics } = compile(source, limited(wrong));
    assert.deepEqual(
      diagnostics.map(({ code, severity, message }) => [code, severity, message]),
      [
        [
          "argo/bad-number",
          "error",
          `the limit of semaphore default/ConfigMap/cm/k is "${wrong}", which is no whole number`,
        ],
      ],
    );
  }
});

test("a semaphore whose limit nobody knows is a warning", () => {
  const compiled = compile(
    one("        synchronization: {semaphores: [{configMapKeyRef: {name: cm, key: k}}]}\n"),
  );
  assert.deepEqual(
    compiled.openLimits?.map(({ key, warning: { code, severity } }) => [key, code, severity]),
    [["default/ConfigMap/cm/k", "argo/unknown-semaphore-limit", "warning"]],
  );
  assert.ok(compiled.plan !== undefined);
  assert.deepEqual(getProcess(compiled.plan, "t").policy.locks, [{ key: "default/ConfigMap/cm/k" }]);
});
