/** What `auto` means, and how often it is found out: src/main/executors.ts. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { chooseExecutor } from "../../src/main/executors.ts";
import { openHome } from "../../src/main/home.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

test("bubblewrap is tried once, and again when it or the home is another one", async (context) => {
  const folder = makeTemporaryFolder(context);
  const calls = join(folder, "calls");
  const program = join(folder, "bin", "bwrap");
  mkdirSync(join(folder, "bin"));
  writeFileSync(program, `#!/bin/sh\necho called >>${calls}\nexit 1\n`, { mode: 0o755 });
  const path = process.env["PATH"];
  process.env["PATH"] = `${join(folder, "bin")}:${path}`;
  context.after(() => {
    process.env["PATH"] = path;
  });
  const choose = async (home: string): Promise<string> =>
    (await chooseExecutor("auto", openHome(join(folder, home)), 1)).name;
  const countCalls = (): number =>
    existsSync(calls) ? readFileSync(calls, "utf8").split("\n").length - 1 : 0;

  assert.deepEqual([await choose("a"), countCalls()], ["process", 1]);
  assert.deepEqual([await choose("a"), countCalls()], ["process", 1]);
  utimesSync(program, 1, 1);
  assert.deepEqual([await choose("a"), countCalls()], ["process", 2]);
  assert.deepEqual([await choose("b"), countCalls()], ["process", 3]);
  writeFileSync(join(folder, "a", "executors", "sandbox-works.json"), "cut off: {");
  assert.deepEqual([await choose("a"), countCalls()], ["process", 4]);
});
