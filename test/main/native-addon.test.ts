/** What the launcher asks of the addon. Slots have a suite of their own (test/executors/start-slot.test.ts). */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { findNativeAddon } from "../../src/main/native-addon.ts";

const root = mkdtempSync(join(tmpdir(), "millrace-addon-"));
after(() => rmSync(root, { recursive: true }));

const addon = findNativeAddon();
const skip = addon === undefined ? "the addon could not be compiled here" : false;

test("each byte of a file is a character, and the same in the mapped file", { skip }, () => {
  const file = join(root, "bytes");
  // More than a page, and no multiple of one.
  const bytes = Buffer.from(Array.from({ length: 10_001 }, (_, index) => index % 256));
  writeFileSync(file, bytes);
  assert.equal(addon?.mapText(file), bytes.toString("latin1"));
  assert.deepEqual(addon?.mapFile(file), bytes);
});

test("what has been mapped stays as it was when another file takes its place", { skip }, () => {
  const file = join(root, "changing");
  writeFileSync(file, "a".repeat(5_000));
  const text = addon?.mapText(file);
  const bytes = addon?.mapFile(file);
  const next = join(root, "next");
  writeFileSync(next, "b");
  renameSync(next, file);
  assert.equal(text, "a".repeat(5_000));
  assert.deepEqual(bytes, Buffer.from("a".repeat(5_000)));
  assert.equal(addon?.mapText(file), "b");
});

test("what cannot be read is undefined", { skip }, () => {
  const empty = join(root, "empty");
  writeFileSync(empty, "");
  const folder = join(root, "folder");
  mkdirSync(folder);
  for (const path of [empty, folder, join(root, "missing"), `${root}/a\0b`]) {
    assert.equal(addon?.mapText(path), undefined);
    assert.equal(addon?.mapFile(path), undefined);
  }
});

test(
  "checksums are those of zlib, also of a part of a buffer and of data that comes in parts",
  { skip },
  () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 300 }), (bytes, at) => {
        const [first, second] = [bytes.subarray(0, at), bytes.subarray(at)];
        assert.equal(addon?.crc32(first, 0), crc32(first));
        assert.equal(addon?.crc32(second, crc32(first)), crc32(bytes));
      }),
    );
  },
);

test("as many processors may be used as Node says", { skip }, () => {
  assert.equal(addon?.countProcessors(), availableParallelism());
});

test("flags of V8 can be set", { skip }, () => {
  // As it is by default.
  assert.equal(addon?.setFlags("--rehash-snapshot"), true);
});
