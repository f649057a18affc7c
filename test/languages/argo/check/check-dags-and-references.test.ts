/** Argo's rules, one row each: dags and references. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LEAF, ECHO, OUT, steps, dag, main, expectRule, runRule } from "./rule-table.ts";
import type { Rule } from "./rule-table.ts";

const RULES: readonly Rule[] = [
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
    name: "depends that cannot be read",
    templates: `${dag("{name: a, template: leaf, depends: '(b && b'}", "{name: b, template: leaf}")}\n${LEAF}`,
    errors: ["templates.main.tasks.a depends '(b && b' cannot be read: *"],
  },
  {
    name: "condition that cannot be read",
    templates: `${dag("{name: a, template: leaf, when: '1 =='}", "{name: b, template: leaf, when: '1 == 1'}")}\n${LEAF}`,
    warnings: ["templates.main.tasks.a.when '1 ==' cannot be read: *"],
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
  {
    name: "hook without an input that its template needs",
    templates: `${steps("{name: s, template: leaf, hooks: {exit: {template: echo}}}")}\n${LEAF}\n${ECHO}`,
    warnings: ["templates.main.steps[0].s.exit templates.echo inputs.parameters.m was not supplied"],
  },
  {
    name: "hook with another argument than its template needs",
    templates: `${steps("{name: s, template: leaf, hooks: {exit: {template: echo, arguments: {parameters: [{name: k, value: v}]}}}}")}\n${LEAF}\n${ECHO}`,
    spec: "entrypoint: main\narguments: {parameters: [{name: m, value: v}]}",
    warnings: ["templates.main.steps[0].s.exit templates.echo inputs.parameters.m was not supplied"],
  },
  {
    name: "hook without arguments gets those of the workflow",
    templates: `${steps("{name: s, template: leaf, hooks: {exit: {template: echo}}}")}\n${LEAF}\n${ECHO}`,
    spec: "entrypoint: main\narguments: {parameters: [{name: m, value: v}]}\nhooks: {exit: {template: echo}}",
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
];

for (const rule of RULES) {
  test(rule.name, () => assert.deepEqual(runRule(rule), expectRule(rule)));
}
