/** Artifacts in storage of others: locations, repositories, and what is refused before the run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../src/base/json.ts";
import type { Submission } from "../../../src/model/run/language.ts";
import { sealSecret } from "../../../src/model/run/sealed-secret.ts";
import { compile, compilePlan, errorCodes, getProcess, getTask, text, workflow } from "./support.ts";

/** A workflow with one container template with these lines. */
function one(lines: string, spec = ""): string {
  return workflow(`
    entrypoint: t
${spec}    templates:
      - name: t
        container: {image: busybox}
${lines}`);
}

const cred = { cred: { a: sealSecret("cred", "a"), s: sealSecret("cred", "s") } };
const withCred: Partial<Submission> = { facts: { suffix: "abcde", secrets: cred } };

function getSource(fields: string, submission = withCred): unknown {
  const plan = compilePlan(
    one(`        inputs: {artifacts: [{name: a, path: /a, ${fields}}]}\n`),
    submission,
  );
  return getProcess(plan, "t").inputs[0]?.default;
}

test("each driver: fields get the driver's names, and secrets are seals", () => {
  const secretA = "{name: cred, key: a}";
  const samples: readonly (readonly [string, string, string, JsonObject])[] = [
    [
      `s3: {bucket: b, endpoint: e:9000, insecure: true, key: k, accessKeySecret: ${secretA}, createBucketIfNotPresent: {objectLocking: true}, encryptionOptions: {kmsKeyId: x}}`,
      "s3",
      "k",
      {
        bucket: "b",
        endpoint: "e:9000",
        insecure: true,
        accessKey: cred.cred.a,
        objectLocking: true,
        kmsKeyId: "x",
        makesBucket: true,
      },
    ],
    [
      `git: {repo: https://x/y.git, revision: v1, depth: 1, fetch: [refs/meta/*], passwordSecret: ${secretA}, insecureSkipTLS: true}`,
      "git",
      "https://x/y.git",
      { revision: "v1", depth: 1, fetch: ["refs/meta/*"], password: cred.cred.a, ignoreTls: true },
    ],
    [
      `http: {url: http://x/y, headers: [{name: A, value: b}], auth: {oauth2: {clientIDSecret: ${secretA}, scopes: [r], endpointParams: [{key: audience, value: z}]}}}`,
      "http",
      "http://x/y",
      {
        headers: [{ name: "A", value: "b" }],
        clientId: cred.cred.a,
        scopes: ["r"],
        tokenParameters: [{ name: "audience", value: "z" }],
      },
    ],
    [
      `artifactory: {url: http://x/y, usernameSecret: ${secretA}}`,
      "artifactory",
      "http://x/y",
      { username: cred.cred.a },
    ],
    [`gcs: {bucket: b, key: k}`, "gcs", "k", { bucket: "b" }],
    [`azure: {endpoint: e, container: c, blob: k}`, "azure", "k", { endpoint: "e", container: "c" }],
  ];
  for (const [fields, driver, key, settings] of samples)
    assert.deepEqual(getSource(fields), { kind: "place", place: { driver, key, settings }, optional: false });
});

test("a part of an artifact: a key below, or a path in a working copy", () => {
  assert.deepEqual(getSource("subPath: x/y, optional: true, s3: {bucket: b, key: k}"), {
    kind: "place",
    place: { driver: "s3", key: "k/x/y", settings: { bucket: "b" } },
    optional: true,
  });
  assert.deepEqual(getSource("subPath: x/y, git: {repo: r}"), {
    kind: "place",
    place: { driver: "git", key: "r", settings: {} },
    optional: false,
    subPath: "x/y",
  });
});

test("a key alone stays on this machine while no repository is configured", () => {
  assert.deepEqual(getSource("s3: {key: k}"), { kind: "key", key: "k", optional: false });
  const plan = compilePlan(
    one("        outputs: {artifacts: [{name: o, path: /o}, {name: k, path: /k, s3: {key: x}}]}\n"),
  );
  assert.deepEqual(
    getTask(plan, "t").outputArtifacts.map(({ key, place }) => [key, place]),
    [
      [undefined, undefined],
      ["x", undefined],
    ],
  );
});

/** A submission that brings a ConfigMap of repositories. */
function withRepositories(
  data: Readonly<Record<string, string>>,
  usual?: string,
  name = "artifact-repositories",
): Partial<Submission> {
  const annotations =
    usual === undefined ? {} : { "workflows.argoproj.io/default-artifact-repository": usual };
  const source = JSON.stringify({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, annotations },
    data,
  });
  return { ...withCred, definitions: [{ source, file: "repositories.json" }] };
}

const outputs = `        outputs:
          artifacts:
            - {name: packed, path: /o/p}
            - {name: zipped, path: /o/z, archive: {zip: {}}}
            - {name: plain, path: /o/dir/, archive: {none: {}}}
            - {name: keyed, path: /o/k, s3: {key: "k/{{workflow.name}}"}}
`;

function getPlaces(submission: Partial<Submission>, spec = "", lines = ""): unknown {
  const plan = compilePlan(one(lines + outputs, spec), submission);
  return getTask(plan, "t").outputArtifacts.map(({ place }) => place);
}

test("the default repository: outputs lie below its pattern, and keys in its bucket", () => {
  const submission = withRepositories(
    {
      x: "s3: {bucket: b, endpoint: e, keyFormat: 'f/{{workflow.name}}', secretKeySecret: {name: cred, key: s}}",
    },
    "x",
  );
  const settings = { bucket: "b", endpoint: "e", secretKey: cred.cred.s };
  assert.deepEqual(getPlaces(submission), [
    { driver: "s3", key: text("f/{{workflow.name}}/packed.tgz"), settings },
    { driver: "s3", key: text("f/{{workflow.name}}/zipped.zip"), settings },
    { driver: "s3", key: text("f/{{workflow.name}}/dir"), settings },
    { driver: "s3", key: text("k/{{workflow.name}}"), settings },
  ]);
  assert.deepEqual(getSource("s3: {key: k}", submission), {
    kind: "place",
    place: { driver: "s3", key: "k", settings },
    optional: false,
  });
});

test("the usual pattern, old prefixes, and repositories with an address", () => {
  for (const [repository, key] of [
    ["s3: {bucket: b}", "{{workflow.name}}/{{pod.name}}/packed.tgz"],
    ["s3: {bucket: b, keyPrefix: p}", "p/{{workflow.name}}/{{pod.name}}/packed.tgz"],
    ["azure: {container: c, blobNameFormat: names}", "names/packed.tgz"],
    ["artifactory: {repoURL: http://x/r/}", "http://x/r/{{workflow.name}}/{{pod.name}}/packed.tgz"],
  ] as const) {
    const [first] = getPlaces(withRepositories({ x: repository }, "x")) as readonly {
      readonly key: unknown;
    }[];
    assert.deepEqual(first?.key, key.includes("{{") ? text(key) : key);
  }
  const below = getPlaces(withRepositories({ x: "artifactory: {repoURL: http://x/r}" }, "x")) as readonly {
    readonly key: unknown;
  }[];
  assert.deepEqual(below[3]?.key, text("http://x/r/k/{{workflow.name}}"));
});

test("a document refers to a repository by ConfigMap and key", () => {
  const submission = withRepositories(
    { x: "s3: {bucket: b1}", two: "s3: {bucket: b2, keyFormat: f}" },
    "x",
    "mine",
  );
  const spec = (ref: string): string => `    artifactRepositoryRef: ${ref}\n`;
  const bucketOf = (ref: string): unknown =>
    (getPlaces(submission, spec(ref)) as readonly { readonly settings: JsonObject }[])[0]?.settings["bucket"];
  assert.equal(bucketOf("{configMap: mine}"), "b1");
  assert.equal(bucketOf("{configMap: mine, key: two}"), "b2");
  assert.deepEqual(errorCodes(one(outputs, spec("{configMap: mine, key: three}")), submission), [
    "argo/unknown-artifact-repository",
  ]);
  // It is no default, because its name is another one.
  assert.deepEqual(getPlaces(submission), [undefined, undefined, undefined, undefined]);
});

test("a repository that is not configured is a warning, and artifacts stay here", () => {
  const compiled = compile(one(outputs, "    artifactRepositoryRef: {key: my-key}\n"));
  assert.deepEqual(
    compiled.diagnostics.map(({ code, severity }) => [code, severity]),
    [["argo/unknown-artifact-repository", "warning"]],
  );
});

test("the template's archiveLocation counts over the repository, and a bucket of its own completes itself", () => {
  const submission = withRepositories({ x: "s3: {bucket: b, endpoint: e}" }, "x");
  const own = "        archiveLocation: {s3: {bucket: own, endpoint: o, key: base}}\n";
  const places = getPlaces(submission, "", own) as readonly {
    readonly key: unknown;
    readonly settings: unknown;
  }[];
  assert.deepEqual(places[0], {
    driver: "s3",
    key: "base/packed.tgz",
    settings: { bucket: "own", endpoint: "o" },
  });
  assert.deepEqual(getSource("s3: {bucket: other, key: k}", submission), {
    kind: "place",
    place: { driver: "s3", key: "k", settings: { bucket: "other", endpoint: "e" } },
    optional: false,
  });
});

for (const [what, repository] of [
  ["no map", "text"],
  ["an unknown field", "s3: {buckets: b}"],
  ["no storage", "archiveLogs: true"],
  ["a wrong type", "s3: {bucket: b, insecure: sometimes}"],
] as const) {
  test(`refused: a repository with ${what}`, () => {
    assert.deepEqual(errorCodes(one(outputs), withRepositories({ x: repository }, "x")), [
      "argo/unknown-artifact-repository",
    ]);
  });
}

test("refused: a secret that is not stored, an output in git", () => {
  const input = (fields: string): string =>
    one(`        inputs: {artifacts: [{name: a, path: /a, ${fields}}]}\n`);
  const s3 = "s3: {bucket: b, key: k, accessKeySecret: {name: nobody, key: a}}";
  assert.deepEqual(errorCodes(input(s3)), ["argo/unknown-secret"]);
  const output = one("        outputs: {artifacts: [{name: o, path: /o, git: {repo: r}}]}\n");
  assert.deepEqual(errorCodes(output), ["argo/unsupported-artifact-location"]);
});

test("the drivers that a plan needs are told, with a position", () => {
  const source = one(
    "        inputs: {artifacts: [{name: a, path: /a, hdfs: {addresses: [x], path: /y, hdfsUser: z}}]}\n",
  );
  const { drivers = [] } = compile(source);
  assert.deepEqual(
    drivers.map(({ driver, position }) => [driver, position?.line]),
    [["hdfs", source.split("\n").findIndex((line) => line.includes("hdfs")) + 1]],
  );
});

test("stored copies go when their own strategy says, or the workflow's", () => {
  const lines = `        outputs:
          artifacts:
            - {name: usual, path: /a, s3: {key: a}}
            - {name: own, path: /b, s3: {key: b}, artifactGC: {strategy: OnWorkflowDeletion}}
            - {name: never, path: /c, s3: {key: c}, artifactGC: {strategy: Never}}
`;
  const removals = (spec: string): unknown =>
    getTask(compilePlan(one(lines, spec)), "t").outputArtifacts.map(({ removal }) => removal);
  assert.deepEqual(removals(""), [undefined, "run-deleted", undefined]);
  assert.deepEqual(removals("    artifactGC: {strategy: OnWorkflowCompletion}\n"), [
    "run-ended",
    "run-deleted",
    undefined,
  ]);
  const forced = compilePlan(one(lines, "    artifactGC: {strategy: Never, forceFinalizerRemoval: true}\n"));
  assert.equal(forced.policy.abandonsCopies, true);
  const unknown = compile(one(lines, "    artifactGC: {strategy: Sometimes}\n"));
  assert.deepEqual(
    unknown.diagnostics.map(({ code, severity }) => [code, severity]),
    [["argo/unknown-removal", "warning"]],
  );
});

test("logs are kept where the repository, the workflow or the template says so", () => {
  const repository = (archiveLogs: boolean): Partial<Submission> =>
    withRepositories({ x: `archiveLogs: ${archiveLogs}\ns3: {bucket: b, keyFormat: f}` }, "x");
  const logs = (submission: Partial<Submission>, spec = "", lines = ""): unknown =>
    getTask(compilePlan(one(lines, spec), submission), "t").outputArtifacts.map(({ name, log, place }) => [
      name,
      log,
      place?.key,
    ]);
  const kept = [["main-logs", "main", "f/main.log"]];
  const inSpec = (value: boolean): string => `    archiveLogs: ${value}\n`;
  const inTemplate = (value: boolean): string => `        archiveLocation: {archiveLogs: ${value}}\n`;
  assert.deepEqual(logs({}), []);
  assert.deepEqual(logs({}, inSpec(true)), [["main-logs", "main", undefined]]);
  assert.deepEqual(logs(repository(true), inSpec(false), inTemplate(false)), kept);
  assert.deepEqual(logs(repository(false), inSpec(true), inTemplate(false)), []);
  assert.deepEqual(logs(repository(false), inSpec(false), inTemplate(true)), kept);
});
