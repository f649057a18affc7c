/** Reading: fields by their types, unknown and old fields, several documents, and what is said of each fault. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readArgoDocuments } from "../../../../src/languages/argo/read/read-argo-documents.ts";
import type { ReadResult } from "../../../../src/languages/argo/read/read-argo-documents.ts";
import { artifactFields } from "../../../../src/languages/argo/read/fields/artifact-fields.ts";
import { kubernetesFields } from "../../../../src/languages/argo/read/fields/kubernetes-fields.ts";
import { templateFields } from "../../../../src/languages/argo/read/fields/template-fields.ts";
import { workflowFields } from "../../../../src/languages/argo/read/fields/workflow-fields.ts";
import {
  type FieldType,
  getObjectType,
  listObjectTypes,
} from "../../../../src/languages/argo/read/fields/field-types.ts";
import type { Template, Workflow } from "../../../../src/languages/argo/read/types.ts";

const HEAD = "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\n";

function readSpec(spec: string, options = {}): ReadResult {
  return readArgoDocuments(`${HEAD}spec:\n${spec.replace(/^/gm, "  ")}\n`, "a.yaml", options);
}

function readTemplate(
  body: string,
  options = {},
): { template: Template; codes: string[]; messages: string[] } {
  const result = readSpec(`templates:\n- name: t\n${body.replace(/^/gm, "  ")}`, options);
  const template = workflowOf(result).spec?.templates?.[0];
  assert.ok(template !== undefined);
  return {
    template,
    codes: result.diagnostics.map((d) => d.code),
    messages: result.diagnostics.map((d) => d.message),
  };
}

function workflowOf(result: ReadResult): Workflow {
  const [document] = result.documents;
  assert.equal(document?.kind, "Workflow");
  return document.value;
}

/** YAML of one field, and what it becomes. */
const FIELDS: readonly (readonly [string, string, unknown])[] = [
  ["a number in a text field", "timeout: 10", { timeout: "10" }],
  ["a boolean in a text field", "serviceAccountName: yes", { serviceAccountName: "true" }],
  ["a float in a text field", "timeout: 1000000.0", { timeout: "1e+06" }],
  ["an octal number in a text field", "timeout: 0755", { timeout: "493" }],
  ["a quoted number stays text", 'timeout: "0755"', { timeout: "0755" }],
  ["a timestamp stays text", "timeout: 2001-01-01", { timeout: "2001-01-01" }],
  ["a dot stays text", "timeout: .", { timeout: "." }],
  ["a null field is absent", "timeout: null", {}],
  ["an empty field is absent", "timeout:", {}],
  ["a number in IntOrString", "activeDeadlineSeconds: 5", { activeDeadlineSeconds: 5 }],
  ["a text in IntOrString", 'activeDeadlineSeconds: "5"', { activeDeadlineSeconds: "5" }],
  ["an int field", "parallelism: 0x10", { parallelism: 16 }],
  ["a whole float in an int field", "parallelism: 3.0", { parallelism: 3 }],
  ["a boolean field", "daemon: on", { daemon: true }],
  [
    "labels become text",
    "nodeSelector: {a: 1, b: true, c: 1.50}",
    { nodeSelector: { a: "1", b: "true", c: "1.5" } },
  ],
  ["a null label is empty", "nodeSelector: {a: }", { nodeSelector: { a: "" } }],
  [
    "quantities become text",
    "podResources: {limits: {cpu: 1, memory: 1.5}}",
    { podResources: { limits: { cpu: "1", memory: "1.5" } } },
  ],
  [
    "list items become text",
    "container: {args: [1, true, a, 1.0, null]}",
    { container: { args: ["1", "true", "a", "1", ""] } },
  ],
  [
    "env values become text",
    "container: {env: [{name: A, value: 07}]}",
    { container: { env: [{ name: "A", value: "7" }] } },
  ],
  [
    "histogram buckets are numbers",
    "metrics: {prometheus: [{histogram: {value: 1, buckets: [1, 2.5]}}]}",
    { metrics: { prometheus: [{ histogram: { value: "1", buckets: [1, 2.5] } }] } },
  ],
  [
    "loop items stay JSON",
    "steps: [[{name: s, withItems: [1, true, a, {b: 1e6}, [2], null]}]]",
    { steps: [[{ name: "s", withItems: [1, true, "a", { b: 1e6 }, [2], null] }]] },
  ],
  [
    "free objects stay JSON",
    "plugin: {p: {a: 1, b: null, c: [true]}}",
    { plugin: { p: { a: 1, b: null, c: [true] } } },
  ],
  [
    "artifact modes are octal",
    "inputs: {artifacts: [{name: a, mode: 0755}]}",
    { inputs: { artifacts: [{ name: "a", mode: 493 }] } },
  ],
  ["multi-line quoted text folds", 'timeout: "a\n  b"', { timeout: "a b" }],
  ["merge keys", "container: {<<: {image: a, name: b}, name: c}", { container: { image: "a", name: "c" } }],
  [
    "explicit tags",
    "container: {image: !!str 1, args: [!custom x]}",
    { container: { image: "1", args: ["x"] } },
  ],
  ["old mutex", "synchronization: {mutex: {name: a}}", { synchronization: { mutexes: [{ name: "a" }] } }],
  [
    "old semaphore beside new ones",
    "synchronization: {semaphores: [{namespace: a}], semaphore: {namespace: b}}",
    { synchronization: { semaphores: [{ namespace: "a" }, { namespace: "b" }] } },
  ],
];
for (const [name, yaml, expected] of FIELDS) {
  test(name, () => {
    const { template } = readTemplate(yaml);
    assert.deepEqual(JSON.parse(JSON.stringify(template)), { name: "t", ...(expected as object) });
  });
}

/** Parameter values: YAML and the text. */
const PARAMETERS: readonly (readonly [string, string])[] = [
  ["1", "1"],
  ["1.0", "1"],
  ["1.50", "1.5"],
  ["1e6", "1000000"],
  ["1e21", "1000000000000000000000"],
  ["0x10", "16"],
  ["0755", "493"],
  ["true", "true"],
  ["on", "true"],
  ['"on"', "on"],
  ["12345678901234567890", "12345678901234567000"],
  ['""', ""],
  ["'{\"a\": 1}'", '{"a": 1}'],
];
for (const [yaml, text] of PARAMETERS) {
  test(`a parameter written ${yaml} is the text ${text}`, () => {
    const result = readSpec(
      `arguments: {parameters: [{name: a, value: ${yaml}, default: ${yaml}, enum: [${yaml}]}]}`,
    );
    const [parameter] = workflowOf(result).spec?.arguments?.parameters ?? [];
    const expected = text.startsWith("12345") ? "12345678901234567168" : text;
    const close = text.startsWith("12345")
      ? Number(parameter?.value) === Number(expected)
      : parameter?.value === text;
    assert.ok(close, parameter?.value);
    assert.equal(parameter?.default, parameter?.value);
    assert.deepEqual(parameter?.enum, [parameter?.value]);
  });
}

/** YAML of a template, the code, and the message. */
const FAULTS: readonly (readonly [string, string, string])[] = [
  ["container: x", "argo/wrong-type", 'spec.templates[0].container must be a mapping, found text "x"'],
  ["container: [a]", "argo/wrong-type", "spec.templates[0].container must be a mapping, found a list"],
  ["timeout: {a: 1}", "argo/wrong-type", "spec.templates[0].timeout must be text, found a mapping"],
  ["timeout: [1]", "argo/wrong-type", "spec.templates[0].timeout must be text, found a list"],
  ["daemon: 1", "argo/wrong-type", "spec.templates[0].daemon must be true or false, found the number 1"],
  ['daemon: "true"', "argo/wrong-type", 'spec.templates[0].daemon must be true or false, found text "true"'],
  [
    "parallelism: 1.5",
    "argo/wrong-type",
    "spec.templates[0].parallelism must be a whole number, found the number 1.5",
  ],
  [
    'parallelism: "1"',
    "argo/wrong-type",
    'spec.templates[0].parallelism must be a whole number, found text "1"',
  ],
  [
    "activeDeadlineSeconds: true",
    "argo/wrong-type",
    "spec.templates[0].activeDeadlineSeconds must be a whole number or text, found the boolean true",
  ],
  ["plugin: []", "argo/wrong-type", "spec.templates[0].plugin must be a mapping, found a list"],
  [
    "plugin: {a: .inf}",
    "argo/wrong-type",
    "spec.templates[0].plugin.a must be a JSON value, found the number Infinity",
  ],
  ["steps: {a: b}", "argo/wrong-type", "spec.templates[0].steps must be a list, found a mapping"],
  ["steps: [{name: a}]", "argo/wrong-type", "spec.templates[0].steps[0] must be a list, found a mapping"],
  ["steps: [[a]]", "argo/wrong-type", 'spec.templates[0].steps[0][0] must be a mapping, found text "a"'],
  ["volumes: {}", "argo/wrong-type", "spec.templates[0].volumes must be a list, found a mapping"],
  ["nodeSelector: [a]", "argo/wrong-type", "spec.templates[0].nodeSelector must be a mapping, found a list"],
  [
    "inputs: {parameters: [{name: a, value: {b: 1}}]}",
    "argo/wrong-type",
    "spec.templates[0].inputs.parameters[0].value must be text, found a mapping",
  ],
  [
    "inputs: {parameters: [{name: a, value: [1]}]}",
    "argo/wrong-type",
    "spec.templates[0].inputs.parameters[0].value must be text, found a list",
  ],
  ["contaner: {}", "argo/unknown-field", 'unknown field "contaner" in spec.templates[0]'],
  ["container: {imag: a}", "argo/unknown-field", 'unknown field "imag" in spec.templates[0].container'],
  ["container: {Image: a}", "argo/field-case", "spec.templates[0].container.Image is spelled image in Argo"],
  ["__proto__: {a: 1}", "argo/unknown-field", 'unknown field "__proto__" in spec.templates[0]'],
  ["constructor: 1", "argo/unknown-field", 'unknown field "constructor" in spec.templates[0]'],
  ["1: 2", "argo/unknown-field", 'unknown field "1" in spec.templates[0]'],
  ["on: 2", "argo/unknown-field", 'unknown field "true" in spec.templates[0]'],
  [
    "synchronization: {mutex: {name: a}}",
    "argo/old-field",
    "spec.templates[0].synchronization.mutex was removed in Argo 4 and is read as mutexes",
  ],
  [
    "timeout: 1s\ntimeout: 2s",
    "argo/duplicate-key",
    'the key "timeout" appears more than once; the last one counts',
  ],
];
for (const [yaml, code, message] of FAULTS) {
  test(`${yaml.replace("\n", " ")} gives ${code}`, () => {
    const { codes, messages } = readTemplate(yaml);
    assert.deepEqual(codes, [code]);
    assert.deepEqual(messages, [message]);
  });
}

/** A field as it is written, and the word that YAML reads as a boolean; undefined for none. */
const BOOLEAN_WORDS: readonly (readonly [string, string | undefined])[] = [
  ["serviceAccountName: yes", "yes"],
  ["serviceAccountName: yes # so", "yes"],
  ["serviceAccountName: OFF", "OFF"],
  ["container: {args: [a, n]}", "n"],
  ["container: {args: [a, Y]}", "Y"],
  ["inputs: {parameters: [{name: n}]}", "n"],
  ["inputs: {parameters: [{name: a, value: No }]}", "No"],
  ["nodeSelector: {a: on}", "on"],
  ["steps: [[{name: s, withItems: [y]}]]", "y"],
  ["steps: [[{name: s, withItems: [{k: no}]}]]", "no"],
  ['serviceAccountName: "yes"', undefined],
  ["serviceAccountName: true", undefined],
  ["serviceAccountName: False", undefined],
  ["serviceAccountName: no-one", undefined],
  ["serviceAccountName: |\n  yes", undefined],
  ["daemon: on", undefined],
  ["plugin: {p: {a: yes}}", undefined],
  ["container: {args: [a b, n b]}", undefined],
];
for (const [yaml, word] of BOOLEAN_WORDS) {
  test(`${yaml.replace("\n", " ")} ${word === undefined ? "is said nothing about" : "gives a warning"}`, () => {
    const result = readSpec(`templates:\n- name: t\n${yaml.replace(/^/gm, "  ")}`);
    const found = result.diagnostics.filter(({ code }) => code === "argo/boolean-word");
    assert.equal(result.diagnostics.length, found.length);
    assert.deepEqual(
      found.map(({ severity, message, position, excerpt = "" }) => {
        const column = (position?.column ?? 0) - 1;
        return [
          severity,
          /is written (\w+),/.exec(message)?.[1],
          excerpt.slice(column).startsWith(word ?? "-"),
        ];
      }),
      word === undefined ? [] : [["warning", word, true]],
    );
  });
}

test("unknown fields are warnings, errors in strict reading, and always errors in a step", () => {
  const severities = (yaml: string, strict: boolean): string[] =>
    readSpec(`templates: [${yaml}]`, { strict }).diagnostics.map((diagnostic) => diagnostic.severity);
  assert.deepEqual(severities("{name: a, nam: b}", false), ["warning"]);
  assert.deepEqual(severities("{name: a, nam: b}", true), ["error"]);
  assert.deepEqual(severities("{name: a, steps: [[{name: s, tmplate: b}]]}", false), ["error"]);
  assert.deepEqual(severities("{name: a, steps: [[{name: s, inline: {container: {imag: b}}}]]}", false), [
    "error",
  ]);
  assert.deepEqual(severities("{name: a, dag: {tasks: [{name: s, tmplate: b}]}}", false), ["warning"]);
  assert.deepEqual(severities("{name: a, name: b}", true), ["error"]);
});

test("a slip of the pen gets a hint", () => {
  const hints = readSpec(
    "templtes: []\nentrypiont: a\nzzzzzz: 1\ntemplates: [{name: a, steps: [{name: b}]}]",
  ).diagnostics;
  assert.equal(hints[0]?.hint, "did you mean templates?");
  assert.equal(hints[1]?.hint, "did you mean entrypoint?");
  assert.equal(hints[2]?.hint, "see Argo's fields.md for the fields known here");
  assert.equal(hints[3]?.hint, "each member of steps is itself a list: begin it with two dashes");
});

test("all problems of a document are told, with positions", () => {
  const { diagnostics } = readSpec(
    "entrypoint: [a]\nparalelism: 1\ntemplates:\n- container: 3\n- daemon: maybe",
  );
  const found = diagnostics.map(({ code, position }) => [code, position?.line, position?.column]);
  assert.deepEqual(found, [
    ["argo/wrong-type", 4, 15],
    ["argo/unknown-field", 5, 3],
    ["argo/wrong-type", 7, 16],
    ["argo/wrong-type", 8, 13],
  ]);
});

test("old fields of a cron workflow are converted", () => {
  const text =
    "apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nspec:\n  schedule: '* * * * *'\n  workflowSpec: {podPriority: 5}\n";
  const { documents, diagnostics } = readArgoDocuments(text, "a.yaml");
  const [document] = documents;
  assert.equal(document?.kind, "CronWorkflow");
  assert.deepEqual(document.value.spec?.schedules, ["* * * * *"]);
  assert.deepEqual(
    diagnostics.map(({ code, severity }) => [code, severity]),
    [
      ["argo/old-field", "warning"],
      ["argo/old-field", "warning"],
    ],
  );
  assert.equal(document.locate(["spec", "schedules", 0]).line, 4);
});

test("schedule and schedules together are refused", () => {
  const text =
    "kind: CronWorkflow\nspec: {schedule: '* * * * *', schedules: ['* * * * *'], workflowSpec: {}}";
  const [diagnostic] = readArgoDocuments(text, "a.yaml").diagnostics;
  assert.equal(
    diagnostic?.message,
    "cron workflow cant be configured with both Spec.Schedule and Spec.Schedules",
  );
});

test("a file may hold several documents, lists and JSON", () => {
  const yaml = `---\n${HEAD}metadata: {name: a}\n---\n\n---\nkind: List\nitems:\n- kind: ConfigMap\n  data: {a: b}\n- kind: WorkflowTemplate\n  metadata: {name: c}\n`;
  const { documents, diagnostics } = readArgoDocuments(yaml, "a.yaml");
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(
    documents.map(({ kind, index }) => [kind, index]),
    [
      ["Workflow", 0],
      ["Other", 1],
      ["WorkflowTemplate", 2],
    ],
  );
  assert.equal(documents[2]?.locate(["metadata", "name"]).line, 13);
  const json = readArgoDocuments('{"kind": "Workflow", "spec": {"entrypoint": 1}}', "a.json");
  assert.equal(workflowOf(json).spec?.entrypoint, "1");
  assert.equal(json.documents[0]?.locate(["spec", "entrypoint"]).column, 45);
});

test("after a syntax error the other documents are still read, with true positions", () => {
  const text = `a: [1\n---\n${HEAD}spec: {entrypoint: x}\n---\nb: }\n`;
  const { documents, diagnostics } = readArgoDocuments(text, "a.yaml");
  assert.equal(documents.length, 1);
  assert.equal(documents[0]?.locate(["spec", "entrypoint"]).line, 5);
  assert.deepEqual(
    diagnostics.map(({ code, position }) => [code, position?.line]),
    [
      ["argo/yaml-syntax", 2],
      ["argo/yaml-syntax", 7],
    ],
  );
});

test("documents without a kind are read as workflows when they look like one", () => {
  const kinds = (text: string, options = {}): unknown[] =>
    readArgoDocuments(text, "a.yaml", options).documents.map((document) => document.kind);
  assert.deepEqual(kinds("spec: {entrypoint: a}"), ["Workflow"]);
  assert.deepEqual(kinds("spec: {workflowSpec: {}}"), ["CronWorkflow"]);
  assert.deepEqual(kinds("spec: {entrypoint: a}", { assumeKind: "WorkflowTemplate" }), ["WorkflowTemplate"]);
  assert.deepEqual(kinds("spec: {replicas: 1}"), ["Other"]);
  assert.deepEqual(kinds("kind: Workflwo\napiVersion: argoproj.io/v1alpha1"), ["Other"]);
});

test("kinds and versions that cannot be meant are told", () => {
  const codes = (text: string): string[] =>
    readArgoDocuments(text, "a.yaml").diagnostics.map(({ code }) => code);
  assert.deepEqual(codes("kind: Workflwo\napiVersion: argoproj.io/v1alpha1"), ["argo/unknown-kind"]);
  assert.deepEqual(codes("kind: Workflow\napiVersion: v1"), ["argo/api-version"]);
  assert.deepEqual(codes("a: b"), ["argo/missing-kind"]);
  assert.deepEqual(codes("kind: 3"), ["argo/missing-kind"]);
  assert.deepEqual(codes("# nothing"), ["argo/no-document"]);
  assert.deepEqual(codes("- a"), ["argo/wrong-type"]);
});

test("every type that the field tables name exists", () => {
  const names = listObjectTypes();
  assert.ok(names.includes("Workflow"));
  const findObject = (type: FieldType): string | undefined =>
    "of" in type ? findObject(type.of) : type.kind === "object" ? type.name : undefined;
  for (const name of names)
    for (const [field, type] of getObjectType(name).fields()) {
      const object = findObject(type);
      assert.ok(object === undefined || names.includes(object), `${name}.${field}: ${object}`);
    }
  assert.throws(() => getObjectType("Nothing").fields(), /the field tables have no type Nothing/);
});

test("a field is found by its name, and by nothing else that stands in the tables", () => {
  const pieces = [
    ...listObjectTypes(),
    "name",
    "text",
    "old",
    "kind",
    " ",
    ",",
    "\n",
    ".",
    ":",
    "[",
    "]",
    "",
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...listObjectTypes()),
      fc.array(fc.constantFrom(...pieces), { maxLength: 4 }),
      (name, parts) => {
        const type = getObjectType(name);
        const fields = type.fields();
        for (const [field, of] of fields) assert.equal(type.findField(field), of);
        const word = parts.join("");
        assert.equal(type.findField(word), fields.get(word));
      },
    ),
  );
});

test("every line of the field tables is a name, a field or a remark, and no name or field is there twice", () => {
  const field = String.raw`(?:\.\.\.\w+|\w+ (?:old:\w+:)?[[{]*\w+[\]}]*)`;
  const line = new RegExp(String.raw`^(?:\w+:|\w+: ${field}(?:, ${field})*|  ${field}|# .+)$`);
  const tables = [artifactFields, kubernetesFields, templateFields, workflowFields];
  const lines = tables.flatMap((table) => table.slice(1, -1).split("\n"));
  assert.deepEqual(
    lines.filter((each) => !line.test(each)),
    [],
  );
  const names = lines.flatMap((each) => /^\w+(?=:)/.exec(each) ?? []);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  for (const table of tables.join("").split(/\n(?=\w)/)) {
    const fields = table
      .replace(/^\w+:/, "")
      .split(/[,\n]/)
      .map((each) => each.trim().split(" ")[0] ?? "");
    const twice = fields.filter(
      (each, index) => each !== "" && fields.indexOf(each) !== index && each !== "#",
    );
    assert.deepEqual(twice, [], table);
  }
});

test("a document that needs no change is not copied", () => {
  const result = readSpec("templates: [{name: a, container: {image: b, args: [c]}}]");
  const again = readArgoDocuments(
    JSON.stringify(workflowOf(result)).replace("{", '{"kind":"Workflow",'),
    "b.json",
  );
  assert.deepEqual(workflowOf(again).spec, workflowOf(result).spec);
});
