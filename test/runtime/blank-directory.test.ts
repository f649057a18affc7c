/** Directories that are made before their attempts are known: never anything but new ones, and never needed. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync, closeSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createBlankDirectory } from "../../src/runtime/attempts/blank-directory.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

function take(blank: { take(directory: string): number | undefined }, directory: string): boolean {
  const file = blank.take(directory);
  if (file === undefined) return false;
  writeFileSync(file, "the order");
  closeSync(file);
  return true;
}

test("a blank directory becomes the attempt's, once", (context) => {
  const folder = makeTemporaryFolder(context);
  const blank = createBlankDirectory(join(folder, ".next"));
  assert.equal(take(blank, join(folder, "a")), false, "none was made");
  blank.make();
  blank.make();
  assert.equal(take(blank, join(folder, "a")), true);
  assert.deepEqual(readdirSync(join(folder, "a")).toSorted(), ["main.err", "main.out", "order.json", "root"]);
  assert.equal(readFileSync(join(folder, "a", "order.json"), "utf8"), "the order");
  assert.equal(take(blank, join(folder, "b")), false, "there is no second one");
  assert.deepEqual(readdirSync(folder), ["a"]);
});

test("what an attempt has left is not replaced, and the blank one serves another", (context) => {
  const folder = makeTemporaryFolder(context);
  const blank = createBlankDirectory(join(folder, ".next"));
  blank.make();
  mkdirSync(join(folder, "a"));
  writeFileSync(join(folder, "a", "exit"), "end 0 plain\n");
  assert.equal(take(blank, join(folder, "a")), false);
  assert.deepEqual(readdirSync(join(folder, "a")), ["exit"]);
  assert.equal(take(blank, join(folder, "no such folder", "b")), false);
  assert.equal(take(blank, join(folder, "b")), true);
});

test("what an earlier engine left ahead is not taken as it is", (context) => {
  const folder = makeTemporaryFolder(context);
  mkdirSync(join(folder, ".next", "root"), { recursive: true });
  writeFileSync(join(folder, ".next", "root", "old"), "from before");
  const blank = createBlankDirectory(join(folder, ".next"));
  blank.make();
  assert.equal(take(blank, join(folder, "a")), true);
  assert.deepEqual(readdirSync(join(folder, "a", "root")), []);
});

test("a folder that is gone, or that cannot be made, is nobody's problem", (context) => {
  const folder = makeTemporaryFolder(context);
  const blank = createBlankDirectory(join(folder, "runs", ".next"));
  blank.make();
  assert.equal(take(blank, join(folder, "a")), false);
  mkdirSync(join(folder, "runs"));
  blank.make();
  rmSync(join(folder, "runs"), { recursive: true });
  assert.equal(take(blank, join(folder, "a")), false);
  blank.remove();
  assert.deepEqual(readdirSync(folder), []);
});

test("one that nobody took is removed", (context) => {
  const folder = makeTemporaryFolder(context);
  const blank = createBlankDirectory(join(folder, ".next"));
  blank.make();
  blank.remove();
  blank.remove();
  assert.ok(!existsSync(join(folder, ".next")));
});
