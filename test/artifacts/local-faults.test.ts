/** What happens to local artifacts when the world misbehaves: A3 and A6 with real means. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openLocalArtifacts } from "../../src/artifacts/local/open-local-artifacts.ts";
import { digestPath } from "../../src/model/data/digest.ts";
import {
  asIs,
  asTar,
  asZip,
  asZipped,
  byContent,
  plainly,
  readLayout,
  writeLayout,
} from "../../src/ports/conformance/artifact-store.ts";
import { makeTemporaryFolder, mountSmallDisk } from "../stores/temporary-folder.ts";

const sizes = { small: 1000, large: 3_000_000 };

for (const [name, size] of Object.entries(sizes)) {
  test(`A6: one flipped bit in a ${name} object is noticed, and the target stays as it was`, async (context) => {
    const folder = makeTemporaryFolder(context);
    const store = openLocalArtifacts(join(folder, "store"));
    writeFileSync(join(folder, "in"), Buffer.alloc(size, "abc"));
    const kept = await store.keep(join(folder, "in"), asIs);
    const path = store.findFilePath(kept.content);
    assert.ok(path !== undefined);
    flipBit(path, size - 1);
    mkdirSync(join(folder, "work"));
    writeFileSync(join(folder, "work", "out"), "before");
    const damaged = { name: "MillraceError", code: "artifact/damaged", category: "invalid" };
    await assert.rejects(store.materialize(kept, join(folder, "work", "out"), plainly), damaged);
    await assert.rejects(store.materialize(kept, join(folder, "work", "out"), asZipped), damaged);
    await assert.rejects(store.exportTo({ ...kept, archive: asTar }, join(folder, "work", "out")), damaged);
    await assert.rejects(store.exportTo({ ...kept, archive: asZip }, join(folder, "work", "out")), damaged);
    assert.deepEqual(readLayout(join(folder, "work")), { out: "before" });
    await store.close();
  });
}

test("A6: a damaged manifest is noticed", async (context) => {
  const folder = makeTemporaryFolder(context);
  const store = openLocalArtifacts(join(folder, "store"));
  writeLayout(join(folder, "tree"), { a: "1" });
  const kept = await store.keep(join(folder, "tree"), asIs);
  flipBit(join(folder, "store", "objects", digestPath(kept.content.digest)), 20);
  await assert.rejects(store.materialize(kept, join(folder, "out"), plainly), { code: "artifact/damaged" });
  await store.close();
});

test("A6: content that calls itself a manifest is none", async (context) => {
  const folder = makeTemporaryFolder(context);
  const store = openLocalArtifacts(join(folder, "store"));
  const leaf = (await store.keepText("x", "x")).content;
  const file = (path: string): string =>
    `{"digest":"${leaf.digest}","kind":"file","path":${JSON.stringify(path)},"sizeBytes":1}`;
  const manifest = (...entries: string[]): string =>
    `{"entries":[${entries.join(",")}],"format":"millrace.tree/1"}`;
  const hostile = [
    manifest(file("../out")),
    manifest(file("/out")),
    manifest(file("a"), file("a/b")),
    manifest(file("b"), file("a")),
    manifest('{"kind":"link","path":"a","target":"."}', file("a/b")),
    "{}",
    "no JSON",
  ];
  for (const text of hostile) {
    const { content } = await store.keepText(text, "m");
    const artifact = { content: { ...content, kind: "tree" }, archive: asIs, fileName: "m" } as const;
    await assert.rejects(store.materialize(artifact, join(folder, "work", "t"), plainly), {
      code: "artifact/damaged",
    });
    assert.deepEqual(readLayout(join(folder, "work")), {});
  }
  await store.close();
});

test("content that a power loss cut short does not count as present, and is repaired when it is kept again", async (context) => {
  const folder = makeTemporaryFolder(context);
  const store = openLocalArtifacts(join(folder, "store"));
  for (const size of Object.values(sizes)) {
    writeFileSync(join(folder, "in"), Buffer.alloc(size, "xyz"));
    const kept = await store.keep(join(folder, "in"), asIs);
    const path = store.findFilePath(kept.content);
    assert.ok(path !== undefined);
    chmodSync(path, 0o644);
    truncateSync(path, 0);
    assert.equal(await store.has(kept.content), false);
    await assert.rejects(store.materialize(kept, join(folder, "out"), plainly), { code: "artifact/damaged" });
    await store.keep(join(folder, "in"), asIs);
    await store.materialize(kept, join(folder, "out"), plainly);
    assert.equal(statSync(join(folder, "out")).size, size);
  }
  await store.close();
});

test("A6: sockets, pipes and devices are refused, alone and inside a directory", async (context) => {
  const folder = makeTemporaryFolder(context);
  const store = openLocalArtifacts(join(folder, "store"));
  const refused = { name: "MillraceError", code: "artifact/unsupported-file", category: "invalid" };
  mkdirSync(join(folder, "tree"));
  execFileSync("mkfifo", [join(folder, "tree", "pipe")]);
  await assert.rejects(store.keep(join(folder, "tree", "pipe"), asIs), refused);
  await assert.rejects(store.keep(join(folder, "tree"), asIs), refused);
  await assert.rejects(store.keep("/dev/null", asIs), refused);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(folder, "socket"), resolve));
  await assert.rejects(store.keep(join(folder, "socket"), asIs), refused);
  await new Promise((resolve) => server.close(resolve));
  await store.close();
});

test("A6: a file name that is not UTF-8 is refused instead of mangled", async (context) => {
  const folder = makeTemporaryFolder(context);
  const store = openLocalArtifacts(join(folder, "store"));
  mkdirSync(join(folder, "tree"));
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/tree/`), Buffer.from([0x66, 0xff])]), "x");
  await assert.rejects(store.keep(join(folder, "tree"), asIs), { code: "artifact/unsupported-file" });
  await store.close();
});

test("A6: a full disk refuses to keep and to lay, leaves no pieces, and keeps what was there", async (context) => {
  const disk = mountSmallDisk(context, 2 * 1024 * 1024);
  if (disk === undefined) return;
  const outside = makeTemporaryFolder(context);
  const store = openLocalArtifacts(join(disk.folder, "store"));
  const full = { name: "MillraceError", code: "artifact/full", category: "exhausted" };
  const kept = await store.keepText("x".repeat(900_000), "t");
  for (const size of [200_000, 3_000_000]) {
    writeLayout(
      join(outside, `tree-${size}`),
      Object.fromEntries(
        Array.from({ length: 12 }, (_, index) => [`f${index}`, `${index} `.padEnd(size, "y")]),
      ),
    );
    await assert.rejects(store.keep(join(outside, `tree-${size}`), asIs), full);
    for (const name of readdirSync(join(disk.folder, "store", "tmp"))) {
      assert.deepEqual(readdirSync(join(disk.folder, "store", "tmp", name)), []);
    }
  }
  await assert.rejects(store.materialize(kept, join(disk.folder, "work", "out"), plainly), full);
  assert.deepEqual(readLayout(join(disk.folder, "work")), {});
  await store.materialize(kept, join(outside, "out"), plainly);
  assert.equal(readFileSync(join(outside, "out"), "utf8").length, 900_000);
  await store.close();
});

test("A6: a read-only store says so", async (context) => {
  const disk = mountSmallDisk(context, 1024 * 1024);
  if (disk === undefined) return;
  const store = openLocalArtifacts(join(disk.folder, "store"));
  await store.close();
  disk.remount("ro");
  assert.throws(() => openLocalArtifacts(join(disk.folder, "store")), {
    code: "artifact/denied",
    category: "denied",
  });
  disk.remount("rw");
});

test("objects are plain files that nobody may write", async (context) => {
  const folder = makeTemporaryFolder(context);
  const store = openLocalArtifacts(folder);
  const small = await store.keepText("content", "t");
  const path = store.findFilePath(small.content);
  assert.ok(path !== undefined);
  assert.equal(lstatSync(path).mode & 0o777, 0o444);
  assert.equal(path, join(folder, "objects", digestPath(small.content.digest)));
  await store.close();
});

test("A3: what a dead process left half done is removed when opening; what a live one writes is not", async (context) => {
  const folder = makeTemporaryFolder(context);
  const first = openLocalArtifacts(folder);
  await first.keepText("content", "t");
  const [own = ""] = readdirSync(join(folder, "tmp"));
  const deadPid = Number(execFileSync("sh", ["-c", "echo $$"], { encoding: "utf8" }));
  const dead = `${hostname()}.${deadPid}.some-id`;
  const live = `${hostname()}.${process.ppid}.some-id`;
  const elsewhere = `another-host.${deadPid}.some-id`;
  for (const name of [dead, live, elsewhere]) {
    mkdirSync(join(folder, "tmp", name));
    writeFileSync(join(folder, "tmp", name, "1"), "half");
  }
  const second = openLocalArtifacts(folder);
  const left = readdirSync(join(folder, "tmp"));
  assert.equal(left.includes(dead), false);
  for (const name of [own, live, elsewhere]) assert.ok(left.includes(name), name);
  await first.close();
  await second.close();
  rmSync(folder, { recursive: true, force: true });
});

test("keeping many files lets the event loop turn", async (context) => {
  const folder = makeTemporaryFolder(context);
  const store = openLocalArtifacts(join(folder, "store"));
  const files = Array.from({ length: 1000 }, (_, index) => [`f${index}`, `${index}`]);
  writeLayout(join(folder, "tree"), Object.fromEntries(files));
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  const kept = await store.keep(join(folder, "tree"), asIs);
  const turnsToKeep = turns;
  await store.materialize(kept, join(folder, "out"), byContent);
  isDone = true;
  // A thousand files take longer than one slice of 4 ms on any machine.
  assert.ok(turnsToKeep > 0 && turns > turnsToKeep, `${turnsToKeep} and ${turns - turnsToKeep} turns`);
  await store.close();
});

function flipBit(path: string, offset: number): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(offset) ^ 1, offset);
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
}
