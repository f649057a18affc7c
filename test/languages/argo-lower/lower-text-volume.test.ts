/** Volumes that are files with known contents, and how mounts reach them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { writeByteText } from "../../../src/base/byte-text.ts";
import { compile, compilePlan, errorCodes, getTask, workflow } from "./support.ts";

const objects = `
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {tone: "kind {{x}}"}
binaryData: {raw: AP/+gA==}
---
apiVersion: v1
kind: Secret
metadata: {name: s}
stringData: {password: geheim}
`;

function documentWith(volume: string, rest = "", mount = ""): string {
  return (
    workflow(`
      entrypoint: main
      podMetadata: {labels: {a: all, b: all}}
      templates:
        - name: main
          metadata: {labels: {b: own, x: "{{workflow.name}}"}}
          volumes: [{name: v, ${volume}}]
          container:
            image: busybox
            ${rest}
            volumeMounts: [{name: v, mountPath: /v${mount}}]
    `) + objects
  );
}

interface Source {
  readonly files: Readonly<Record<string, string | { readonly source: string }>>;
  readonly modes?: unknown;
  readonly secret?: unknown;
}

function findSource(volume: string, rest?: string): Source {
  const source = getTask(compilePlan(documentWith(volume, rest)), "main").commands[0]?.volumes[0]?.source;
  assert.equal(source?.kind, "text");
  return source as unknown as Source;
}

test("binaryData goes into volumes, and nowhere else", () => {
  assert.deepEqual(findSource("configMap: {name: c}"), {
    kind: "text",
    files: { tone: "kind {{x}}", raw: writeByteText("AP/+gA==") },
  });
  const env = (key: string): string =>
    `env: [{name: A, valueFrom: {configMapKeyRef: {name: c, key: ${key}}}}]`;
  assert.deepEqual(errorCodes(documentWith("emptyDir: {}", env("raw"))), ["argo/unknown-config-map"]);
  const task = getTask(
    compilePlan(documentWith("emptyDir: {}", "envFrom: [{configMapRef: {name: c}}]")),
    "main",
  );
  assert.deepEqual(
    task.commands[0]?.env.map(({ name }) => name),
    ["tone"],
  );
});

test("binaryData that is no base64 is an error at its place", () => {
  const source = documentWith("emptyDir: {}").replace("AP/+gA==", "'no base64'");
  assert.deepEqual(errorCodes(source), ["argo/not-base64"]);
  const [problem] = compile(source).diagnostics;
  assert.equal(problem?.position?.line, source.slice(0, source.indexOf("binaryData")).split("\n").length);
});

test("a key that is not there is an error, unless the volume is optional", () => {
  const volume = "configMap: {name: c, items: [{key: gone, path: x}]}";
  assert.deepEqual(errorCodes(documentWith(volume)), ["argo/unknown-config-map"]);
  assert.deepEqual(errorCodes(documentWith("secret: {secretName: s, items: [{key: gone, path: x}]}")), [
    "argo/unknown-secret",
  ]);
  assert.deepEqual(findSource(volume.replace("{name: c", "{optional: true, name: c")), {
    kind: "text",
    files: {},
  });
});

test("a projected volume puts ConfigMaps, Secrets and the downward API together", () => {
  const source = findSource(
    `projected: {defaultMode: 256, sources: [
      {configMap: {name: c, items: [{key: tone, path: sub/tone, mode: 420}]}},
      {secret: {name: s}},
      {secret: {name: gone, optional: true}},
      {downwardAPI: {items: [{path: name, fieldRef: {fieldPath: metadata.name}}]}}]}`.replace(/\n */gu, ""),
  );
  assert.deepEqual(Object.keys(source.files), ["sub/tone", "password", "name"]);
  assert.deepEqual(source.modes, { "sub/tone": 0o644, password: 0o400, name: 0o400 });
  assert.equal(source.secret, true);
  const token = "projected: {sources: [{serviceAccountToken: {path: token}}]}";
  assert.deepEqual(errorCodes(documentWith(token)), ["argo/unsupported-volume"]);
});

test("the downward API as a volume: labels, and what a container may use", () => {
  const items = [
    "{path: labels, fieldRef: {fieldPath: metadata.labels}}",
    "{path: one, fieldRef: {fieldPath: \"metadata.labels['b']\"}}",
    "{path: cpu, resourceFieldRef: {containerName: main, resource: limits.cpu}}",
    "{path: cpu-m, resourceFieldRef: {containerName: main, resource: requests.cpu, divisor: 1m}}",
    "{path: memory, resourceFieldRef: {containerName: main, resource: limits.memory, divisor: 1Mi}}",
    "{path: none, resourceFieldRef: {containerName: main, resource: limits.ephemeral-storage}}",
  ];
  const source = findSource(
    `downwardAPI: {items: [${items.join(", ")}]}`,
    "resources: {limits: {cpu: 1500m, memory: 64Mi}}",
  );
  const { labels, ...others } = source.files as Readonly<
    Record<string, string | { readonly source: string }>
  >;
  assert.deepEqual(others, { one: "own", cpu: "2", "cpu-m": "1500", memory: "64", none: "0" });
  assert.equal(
    typeof labels === "object" ? labels.source : labels,
    [
      'a="all"',
      'b="own"',
      'workflows.argoproj.io/completed="false"',
      'workflows.argoproj.io/workflow="{{workflow.name}}"',
      'x="{{workflow.name}}"',
    ].join("\n"),
  );
});

test("an amount that is asked for must be one, and known before the run", () => {
  const resources = (memory: string, rest = ""): string =>
    `resources: {limits: {memory: "${memory}"}}${rest}`;
  const asked = "resourceFieldRef: {containerName: main, resource: limits.memory}";
  const volume = `downwardAPI: {items: [{path: m, ${asked}}]}`;
  const env = `\n            env: [{name: M, valueFrom: {${asked}}}]`;
  const unread = resources("{{pod.name}}");
  compilePlan(documentWith("emptyDir: {}", unread));
  assert.deepEqual(errorCodes(documentWith(volume, unread)), ["argo/bad-number"]);
  assert.deepEqual(errorCodes(documentWith("emptyDir: {}", resources("1 GB", env))), ["argo/bad-number"]);
  const [problem] = compile(documentWith(volume, unread)).diagnostics;
  assert.match(problem?.message ?? "", /limits\.memory.+known before the run/u);
  assert.ok((problem?.position?.line ?? 0) > 5);
  const divided = volume.replace("limits.memory", "limits.memory, divisor: 1Qi");
  assert.deepEqual(errorCodes(documentWith(divided, resources("1Gi"))), ["argo/bad-number"]);
  const known = documentWith(volume, resources("{{workflow.parameters.m}}")).replace(
    "entrypoint: main",
    "arguments: {parameters: [{name: m, value: 2k}]}\n  entrypoint: main",
  );
  const source = getTask(compilePlan(known), "main").commands[0]?.volumes[0]?.source;
  assert.deepEqual(source, { kind: "text", files: { m: "2000" } });
});

test("subPathExpr names variables, and a claim may be read only for all its mounts", () => {
  const source = documentWith(
    "persistentVolumeClaim: {claimName: p, readOnly: true}",
    "env: [{name: WHO, value: me}]",
    ", subPathExpr: 'of/$(WHO)/$$(WHO)'",
  );
  const [mount] = getTask(compilePlan(source), "main").commands[0]?.volumes ?? [];
  assert.deepEqual([mount?.subPath, mount?.readOnly], ["of/me/$(WHO)", true]);
});

test("a volume of a cluster is refused by its name", () => {
  const { diagnostics } = compile(documentWith("nfs: {server: s, path: /}"));
  assert.match(diagnostics[0]?.message ?? "", /of kind nfs, which needs a cluster/u);
});
