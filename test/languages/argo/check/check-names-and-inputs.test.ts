/** Argo's rules, one row each: names and inputs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  LEAF,
  ECHO,
  OUT,
  NAME_RULE,
  PARAMETER_RULE,
  TYPES,
  steps,
  dag,
  main,
  expectRule,
  runRule,
} from "./rule-table.ts";
import type { Rule } from "./rule-table.ts";

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
    templates: `${steps("{name: s, template: e, arguments: {parameters: [{name: m, value: z}]}}")}\n- {name: e, inputs: {parameters: [{name: m, enum: [x, w]}]}, container: {image: a}}`,
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
];

for (const rule of RULES) {
  test(rule.name, () => assert.deepEqual(runRule(rule), expectRule(rule)));
}
