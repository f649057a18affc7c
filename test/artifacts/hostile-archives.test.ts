/** A4: whatever an archive says, nothing is written outside the target, and nothing of a refused one stays. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { openLocalArtifacts } from "../../src/artifacts/local/open-local-artifacts.ts";
import type { UnpackLimits } from "../../src/artifacts/local/unpack-target.ts";
import { MillraceError } from "../../src/base/errors.ts";
import {
  type Layout,
  asIs,
  asZipped,
  byContent,
  readLayout,
  writeLayout,
} from "../../src/ports/conformance/artifact-store.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";
import { type TarMember, type ZipMember, makeTar, makeTarGz, makeZip } from "./archive-bytes.ts";

const before = { out: "what was there before", victim: "must not change", dir: { inside: "neither" } };

/** Unpacks the bytes to `work/out` beside files that must stay as they are. */
async function unpack(
  context: TestContext,
  bytes: Buffer,
  kind: "tar" | "zip",
  unpackLimits: Partial<UnpackLimits> = {},
): Promise<{ readonly work: Layout; readonly error: unknown }> {
  const folder = makeTemporaryFolder(context);
  const work = join(folder, "work");
  writeLayout(work, before);
  writeFileSync(join(folder, "archive"), bytes);
  const store = openLocalArtifacts(join(folder, "store"), { unpackLimits });
  try {
    const artifact = await store.keep(join(folder, "archive"), asIs);
    await store.materialize(artifact, join(work, "out"), kind === "tar" ? byContent : asZipped);
    return { work: readLayout(work), error: undefined };
  } catch (error) {
    return { work: readLayout(work), error };
  } finally {
    await store.close();
  }
}

/** What lies at the target afterwards. */
function outOf(work: Layout): unknown {
  return typeof work === "object" && "out" in work ? work["out"] : undefined;
}

function assertRefused(
  result: { work: Layout; error: unknown },
  named: string,
  code = "artifact/unsafe-archive",
): void {
  assert.ok(result.error instanceof MillraceError, `expected a MillraceError, got ${String(result.error)}`);
  assert.equal(result.error.code, code);
  assert.equal(result.error.category, "invalid");
  assert.ok(result.error.message.includes(named), `${result.error.message} does not name ${named}`);
  assert.deepEqual(result.work, before);
}

const file = { name: "ok", body: "x" };
const hostileTars: Readonly<
  Record<string, { readonly members: readonly TarMember[]; readonly named: string }>
> = {
  "an absolute path": {
    members: [file, { name: "/tmp/millrace-was-here", body: "x" }],
    named: "/tmp/millrace-was-here",
  },
  "a path upwards": { members: [file, { name: "../victim", body: "x" }], named: "../victim" },
  "a path upwards inside": {
    members: [file, { name: "a/../../victim", body: "x" }],
    named: "a/../../victim",
  },
  "a directory upwards": { members: [file, { name: "../dir/", type: "5" }], named: "../dir" },
  "an absolute link": { members: [file, { name: "l", type: "2", link: "/etc" }], named: "l" },
  "a link upwards": { members: [file, { name: "l", type: "2", link: "../victim" }], named: "../victim" },
  "a file written through a link": {
    members: [file, { name: "l", type: "2", link: "." }, { name: "l/x", body: "x" }],
    named: "l/x",
  },
  "a file in place of a link that leads out": {
    members: [
      { name: "d/", type: "5" },
      { name: "d/l", type: "2", link: "../../victim" },
      { name: "d/l/x", body: "x" },
    ],
    named: "d/l/x",
  },
  "two links that only together lead out": {
    members: [
      { name: "x/y/l1", type: "2", link: "../.." },
      { name: "l2", type: "2", link: "x/y/l1/.." },
      file,
    ],
    named: "l2",
  },
  "a link to itself": { members: [file, { name: "l", type: "2", link: "l" }], named: "l" },
  "a link out of the only top directory": {
    members: [
      { name: "top/a", body: "1" },
      { name: "top/l", type: "2", link: "../a" },
    ],
    named: "top/l",
  },
  "nothing but a link": { members: [{ name: "l", type: "2", link: "victim" }], named: "l" },
  "a hard link outside": { members: [file, { name: "h", type: "1", link: "../victim" }], named: "h" },
  "an absolute hard link": { members: [file, { name: "h", type: "1", link: "/etc/passwd" }], named: "h" },
  "a hard link to a link": {
    members: [{ name: "l", type: "2", link: "ok" }, file, { name: "h", type: "1", link: "l" }],
    named: "h",
  },
  "a character device": { members: [file, { name: "dev", type: "3" }], named: "dev" },
  "a block device": { members: [file, { name: "dev", type: "4" }], named: "dev" },
  "a pipe": { members: [file, { name: "pipe", type: "6" }], named: "pipe" },
  "a sparse file": { members: [file, { name: "sparse", type: "S", body: "x" }], named: "sparse" },
  "a file below a file": { members: [file, { name: "ok/below", body: "x" }], named: "ok/below" },
  "a file over a directory": {
    members: [
      { name: "ok/a", body: "1" },
      { name: "ok", body: "x" },
    ],
    named: "ok",
  },
  "no name": { members: [file, { name: "./", body: "", type: "2", link: "x" }], named: "./" },
};

for (const [what, { members, named }] of Object.entries(hostileTars)) {
  test(`a tar with ${what} is refused`, async (context) => {
    assertRefused(await unpack(context, makeTarGz(members), "tar"), named);
  });
}

const zipFile = { name: "ok", body: "x" };
const hostileZips: Readonly<
  Record<string, { readonly members: readonly ZipMember[]; readonly named: string }>
> = {
  "an absolute path": {
    members: [zipFile, { name: "/tmp/millrace-was-here", body: "x" }],
    named: "/tmp/millrace",
  },
  "a path upwards": { members: [zipFile, { name: "../victim", body: "x" }], named: "../victim" },
  "a directory upwards": { members: [zipFile, { name: "../dir/" }], named: "../dir" },
  "a link upwards": {
    members: [zipFile, { name: "l", body: "../victim", mode: 0o120777 }],
    named: "../victim",
  },
  "a file below a link": {
    members: [zipFile, { name: "l", body: ".", mode: 0o120777 }, { name: "l/x", body: "x" }],
    named: "l/x",
  },
  "a device": { members: [zipFile, { name: "dev", mode: 0o020644 }], named: "dev" },
};

for (const [what, { members, named }] of Object.entries(hostileZips)) {
  test(`a zip with ${what} is refused`, async (context) => {
    assertRefused(await unpack(context, makeZip(members), "zip"), named);
  });
}

test("a link over a link inside is as good as its end", async (context) => {
  const members = [{ name: "l", type: "2", link: "../out" }, { name: "l", type: "2", link: "ok" }, file];
  const { work, error } = await unpack(context, makeTarGz(members), "tar");
  assert.equal(error, undefined);
  assert.deepEqual(work, { ...before, out: { l: { link: "ok" }, ok: "x" } });
});

test("a tar may repeat files, leave out directories and use every harmless member", async (context) => {
  const members: TarMember[] = [
    { name: "./", type: "5" },
    { name: "./a/b/c", body: "first" },
    { name: "a/b/c", body: "second", mode: 0o755 },
    { name: "a/hard", type: "1", link: "a/b/c" },
    { name: "a//b/./link", type: "2", link: "../hard" },
    { name: "empty/", type: "5" },
    { name: "set-id", body: "x", mode: 0o6755 },
  ];
  const { work, error } = await unpack(context, makeTarGz(members), "tar");
  assert.equal(error, undefined);
  const a = { b: { c: { run: "second" }, link: { link: "../hard" } }, hard: { run: "second" } };
  const expected = { a, empty: {}, "set-id": { run: "x" } };
  assert.deepEqual(outOf(work), expected);
});

test("a single top-level entry becomes the target itself", async (context) => {
  const one = await unpack(context, makeTarGz([{ name: "dir/only.txt", body: "x" }]), "tar");
  assert.deepEqual(outOf(one.work), { "only.txt": "x" });
  const single = await unpack(context, makeTarGz([{ name: "only.txt", body: "x" }]), "tar");
  assert.equal(outOf(single.work), "x");
  const zipped = await unpack(context, makeZip([{ name: "only.txt", body: "x", mode: 0 }]), "zip");
  assert.equal(outOf(zipped.work), "x");
});

test("what is no gzipped tar stays a file", async (context) => {
  const plain = makeTar([file]);
  const others = {
    plain,
    gzip: gzipSync("no tar inside"),
    two: Buffer.from([0x1f, 0x8b]),
    none: gzipSync(Buffer.alloc(1024)),
  };
  for (const [name, bytes] of Object.entries(others)) {
    const { work, error } = await unpack(context, bytes, "tar");
    assert.equal(error, undefined, name);
    assert.equal(outOf(work), bytes.toString("utf8"), name);
  }
});

test("bombs are stopped by number and by size", async (context) => {
  const many = makeTarGz(Array.from({ length: 50 }, (_, index) => ({ name: `f${index}`, body: "x" })));
  assertRefused(await unpack(context, many, "tar", { maxEntries: 20 }), "20 entries");
  const large = makeTarGz([{ name: "zeros", body: "\0".repeat(5_000_000) }]);
  assertRefused(await unpack(context, large, "tar", { maxTotalBytes: 1_000_000 }), "1000000 bytes");
  const zip = makeZip(Array.from({ length: 50 }, (_, index) => ({ name: `f${index}`, body: "x" })));
  assertRefused(await unpack(context, zip, "zip", { maxEntries: 20 }), "20 entries");
  assertRefused(await unpack(context, zip, "zip", { maxTotalBytes: 30 }), "30 bytes");
});

test("archives that are cut off or wrong inside are refused", async (context) => {
  const tar = makeTar([
    { name: "a", body: "x".repeat(5000) },
    { name: "b", body: "y".repeat(5000) },
  ]);
  assertRefused(
    await unpack(context, gzipSync(tar.subarray(0, 3000)), "tar"),
    "gzipped tar",
    "artifact/bad-archive",
  );
  assertRefused(
    await unpack(context, gzipSync(tar).subarray(0, -20), "tar"),
    "gzipped tar",
    "artifact/bad-archive",
  );
  const zip = makeZip([{ name: "a", body: "x".repeat(5000) }]);
  assertRefused(await unpack(context, zip.subarray(0, -30), "zip"), "zip", "artifact/bad-archive");
  const wrong = makeZip([{ name: "a", body: "x", crc: 5 }]);
  assertRefused(await unpack(context, wrong, "zip"), "checksum", "artifact/bad-archive");
  assertRefused(await unpack(context, Buffer.from("no zip"), "zip"), "zip", "artifact/bad-archive");
});

test("a target that is a link is replaced, not followed", async (context) => {
  const folder = makeTemporaryFolder(context);
  mkdirSync(join(folder, "outside"));
  symlinkSync("outside", join(folder, "target"));
  writeFileSync(
    join(folder, "archive"),
    makeTarGz([
      { name: "a", body: "1" },
      { name: "b", body: "2" },
    ]),
  );
  const store = openLocalArtifacts(join(folder, "store"));
  await store.materialize(await store.keep(join(folder, "archive"), asIs), join(folder, "target"), byContent);
  await store.close();
  assert.deepEqual(readLayout(join(folder, "outside")), {});
  assert.deepEqual(readLayout(join(folder, "target")), { a: "1", b: "2" });
});
