/** Outputs of all members of a loop together (Argo, processAggregateNodeOutputs; #10775, #12812, #13510). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runDocument } from "../rig.ts";
import type { Answer, Ran } from "../rig.ts";

/** A loop over three members; the next step gets the given text. In a dag or in steps. */
function document(kind: "steps" | "dag", text: string, loop: string, more: string): string {
  const say = `name: say, template: say, arguments: {parameters: [{name: p, value: ${JSON.stringify(text)}}]}`;
  const make = `name: make, template: make, arguments: {parameters: [{name: i, value: "{{item}}"}]}, ${loop}`;
  const body =
    kind === "steps"
      ? `      steps:\n      - [{${make}, continueOn: {failed: true, error: true}}]\n      - [{${say}}]`
      : `      dag:\n        failFast: false\n        tasks:\n        - {${make}}\n        - {${say}, depends: "make || make.Failed || make.Errored"}`;
  return `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: wf}
spec:
  entrypoint: main
  templates:
    - name: main
${body}
    - name: make
      inputs: {parameters: [{name: i}]}
      outputs:
        parameters: [{name: a, valueFrom: {path: /a}}, {name: b, valueFrom: {path: /b, default: none}}]
${more}
      container: {image: x, command: [make]}
    - name: say
      inputs: {parameters: [{name: p}]}
      container: {image: x, command: [got, "{{inputs.parameters.p}}"]}
`;
}

const loop = "withItems: [u, v, w]";

interface Case {
  readonly text: string;
  readonly members: readonly Answer[];
  readonly expected: string;
  readonly loop?: string;
  readonly more?: string;
}

async function run(
  kind: "steps" | "dag",
  { text, members, loop: own = loop, more = "" }: Case,
): Promise<Ran> {
  const source = document(kind, text.replaceAll("SIBLING", kind === "steps" ? "steps" : "tasks"), own, more);
  const names = ["make(0:u)", "make(1:v)", "make(2:w)"];
  return runDocument(source, {
    answers: Object.fromEntries(names.map((name, index) => [name, members[index] ?? {}])),
  });
}

function results(...outs: readonly string[]): readonly Answer[] {
  return outs.map((out) => ({ out, parameters: { a: out } }));
}

const result = "{{SIBLING.make.outputs.result}}";
const parameter = "{{SIBLING.make.outputs.parameters.a}}";
const parameters = "{{SIBLING.make.outputs.parameters}}";
const [one, two] = results("1", "2");

const cases: Readonly<Record<string, Case>> = {
  "results that are numbers": { text: result, members: results("1", "2.50", "-3"), expected: "[1,2.50,-3]" },
  "results that are quoted texts": {
    text: result,
    members: results('"a"', '"b \\" c"', '""'),
    expected: '["a","b \\" c",""]',
  },
  "results that are maps and lists": {
    text: result,
    members: results('{ "b": 1, "a": [ 2 ] }', "[]", "null"),
    expected: '[{"b":1,"a":[2]},[],null]',
  },
  "parameters that are texts": {
    text: parameter,
    members: results("p", 'q "r"', ""),
    expected: '["p","q \\"r\\"",""]',
  },
  "parameters that are numbers stay text": {
    text: parameter,
    members: results("1", "2", "3"),
    expected: '["1","2","3"]',
  },
  "parameters that are quoted texts stay text": {
    text: parameter,
    members: results('"1"', "2", "true"),
    expected: '["\\"1\\"","2","true"]',
  },
  "parameters that are all maps or lists": {
    text: parameter,
    members: results('[{"foo":"apple", "bar":1}]', ' {"k": "v"}', "[]"),
    expected: '[[{"bar":1,"foo":"apple"}],{"k":"v"},[]]',
  },
  "parameters that are maps but for one": {
    text: parameter,
    members: results('{"k":1}', "2", "[]"),
    expected: '["{\\"k\\":1}","2","[]"]',
  },
  "all parameters as a list of maps": {
    text: parameters,
    members: results("1", "2", "3"),
    expected: '[{"a":"1","b":"none"},{"a":"2","b":"none"},{"a":"3","b":"none"}]',
  },
  "a failed member is left out of the parameters": {
    text: parameter,
    members: [one ?? {}, { exit: 1, parameters: { a: "bad" } }, two ?? {}],
    expected: '["1","2"]',
  },
  "a failed member is left out of the results": {
    text: result,
    members: [one ?? {}, { exit: 1, out: "bad", parameters: { a: "bad" } }, two ?? {}],
    expected: "[1,2]",
  },
  "skipped members are left out": {
    text: parameter,
    members: results("1", "2", "3"),
    loop: `withItems: [u, v, w], when: "'{{item}}' != v"`,
    expected: '["1","3"]',
  },
  "members in order of the items, not of their ends": {
    text: parameter,
    members: results("1", "2", "3").map((answer, index) => ({ ...answer, tookMs: 5000 - index * 1000 })),
    expected: '["1","2","3"]',
  },
  "an expression sees the same text": {
    text: "{{=len(fromJSON(SIBLING.make.outputs.parameters.a))}}",
    members: results("1", "2", "3"),
    expected: "3",
  },
  "the whole list in an expression": {
    text: "{{=jsonpath(SIBLING.make.outputs.result, '$[1]')}}",
    members: results("10", "20", "30"),
    expected: "20",
  },
};

for (const [name, one] of Object.entries(cases)) {
  for (const kind of ["steps", "dag"] as const) {
    test(`${name} (${kind})`, async () => {
      const ran = await run(kind, one);
      assert.notEqual(
        ran.findNode("say"),
        undefined,
        `${ran.phase} ${ran.message}\n${ran.lines().join("\n")}`,
      );
      assert.equal(ran.program("say"), `got ${one.expected}`);
    });
  }
}

test("of a retried member its last attempt counts", async () => {
  const source = document(
    "steps",
    "{{steps.make.outputs.parameters.a}} {{steps.make.outputs.result}}",
    loop,
    "      retryStrategy: {limit: 2}",
  );
  const attempts = [
    { exit: 1, out: "bad", parameters: { a: "bad" } },
    { out: "2", parameters: { a: "good" } },
  ];
  const ran = await runDocument(source, {
    answers: {
      "make(0:u)": { out: "1", parameters: { a: "p" } },
      "make(1:v)": attempts,
      "make(2:w)": { out: "3", parameters: { a: "q" } },
    },
  });
  assert.equal(ran.program("say"), 'got ["p","good","q"] [1,2,3]');
});

test("results that are not JSON are an error of the step that uses them", async () => {
  const steps = await run("steps", { text: result, members: results("1", "two words", "3"), expected: "" });
  assert.equal(steps.phase, "Failed");
  const dag = await run("dag", { text: result, members: results("1", "two words", "3"), expected: "" });
  assert.equal(dag.phase, "Error");
});

test("a loop without members is skipped, and its outputs are absent", async () => {
  const source = document("steps", parameter.replaceAll("SIBLING", "steps"), "withParam: '[]'", "");
  const ran = await runDocument(source);
  assert.equal(ran.node("make").phase, "Skipped");
  assert.equal(ran.phase, "Failed");
  assert.match(ran.message, /absent optional/);
});

test("artifacts of a loop have no aggregate, and lint says so", async () => {
  const source = document("steps", "-", loop, "        artifacts: [{name: f, path: /f}]").replace(
    'arguments: {parameters: [{name: p, value: "-"}]}',
    'arguments: {parameters: [{name: p, value: "-"}], artifacts: [{name: f, from: "{{steps.make.outputs.artifacts.f}}"}]}',
  );
  const ran = await runDocument(source, {
    answers: { make: { parameters: { a: "1" }, artifacts: { f: "x" } } },
  });
  assert.notEqual(ran.phase, "Error");
});
