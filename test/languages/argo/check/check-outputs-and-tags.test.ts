/** Argo's rules, one row each: outputs and tags. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LEAF, ECHO, OUT, PARAMETER_RULE, steps, dag, main, expectRule, runRule } from "./rule-table.ts";
import type { Rule } from "./rule-table.ts";

const RULES: readonly Rule[] = [
  // Outputs.
  {
    name: "output without source",
    templates: main("container: {image: a}, outputs: {parameters: [{name: o}]}"),
    errors: ["templates.main.outputs.parameters.o does not have valueFrom or value specified"],
  },
  {
    name: "output with value and source",
    templates: main(
      "container: {image: a}, outputs: {parameters: [{name: o, value: a, valueFrom: {path: /o}}]}",
    ),
    errors: ["templates.main.outputs.parameters.o has both valueFrom and value specified, choose one"],
  },
  {
    name: "output with two sources",
    templates: main(
      "container: {image: a}, outputs: {parameters: [{name: o, valueFrom: {path: /o, jqFilter: x}}]}",
    ),
    errors: ["multiple valueFrom types specified. choose one of: path, jqFilter, jsonPath, parameter, raw"],
  },
  {
    name: "output by a filter that calls what does not exist",
    templates: main(
      "resource: {action: get, manifest: 'kind: A'}, outputs: {parameters: [{name: o, valueFrom: {jqFilter: '.a | lenght'}}]}",
    ),
    errors: [
      "templates.main.outputs.parameters.o.valueFrom.jqFilter cannot be read at character 6: lenght/0 is not defined; did you mean length?",
    ],
  },
  {
    name: "output by a filter that has no end",
    templates: main(
      "resource: {action: get, manifest: 'kind: A'}, outputs: {parameters: [{name: o, valueFrom: {jqFilter: '[.a'}}]}",
    ),
    errors: [
      "templates.main.outputs.parameters.o.valueFrom.jqFilter cannot be read at character 4: unexpected end of the filter, expected ']'",
    ],
  },
  {
    name: "output with an empty source",
    templates: main("suspend: {}, outputs: {parameters: [{name: o, valueFrom: {default: a}}]}"),
    errors: [
      "valueFrom type unspecified. choose one of: path, jqFilter, jsonPath, parameter, raw, expression",
    ],
  },
  {
    name: "container output from a parameter",
    templates: main("container: {image: a}, outputs: {parameters: [{name: o, valueFrom: {parameter: x}}]}"),
    errors: ["templates.main.outputs.parameters.o.path must be specified for Container templates"],
  },
  {
    name: "script output from a parameter",
    templates: main(
      "script: {image: a, source: x}, outputs: {parameters: [{name: o, valueFrom: {parameter: x}}]}",
    ),
    errors: ["templates.main.outputs.parameters.o.path must be specified for Script templates"],
  },
  {
    name: "resource output from a path",
    templates: main("resource: {action: get}, outputs: {parameters: [{name: o, valueFrom: {path: /x}}]}"),
    errors: [
      "templates.main.outputs.parameters.o .jqFilter or jsonPath must be specified for Resource templates",
    ],
  },
  {
    name: "steps output from a path",
    templates: `${steps("{name: s, template: leaf}")}\n  outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}\n${LEAF}`,
    errors: [
      "templates.main.outputs.parameters.o.parameter or expression must be specified for Steps templates",
    ],
  },
  {
    name: "dag output from a path",
    templates: `${dag("{name: s, template: leaf}")}\n  outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}\n${LEAF}`,
    errors: [
      "templates.main.outputs.parameters.o.parameter or expression must be specified for DAG templates",
    ],
  },
  {
    name: "output of a missing step output",
    templates: `${steps("{name: s, template: leaf}")}\n  outputs: {parameters: [{name: o, valueFrom: {parameter: '{{steps.s.outputs.parameters.no}}'}}]}\n${LEAF}`,
    errors: ["templates.main.outputs failed to resolve {{steps.s.outputs.parameters.no}}"],
  },
  {
    name: "suspend outputs",
    templates: main("suspend: {}, outputs: {parameters: [{name: o, valueFrom: {supplied: {}}}]}"),
  },
  {
    name: "output artifact path on steps",
    templates: "- {name: main, outputs: {artifacts: [{name: f, path: /f}]}, steps: []}",
    errors: ["templates.main.outputs.artifacts.f.path only valid in container/script templates"],
  },
  {
    name: "bad global name",
    templates: main(
      "container: {image: a}, outputs: {parameters: [{name: o, globalName: 'a.b', valueFrom: {path: /o}}], artifacts: [{name: f, path: /f, globalName: 'c d'}]}",
    ),
    errors: [
      `templates.main.outputs.artifacts.f.globalName: ${PARAMETER_RULE}`,
      `templates.main.outputs.parameters.o.globalName: ${PARAMETER_RULE}`,
    ],
  },
  // Paths.
  {
    name: "artifact path that leaves its directory",
    templates: main("container: {image: a}, outputs: {artifacts: [{name: f, path: /tmp/safe/../../etc}]}"),
    errors: [
      "error in templates.main.outputs.artifacts.f: Artifact 'f' attempted to use a path containing '..'. Directory traversal is not permitted",
    ],
  },
  {
    name: "artifact path that stays",
    templates: main("container: {image: a}, outputs: {artifacts: [{name: f, path: /tmp/safe/a..b/c}]}"),
  },
  {
    name: "parameter path that leaves its directory",
    templates: main(
      "container: {image: a}, outputs: {parameters: [{name: o, valueFrom: {path: ../../etc/passwd}}]}",
    ),
    errors: [
      "templates.main.outputs.parameters.o attempted to use a path containing '..'. Directory traversal is not permitted",
    ],
  },
  // Tags.
  {
    name: "missing input tag",
    templates: main("container: {image: 'a:{{inputs.parameters.no}}'}"),
    errors: ["templates.main: failed to resolve {{inputs.parameters.no}}"],
  },
  {
    name: "spaces in tags",
    templates: main(
      "inputs: {parameters: [{name: p, value: a}]}, container: {image: 'a:{{ inputs.parameters.p }}'}",
    ),
  },
  {
    name: "unknown families stay",
    templates: main("container: {image: '{{user.name}} {{item}} {{retries}} {{node.name}} {{foo}}'}"),
  },
  {
    name: "workflow variables",
    templates: main(
      "container: {image: '{{workflow.name}} {{workflow.namespace}} {{workflow.uid}} {{workflow.mainEntrypoint}} {{workflow.serviceAccountName}} {{workflow.status}} {{workflow.duration}} {{workflow.creationTimestamp.s}} {{workflow.scheduledTime}} {{workflow.labels.l}} {{workflow.labels.json}} {{workflow.annotations}}'}",
    ),
  },
  {
    name: "workflow variables that are not",
    templates: main(
      "container: {image: '{{workflow.nome}} {{workflow.priority}} {{workflow.labels.k}} {{workflow.parameters.p}} {{workflow.failures}}'}",
    ),
    errors: [
      "workflow.nome",
      "workflow.priority",
      "workflow.labels.k",
      "workflow.parameters.p",
      "workflow.failures",
    ].map((tag) => `templates.main: failed to resolve {{${tag}}}`),
  },
  {
    name: "failures in an exit handler",
    templates: `${main("container: {image: a}")}\n- {name: bye, container: {image: '{{workflow.failures}} {{workflow.status}}'}}`,
    spec: "entrypoint: main\nonExit: bye",
  },
  { name: "pod name in a pod", templates: main("container: {image: 'a{{pod.name}}'}") },
  {
    name: "pod name outside of a pod",
    templates: `${steps("{name: s, template: echo, arguments: {parameters: [{name: m, value: '{{pod.name}}'}]}}")}\n${ECHO}`,
    errors: ["templates.main.steps failed to resolve {{pod.name}}"],
  },
  {
    name: "input paths",
    templates: main(
      "inputs: {artifacts: [{name: f, path: /f, raw: {data: x}}]}, outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}, container: {image: a, args: ['{{inputs.artifacts.f.path}} {{outputs.parameters.o.path}} {{inputs.artifacts.g.path}}']}",
    ),
    errors: ["templates.main: failed to resolve {{inputs.artifacts.g.path}}"],
  },
  {
    name: "nested tag",
    templates: main(
      "inputs: {parameters: [{name: p, value: a}]}, container: {image: '{{inputs.parameters.{{inputs.parameters.p}}}}'}",
    ),
  },
  {
    name: "unclosed tag",
    templates: main("container: {image: 'a{{inputs.parameters.p'}"),
    warnings: ["templates.main: has a tag without }}"],
  },
  {
    name: "an unused template is checked too",
    templates: `${main("container: {image: a}")}\n- {name: unused, container: {image: '{{inputs.parameters.x}}'}}`,
    errors: ["templates.unused templates.unused: failed to resolve {{inputs.parameters.x}}"],
  },
  {
    name: "expression that cannot be read",
    templates: main("container: {image: '{{=1 +}}'}"),
    errors: ["templates.main: expression {{=1 +}} cannot be read: *"],
  },
  {
    name: "expression of a missing input",
    templates: main(
      "inputs: {parameters: [{name: p, value: a}]}, container: {image: '{{=inputs.parameters.p + inputs.parameters.q}}'}",
    ),
    warnings: [
      "templates.main: expression {{=inputs.parameters.p + inputs.parameters.q}} refers to inputs.parameters.q, which does not exist here",
    ],
  },
  // Steps.
  {
    name: "step outputs",
    templates: `${steps("{name: o, template: out}", "{name: s, template: echo, arguments: {parameters: [{name: m, value: '{{steps.o.outputs.parameters.p}} {{steps.o.outputs.result}} {{steps.o.exitCode}} {{steps.o.status}} {{steps.o.id}} {{steps.o.startedAt}} {{steps.o.hostNodeName}}'}]}}")}\n${ECHO}\n${OUT}`,
  },
  {
    name: "future step",
    templates: `${steps("{name: s, template: echo, arguments: {parameters: [{name: m, value: '{{steps.o.status}}'}]}}", "{name: o, template: out}")}\n${ECHO}\n${OUT}`,
    errors: ["templates.main.steps failed to resolve {{steps.o.status}}"],
  },
  {
    name: "step in the same group",
    templates: `${steps("{name: o, template: out}, {name: s, template: echo, arguments: {parameters: [{name: m, value: '{{steps.o.outputs.result}}'}]}}")}\n${ECHO}\n${OUT}`,
    warnings: ["templates.main.steps[0].s uses {{steps.o.outputs.result}} of a step that runs beside it"],
  },
  {
    name: "tasks in steps",
    templates: `${steps("{name: o, template: out}", "{name: s, template: leaf, when: '{{tasks.o.outputs.result}} == 1'}")}\n${LEAF}\n${OUT}`,
    errors: ["templates.main.steps failed to resolve {{tasks.o.outputs.result}}"],
  },
  {
    name: "ip of no daemon",
    templates: `${steps("{name: o, template: out}, {name: d, template: daemon}", "{name: s, template: leaf, when: '{{steps.o.ip}} {{steps.d.ip}}'}")}\n${LEAF}\n${OUT}\n- {name: daemon, daemon: true, container: {image: a}}`,
    errors: ["templates.main.steps failed to resolve {{steps.o.ip}}"],
  },
  {
    name: "result of steps",
    templates: `${steps("{name: o, template: inner}", "{name: s, template: leaf, when: '{{steps.o.outputs.result}}'}")}\n${LEAF}\n- {name: inner, steps: []}`,
    errors: ["templates.main.steps failed to resolve {{steps.o.outputs.result}}"],
  },
  {
    name: "own outputs in an exit hook",
    templates: `${steps("{name: o, template: out, hooks: {exit: {template: echo, arguments: {parameters: [{name: m, value: '{{steps.o.outputs.parameters.p}}'}]}}}}")}\n${ECHO}\n${OUT}`,
  },
  {
    name: "deadline on steps",
    templates: `${steps("{name: s, template: leaf}")}\n  activeDeadlineSeconds: 5\n${LEAF}`,
    errors: ["templates.main.activeDeadlineSeconds is only valid for leaf templates"],
  },
  {
    name: "unknown template in a step",
    templates: `${steps("{name: s, template: laef}")}\n${LEAF}`,
    errors: ["templates.main.steps[0].s template name 'laef' undefined"],
  },
  {
    name: "step that calls nothing",
    templates: `${steps("{name: s}")}`,
    errors: ["templates.main.steps[0].s template name is required"],
  },
  { name: "a template that calls itself", templates: `${steps("{name: s, template: main}")}` },
  {
    name: "templates that call each other",
    templates: `${steps("{name: s, template: other}")}\n- {name: other, dag: {tasks: [{name: t, template: main}]}}`,
  },
  {
    name: "the chain of calls",
    templates: `${steps("{name: s, template: inner}")}\n- {name: inner, dag: {tasks: [{name: t, template: deep}]}}\n- {name: deep, container: {command: [a]}}`,
    errors: [
      "templates.main.steps[0].s templates.inner.tasks.t templates.deep.container.image may not be empty",
    ],
  },
  // Loops.
  {
    name: "two loops",
    templates: `${steps("{name: s, template: leaf, withItems: [1], withParam: '[1]'}")}\n${LEAF}`,
    errors: ["templates.main.steps[0].s only one of withItems, withParam, withSequence can be specified"],
  },
  {
    name: "count and end",
    templates: `${steps("{name: s, template: leaf, withSequence: {count: 1, end: 2}}")}\n${LEAF}`,
    errors: ["templates.main.steps[0].s only one of count or end can be defined in withSequence"],
  },
  {
    name: "sequence of text",
    templates: `${steps("{name: s, template: leaf, withSequence: {count: many}}")}\n${LEAF}`,
    warnings: ["templates.main.steps[0].s withSequence.count must be a whole number, found 'many'"],
  },
  {
    name: "sequence of a tag",
    templates: `- name: main\n  inputs: {parameters: [{name: num, value: 3}]}\n  steps: [[{name: s, template: leaf, withSequence: {count: '{{inputs.parameters.num}}', format: '%02d'}}]]\n${LEAF}`,
  },
  {
    name: "null item",
    templates: `${steps("{name: s, template: leaf, withItems: [null]}")}\n${LEAF}`,
    errors: ["templates.main.steps[0].s unsupported withItems type: null"],
  },
  {
    name: "item keys",
    templates: `${steps("{name: s, template: echo, withItems: [{a: 1}], arguments: {parameters: [{name: m, value: '{{item.a}} {{item.b}}'}]}}")}\n${ECHO}`,
    errors: ["templates.main.steps failed to resolve {{item.b}}"],
  },
  {
    name: "items of a parameter",
    templates: `${steps("{name: s, template: echo, withParam: '{{workflow.parameters}}', arguments: {parameters: [{name: m, value: '{{item.any}}'}]}}")}\n${ECHO}`,
    spec: "entrypoint: main\narguments: {parameters: [{name: a, value: b}]}",
  },
  {
    name: "withParam that is no list",
    templates: `${steps("{name: s, template: leaf, withParam: 'a'}")}\n${LEAF}`,
    warnings: ["templates.main.steps[0].s withParam value must be a JSON list"],
  },
  {
    name: "aggregate of a loop",
    templates: `${steps("{name: o, template: out, withItems: [1, 2]}", "{name: s, template: leaf, withParam: '{{steps.o.outputs.parameters}}'}")}\n${LEAF}\n${OUT}`,
  },
  {
    name: "aggregate without a loop",
    templates: `${steps("{name: o, template: out}", "{name: s, template: leaf, withParam: '{{steps.o.outputs.parameters}}'}")}\n${LEAF}\n${OUT}`,
    errors: ["templates.main.steps failed to resolve {{steps.o.outputs.parameters}}"],
  },
];

for (const rule of RULES) {
  test(rule.name, () => assert.deepEqual(runRule(rule), expectRule(rule)));
}
