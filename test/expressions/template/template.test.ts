import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { err, ok } from "../../../src/base/result.ts";
import { parseTemplate, renderTemplate } from "../../../src/expressions/template/template.ts";
import type { Segment } from "../../../src/expressions/template/template.ts";

function print(segment: Segment): string {
  switch (segment.kind) {
    case "literal":
      return JSON.stringify(segment.text);
    case "name":
      return `<${segment.name}>`;
    case "expression":
      return `<=${segment.source}>`;
    case "nested":
      return `<[${segment.parts.map(print).join(" ")}]>`;
  }
}

const cuts: readonly (readonly [source: string, segments: string])[] = [
  ["", ""],
  ["plain", '"plain"'],
  ["{{a}}", "<a>"],
  ["x{{ a.b }}y", '"x" <a.b> "y"'],
  ["{{a}}{{b}}", "<a> <b>"],
  ["{{=1 + 2}}", "<=1 + 2>"],
  ["{{= {a: 1}.a }}", "<= {a: 1}.a >"],
  ["{{ =x}}", "<=x>"],
  ["{{=f('{{')}}", "<=f('{{')>"],
  ["{{a.{{b}}.c}}", '<["a." <b> ".c"]>'],
  ["{{a.{{b.{{c}}}}}}", '<["a." <["b." <c>]>]>'],
  ["{{a.{{=x}}}}", '<["a." <=x>]>'],
  ["{{{a}}}", '<{a> "}"'],
  ["{{a", '"{{a"'],
  ["{{a}} {{b", '<a> " {{b"'],
  ["{{a {{b}} c", '"{{a " <b> " c"'],
  ["a}} {{b}}", '"a}} " <b>'],
  ["{{}}", "<>"],
  ["{{=x", '"{{=x"'],
  ["{a} { {b} }", '"{a} { {b} }"'],
];

describe("cutting", () => {
  for (const [source, segments] of cuts) {
    test(source === "" ? "(empty)" : source, () => {
      const template = parseTemplate(source);
      assert.equal(template.segments.map(print).join(" "), segments);
      assert.equal(
        template.segments.map((segment) => source.slice(segment.offset, segment.end)).join(""),
        source,
      );
    });
  }

  test("a tag without an end is told", () => {
    assert.deepEqual(
      ["{{a}}", "x {{a", "{{a {{b}}", "{{=a"].map((text) => parseTemplate(text).unterminatedOffset),
      [undefined, 2, 0, 0],
    );
  });

  test("expressions are parsed once and know where they stand", () => {
    const tag = parseTemplate("ab {{= 1 + }} {{c}}").segments[1];
    assert.ok(tag?.kind === "expression" && !tag.parsed.ok);
    assert.deepEqual([tag.offset, tag.sourceOffset, tag.parsed.error.offset], [3, 6, 5]);
  });
});

const values: ReadonlyMap<string, string> = new Map([
  ["a", "1"],
  ["b", "x"],
  ["a.x.c", "nested"],
  ["tag", "{{a}}"],
]);

function render(source: string): string {
  const rendered = renderTemplate(parseTemplate(source), (segment) =>
    ok(segment.kind === "name" ? values.get(segment.name) : `(${segment.source.trim()})`),
  );
  return rendered.ok ? rendered.value : "error";
}

describe("rendering", () => {
  const cases: readonly (readonly [source: string, text: string])[] = [
    ["plain", "plain"],
    ["{{a}}-{{ b }}", "1-x"],
    ["{{nosuch}}", "{{nosuch}}"],
    ["{{ nosuch }}{{a}}", "{{ nosuch }}1"],
    ["{{=z}}", "(z)"],
    ["{{a.{{b}}.c}}", "nested"],
    ["{{a.{{b}}.d}}", "{{a.x.d}}"],
    ["{{a.{{q}}.c}}", "{{a.{{q}}.c}}"],
    ["{{tag}}", "{{a}}"],
    ["{{a", "{{a"],
    ["{{a {{b}} c", "{{a x c"],
  ];
  for (const [source, text] of cases) test(source, () => assert.equal(render(source), text));

  test("an error ends the rendering", () => {
    const rendered = renderTemplate(parseTemplate("{{a}} {{b}} {{c}}"), (segment) =>
      segment.kind === "name" && segment.name === "b" ? err(segment.offset) : ok("x"),
    );
    assert.deepEqual(rendered, err(6));
  });

  test("leaving every tag gives the text back", () => {
    const piece = fc.constantFrom("{{", "}}", "{{=", "a", " ", "{", "}", "=", "\n", "é");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const source = pieces.join("");
        const rendered = renderTemplate(parseTemplate(source), () => ok(undefined));
        assert.deepEqual(rendered, ok(source));
      }),
      { numRuns: 2000 },
    );
  });
});

test("hostile texts are cut in one pass", () => {
  const many = 50_000;
  for (const source of [
    "{{".repeat(many),
    "}}".repeat(many),
    "{{=".repeat(many),
    "{{".repeat(many) + "}}".repeat(many),
    ("{{".repeat(25) + "}}").repeat(2000),
  ]) {
    const rendered = renderTemplate(parseTemplate(source), () => ok(undefined));
    assert.deepEqual(rendered, ok(source));
  }
});
