/** Where a parameter's value comes from, and which source wins (Argo, ProcessArgs and setGlobalParameters). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runDocument } from "../rig.ts";
import type { Ran, RigOptions } from "../rig.ts";

const configMap = `---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  labels: {workflows.argoproj.io/configmap-type: Parameter}
data: {greeting: from the map, "two words": both}
`;

function document(parts: { readonly spec?: string; readonly main: string; readonly more?: string }): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: wf}
spec:
  entrypoint: main
${parts.spec ?? ""}
  templates:
${parts.main}
${parts.more ?? ""}`;
}

/** A step that passes \`passed\` to a template with the input \`input\`, and says what it got. */
function pass(input: string, passed: string): string {
  return document({
    main: `
    - name: main
      steps: [[{name: say, template: say, arguments: {parameters: [${passed}]}}]]
    - name: say
      inputs: {parameters: [{name: p${input}}]}
      container: {image: x, command: [got, "{{inputs.parameters.p}}"]}`,
    more: configMap,
  });
}

function got(ran: Ran): string {
  assert.equal(ran.phase, "Succeeded", `${ran.message}\n${ran.lines().join("\n")}`);
  return ran.program("say").slice("got ".length);
}

const fromMap = "valueFrom: {configMapKeyRef: {name: settings, key: greeting}}";
const fromNowhere = "valueFrom: {configMapKeyRef: {name: settings, key: absent}";

const sources: readonly (readonly [string, string, string, string])[] = [
  ["an argument", "", "{name: p, value: given}", "given"],
  ["an argument over the input's value", ", value: own", "{name: p, value: given}", "given"],
  ["an argument over the input's default", ", default: usual", "{name: p, value: given}", "given"],
  ["an empty argument is a value", ", default: usual", "{name: p, value: ''}", ""],
  ["the input's value", ", value: own", "", "own"],
  ["the input's default", ", default: usual", "", "usual"],
  ["the input's value over its default", ", value: own, default: usual", "", "own"],
  ["a key of a ConfigMap", `, ${fromMap}`, "", "from the map"],
  ["a ConfigMap over the input's default", `, default: usual, ${fromMap}`, "", "from the map"],
  ["an argument over a ConfigMap", `, ${fromMap}`, "{name: p, value: given}", "given"],
  ["the default of a ConfigMap's key that is absent", `, ${fromNowhere}, default: fallback}`, "", "fallback"],
  ["an argument from a ConfigMap", "", `{name: p, ${fromMap}}`, "from the map"],
  ["an argument for another input is ignored", ", default: usual", "{name: q, value: given}", "usual"],
  ["a number", "", "{name: p, value: 42}", "42"],
  ["a fraction", "", "{name: p, value: 1.50}", "1.5"],
  ["a great number", "", "{name: p, value: 123456789012}", "123456789012"],
  ["a boolean", "", "{name: p, value: false}", "false"],
  ["text that looks like a number", "", '{name: p, value: "007"}', "007"],
  ["a default that is a number", ", default: 5", "", "5"],
  ["a default with a tag", ', default: "{{workflow.name}}"', "", "wf"],
  [
    "a default that uses an earlier input",
    '0, value: other}, {name: p, value: "{{inputs.parameters.p0}}"',
    "",
    "other",
  ],
  ["a ConfigMap over the input's value", `, value: own, ${fromMap}`, "", "from the map"],
];

for (const [name, input, passed, expected] of sources) {
  test(`a parameter takes ${name}`, async () =>
    assert.equal(got(await runDocument(pass(input, passed))), expected));
}

test("an input without any source is refused before anything runs", async () => {
  const ran = await runDocument(pass("", ""));
  assert.equal(ran.phase, "Refused");
  assert.match(
    ran.message,
    /templates\.main\.steps\[0\]\.say templates\.say inputs\.parameters\.p was not supplied/,
  );
});

test("a ConfigMap that is not there is an error of the node that needs it", async () => {
  const ran = await runDocument(pass(", valueFrom: {configMapKeyRef: {name: nothing, key: k}}", ""));
  assert.equal(ran.phase, "Failed");
  assert.match(ran.node("say").message ?? ran.message, /nothing/);
});

function global(parameters: string, text: string, options: RigOptions = {}): Promise<Ran> {
  const spec = `  arguments: {parameters: [${parameters}]}`;
  const main = `
    - name: main
      steps: [[{name: say, template: say}]]
    - name: say
      container: {image: x, command: [got, "${text}"]}`;
  return runDocument(document({ spec, main, more: configMap }), options);
}

test("workflow parameters: the submission over the document, whatever source that names", async () => {
  const text = "{{workflow.parameters.p}}";
  assert.equal(got(await global("{name: p, value: 1}", text)), "1");
  assert.equal(got(await global("{name: p, value: 1}", text, { parameters: { p: "2" } })), "2");
  assert.equal(got(await global("{name: p}", text, { parameters: { p: "2" } })), "2");
  assert.equal(got(await global(`{name: p, ${fromMap}}`, text)), "from the map");
  assert.equal(got(await global(`{name: p, ${fromMap}}`, text, { parameters: { p: "2" } })), "2");
  assert.equal(got(await global(`{name: p, ${fromNowhere}, default: d}}`, text)), "d");
  assert.equal(got(await global("{name: p, value: '{{workflow.name}}'}", text)), "wf");
});

test("workflow parameters that the document does not declare can be given", async () => {
  assert.equal(
    got(await global("{name: p, value: 1}", "{{workflow.parameters}}", { parameters: { q: "2" } })),
    '[{"name":"p","value":"1"},{"name":"q","value":"2"}]',
  );
});

test("a workflow parameter without a value is refused", async () => {
  const ran = await global("{name: p}", "{{workflow.parameters.p}}");
  assert.equal(ran.phase, "Refused");
  assert.match(ran.message, /spec\.arguments\.p\.value or spec\.arguments\.p\.valueFrom is required/);
});

test("a workflow parameter must be one of its enum", async () => {
  const p = "{name: p, value: a, enum: [a, b, '3']}";
  assert.equal(got(await global(p, "{{workflow.parameters.p}}", { parameters: { p: "b" } })), "b");
  assert.equal(got(await global(p, "{{workflow.parameters.p}}", { parameters: { p: "3" } })), "3");
  const ran = await global(p, "{{workflow.parameters.p}}", { parameters: { p: "c" } });
  assert.equal(ran.phase, "Refused");
  assert.match(ran.message, /spec\.arguments\.p\.value should be present in spec\.arguments\.p\.enum list/);
});

/** Texts that a substitution in JSON text could break on. */
const awkward = [
  "quotes \" and '",
  "two\nlines",
  "a\ttab and \\ backslash \\n",
  "Grüße 世界 😀",
  '{"json": ["a", {"b": 1}]}',
  "{braces} }} {",
  "\u0001\u007f",
  "$(NAME) $HOME `x`",
  "<&>",
  "",
];

for (const text of awkward) {
  test(`a value passes unchanged: ${JSON.stringify(text)}`, async () => {
    assert.equal(got(await runDocument(pass("", `{name: p, value: ${JSON.stringify(text)}}`))), text);
    assert.equal(
      got(await global("{name: p, value: 1}", "{{workflow.parameters.p}}", { parameters: { p: text } })),
      text,
    );
    const twice = document({
      main: `
    - name: main
      steps:
        - [{name: make, template: make}]
        - [{name: say, template: say, arguments: {parameters: [{name: p, value: "{{=steps.make.outputs.parameters.o}}"}]}}]
    - name: make
      outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}
      container: {image: x, command: [make]}
    - name: say
      inputs: {parameters: [{name: p}]}
      container: {image: x, command: [got, "{{inputs.parameters.p}}"]}`,
    });
    assert.equal(got(await runDocument(twice, { answers: { make: { parameters: { o: text } } } })), text);
  });
}
