/** The annotation millrace/callbacks: what is wrong with it is told, each with its place. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { findReferences } from "../../../../src/languages/argo/read/find-references.ts";
import { readCallbackMs, readCallbacks } from "../../../../src/languages/argo/read/read-callbacks.ts";
import { checkText } from "./check-source.ts";

/** Messages about a list with one callback, which has a name and goes somewhere unless the text says otherwise. */
function messagesOf(text: string): readonly string[] {
  return readCallbacks(text).problems.map(({ message }) => message);
}

const good: readonly string[] = [
  "- {name: a, http: {url: 'https://a.b/c'}}",
  "- {name: a, http: {url: 'http://localhost:8080'}}",
  "- {name: a, http: {url: '{{workflow.parameters.hook}}', method: PUT, body: x, timeoutSeconds: 3600}}",
  "- {name: a, when: [Succeeded, Failed, Error, '!Error'], http: {url: 'https://a'}}",
  "- {name: a, http: {url: 'https://a', headers: [{name: X-A, value: b}, {name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}]}}",
  "- {name: a, http: {url: 'https://a'}, retryStrategy: {limit: '0', backoff: {duration: '0', factor: 1, cap: 1h30m}}}",
  "- {name: a, workflow: {workflowTemplateRef: {name: t, clusterScope: true}, payload: '{}'}}",
  "- {name: a, workflow: {workflowTemplateRef: {name: t}, arguments: {parameters: [{name: p, value: 3}]}}}",
  "[]",
  '[{"name": "a", "http": {"url": "https://a"}}]',
];

const bad: readonly (readonly [string, RegExp])[] = [
  ["name: a", /it is no list/],
  ["[", /it is not YAML/],
  ["", /it is not YAML|it is no list/],
  ["- text", /must be|found/],
  ["- {http: {url: 'https://a'}}", /number 1 has no name/],
  ["- {name: a b, http: {url: 'https://a'}}", /'a b' is no name/],
  ["- {name: a, http: {url: 'https://a'}}\n- {name: a, http: {url: 'https://a'}}", /'a' is there twice/],
  ["- {name: a}", /'a' does nothing/],
  [
    "- {name: a, http: {url: 'https://a'}, workflow: {workflowTemplateRef: {name: t}}}",
    /both http and workflow/,
  ],
  ["- {name: a, https: {url: 'https://a'}}", /unknown field "https"/],
  ["- {name: a, http: {uri: 'https://a'}}", /unknown field/],
  ["- {name: a, http: {}}", /has no http.url/],
  ["- {name: a, http: {url: 'ftp://a'}}", /no address: ftp/],
  ["- {name: a, http: {url: '/relative'}}", /no address/],
  ["- {name: a, http: {url: 'https://a b'}}", /no address/],
  ["- {name: a, http: {url: 'https://a', method: 'GET X'}}", /http.method/],
  ["- {name: a, http: {url: 'https://a', timeoutSeconds: 0}}", /timeoutSeconds of 0/],
  ["- {name: a, http: {url: 'https://a', timeoutSeconds: 3601}}", /timeoutSeconds of 3601/],
  ["- {name: a, http: {url: 'https://a', headers: [{name: 'b c', value: d}]}}", /proper name: 'b c'/],
  ["- {name: a, http: {url: 'https://a', headers: [{value: d}]}}", /proper name: ''/],
  [
    "- {name: a, http: {url: 'https://a', headers: [{name: b, value: d, valueFrom: {secretKeyRef: {name: s, key: k}}}]}}",
    /both value and valueFrom/,
  ],
  ["- {name: a, http: {url: 'https://a', headers: [{name: b, valueFrom: {}}]}}", /names no secretKeyRef/],
  ["- {name: a, when: [Done], http: {url: 'https://a'}}", /waits for 'Done'/],
  ["- {name: a, when: ['!Running'], http: {url: 'https://a'}}", /waits for 'Running'/],
  ["- {name: a, workflow: {}}", /has no workflow.workflowTemplateRef.name/],
  ["- {name: a, workflow: {workflowTemplateRef: {name: t}, arguments: {artifacts: []}}}", /unknown field/],
  [
    "- {name: a, workflow: {workflowTemplateRef: {name: t}, arguments: {parameters: [{value: x}]}}}",
    /without a name/,
  ],
  [
    "- {name: a, workflow: {workflowTemplateRef: {name: t}, arguments: {parameters: [{name: p}, {name: p}]}}}",
    /'p' twice/,
  ],
  [
    "- {name: a, workflow: {workflowTemplateRef: {name: t}, payload: x, arguments: {parameters: [{name: payload}]}}}",
    /which are the same/,
  ],
  ["- {name: a, http: {url: 'https://a'}, retryStrategy: {limit: -1}}", /retryStrategy.limit/],
  ["- {name: a, http: {url: 'https://a'}, retryStrategy: {limit: 1001}}", /retryStrategy.limit/],
  ["- {name: a, http: {url: 'https://a'}, retryStrategy: {retryPolicy: Always}}", /unknown field/],
  ["- {name: a, http: {url: 'https://a'}, retryStrategy: {backoff: {duration: soon}}}", /backoff.duration/],
  ["- {name: a, http: {url: 'https://a'}, retryStrategy: {backoff: {duration: -1s}}}", /backoff.duration/],
  ["- {name: a, http: {url: 'https://a'}, retryStrategy: {backoff: {factor: 0}}}", /backoff.factor/],
  ["- {name: a, http: {url: 'https://a'}, retryStrategy: {backoff: {cap: '1 h'}}}", /backoff.cap/],
];

describe("reading callbacks", () => {
  for (const text of good)
    test(`nothing is wrong with ${text}`, () => assert.deepEqual(messagesOf(text), []));
  for (const [text, message] of bad)
    test(`${JSON.stringify(text)}: ${message.source}`, () => {
      const messages = messagesOf(text);
      assert.ok(
        messages.some((one) => message.test(one)),
        messages.join("; "),
      );
    });

  test("everything that is wrong is told at once", () => {
    assert.equal(messagesOf("- {when: [Soon], http: {method: '1'}, retryStrategy: {limit: x}}").length, 5);
  });

  for (const [text, ms] of [
    ["3", 3_000],
    ["1m30s", 90_000],
    ["250ms", 250],
    ["x", undefined],
    ["", undefined],
  ] as const)
    test(`'${text}' is ${ms} ms`, () => assert.equal(readCallbackMs(text), ms));
});

function workflow(callbacks: string, more = ""): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  generateName: w-
  annotations:
    millrace/callbacks: |
${callbacks.replace(/^/gmu, "      ")}
spec:
  entrypoint: main
  arguments: {parameters: [{name: p, value: v}]}
  templates:
  - {name: main, container: {image: a}, outputs: {parameters: [{name: o, globalName: out, valueFrom: {path: /o}}]}}${more}
`;
}

function find(text: string): readonly string[] {
  return checkText(text).map(
    ({ severity, code, position }) => `${severity} ${code} ${position?.line ?? 0}:${position?.column ?? 0}`,
  );
}

describe("checking a document with callbacks", () => {
  test("whoever checks is warned of a template that is not there, and of parameters without values", () => {
    const callbacks = [
      "- {name: a, workflow: {workflowTemplateRef: {name: stored}}}",
      "- {name: b, workflow: {workflowTemplateRef: {name: shared, clusterScope: true}}}",
      "- {name: c, workflow: {workflowTemplateRef: {name: shared}}}",
      "- {name: d, workflow: {workflowTemplateRef: {name: '{{workflow.parameters.p}}'}}}",
      "- {name: e, workflow: {workflowTemplateRef: {name: next}}}",
      "- {name: f, workflow: {workflowTemplateRef: {name: next}, payload: x, arguments: {parameters: [{name: q, value: y}]}}}",
    ].join("\n");
    const messages = (submitted: boolean): readonly string[] =>
      checkText(workflow(callbacks), submitted).map(({ message }) => message);
    assert.deepEqual(messages(true), []);
    assert.deepEqual(messages(false), [
      `millrace/callbacks: 'c' workflow: workflowtemplates.argoproj.io "shared" not found`,
      "millrace/callbacks: 'e' workflow: parameter payload of next has no value",
      "millrace/callbacks: 'e' workflow: parameter q of next has no value",
    ]);
  });

  test("what the run knows of itself at its end can be named", () => {
    const body =
      "{{workflow.name}} {{workflow.status}} {{workflow.failures}} {{workflow.duration}} {{workflow.parameters.p}} {{workflow.outputs.parameters.out}} {{=toJson(workflow.labels)}}";
    assert.deepEqual(
      find(workflow(`- {name: a, http: {url: 'https://a/{{workflow.uid}}', body: '${body}'}}`)),
      [],
    );
  });

  for (const tag of [
    "{{workflow.outputs.parameters.none}}",
    "{{inputs.parameters.p}}",
    "{{steps.a.outputs.result}}",
    "{{workflow.parameters.q}}",
  ])
    test(`${tag} is pointed at`, () => {
      const text = workflow(`- {name: a, http: {url: 'https://a', body: '${tag}'}}`);
      const column = (text.split("\n")[6] ?? "").indexOf(tag) + 1;
      assert.deepEqual(find(text), [`error argo/unresolved-tag 7:${column}`]);
    });

  test("expressions are read", () => {
    assert.deepEqual(
      find(
        workflow(
          "- {name: a, expression: 'workflow.status ==', http: {url: 'https://a', successCondition: '('}}",
        ),
      ).map((line) => line.split(" ")[1]),
      ["argo/bad-expression", "argo/bad-expression"],
    );
  });

  test("a word that is wrong is pointed at", () => {
    assert.deepEqual(find(workflow("- name: a\n  when:\n    - Succeded\n  http: {url: 'https://a'}")), [
      "error argo/bad-callback 9:13",
    ]);
  });

  test("a document for Argo has no problem with it, and others keep their annotations", () => {
    assert.deepEqual(find(workflow("- {name: a, http: {url: 'https://a'}}")), []);
    assert.deepEqual(find(workflow("[]").replace("millrace/callbacks", "other/callbacks")), []);
  });

  for (const kind of ["WorkflowTemplate", "ClusterWorkflowTemplate"])
    test(`of a ${kind} runs get the annotations of its workflowMetadata`, () => {
      const callbacks = "'[{name: a, when: [No], http: {url: \"https://a\"}}]'";
      const document = (metadata: string, spec: string): string =>
        `apiVersion: argoproj.io/v1alpha1\nkind: ${kind}\nmetadata: {name: t${metadata}}\nspec:\n  entrypoint: main${spec}\n  templates: [{name: main, container: {image: a}}]\n`;
      const annotations = `annotations: {millrace/callbacks: ${callbacks}}`;
      assert.match(
        find(document("", `\n  workflowMetadata: {${annotations}}`)).join(),
        /^error argo\/bad-callback/,
      );
      assert.match(find(document(`, ${annotations}`, "")).join(), /^warning argo\/bad-callback/);
    });

  test("of a CronWorkflow as well", () => {
    const text = `apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: c, annotations: {millrace/callbacks: "[]"}}
spec:
  schedules: ["@daily"]
  workflowMetadata: {annotations: {millrace/callbacks: "[{}]"}}
  workflowSpec: {entrypoint: main, templates: [{name: main, container: {image: a}}]}
`;
    const found = find(text);
    assert.equal(found.filter((line) => line.startsWith("error argo/bad-callback")).length, 2);
    assert.equal(found.filter((line) => line.startsWith("warning argo/bad-callback")).length, 1);
  });

  test("an output of a template elsewhere may be named", () => {
    const callbacks = "- {name: a, http: {url: 'https://a', body: '{{workflow.outputs.parameters.any}}'}}";
    const more = "\n  - {name: b, steps: [[{name: c, templateRef: {name: stored, template: gives}}]]}";
    assert.deepEqual(find(workflow(callbacks, more)), []);
  });
});

test("Secrets of headers are looked up, what follows only to be checked", () => {
  const headers = "headers: [{name: A, valueFrom: {secretKeyRef: {name: hooks, key: k}}}]";
  const text = workflow(
    `- {name: a, http: {url: 'https://a', ${headers}}}\n- {name: b, workflow: {workflowTemplateRef: {name: next}}}`,
  );
  assert.deepEqual(findReferences([text], {}), [{ kind: "Secret", name: "hooks" }]);
  assert.deepEqual(findReferences([text], {}, true), [
    { kind: "Secret", name: "hooks" },
    { kind: "WorkflowTemplate", name: "next" },
  ]);
  const given = JSON.stringify({
    metadata: { annotations: { "millrace/callbacks": `- {http: {${headers}}}` } },
  });
  assert.deepEqual(findReferences([given], {}), [{ kind: "Secret", name: "hooks" }]);
});
