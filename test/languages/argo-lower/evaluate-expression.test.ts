import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../src/base/json.ts";
import { createArgoEvaluator } from "../../../src/languages/argo/evaluate/create-argo-evaluator.ts";
import type { ExpressionForm } from "../../../src/model/plan/expression.ts";
import type { FileValue } from "../../../src/model/plan/plan.ts";
import { asText, compilePlan, createFakeScope, expression, runAt, text, workflow } from "./support.ts";
import type { FakeScope } from "./support.ts";

const plan = compilePlan(workflow("entrypoint: a\ntemplates: [{name: a, container: {image: busybox}}]"));
const evaluator = createArgoEvaluator(plan);
const file: FileValue = { kind: "text", text: "content" };
const kept = {
  kind: "artifact",
  artifact: {
    content: { kind: "tree", digest: "sha256:0", sizeBytes: 1 },
    archive: { kind: "none" },
    fileName: "f",
  },
} as unknown as FileValue;

const scope: FakeScope = {
  inputs: { n: "3", "a-b": "dash", list: "[1,2]" },
  inputFiles: { in: file },
  item: { k: "v", n: 1, deep: { x: [1] } },
  run: {
    values: { p: "x", "q.r": "dotted" },
    facts: { labels: { l: "1", "a.b/c": "d" } },
    published: { values: { g: "G" }, files: { gf: file } },
  },
  tasks: {
    a: {
      result: "out",
      values: { p: "5", json: '{"k":1}' },
      files: { f: kept },
      exitCode: 0,
      startedAt: runAt,
      endedAt: runAt,
    },
    skipped: { phase: "skipped", defaults: { d: "default" } },
    loop: {
      members: [
        { result: "1", values: { p: "x" } },
        { result: "2", values: { p: "y" } },
      ],
    },
  },
};

function evaluate(
  dialect: string,
  source: string,
  form: ExpressionForm,
  fake: FakeScope = scope,
): Json | FileValue | undefined | string {
  const answer = evaluator.evaluate(expression(dialect, source, form), createFakeScope(fake));
  return answer.ok ? answer.value : `!${answer.message}`;
}

const tags: readonly (readonly [source: string, result: string, fake?: FakeScope])[] = [
  ["{{=1 + 2}}", "3"],
  ["a{{= 'b' }}c", "abc"],
  ["{{=inputs.parameters.n}}", "3"],
  ["{{=asInt(inputs.parameters.n) + 1}}", "4"],
  ['{{=inputs.parameters["a-b"]}}', "dash"],
  ["{{=inputs.parameters['none'] ?? 'else'}}", "else"],
  ["{{=workflow.name + '-' + workflow.parameters.p}}", "wf-1-x"],
  ["{{=workflow.parameters['q.r'] + workflow.parameters.q.r}}", "dotteddotted"],
  ["{{=jsonpath(workflow.parameters.json, '$[0].value')}}", "x"],
  ["{{=workflow.labels.l}}", "1"],
  ["{{=workflow.labels['a.b/c']}}", "d"],
  ["{{=workflow.outputs.parameters.g}}", "G"],
  ["{{=workflow.creationTimestamp.s}}", "1706933106"],
  ["{{=item.k + item.n}}", "v1"],
  ["{{=item.deep}}", '{"x":[1]}'],
  ["{{=item}}", "text", { item: "text" }],
  ["{{=item}}", '{"k":"v"}', { item: { k: "v" } }],
  ["{{=asInt(item) * 2}}", "6", { item: 3 }],
  ["{{=tasks.a.outputs.parameters.p == '5'}}", "true"],
  ["{{=steps.a.outputs.result}}", "out"],
  ["{{=tasks['a'].exitCode}}", "0"],
  ["{{=tasks.loop.outputs.result}}", "[1,2]"],
  ["{{=tasks.loop.outputs.parameters.p}}", '["x","y"]'],
  ["{{=tasks.skipped.outputs.parameters.d}}", "default"],
  ["{{=tasks.skipped.outputs.parameters.none ?? 'fallback'}}", "fallback"],
  ["{{=tasks.none == nil}}", "true"],
  ["{{=sprig.upper(workflow.name)}}", "WF-1"],
  ["{{=[1, 'a', true]}}", '[1,"a",true]'],
  ["{{=toJson({'a': 1} )}}", '{"a":1}'],
  ["{{=filter([1, 2, 3], # > 1)}}", "[2,3]"],
  // What names nothing is left alone, as are late names before their time; other failures are not.
  ["{{=inputs.parameters.none}}", "{{=inputs.parameters.none}}"],
  ["{{=unknown}} {{= it.name + 1 }}", "{{=unknown}} {{= it.name + 1 }}"],
  ["{{=workflow.parameters.p.q}}", "{{=workflow.parameters.p.q}}"],
  ["{{=retries}}", "{{=retries}}", {}],
  ["{{=item}}", "{{=item}}", {}],
  ["{{=asInt(retries) + 1}}", "2", { attemptNumber: 1 }],
  ["{{=lastRetry.exitCode}}", "0", { attemptNumber: 0 }],
];

for (const [source, expected, fake] of tags) {
  test(`tag ${source}`, () => {
    const answer = evaluator.evaluate(text(source), createFakeScope(fake ?? scope));
    assert.ok(answer.ok, answer.ok ? "" : answer.message);
    assert.equal(answer.value, expected);
  });
}

for (const [source, pattern] of [
  ["{{=1 +}}", /failed to evaluate expression/u],
  ["{{=nil}}", /the result is nil/u],
  ["{{=inputs.parameters.n + 1}}", /invalid operation: string \+ int/u],
  ["{{=tasks.none.outputs.result}}", /failed to evaluate expression/u],
  ["{{=sprig.nothing('x')}}", /unknown function sprig.nothing/u],
  ["{{=unknown + tasks.none.id}}", /failed to evaluate expression/u],
  ["{{=tasks.skipped.outputs.parameters.none}}", /absent optional/u],
  ["{{=asInt('x')}}", /failed to evaluate expression/u],
] as const) {
  test(`refused tag ${source}`, () => {
    const answer = evaluator.evaluate(text(source), createFakeScope(scope));
    assert.ok(!answer.ok);
    assert.match(answer.message, pattern);
  });
}

const fields: readonly (readonly [source: string, form: ExpressionForm, result: Json | undefined])[] = [
  ["1 + 2", "text", "3"],
  ["[1, 2]", "text", "[1 2]"],
  ["{'b': 1, 'a': [true]}", "text", "map[a:[true] b:1]"],
  ["'x'", "text", "x"],
  ["1.5", "text", "1.5"],
  ["true", "boolean", true],
  ["tasks.a.exitCode == '0'", "boolean", true],
  ["'true'", "boolean", "!unable to cast expression result 'true' to bool"],
  ["{{inputs.parameters.n}} > 2", "boolean", true],
  [
    "asInt(lastRetry.exitCode) == 2",
    "boolean",
    "!unable to evaluate expression 'asInt(lastRetry.exitCode) == 2': unknown name lastRetry",
  ],
  ["tasks.a.outputs.artifacts.f", "file", kept as unknown as Json],
  ["inputs.artifacts['in']", "file", file as unknown as Json],
  ["workflow.outputs.artifacts.gf", "file", file as unknown as Json],
  ["true ? tasks.a.outputs.artifacts.f : nil", "file", kept as unknown as Json],
  ["'text'", "file", "!expected an artifact, but the expression gave string"],
  ["[1, 2]", "json", [1, 2]],
];

for (const [source, form, expected] of fields) {
  test(`field ${source} as ${form}`, () => {
    assert.deepEqual(evaluate("argo-expr", source, form), expected);
  });
}

test("an expression field that has no value is refused, and says what was absent", () => {
  assert.match(
    asText(evaluate("argo-expr", "tasks.skipped.outputs.parameters.none", "text")),
    /^!.*no value.*absent optional/u,
  );
  assert.equal(evaluate("argo-expr-or-absent", "tasks.skipped.outputs.parameters.none", "text"), undefined);
  assert.equal(evaluate("argo-expr-or-absent", "nonsense(", "file"), undefined);
});

const conditions: readonly (readonly [source: string, result: boolean, text?: string])[] = [
  ["true", true],
  [" false ", false],
  ["{{inputs.parameters.n}} == 3", true, "3 == 3"],
  ["{{inputs.parameters.n}} > 3", false, "3 > 3"],
  ["'{{tasks.a.outputs.result}}' == 'out'", true, "'out' == 'out'"],
  ["{{tasks.a.outputs.result}} == out", true, "out == out"],
  ["{{=tasks.a.outputs.result == 'out'}}", true, "true"],
  ["{{item.k}} != v && true", false, "v != v && true"],
];

for (const [source, expected, replaced] of conditions) {
  test(`when ${source}`, () => {
    const answer = evaluator.evaluate(expression("argo-when", source, "boolean"), createFakeScope(scope));
    assert.deepEqual(answer, { ok: true, value: expected, text: replaced ?? source });
  });
}

for (const [source, pattern] of [
  ["{{tasks.skipped.outputs.result}} == 1", /absent optional/u],
  ["((", /Invalid 'when' expression/u],
  ["'text'", /Expected boolean evaluation for/u],
] as const) {
  test(`refused when ${source}`, () => {
    const answer = evaluator.evaluate(expression("argo-when", source, "boolean"), createFakeScope(scope));
    assert.ok(!answer.ok);
    assert.match(answer.message, pattern);
  });
}

const references: readonly (readonly [source: string, form: ExpressionForm, result: unknown])[] = [
  ["{{tasks.a.outputs.parameters.p}}", "text", "5"],
  ["tasks.a.outputs.result", "text", "out"],
  ["{{tasks.skipped.outputs.parameters.none}}", "text", undefined],
  ["{{tasks.skipped.outputs.parameters.d}}", "text", "default"],
  ["{{tasks.none.outputs.result}}", "text", "!Unable to resolve: {{tasks.none.outputs.result}}"],
  ["{{tasks.a.outputs.artifacts.f}}", "file", kept],
  ["{{ steps.a.outputs.artifacts.f }}", "file", kept],
  ["{{inputs.artifacts.in}}", "file", file],
  ["{{inputs.artifacts.none}}", "file", undefined],
  ["{{workflow.outputs.artifacts.gf}}", "file", file],
  ["{{tasks.skipped.outputs.artifacts.f}}", "file", undefined],
  ["{{tasks.none.outputs.artifacts.f}}", "file", "!Unable to resolve: {{tasks.none.outputs.artifacts.f}}"],
  ["{{nonsense}}", "file", "!Unable to resolve: {{nonsense}}"],
  [
    "{{tasks.a.outputs.artifacts.f}}\nsub/{{inputs.parameters.n}}",
    "file",
    { ...(kept as object), subPath: "sub/3" },
  ],
  ["{{inputs.artifacts.in}}\nsub", "file", "!{{inputs.artifacts.in}} is text, which has no part sub"],
];

for (const [source, form, expected] of references) {
  test(`reference ${JSON.stringify(source)} as ${form}`, () => {
    assert.deepEqual(evaluate("argo-ref", source, form), expected);
  });
}

const forms: readonly (readonly [source: string, form: ExpressionForm, result: unknown])[] = [
  ["{{inputs.parameters.n}}", "integer", 3],
  ["{{inputs.parameters.a-b}}", "integer", '!"dash" is not a whole number (from {{inputs.parameters.a-b}})'],
  ["{{inputs.parameters.n}}", "duration-ms", 3000],
  ["1m{{inputs.parameters.n}}s", "duration-ms", 63_000],
  [
    "{{inputs.parameters.a-b}}",
    "duration-ms",
    '!"dash" is not a number of seconds or a duration (from {{inputs.parameters.a-b}})',
  ],
  ["{{inputs.parameters.list}}", "list", [1, 2]],
  ["[1.0, 12345678901234567890, 1]", "list", ["1.0", "12345678901234567890", 1]],
  ["null", "list", []],
  ["{{inputs.parameters.n}}", "file", { kind: "text", text: "3" }],
];

for (const [source, form, expected] of forms) {
  test(`text ${source} as ${form}`, () => {
    assert.deepEqual(evaluate("argo-text", source, form), expected);
  });
}

test("a withParam that is no list is refused", () => {
  for (const source of ['{"a":1}', "nonsense", "", "3"]) {
    assert.match(
      asText(evaluate("argo-text", source, "list")),
      /^!withParam value could not be parsed as a JSON list/u,
    );
  }
});

test("withItems with tags: every text in the list is replaced, keys too", () => {
  const source = JSON.stringify([
    "{{inputs.parameters.n}}",
    1,
    { "{{inputs.parameters.a-b}}": ["{{workflow.name}}"] },
  ]);
  assert.deepEqual(evaluate("argo-items", source, "list"), ["3", 1, { dash: ["wf-1"] }]);
  assert.match(asText(evaluate("argo-items", '["{{tasks.none.status}}"]', "list")), /^!failed to resolve/u);
});

for (const [sequence, expected] of [
  [{ count: 3, format: "n%02d" }, ["n00", "n01", "n02"]],
  [{ start: "2", end: "{{inputs.parameters.n}}", format: "%d" }, ["2", "3"]],
  [{ start: 3, end: 1, format: "0x%X" }, ["0x3", "0x2", "0x1"]],
  [{ count: 0, format: "%d" }, []],
] as const) {
  test(`withSequence ${JSON.stringify(sequence)}`, () => {
    assert.deepEqual(evaluate("argo-sequence", JSON.stringify(sequence), "list"), expected);
  });
}

test("a key of the repository, and a key of a ConfigMap, by computed name", () => {
  assert.deepEqual(evaluate("argo-key", "out/{{workflow.name}}", "file"), {
    kind: "key",
    key: "out/wf-1",
    optional: false,
  });
  assert.deepEqual(evaluate("argo-key-optional", "x", "file"), { kind: "key", key: "x", optional: true });
  const notes = { configMaps: { "cm-x": { msg: "hello {{workflow.name}}" } } };
  const lookup = JSON.stringify({ name: "cm-{{workflow.parameters.p}}", key: "msg" });
  assert.equal(
    evaluate("argo-config-map", lookup, "text", { run: { values: { p: "x" }, notes } }),
    "hello wf-1",
  );
  assert.equal(
    evaluate("argo-config-map", lookup, "text", { run: { values: { p: "y" }, notes } }),
    "!ConfigMap 'cm-y' with the key 'msg' is not stored",
  );
});

test("a success condition sees the request and the response", () => {
  const exchange: FakeScope = {
    exchange: {
      request: {
        method: "GET",
        url: "http://x",
        headers: [{ name: "a", value: "1", secret: false }],
        timeoutMs: 1,
        verifyTls: true,
      },
      response: { statusCode: 201, headers: { "content-type": ["text/plain"] }, body: "google" },
    },
  };
  assert.equal(
    evaluate(
      "argo-expr",
      'response.statusCode == 201 && response.body contains "google"',
      "boolean",
      exchange,
    ),
    true,
  );
  assert.equal(
    evaluate(
      "argo-expr",
      'response.headers["Content-Type"][0] == "text/plain" && request.method == "GET"',
      "boolean",
      exchange,
    ),
    true,
  );
});

test("the same expression in the same scope gives the same answer, random ones too", () => {
  const source = "{{=sprig.randNumeric(8)}}";
  const first = evaluator.evaluate(text(source), createFakeScope(scope));
  assert.ok(first.ok && /^\d{8}$/u.test(asText(first.value)));
  assert.deepEqual(evaluator.evaluate(text(source), createFakeScope(scope)), first);
});

for (const [message, passing] of [
  ["dial tcp: i/o timeout", true],
  ["connection reset by peer", true],
  ["exceeded quota: pods", true],
  ["exit code 1", false],
  ["", false],
] as const) {
  test(`a fault that ${passing ? "may pass" : "stays"}: ${message}`, () =>
    assert.equal(evaluator.isTransient(message), passing));
}
