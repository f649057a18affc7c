/** Limits of locks in a folder: what is set is read by others, and whoever watches is told. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { MillraceError } from "../../src/base/errors.ts";
import { openFolderLimits } from "../../src/stores/folder/folder-limits.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";

test("L1: what was set is read, also by others, and may be taken away", (context) => {
  const folder = join(makeTemporaryFolder(context), "limits");
  assert.deepEqual(openFolderLimits(folder).read(), new Map());
  openFolderLimits(folder).set("a/Database/k", 3);
  openFolderLimits(folder).set("__proto__", 2);
  openFolderLimits(folder).set("a/Database/k", 4);
  assert.equal(openFolderLimits(folder).read().get("a/Database/k"), 4);
  assert.equal(openFolderLimits(folder).read().get("__proto__"), 2);
  openFolderLimits(folder).set("a/Database/k", undefined);
  assert.deepEqual([...openFolderLimits(folder).read().keys()], ["__proto__"]);
});

test("L2: whoever watches is told", async (context) => {
  const folder = join(makeTemporaryFolder(context), "limits");
  const limits = openFolderLimits(folder);
  const told = new Promise<void>((resolve) => {
    const stop = limits.watch(() => {
      if (limits.read().get("k") !== 1) return;
      stop();
      resolve();
    });
  });
  openFolderLimits(folder).set("k", 1);
  // The watch itself keeps no process alive.
  const alive = setInterval(() => undefined, 1_000);
  await told;
  clearInterval(alive);
});

test("a file that is no table of limits is an error, and is not taken for none", (context) => {
  const folder = join(makeTemporaryFolder(context), "limits");
  mkdirSync(folder);
  for (const text of ["", "[]", '{"k":"3"}', '{"k":1.5}']) {
    writeFileSync(join(folder, "limits.json"), text);
    assert.throws(
      () => openFolderLimits(folder).read(),
      (error) => error instanceof MillraceError && error.code === "locks/unreadable-limits",
      text,
    );
  }
});
