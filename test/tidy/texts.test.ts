import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { findStaleDocuments, regenerate } from "../../tools/docs.ts";
import { scripts } from "../../tools/setup/scripts.mjs";
import { assertNone, makeFile, projectFolder, readProject } from "./project-files.ts";
import { findDeadLinks, findUnknownScripts } from "./rules/prose.ts";
import {
  findIncompleteLocks,
  findInstallScripts,
  findMachinePaths,
  findRegistryHosts,
  findUnfinishedMarks,
} from "./rules/texts.ts";

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(projectFolder, path), "utf8"));
}

const packageScripts = (readJson("package.json") as { readonly scripts: Readonly<Record<string, string>> })
  .scripts;

const lock = readJson("package-lock.json") as Parameters<typeof findInstallScripts>[0];

/** Folders in which checkouts of every project lie say nothing about this machine. */
const ordinaryFolders: ReadonlySet<string> = new Set([
  "/",
  "/home",
  "/root",
  "/tmp",
  "/var/tmp",
  "/opt",
  "/srv",
]);

describe("texts", () => {
  test("nothing is marked as unfinished", () => {
    assertNone(findUnfinishedMarks(readProject()));
    const bad = makeFile("src/base/a.ts", `const a = 1;\n// TO${"DO"} later\n`);
    assert.deepEqual(
      findUnfinishedMarks([bad]).map(({ line }) => line),
      [2],
    );
    assert.deepEqual(findUnfinishedMarks([makeFile("a.ts", 'mkdtemp("aXXXXXX")')]), []);
  });

  test("no file names a path of the machine it was written on", () => {
    const parent = dirname(projectFolder);
    const neighbours = ordinaryFolders.has(parent)
      ? []
      : readdirSync(parent).map((name) => join(parent, name));
    const paths = [...new Set([projectFolder, ...neighbours])];
    assertNone(findMachinePaths(readProject(), paths));
    assert.equal(findMachinePaths([makeFile("docs/a.md", `see ${projectFolder}/docs`)], paths).length, 1);
  });

  test("the lock files work with any registry", () => {
    assertNone(findRegistryHosts(readProject()));
    assert.equal(findRegistryHosts([makeFile("package-lock.json", '{\n"resolved": "x"\n}')]).length, 1);
    assert.equal(findRegistryHosts([makeFile(".npmrc", "registry=x")]).length, 1);
  });

  test("the lock file names the packages of every platform", () => {
    assertNone(findIncompleteLocks(lock));
    const packages = {
      "node_modules/a": { optionalDependencies: { "@b/linux": "1", "@b/darwin": "1" } },
      "node_modules/@b/linux": {},
    };
    assert.deepEqual(
      findIncompleteLocks({ packages }).map(({ message }) => message),
      ["@b/darwin, which node_modules/a names, is missing"],
    );
  });

  test("no runtime dependency runs a script when it is installed", () => {
    assertNone(findInstallScripts(lock));
    assert.equal(
      findInstallScripts({ packages: { "node_modules/a": { hasInstallScript: true } } }).length,
      1,
    );
    assert.equal(
      findInstallScripts({ packages: { "node_modules/a": { hasInstallScript: true, dev: true } } }).length,
      0,
    );
  });
});

describe("prose", () => {
  test("every relative link leads somewhere", () => {
    assertNone(findDeadLinks(readProject(), (path) => existsSync(join(projectFolder, path))));
  });

  test("dead links are found", () => {
    const document = makeFile(
      "docs/a.md",
      [
        "# A title, with `code`!",
        "[x](b.md) [x](missing.md) [x](../src) [x](#a-title-with-code) [x](#gone) [x](https://example.org/y)",
        "`[x](ignored.md)`",
        "```",
        "[x](ignored.md)",
        "```",
        "[x]: gone.md",
        "[x](../../outside.md)",
      ].join("\n"),
    );
    const found = findDeadLinks([document, makeFile("docs/b.md", "")], (path) =>
      ["docs/a.md", "docs/b.md", "src"].includes(path),
    );
    assert.deepEqual(
      found.map(({ line, message }) => `${line} ${message}`),
      [
        "2 link leads nowhere: missing.md",
        "2 link to a heading that is not there: #gone",
        "7 link leads nowhere: gone.md",
        "8 link leaves the project: ../../outside.md",
      ],
    );
  });

  test("every npm script that prose names exists", () => {
    const names = new Set(Object.keys(packageScripts));
    assertNone(findUnknownScripts(readProject(), names));
    const bad = makeFile(
      "README.md",
      "Use `npm run fly` or:\n\n```sh\nnpm run swim -- --far\nnpm test\n```\nnpm run prose\n",
    );
    assert.deepEqual(
      findUnknownScripts([bad], new Set(["test"])).map(({ line }) => line),
      [1, 4],
    );
  });
});

describe("generated parts of documents", () => {
  test("are what the generators make", () => {
    assert.deepEqual(findStaleDocuments(), [], "run: npm run docs");
  });

  test("are replaced between their marks and nowhere else", () => {
    const text = "a\n<!-- generated: x -->\nold\n<!-- /generated -->\nb\n";
    assert.equal(regenerate(text, { x: () => "new" }), text.replace("old", "new"));
    assert.throws(() => regenerate(text, {}), /no generator/);
  });
});

describe("npm scripts", () => {
  test("package.json and the table name the same scripts", () => {
    assert.deepEqual(
      packageScripts,
      Object.fromEntries(Object.keys(scripts).map((name) => [name, `node tools/setup/run.mjs ${name}`])),
    );
  });

  test("every script has an entry", () => {
    const missing = Object.values(scripts).flatMap(([entry = ""]) =>
      existsSync(join(projectFolder, entry)) ? [] : [entry],
    );
    assert.deepEqual(missing, []);
  });
});
