/** The quick reader gives what js-yaml gives, or nothing at all: whatever is unusual is left to js-yaml. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { findYamlValue } from "../../../../src/languages/argo/read/load-any-yaml.ts";
import { loadYaml } from "../../../../src/languages/argo/read/load-yaml.ts";
import { readSimpleYaml } from "../../../../src/languages/argo/read/read-simple-yaml.ts";

const project = fileURLToPath(new URL("../../../../", import.meta.url));
const corpus = [join(project, "examples"), join(project, "..", "shared", "conformance")]
  .filter((folder) => existsSync(folder))
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.ya?ml$/u.test(name))
      .map((name) => readFileSync(join(folder, name), "utf8")),
  )
  .flatMap((text) => [text, ...text.split(/^---.*$/mu)]);

/** Returns whether the quick reader took the text. */
function compare(text: string): boolean {
  const quick = readSimpleYaml(text);
  if (quick === undefined) return false;
  assert.deepEqual(quick.value, findYamlValue(text), text);
  assert.deepEqual(loadYaml(text, "f", true).diagnostics, []);
  return true;
}

test("documents of people are read alike, and most of them quickly", () => {
  const taken = corpus.filter(compare);
  assert.ok(taken.length > corpus.length / 20, `${taken.length} of ${corpus.length}`);
});

test("documents that were damaged are read alike, or not quickly", () => {
  const edits = fc.array(
    fc.record({
      at: fc.nat(),
      text: fc.constantFrom(
        "",
        " ",
        "  ",
        "- ",
        ": ",
        "#",
        " #x",
        "'",
        '"',
        "{",
        "a: 1",
        "\t",
        "y",
        "0x1",
        "~",
      ),
    }),
    { minLength: 1, maxLength: 3 },
  );
  fc.assert(
    fc.property(fc.nat(corpus.length - 1), edits, (index, changes) => {
      const lines = (corpus[index] as string).split("\n").slice(0, 80);
      for (const { at, text } of changes) {
        const line = at % lines.length;
        const old = lines[line] as string;
        const column = at % (old.length + 1);
        lines[line] = text === "" ? old.slice(0, column) : old.slice(0, column) + text + old.slice(column);
      }
      compare(lines.join("\n"));
    }),
    { numRuns: 2_000 },
  );
});

test("generated blocks are read alike", () => {
  const scalar = fc.constantFrom(
    "a",
    "1",
    "1.5",
    "true",
    "no",
    "~",
    "'x y'",
    '"q\\n"',
    "a b",
    "[]",
    "{}",
    "0755",
    "x: y",
    "*a",
    "|",
    "",
    "null",
    "1_000",
    "- z",
  );
  const key = fc.constantFrom("a", "b", "kind", "y", "1", "'q'", "a b", "<<");
  const block = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.boolean(), key, scalar), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(block, (lines) => {
      const texts = lines.map(
        ([depth, isItem, name, value]) => `${"  ".repeat(depth)}${isItem ? "- " : ""}${name}: ${value}`,
      );
      compare(texts.join("\n"));
    }),
    { numRuns: 3_000 },
  );
});

for (const text of [
  "a: 1\na: 2\n",
  "a: &x 1\n",
  "a: 1\n---\nb: 2\n",
  "a: !!str 1\n",
  "? a\n: b\n",
  "\ta: 1\n",
])
  test(`left to js-yaml: ${JSON.stringify(text)}`, () => {
    assert.equal(readSimpleYaml(text), undefined);
  });
