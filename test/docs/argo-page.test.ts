import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { getObjectType } from "../../src/languages/argo/read/fields/field-types.ts";
import { readProject } from "../tidy/project-files.ts";
import { listQuotedWords, readPage, readPart } from "./pages.ts";

const page = readPage("docs/argo.md");

function readFields(from: string, to: string): readonly string[] {
  return listQuotedWords({ path: page.path, text: readPart(page, from, to) });
}

/** The lists of fields that lowering warns about, as texts of sorted names. */
function readHints(): readonly string[] {
  const files = readProject().filter(({ path }) => path.startsWith("src/languages/argo/lower/"));
  const lists = files.flatMap(({ text }) =>
    [...text.matchAll(/const hints = \[([^\]]*)\]/g)].map((match) => match[1] ?? ""),
  );
  return lists.map((list) => sortNames([...list.matchAll(/"(\w+)"/g)].map((match) => match[1] ?? "")));
}

function sortNames(names: readonly string[]): string {
  return names.toSorted().join(" ");
}

describe("docs/argo.md", () => {
  test("lists the fields that are warned about", () => {
    const ofWorkflows = readFields("<!-- hints: workflow -->", "<!-- hints: template -->");
    const ofTemplates = readFields("<!-- hints: template -->", "<!-- /hints -->");
    assert.deepEqual([ofWorkflows, ofTemplates].map(sortNames).toSorted(), readHints().toSorted());
  });

  for (const type of ["WorkflowSpec", "Template", "Container"]) {
    test(`names only fields that a ${type} has as having no effect`, () => {
      const next =
        type === "WorkflowSpec"
          ? "- of a template"
          : type === "Template"
            ? "- of a container"
            : "<!-- /silent -->";
      const fields = readFields(`<!-- silent: ${type} -->`, next);
      assert.ok(fields.length > 10);
      assert.deepEqual(
        fields.filter((field) => !getObjectType(type).fields().has(field)),
        [],
      );
    });
  }
});
