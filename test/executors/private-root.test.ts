/** Copies of directories of the host, which attempts get that keep such a directory as an artifact. */
import assert from "node:assert/strict";
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { copyHostDirectory } from "../../src/executors/slots/private-root.ts";
import { makeTemporaryPlace } from "./temporary-place.ts";

test("a copy has no link that leads out, but the small file behind it", (context) => {
  const place = makeTemporaryPlace();
  context.after(() => rmSync(place, { recursive: true, force: true }));
  const host = join(place, "etc");
  mkdirSync(join(host, "alternatives"), { recursive: true });
  writeFileSync(join(place, "tool"), "#!/bin/sh\n", { mode: 0o755 });
  writeFileSync(join(place, "large"), Buffer.alloc(1024 * 1024 + 1));
  writeFileSync(join(host, "plain"), "text");
  symlinkSync("plain", join(host, "inside"));
  symlinkSync(join(place, "tool"), join(host, "alternatives", "tool"));
  symlinkSync("../../tool", join(host, "alternatives", "relative"));
  symlinkSync(join(place, "large"), join(host, "large"));
  symlinkSync(place, join(host, "directory"));
  symlinkSync(join(place, "nothing"), join(host, "broken"));

  const copy = join(place, "copy");
  copyHostDirectory(host, copy);

  assert.equal(readFileSync(join(copy, "plain"), "utf8"), "text");
  assert.ok(lstatSync(join(copy, "inside")).isSymbolicLink());
  for (const name of ["tool", "relative"]) {
    const stat = lstatSync(join(copy, "alternatives", name));
    assert.ok(stat.isFile());
    assert.equal(stat.mode & 0o111, 0o111);
  }
  for (const name of ["large", "directory", "broken"]) assert.ok(!existsSync(join(copy, name)), name);
});
