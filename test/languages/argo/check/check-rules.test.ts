/** Argo's rules, one row each: templates of a workflow, and every message that they must give. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkText, writeWorkflow } from "./check-source.ts";

interface Rule {
  readonly name: string;
  readonly templates: string;
  readonly spec?: string;
  /** Error messages, in order; none means that the document is accepted. */
  readonly errors?: readonly string[];
  readonly warnings?: readonly string[];
}

const LEAF = "- {name: leaf, container: {image: a}}";
const ECHO =
  "- {name: echo, inputs: {parameters: [{name: m}]}, container: {image: a, args: ['{{inputs.parameters.m}}']}}";
const OUT =
  "- {name: out, container: {image: a}, outputs: {parameters: [{name: p, valueFrom: {path: /p}}], artifacts: [{name: f, path: /f}]}}";
const NAME_RULE =
  "name must consist of alpha-numeric characters or '-', and must start with an alpha-numeric character (e.g. My-name1-2, 123-NAME)";
const PARAMETER_RULE =
  "Parameter/Artifact name must consist of alpha-numeric characters, '_' or '-' e.g. my_param_1, MY-PARAM-1";
const TYPES =
  "choose one of: container, containerSet, steps, script, resource, dag, suspend, template, template ref";

/** A main template with one group of steps per row. */
const steps = (...groups: readonly string[]): string =>
  `- name: main\n  steps:\n${groups.map((group) => `  - [${group}]`).join("\n")}`;
const dag = (...tasks: readonly string[]): string =>
  `- name: main\n  dag:\n    tasks:\n${tasks.map((task) => `    - ${task}`).join("\n")}`;
const main = (body: string): string => `- {name: main, ${body}}`;

const RULES: readonly Rule[] = [
  { name: "a plain workflow", templates: main("container: {image: a}") },
  // Names.
  {
    name: "no template name",
    templates: "- {container: {image: a}}\n- {name: main, container: {image: a}}",
    errors: ["spec.templates[0].name is required"],
  },
  {
    name: "bad template name",
    templates: "- {name: a_b, container: {image: a}}\n- {name: main, container: {image: a}}",
    errors: [`spec.templates[0].name: 'a_b' is invalid: ${NAME_RULE}`],
  },
  {
    name: "template name with a path",
    templates: "- {name: ../etc, container: {image: a}}\n- {name: main, container: {image: a}}",
    errors: [`spec.templates[0].name: '../etc' is invalid: ${NAME_RULE}`],
  },
  {
    name: "template name that begins with a dash",
    templates: "- {name: -a, container: {image: a}}\n- {name: main, container: {image: a}}",
    errors: [`spec.templates[0].name: '-a' is invalid: ${NAME_RULE}`],
  },
  {
    name: "long template name",
    templates: `- {name: ${"a".repeat(129)}, container: {image: a}}\n- {name: main, container: {image: a}}`,
    errors: [`spec.templates[0].name: '${"a".repeat(129)}' is invalid: must be no more than 128 characters`],
  },
  {
    name: "same template name",
    templates: "- {name: main, container: {image: a}}\n- {name: main, container: {image: a}}",
    errors: ["spec.templates[1].name 'main' is not unique"],
  },
  {
    name: "same input name",
    templates: main(
      "inputs: {parameters: [{name: a, value: b}, {name: a, value: b}]}, container: {image: a}",
    ),
    errors: ["templates.main.inputs.parameters[1].name 'a' is not unique"],
  },
  {
    name: "empty input name",
    templates: main("inputs: {parameters: [{name: '', value: b}]}, container: {image: a}"),
    errors: ["templates.main.inputs.parameters[0].name is required"],
  },
  {
    name: "bad input name",
    templates: main("inputs: {parameters: [{name: a+1, value: b}]}, container: {image: a}"),
    errors: [`templates.main.inputs.parameters[0].name: 'a+1' is invalid: ${PARAMETER_RULE}`],
  },
  {
    name: "bad input artifact name",
    templates: main("inputs: {artifacts: [{name: a(b, path: /x, http: {url: u}}]}, container: {image: a}"),
    errors: [`templates.main.inputs.artifacts[0].name: 'a(b' is invalid: ${PARAMETER_RULE}`],
  },
  {
    name: "bad output names",
    templates: main(
      "container: {image: a}, outputs: {parameters: [{name: 'b}', valueFrom: {path: /x}}], artifacts: [{name: '!1', path: /x}]}",
    ),
    errors: [
      `templates.main.outputs.parameters [0].name: 'b}' is invalid: ${PARAMETER_RULE}`,
      `templates.main.outputs.artifacts [0].name: '!1' is invalid: ${PARAMETER_RULE}`,
    ],
  },
  {
    name: "bad argument name",
    templates: main("container: {image: a}"),
    spec: "entrypoint: main\narguments: {parameters: [{name: 'p#1', value: b}], artifacts: [{name: '&-k', http: {url: u}}]}",
    errors: [
      `spec.arguments.parameters[0].name: 'p#1' is invalid: ${PARAMETER_RULE}`,
      `spec.arguments.artifacts[0].name: '&-k' is invalid: ${PARAMETER_RULE}`,
    ],
  },
  {
    name: "underscores in names",
    templates: main(
      "inputs: {artifacts: [{name: __k, path: /k}]}, container: {image: a, args: ['{{workflow.parameters.a_b}}']}",
    ),
    spec: "entrypoint: main\narguments: {parameters: [{name: a_b, value: b}], artifacts: [{name: __k, http: {url: u}}]}",
  },
  {
    name: "bad step names",
    templates: `${steps("{name: a.b, template: leaf}", "{template: leaf}", "{name: c, template: leaf}, {name: c, template: leaf}")}\n${LEAF}`,
    errors: [
      `templates.main.steps[0].name 'a.b' is invalid: ${NAME_RULE}`,
      "templates.main.steps[1].name is required",
      "templates.main.steps[2].name 'c' is not unique",
    ],
  },
  {
    name: "bad task names",
    templates: `${dag("{name: a_b, template: leaf}", "{template: leaf}", "{name: c, template: leaf}", "{name: c, template: leaf}")}\n${LEAF}`,
    errors: [
      `templates.main.tasks[0].name: 'a_b' is invalid: ${NAME_RULE}`,
      "templates.main.tasks[1].name is required",
      "templates.main sorting failed: duplicated nodeName c",
    ],
  },
  // Types.
  {
    name: "no body",
    templates: "- {name: main}",
    errors: [`templates.main template type unspecified. ${TYPES}`],
  },
  {
    name: "two bodies",
    templates: main("container: {image: a}, script: {image: a, source: x}"),
    errors: [`templates.main multiple template types specified. ${TYPES}`],
  },
  { name: "empty steps", templates: main("steps: []") },
  { name: "suspend without fields", templates: main("suspend: {}") },
  // Entrypoint.
  {
    name: "no entrypoint",
    templates: main("container: {image: a}"),
    spec: "priority: 1",
    errors: ["spec.entrypoint is required"],
  },
  {
    name: "unknown entrypoint",
    templates: main("container: {image: a}"),
    spec: "entrypoint: mian",
    errors: ["template name 'mian' undefined"],
  },
  {
    name: "unknown exit handler",
    templates: main("container: {image: a}"),
    spec: "entrypoint: main\nonExit: gone",
    errors: ["template name 'gone' undefined"],
  },
  {
    name: "entrypoint input without value",
    templates: main("inputs: {parameters: [{name: a}]}, container: {image: a}"),
    errors: ["templates.main inputs.parameters.a was not supplied"],
  },
  {
    name: "entrypoint input from the workflow",
    templates: main(
      "inputs: {parameters: [{name: a}], artifacts: [{name: f, path: /f}]}, container: {image: a}",
    ),
    spec: "entrypoint: main\narguments: {parameters: [{name: a, value: 1}], artifacts: [{name: f, raw: {data: x}}]}",
  },
  {
    name: "entrypoint artifact without source",
    templates: main("inputs: {artifacts: [{name: f, path: /f}]}, container: {image: a}"),
    errors: ["templates.main inputs.artifacts.f was not supplied"],
  },
  {
    name: "optional artifact without source",
    templates: main("inputs: {artifacts: [{name: f, path: /f, optional: true}]}, container: {image: a}"),
  },
  // Inputs and arguments.
  {
    name: "step without an argument",
    templates: `${steps("{name: s, template: echo}")}\n${ECHO}`,
    errors: ["templates.main.steps[0].s templates.echo inputs.parameters.m was not supplied"],
  },
  {
    name: "task without an argument",
    templates: `${dag("{name: t, template: echo}")}\n${ECHO}`,
    errors: ["templates.main.tasks.t templates.echo inputs.parameters.m was not supplied"],
  },
  {
    name: "argument from a config map",
    templates: `${dag("{name: t, template: echo, arguments: {parameters: [{name: m, valueFrom: {configMapKeyRef: {name: c, key: k}}}]}}")}\n${ECHO}`,
  },
  {
    name: "argument from a path",
    templates: `${dag("{name: t, template: leaf, arguments: {parameters: [{name: m, valueFrom: {path: /m}}]}}")}\n${LEAF}`,
    errors: [
      "templates.main.tasks.t.arguments.m.valueFrom only allows: default, configMapKeyRef and supplied",
    ],
  },
  {
    name: "argument without value",
    templates: `${steps("{name: s, template: leaf, arguments: {parameters: [{name: m}]}}")}\n${LEAF}`,
    errors: [
      "templates.main.steps[0].s.arguments.m.value or templates.main.steps[0].s.arguments.m.valueFrom is required",
    ],
  },
  {
    name: "artifact argument without source",
    templates: `${steps("{name: s, template: leaf, arguments: {artifacts: [{name: f}]}}")}\n${LEAF}`,
    errors: ["templates.main.steps[0].s.arguments.f.from, artifact location, or key is required"],
  },
  {
    name: "artifact argument with two sources",
    templates: `${steps("{name: o, template: out}", "{name: s, template: leaf, arguments: {artifacts: [{name: f, from: '{{steps.o.outputs.artifacts.f}}', fromExpression: 'steps.o.outputs.artifacts.f'}]}}")}\n${LEAF}\n${OUT}`,
    errors: [
      "templates.main.steps[1].s.arguments.f shouldn't have both `from` and `fromExpression` in Artifact",
    ],
  },
  {
    name: "empty enum",
    templates: main("container: {image: a}"),
    spec: "entrypoint: main\narguments: {parameters: [{name: p, value: a, enum: []}]}",
    errors: ["spec.arguments.p.enum should contain at least one value"],
  },
  {
    name: "value outside of enum",
    templates: main("container: {image: a}"),
    spec: "entrypoint: main\narguments: {parameters: [{name: p, value: a, enum: [b, c]}]}",
    errors: ["spec.arguments.p.value should be present in spec.arguments.p.enum list"],
  },
  {
    name: "enum of numbers",
    templates: main("container: {image: a}"),
    spec: "entrypoint: main\narguments: {parameters: [{name: p, value: 1, enum: [1, 2]}]}",
  },
  {
    name: "argument outside of the input's enum",
    templates: `${steps("{name: s, template: e, arguments: {parameters: [{name: m, value: z}]}}")}\n- {name: e, inputs: {parameters: [{name: m, enum: [x, y]}]}, container: {image: a}}`,
    warnings: [
      "templates.main.steps[0].s templates.e inputs.parameters.m gets 'z', which is not in its enum list",
    ],
  },
  {
    name: "input path on steps",
    templates: "- {name: main, inputs: {artifacts: [{name: f, path: /f, raw: {data: x}}]}, steps: []}",
    errors: ["templates.main.inputs.artifacts.f.path only valid in container/script templates"],
  },
  {
    name: "input artifact with from",
    templates: main(
      "inputs: {artifacts: [{name: f, path: /f, from: '{{workflow.outputs.artifacts.f}}', raw: {data: x}}]}, container: {image: a}",
    ),
    errors: [
      "templates.main.inputs.artifacts.f.from not valid in inputs",
      "templates.main: failed to resolve {{workflow.outputs.artifacts.f}}",
    ],
  },
  {
    name: "input artifact without path",
    templates: main("inputs: {artifacts: [{name: f, raw: {data: x}}]}, container: {image: a}"),
    errors: ["error in templates.main.inputs.artifacts.f: Artifact 'f' did not specify a path"],
  },
  {
    name: "git without repo",
    templates: main("inputs: {artifacts: [{name: f, path: /f, git: {revision: x}}]}, container: {image: a}"),
    errors: [
      "templates.main inputs.artifacts.f was not supplied",
      "templates.main.inputs.artifacts.f.git.repo is required",
    ].reverse(),
  },
  {
    name: "hdfs without addresses",
    templates: main("archiveLocation: {hdfs: {path: x}}, container: {image: a}"),
    errors: [
      "templates.main.archiveLocation.hdfs.addresses is required",
      "templates.main.archiveLocation.hdfs.path must be a absolute file path",
      "either templates.main.archiveLocation.hdfs.hdfsUser, templates.main.archiveLocation.hdfs.krbCCacheSecret or templates.main.archiveLocation.hdfs.krbKeytabSecret is required",
    ],
  },
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
    templates: `- name: main\n  inputs: {parameters: [{name: n, value: 3}]}\n  steps: [[{name: s, template: leaf, withSequence: {count: '{{inputs.parameters.n}}', format: '%02d'}}]]\n${LEAF}`,
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
  // Dags.
  {
    name: "empty dag",
    templates: main("dag: {tasks: []}"),
    errors: ["templates.main must have at least one task"],
  },
  {
    name: "circle",
    templates: `${dag("{name: a, template: leaf, dependencies: [c]}", "{name: b, template: leaf, dependencies: [a]}", "{name: c, template: leaf, dependencies: [a]}")}\n${LEAF}`,
    errors: ["templates.main sorting failed: graph with cycle"],
  },
  {
    name: "task that depends on itself",
    templates: `${dag("{name: a, template: leaf, depends: a}")}\n${LEAF}`,
    errors: ["templates.main sorting failed: graph with cycle"],
  },
  {
    name: "unknown dependency",
    templates: `${dag("{name: a, template: leaf, dependencies: [x]}", "{name: b, template: leaf}")}\n${LEAF}`,
    errors: ["templates.main sorting failed: invalid dependency x"],
  },
  {
    name: "unknown dependency in depends",
    templates: `${dag("{name: a, template: leaf, depends: 'b && x.Failed'}", "{name: b, template: leaf}")}\n${LEAF}`,
    errors: ["templates.main sorting failed: invalid dependency x"],
  },
  {
    name: "unknown result",
    templates: `${dag("{name: a, template: leaf, depends: b.Done}", "{name: b, template: leaf}")}\n${LEAF}`,
    errors: ["templates.main.tasks.a task result 'Done' for task 'b' is invalid"],
  },
  {
    name: "all results",
    templates: `${dag("{name: a, template: leaf, depends: b.Succeeded || b.Failed || b.Errored || b.Skipped || b.Omitted || b.Daemoned || !c.AnySucceeded || c.AllFailed}", "{name: b, template: leaf}", "{name: c, template: leaf, withItems: [1]}")}\n${LEAF}`,
  },
  {
    name: "loop result without a loop",
    templates: `${dag("{name: a, template: leaf, depends: b.AnySucceeded}", "{name: b, template: leaf}")}\n${LEAF}`,
    errors: [
      "templates.main.tasks.b dependency 'b' uses an items-based condition such as .AnySucceeded or .AllFailed but does not contain any items",
    ],
  },
  {
    name: "depends beside dependencies",
    templates: `${dag("{name: a, template: leaf}", "{name: b, template: leaf, dependencies: [a]}", "{name: c, template: leaf, depends: b}")}\n${LEAF}`,
    errors: ["templates.main cannot use both 'depends' and 'dependencies' in the same DAG template"],
  },
  {
    name: "depends beside continueOn",
    templates: `${dag("{name: a, template: leaf}", "{name: b, template: leaf, continueOn: {failed: true}}", "{name: c, template: leaf, depends: b}")}\n${LEAF}`,
    errors: [
      "templates.main cannot use 'continueOn' when using 'depends'. Instead use 'dep-task.Failed'/'dep-task.Errored'",
    ],
  },
  {
    name: "digit with depends",
    templates: `${dag("{name: 5a, template: leaf}", "{name: b, template: leaf, depends: 5a}")}\n${LEAF}`,
    errors: [
      "templates.main.tasks.5a name cannot begin with a digit when using either 'depends' or 'dependencies'",
    ],
  },
  {
    name: "digit without depends",
    templates: `${dag("{name: 5a, template: leaf}", "{name: b, template: leaf}")}\n${LEAF}`,
  },
  {
    name: "unknown target",
    templates: `- name: main\n  dag: {target: 'a x', tasks: [{name: a, template: leaf}]}\n${LEAF}`,
    errors: ["templates.main.targets: target 'x' is not defined"],
  },
  {
    name: "target from a parameter",
    templates: `- name: main\n  dag: {target: '{{workflow.parameters.t}}', tasks: [{name: a, template: leaf}]}\n${LEAF}`,
    spec: "entrypoint: main\narguments: {parameters: [{name: t, value: b}]}",
    errors: ["templates.main.targets: target 'b' is not defined"],
  },
  {
    name: "target of a missing input",
    templates: `- name: main\n  dag: {target: '{{inputs.parameters.t}}', tasks: [{name: a, template: leaf}]}\n${LEAF}`,
    errors: ["templates.main.targets failed to resolve {{inputs.parameters.t}}"],
  },
  {
    name: "output of an ancestor",
    templates: `${dag("{name: c, template: echo, dependencies: [b], arguments: {parameters: [{name: m, value: '{{tasks.a.outputs.parameters.p}} {{tasks.a.status}}'}]}}", "{name: b, template: leaf, dependencies: [a]}", "{name: a, template: out}")}\n${LEAF}\n${ECHO}\n${OUT}`,
  },
  {
    name: "missing output of an ancestor",
    templates: `${dag("{name: a, template: out}", "{name: b, template: echo, dependencies: [a], arguments: {parameters: [{name: m, value: '{{tasks.a.outputs.parameters.no}}'}]}}")}\n${ECHO}\n${OUT}`,
    errors: ["templates.main.tasks.b failed to resolve {{tasks.a.outputs.parameters.no}}"],
  },
  {
    name: "output of no ancestor",
    templates: `${dag("{name: a, template: out}", "{name: b, template: echo, arguments: {parameters: [{name: m, value: '{{tasks.a.outputs.parameters.p}}'}]}}")}\n${ECHO}\n${OUT}`,
    errors: ["templates.main.tasks.b missing dependency 'a' for parameter 'm'"],
  },
  {
    name: "artifact of no ancestor",
    templates: `${dag("{name: a, template: out}", "{name: b, template: leaf, arguments: {artifacts: [{name: f, from: '{{tasks.a.outputs.artifacts.f}}'}]}}")}\n${LEAF}\n${OUT}`,
    errors: ["templates.main.tasks.b missing dependency 'a' for artifact 'f'"],
  },
  {
    name: "condition on no ancestor",
    templates: `${dag("{name: a, template: out}", "{name: b, template: leaf, when: '{{tasks.a.outputs.result}} == 1'}")}\n${LEAF}\n${OUT}`,
    warnings: ["templates.main.tasks.b uses {{tasks.a.outputs.result}} but does not depend on 'a'"],
  },
  {
    name: "status of no ancestor",
    templates: `${dag("{name: a, template: out}", "{name: b, template: leaf, when: '{{tasks.a.status}} == x'}")}\n${LEAF}\n${OUT}`,
    errors: ["templates.main.tasks.b failed to resolve {{tasks.a.status}}"],
  },
  {
    name: "status of a descendant",
    templates: `${dag("{name: a, template: out, when: '{{tasks.b.status}}'}", "{name: b, template: leaf, dependencies: [a]}")}\n${LEAF}\n${OUT}`,
    errors: ["templates.main.tasks.a failed to resolve {{tasks.b.status}}"],
  },
  {
    name: "global outputs by order of dependence",
    templates: `${dag("{name: b, template: uses, dependencies: [a]}", "{name: a, template: gives}")}\n- {name: gives, container: {image: a}, outputs: {parameters: [{name: o, valueFrom: {path: /o}, globalName: g}]}}\n- {name: uses, container: {image: '{{workflow.outputs.parameters.g}}'}}`,
  },
  {
    name: "unknown global output",
    templates: main("container: {image: '{{workflow.outputs.parameters.g}}'}"),
    errors: ["templates.main: failed to resolve {{workflow.outputs.parameters.g}}"],
  },
  {
    name: "tasks name",
    templates: `${dag("{name: a, template: echo, arguments: {parameters: [{name: m, value: '{{tasks.name}}'}]}}")}\n${ECHO}`,
  },
  // Hooks.
  {
    name: "hook without expression",
    templates: `${steps("{name: s, template: leaf, hooks: {running: {template: leaf}}}")}\n${LEAF}`,
    errors: ["templates.main.steps[0].s.running Expression required"],
  },
  {
    name: "workflow hook without expression",
    templates: main("container: {image: a}"),
    spec: "entrypoint: main\nhooks: {started: {template: main}}",
    errors: ["hooks.started Expression required"],
  },
  {
    name: "exit hook",
    templates: `${dag("{name: t, template: leaf, hooks: {exit: {template: leaf}}}")}\n${LEAF}`,
    spec: "entrypoint: main\nhooks: {exit: {template: leaf}}",
  },
  {
    name: "hook of an unknown template",
    templates: `${dag("{name: t, template: leaf, hooks: {exit: {template: gone}}}")}\n${LEAF}`,
    warnings: ["templates.main.tasks.t.exit template name 'gone' undefined"],
  },
  {
    name: "hook with a bad expression",
    templates: `${dag("{name: t, template: leaf, hooks: {run: {template: leaf, expression: 'a =='}}}")}\n${LEAF}`,
    errors: ["templates.main.tasks.t.run.expression 'a ==' cannot be read: *"],
  },
  // References to stored templates.
  {
    name: "stored template",
    templates: `${steps("{name: s, templateRef: {name: stored, template: gives}}, {name: c, templateRef: {name: shared, template: main, clusterScope: true}}", "{name: e, template: echo, arguments: {parameters: [{name: m, value: '{{steps.s.outputs.parameters.o}}'}]}}")}\n${ECHO}`,
  },
  {
    name: "unknown stored object",
    templates: steps("{name: s, templateRef: {name: gone, template: a}}"),
    errors: ["templates.main.steps[0].s template reference gone.a not found"],
  },
  {
    name: "unknown template of a stored object",
    templates: steps("{name: s, templateRef: {name: stored, template: giv}}"),
    errors: ["templates.main.steps[0].s template reference stored.giv not found"],
  },
  {
    name: "reference by tag",
    templates: `- {name: main, inputs: {parameters: [{name: t, value: x}]}, steps: [[{name: s, templateRef: {name: stored, template: '{{inputs.parameters.t}}'}}]]}`,
  },
  {
    name: "incomplete reference",
    templates: steps(
      "{name: s, templateRef: {template: a}}, {name: t, templateRef: {name: stored}}, {name: u, template: main, templateRef: {name: stored, template: main}}",
    ),
    errors: [
      "templates.main.steps[0].s resource name is required",
      "templates.main.steps[0].t template name is required",
      "templates.main.steps[0].u template name cannot be specified with templateRef",
    ],
  },
  {
    name: "stored template without argument",
    templates: steps("{name: s, templateRef: {name: stored, template: needs}}"),
    errors: ["templates.main.steps[0].s templates.needs inputs.parameters.m was not supplied"],
  },
  {
    name: "broken stored template",
    templates: dag("{name: t, templateRef: {name: stored, template: broken}}"),
    errors: ["templates.main.tasks.t templates.broken.container.image may not be empty"],
  },
  // Inline.
  {
    name: "inline template",
    templates: `- {name: main, inputs: {parameters: [{name: p, value: x}]}, dag: {tasks: [{name: t, inline: {inputs: {parameters: [{name: q}]}, container: {image: '{{inputs.parameters.q}}{{inputs.parameters.p}}'}}, arguments: {parameters: [{name: q, value: 1}]}}]}}`,
  },
  {
    name: "inline template without image",
    templates: dag("{name: t, inline: {container: {command: [a]}}}"),
    errors: ["templates.main.tasks.t templates..container.image may not be empty"],
  },
  // Leaves.
  {
    name: "no image",
    templates: main("container: {command: [a]}"),
    errors: ["templates.main.container.image may not be empty"],
  },
  {
    name: "no script image",
    templates: main("script: {source: x}"),
    errors: ["templates.main.script.image may not be empty"],
  },
  {
    name: "image from defaults",
    templates: main("script: {source: x}"),
    spec: "entrypoint: main\ntemplateDefaults: {script: {image: a}}",
  },
  {
    name: "parallelism on a leaf",
    templates: main("parallelism: 2, container: {image: a}"),
    errors: ["templates.main.parallelism is only valid for steps and dag templates"],
  },
  {
    name: "negative deadline",
    templates: main("activeDeadlineSeconds: -1, container: {image: a}"),
    errors: ["templates.main.activeDeadlineSeconds must be a positive integer > 0 or an argo variable"],
  },
  {
    name: "deadline of text",
    templates: main("activeDeadlineSeconds: soon, container: {image: a}"),
    errors: ["templates.main.activeDeadlineSeconds must be a positive integer > 0 or an argo variable"],
  },
  {
    name: "deadline of a tag",
    templates: main(
      "activeDeadlineSeconds: '{{inputs.parameters.d}}', inputs: {parameters: [{name: d, value: 5}]}, container: {image: a}",
    ),
  },
  {
    name: "timeout without unit",
    templates: main("timeout: 30, container: {image: a}"),
    errors: ["main has invalid duration format in timeout"],
  },
  {
    name: "timeout on steps",
    templates: "- {name: main, timeout: 30s, steps: []}",
    errors: ["Steps template doesn't support timeout field"],
  },
  {
    name: "timeout of a tag",
    templates: main(
      "timeout: '{{inputs.parameters.d}}', inputs: {parameters: [{name: d, value: 5s}]}, container: {image: a}",
    ),
  },
  {
    name: "unknown retry policy",
    templates: main("retryStrategy: {retryPolicy: Sometimes}, container: {image: a}"),
    errors: ["Sometimes is not a valid RetryPolicy"],
  },
  {
    name: "known retry policies",
    templates: ["Always", "OnError", "OnFailure", "OnTransientError"]
      .map(
        (policy, index) =>
          `- {name: ${index === 0 ? "main" : `m${index}`}, retryStrategy: {limit: 2, retryPolicy: ${policy}}, container: {image: a}}`,
      )
      .join("\n"),
  },
  {
    name: "bad backoff",
    templates: main(
      "retryStrategy: {backoff: {duration: soon, maxDuration: 1h30m, cap: 5}}, container: {image: a}",
    ),
    warnings: ["templates.main.retryStrategy.backoff.duration 'soon' is not a duration"],
  },
  {
    name: "retry variables",
    templates: main(
      "retryStrategy: {limit: 2, expression: 'asInt(lastRetry.exitCode) > 1'}, container: {image: '{{retries}} {{lastRetry.exitCode}}'}",
    ),
  },
  { name: "suspend for a while", templates: main("suspend: {duration: 20}") },
  {
    name: "suspend for what",
    templates: main("suspend: {duration: a while}"),
    warnings: ["templates.main.suspend.duration 'a while' is not a duration"],
  },
  {
    name: "mounts at one path",
    templates: main(
      "container: {image: a, volumeMounts: [{name: v, mountPath: /x}, {name: w, mountPath: /x}]}",
    ),
    spec: "entrypoint: main\nvolumes: [{name: v, emptyDir: {}}, {name: w, emptyDir: {}}]",
    errors: [
      "templates.main.container.volumeMounts[1].mountPath '/x' already mounted in container.volumeMounts.v",
    ],
  },
  {
    name: "artifact on a mount",
    templates: main(
      "inputs: {artifacts: [{name: f, path: /x, raw: {data: y}}]}, container: {image: a, volumeMounts: [{name: v, mountPath: /x}]}",
    ),
    spec: "entrypoint: main\nvolumes: [{name: v, emptyDir: {}}]",
    errors: ["templates.main.inputs.artifacts[0].path '/x' already mounted in container.volumeMounts.v"],
  },
  {
    name: "mount of no volume",
    templates: main("container: {image: a, volumeMounts: [{name: v, mountPath: /x}]}"),
    warnings: ["templates.main mounts volume 'v', which the workflow does not have"],
  },
  {
    name: "mount of a claim",
    templates: main("container: {image: a, volumeMounts: [{name: v, mountPath: /x}]}"),
    spec: "entrypoint: main\nvolumeClaimTemplates: [{metadata: {name: v}}]",
  },
  {
    name: "init container without name",
    templates: main("initContainers: [{image: a}], container: {image: a}"),
    errors: ["initContainers must all have container name"],
  },
  {
    name: "reserved sidecar name",
    templates: main("sidecars: [{name: wait, image: a}], container: {image: a}"),
    errors: ["templates.main.sidecars[0].name 'wait' is a reserved Argo container name"],
  },
  {
    name: "plugin with two keys",
    templates: main("plugin: {a: {}, b: {}}"),
    errors: ["expected exactly one key, got 2"],
  },
  // Resources.
  { name: "resource", templates: main("resource: {action: create, manifest: '{kind: ConfigMap}'}") },
  {
    name: "unknown action",
    templates: main("resource: {action: foo, manifest: '{kind: A}'}"),
    errors: ["templates.main.resource.action must be one of: get, create, apply, delete, replace, patch"],
  },
  {
    name: "action by tag",
    templates: main(
      "inputs: {parameters: [{name: a, value: get}]}, resource: {action: '{{inputs.parameters.a}}', manifest: '{{inputs.parameters.a}}'}",
    ),
  },
  {
    name: "no manifest",
    templates: main("resource: {action: create}"),
    errors: [
      "either templates.main.resource.manifest or templates.main.resource.manifestFrom must be specified",
    ],
  },
  { name: "no manifest to delete", templates: main("resource: {action: delete}") },
  {
    name: "manifest twice",
    templates: main(
      "inputs: {artifacts: [{name: f, path: /f, raw: {data: x}}]}, resource: {action: create, manifest: '{kind: A}', manifestFrom: {artifact: {name: f}}}",
    ),
    errors: [
      "shouldn't have both `manifest` and `manifestFrom` specified in `Manifest` for resource template",
    ],
  },
  {
    name: "manifest from no artifact",
    templates: main("resource: {action: create, manifestFrom: {artifact: {name: f}}}"),
    errors: ["artifact f in `manifestFrom` refer to a non-exist artifact"],
  },
  {
    name: "manifest that is no YAML",
    templates: main('resource: {action: apply, manifest: "bad-line\\nkind: A\\n"}'),
    errors: ["templates.main.resource.manifest must be a valid yaml"],
  },
  {
    name: "manifest with unquoted tags",
    templates: main(
      "inputs: {parameters: [{name: p, value: x}]}, resource: {action: apply, manifest: \"kind: A\\nname: {{inputs.parameters.p}}-x\\nv: {{=inputs.parameters.p + 'a'}}\"}",
    ),
  },
  // Container sets.
  {
    name: "empty container set",
    templates: main("containerSet: {containers: []}"),
    errors: ["templates.main.containerSet.containers must have at least one container"],
  },
  {
    name: "container set names",
    templates: main("containerSet: {containers: [{image: a}, {name: b, image: a}, {name: b, image: a}]}"),
    errors: [
      "templates.main.containerSet.containers[0].name is required",
      "templates.main.containerSet.containers[2].name 'b' is not unique",
    ],
  },
  {
    name: "container set dependency",
    templates: main("containerSet: {containers: [{name: b, image: a, dependencies: [x]}]}"),
    errors: ["templates.main.containerSet.containers.b dependency 'x' not defined"],
  },
  {
    name: "container set circle",
    templates: main(
      "containerSet: {containers: [{name: b, image: a, dependencies: [c]}, {name: c, image: a, dependencies: [b]}]}",
    ),
    errors: ["templates.main.containerSet.containers dependency cycle detected: b->c->b"],
  },
  {
    name: "container set without main",
    templates: main(
      "containerSet: {containers: [{name: b, image: a}]}, outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}",
    ),
    errors: ['templates.main.containerSet.containers must have a container named "main" for input or output'],
  },
  {
    name: "container set mounts",
    templates: main(
      "containerSet: {volumeMounts: [{name: v, mountPath: /x}, {name: w, mountPath: /x}], containers: [{name: main, image: a}]}",
    ),
    errors: ["templates.main.containerSet.volumeMounts[1].mountPath '/x' already mounted in volumeMounts.v"],
  },
  {
    name: "container set reserved name",
    templates: main("containerSet: {containers: [{name: supervisor, image: a}]}"),
    errors: ["templates.main.containerSet.containers[0].name 'supervisor' is a reserved Argo container name"],
  },
  // Metrics.
  {
    name: "metric name",
    templates: main(
      "metrics: {prometheus: [{name: a.b, help: h, gauge: {value: 1}}]}, container: {image: a}",
    ),
    errors: [
      "templates.main metric name 'a.b' is invalid. Metric names must contain alphanumeric characters or '_'",
    ],
  },
  {
    name: "metric help",
    templates: main("metrics: {prometheus: [{name: ab, gauge: {value: 1}}]}, container: {image: a}"),
    errors: ["templates.main metric 'ab' must contain a help string under 'help: ' field"],
  },
  {
    name: "metric values",
    templates: main(
      "metrics: {prometheus: [{name: a, help: h, gauge: {realtime: false}}, {name: b, help: h, counter: {}}, {name: c, help: h, histogram: {buckets: [1]}}]}, container: {image: a}",
    ),
    errors: [
      "templates.main metric 'a' error: missing gauge.value",
      "templates.main metric 'b' error: missing counter.value",
      "templates.main metric 'c' error: missing histogram.value",
    ],
  },
  {
    name: "metric label",
    templates: main(
      "metrics: {prometheus: [{name: a, help: h, labels: [{key: b.c, value: d}], gauge: {value: 1}}]}, container: {image: a}",
    ),
    errors: ["metric label 'b.c' is invalid: keys may only contain alphanumeric characters or '_'"],
  },
  {
    name: "realtime resources",
    templates: main(
      "metrics: {prometheus: [{name: a, help: h, gauge: {realtime: true, value: '{{resourcesDuration.cpu}}'}}]}, container: {image: a}",
    ),
    errors: ["templates.main metric 'a' error: 'resourcesDuration.*' metrics cannot be used in real-time"],
  },
  // The rest of the spec.
  {
    name: "unknown pod collection",
    templates: main("container: {image: a}"),
    spec: "entrypoint: main\npodGC: {strategy: Foo}",
    errors: ["podGC.strategy unknown strategy 'Foo'"],
  },
  {
    name: "pod resources",
    templates: main("podResources: {requests: {cpu: 1, hugepages-2Mi: 4}}, container: {image: a}"),
    spec: "entrypoint: main\npodResources: {limits: {nvidia.com/gpu: 1}}",
    errors: ['spec.podResources: "nvidia.com/gpu" is not a valid pod-level resource'],
  },
  {
    name: "locks",
    templates: main(
      "synchronization: {mutexes: [{}], semaphores: [{}, {configMapKeyRef: {name: a}}, {configMapKeyRef: {name: a, key: b}, database: {key: c}}]}, container: {image: a}",
    ),
    warnings: [
      "templates.main.synchronization.mutexes[0].name is required",
      "templates.main.synchronization.semaphores[0] needs configMapKeyRef or database",
      "templates.main.synchronization.semaphores[1].configMapKeyRef needs name and key",
      "templates.main.synchronization.semaphores[2] has both configMapKeyRef and database",
    ],
  },
];

for (const rule of RULES) {
  test(rule.name, () => {
    const text = writeWorkflow(rule.templates, rule.spec);
    const found = checkText(text);
    const messages = (severity: string): string[] =>
      found.filter((diagnostic) => diagnostic.severity === severity).map((diagnostic) => diagnostic.message);
    assertMessages(messages("error"), rule.errors ?? []);
    assertMessages(messages("warning"), rule.warnings ?? []);
    for (const diagnostic of found) {
      assert.ok(diagnostic.position !== undefined, diagnostic.message);
      assert.ok(diagnostic.excerpt !== undefined && diagnostic.excerpt !== "", diagnostic.message);
    }
  });
}

/** A star at the end of an expected message stands for anything. */
function assertMessages(found: readonly string[], expected: readonly string[]): void {
  const cut = found.map((message, index) => {
    const pattern = expected[index] ?? "";
    return pattern.endsWith("*") && message.startsWith(pattern.slice(0, -1)) ? pattern : message;
  });
  assert.deepEqual(cut, expected);
}
