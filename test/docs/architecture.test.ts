import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { projectFolder, readProject } from "../tidy/project-files.ts";
import { listQuotedWords, readPage, readPages } from "./pages.ts";

const page = readPage("ARCHITECTURE.md");

/** Folders that lie directly in `path` and hold a file, at whatever depth. */
function listFolders(path: string): readonly string[] {
  const depth = path.split("/").length;
  const files = readProject().filter((file) => file.path.startsWith(`${path}/`));
  const folders = files
    .map((file) => file.path.split("/").slice(0, -1))
    .filter((parts) => parts.length > depth);
  return [...new Set(folders.map((parts) => parts.slice(0, depth + 1).join("/")))];
}

const folders = listFolders("src");

/** Words in back-ticks that are paths of the project: their first part lies at its top. */
function listPaths(text: string): readonly string[] {
  const top = new Set(readdirSync(projectFolder));
  return listQuotedWords({ path: "", text }).filter(
    (word) =>
      /^[\w.-]+(?:\/[\w.-]+)*\/?$/.test(word) && word.includes("/") && top.has(word.split("/")[0] ?? ""),
  );
}

describe("ARCHITECTURE.md", () => {
  test("has a section for every folder of src, and for no other", () => {
    const sections = [...page.text.matchAll(/^### `(src\/[^`]+)`$/gm)].map((match) => match[1] ?? "");
    assert.deepEqual(sections.toSorted(), folders.toSorted());
  });

  test("names every folder below them", () => {
    const missing = folders.flatMap(listFolders).filter((path) => !page.text.includes(path));
    assert.deepEqual(missing, []);
  });

  test("says of every folder what is absent on purpose", () => {
    const sections = page.text.split(/^### /m).filter((section) => section.startsWith("`src/"));
    const silent = sections
      .filter((section) => !/Absent on purpose|There is no /.test(section))
      .map((section) => section.split("\n")[0]);
    assert.deepEqual(silent, []);
  });
});

/** What set-up, the build, the benchmarks and runs make is not there before them, nor on every machine. */
function isMade(path: string): boolean {
  return ["dist/", "bench/out/", "node_modules/", ".millrace/"].some((folder) => path.startsWith(folder));
}

describe("paths in pages", () => {
  test("exist", () => {
    const missing = readPages().flatMap(({ path, text }) =>
      listPaths(text)
        .filter((named) => !isMade(named) && !existsSync(join(projectFolder, named)))
        .map((named) => `${path}: ${named}`),
    );
    assert.deepEqual(missing, []);
  });

  test("are recognised", () => {
    assert.deepEqual(listPaths("see `src/base/x.ts` and `docs/` but not `a/b`, `src`, `/tmp/x`"), [
      "src/base/x.ts",
      "docs/",
    ]);
  });
});
