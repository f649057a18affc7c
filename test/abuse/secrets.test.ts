/** Values of Secrets, in both executors: commands get them, and nothing that is kept or shown holds them. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { skipWithout } from "./machine.ts";
import { makePlace } from "./place.ts";
import { runProgram, show, startProgram } from "./program.ts";

const value = "hunter2-is-the-value";

/** The command proves by lengths that it got the values, and shows and hands on what it should not. */
function writeDocument(script: string): string {
  const url = { name: "URL", value: "db://user:$(PW)@host" };
  const variable = { name: "PW", valueFrom: { secretKeyRef: { name: "db", key: "password" } } };
  const main = {
    name: "main",
    outputs: { parameters: [{ name: "leak", valueFrom: { path: "/tmp/leak" } }] },
    script: {
      image: "busybox",
      command: ["sh"],
      source: script,
      env: [variable, url],
      volumeMounts: [{ name: "files", mountPath: "/etc/db" }],
    },
  };
  const workflow = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name: "quiet" },
    spec: {
      entrypoint: "main",
      volumes: [{ name: "files", secret: { secretName: "db" } }],
      templates: [main],
    },
  };
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "db" },
    stringData: { password: value },
  };
  return `${JSON.stringify(secret)}\n---\n${JSON.stringify(workflow)}\n`;
}

function listFilesWith(folder: string, text: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text))
    .map((path) => path.slice(folder.length + 1))
    .sort();
}

const leak = 'echo "$PW $URL"; cat /etc/db/password >&2; printf "%s" "$PW" >/tmp/leak';
const measure = 'echo "lengths ${#PW} ${#URL} $(wc -c </etc/db/password)"';
const lengths = `lengths ${value.length} ${value.length + "db://user:@host".length} ${value.length}`;

describe("secrets", () => {
  for (const executor of ["process", "sandbox"] as const) {
    test(
      `reach the command and nothing else (${executor})`,
      { skip: skipWithout(executor) },
      async (context) => {
        const place = makePlace(context);
        place.write("it.yaml", writeDocument(`${measure}; ${leak}`));
        const options = { cwd: place.work };
        const ran = await runProgram(["run", "it.yaml", "--executor", executor, "--log"], options);
        assert.equal(ran.code, 0, show(ran));
        const logs = await runProgram(["logs", "quiet"], options);
        assert.ok(logs.stdout.includes(lengths), show(logs));
        const got = await runProgram(["get", "quiet", "-o", "json"], options);
        for (const shown of [ran, logs, got])
          assert.ok(!`${shown.stdout}${shown.stderr}`.includes(value), show(shown));
        // What the command itself wrote to a file of its own is its own.
        assert.deepEqual(listFilesWith(join(place.work, ".millrace"), value), [
          "runs/quiet/0/root/tmp/leak",
          "secrets/db.json",
        ]);
      },
    );

    test(`are there for a resubmission (${executor})`, { skip: skipWithout(executor) }, async (context) => {
      const place = makePlace(context);
      place.write("it.yaml", writeDocument(`${measure}; printf x >/tmp/leak`));
      const options = { cwd: place.work };
      await runProgram(["run", "it.yaml", "--executor", executor], options);
      const again = await runProgram(["resubmit", "quiet", "--executor", executor, "--log"], options);
      assert.equal(again.code, 0, show(again));
      assert.ok(again.stdout.includes(lengths), show(again));
    });

    test(
      `are masked while the command still runs (${executor})`,
      { skip: skipWithout(executor) },
      async (context) => {
        const place = makePlace(context);
        place.write(
          "it.yaml",
          writeDocument(`${leak}; echo said; while [ ! -e "$GATE" ]; do sleep 0.05; done`),
        );
        const options = { cwd: place.work };
        const running = startProgram(["run", "it.yaml", "--executor", executor, "--log"], options);
        await running.until(/said/u);
        const logs = await runProgram(["logs", "quiet"], options);
        assert.match(logs.stdout, /^\*\*\* db:\/\/user:\*\*\*@host$/mu, show(logs));
        await runProgram(["terminate", "quiet"], options);
        const ended = await running.ended;
        for (const shown of [logs, ended])
          assert.ok(!`${shown.stdout}${shown.stderr}`.includes(value), show(shown));
      },
    );
  }

  test("a Secret that was taken away since is a clear failure", async (context) => {
    const place = makePlace(context);
    place.write("it.yaml", writeDocument("printf x >/tmp/leak"));
    const options = { cwd: place.work };
    await runProgram(["run", "it.yaml", "--executor", "process"], options);
    rmSync(join(place.work, ".millrace", "secrets", "db.json"));
    const again = await runProgram(["resubmit", "quiet", "--executor", "process"], options);
    assert.notEqual(again.code, 0, show(again));
    assert.match(again.stdout, /the Secret db with the key password is not stored any more/u, show(again));
  });
});
