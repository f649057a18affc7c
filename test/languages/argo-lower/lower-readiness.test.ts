/** Readiness probes of daemons, with Kubernetes' defaults, and where they mean nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  compile,
  compilePlan,
  errorCodes,
  expression,
  getProcess,
  getTask,
  text,
  workflow,
} from "./support.ts";

/** A daemon whose container has these further fields. */
function daemon(fields: string, more = "daemon: true"): string {
  return workflow(`
    entrypoint: t
    templates:
      - name: t
        ${more}
        inputs: {parameters: [{name: p, value: "80"}]}
        container: {image: busybox, command: [serve]${fields === "" ? "" : `, ${fields}`}}
`);
}

function readiness(fields: string): unknown {
  return getTask(compilePlan(daemon(fields)), "t").commands[0]?.readiness;
}

const usual = { delayMs: 0, periodMs: 10_000, timeoutMs: 1_000, successes: 1 };

test("a daemon is a service; without a probe nothing is asked", () => {
  const plan = compilePlan(daemon(""));
  assert.equal(getProcess(plan, "t").policy.service, true);
  assert.equal(getTask(plan, "t").commands[0]?.readiness, undefined);
});

test("a GET: defaults, and all that may be said", () => {
  assert.deepEqual(readiness("readinessProbe: {httpGet: {port: 8086}}"), {
    by: { kind: "http", scheme: "http", host: "127.0.0.1", port: 8086, path: "/", headers: [] },
    ...usual,
  });
  assert.deepEqual(
    readiness(
      "ports: [{name: web, containerPort: 8443}], readinessProbe: {httpGet: {port: web, path: '/p?{{inputs.parameters.p}}', " +
        "scheme: HTTPS, host: db.example, httpHeaders: [{name: a, value: b}]}, initialDelaySeconds: 5, periodSeconds: 2, " +
        "timeoutSeconds: 3, successThreshold: 4, failureThreshold: 9}",
    ),
    {
      by: {
        kind: "http",
        scheme: "https",
        host: "db.example",
        port: 8443,
        path: text("/p?{{inputs.parameters.p}}"),
        headers: [{ name: "a", value: "b" }],
      },
      delayMs: 5_000,
      periodMs: 2_000,
      timeoutMs: 3_000,
      successes: 4,
    },
  );
});

test("a connection, a program, and a number that is computed", () => {
  assert.deepEqual(readiness("readinessProbe: {tcpSocket: {port: '9999'}, periodSeconds: 0}"), {
    by: { kind: "tcp", host: "127.0.0.1", port: 9999 },
    ...usual,
  });
  assert.deepEqual(readiness("readinessProbe: {tcpSocket: {port: '{{inputs.parameters.p}}'}}"), {
    by: {
      kind: "tcp",
      host: "127.0.0.1",
      port: expression("argo-text", "{{inputs.parameters.p}}", "integer"),
    },
    ...usual,
  });
  assert.deepEqual(readiness("env: [{name: A, value: b}], readinessProbe: {exec: {command: [test, $(A)]}}"), {
    by: { kind: "command", command: ["test", "b"] },
    ...usual,
  });
});

test("a grpc probe is asked as a connection, and says so", () => {
  const compiled = compile(daemon("readinessProbe: {grpc: {port: 5}}"));
  assert.deepEqual(
    compiled.diagnostics.map(({ code, severity }) => [code, severity]),
    [["argo/no-effect", "warning"]],
  );
  assert.deepEqual(readiness("readinessProbe: {grpc: {port: 5}}"), {
    by: { kind: "tcp", host: "127.0.0.1", port: 5 },
    ...usual,
  });
});

test("a port that is neither a number nor the name of one is refused", () => {
  for (const port of ["web", "0", "65536"])
    assert.deepEqual(errorCodes(daemon(`readinessProbe: {tcpSocket: {port: ${port}}}`)), [
      "argo/not-a-number",
    ]);
});

test("sidecars are asked as well, init containers are not, and nobody is where nobody waits", () => {
  const probe = "readinessProbe: {tcpSocket: {port: 1}}";
  const all = `initContainers: [{name: i, image: x, command: [a], ${probe}}]
        sidecars: [{name: s, image: x, command: [b], ${probe}}]`;
  const roles = (more: string): unknown =>
    getTask(compilePlan(daemon(probe, `${more}\n        ${all}`)), "t").commands.map(
      ({ role, readiness: has }) => [role, has !== undefined],
    );
  assert.deepEqual(roles("daemon: true"), [
    ["init", false],
    ["main", true],
    ["side", true],
  ]);
  assert.deepEqual(roles("daemon: false"), [
    ["init", false],
    ["main", false],
    ["side", false],
  ]);
});

test("daemon means nothing where no container runs", () => {
  const source = workflow(`
    entrypoint: t
    templates:
      - name: t
        daemon: true
        suspend: {}
`);
  assert.deepEqual(
    compile(source).diagnostics.map(({ code, severity }) => [code, severity]),
    [["argo/no-effect", "warning"]],
  );
  assert.equal(getProcess(compilePlan(source), "t").policy.service, undefined);
});
