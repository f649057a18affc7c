/** Positions: every value of a document is found again, whatever YAML style it is written in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readArgoDocuments } from "../../../../src/languages/argo/read/read-argo-documents.ts";
import type { DocumentPath } from "../../../../src/languages/argo/read/types.ts";

const TEXT = `# comment
kind: ConfigMap
plain: value
quoted: "a
  b"
block: |
  text
  more
next:
  - one
  -   two
  - - nested
    - - deep
  - key: inside
    other:   spaced # comment
  -
    late: here
flow: {a: 1, b: [x, {c: y}], d, "e f": g}
anchor: &x
  deep: 1
alias: *x
tagged: !!str 5
empty:
? complex
: answer
last: end
`;

/** A path and the text that must begin at its position. */
const PLACES: readonly (readonly [DocumentPath, string])[] = [
  [["plain"], "value"],
  [["quoted"], '"a'],
  [["block"], "|"],
  [["next"], "- one"],
  [["next", 0], "one"],
  [["next", 1], "two"],
  [["next", 2], "- nested"],
  [["next", 2, 0], "nested"],
  [["next", 2, 1, 0], "deep"],
  [["next", 3], "key: inside"],
  [["next", 3, "key"], "inside"],
  [["next", 3, "other"], "spaced"],
  [["next", 4], "late"],
  [["next", 4, "late"], "here"],
  [["flow"], "{a: 1"],
  [["flow", "a"], "1,"],
  [["flow", "b"], "[x"],
  [["flow", "b", 0], "x,"],
  [["flow", "b", 1, "c"], "y}"],
  [["flow", "d"], "d,"],
  [["flow", "e f"], "g}"],
  [["anchor", "deep"], "1"],
  [["alias"], "*x"],
  [["tagged"], "!!str 5"],
  [["complex"], "answer"],
  [["last"], "end"],
  [["last", "not", "there"], "end"],
  [["nowhere"], "kind"],
  [["next", 99], "- one"],
];

for (const [path, start] of PLACES) {
  test(`${path.join(".")} stands at ${start}`, () => {
    const [document] = readArgoDocuments(TEXT, "a.yaml").documents;
    const position = document?.locate(path);
    assert.ok(position !== undefined);
    assert.equal(TEXT.slice(position.offset, position.offset + start.length), start);
    const line = TEXT.split("\n")[position.line - 1] ?? "";
    assert.ok(line.slice(position.column - 1).startsWith(start));
    assert.equal(document?.excerpt(position), line);
  });
}

test("other line ends and a byte order mark shift nothing", () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    for (const mark of ["", "\ufeff"]) {
      const text = mark + TEXT.replaceAll("\n", end);
      const [document] = readArgoDocuments(text, "a.yaml").documents;
      const position = document?.locate(["next", 3, "other"]);
      assert.equal(position?.line, 15);
      assert.ok(text.slice(position?.offset).startsWith("spaced"));
    }
  }
});

test("JSON values are found in any layout", () => {
  const tree = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, fc.string(), fc.integer(), fc.boolean(), tie("list"), tie("map")),
    list: fc.array(tie("value"), { maxLength: 4 }),
    map: fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), tie("value"), { maxKeys: 4 }),
  })).map;
  fc.assert(
    fc.property(tree, fc.integer({ min: 0, max: 4 }), (data, indent) => {
      const text = JSON.stringify({ kind: "ConfigMap", data }, null, indent);
      const [document] = readArgoDocuments(text, "a.json").documents;
      for (const [path, value] of listValues(data, ["data"])) {
        const position = document?.locate(path);
        const start = JSON.stringify(value).slice(0, 1);
        assert.equal(text[position?.offset ?? -1], start, path.join("."));
      }
    }),
    { numRuns: 50 },
  );
});

function listValues(value: unknown, path: DocumentPath): (readonly [DocumentPath, unknown])[] {
  const here = [[path, value] as const];
  if (Array.isArray(value))
    return [...here, ...value.flatMap((item, index) => listValues(item, [...path, index]))];
  if (typeof value !== "object" || value === null) return here;
  return [...here, ...Object.entries(value).flatMap(([key, item]) => listValues(item, [...path, key]))];
}

/** A path, a part of its value, and the text that must begin at the position. */
const PARTS: readonly (readonly [DocumentPath, string, string])[] = [
  [["block"], "more", "more\nnext"],
  [["quoted"], "b", 'b"\nblock'],
  [["flow", "a"], "1", "1, b"],
  [["plain"], "not in the text at all", "value"],
  [["block"], "plain", "|"],
];

for (const [path, part, start] of PARTS) {
  test(`${part} of ${path.join(".")} stands at ${JSON.stringify(start)}`, () => {
    const [document] = readArgoDocuments(TEXT, "a.yaml").documents;
    const position = document?.locate(path, "value", part);
    assert.ok(TEXT.slice(position?.offset).startsWith(start), TEXT.slice(position?.offset, 20));
  });
}
