/** The installed command: bin/millrace.cjs with a bundle of a few lines, written by the tools of the build. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { writeChunkScript, writeStartScript } from "../../tools/bundle/chunk-scripts.ts";

const root = mkdtempSync(join(tmpdir(), "millrace-launcher-"));
const launcher = join(root, "bin", "millrace.cjs");
const bundle = join(root, "dist");

/** The program prints its words (for `flags` what Node was started with, too), those after `loudly` in capitals, and ends with the code in the environment. */
const program = `
  import { basename } from "node:path";
  import { join } from "./join.js";
  async function main() {
    const [, , name, ...words] = process.argv;
    const { shout } = words[0] === "loudly" ? await import("./shout.js") : { shout: (text) => text };
    const flags = name === "flags" ? process.execArgv : [];
    console.log(shout(join([basename("/bin/" + name), ...words, ...flags])));
    process.exitCode = Number(process.env.EXIT_WITH ?? 0);
  }
  void main();
`;

before(async () => {
  mkdirSync(join(root, "bin"));
  copyFileSync(join(import.meta.dirname, "..", "..", "bin", "millrace.cjs"), launcher);
  mkdirSync(bundle);
  const chunks = [
    { name: "./program.js", text: program },
    { name: "./join.js", text: 'export function join(words) { return words.join(" "); }' },
    // As esbuild writes a module that is evaluated when it is first asked for.
    { name: "./lazy.js", text: "export var mark; export function init() { mark ??= '!'; }" },
  ];
  writeFileSync(join(bundle, "millrace.cjs"), `//build1\n${await writeStartScript(chunks, "./program.js")}`);
  const shout = {
    name: "./shout.js",
    text: `
      import { init, mark } from "./lazy.js";
      export function shout(text) { init(); return text.toUpperCase() + mark; }
    `,
  };
  writeFileSync(join(bundle, "shout.js"), await writeChunkScript(shout));
});
after(() => rmSync(root, { recursive: true }));

const codeName = `build1-millrace-${process.version}-${process.platform}-${process.arch}.code`;

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
  assert.deepEqual(await launch(folder, ["list", "loudly"]), { code: 0, stdout: "LIST LOUDLY!\n" });
});

test("a run that went well keeps the compiled code for its user alone, and the next one takes it", async () => {
  const { folder, kept } = makeCache();
  assert.equal((await launch(folder, ["run", "a"])).stdout, "run a\n");
  const { mode, mtimeMs, ino } = statSync(kept);
  assert.equal(mode & 0o077, 0);
  assert.equal((await launch(folder, ["run", "b"])).stdout, "run b\n");
  assert.deepEqual([statSync(kept).mtimeMs, statSync(kept).ino], [mtimeMs, ino]);
});

/** Starts the launcher as a shell would, with the `node` that the folder holds. */
function launchByShell(
  folder: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(launcher, words, { env: { PATH: `${folder}:/usr/bin:/bin`, ...env } }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
  });
}

const startFlags = "--no-rehash-snapshot --min-semi-space-size=4";

test("the shell starts Node with flags for a quick start, and not for what serves others", async () => {
  const folder = mkdtempSync(join(root, "echo-"));
  writeFileSync(join(folder, "node"), '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
  assert.equal(await launchByShell(folder, ["run", "a b"]), `${startFlags} ${launcher} run a b\n`);
  assert.equal(await launchByShell(folder, []), `${launcher}\n`);
  assert.equal(await launchByShell(folder, ["serve", "x"]), `${launcher} serve x\n`);
  // Nobody looks behind options for the command.
  assert.equal(await launchByShell(folder, ["--home", "x"]), `${launcher} --home x\n`);
});

const addonName = `addon-${process.platform}-${process.arch}.node`;
const addon = join(import.meta.dirname, "..", "..", "dist", addonName);

for (const withAddon of [false, true]) {
  const skip = withAddon && !existsSync(addon) ? "the addon could not be compiled here" : false;
  test(
    `a start by the shell, ${withAddon ? "with" : "without"} the addon, takes kept code`,
    { skip },
    async () => {
      const { folder, kept } = makeCache();
      const node = mkdtempSync(join(root, "node-"));
      symlinkSync(process.execPath, join(node, "node"));
      const env = { XDG_CACHE_HOME: folder };
      if (withAddon) copyFileSync(addon, join(bundle, addonName));
      try {
        assert.equal(await launchByShell(node, ["run", "a"], env), "run a\n");
        const { mtimeMs, ino } = statSync(kept);
        assert.equal(await launchByShell(node, ["run", "b"], env), "run b\n");
        assert.deepEqual([statSync(kept).mtimeMs, statSync(kept).ino], [mtimeMs, ino]);
        // With it the flags are as usual again, and one start may use what the other has kept.
        assert.equal((await launch(folder, ["run", "c"])).stdout, "run c\n");
        assert.equal(statSync(kept).ino === ino, withAddon);
        assert.equal(await launchByShell(node, ["flags"], env), "flags\n");
      } finally {
        rmSync(join(bundle, addonName), { force: true });
      }
    },
  );
}

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
  // Whole, as the launcher sees it, and yet nothing that Node takes.
  writeFileSync(kept, "nono");
  assert.equal((await launch(folder, ["run", "c"])).stdout, "run c\n");
  assert.ok(statSync(kept).size > 1_000);
});

test("damaged code, which could end the process, is not taken", async () => {
  const { folder, kept } = makeCache();
  await launch(folder, ["run"]);
  const good = readFileSync(kept);
  for (const at of [100, good.length >> 2, good.length >> 1, good.length - 1]) {
    const damaged = Buffer.from(good);
    damaged[at] = (damaged[at] ?? 0) ^ 0x55;
    writeFileSync(kept, damaged);
    assert.deepEqual(await launch(folder, ["run", "h"]), { code: 0, stdout: "run h\n" });
    assert.notDeepEqual(readFileSync(kept), damaged);
  }
  writeFileSync(kept, good.subarray(0, 1_000));
  assert.deepEqual(await launch(folder, ["run", "h"]), { code: 0, stdout: "run h\n" });
});

test("code that others could have written is not taken, and none is kept where they could write", async () => {
  const { folder, kept } = makeCache();
  await launch(folder, ["run"]);
  const { ino } = statSync(kept);
  chmodSync(kept, 0o622);
  assert.equal((await launch(folder, ["run", "i"])).stdout, "run i\n");
  assert.notEqual(statSync(kept).ino, ino);
  assert.equal(statSync(kept).mode & 0o077, 0);

  rmSync(kept);
  chmodSync(dirname(kept), 0o777);
  await launch(folder, ["run"]);
  assert.equal(existsSync(kept), false);
});

test("nothing is written through a link, and nothing of others is removed", async () => {
  const { folder, kept } = makeCache();
  const elsewhere = mkdtempSync(join(root, "elsewhere-"));
  mkdirSync(dirname(dirname(kept)));
  symlinkSync(elsewhere, dirname(kept));
  await launch(folder, ["run"]);
  assert.deepEqual(readdirSync(elsewhere), []);

  rmSync(dirname(kept));
  mkdirSync(dirname(kept), { mode: 0o700 });
  writeFileSync(join(dirname(kept), "notes.txt"), "mine");
  await launch(folder, ["run"]);
  assert.deepEqual(readdirSync(dirname(kept)).toSorted(), [codeName, "notes.txt"].toSorted());
});

test("two that keep code at once leave one whole file", async () => {
  const { folder, kept } = makeCache();
  await Promise.all([launch(folder, ["run"]), launch(folder, ["run"])]);
  const left = readdirSync(dirname(kept)).filter((name) => name.endsWith(".unfinished"));
  assert.deepEqual(left, []);
  const both = readFileSync(kept);
  assert.ok(both.length > 1_000 && both.subarray(both.length / 2).equals(both.subarray(0, both.length / 2)));
});

test("a cache that cannot be written does not matter", async () => {
  const blocked = join(root, "blocked");
  writeFileSync(blocked, "a file where a folder should be");
  assert.deepEqual(await launch(blocked, ["run", "d"]), { code: 0, stdout: "run d\n" });
  // A relative name would be another folder for each working folder.
  const { folder } = makeCache();
  await launch(join(basename(folder), "relative"), ["run", "e"]);
  assert.equal(existsSync(join(process.cwd(), basename(folder))), false);
  // Nobody says where the home is: then it is not the root of the file system.
  assert.deepEqual(await launch("", ["run", "e"]), { code: 0, stdout: "run e\n" });
  assert.equal(existsSync(join("/.cache/millrace/code", codeName)), false);
});

test("a chunk in a file of its own has code of its own", async () => {
  const { folder, kept } = makeCache();
  await launch(folder, ["run", "loudly"]);
  const ofChunk = kept.replace("build1-millrace-", "build1-shout-");
  const { ino } = statSync(ofChunk);
  assert.equal((await launch(folder, ["run", "loudly"])).stdout, "RUN LOUDLY!\n");
  assert.equal(statSync(ofChunk).ino, ino);
  assert.ok(existsSync(kept));
});

test("the code of the build is taken where the user has none", async () => {
  const { folder, kept } = makeCache();
  await launch(folder, ["run"]);
  const twice = readFileSync(kept);
  writeFileSync(join(bundle, codeName), twice.subarray(0, twice.length / 2));
  try {
    const { folder: empty } = makeCache();
    assert.equal((await launch(empty, ["run", "f"])).stdout, "run f\n");
    assert.deepEqual(readdirSync(empty), []);
  } finally {
    rmSync(join(bundle, codeName));
  }
});

/** Loaded before the launcher, so that it takes this Node for an old one. The child does not load it. */
const aging = `data:text/javascript,${encodeURIComponent(
  'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } });',
)}`;

test("an older Node is refused, and in a clone it hands over to the one that set-up has brought", async () => {
  const { folder } = makeCache();
  const flags = ["--import", aging];
  const environment = { EXIT_WITH: "7" };
  assert.deepEqual(await launch(folder, ["list"], environment, flags), { code: 1, stdout: "" });

  const setUp = join(root, "tools", "setup");
  const programs = join(setUp, "runtime", "node_modules", ".bin");
  mkdirSync(programs, { recursive: true });
  const own = join(import.meta.dirname, "..", "..", "tools", "setup");
  for (const file of ["command.mjs", "become-child.mjs", "prepare.mjs", "native-programs.mjs"])
    copyFileSync(join(own, file), join(setUp, file));
  for (const list of ["package-lock.json", join("node_modules", ".package-lock.json")])
    writeFileSync(join(setUp, "runtime", list), '{"packages":{}}');
  try {
    // Set-up has not brought it yet.
    assert.deepEqual(await launch(folder, ["list"], environment, flags), { code: 1, stdout: "" });
    symlinkSync(process.execPath, join(programs, "node"));
    assert.deepEqual(await launch(folder, ["list", "it"], environment, flags), {
      code: 7,
      stdout: "list it\n",
    });
  } finally {
    rmSync(join(root, "tools"), { recursive: true });
  }
});
