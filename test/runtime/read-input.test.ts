/** Inputs that the runtime reads by itself. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openLocalArtifacts } from "../../src/artifacts/local/open-local-artifacts.ts";
import type { InputSource } from "../../src/model/run/attempt.ts";
import { createForeignStorage } from "../../src/runtime/attempts/foreign-storage.ts";
import { createInputReader } from "../../src/runtime/attempts/read-input.ts";
import { createMemorySecrets } from "../../src/stores/memory/memory-secrets.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

function open(context: TestContext) {
  const root = makeTemporaryFolder(context);
  const artifacts = openLocalArtifacts(join(root, "artifacts"));
  const repositoryFolder = join(root, "repository");
  mkdirSync(repositoryFolder);
  const storage = createForeignStorage({
    findDriver: (name) => Promise.reject(new Error(`nobody asks for ${name} here`)),
    secrets: createMemorySecrets(),
    wait: () => Promise.resolve(),
  });
  const readInput = createInputReader({ repositoryFolder, artifacts, storage });
  const read = (source: InputSource): Promise<string> =>
    readInput({ name: "m", path: "/m", source, unpack: "tar-by-content", recurseMode: false });
  return { root, artifacts, repositoryFolder, read };
}

test("a text, a kept file and a packed one are read as they were written", async (context) => {
  const { root, artifacts, repositoryFolder, read } = open(context);
  writeFileSync(join(root, "file"), "é: 1\n");
  writeFileSync(join(repositoryFolder, "key"), "under a key");
  assert.equal(await read({ kind: "text", text: "plain" }), "plain");
  const plain = await artifacts.keep(join(root, "file"), { kind: "none" });
  assert.equal(await read({ kind: "artifact", artifact: plain }), "é: 1\n");
  const packed = await artifacts.keep(join(root, "file"), { kind: "tar", compressionLevel: 6 });
  assert.equal(await read({ kind: "artifact", artifact: packed }), "é: 1\n");
  assert.equal(await read({ kind: "key", key: "key", optional: false }), "under a key");
});

test("the longest text is read whole", async (context) => {
  const { root, artifacts, read } = open(context);
  for (const length of [4 * 1024 * 1024 - 1, 4 * 1024 * 1024]) {
    writeFileSync(join(root, "long"), Buffer.alloc(length, "x"));
    const artifact = await artifacts.keep(join(root, "long"), { kind: "none" });
    assert.equal((await read({ kind: "artifact", artifact })).length, length);
  }
});

test("what is missing, a directory or too long is refused by name", async (context) => {
  const { root, artifacts, read } = open(context);
  mkdirSync(join(root, "folder"));
  writeFileSync(join(root, "folder", "file"), "x");
  writeFileSync(join(root, "long"), Buffer.alloc(4 * 1024 * 1024 + 1));
  const folder = await artifacts.keep(join(root, "folder"), { kind: "none" });
  const long = await artifacts.keep(join(root, "long"), { kind: "none" });
  const refusals = [
    [{ kind: "key", key: "nowhere", optional: false }, "artifact/missing", /^artifact m: nothing lies/],
    [{ kind: "key", key: "nowhere", optional: true }, "artifact/missing", /^artifact m: nothing lies/],
    [{ kind: "artifact", artifact: folder }, "artifact/no-text", /^artifact m: it is a directory/],
    [{ kind: "artifact", artifact: long }, "artifact/no-text", /^artifact m: it has 4194305 bytes/],
  ] as const;
  for (const [source, code, message] of refusals) await assert.rejects(read(source), { code, message });
});
