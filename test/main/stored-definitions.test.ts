/** Stored definitions in a real home: what a document refers to is found, frozen into its run, and kept from then on. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import type { StoredDefinition } from "../../src/api/definitions.ts";
import type { House, SubmitRequest } from "../../src/api/house.ts";
import { definitionKinds } from "../../src/model/run/definition.ts";
import { createHouse } from "../../src/main/house.ts";
import "../stores/given-key.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

function makeHouse(context: TestContext): House {
  const root = makeTemporaryFolder(context);
  return createHouse(root);
}

const library = (command: string): string => `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata:
  name: library # with a comment
spec:
  templates:
  - name: say
    inputs: {parameters: [{name: who}]}
    script:
      image: busybox
      command: [sh]
      source: |
        ${command}
`;
const greeting = `
apiVersion: argoproj.io/v1alpha1
kind: ClusterWorkflowTemplate
metadata: {name: greeting}
spec:
  entrypoint: main
  arguments: {parameters: [{name: who, value: world}, {name: tone, valueFrom: {configMapKeyRef: {name: tones, key: tone}}}]}
  templates:
  - name: main
    steps:
    - - name: a
        templateRef: {name: library, template: say}
        arguments: {parameters: [{name: who, value: "{{workflow.parameters.who}}, {{workflow.parameters.tone}}"}]}
    outputs: {parameters: [{name: said, valueFrom: {parameter: "{{steps.a.outputs.result}}"}}]}
`;
const tones = (tone: string): string => `
apiVersion: v1
kind: ConfigMap
metadata: {name: tones}
data: {tone: ${tone}}
`;
const unrelated = `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: unrelated}
spec: {templates: [{name: x, suspend: {}}]}
`;

async function store(house: House, source: string): Promise<readonly StoredDefinition[]> {
  const answer = await house.definitions.store({
    source,
    file: "given.yaml",
    mode: "apply",
    kinds: definitionKinds,
    strict: true,
  });
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.stored;
}

/** Runs a document to its end; its picture. */
async function runToEnd(house: House, request: SubmitRequest) {
  const engine = await house.openEngine({ executor: "process", parallel: 1 });
  try {
    const answer = await engine.submit(request);
    assert.ok(answer.ok, JSON.stringify(answer));
    await engine.settled(answer.name);
    return engine.picture(answer.name);
  } finally {
    await engine.close({ leaveRunning: false });
  }
}

function requestOf(source: string, parameters: Readonly<Record<string, string>> = {}): SubmitRequest {
  return { source, file: "run.yaml", submission: { parameters } };
}

const readStored = (submission: SubmitRequest["submission"]): readonly string[] =>
  (submission.definitions ?? []).map(({ stored, file }) =>
    stored === undefined ? file : `${stored.kind}/${stored.name}@${stored.version}`,
  );

describe("stored definitions", () => {
  test("are found transitively, frozen, and outlive their deletion", async (context) => {
    const house = makeHouse(context);
    const all = [library('echo "{{inputs.parameters.who}}"; exit $(cat fails || echo 1)'), greeting];
    await store(house, [...all, tones("softly"), unrelated].join("---"));
    const { source, file } = await house.definitions.readDocument({
      kind: "ClusterWorkflowTemplate",
      name: "greeting",
    });
    const failed = await runToEnd(house, { source, file, submission: { parameters: { who: "you" } } });
    assert.equal(failed.row.phase, "failed");
    assert.equal(failed.row.labels["workflows.argoproj.io/cluster-workflow-template"], "greeting");
    assert.deepEqual(readStored(failed.submission), [
      "ClusterWorkflowTemplate/greeting@1",
      "ConfigMap/tones@1",
      "WorkflowTemplate/library@1",
    ]);
    await store(house, tones("loudly"));
    await house.definitions.remove({ kind: "WorkflowTemplate", name: "library" });
    await house.definitions.remove({ kind: "ClusterWorkflowTemplate", name: "greeting" });
    const engine = await house.openEngine({ executor: "process", parallel: 1 });
    await engine.adopt(failed.row.name);
    await engine.command(failed.row.name, { kind: "retry", restartSuccessful: false, parameters: {} });
    assert.equal(await engine.settled(failed.row.name), "ended");
    await engine.close({ leaveRunning: false });
    const log = house.logFiles(await house.get(failed.row.name)).filter(({ stream }) => stream === "out");
    assert.equal(readFileSync(log.at(-1)?.path ?? "", "utf8"), "you, softly\n");
  });

  test("a new submission takes the latest version, and a file that is given counts over it", async (context) => {
    const house = makeHouse(context);
    await store(house, [library("echo one"), greeting, tones("x")].join("---"));
    await store(house, library("echo two"));
    const { source } = await house.definitions.readDocument({
      kind: "ClusterWorkflowTemplate",
      name: "greeting",
    });
    const second = await runToEnd(house, requestOf(source));
    assert.deepEqual(second.view.finalOutputs(second.state).parameters, { said: "two" });
    assert.ok(readStored(second.submission).includes("WorkflowTemplate/library@2"));
    await store(house, library("echo three"));
    // As `resubmit` does: what the earlier run got out of the store is looked up anew.
    const { facts: _facts, ...earlier } = second.submission;
    const again = await runToEnd(house, { source, file: "run.yaml", submission: earlier });
    assert.deepEqual(again.view.finalOutputs(again.state).parameters, { said: "three" });
    const given = await runToEnd(house, {
      ...requestOf(source),
      submission: { parameters: {}, definitions: [{ source: library("echo given"), file: "given.yaml" }] },
    });
    assert.deepEqual(given.view.finalOutputs(given.state).parameters, { said: "given" });
    assert.deepEqual(readStored(given.submission), [
      "ClusterWorkflowTemplate/greeting@1",
      "ConfigMap/tones@1",
      "given.yaml",
    ]);
  });

  test("volumes and variables may name ConfigMaps and Secrets by what the run computes", async (context) => {
    const house = makeHouse(context);
    const secret =
      "apiVersion: v1\nkind: Secret\nmetadata: {name: key}\ndata: {id: AP/+gA==, word: Z2VoZWlt}\n";
    const bytes =
      "\nkind: ConfigMap\nmetadata: {name: more}\ndata: {text: more}\nbinaryData: {raw: AP/+gA==}\n";
    await store(house, [tones("softly"), bytes, unrelated, secret].join("---\n"));
    const source = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: w-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps: [[{name: a, template: look, arguments: {parameters: [{name: map, value: more}, {name: secret, value: key}]}}]]
  - name: look
    inputs: {parameters: [{name: map}, {name: secret}]}
    volumes:
    - {name: map, configMap: {name: "{{inputs.parameters.map}}", defaultMode: 0500}}
    - {name: one, configMap: {name: "{{inputs.parameters.map}}", items: [{key: raw, path: in/raw}]}}
    - {name: none, configMap: {name: "no-{{inputs.parameters.map}}", optional: true}}
    - {name: both, projected: {sources: [{secret: {name: "{{inputs.parameters.secret}}", items: [{key: id, path: id}]}}]}}
    script:
      image: busybox
      command: [sh]
      env:
      - {name: WORD, valueFrom: {secretKeyRef: {name: "{{inputs.parameters.secret}}", key: word}}}
      - {name: MAP, value: "{{inputs.parameters.map}}"}
      - {name: ALSO, value: "$(MAP)!"}
      - {name: text, value: own}
      envFrom:
      - {configMapRef: {name: "{{inputs.parameters.map}}"}, prefix: M_}
      - {configMapRef: {name: "{{inputs.parameters.map}}"}}
      - {secretRef: {name: "no-{{inputs.parameters.secret}}", optional: true}}
      volumeMounts: [{name: map, mountPath: /v/map}, {name: one, mountPath: /v/one}, {name: none, mountPath: /v/none}, {name: both, mountPath: /v/both}]
      source: |
        cat /v/map/text; test -x /v/map/raw && echo; ls /v/none
        for each in /v/map/raw /v/one/in/raw /v/both/id; do od -An -tx1 $each; done
        echo "$M_text $text $ALSO"; env | grep -c raw
        test "$WORD" = geheim
`;
    const ended = await runToEnd(house, requestOf(source));
    assert.equal(ended.row.phase, "succeeded", ended.row.message);
    assert.deepEqual(readStored(ended.submission), ["ConfigMap/more@1", "ConfigMap/tones@1"]);
    const log = house.logFiles(await house.get(ended.row.name)).find(({ stream }) => stream === "out");
    const bytesRead = " 00 ff fe 80\n".repeat(3);
    assert.equal(readFileSync(log?.path ?? "", "utf8"), `more\n${bytesRead}more own more!\n0\n`);
    const missing = await runToEnd(house, requestOf(source.replace("value: more", "value: gone")));
    assert.match(missing.row.message ?? "", /ConfigMap 'gone' is not stored/u);
  });

  test("checking looks among them as well, and storing checks", async (context) => {
    const house = makeHouse(context);
    const options = { strict: true, definitions: [] };
    const codes = async (): Promise<readonly string[]> =>
      (await house.lint(greeting, "greeting.yaml", options)).map(({ code }) => code);
    assert.ok((await codes()).includes("argo/undefined-template"));
    const refused = await house.definitions.store({
      source: greeting.replace("name: main\n", "name: main!\n"),
      file: "greeting.yaml",
      mode: "create",
      kinds: definitionKinds,
      strict: true,
    });
    assert.equal(refused.ok, false);
    assert.deepEqual(await house.definitions.list("ClusterWorkflowTemplate"), []);
    await store(house, library("echo"));
    assert.deepEqual(await codes(), []);
  });

  test("keep their exact text, document by document", async (context) => {
    const house = makeHouse(context);
    const text = `# first\n${unrelated}\n\n`;
    await store(house, `${text}---   \r\n${library("echo")}`);
    const found = await house.definitions.get({ kind: "WorkflowTemplate", name: "unrelated" });
    assert.equal(found.source, text);
    const second = await house.definitions.get({ kind: "WorkflowTemplate", name: "library" });
    assert.equal(second.source, library("echo"));
  });

  test("refuse what has no name, stands twice in a file, or is not there to be updated", async (context) => {
    const house = makeHouse(context);
    const put = (source: string, mode: "create" | "update") =>
      house.definitions.store({ source, file: "f.yaml", mode, kinds: ["WorkflowTemplate"], strict: true });
    const nameless = unrelated.replace("name: unrelated", "generateName: x-");
    await assert.rejects(put(nameless, "create"), { code: "definition/no-name" });
    await assert.rejects(put(`${unrelated}---${unrelated}`, "create"), { code: "definition/twice" });
    await assert.rejects(put(unrelated, "update"), { code: "definition/unknown" });
    await assert.rejects(put(tones("x"), "create"), { code: "definition/none" });
    await put(unrelated, "create");
    await assert.rejects(put(unrelated, "create"), { code: "definition/exists" });
  });

  test("values of Secrets lie in the secret store alone, and go with the Secret", async (context) => {
    const house = makeHouse(context);
    const secret = `apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: hunter2}\n`;
    await store(house, secret);
    const document = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: secret-}
spec:
  entrypoint: main
  templates:
  - name: main
    script:
      image: busybox
      command: [sh]
      env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}]
      source: 'test "\${#PASSWORD}" = 7 && echo it was "$PASSWORD"'
`;
    const run = await runToEnd(house, requestOf(document));
    assert.equal(run.row.phase, "succeeded");
    const holders = readdirSync(house.home, { recursive: true, encoding: "utf8" }).filter((name) => {
      const path = join(house.home, name);
      return statSync(path).isFile() && readFileSync(path).includes("hunter2");
    });
    assert.deepEqual(holders, []);
    assert.deepEqual(await house.secrets.reveal("db"), { password: "hunter2" });
    await house.definitions.remove({ kind: "Secret", name: "db" });
    assert.deepEqual(await house.secrets.list(), []);
  });

  test("Secrets that came with a document are listed beside stored ones, and can be deleted", async (context) => {
    const house = makeHouse(context);
    const secretOf = (name: string, text: string): string =>
      `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}}\nstringData: {text: ${text}, more: x}\n`;
    await store(house, secretOf("stored", "first"));
    const [again] = await store(house, secretOf("stored", "second"));
    assert.equal(again?.change, "updated");
    const document = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: brings-}
spec: {entrypoint: main, templates: [{name: main, script: {image: busybox, command: [sh], source: "true"}}]}
`;
    await runToEnd(house, requestOf(`${secretOf("brought", "along")}---${document}`));
    const rows = await house.secrets.list();
    assert.deepEqual(
      rows.map(({ name, keys, version }) => [name, [...keys].sort(), version]),
      [
        ["brought", ["more", "text"], undefined],
        ["stored", ["more", "text"], 1],
      ],
    );
    assert.equal((await house.secrets.reveal("stored"))["text"], "second");
    assert.equal((await house.secrets.changeKey()).count, 2);
    assert.equal((await house.secrets.reveal("brought"))["text"], "along");
    for (const name of ["brought", "stored"]) await house.secrets.remove(name);
    assert.deepEqual([await house.secrets.list(), await house.definitions.list("Secret")], [[], []]);
    await assert.rejects(house.secrets.remove("stored"), { code: "definition/unknown" });
  });

  test("what is said over a cron workflow stands in what is stored, and nothing else of the file", async (context) => {
    const house = makeHouse(context);
    const cron = `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: nightly, labels: {team: a, stage: test}}
spec:
  schedule: "0 3 * * *"
  timezone: Europe/Berlin
  workflowSpec:
    entrypoint: one
    arguments: {parameters: [{name: a, valueFrom: {configMapKeyRef: {name: c, key: k}}}, {name: b, value: two}]}
    templates: [{name: one, suspend: {}}, {name: two, suspend: {}}]
`;
    const answer = await house.definitions.store({
      source: `${unrelated}---${cron}`,
      file: "cron.yaml",
      mode: "create",
      kinds: ["CronWorkflow"],
      strict: true,
      overrides: {
        name: "daily",
        schedule: "@daily",
        entrypoint: "two",
        labels: { team: "b" },
        parameters: { a: "1" },
      },
    });
    assert.ok(answer.ok, JSON.stringify(answer));
    const { document } = await house.definitions.get({ kind: "CronWorkflow", name: "daily" });
    const spec = {
      timezone: "Europe/Berlin",
      schedules: ["@daily"],
      workflowSpec: {
        entrypoint: "two",
        arguments: {
          parameters: [
            { name: "b", value: "two" },
            { name: "a", value: "1" },
          ],
        },
        templates: [
          { name: "one", suspend: {} },
          { name: "two", suspend: {} },
        ],
      },
    };
    assert.deepEqual(document["metadata"], { name: "daily", labels: { team: "b", stage: "test" } });
    assert.deepEqual(document["spec"], spec);
  });

  test("a cron workflow is suspended for the version that it has", async (context) => {
    const house = makeHouse(context);
    const cron = (schedule: string): string => `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: nightly}
spec:
  schedules: ["${schedule}"]
  workflowSpec: {entrypoint: x, templates: [{name: x, suspend: {}}]}
`;
    await store(house, cron("0 3 * * *"));
    await house.definitions.suspend("nightly", true);
    const key = { kind: "CronWorkflow", name: "nightly" } as const;
    assert.deepEqual((await house.definitions.get(key)).status, { suspend: { value: true, version: 1 } });
    await assert.rejects(house.definitions.suspend("nobody", true), { code: "definition/unknown" });
    await store(house, cron("0 4 * * *"));
    assert.equal((await house.definitions.get(key)).version, 2);
  });
});
