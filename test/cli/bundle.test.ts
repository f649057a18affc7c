/** The bundle that users get: packages that only some runs need are evaluated in it, and have what is asked of them. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { findBuiltCommand } from "../abuse/built-command.ts";
import { needsS3, startS3Server } from "../artifacts/start-s3-server.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

const run = promisify(execFile);

/** `place`: fields of an S3 location but for its key. */
const documentWith = (place: string): string => `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: w-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: write, template: write}
    - - {name: read, template: read}
  - name: write
    script: {image: busybox, command: [sh], source: "echo hello >/tmp/file"}
    outputs:
      artifacts:
      - {name: zip, path: /tmp/file, archive: {zip: {}}, s3: {${place}, key: a.zip}}
      - {name: tar, path: /tmp/file, s3: {${place}, key: a.tgz}}
  - name: read
    inputs:
      artifacts:
      - {name: zip, path: /tmp/zip, archive: {zip: {}}, s3: {${place}, key: a.zip}}
      - {name: tar, path: /tmp/tar, s3: {${place}, key: a.tgz}}
    script: {image: busybox, command: [sh], source: "cat /tmp/zip /tmp/tar"}
---
{apiVersion: v1, kind: Secret, metadata: {name: keys}, stringData: {key: S3RVER}}
`;

test(
  "the bundle stores and brings artifacts in S3, as zip and as tar",
  { skip: needsS3 },
  async (context) => {
    const folder = makeTemporaryFolder(context);
    const { endpoint, bucket } = await startS3Server(context);
    const secret = "{name: keys, key: key}";
    const place = `endpoint: ${JSON.stringify(endpoint)}, bucket: ${JSON.stringify(bucket)}, insecure: true, accessKeySecret: ${secret}, secretKeySecret: ${secret}`;
    const file = join(folder, "w.yaml");
    writeFileSync(file, documentWith(place));
    const words = [findBuiltCommand(), "run", file, "--home", join(folder, "home")];
    const env = { ...process.env, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder };
    const { stdout } = await run(process.execPath, [...words, "--executor", "process"], { env });
    assert.match(stdout, /Succeeded/u);
    const runs = join(folder, "home", "runs");
    const [name = ""] = readdirSync(runs);
    const logs = readdirSync(join(runs, name)).map((task) => join(runs, name, task, "main.out"));
    assert.deepEqual(
      logs.filter((log) => existsSync(log)).map((log) => readFileSync(log, "utf8")),
      ["", "hello\nhello\n"],
    );
  },
);

test("a command leaves at once with its code, unless Node was asked to note something", async (context) => {
  const folder = makeTemporaryFolder(context);
  const start = (env: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<unknown> =>
    run(process.execPath, [findBuiltCommand(), ...words, "--home", join(folder, "home")], {
      env: { ...process.env, XDG_CACHE_HOME: folder, ...env },
    });
  const missing = join(folder, "missing.yaml");
  await assert.rejects(start({}, "lint", missing), { code: 2 });
  const coverage = join(folder, "coverage");
  await assert.rejects(start({ NODE_V8_COVERAGE: coverage }, "lint", missing), { code: 2 });
  assert.equal(readdirSync(coverage).length, 1);
});
