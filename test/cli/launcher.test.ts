/** The installed command: bin/millrace.mjs with a bundle of a few lines, written by the tools of the build. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { writeChunkScript, writeStartScript } from "../../tools/bundle/chunk-scripts.ts";

const root = mkdtempSync(join(tmpdir(), "millrace-launcher-"));
const launcher = join(root, "bin", "millrace.mjs");
const bundle = join(root, "dist");

/** The program prints its words, those after `loudly` in capitals, and ends with the code in the environment. */
const program = `
  import { basename } from "node:path";
  import { join } from "./join.js";
  async function main() {
    const [, , name, ...words] = process.argv;
    const { shout } = words[0] === "loudly" ? await import("./shout.js") : { shout: (text) => text };
    console.log(shout(join([basename("/bin/" + name), ...words])));
    process.exitCode = Number(process.env.EXIT_WITH ?? 0);
  }
  void main();
`;

before(async () => {
  mkdirSync(join(root, "bin"));
  copyFileSync(join(import.meta.dirname, "..", "..", "bin", "millrace.mjs"), launcher);
  mkdirSync(bundle);
  const chunks = [
    { name: "./program.js", text: program },
    { name: "./join.js", text: 'export function join(words) { return words.join(" "); }' },
  ];
  writeFileSync(join(bundle, "millrace.cjs"), `//build1\n${await writeStartScript(chunks, "./program.js")}`);
  const shout = { name: "./shout.js", text: "export function shout(text) { return text.toUpperCase(); }" };
  writeFileSync(join(bundle, "shout.js"), await writeChunkScript(shout));
});
after(() => rmSync(root, { recursive: true }));

const codeName = `build1-${process.version}-${process.platform}-${process.arch}.code`;

/** A cache folder of its own, and the file that the launcher keeps in it. */
function makeCache(): { readonly folder: string; readonly kept: string } {
  const folder = mkdtempSync(join(root, "cache-"));
  return { folder, kept: join(folder, "millrace", "code", codeName) };
}

function launch(
  cache: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<{ readonly code: number; readonly stdout: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...flags, launcher, ...words],
      { env: { XDG_CACHE_HOME: cache, ...env } },
      (_error, stdout) => resolve({ code: child.exitCode ?? -1, stdout }),
    );
  });
}

test("chunks call each other, Node's modules, and chunks in files of their own", async () => {
  const { folder } = makeCache();
  assert.deepEqual(await launch(folder, ["list", "all"]), { code: 0, stdout: "list all\n" });
  assert.deepEqual(await launch(folder, ["list", "loudly"]), { code: 0, stdout: "LIST LOUDLY\n" });
});

test("a run that went well keeps the compiled code for its user alone, and the next one takes it", async () => {
  const { folder, kept } = makeCache();
  assert.equal((await launch(folder, ["run", "a"])).stdout, "run a\n");
  const { mode, mtimeMs, ino } = statSync(kept);
  assert.equal(mode & 0o077, 0);
  assert.equal((await launch(folder, ["run", "b"])).stdout, "run b\n");
  assert.deepEqual([statSync(kept).mtimeMs, statSync(kept).ino], [mtimeMs, ino]);
});

test("other commands, bad ends and flags of Node keep nothing", async () => {
  const { folder } = makeCache();
  await launch(folder, ["list"]);
  assert.equal((await launch(folder, ["run"], { EXIT_WITH: "1" })).code, 1);
  await launch(folder, ["run"], { NODE_OPTIONS: "--no-deprecation" });
  await launch(folder, ["run"], {}, ["--no-opt"]);
  assert.deepEqual(readdirSync(folder), []);
});

test("code that Node refuses is replaced, that of other builds goes", async () => {
  const { folder, kept } = makeCache();
  const other = join(folder, "millrace", "code", "build0-v24.0.0-linux-x64.code");
  mkdirSync(join(folder, "millrace", "code"), { recursive: true });
  writeFileSync(kept, "no code at all");
  writeFileSync(other, "old");
  assert.equal((await launch(folder, ["run", "c"])).stdout, "run c\n");
  assert.ok(statSync(kept).size > 1_000);
  assert.equal(existsSync(other), false);
});

test("a cache that cannot be written does not matter", async () => {
  const blocked = join(root, "blocked");
  writeFileSync(blocked, "a file where a folder should be");
  assert.deepEqual(await launch(blocked, ["run", "d"]), { code: 0, stdout: "run d\n" });
  // Nobody says where the home is: then it is not the root of the file system.
  assert.deepEqual(await launch("", ["run", "e"]), { code: 0, stdout: "run e\n" });
  assert.equal(existsSync(join("/.cache/millrace/code", codeName)), false);
});

test("the code of the build is taken where the user has none", async () => {
  const { folder, kept } = makeCache();
  await launch(folder, ["run"]);
  copyFileSync(kept, join(bundle, codeName));
  try {
    const { folder: empty } = makeCache();
    assert.equal((await launch(empty, ["run", "f"])).stdout, "run f\n");
    assert.deepEqual(readdirSync(empty), []);
  } finally {
    rmSync(join(bundle, codeName));
  }
});
