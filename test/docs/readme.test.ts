import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readPage, readPart } from "./pages.ts";

const page = readPage("README.md");

describe("README.md", () => {
  test("shows the table of the conformance suite as the suite writes it", () => {
    const [header, line, ...rows] = readPart(page, "<!-- generated: conformance", "<!-- /generated -->")
      .split("\n")
      .slice(1, -1);
    assert.equal(header, "| tier | passed | failed | argued | skipped |");
    assert.equal(line, "|---|---|---|---|---|");
    assert.ok(rows.length > 5);
    for (const row of rows) assert.match(row, /^\| [a-z0-9-]+ \| \d+ \| \d+ \| \d+ \| (?:0|\d+ \(.+\)) \|$/);
  });

  test("leads to every page of the project", () => {
    const links = [...page.text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? "");
    for (const name of [
      "ARCHITECTURE.md",
      "CONTRIBUTING.md",
      "CHANGELOG.md",
      "LICENSE",
      "examples/README.md",
    ]) {
      assert.ok(links.includes(name), name);
    }
    for (const name of ["cli", "argo", "executors", "artifacts", "durability", "errors"]) {
      assert.ok(links.includes(`docs/${name}.md`), name);
    }
  });
});
