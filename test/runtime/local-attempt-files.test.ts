/** Attempt directories that are there already: of this attempt, of another one, and of commands that have begun. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openLocalArtifacts } from "../../src/artifacts/local/open-local-artifacts.ts";
import type { AttemptInput, AttemptOrder } from "../../src/model/run/attempt.ts";
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
