import assert from "node:assert/strict";
import { test } from "node:test";
import { compilePlan, errorCodes, expression, getProcess, getTask, text, workflow } from "./support.ts";
import { compile } from "./support.ts";

/** A workflow with one template with these fields. */
function one(fields: string, more = ""): string {
  return workflow(`
    entrypoint: t
${more}    templates:
      - name: t
${fields}`);
}

test("a script: its text is written down and run by the command", () => {
  const task = getTask(
    compilePlan(
      one(`        script: {image: python, command: [python], source: "print({{workflow.name}})", workingDir: /w}
`),
    ),
    "t",
  );
  const [command] = task.commands;
  assert.equal(command?.name, "main");
  assert.deepEqual(command?.script, text("print({{workflow.name}})"));
  assert.equal(command?.workingDir, "/w");
});

test("a container set: order, retries, mounts shared by all", () => {
  const task = getTask(
    compilePlan(
      one(`        volumes: [{name: work, emptyDir: {}}]
        containerSet:
          volumeMounts: [{name: work, mountPath: /work}]
          retryStrategy: {retries: "2", duration: 3s}
          containers:
            - {name: a, image: busybox}
            - {name: main, image: busybox, dependencies: [a]}
`),
    ),
    "t",
  );
  assert.deepEqual(
    task.commands.map(({ name, role, after, retries, retryDelayMs, volumes }) => ({
      name,
      role,
      after,
      retries,
      retryDelayMs,
      mounts: volumes.map((volume) => volume.mountPath),
    })),
    [
      { name: "a", role: "main", after: [], retries: 2, retryDelayMs: 3000, mounts: ["/work"] },
      { name: "main", role: "main", after: ["a"], retries: 2, retryDelayMs: 3000, mounts: ["/work"] },
    ],
  );
});

test("init containers and sidecars stand around main; mirrored mounts are main's", () => {
  const task = getTask(
    compilePlan(
      one(`        volumes: [{name: v, emptyDir: {}}]
        initContainers: [{name: first, image: busybox, mirrorVolumeMounts: true}]
        sidecars: [{name: beside, image: busybox}]
        container: {image: busybox, volumeMounts: [{name: v, mountPath: /v, subPath: s, readOnly: true}]}
`),
    ),
    "t",
  );
  assert.deepEqual(
    task.commands.map(({ name, role, volumes }) => [name, role, volumes.length]),
    [
      ["first", "init", 1],
      ["main", "main", 1],
      ["beside", "side", 0],
    ],
  );
  assert.deepEqual(task.commands[1]?.volumes, [
    { name: "v", mountPath: "/v", subPath: "s", readOnly: true, source: { kind: "attempt" } },
  ]);
});

const surroundings = {
  facts: { configMaps: { cm: { a: "1", b: "{{workflow.name}}" } }, secrets: { s: { password: "hunter2" } } },
};

test("volumes: claims, ConfigMaps, Secrets", () => {
  const task = getTask(
    compilePlan(
      one(
        `        container:
          image: busybox
          volumeMounts:
            - {name: claim, mountPath: /c}
            - {name: stored, mountPath: /p}
            - {name: map, mountPath: /m}
            - {name: picked, mountPath: /k}
            - {name: secret, mountPath: /s}
            - {name: maybe, mountPath: /o}
`,
        `    volumeClaimTemplates: [{metadata: {name: claim}, spec: {}}]
    volumes:
      - {name: stored, persistentVolumeClaim: {claimName: "data-{{workflow.name}}"}}
      - {name: map, configMap: {name: cm}}
      - {name: picked, configMap: {name: cm, optional: true, defaultMode: 0755, items: [{key: a, path: deep/a.txt}, {key: b, path: b, mode: 0400}, {key: none, path: x}]}}
      - {name: secret, secret: {secretName: s}}
      - {name: maybe, secret: {secretName: none, optional: true}}
`,
      ),
      surroundings,
    ),
    "t",
  );
  assert.deepEqual(
    task.commands[0]?.volumes.map(({ source }) => source),
    [
      { kind: "run", key: "claim" },
      { kind: "run", key: text("data-{{workflow.name}}"), lasts: true },
      { kind: "text", files: { a: "1", b: "{{workflow.name}}" } },
      {
        kind: "text",
        files: { "deep/a.txt": "1", b: "{{workflow.name}}" },
        modes: { "deep/a.txt": 0o755, b: 0o400 },
      },
      { kind: "text", files: { password: "hunter2" }, secret: true },
      { kind: "text", files: {}, secret: true },
    ],
  );
});

for (const [what, volume, code] of [
  ["a volume of a cluster", "{name: v, nfs: {server: s, path: /x}}", "argo/unsupported-volume"],
  ["a relative path of the host", "{name: v, hostPath: {path: x}}", "argo/unsupported-volume"],
  ["a path of the host that leads up", "{name: v, hostPath: {path: /x/../y}}", "argo/unsupported-volume"],
  ["an unknown type of a path", "{name: v, hostPath: {path: /x, type: Pipe}}", "argo/unsupported-volume"],
  ["a ConfigMap that is not stored", "{name: v, configMap: {name: none}}", "argo/unknown-config-map"],
  ["a Secret that is not stored", "{name: v, secret: {secretName: none}}", "argo/unknown-secret"],
] as const) {
  test(`refused: ${what}`, () => {
    const source = one(
      "        container: {image: busybox, volumeMounts: [{name: v, mountPath: /v}]}\n",
      `    volumes: [${volume}]\n`,
    );
    assert.deepEqual(errorCodes(source), [code]);
  });
}

test("environment: values, references to ConfigMaps and Secrets, fields of the pod, $(NAME)", () => {
  const task = getTask(
    compilePlan(
      one(`        container:
          image: busybox
          command: [echo, "$(PLAIN)-$(NONE)-$$(PLAIN)"]
          args: ["$(TAGGED)"]
          envFrom: [{prefix: C_, configMapRef: {name: cm}}, {secretRef: {name: none, optional: true}}]
          env:
            - {name: PLAIN, value: p}
            - {name: TAGGED, value: "{{workflow.name}}/$(PLAIN)"}
            - {name: MAP, valueFrom: {configMapKeyRef: {name: cm, key: a}}}
            - {name: SECRET, valueFrom: {secretKeyRef: {name: s, key: password}}}
            - {name: MISSING, valueFrom: {secretKeyRef: {name: s, key: none, optional: true}}}
            - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
            - {name: NS, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
`),
      surroundings,
    ),
    "t",
  );
  const [command] = task.commands;
  assert.deepEqual(command?.command, ["echo", "p-$(NONE)-$(PLAIN)"]);
  assert.deepEqual(command?.args, [text("{{workflow.name}}/p")]);
  assert.deepEqual(command?.env, [
    { name: "C_a", value: "1", secret: false },
    // What a cluster puts into the environment does not pass through Argo: its braces stay braces.
    { name: "C_b", value: text("{{='{'+'{'}}workflow.name}}"), secret: false },
    { name: "PLAIN", value: "p", secret: false },
    { name: "TAGGED", value: text("{{workflow.name}}/p"), secret: false },
    { name: "MAP", value: "1", secret: false },
    { name: "SECRET", value: "hunter2", secret: true },
    { name: "POD", value: text("{{pod.name}}"), secret: false },
    { name: "NS", value: "default", secret: false },
  ]);
});

test("a Secret that is not stored is refused with a hint", () => {
  const compiled = compile(
    one(
      "        container: {image: busybox, env: [{name: X, valueFrom: {secretKeyRef: {name: none, key: k}}}]}\n",
    ),
  );
  const problem = compiled.diagnostics.find(({ severity }) => severity === "error");
  assert.equal(problem?.code, "argo/unknown-secret");
  assert.ok(problem.hint?.includes('"none"'));
  assert.ok((problem.position?.line ?? 0) > 5);
});

test("outputs of a leaf: files that are read, artifacts that are kept, a name for the whole run", () => {
  const plan = compilePlan(
    one(`        outputs:
          parameters:
            - {name: p, valueFrom: {path: /tmp/p, default: d}, globalName: g}
          artifacts:
            - {name: a, path: /tmp/a, optional: true, archive: {none: {}}}
            - {name: b, path: /tmp/b, archive: {tar: {compressionLevel: 0}}, globalName: "ga"}
            - {name: c, path: /tmp/c, archive: {zip: {}}, s3: {key: "k/{{workflow.name}}"}}
            - {name: d, path: "/tmp/{{workflow.name}}"}
        container: {image: busybox}
`),
  );
  const task = getTask(plan, "t");
  assert.deepEqual(task.outputParameters, [{ name: "p", path: "/tmp/p", default: "d" }]);
  assert.deepEqual(task.outputArtifacts, [
    { name: "a", path: "/tmp/a", optional: true, archive: { kind: "none" } },
    { name: "b", path: "/tmp/b", optional: false, archive: { kind: "tar", compressionLevel: 0 } },
    {
      name: "c",
      path: "/tmp/c",
      optional: false,
      archive: { kind: "zip" },
      key: text("k/{{workflow.name}}"),
    },
    {
      name: "d",
      path: text("/tmp/{{workflow.name}}"),
      optional: false,
      archive: { kind: "tar", compressionLevel: -1 },
    },
  ]);
  assert.deepEqual(getProcess(plan, "t").outputs, [
    { name: "p", kind: "value", from: { kind: "attempt" }, default: "d", publishedAs: "g" },
    { name: "a", kind: "file", from: { kind: "attempt" } },
    { name: "b", kind: "file", from: { kind: "attempt" }, publishedAs: "ga" },
    { name: "c", kind: "file", from: { kind: "attempt" } },
    { name: "d", kind: "file", from: { kind: "attempt" } },
  ]);
});

test("inputs: defaults, files and where they lie; the enum of an input holds nobody", () => {
  const plan = compilePlan(
    one(
      `        inputs:
          parameters:
            - {name: value, value: v, default: d}
            - {name: default, default: "{{workflow.name}}", enum: [a, b]}
            - {name: must}
            - {name: map, valueFrom: {configMapKeyRef: {name: cm, key: a}}}
            - {name: late, valueFrom: {configMapKeyRef: {name: none, key: a}, default: x}}
          artifacts:
            - {name: raw, path: /raw, raw: {data: text}}
            - {name: tagged, path: /tagged, raw: {data: "{{inputs.parameters.value}}"}}
            - {name: plain, path: /plain, mode: 493, recurseMode: true, archive: {none: {}}, optional: true}
            - {name: zip, path: /zip, archive: {zip: {}}}
            - {name: key, path: /key, s3: {key: some/key}}
        container: {image: busybox}
`,
      `    arguments: {parameters: [{name: must, value: m}], artifacts: [{name: zip, s3: {key: z}}]}
`,
    ),
    surroundings,
  );
  const { inputs } = getProcess(plan, "t");
  assert.deepEqual(inputs, [
    { name: "value", kind: "value", default: "v", optional: false },
    {
      name: "default",
      kind: "value",
      default: text("{{workflow.name}}"),
      optional: false,
    },
    { name: "must", kind: "value", optional: false },
    { name: "map", kind: "value", default: "1", optional: false },
    {
      name: "late",
      kind: "value",
      default: expression("argo-config-map", '{"name":"none","key":"a","default":"x"}', "text"),
      optional: false,
    },
    { name: "raw", kind: "file", default: { kind: "text", text: "text" }, optional: false },
    {
      name: "tagged",
      kind: "file",
      default: expression("argo-text", "{{inputs.parameters.value}}", "file"),
      optional: false,
    },
    { name: "plain", kind: "file", optional: true },
    { name: "zip", kind: "file", optional: false },
    {
      name: "key",
      kind: "file",
      default: { kind: "key", key: "some/key", optional: false },
      optional: false,
    },
  ]);
  assert.deepEqual(getTask(plan, "t").inputs, [
    { name: "raw", path: "/raw", unpack: "tar-by-content", recurseMode: false },
    { name: "tagged", path: "/tagged", unpack: "tar-by-content", recurseMode: false },
    { name: "plain", path: "/plain", unpack: "keep", mode: 493, recurseMode: true },
    { name: "zip", path: "/zip", unpack: "zip", recurseMode: false },
    { name: "key", path: "/key", unpack: "tar-by-content", recurseMode: false },
  ]);
  assert.deepEqual(plan.arguments.at(-1), {
    port: "zip",
    kind: "file",
    value: { kind: "key", key: "z", optional: false },
    optional: true,
  });
});

test("suspend: until a person, or for a time; values may be supplied", () => {
  const plan = compilePlan(
    one(`        suspend: {duration: "20"}
        outputs: {parameters: [{name: answer, valueFrom: {supplied: {}, default: "no"}}]}
`),
  );
  assert.deepEqual(getProcess(plan, "t").body, { kind: "wait", durationMs: 20_000 });
  assert.deepEqual(getProcess(plan, "t").outputs, [
    { name: "answer", kind: "value", from: { kind: "supplied" }, default: "no" },
  ]);
  assert.deepEqual(getProcess(compilePlan(one("        suspend: {}\n")), "t").body, { kind: "wait" });
});

test("http: a request with Argo's defaults", () => {
  const plan = compilePlan(
    one(`        inputs: {parameters: [{name: u, value: http://x}]}
        http:
          url: "{{inputs.parameters.u}}"
          headers: [{name: a, value: b}, {name: auth, valueFrom: {secretKeyRef: {name: s, key: password}}}]
          successCondition: response.statusCode == 204
`),
    surroundings,
  );
  assert.deepEqual(getProcess(plan, "t").body, {
    kind: "request",
    request: {
      method: "GET",
      url: text("{{inputs.parameters.u}}"),
      headers: [
        { name: "a", value: "b", secret: false },
        { name: "auth", value: "hunter2", secret: true },
      ],
      timeoutMs: 30_000,
      verifyTls: true,
    },
    accept: expression("argo-expr", "response.statusCode == 204", "boolean"),
  });
});

for (const [what, fields, code] of [
  ["plugin", "        plugin: {x: {}}\n", "argo/unsupported-plugin"],
] as const) {
  test(`refused: a ${what} template that can be reached`, () =>
    assert.deepEqual(errorCodes(one(fields)), [code]));
}

test("a template that needs a cluster is no problem as long as nobody calls it", () => {
  const plan = compilePlan(
    one("        container: {image: busybox}\n      - name: other\n        plugin: {x: {}}\n"),
  );
  assert.deepEqual(
    plan.processes.map(({ id }) => id),
    ["t"],
  );
});

test("fields without effect here are told of once, and kept for executors that can obey", () => {
  const compiled = compile(
    one(
      "        securityContext: {}\n        tolerations: [{key: '{{workflow.name}}'}]\n        retryStrategy: {affinity: {nodeAntiAffinity: {}}}\n" +
        "        container: {image: busybox, resources: {limits: {cpu: 1}}, imagePullPolicy: Always}\n",
      "    podSpecPatch: 'x: 1'\n    nodeSelector: {a: b}\n    ttlStrategy: {secondsAfterCompletion: 5}\n",
    ),
  );
  assert.deepEqual(
    compiled.diagnostics.map(({ severity, code, message, position }) => [
      severity,
      code,
      message,
      position?.line,
    ]),
    [
      [
        "warning",
        "argo/no-effect",
        "nodeSelector, x of a podSpecPatch, tolerations, resources, affinity have no effect on one machine",
        8,
      ],
    ],
  );
  const [process] = compiled.plan?.processes ?? [];
  assert.deepEqual(process?.body.kind === "task" ? process.body.task.hints : undefined, {
    nodeSelector: { a: "b" },
    podSpecPatch: "x: 1",
    tolerations: [{ key: expression("argo-text-global", "{{workflow.name}}", "text") }],
    retryAffinity: { nodeAntiAffinity: {} },
    containers: { main: { resources: { limits: { cpu: "1" } }, imagePullPolicy: "Always" } },
  });
  assert.deepEqual(compiled.plan?.notes["ttlStrategy"], { secondsAfterCompletion: 5 });
});

test("only a container that speaks of its progress file gets one", () => {
  const [process] = compilePlan(
    one(
      "        container: {image: busybox, command: [sh], args: ['echo 1/2 > $(ARGO_PROGRESS_FILE)']}\n        sidecars: [{name: s, image: busybox}]\n",
    ),
  ).processes;
  assert.ok(process?.body.kind === "task");
  const { progressFile, commands } = process.body.task;
  assert.equal(progressFile, "/tmp/.argo-progress/progress");
  assert.deepEqual(
    commands.map(({ args, env, volumes }) => [args, env, volumes]),
    [
      [
        ["echo 1/2 > /tmp/.argo-progress/progress"],
        [{ name: "ARGO_PROGRESS_FILE", value: "/tmp/.argo-progress/progress", secret: false }],
        [
          {
            name: "argo-progress",
            mountPath: "/tmp/.argo-progress",
            readOnly: false,
            source: { kind: "attempt" },
          },
        ],
      ],
      [[], [], []],
    ],
  );
});

test("a task without hints has none in its order", () => {
  const [process] = compilePlan(
    one("        container: {image: busybox, resources: {}, securityContext: {}}\n"),
  ).processes;
  assert.ok(process?.body.kind === "task");
  assert.equal("hints" in process.body.task, false);
});
