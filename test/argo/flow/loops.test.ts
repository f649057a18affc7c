/** Loops: withItems, withParam, withSequence; parallelism (Argo, expandStep, expandTask, checkParallelism). */
import { call, dag, steps } from "./documents.ts";
import { rule } from "./rule.ts";

const say = (value: string, more: string): string =>
  `${more}, arguments: {parameters: [{name: text, value: "${value}"}]}`;
const item = (more: string): string => say("{{item}}", more);
const inSteps = (more: string): string => steps(call("a", "say", more), call("z", "ok"));
const inDag = (more: string): string => dag(call("a", "say", more), call("z", "ok", "depends: a"));

rule(
  "items in steps hang under their group, with their values in the names",
  inSteps(item("withItems: [x, 2, true, 1.5]")),
  {},
  `
    Succeeded
    Steps Succeeded
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0:x) Pod Succeeded
    [0].a(1:2) Pod Succeeded
    [0].a(2:true) Pod Succeeded
    [0].a(3:1.5) Pod Succeeded
    started [0].a(0:x)@0 [0].a(1:2)@0 [0].a(2:true)@0 [0].a(3:1.5)@0 [1].z@1
  `,
);
rule(
  "items in a dag hang under a TaskGroup",
  inDag(item("withItems: [x, 2]")),
  {},
  `
    Succeeded
    DAG Succeeded
    .a TaskGroup Succeeded
    .z Pod Succeeded
    .a(0:x) Pod Succeeded
    .a(1:2) Pod Succeeded
    started .a(0:x)@0 .a(1:2)@0 .z@1
  `,
);
rule(
  "an item that is a map shows its sorted keys, and its fields can be named",
  inSteps(say("{{item.k}}-{{item.b}}", "withItems: [{k: v, b: 1}]")),
  {},
  `
    Succeeded
    Steps Succeeded
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0:b:1,k:v) Pod Succeeded
    started [0].a(0:b:1,k:v)@0 [1].z@1
  `,
);
rule(
  "an item that is a list shows as Go prints it",
  inSteps(item("withItems: [[1, 2]]")),
  {},
  `
    Succeeded
    Steps Succeeded
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0:[1 2]) Pod Succeeded
    started [0].a(0:[1 2])@0 [1].z@1
  `,
);
rule(
  "an item that is nothing but a tag is resolved",
  inSteps(item('withItems: ["{{workflow.name}}", b]')),
  {},
  `
    Succeeded
    Steps Succeeded
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0:wf) Pod Succeeded
    [0].a(1:b) Pod Succeeded
    started [0].a(0:wf)@0 [0].a(1:b)@0 [1].z@1
  `,
);
rule(
  "the condition is decided for each item",
  inSteps(item('when: "{{item}} == u", withItems: [u, v]')),
  {},
  `
    Succeeded
    Steps Succeeded
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0:u) Pod Succeeded
    [0].a(1:v) Skipped Skipped when 'v == u' evaluated false
    started [0].a(0:u)@0 [1].z@1
  `,
);
rule(
  "the condition is decided for each item, in a dag too",
  inDag(item('when: "{{item}} == u", withItems: [u, v]')),
  {},
  `
    Succeeded
    DAG Succeeded
    .a TaskGroup Succeeded
    .z Pod Succeeded
    .a(0:u) Pod Succeeded
    .a(1:v) Skipped Skipped when 'v == u' evaluated false
    started .a(0:u)@0 .z@1
  `,
);
rule(
  "when the condition is false for all items, the group is good and goes on",
  inDag(item('when: "{{item}} == w", withItems: [u, v]')),
  {},
  `
    Succeeded
    DAG Succeeded
    .a TaskGroup Succeeded
    .z Pod Succeeded
    .a(0:u) Skipped Skipped when 'u == w' evaluated false
    .a(1:v) Skipped Skipped when 'v == w' evaluated false
    started .z@0
  `,
);
rule(
  "a list of no items that is written in the document is no loop",
  steps(call("a", "ok", "withItems: []")),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    started [0].a@0
  `,
);
rule(
  "a computed list of no items skips the step",
  steps(call("a", "ok", 'withParam: "[]"'), call("z", "ok")),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Skipped Skipped Skipped, empty params
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [1].z@0
  `,
);
rule(
  "a computed list of no items skips the task, and those that depend on it run",
  dag(
    call("a", "ok", 'withParam: "[]"'),
    call("z", "ok", "depends: a"),
    call("y1", "ok", "depends: a.Succeeded"),
  ),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Skipped Skipped Skipped, empty params
    .z Pod Succeeded
    .y1 Skipped Omitted omitted: depends condition not met
    started .z@0
  `,
);
rule(
  "a list from a parameter",
  inSteps(item('withParam: "{{workflow.parameters.list}}"')),
  { spec: '  arguments: {parameters: [{name: list, value: \'["p", 3, {"k": 1}]\'}]}' },
  `
    Succeeded
    Steps Succeeded
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0:p) Pod Succeeded
    [0].a(1:3) Pod Succeeded
    [0].a(2:k:1) Pod Succeeded
    started [0].a(0:p)@0 [0].a(1:3)@0 [0].a(2:k:1)@0 [1].z@1
  `,
);
rule(
  "a list from a result",
  steps(call("l", "list"), call("a", "say", item('withParam: "{{steps.l.outputs.result}}"'))) +
    "  - {name: list, container: {image: x, command: [echo, '[1, 2]']}}\n",
  {},
  `
    Succeeded
    Steps Succeeded
    [0].l Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [1].a(0:1) Pod Succeeded
    [1].a(1:2) Pod Succeeded
    started [0].l@0 [1].a(0:1)@1 [1].a(1:2)@1
  `,
);
rule(
  "a text that is no list is an error of the task",
  dag(call("a", "ok", 'withParam: "{}"'), call("z", "ok", "depends: a")),
  {},
  `
    Error
    DAG Error
    .a Skipped Error withParam value could not be parsed as a JSON list: {}
    .z Skipped Omitted omitted: depends condition not met
  `,
);
rule(
  "a text that is no list is an error of the group of steps",
  steps(call("a", "ok", 'withParam: "5"')),
  {},
  `
    Failed: withParam value could not be parsed as a JSON list: 5
    Steps Failed withParam value could not be parsed as a JSON list: 5
    [0].a Skipped Error withParam value could not be parsed as a JSON list: 5
    [0] StepGroup Error withParam value could not be parsed as a JSON list: 5
  `,
);
rule(
  "a text that is no list does no harm where the condition is false",
  steps(call("a", "ok", 'when: "1 == 2", withParam: "nope"'), call("z", "ok")),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Skipped Skipped Skipped, empty params
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [1].z@0
  `,
);
rule(
  "a text that is no list does no harm where the condition is false, in a dag too",
  dag(call("a", "ok", 'when: "1 == 2", withParam: "nope"'), call("z", "ok", "depends: a")),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Skipped Skipped Skipped, empty params
    .z Pod Succeeded
    started .z@0
  `,
);
rule(
  "a condition that needs an item cannot excuse a text that is no list",
  dag(call("a", "ok", 'when: "{{item}} == 2", withParam: "nope"')),
  {},
  `
    Error: withParam value could not be parsed as a JSON list: nope
    DAG Error withParam value could not be parsed as a JSON list: nope
    .a Skipped Error withParam value could not be parsed as a JSON list: nope
  `,
);
rule(
  "a sequence by count starts at 0",
  inSteps(item('withSequence: {count: "3"}')),
  {},
  `
    Succeeded
    Steps Succeeded
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0:0) Pod Succeeded
    [0].a(1:1) Pod Succeeded
    [0].a(2:2) Pod Succeeded
    started [0].a(0:0)@0 [0].a(1:1)@0 [0].a(2:2)@0 [1].z@1
  `,
);
rule(
  "a sequence by count from a start",
  inSteps(item("withSequence: {start: 5, count: 2}")),
  {},
  `
    Succeeded
    Steps Succeeded
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0:5) Pod Succeeded
    [0].a(1:6) Pod Succeeded
    started [0].a(0:5)@0 [0].a(1:6)@0 [1].z@1
  `,
);
rule(
  "a sequence to an end includes it",
  inSteps(item('withSequence: {start: "1", end: "3"}')),
  {},
  `
    Succeeded
    Steps Succeeded
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0:1) Pod Succeeded
    [0].a(1:2) Pod Succeeded
    [0].a(2:3) Pod Succeeded
    started [0].a(0:1)@0 [0].a(1:2)@0 [0].a(2:3)@0 [1].z@1
  `,
);
rule(
  "a sequence to an end below its start counts down",
  inSteps(item('withSequence: {start: "3", end: "1"}')),
  {},
  `
    Succeeded
    Steps Succeeded
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0:3) Pod Succeeded
    [0].a(1:2) Pod Succeeded
    [0].a(2:1) Pod Succeeded
    started [0].a(0:3)@0 [0].a(1:2)@0 [0].a(2:1)@0 [1].z@1
  `,
);
rule(
  "a sequence with a format",
  inSteps(item('withSequence: {start: "9", count: "2", format: "f%03X"}')),
  {},
  `
    Succeeded
    Steps Succeeded
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0:f009) Pod Succeeded
    [0].a(1:f00A) Pod Succeeded
    started [0].a(0:f009)@0 [0].a(1:f00A)@0 [1].z@1
  `,
);
rule(
  "a sequence from parameters",
  inSteps(item('withSequence: {start: "{{workflow.parameters.from}}", end: "{{workflow.parameters.to}}"}')),
  { spec: "  arguments: {parameters: [{name: from, value: 1}, {name: to, value: 2}]}" },
  `
    Succeeded
    Steps Succeeded
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0:1) Pod Succeeded
    [0].a(1:2) Pod Succeeded
    started [0].a(0:1)@0 [0].a(1:2)@0 [1].z@1
  `,
);
rule(
  "a sequence of nothing skips the step",
  inSteps(item('withSequence: {count: "0"}')),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Skipped Skipped Skipped, empty params
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [1].z@0
  `,
);
rule(
  "one failed member fails the group, when all have ended",
  steps(call("a", "slow", "withItems: [p, q, r]"), call("z", "ok")),
  { answers: { "a(1:q)": { exit: 2 } } },
  `
    Failed: child 'wf-600855512' failed
    Steps Failed child 'wf-600855512' failed
    [0] StepGroup Failed child 'wf-600855512' failed
    [0].a(0:p) Pod Succeeded
    [0].a(1:q) Pod Failed main: Error (exit code 2)
    [0].a(2:r) Pod Succeeded
    started [0].a(0:p)@0 [0].a(1:q)@0 [0].a(2:r)@0
  `,
);
rule(
  "one failed member fails the task group, when all have ended",
  dag(call("a", "slow", "withItems: [p, q, r]"), call("z", "ok", "depends: a")),
  { answers: { "a(1:q)": { exit: 2 } } },
  `
    Failed
    DAG Failed
    .a TaskGroup Failed
    .z Skipped Omitted omitted: depends condition not met
    .a(0:p) Pod Succeeded
    .a(1:q) Pod Failed main: Error (exit code 2)
    .a(2:r) Pod Succeeded
    started .a(0:p)@0 .a(1:q)@0 .a(2:r)@0
  `,
);
rule(
  "loops within loops",
  steps(call("a", "inner", item("withItems: [p, q]"))) +
    `  - name: inner\n    inputs: {parameters: [{name: text}]}\n    steps: [[${call("b", "say", say("{{inputs.parameters.text}}{{item}}", "withItems: [1, 2]"))}]]\n`,
  {},
  `
    Succeeded
    Steps Succeeded
    [0] StepGroup Succeeded
    [0].a(0:p) Steps Succeeded
    [0].a(1:q) Steps Succeeded
    [0].a(0:p)[0] StepGroup Succeeded
    [0].a(1:q)[0] StepGroup Succeeded
    [0].a(0:p)[0].b(0:1) Pod Succeeded
    [0].a(0:p)[0].b(1:2) Pod Succeeded
    [0].a(1:q)[0].b(0:1) Pod Succeeded
    [0].a(1:q)[0].b(1:2) Pod Succeeded
    started [0].a(0:p)[0].b(0:1)@0 [0].a(0:p)[0].b(1:2)@0 [0].a(1:q)[0].b(0:1)@0 [0].a(1:q)[0].b(1:2)@0
  `,
);
rule(
  "a loop over a dag",
  dag(call("a", "inner", "withItems: [p, q]")) +
    `  - name: inner\n    dag: {tasks: [${call("b", "ok")}, ${call("c", "ok", "depends: b")}]}\n`,
  {},
  `
    Succeeded
    DAG Succeeded
    .a TaskGroup Succeeded
    .a(0:p) DAG Succeeded
    .a(1:q) DAG Succeeded
    .a(0:p).b Pod Succeeded
    .a(0:p).c Pod Succeeded
    .a(1:q).b Pod Succeeded
    .a(1:q).c Pod Succeeded
    started .a(0:p).b@0 .a(1:q).b@0 .a(0:p).c@1 .a(1:q).c@1
  `,
);
rule(
  "parallelism of the run counts leaves",
  steps(`${call("a", "ok")}, ${call("b", "ok")}, ${call("c", "ok")}`),
  { spec: "  parallelism: 2" },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0].b Pod Succeeded
    [0].c Pod Succeeded
    [0] StepGroup Succeeded
    started [0].a@0 [0].b@0 [0].c@1
  `,
);
rule(
  "parallelism of a template counts members",
  steps(call("a", "ok", "withItems: [1, 2, 3, 4, 5]")).replace("steps:", "parallelism: 2\n    steps:"),
  {},
  `
    Succeeded
    Steps Succeeded
    [0] StepGroup Succeeded
    [0].a(0:1) Pod Succeeded
    [0].a(1:2) Pod Succeeded
    [0].a(2:3) Pod Succeeded
    [0].a(3:4) Pod Succeeded
    [0].a(4:5) Pod Succeeded
    started [0].a(0:1)@0 [0].a(1:2)@0 [0].a(2:3)@1 [0].a(3:4)@1 [0].a(4:5)@2
  `,
);
rule(
  "parallelism of a template counts children, not their leaves",
  dag(call("a", "inner"), call("b", "inner")).replace("dag:", "parallelism: 1\n    dag:") +
    `  - name: inner\n    steps: [[${call("v", "ok")}, ${call("w", "ok")}]]\n`,
  {},
  `
    Succeeded
    DAG Succeeded
    .a Steps Succeeded
    .b Steps Succeeded
    .a[0].v Pod Succeeded
    .a[0].w Pod Succeeded
    .a[0] StepGroup Succeeded
    .b[0].v Pod Succeeded
    .b[0].w Pod Succeeded
    .b[0] StepGroup Succeeded
    started .a[0].v@0 .a[0].w@0 .b[0].v@1 .b[0].w@1
  `,
);
rule(
  "parallelism 1 with failFast: nothing more begins after the first failure",
  steps(call("a", "fail", "withItems: [1, 2, 3]")).replace(
    "steps:",
    "parallelism: 1\n    failFast: true\n    steps:",
  ),
  {},
  `
    Failed: template has failed or errored children and failFast enabled
    Steps Failed template has failed or errored children and failFast enabled
    [0] StepGroup Failed template has failed or errored children and failFast enabled
    [0].a(0:1) Pod Failed main: Error (exit code 1)
    started [0].a(0:1)@0
  `,
);
