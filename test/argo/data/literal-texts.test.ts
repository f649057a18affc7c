/**
 * Texts that must come through as they are: what a ConfigMap or a Secret holds, what looks like a tag of another
 * template language, and parameter values that are documents themselves. And names of ConfigMaps and Secrets that are
 * known only when an attempt starts (Argo replaces tags in the template; a cluster reads the ConfigMap afterwards).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { writeByteText } from "../../../src/base/byte-text.ts";
import { runDocument } from "../rig.ts";
import type { Ran } from "../rig.ts";

const held = "{{ .Values.x }} {{=1 + 1}} {{workflow.name}} {{{{";

const objects = `---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {tpl: "${held}", plain: p}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: other}
data: {tpl: other, plain: other}
binaryData: {password: AP/+gA==}
---
apiVersion: v1
kind: Secret
metadata: {name: credentials}
stringData: {password: "{{=x}} secret"}
`;

function document(container: string, value = "v"): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: wf}
spec:
  entrypoint: main
  arguments: {parameters: [{name: map, value: settings}, {name: text, value: ${JSON.stringify(value)}}]}
  volumes: [{name: files, configMap: {name: "{{workflow.parameters.map}}"}}]
  templates:
    - name: main
      steps:
        - - name: it
            template: it
            arguments: {parameters: [{name: object, value: settings}, {name: key, value: tpl}, {name: secret, value: credentials}, {name: other, value: other}, {name: none, value: none}]}
    - name: it
      inputs: {parameters: [{name: object}, {name: key}, {name: secret}, {name: other}, {name: none}]}
      container: {image: x, ${container}}
${objects}`;
}

function environment(ran: Ran): Readonly<Record<string, string>> {
  assert.equal(ran.phase, "Succeeded", ran.message);
  const env = ran.orders[0]?.commands[0]?.env ?? [];
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}

/** Where a variable comes from, and its value. */
const sources: readonly (readonly [name: string, source: string, value: string])[] = [
  ["a key", "configMapKeyRef: {name: settings, key: tpl}", held],
  [
    "a key of a workflow parameter's map",
    'configMapKeyRef: {name: "{{workflow.parameters.map}}", key: tpl}',
    held,
  ],
  [
    "a key and a map by inputs",
    'configMapKeyRef: {name: "{{inputs.parameters.object}}", key: "{{inputs.parameters.key}}"}',
    held,
  ],
  ["a key by an expression", `configMapKeyRef: {name: settings, key: "{{='pl' + 'ain'}}"}`, "p"],
  ["a Secret's key", "secretKeyRef: {name: credentials, key: password}", "{{=x}} secret"],
  [
    "a Secret by an input",
    'secretKeyRef: {name: "{{inputs.parameters.secret}}", key: password}',
    "{{=x}} secret",
  ],
  [
    "an optional key that is not there",
    'secretKeyRef: {name: "{{inputs.parameters.secret}}", key: none, optional: true}',
    "",
  ],
];

for (const [name, source, value] of sources) {
  test(`an environment variable from ${name}`, async () => {
    const ran = await runDocument(document(`command: [a], env: [{name: A, valueFrom: {${source}}}]`));
    assert.equal(environment(ran)["A"], value);
  });
}

test("an environment variable from a key that is not there is an error of the node", async () => {
  const source = 'secretKeyRef: {name: "{{inputs.parameters.secret}}", key: none}';
  const ran = await runDocument(document(`command: [a], env: [{name: A, valueFrom: {${source}}}]`));
  assert.equal(ran.node("it").phase, "Error");
  assert.equal(ran.node("it").message, "Secret 'credentials' with the key 'none' is not stored");
});

test("a whole ConfigMap as environment and as files, by a workflow parameter", async () => {
  const ran = await runDocument(
    document(
      `command: [a], envFrom: [{configMapRef: {name: "{{workflow.parameters.map}}"}}], volumeMounts: [{name: files, mountPath: /f}]`,
    ),
  );
  assert.deepEqual(environment(ran), { tpl: held, plain: "p" });
  const [volume] = ran.orders[0]?.commands[0]?.volumes ?? [];
  assert.deepEqual(volume?.source.kind === "text" ? volume.source.files : undefined, {
    tpl: held,
    plain: "p",
  });
});

test("a whole ConfigMap or Secret as environment, by an input", async () => {
  const map = '{configMapRef: {name: "{{inputs.parameters.object}}"}}';
  const secret = '{secretRef: {name: "{{inputs.parameters.secret}}"}, prefix: S_}';
  const ran = await runDocument(
    document(
      `command: [a], envFrom: [${map}, ${secret}], env: [{name: plain, value: "own {{workflow.name}}"}]`,
    ),
  );
  assert.deepEqual(environment(ran), { tpl: held, plain: "own wf", S_password: "{{=x}} secret" });
});

test("`env` counts over all of `envFrom`, and of that the later, computed or not", async () => {
  const given = "{configMapRef: {name: settings}}";
  const map = '{configMapRef: {name: "{{inputs.parameters.object}}"}}';
  const other = '{configMapRef: {name: "{{inputs.parameters.other}}"}}';
  const env = 'env: [{name: plain, value: "own"}]';
  const run = async (container: string): Promise<Readonly<Record<string, string>>> =>
    environment(await runDocument(document(`command: [a], ${container}`)));
  assert.deepEqual(await run(`envFrom: [${given}, ${map}, ${other}], ${env}`), {
    tpl: "other",
    plain: "own",
  });
  assert.deepEqual(await run(`envFrom: [${other}, ${given}]`), { tpl: held, plain: "p" });
  assert.deepEqual(await run(`envFrom: [${map}, ${other}, ${given}]`), { tpl: held, plain: "p" });
});

test("a whole ConfigMap that is not there is an error of the node, unless it is optional", async () => {
  const from = 'name: "{{inputs.parameters.key}}"';
  const ran = await runDocument(document(`command: [a], envFrom: [{configMapRef: {${from}}}]`));
  assert.equal(ran.node("it").phase, "Error");
  assert.equal(ran.node("it").message, "ConfigMap 'tpl' is not stored");
  const optional = `command: [a], envFrom: [{configMapRef: {${from}, optional: true}}]`;
  assert.deepEqual(environment(await runDocument(document(optional))), {});
});

/** The first container has a ConfigMap by a computed name as well, so that the run keeps all of them. */
function documentWithVolume(volume: string): string {
  const map = '{configMapRef: {name: "{{inputs.parameters.object}}"}}';
  return document(`command: [a], envFrom: [${map}], volumeMounts: [{name: v, mountPath: /v}]`).replace(
    "volumes: [",
    `volumes: [{name: v, ${volume}}, `,
  );
}

test("a Secret has no bytes of a ConfigMap by the same name", async () => {
  const items = "items: [{key: password, path: p}]";
  const ran = await runDocument(
    documentWithVolume(`secret: {secretName: "{{inputs.parameters.other}}", ${items}}`),
  );
  assert.equal(ran.node("it").phase, "Error");
});

/** The files of the volume of `documentWithVolume`, and their permissions. */
async function filesOf(volume: string): Promise<readonly unknown[]> {
  const ran = await runDocument(documentWithVolume(volume));
  assert.equal(ran.phase, "Succeeded", ran.message);
  const source = ran.orders[0]?.commands[0]?.volumes[0]?.source;
  assert.equal(source?.kind, "text");
  return [source.files, source.modes, source.secret];
}

test("keys of a ConfigMap by an input as files; an optional volume leaves out what is not there", async () => {
  const items = "items: [{key: plain, path: sub/p, mode: 256}, {key: none, path: none}]";
  const volume = (name: string, more: string): string =>
    `configMap: {name: "{{inputs.parameters.${name}}}", ${items}, ${more}}`;
  assert.deepEqual(await filesOf(volume("object", "optional: true")), [
    { "sub/p": "p" },
    { "sub/p": 0o400 },
    undefined,
  ]);
  assert.deepEqual(await filesOf(volume("key", "optional: true")), [{}, {}, undefined]);
  const missing = await runDocument(documentWithVolume(volume("object", "defaultMode: 420")));
  assert.equal(missing.node("it").message, "ConfigMap 'settings' with the key 'none' is not stored");
});

test("a projected volume may name its objects by inputs; of several files at one path the last counts", async () => {
  const sources = [
    'configMap: {name: "{{inputs.parameters.object}}"}',
    "configMap: {name: other, items: [{key: plain, path: plain}, {key: password, path: raw, mode: 384}]}",
    "downwardAPI: {items: [{path: name, fieldRef: {fieldPath: metadata.labels}}]}",
    'secret: {name: "{{inputs.parameters.secret}}"}',
  ].map((source) => `{${source}}`);
  const [files, modes, secret] = await filesOf(
    `projected: {defaultMode: 288, sources: [${sources.join(", ")}]}`,
  );
  assert.deepEqual(files, {
    tpl: held,
    plain: "other",
    raw: writeByteText("AP/+gA=="),
    name: 'workflows.argoproj.io/completed="false"\nworkflows.argoproj.io/workflow="wf"',
    password: "{{=x}} secret",
  });
  assert.deepEqual(modes, { tpl: 0o440, plain: 0o440, raw: 0o600, name: 0o440, password: 0o440 });
  assert.equal(secret, true);
});

/** A word of the command line, the variables of the container, and what the command gets. */
const words: readonly (readonly [word: string, variables: string, expected: string])[] = [
  ["a $(A) $$(A)", `env: [{name: A, valueFrom: {${keyOf("object", "plain")}}}]`, "a p $(A)"],
  ["$(A)/$(A)", `env: [{name: A, valueFrom: {${keyOf("object", "tpl")}}}]`, `${held}/${held}`],
  [
    "$(B) of {{workflow.name}}",
    `env: [{name: A, valueFrom: {${keyOf("object", "plain")}}}, {name: B, value: "<$(A)>"}]`,
    "<p> of wf",
  ],
  ["$(plain) $(X_plain) $(no)", `envFrom: [${allOf("object")}, ${allOf("other", "X_")}]`, "p other $(no)"],
  ["$(plain)", `envFrom: [${allOf("object")}, ${allOf("other")}]`, "other"],
  ["$(plain)", `envFrom: [${allOf("other")}, {configMapRef: {name: settings}}]`, "p"],
  ["$(plain)", `envFrom: [{configMapRef: {name: settings}}, ${allOf("other")}]`, "other"],
  ["$(plain)", `envFrom: [${allOf("other")}], env: [{name: plain, value: "own $(plain)"}]`, "own other"],
  ["$(plain)", `envFrom: [{configMapRef: {name: settings}}, ${allOf("none", "", true)}]`, "p"],
];

function keyOf(object: string, key: string): string {
  return `configMapKeyRef: {name: "{{inputs.parameters.${object}}}", key: ${key}}`;
}

function allOf(object: string, prefix = "", optional = false): string {
  return `{configMapRef: {name: "{{inputs.parameters.${object}}}", optional: ${optional}}, prefix: "${prefix}"}`;
}

for (const [word, variables, expected] of words) {
  test(`a word that only the run can tell: ${word} with ${variables}`, async () => {
    const args = `args: [${JSON.stringify(word)}], ${variables}`;
    const ran = await runDocument(document(`command: [a], ${args}`));
    assert.equal(ran.phase, "Succeeded", ran.message);
    assert.deepEqual(ran.orders[0]?.commands[0]?.args, [expected]);
  });
}

test("a variable and a path that name one that only the run can tell", async () => {
  const mount = "volumeMounts: [{name: files, mountPath: /f, subPathExpr: 'in/$(B)'}]";
  const env = `env: [{name: A, valueFrom: {${keyOf("object", "plain")}}}, {name: B, value: "b-$(A)"}]`;
  const ran = await runDocument(document(`command: [a], ${env}, ${mount}`));
  assert.deepEqual(environment(ran), { A: "p", B: "b-p" });
  assert.equal(ran.orders[0]?.commands[0]?.volumes[0]?.subPath, "in/b-p");
});

/** A value of a workflow parameter, and what a command gets of it. */
const values: readonly (readonly [value: string, expected: string])[] = [
  ["of {{workflow.name}}", "of wf"],
  ["{{=workflow.name + '!'}}", "wf!"],
  [
    "{{inputs.parameters.x}} {{steps.a.outputs.result}} {{item}}",
    "{{inputs.parameters.x}} {{steps.a.outputs.result}} {{item}}",
  ],
  ["{{=steps.a.outputs.result}} {{=1 +}} {{=nil}}", "{{=steps.a.outputs.result}} {{=1 +}} {{=nil}}"],
  ["{{a.{{b}}.c}} {{ user }} {% if %}", "{{a.{{b}}.c}} {{ user }} {% if %}"],
  ["{{tasks.{{workflow.name}}.id}}", "{{tasks.{{workflow.name}}.id}}"],
];

for (const [value, expected] of values) {
  test(`a workflow parameter with the value ${value}`, async () => {
    const ran = await runDocument(document('command: [got, "{{workflow.parameters.text}}"]', value));
    assert.equal(ran.program("it"), `got ${expected}`, ran.message);
  });
}

/** Expressions of a template, and what they become: what names nothing stays. */
const expressions: readonly (readonly [text: string, expected: string])[] = [
  ["{{= it.name }} {{=nothing}}", "{{= it.name }} {{=nothing}}"],
  ["{{=inputs.parameters.nothing}}", "{{=inputs.parameters.nothing}}"],
  ["{{=inputs.parameters.nothing ?? 'else'}}", "else"],
  ["{{=workflow.parameters.nothing + 'x'}}", "{{=workflow.parameters.nothing + 'x'}}"],
  ["{{=inputs.parameters.object}}{{=nothing}}", "settings{{=nothing}}"],
];

for (const [text, expected] of expressions) {
  test(`in a template ${text}`, async () => {
    const ran = await runDocument(document(`command: [got, ${JSON.stringify(text)}]`));
    assert.equal(ran.program("it"), `got ${expected}`, ran.message);
  });
}

for (const text of [
  "{{=nil}}",
  "{{=inputs.parameters.object + 1}}",
  "{{=asInt('x')}}",
  "{{=sprig.nothing()}}",
]) {
  test(`an error of the node: ${text}`, async () => {
    const ran = await runDocument(document(`command: [got, ${JSON.stringify(text)}]`));
    assert.equal(ran.node("it").phase, "Error");
    assert.match(ran.node("it").message ?? "", /failed to evaluate expression/);
  });
}
