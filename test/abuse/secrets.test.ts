/** Values of Secrets, in both executors: commands get them, and nothing that is kept or shown holds them. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { skipWithout } from "./machine.ts";
import { makePlace } from "./place.ts";
import { runProgram, show, startProgram } from "./program.ts";
import { workflowOf } from "./workflow.ts";

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
        assert.deepEqual(listFilesWith(join(place.work, ".millrace"), value), ["runs/quiet/0/root/tmp/leak"]);
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

  for (const executor of ["process", "sandbox"] as const)
    test(
      `in words of several commands are on no disk, and those in files are gone, also when Millrace was killed (${executor})`,
      { skip: skipWithout(executor) },
      async (context) => {
        const place = makePlace(context);
        const wait = `while [ ! -e ${place.work}/go ]; do sleep 0.05; done`;
        const first = {
          name: "first",
          image: "busybox",
          command: ["sh", "-c", `echo "length \${#0}" begun; ${wait}`, "$(PW)"],
          env: [
            { name: "PW", valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
            { name: "odd-name", valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
            { name: "URL", value: "db://$(PW)@host" },
          ],
          volumeMounts: [{ name: "files", mountPath: "/etc/db" }],
        };
        const second = {
          name: "main",
          image: "busybox",
          command: ["sh", "-c", "true"],
          dependencies: ["first"],
        };
        const containerSet = { containers: [first, second] };
        const volumes = [{ name: "files", secret: { secretName: "db" } }];
        const workflow = workflowOf([{ name: "main", containerSet }], { volumes });
        const secret = {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: "db" },
          stringData: { password: value },
        };
        place.write("it.yaml", `${JSON.stringify(secret)}\n---\n${workflow}\n`);
        const options = { cwd: place.work };
        const running = startProgram(["run", "it.yaml", "--executor", executor, "--log"], options);
        await running.until(/begun/u);
        const home = join(place.work, ".millrace");
        assert.deepEqual(listFilesWith(home, value), ["runs/abuse/0/root/etc/db/password"]);
        process.kill(running.pid, "SIGKILL");
        await running.ended;
        place.write("go", "");
        const resumed = await runProgram(["resume", "abuse", "--executor", executor, "--log"], options);
        assert.equal(resumed.code, 0, show(resumed));
        assert.ok(resumed.stdout.includes(`length ${value.length}`), show(resumed));
        assert.deepEqual(listFilesWith(home, value), []);
      },
    );

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

  test("a copy of the home is of no use without its key, and of full use with it", async (context) => {
    const place = makePlace(context);
    const keys = join(place.work, "config");
    const env = { MILLRACE_SECRET_KEY: undefined, XDG_CONFIG_HOME: keys };
    const options = { cwd: place.work, env };
    place.write("it.yaml", writeDocument(`${measure}; printf x >/tmp/leak`).replace(/^.*\n---\n/u, ""));
    const made = await runProgram(["secret", "create", "db", "--from-env", "password=DB"], {
      ...options,
      env: { ...env, DB: value },
    });
    assert.equal(made.code, 0, show(made));
    const ran = await runProgram(["run", "it.yaml", "--executor", "process", "--log"], options);
    assert.equal(ran.code, 0, show(ran));
    assert.ok(ran.stdout.includes(lengths), show(ran));
    assert.deepEqual(listFilesWith(place.work, value), []);
    renameSync(join(place.work, ".millrace"), join(place.work, "copy"));
    const elsewhere = { ...options, env: { ...env, XDG_CONFIG_HOME: join(place.work, "other") } };
    const again = ["run", "it.yaml", "--executor", "process", "--log", "--home", "copy"];
    const refused = await runProgram(again, elsewhere);
    assert.notEqual(refused.code, 0, show(refused));
    assert.match(refused.stdout, /MILLRACE_SECRET_KEY_FILE/u, show(refused));
    const other = { ...options, env: { ...env, MILLRACE_SECRET_KEY: "0".repeat(64) } };
    const wrong = await runProgram(["secret", "get", "db", "--reveal", "--home", "copy"], {
      ...other,
      env: { ...other.env, XDG_CONFIG_HOME: join(place.work, "other") },
    });
    assert.equal(wrong.code, 2, show(wrong));
    assert.match(wrong.stderr, /secrets\/key-missing/u, show(wrong));
    const [file = ""] = readdirSync(join(keys, "millrace", "keys"));
    const found = { ...elsewhere.env, MILLRACE_SECRET_KEY_FILE: join(keys, "millrace", "keys", file) };
    const opened = await runProgram(again, { ...options, env: found });
    assert.equal(opened.code, 0, show(opened));
    assert.ok(opened.stdout.includes(lengths), show(opened));
  });

  test("a home of a version that did not encrypt is encrypted by the next engine", async (context) => {
    const place = makePlace(context);
    const plain = place.write(
      ".millrace/secrets/db.json",
      JSON.stringify({ name: "db", values: [["password", value]] }),
    );
    place.write(
      "it.yaml",
      writeDocument("true")
        .replace(/^.*\n---\n/u, "")
        .replaceAll("db", "none"),
    );
    const other = await runProgram(["list"], { cwd: place.work });
    assert.equal(other.code, 0, show(other));
    assert.ok(readFileSync(plain, "utf8").includes(value));
    await runProgram(["run", "it.yaml", "--executor", "process"], { cwd: place.work });
    assert.ok(!readFileSync(plain, "utf8").includes(value));
    const shown = await runProgram(["secret", "get", "db", "--reveal", "--key", "password"], {
      cwd: place.work,
    });
    assert.equal(shown.stdout, value, show(shown));
  });
});
