import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { FileValue } from "../../src/model/plan/plan.ts";
import { ask } from "./ask.ts";
import type { Answer } from "./ask.ts";
import { makePicture } from "./fake-picture.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-cp-"));
after(() => rmSync(folder, { recursive: true }));

const kept = (fileName: string): FileValue => ({
  kind: "artifact",
  artifact: { fileName, content: { kind: "file", digest: "sha256:0", sizeBytes: 1 } } as never,
});

const picture = makePicture({
  phase: "succeeded",
  endedAfter: 1,
  tasks: [
    { name: "a", phase: "succeeded" },
    { name: "b", phase: "succeeded" },
  ],
});
picture.state.outputs.set(1, {
  values: {},
  files: { hello: kept("hello.tgz"), log: kept("main.log"), none: { kind: "absent" } },
});
picture.state.outputs.set(2, {
  values: {},
  files: { bye: kept("bye.tgz"), far: { kind: "key", key: "k", optional: false } },
});

const copy = (...argv: readonly string[]): Promise<Answer> =>
  ask(["cp", ...argv], { pictures: [picture], world: { cwd: folder } });

/** Where to, below the folder. */
async function targets(...argv: readonly string[]): Promise<readonly string[]> {
  const { calls } = await copy("@latest", "out", ...argv);
  return calls.map((call) => call.replace(`export ${folder}/out/`, ""));
}

describe("cp", () => {
  test("copies every artifact that is kept, to argo's places", async () => {
    const { code, out, err, calls } = await copy("orders", "out");
    assert.equal(code, 0);
    assert.equal(calls.length, 3);
    assert.match(calls[0] ?? "", /\/out\/default\/orders\/[^/]+\/outputs\/hello\/hello\.tgz$/u);
    assert.match(out[0] ?? "", /^Created "hello\.tgz" in /u);
    assert.equal(err, "note: far is not kept in the home, and is not copied\n");
  });

  test("takes those that are asked for, to where the pattern says", async () => {
    assert.deepEqual(await targets("--template-name", "t-b", "--path", "/{templateName}/{artifactName}/"), [
      "t-b/bye/bye.tgz",
    ]);
    assert.deepEqual(await targets("--artifact-name", "log", "--path", ""), ["main.log"]);
    assert.deepEqual(await targets("--node-id", "no-such-node"), []);
  });

  test("never writes outside of the folder, nor over another folder", async () => {
    for (const pattern of ["../x", "{unknown}"]) {
      const { code, calls } = await copy("orders", "out", "--path", pattern);
      assert.deepEqual([code, calls], [2, []], pattern);
    }
    mkdirSync(join(folder, "out", "hello.tgz"), { recursive: true });
    writeFileSync(join(folder, "out", "main.log"), "old");
    const over = await copy("orders", "out", "--path", "", "--artifact-name", "hello");
    assert.deepEqual([over.code, over.calls], [2, []]);
    assert.equal((await copy("orders", "out", "--path", "", "--artifact-name", "log")).code, 0);
  });
});
