/** What of the machine is mounted, and what is not: real links in real folders. */
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { parseHostPathRule } from "../../src/model/run/host-paths.ts";
import type { HostPathRule } from "../../src/model/run/host-paths.ts";
import { findHostPlace } from "../../src/runtime/attempts/host-volumes.ts";
import type { HostMount } from "../../src/runtime/attempts/host-volumes.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

/** `data` may be mounted, `outside` beside it may not. */
function makePlace(context: TestContext) {
  const root = realpathSync(makeTemporaryFolder(context));
  for (const folder of ["data/sub", "outside"]) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, "data/file"), "x");
  writeFileSync(join(root, "outside/file"), "x");
  const data = join(root, "data");
  const find = (path: string, more: Partial<HostMount> = {}, rules: readonly string[] = [data]) => {
    const read = rules.map((rule): HostPathRule => parseHostPathRule(rule) ?? assert.fail(rule));
    const found = findHostPlace({ name: "v", readOnly: false, type: "", path, ...more }, read);
    return found.ok
      ? found.value
      : `refused: ${found.error.kind === "start-refused" ? found.error.message : ""}`;
  };
  return { root, data, find };
}

describe("mounting what is on the machine", () => {
  test("is allowed for what was named and what is below it, and for nothing else", (context) => {
    const { root, data, find } = makePlace(context);
    assert.equal(find(data), data);
    assert.equal(find(`${data}/sub/`), join(data, "sub"));
    assert.equal(find(data, {}, ["/"]), data);
    for (const path of [root, `${root}/outside`, `${data}2`, "/", "/etc"])
      assert.match(find(path), /^refused: .*no --host-path/u, path);
    for (const path of ["relative", "", `${data}/../outside`, `${data}/..`])
      assert.match(find(path), /^refused: /u, path);
    assert.match(find(data, {}, []), /^refused: /u);
    assert.equal(existsSync(`${data}2`), false);
  });

  test("counts where links lead, whichever part of the path they are", (context) => {
    const { root, data, find } = makePlace(context);
    symlinkSync("/", join(data, "everything"));
    symlinkSync("../outside", join(data, "beside"));
    symlinkSync("sub", join(data, "within"));
    symlinkSync("nowhere", join(data, "dangling"));
    symlinkSync(join(root, "outside", "new"), join(data, "dangling-out"));
    symlinkSync(data, join(root, "alias"));
    for (const name of ["everything", "everything/etc", "beside", "beside/new", "within/../beside"])
      assert.match(find(join(data, "x").replace("x", name)), /^refused: /u, name);
    assert.match(find(join(data, "beside")), /which is .*outside/u);
    assert.equal(find(join(data, "within")), join(data, "sub"));
    assert.equal(find(join(root, "alias/sub")), join(data, "sub"));
    assert.equal(find(data, {}, [join(root, "alias")]), data);
    for (const type of ["DirectoryOrCreate", "FileOrCreate", ""])
      assert.match(find(join(data, "dangling-out"), { type }), /^refused: /u, type);
    assert.deepEqual(readdirSync(join(root, "outside")), ["file"]);
  });

  test("of what may only be read needs a mount that only reads", (context) => {
    const { data, find } = makePlace(context);
    assert.match(find(data, {}, [`${data}:ro`]), /readOnly: true/u);
    assert.equal(find(data, { readOnly: true }, [`${data}:ro`]), data);
    assert.equal(find(join(data, "sub"), {}, [`${data}:ro`, `${data}/sub`]), join(data, "sub"));
  });

  test("keeps to the type, and makes what the type says", (context) => {
    const { data, find } = makePlace(context);
    assert.equal(find(`${data}/file`, { type: "File" }), `${data}/file`);
    for (const [name, type] of [
      ["file", "Directory"],
      ["sub", "File"],
      ["none", "Directory"],
      ["none", "File"],
      ["file", "Socket"],
      ["sub", "BlockDevice"],
      ["sub", "Folder"],
      ["none/deep", "FileOrCreate"],
    ])
      assert.match(find(join(data, name ?? ""), { type: type ?? "" }), /^refused: /u, `${name} ${type}`);
    assert.equal(find(`${data}/made/deep`, { type: "DirectoryOrCreate" }), `${data}/made/deep`);
    assert.equal(find(`${data}/made/file`, { type: "FileOrCreate" }), `${data}/made/file`);
    assert.ok(statSync(`${data}/made/file`).isFile());
    assert.equal(find(`${data}/other`), `${data}/other`);
  });

  test("of a part does not leave the whole", (context) => {
    const { root, data, find } = makePlace(context);
    symlinkSync("/etc", join(data, "sub", "etc"));
    symlinkSync("../file", join(data, "sub", "up"));
    assert.equal(find(data, { subPath: "sub" }), join(data, "sub"));
    assert.equal(find(data, { subPath: "new/deep" }), join(data, "new/deep"));
    for (const subPath of ["..", "sub/../..", "sub/etc", "sub/etc/new"])
      assert.match(find(data, { subPath }), /^refused: .*leads out/u, subPath);
    assert.match(find(join(data, "sub"), { subPath: "up" }), /^refused: .*leads out/u);
    assert.equal(existsSync("/etc/new"), false);
    assert.ok(existsSync(root));
  });
});
