/** Documents made to do harm: each ends soon, in a report with a position, and pollutes nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkArgoDocument } from "../../../../src/languages/argo/check/check-argo-document.ts";
import { readArgoDocuments } from "../../../../src/languages/argo/read/read-argo-documents.ts";
import type { Diagnostic } from "../../../../src/base/diagnostic.ts";

const HEAD = "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec:\n  entrypoint: main\n  templates:\n";

function inspect(text: string): readonly Diagnostic[] {
  const { documents, diagnostics } = readArgoDocuments(text, "a.yaml");
  const context = { submitted: true, findTemplateSource: () => undefined };
  return [...diagnostics, ...documents.flatMap((document) => checkArgoDocument(document, context))];
}

function assertInside(text: string, diagnostics: readonly Diagnostic[]): void {
  for (const { position, message, code } of diagnostics) {
    assert.ok(message.length < 2500, code);
    if (position === undefined) continue;
    assert.ok(position.offset >= 0 && position.offset <= text.length, code);
    assert.ok(position.line >= 1 && position.column >= 1, code);
  }
}

const bomb = Array.from({ length: 12 }, (_, level) =>
  level === 0 ? "l0: &l0 [x,x,x,x,x,x,x,x,x,x]" : `l${level}: &l${level} [${`*l${level - 1},`.repeat(10)}]`,
).join("\n");

/** Text, and the code that must be among those reported. */
const HOSTILE: readonly (readonly [string, string, string])[] = [
  ["control characters", "a: \u0001", "argo/yaml-syntax"],
  ["a null byte", "a: \u0000", "argo/yaml-syntax"],
  ["half a surrogate pair", "a: \ud800x", "argo/yaml-syntax"],
  ["a lone second half", "a: x\udc00", "argo/yaml-syntax"],
  ["tabs as indentation", "a:\n\tb: c", "argo/yaml-syntax"],
  ["an unknown alias", "a: *b", "argo/yaml-syntax"],
  ["an alias bomb", `kind: ConfigMap\n${bomb}`, "argo/too-many-aliases"],
  [
    "an alias bomb of templates",
    `${HEAD}  - name: main\n    plugin:\n${bomb.replace(/^/gm, "      ")}`,
    "argo/too-many-aliases",
  ],
  [
    "merges of merges",
    `b: &b {${Array.from({ length: 5000 }, (_, key) => `k${key}: 1`).join(",")}}\n${Array.from({ length: 60 }, (_, key) => `m${key}: {<<: *b}`).join("\n")}`,
    "argo/too-many-aliases",
  ],
  ["deep flow lists", `a: ${"[".repeat(100_000)}`, "argo/too-deep"],
  ["deep dashes", `${"- ".repeat(100_000)}a`, "argo/too-deep"],
  ["deep JSON", `${'{"kind":"A","a":'.repeat(50_000)}1${"}".repeat(50_000)}`, "argo/too-deep"],
  ["a circle of anchors", "kind: ConfigMap\ndata: &d {x: *d}", "argo/too-deep"],
  [
    "a template inside of itself",
    `${HEAD}  - &t\n    name: main\n    steps: [[{name: s, inline: *t}]]`,
    "argo/too-deep",
  ],
  ["prototype keys", `${HEAD}  - __proto__: {container: {image: a}}\n    name: main`, "argo/unknown-field"],
  [
    "thousands of unknown fields",
    `${HEAD}  - name: main\n${Array.from({ length: 3000 }, (_, key) => `    f${key}: 1`).join("\n")}`,
    "argo/too-many-problems",
  ],
  ["thousands of duplicate keys", "a: 1\n".repeat(3000), "argo/duplicate-key"],
  [
    "braces without end",
    `${HEAD}  - {name: main, container: {image: "${"{{".repeat(100_000)}"}}`,
    "argo/unclosed-tag",
  ],
  [
    "an expression of brackets",
    `${HEAD}  - {name: main, container: {image: "{{=${"(".repeat(50_000)}}}"}}`,
    "argo/bad-expression",
  ],
];
for (const [name, text, code] of HOSTILE) {
  test(`${name}: ${code}`, () => {
    const diagnostics = inspect(text);
    assert.ok(diagnostics.length <= 1100);
    const found = diagnostics.find((diagnostic) => diagnostic.code === code);
    assert.ok(found !== undefined, diagnostics.map((diagnostic) => diagnostic.code).join(", "));
    assert.ok(found.position !== undefined);
    assert.ok((found.excerpt?.length ?? 0) <= 160);
    assertInside(text, diagnostics);
  });
}

test("a line of ten million characters is read, and cut in reports", () => {
  const text = `${HEAD}  - {name: main, contaner: "${"x".repeat(10_000_000)}", container: {image: a}}`;
  const [diagnostic] = inspect(text);
  assert.equal(diagnostic?.code, "argo/unknown-field");
  assert.ok((diagnostic.excerpt?.length ?? 0) <= 160);
});

test("keys of free maps are keys, whatever they are called", () => {
  const labels = "{__proto__: a, constructor: b, toString: c, hasOwnProperty: d}";
  const text = `kind: Workflow\nmetadata: {labels: ${labels}}\nspec: {entrypoint: a, hooks: {__proto__: {template: b}}}`;
  const [document] = readArgoDocuments(text, "a.yaml").documents;
  assert.equal(document?.kind, "Workflow");
  const { metadata, spec } = document.value;
  assert.deepEqual(Object.keys(metadata?.labels ?? {}), [
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
  ]);
  assert.equal(Object.getPrototypeOf(metadata?.labels), null);
  assert.deepEqual(Object.keys(spec?.hooks ?? {}), ["__proto__"]);
  const clean: { readonly template?: string } = {};
  assert.equal(clean.template, undefined);
});

test("text of any kind is read and checked without an error, and positions are inside of it", () => {
  const noise = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme" }),
    fc.stringMatching(/^[-a-z0-9:{}[\],&*!|>'"%@ #\n]{0,80}$/),
    fc
      .array(
        fc.constantFrom(
          "kind: Workflow\n",
          "spec:\n",
          "  ",
          "templates:",
          "- ",
          "a: &a ",
          "*a",
          "<<: ",
          "\n",
          "{{",
          "}}",
          "[",
          "]",
          "steps",
          ": ",
          "---\n",
          "'",
          "|",
          "\t",
        ),
      )
      .map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(noise, (text) => assertInside(text, inspect(text))),
    { numRuns: 400 },
  );
});

test("workflows with parts cut out or swapped are read and checked without an error", () => {
  const whole = `${HEAD}  - name: main\n    inputs: {parameters: [{name: p, value: "1"}]}\n    dag:\n      tasks:\n      - {name: a, template: b, depends: c.Succeeded, withItems: [1]}\n      - name: c\n        template: b\n        when: "{{tasks.a.outputs.result}} == 1"\n  - name: b\n    container: {image: x, args: ["{{inputs.parameters.q}}"]}\n`;
  fc.assert(
    fc.property(
      fc.nat(whole.length),
      fc.nat(whole.length),
      fc.string({ maxLength: 5 }),
      (from, to, filling) => {
        const text = whole.slice(0, from) + filling + whole.slice(to);
        assertInside(text, inspect(text));
      },
    ),
    { numRuns: 400 },
  );
});
