import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { argo } from "../../src/languages/argo/argo.ts";
import { projectFolder } from "../tidy/project-files.ts";
import { listCodeBlocks, readPage, readPages } from "./pages.ts";

const documents = readPages()
  .flatMap(listCodeBlocks)
  .filter(({ language }) => language === "yaml");

describe("documents in pages", () => {
  test("are documents, without errors and warnings", () => {
    assert.ok(documents.length > 0);
    for (const { page, line, text } of documents) {
      const place = `${page}:${line}`;
      assert.ok(argo.recognizes(text, place), `${place} is not an Argo document`);
      const found = argo.lint(text, place, { strict: true, definitions: [] });
      assert.deepEqual(found, [], place);
    }
  });

  test("the one in the README gives what the README shows", () => {
    const [first] = listCodeBlocks(readPage("README.md")).filter(({ language }) => language === "yaml");
    const folder = mkdtempSync(join(tmpdir(), "millrace-readme-"));
    try {
      writeFileSync(join(folder, "squares.yaml"), first?.text ?? "");
      const program = join(projectFolder, "src/main/millrace.ts");
      const args = [program, "run", "squares.yaml", "--executor", "process", "--home", "home", "--no-color"];
      const ended = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
      assert.equal(ended.status, 0, ended.stdout + ended.stderr);
      const runs = join(folder, "home", "runs");
      const [run = ""] = readdirSync(runs);
      assert.equal(readFileSync(join(runs, run, "outputs", "sum.txt"), "utf8"), "30\n");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
