/** Whole runs whose artifacts lie in storage that really runs: where they end up, and where secrets do not. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { createS3Driver } from "../../src/artifacts/s3/create-s3-driver.ts";
import type { House } from "../../src/api/house.ts";
import type { Json, JsonObject } from "../../src/base/json.ts";
import { makeLimits, refused } from "../../src/ports/conformance/artifact-driver.ts";
import { openHome } from "../../src/main/home.ts";
import { openHomeSecrets } from "../../src/main/home-secrets.ts";
import { makeRepository, needsGit } from "../artifacts/git-repository.ts";
import { needsS3, startS3Server } from "../artifacts/start-s3-server.ts";
import { startWebServer } from "../artifacts/web-server.ts";
import { makeHouse, needsShell, withEngine } from "../runtime/temporary-home.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";
import "../stores/given-key.ts";

const secret = "S3RVER-and-nobody-may-see-it";

/** Runs a document to its end; gives its phase, its messages and the log of one task. */
async function run(
  house: House,
  source: string,
  definitions: readonly string[] = [],
): Promise<{ phase: string; messages: string; log: string; name: string }> {
  let name = "";
  await withEngine(house, async (engine) => {
    const answer = await engine.submit({
      source,
      file: "w.yaml",
      submission: {
        parameters: {},
        definitions: definitions.map((text) => ({ source: text, file: "d.yaml" })),
      },
    });
    if (!answer.ok) throw new Error(JSON.stringify(answer.diagnostics));
    name = answer.name;
    await engine.settled(name);
  });
  const picture = await house.get(name);
  const rows = picture.view.rows(picture.state);
  const log = house
    .logFiles(picture, undefined)
    .map(({ path }) => readFileSync(path, "utf8"))
    .join("");
  return {
    name,
    log,
    phase: picture.view.outcome(picture.state).phase,
    messages: rows.map(({ message }) => message).join("\n"),
  };
}

function workflow(...templates: readonly string[]): string {
  const steps = templates.map((_, index) => `        - - {name: s${index}, template: t${index}}`).join("\n");
  const bodies = templates.map((body, index) => `    - name: t${index}\n${body}`).join("\n");
  return `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: foreign}
spec:
  entrypoint: main
  templates:
    - name: main
      steps:
${steps}
${bodies}
`;
}

const secretDocument = `apiVersion: v1
kind: Secret
metadata: {name: cred}
stringData: {user: S3RVER, password: ${secret}}
`;

function repositories({ endpoint }: JsonObject): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: artifact-repositories
  annotations: {workflows.argoproj.io/default-artifact-repository: mine}
data:
  mine: |
    s3:
      endpoint: ${JSON.stringify(endpoint)}
      insecure: true
      bucket: bucket
      keyFormat: "all/{{workflow.name}}"
      accessKeySecret: {name: cred, key: user}
      secretKeySecret: {name: cred, key: password}
`;
}

/** Every file below a folder whose text holds the secret. */
function findSecretIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(secret));
}

const skip = needsShell === false ? needsS3 : needsShell;

test(
  "the repository of the home: outputs go there, keys are read from there, and secrets stay where they are",
  { skip },
  async (context) => {
    const settings = await startS3Server(context);
    const house = makeHouse(context);
    mkdirSync(house.home, { recursive: true });
    writeFileSync(
      join(house.home, "artifact-repositories.yaml"),
      `${repositories(settings)}---\n${secretDocument}`,
    );
    const { phase, messages, log } = await run(
      house,
      workflow(
        `      container: {image: alpine, command: [sh, -c, "mkdir /tmp/d; echo one > /tmp/d/a; echo two > /tmp/d/b"]}
      outputs:
        artifacts:
          - {name: packed, path: /tmp/d}
          - {name: plain, path: /tmp/d, archive: {none: {}}, s3: {key: "plain/{{workflow.name}}"}}`,
        `      inputs:
        artifacts:
          - {name: plain, path: /plain, s3: {key: plain/foreign}}
          - {name: packed, path: /packed, s3: {key: all/foreign/packed.tgz}}
          - {name: never, path: /never, optional: true, s3: {key: never/made}}
      container: {image: alpine, command: [sh, -c, "cat /plain/a /packed/b; ls /never 2>&1 | grep -c /never"]}`,
      ),
    );
    assert.deepEqual([phase, messages.trim(), log], ["Succeeded", "", "one\ntwo\n1\n"]);
    const listed = await createS3Driver().list({ driver: "s3", key: "", settings }, makeLimits());
    assert.deepEqual(listed, ["all/foreign/packed.tgz", "plain/foreign/a", "plain/foreign/b"]);
    const found = findSecretIn(house.home).map((path) => path.slice(house.home.length + 1));
    assert.deepEqual(found.sort(), ["artifact-repositories.yaml"]);
  },
);

test("a stored repository and its stored Secret serve who keeps artifacts", { skip }, async (context) => {
  const settings = await startS3Server(context);
  const house = makeHouse(context);
  const stored = await house.definitions.store({
    source: `${repositories(settings)}---\n${secretDocument}`,
    file: "stored.yaml",
    mode: "apply",
    kinds: ["ConfigMap", "Secret"],
    strict: true,
  });
  assert.ok(stored.ok);
  const { phase, messages } = await run(
    house,
    workflow(`      container: {image: alpine, command: [sh, -c, "echo one > /tmp/one"]}
      outputs: {artifacts: [{name: one, path: /tmp/one}]}`),
  );
  assert.deepEqual([phase, messages.trim()], ["Succeeded", ""]);
  const listed = await createS3Driver().list({ driver: "s3", key: "", settings }, makeLimits());
  assert.deepEqual(listed, ["all/foreign/one.tgz"]);
  const found = findSecretIn(house.home).map((path) => path.slice(house.home.length + 1));
  assert.deepEqual(found, []);
});

test(
  "http and git: what lies there is laid, outputs are put, and a refusal names driver and address",
  { skip: needsShell === false ? needsGit : needsShell },
  async (context: TestContext) => {
    const authorization = `Basic ${Buffer.from(`S3RVER:${secret}`).toString("base64")}`;
    const server = await startWebServer(context, { authorization });
    server.files.set("/in.txt", Buffer.from("from the web\n"));
    const repository = makeRepository(makeTemporaryFolder(context), "r");
    repository.commit({ "deep/file": "from git\n" }, "one");
    const auth =
      "auth: {basicAuth: {usernameSecret: {name: cred, key: user}, passwordSecret: {name: cred, key: password}}}";
    const house = makeHouse(context);
    const good = await run(
      house,
      workflow(`      inputs:
        artifacts:
          - {name: web, path: /web, http: {url: "${server.origin}/in.txt", ${auth}}}
          - {name: git, path: /git, subPath: deep, git: {repo: "${pathToFileURL(repository.bare).href}", depth: 1}}
      container: {image: alpine, command: [sh, -c, "cat /web /git/file | tee /tmp/out"]}
      outputs:
        artifacts: [{name: out, path: /tmp/out, archive: {none: {}}, http: {url: "${server.origin}/out.txt", ${auth}}}]`),
      [secretDocument],
    );
    assert.deepEqual([good.phase, good.log], ["Succeeded", "from the web\nfrom git\n"]);
    assert.equal(server.files.get("/out.txt")?.toString("utf8"), "from the web\nfrom git\n");
    const bad = await run(
      house,
      workflow(`      inputs: {artifacts: [{name: web, path: /web, http: {url: "${server.origin}/none", ${auth}}}]}
      container: {image: alpine, command: ["true"]}`),
      [secretDocument],
    );
    assert.deepEqual([bad.phase], ["Failed"]);
    assert.match(bad.messages, new RegExp(`artifact web: nothing lies at http '${server.origin}/none'`, "u"));
    assert.deepEqual(findSecretIn(house.home), []);
  },
);

test("a driver that is not there is told before the run", async (context) => {
  const house = makeHouse(context);
  await withEngine(house, async (engine) => {
    const source =
      workflow(`      inputs: {artifacts: [{name: a, path: /a, hdfs: {addresses: [x], path: /y, hdfsUser: z}}]}
      container: {image: alpine}`);
    const answer = await engine.submit({ source, file: "w.yaml", submission: { parameters: {} } });
    assert.ok(!answer.ok);
    assert.deepEqual(
      answer.diagnostics.map(({ code, message }) => [code, message]),
      [["artifact/driver-missing", "no driver for artifacts in hdfs is installed"]],
    );
  });
});

/** Makes two artifacts, of which the second is kept by its own strategy, and a log. */
const collected = (gc: string, second: string): string =>
  workflow(`      container: {image: alpine, command: [sh, -c, "echo 1 > /tmp/one; echo 2 > /tmp/two; echo said; echo complained >&2"]}
      outputs:
        artifacts:
          - {name: one, path: /tmp/one, archive: {none: {}}, s3: {key: gc/one}}
          - {name: two, path: /tmp/two, archive: {none: {}}, s3: {key: gc/two}${second}}`).replace(
    "spec:\n",
    `spec:\n  artifactGC: {${gc}}\n  archiveLogs: true\n`,
  );

test(
  "with the run's end go copies that are kept so long, here and in a bucket, and others stay",
  { skip },
  async (context) => {
    const settings = await startS3Server(context);
    const listS3 = (): Promise<readonly string[]> =>
      createS3Driver().list({ driver: "s3", key: "", settings }, makeLimits());
    const house = makeHouse(context);
    const document = collected("strategy: OnWorkflowCompletion", ", artifactGC: {strategy: Never}");
    const here = await run(house, document);
    assert.equal(here.phase, "Succeeded");
    assert.deepEqual(readdirSync(join(house.home, "repository", "gc")), ["two"]);
    const there = await run(house, document, [repositories(settings), secretDocument]);
    assert.equal(there.phase, "Succeeded");
    assert.deepEqual(await listS3(), ["gc/two"]);
  },
);

test(
  "with the run go copies that are kept so long; without their storage the run stays, unless it is forced",
  { skip },
  async (context) => {
    const settings = await startS3Server(context);
    const listS3 = (): Promise<readonly string[]> =>
      createS3Driver().list({ driver: "s3", key: "", settings }, makeLimits());
    const definitions = [repositories(settings), secretDocument];
    const house = makeHouse(context);
    const first = await run(house, collected("strategy: OnWorkflowDeletion", ""), definitions);
    assert.deepEqual(await listS3(), [`all/${first.name}/main.log`, "gc/one", "gc/two"]);
    await house.remove(first.name);
    assert.deepEqual(await listS3(), []);
    const second = await run(house, collected("strategy: OnWorkflowDeletion", ""), definitions);
    const forced = await run(
      house,
      collected("strategy: OnWorkflowDeletion, forceFinalizerRemoval: true", ""),
      definitions,
    );
    openHomeSecrets(openHome(house.home)).put("cred", { user: "nobody", password: "wrong" });
    const error = await refused(house.remove(second.name), "artifact/not-removed");
    assert.match(
      error.message,
      new RegExp(`run '${second.name}' is not deleted.*s3 '.*InvalidAccessKeyId`, "u"),
    );
    assert.equal((await house.get(second.name)).row.name, second.name);
    await house.remove(forced.name);
    await assert.rejects(house.get(forced.name));
  },
);

test(
  "with a run whose time is over go its copies; one whose copies cannot go stays, and its folder says why",
  { skip },
  async (context) => {
    const settings = await startS3Server(context);
    const house = makeHouse(context);
    const document = collected("strategy: OnWorkflowDeletion", "").replace(
      "spec:\n",
      "spec:\n  ttlStrategy: {secondsAfterCompletion: 0}\n",
    );
    const here = await run(house, document);
    const there = await run(house, document, [repositories(settings), secretDocument]);
    openHomeSecrets(openHome(house.home)).put("cred", { user: "nobody", password: "wrong" });
    await withEngine(house, async (engine) => {
      const { deleted } = await engine.expire(Number.MAX_SAFE_INTEGER, []);
      assert.deepEqual(deleted, [here.name]);
    });
    assert.deepEqual(readdirSync(join(house.home, "repository", "gc")), []);
    assert.equal((await house.get(there.name)).row.name, there.name);
    const note = readFileSync(join(house.home, "runs", there.name, "not-removed.txt"), "utf8");
    assert.match(note, /^artifact\/not-removed: .*InvalidAccessKeyId/u);
  },
);

test("logs are kept as an artifact, also of a task that fails", { skip: needsShell }, async (context) => {
  const house = makeHouse(context);
  const source = workflow(
    `      container: {image: alpine, command: [sh, -c, "echo said; echo complained >&2; exit 3"]}`,
  );
  const { phase, name } = await run(house, source.replace("spec:\n", "spec:\n  archiveLogs: true\n"));
  assert.equal(phase, "Failed");
  const { state } = await house.get(name);
  const logs = [...state.outputs.values()].flatMap(({ files }) => Object.entries(files));
  const [[logName, log] = []] = logs;
  assert.equal(logName, "main-logs");
  assert.ok(log?.kind === "artifact");
  const target = join(makeTemporaryFolder(context), "log");
  await house.exportArtifact(log as unknown as Json, target);
  assert.equal(readFileSync(target, "utf8"), "said\ncomplained\n");
});
