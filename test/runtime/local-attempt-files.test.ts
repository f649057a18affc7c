/** Attempt directories that are there already: of this attempt, of another one, and of commands that have begun. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openLocalArtifacts } from "../../src/artifacts/local/open-local-artifacts.ts";
import type { AttemptCommand, AttemptExit, AttemptInput, AttemptOrder } from "../../src/model/run/attempt.ts";
import type { AttemptFiles } from "../../src/ports/attempt-files.ts";
import { createForeignStorage } from "../../src/runtime/attempts/foreign-storage.ts";
import { createMemorySecrets } from "../../src/stores/memory/memory-secrets.ts";
import { createLocalAttemptFiles } from "../../src/runtime/attempts/local-attempt-files.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

const input: AttemptInput = {
  name: "in",
  path: "/data/in",
  source: { kind: "text", text: "as it was laid" },
  unpack: "keep",
  recurseMode: false,
};

function makeOrder(taskName: string): AttemptOrder {
  return {
    attemptId: "run/5",
    runId: "run",
    taskName,
    commands: [],
    inputs: [input],
    outputParameters: [],
    outputArtifacts: [],
    captureResult: false,
    graceMs: 0,
  };
}

function openFiles(context: TestContext): AttemptFiles {
  const root = makeTemporaryFolder(context);
  return createLocalAttemptFiles({
    runsFolder: join(root, "runs"),
    repositoryFolder: join(root, "repository"),
    claimsFolder: join(root, "claims"),
    artifacts: openLocalArtifacts(join(root, "artifacts")),
    storage: createForeignStorage({
      findDriver: (name) => Promise.reject(new Error(`nobody asks for ${name} here`)),
      secrets: createMemorySecrets(),
      wait: () => Promise.resolve(),
    }),
    nameOf: (runId) => runId,
  });
}

test("an attempt that is laid again and has not begun is whole again", async (context) => {
  const files = openFiles(context);
  await files.lay(makeOrder("a"));
  const laid = join(files.directoryOf("run/5"), "root", "data", "in");
  writeFileSync(laid, "half");
  assert.deepEqual(await files.lay(makeOrder("a")), { ok: true, directory: files.directoryOf("run/5") });
  assert.equal(readFileSync(laid, "utf8"), "as it was laid");
});

test("F1: what commands that have begun made of their inputs stays", async (context) => {
  const files = openFiles(context);
  await files.lay(makeOrder("a"));
  const directory = files.directoryOf("run/5");
  writeFileSync(join(directory, "root", "data", "in"), "changed by the command");
  writeFileSync(join(directory, "exit"), "end 0 \n");
  await files.lay(makeOrder("a"));
  assert.equal(readFileSync(join(directory, "root", "data", "in"), "utf8"), "changed by the command");
  assert.ok(existsSync(join(directory, "exit")));
});

test("a directory of another order, left by a history that is gone, tells nothing about this one", async (context) => {
  const files = openFiles(context);
  await files.lay(makeOrder("another task"));
  const directory = files.directoryOf("run/5");
  mkdirSync(join(directory, "logs"));
  writeFileSync(join(directory, "logs", "main.out"), "of another task");
  writeFileSync(join(directory, "exit"), "end 0 \n");
  await files.lay(makeOrder("this task"));
  assert.ok(!existsSync(join(directory, "exit")));
  assert.ok(!existsSync(join(directory, "logs")));
  assert.equal(readFileSync(join(directory, "root", "data", "in"), "utf8"), "as it was laid");
});

test("an input below another one that is a file is a problem of the attempt", async (context) => {
  const files = openFiles(context);
  const below = { ...input, name: "below", path: "/data/in/below" };
  const laid = await files.lay({ ...makeOrder("a"), inputs: [input, below] });
  assert.deepEqual(laid, {
    ok: false,
    problem: {
      kind: "input-missing",
      name: "below",
      message: "artifact below: /data/in/below lies below what is no directory",
    },
  });
});

const command: AttemptCommand = {
  name: "main",
  role: "main",
  image: "busybox",
  command: ["true"],
  args: [],
  env: [],
  volumes: [],
  after: [],
  retries: 0,
  retryDelayMs: 0,
};

function goodExit(attemptId: string): AttemptExit {
  const place = { executor: "process", host: "", user: "" };
  return { attemptId, startedAt: 1, endedAt: 2, ending: { kind: "exited", code: 0 }, usage: {}, ...place };
}

test("a key above or below the key of a file is a problem of the attempt, and takes nothing away", async (context) => {
  const files = openFiles(context);
  const keep = async (attemptId: string, key: string): Promise<string> => {
    const archive = { kind: "none" } as const;
    const outputArtifacts = [{ name: "out", path: "/data/out", archive, optional: false, key }];
    const order: AttemptOrder = { ...makeOrder("a"), attemptId, outputArtifacts };
    await files.lay(order);
    writeFileSync(join(files.directoryOf(attemptId), "root", "data", "out"), key);
    const { problem } = await files.collect(order, goodExit(attemptId));
    return problem === undefined ? "" : "message" in problem ? (problem.message ?? "") : problem.kind;
  };
  assert.equal(await keep("run/1", "a"), "");
  assert.match(await keep("run/2", "a/b"), /artifact key 'a\/b' lies below another key/);
  assert.equal(await keep("run/3", "c/d"), "");
  assert.match(await keep("run/4", "c"), /artifact key 'c' has other keys below it/);
  assert.equal(await keep("run/5", "c/d"), "");
  assert.match(
    await keep("run/6", "x".repeat(5000)),
    /^output artifact out: artifact key 'x+\.\.\.' is longer/,
  );
  assert.match(await keep("run/7", "a\0b"), /holds a NUL character$/);
});

test("a sub-path of a volume may be a file that an earlier attempt left; nothing lies below one", async (context) => {
  const files = openFiles(context);
  const mount = (attemptId: string, subPath: string): AttemptOrder => {
    const source = { kind: "run", key: "data" } as const;
    const volumes = [{ name: "data", mountPath: "/data", readOnly: false, subPath, source }];
    return { ...makeOrder("a"), attemptId, inputs: [], commands: [{ ...command, volumes }] };
  };
  await files.lay(mount("run/1", ""));
  const root = (attemptId: string): string => join(files.directoryOf(attemptId), "root", "data");
  writeFileSync(join(root("run/1"), "f"), "text");
  assert.deepEqual((await files.lay(mount("run/2", "f"))).ok, true);
  assert.equal(readFileSync(root("run/2"), "utf8"), "text");
  const below = await files.lay(mount("run/3", "f/g"));
  assert.equal(below.ok ? "" : below.problem.kind, "start-refused");
});

test("an output parameter holds up to 1 MiB, whole or not at all", async (context) => {
  const files = openFiles(context);
  const most = 1024 * 1024;
  const order: AttemptOrder = { ...makeOrder("a"), outputParameters: [{ name: "p", path: "/data/p" }] };
  await files.lay(order);
  const collect = async (text: string) => {
    writeFileSync(join(files.directoryOf("run/5"), "root", "data", "p"), text);
    return files.collect(order, goodExit("run/5"));
  };
  // The line feed at the end is no part of the value, but of the file.
  const good = [
    "",
    "x".repeat(most - 1),
    "x".repeat(most),
    `${"x".repeat(most - 1)}\n`,
    "é".repeat(most / 2),
  ];
  for (const text of good) {
    const { outputs, problem } = await collect(text);
    assert.equal(problem, undefined);
    assert.ok(outputs.parameters["p"] === text.replace(/\n$/, ""), `${text.length} characters`);
  }
  for (const text of ["x".repeat(most + 1), `${"x".repeat(most)}\n`, "é".repeat(most / 2 + 1)]) {
    const bytes = Buffer.byteLength(text);
    const { outputs, problem } = await collect(text);
    const message = `output parameter p: /data/p holds more than 1 MiB (${bytes} bytes); what is larger is an artifact`;
    assert.deepEqual(problem, { kind: "output-missing", name: "p", message });
    assert.equal(outputs.parameters["p"], undefined);
  }
});

test("an attempt that never began has no result, also where its log was made ahead", async (context) => {
  const files = openFiles(context);
  const order: AttemptOrder = { ...makeOrder("a"), inputs: [], commands: [command], captureResult: true };
  await files.lay({ ...order, attemptId: "run/4" });
  files.expectAnother();
  await files.lay(order);
  assert.ok(existsSync(join(files.directoryOf("run/5"), "main.out")), "made ahead");
  const collected = async (exit: AttemptExit) => (await files.collect(order, exit)).outputs.result;
  const exit = goodExit("run/5");
  assert.equal(await collected({ ...exit, ending: { kind: "not-run" } }), undefined);
  assert.equal(await collected(exit), "");
});

test("a claim whose name is none is not mounted", async (context) => {
  const files = openFiles(context);
  const lay = async (key: string, number: number) => {
    const source = { kind: "run", key, lasts: true } as const;
    const volumes = [{ name: "v", mountPath: "/v", readOnly: false, source }];
    const order = {
      ...makeOrder("a"),
      attemptId: `run/${number}`,
      inputs: [],
      commands: [{ ...command, volumes }],
    };
    const laid = await files.lay(order);
    return laid.ok || (laid.problem.kind === "start-refused" && laid.problem.code);
  };
  const names = ["data-1.a", "", "data-{{workflow.nope}}", "../x", "Data", "a/b"];
  const found = await Promise.all(names.map(lay));
  assert.deepEqual(found, [true, ...names.slice(1).map(() => "volume/bad-claim")]);
});
