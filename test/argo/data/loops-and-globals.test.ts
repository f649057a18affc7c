/** Items of loops in texts, values that are published for the run, and variables of exit handlers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runDocument } from "../rig.ts";
import type { Ran } from "../rig.ts";

function document(main: string, more = "", spec = ""): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: wf, labels: {l: label}}
spec:
  entrypoint: main
${spec}
  templates:
${main}
    - name: say
      inputs: {parameters: [{name: p}]}
      container: {image: x, command: [got, "{{inputs.parameters.p}}"]}
${more}`;
}

/** A loop whose members get a text. */
function loop(
  items: string,
  text: string,
  params = "  arguments: {parameters: [{name: list, value: '[1]'}]}",
): string {
  return document(
    `    - name: main\n      steps: [[{name: say, template: say, arguments: {parameters: [{name: p, value: ${JSON.stringify(text)}}]}, ${items}}]]`,
    "",
    params,
  );
}

function programs(ran: Ran): readonly string[] {
  assert.equal(ran.phase, "Succeeded", `${ran.message}\n${ran.lines().join("\n")}`);
  return ran.orders.map((order) => order.commands[0]?.command[1] ?? "").sort();
}

const loops: readonly (readonly [name: string, items: string, text: string, expected: readonly string[]])[] =
  [
    ["texts", "withItems: [a, b]", "{{item}}", ["a", "b"]],
    ["numbers and booleans", "withItems: [1, 2.5, true]", "{{item}}", ["1", "2.5", "true"]],
    ["maps by key", "withItems: [{k: a, num: 1}, {k: b, num: 2}]", "{{item.k}}-{{item.num}}", ["a-1", "b-2"]],
    ["maps as a whole", "withItems: [{b: 1, a: [x]}]", "{{item}}", ['{"a":["x"],"b":1}']],
    ["lists", "withItems: [[1, x], [2]]", "{{item}}", ['[1,"x"]', "[2]"]],
    ["nested maps", "withItems: [{k: {deep: 1}}]", "{{item.k}}", ['{"deep":1}']],
    ["items with tags", 'withItems: ["{{workflow.name}}", "x"]', "{{item}}", ["wf", "x"]],
    ["maps with tags", 'withItems: [{k: "{{workflow.parameters.list}}"}]', "{{item.k}}", ["[1]"]],
    ["a key that is not there stays", "withItems: [{k: a}]", "{{item.k}}{{unknown}}", ["a{{unknown}}"]],
    ["expressions over items", "withItems: [3, 4]", "{{=asInt(item) * 2}}", ["6", "8"]],
    ["expressions over keys of items", "withItems: [{k: a}]", "{{=item.k + '!'}}", ["a!"]],
    ["a list in a parameter", 'withParam: "{{workflow.parameters.list}}"', "{{item}}", ["1"]],
    [
      "literal JSON",
      `withParam: '["a", {"k": 1}, 2, null]'`,
      "{{item}}",
      ["2", "a", "null", '{"k":1}'].sort(),
    ],
    ["a list from an expression", `withParam: "{{=toJson(['a', 'b'])}}"`, "{{item}}", ["a", "b"]],
    ["maps of a parameter by key", `withParam: '[{"k": "a b"}, {"k": "c"}]'`, "{{item.k}}", ["a b", "c"]],
    ["a count", "withSequence: {count: 3}", "{{item}}", ["0", "1", "2"]],
    ["a count as text", 'withSequence: {count: "2"}', "{{item}}", ["0", "1"]],
    [
      "a count from an expression",
      'withSequence: {count: "{{=len(workflow.name)}}"}',
      "{{item}}",
      ["0", "1"],
    ],
    ["a start and an end", "withSequence: {start: 2, end: 4}", "{{item}}", ["2", "3", "4"]],
    ["downwards", "withSequence: {start: 4, end: 2}", "{{item}}", ["2", "3", "4"]],
    ["a format", 'withSequence: {start: 9, end: 10, format: "n%03X"}', "{{item}}", ["n009", "n00A"]],
    ["numbers between names", 'withSequence: {count: 1, format: "testuser%02d"}', "{{item}}", ["testuser00"]],
    ["quotes in items", `withItems: ['a "b"', 'c\\d']`, "{{item}}", ['a "b"', "c\\d"]],
  ];

for (const [name, items, text, expected] of loops) {
  test(`a loop over ${name}`, async () =>
    assert.deepEqual(programs(await runDocument(loop(items, text))), [...expected].sort()));
}

test("names of members have their items", async () => {
  const ran = await runDocument(loop("withItems: [{b: 1, a: x}, '(y)', 3]", "-"));
  assert.deepEqual(ran.started, ["[0].say(0:a:x,b:1)", "[0].say(1:y)", "[0].say(2:3)"]);
});

test("a condition of a loop is asked for each item", async () => {
  const ran = await runDocument(loop(`withItems: [1, 2, 3], when: "{{item}} > 1"`, "{{item}}"));
  assert.deepEqual(programs(ran), ["2", "3"]);
  assert.equal(ran.node("say(0:1)").message, "when '1 > 1' evaluated false");
});

test("what is no list is an error of the node", async () => {
  for (const text of ["{}", "3", "no json"]) {
    const ran = await runDocument(
      loop(
        `withParam: "{{workflow.parameters.list}}"`,
        "-",
        `  arguments: {parameters: [{name: list, value: ${JSON.stringify(text)}}]}`,
      ),
    );
    assert.equal(ran.phase, "Failed", text);
    assert.match(ran.message, /withParam value could not be parsed as a JSON list/);
  }
});

const makeGlobal = `
    - name: make
      inputs: {parameters: [{name: t}]}
      outputs: {parameters: [{name: o, valueFrom: {path: /o}, globalName: "g-{{inputs.parameters.t}}"}, {name: s, valueFrom: {path: /s}, globalName: shared}]}
      container: {image: x, command: [make]}`;

test("published values: seen by later steps and other templates, the last writer wins", async () => {
  const source = document(
    `    - name: main
      steps:
        - [{name: one, template: make, arguments: {parameters: [{name: t, value: "1"}]}}]
        - [{name: two, template: make, arguments: {parameters: [{name: t, value: "2"}]}}]
        - [{name: inner, template: inner}]
    - name: inner
      dag: {tasks: [{name: say, template: say, arguments: {parameters: [{name: p, value: "{{workflow.outputs.parameters.g-1}} {{workflow.outputs.parameters.g-2}} {{workflow.outputs.parameters.shared}} {{=workflow.outputs.parameters['g-1']}}"}]}}]}`,
    makeGlobal,
  );
  const ran = await runDocument(source, {
    answers: { one: { parameters: { o: "a", s: "first" } }, two: { parameters: { o: "b", s: "second" } } },
  });
  assert.equal(ran.program("say"), "got a b second a");
  assert.deepEqual(ran.status["outputs"], {
    parameters: [
      { name: "g-1", value: "a" },
      { name: "shared", value: "second" },
      { name: "g-2", value: "b" },
    ],
  });
});

test("published values are seen inside of templates", async () => {
  const source = document(
    `    - name: main
      steps:
        - [{name: one, template: make, arguments: {parameters: [{name: t, value: "1"}]}}]
        - [{name: own, template: own}]
    - {name: own, container: {image: x, command: [got, "{{workflow.outputs.parameters.shared}}"]}}`,
    makeGlobal,
  );
  const ran = await runDocument(source, { answers: { one: { parameters: { o: "a", s: "first" } } } });
  assert.equal(ran.program("own"), "got first");
});

/** A run with an exit handler that says a text. */
function ending(text: string, command: string): string {
  return document(
    `    - name: main\n      steps: [[{name: work, template: work}]]\n    - {name: work, container: {image: x, command: [sh, -c, ${JSON.stringify(command)}]}}`,
    `    - {name: bye, container: {image: x, command: [bye, ${JSON.stringify(text)}]}}`,
    "  onExit: bye",
  );
}

/** All nodes that failed, in order of their ends, in Argo's order of fields. */
const failures = JSON.stringify(
  [
    ["work", "main: Error (exit code 3)", "work", "wf-work-47605465"],
    ["[0]", "child 'wf-47605465' failed", "", "wf--511703626"],
    ["wf", "child 'wf-47605465' failed", "main", "wf"],
  ].map(([displayName, message, templateName, podName]) => ({
    displayName,
    message,
    templateName,
    phase: "Failed",
    podName,
    finishedAt: "2024-01-15T12:00:01Z",
  })),
);

const endings: readonly (readonly [string, string, string])[] = [
  ["{{workflow.status}}", "true", "Succeeded"],
  ["{{workflow.status}}", "exit 3", "Failed"],
  ["{{workflow.duration}}", "sleep 90", "90.000000"],
  ["{{workflow.failures}}", "true", '"null"'],
  ["{{workflow.failures}}", "exit 3", JSON.stringify(failures)],
  ["{{=workflow.status == 'Failed' ? 'bad' : 'good'}}", "exit 3", "bad"],
  ["{{=workflow.status + workflow.labels.l}}", "true", "Succeededlabel"],
];

for (const [text, command, expected] of endings) {
  test(`in an exit handler after ${command}: ${text}`, async () => {
    const ran = await runDocument(ending(text, command));
    assert.equal(ran.orders.at(-1)?.commands[0]?.command[1], expected);
  });
}

test("before the end workflow.status stays as it is written in templates", async () => {
  const source = document(
    `    - name: main\n      steps: [[{name: own, template: own}]]\n    - {name: own, container: {image: x, command: [got, "{{workflow.failures}}"]}}`,
  );
  const ran = await runDocument(source);
  assert.ok(ran.phase === "Refused" || ran.program("own") === "got {{workflow.failures}}", ran.message);
});

test("a step's hook sees the step's outputs and status", async () => {
  const source = document(
    `    - name: main
      steps:
        - - name: work
            template: work
            hooks:
              exit: {template: say, arguments: {parameters: [{name: p, value: "{{steps.work.outputs.result}} {{steps.work.status}} {{steps.work.outputs.parameters.o}}"}]}}
    - name: work
      outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}
      container: {image: x, command: [work]}`,
  );
  const ran = await runDocument(source, { answers: { work: { out: "printed", parameters: { o: "v" } } } });
  assert.equal(ran.orders.at(-1)?.commands[0]?.command[1], "printed Succeeded v");
});

const outputs: readonly (readonly [string, string, string])[] = [
  ["parameter", 'parameter: "{{steps.work.outputs.parameters.o}}"', "v"],
  ["parameter without braces", "parameter: steps.work.outputs.parameters.o", "v"],
  ["result", 'parameter: "{{steps.work.outputs.result}}"', "7"],
  ["expression", `expression: "steps.work.outputs.parameters.o + '!'"`, "v!"],
  [
    "expression with a choice",
    `expression: "steps.work.status == 'Succeeded' ? steps.work.outputs.parameters.o : 'none'"`,
    "v",
  ],
  ["expression over a number", 'expression: "asInt(steps.work.outputs.result) + 1"', "8"],
  ["expression that gives a list", 'expression: "[1, 2]"', "[1 2]"],
  ["expression that gives a map as JSON", `expression: "toJson({'a': 1})"`, '{"a":1}'],
  ["expression over inputs", "expression: inputs.parameters.given", "in"],
];

for (const [name, source, expected] of outputs) {
  test(`an output of steps from a ${name}`, async () => {
    const ran = await runDocument(
      document(
        `    - name: main
      steps:
        - [{name: inner, template: inner, arguments: {parameters: [{name: given, value: in}]}}]
        - [{name: say, template: say, arguments: {parameters: [{name: p, value: "{{steps.inner.outputs.parameters.r}}"}]}}]
    - name: inner
      inputs: {parameters: [{name: given}]}
      outputs: {parameters: [{name: r, valueFrom: {${source}}}]}
      steps: [[{name: work, template: work}]]
    - name: work
      outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}
      container: {image: x, command: [work]}`,
      ),
      { answers: { work: { out: "7", parameters: { o: "v" } } } },
    );
    assert.equal(ran.program("say"), `got ${expected}`, ran.message);
  });
}

test("a value that a person supplies, with and without a default", async () => {
  const source = (more: string): string =>
    document(
      `    - name: main
      steps:
        - [{name: ask, template: ask}]
        - [{name: say, template: say, arguments: {parameters: [{name: p, value: "{{steps.ask.outputs.parameters.a}}"}]}}]
    - name: ask
      outputs: {parameters: [{name: a, valueFrom: {supplied: {}${more}}}]}
      suspend: {}`,
    );
  const resumed = await runDocument(source(", default: usual"), { commands: [{ kind: "resume" }] });
  assert.equal(resumed.program("say"), "got usual");
  const without = await runDocument(source(""), {
    commands: [{ kind: "set", select: "displayName=ask", values: {}, phase: "succeeded" }],
  });
  assert.equal(without.phase, "Failed");
  assert.match(
    without.node("ask").message ?? "",
    /raw output parameter 'a' has not been set and does not have a default value/,
  );
});
