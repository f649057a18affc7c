/**
 * Documents as `millrace lint` judges them, against what Argo's validator says (workflow/validate, v4.1).
 * A line that ends in `# <-` is where the first problem must point.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Diagnostic } from "../../../src/base/diagnostic.ts";
import { argo } from "../../../src/languages/argo/argo.ts";

function lint(source: string, definitions: readonly string[] = []): readonly Diagnostic[] {
  const others = definitions.map((text, index) => ({ source: text, file: `other-${index}.yaml` }));
  return argo.lint(source, "test.yaml", { strict: true, definitions: others });
}

function errorsOf(source: string): readonly Diagnostic[] {
  return lint(source).filter(({ severity }) => severity === "error");
}

/** A workflow with these templates (indented by four), and lines of the spec (indented by two). */
function document(templates: string, spec = ""): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: wf-}
spec:
  entrypoint: main
${spec}
  templates:
${templates}
    - name: leaf
      container: {image: x, command: [x]}
    - name: say
      inputs: {parameters: [{name: p}]}
      container: {image: x, command: [echo, "{{inputs.parameters.p}}"]}
    - name: make
      outputs: {parameters: [{name: o, valueFrom: {path: /o}}], artifacts: [{name: a, path: /a}]}
      container: {image: x, command: [x]}
`;
}

const refused: Readonly<Record<string, readonly [templates: string, message: string, spec?: string]>> = {
  "no entrypoint template": [
    "    - {name: other, container: {image: x}}",
    "template name 'main' undefined",
    "  # <-",
  ],
  "two bodies": [
    "    - name: main # <-\n      container: {image: x}\n      suspend: {}",
    "templates.main multiple template types specified. choose one of: container, containerSet, steps, script, resource, dag, suspend, template, template ref",
  ],
  "no body": ["    - name: main # <-", "templates.main template type unspecified."],
  "two templates of one name": [
    "    - {name: main, container: {image: x}}\n    - name: main # <-\n      container: {image: x}",
    "spec.templates[1].name 'main' is not unique",
  ],
  "a template without a name": [
    "    - {name: main, container: {image: x}}\n    - container: {image: x} # <-",
    "spec.templates[1].name is required",
  ],
  "a bad template name": [
    "    - {name: main, container: {image: x}}\n    - name: a.b # <-\n      container: {image: x}",
    "spec.templates[1].name: 'a.b' is invalid: name must consist of alpha-numeric characters or '-', and must start with an alpha-numeric character (e.g. My-name1-2, 123-NAME)",
  ],
  "an unknown template in steps": [
    "    - name: main\n      steps:\n        - - name: a\n            template: nothing # <-",
    "templates.main.steps[0].a template name 'nothing' undefined",
  ],
  "an unknown template in a dag": [
    "    - name: main\n      dag:\n        tasks:\n          - name: a\n            template: nothing # <-",
    "templates.main.tasks.a template name 'nothing' undefined",
  ],
  "a missing argument": [
    "    - name: main\n      steps:\n        - - name: a # <-\n            template: say",
    "templates.main.steps[0].a templates.say inputs.parameters.p was not supplied",
  ],
  "a missing artifact": [
    "    - name: main\n      steps:\n        - - name: a # <-\n            template: take\n    - {name: take, inputs: {artifacts: [{name: f, path: /f}]}, container: {image: x}}",
    "templates.main.steps[0].a templates.take inputs.artifacts.f was not supplied",
  ],
  "an argument without a value": [
    "    - name: main\n      steps:\n        - - name: a\n            template: say\n            arguments:\n              parameters:\n                - name: p # <-",
    "templates.main.steps[0].a.arguments.p.value or templates.main.steps[0].a.arguments.p.valueFrom is required",
  ],
  "an artifact argument without a source": [
    "    - name: main\n      steps:\n        - - name: a\n            template: leaf\n            arguments:\n              artifacts:\n                - name: f # <-",
    "templates.main.steps[0].a.arguments.f.from, artifact location, or key is required",
  ],
  "two steps of one name": [
    "    - name: main\n      steps:\n        - [{name: a, template: leaf}]\n        - - name: a # <-\n            template: leaf",
    "templates.main.steps[1].name 'a' is not unique",
  ],
  "a future step": [
    '    - name: main\n      steps:\n        - - name: a\n            template: say\n            arguments:\n              parameters:\n                - name: p\n                  value: "{{steps.b.outputs.result}}" # <-\n        - [{name: b, template: leaf}]',
    "templates.main.steps failed to resolve {{steps.b.outputs.result}}",
  ],
  "an output that a step does not have": [
    '    - name: main\n      steps:\n        - [{name: a, template: make}]\n        - - name: b\n            template: say\n            when: "{{steps.a.outputs.parameters.nothing}} == 1" # <-\n            arguments: {parameters: [{name: p, value: x}]}',
    "templates.main.steps failed to resolve {{steps.a.outputs.parameters.nothing}}",
  ],
  "an input that is not declared": [
    '    - name: main\n      container:\n        image: x\n        args:\n          - a\n          - "{{inputs.parameters.nothing}}" # <-',
    "templates.main: failed to resolve {{inputs.parameters.nothing}}",
  ],
  "a workflow parameter that is not declared": [
    '    - name: main\n      container:\n        image: x\n        args: ["{{workflow.parameters.nothing}}"] # <-',
    "templates.main: failed to resolve {{workflow.parameters.nothing}}",
  ],
  "an item outside of a loop": [
    '    - name: main\n      steps:\n        - - name: a\n            template: say\n            arguments: {parameters: [{name: p, value: "{{item.k}}"}]} # <-',
    "templates.main.steps failed to resolve {{item.k}}",
  ],
  "two loops": [
    "    - name: main\n      steps:\n        - - name: a # <-\n            template: leaf\n            withItems: [1]\n            withParam: '[1]'",
    "templates.main.steps[0].a only one of withItems, withParam, withSequence can be specified",
  ],
  "a count and an end": [
    "    - name: main\n      steps:\n        - - name: a\n            template: leaf\n            withSequence: {count: 1, end: 2} # <-",
    "templates.main.steps[0].a only one of count or end can be defined in withSequence",
  ],
  "a hook without an expression": [
    "    - name: main\n      steps:\n        - - name: a\n            template: leaf\n            hooks:\n              running: # <-\n                template: leaf",
    "templates.main.steps[0].a.running Expression required",
  ],
  "an empty dag": [
    "    - name: main\n      dag: # <-\n        tasks: []",
    "templates.main must have at least one task",
  ],
  "a circle": [
    "    - name: main\n      dag:\n        tasks: # <-\n          - name: a\n            template: leaf\n            dependencies: [b]\n          - {name: b, template: leaf, dependencies: [a]}",
    "cycle",
  ],
  "a dependency that is not there": [
    "    - name: main\n      dag:\n        tasks:\n          - name: a\n            template: leaf\n            dependencies: [nothing] # <-",
    "templates.main sorting failed: invalid dependency nothing",
  ],
  "depends and dependencies": [
    "    - name: main\n      dag:\n        tasks:\n          - {name: a, template: leaf}\n          - {name: b, template: leaf, depends: a}\n          - name: c\n            template: leaf\n            dependencies: [a] # <-",
    "templates.main cannot use both 'depends' and 'dependencies' in the same DAG template",
  ],
  "depends and continueOn": [
    "    - name: main\n      dag:\n        tasks:\n          - {name: a, template: leaf}\n          - name: b\n            template: leaf\n            depends: a\n            continueOn: {failed: true} # <-",
    "templates.main cannot use 'continueOn' when using 'depends'. Instead use 'dep-task.Failed'/'dep-task.Errored'",
  ],
  "a task whose name begins with a digit": [
    "    - name: main\n      dag:\n        tasks:\n          - {name: a, template: leaf}\n          - name: 1b # <-\n            template: leaf\n            depends: a",
    "templates.main.tasks.1b name cannot begin with a digit when using either 'depends' or 'dependencies'",
  ],
  "AnySucceeded of a task that is no loop": [
    "    - name: main\n      dag:\n        tasks:\n          - {name: a, template: leaf}\n          - name: b\n            template: leaf\n            depends: a.AnySucceeded # <-",
    "templates.main.tasks.a dependency 'a' uses an items-based condition such as .AnySucceeded or .AllFailed but does not contain any items",
  ],
  "an output of a task that is no ancestor": [
    '    - name: main\n      dag:\n        tasks:\n          - {name: a, template: leaf}\n          - name: b\n            template: say\n            arguments: {parameters: [{name: p, value: "{{tasks.a.outputs.result}}"}]} # <-',
    "templates.main.tasks.b missing dependency 'a' for parameter 'p'",
  ],
  "a target that is no task": [
    "    - name: main\n      dag:\n        target: a c # <-\n        tasks: [{name: a, template: leaf}]",
    "templates.main.targets: target 'c' is not defined",
  ],
  "a deadline of steps": [
    "    - name: main\n      activeDeadlineSeconds: 1 # <-\n      steps: [[{name: a, template: leaf}]]",
    "templates.main.activeDeadlineSeconds is only valid for leaf templates",
  ],
  "a deadline below zero": [
    "    - name: main\n      activeDeadlineSeconds: -1 # <-\n      container: {image: x}",
    "templates.main.activeDeadlineSeconds must be a positive integer > 0 or an argo variable",
  ],
  "a timeout of steps": [
    "    - name: main\n      timeout: 10s # <-\n      steps: [[{name: a, template: leaf}]]",
    "Steps template doesn't support timeout field",
  ],
  "a timeout without a unit": [
    '    - name: main\n      timeout: "10" # <-\n      container: {image: x}',
    "main has invalid duration format in timeout",
  ],
  "parallelism of a leaf": [
    "    - name: main\n      parallelism: 2 # <-\n      container: {image: x}",
    "templates.main.parallelism is only valid for steps and dag templates",
  ],
  "an unknown retry policy": [
    "    - name: main\n      retryStrategy:\n        retryPolicy: Sometimes # <-\n      container: {image: x}",
    "Sometimes is not a valid RetryPolicy",
  ],
  "an output without a source": [
    "    - name: main\n      outputs:\n        parameters:\n          - name: o # <-\n      container: {image: x}",
    "templates.main.outputs.parameters.o does not have valueFrom or value specified",
  ],
  "an output of a container without a path": [
    '    - name: main\n      outputs:\n        parameters:\n          - name: o\n            valueFrom: {expression: "1"} # <-\n      container: {image: x}',
    "templates.main.outputs.parameters.o.path must be specified for Container templates",
  ],
  "an output of steps from a path": [
    "    - name: main\n      outputs:\n        parameters:\n          - name: o\n            valueFrom: {path: /o} # <-\n      steps: [[{name: a, template: leaf}]]",
    "templates.main.outputs.parameters.o.parameter or expression must be specified for Steps templates",
  ],
  "an output with two sources": [
    "    - name: main\n      outputs:\n        parameters:\n          - name: o\n            valueFrom: {path: /o, parameter: x} # <-\n      container: {image: x}",
    "multiple valueFrom types specified. choose one of: path, jqFilter, jsonPath, parameter, raw",
  ],
  "a path of an artifact of steps": [
    "    - name: main\n      inputs:\n        artifacts:\n          - name: f\n            path: /f # <-\n            optional: true\n      steps: [[{name: a, template: leaf}]]",
    "templates.main.inputs.artifacts.f.path only valid in container/script templates",
  ],
  "an artifact without a path": [
    "    - name: main\n      outputs:\n        artifacts:\n          - name: f # <-\n      container: {image: x}",
    "error in templates.main.outputs.artifacts.f: Artifact 'f' did not specify a path",
  ],
  "an artifact of an input from another": [
    '    - name: main\n      inputs:\n        artifacts:\n          - name: f\n            path: /f\n            from: "{{inputs.artifacts.g}}" # <-\n      container: {image: x}',
    "templates.main.inputs.artifacts.f.from not valid in inputs",
  ],
  "an artifact where a volume is": [
    "    - name: main\n      inputs:\n        artifacts:\n          - name: f\n            path: /f # <-\n            raw: {data: x}\n      container: {image: x, volumeMounts: [{name: v, mountPath: /f}]}",
    "templates.main.inputs.artifacts[0].path '/f' already mounted in container.volumeMounts.v",
    "  volumes: [{name: v, emptyDir: {}}]",
  ],
  "a container without an image": [
    "    - name: main\n      container: # <-\n        command: [x]",
    "templates.main.container.image may not be empty",
  ],
  "a script without an image": [
    "    - name: main\n      script: # <-\n        source: x",
    "templates.main.script.image may not be empty",
  ],
  "an unknown resource action": [
    "    - name: main\n      resource:\n        action: fly # <-\n        manifest: x",
    "templates.main.resource.action must be one of: get, create, apply, delete, replace, patch",
  ],
  "a resource without a manifest": [
    "    - name: main\n      resource: # <-\n        action: create",
    "either templates.main.resource.manifest or templates.main.resource.manifestFrom must be specified",
  ],
  "a container set with an output but no main": [
    "    - name: main\n      outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}\n      containerSet:\n        containers: # <-\n          - {name: a, image: x}",
    'templates.main.containerSet.containers must have a container named "main" for input or output',
  ],
  "an enum without the value": [
    "    - {name: main, container: {image: x}}",
    "spec.arguments.p.value should be present in spec.arguments.p.enum list",
    "  arguments:\n    parameters:\n      - name: p\n        value: c # <-\n        enum: [a, b]",
  ],
  "an empty enum": [
    "    - {name: main, container: {image: x}}",
    "spec.arguments.p.enum should contain at least one value",
    "  arguments:\n    parameters:\n      - name: p\n        value: c\n        enum: [] # <-",
  ],
  "a workflow parameter from a path": [
    "    - {name: main, container: {image: x}}",
    "spec.arguments.p.valueFrom only allows: default, configMapKeyRef and supplied",
    "  arguments:\n    parameters:\n      - name: p\n        valueFrom: {path: /p} # <-",
  ],
  "a bad parameter name": [
    "    - {name: main, container: {image: x}}",
    "spec.arguments.parameters[0].name: 'a b' is invalid: Parameter/Artifact name must consist of alpha-numeric characters, '_' or '-' e.g. my_param_1, MY-PARAM-1",
    "  arguments:\n    parameters:\n      - name: a b # <-\n        value: c",
  ],
  "an unknown pod gc strategy": [
    "    - {name: main, container: {image: x}}",
    "podGC.strategy unknown strategy 'Never'",
    "  podGC:\n    strategy: Never # <-",
  ],
  "an unknown exit handler": [
    "    - {name: main, container: {image: x}}",
    "template name 'bye' undefined",
    "  onExit: bye # <-",
  ],
  "an unused template is checked as well": [
    '    - {name: main, container: {image: x}}\n    - name: unused\n      container:\n        image: x\n        args: ["{{inputs.parameters.nothing}}"] # <-',
    "templates.unused templates.unused: failed to resolve {{inputs.parameters.nothing}}",
  ],
  "an init container without a name": [
    "    - name: main\n      initContainers:\n        - image: x # <-\n      container: {image: x}",
    "initContainers must all have container name",
  ],
  "a field that does not exist": [
    "    - name: main\n      contaner: {} # <-\n      container: {image: x}",
    "contaner",
  ],
};

for (const [name, [templates, message, spec = ""]] of Object.entries(refused)) {
  test(`refused: ${name}`, () => {
    const source = document(templates, spec);
    const errors = errorsOf(source);
    const found = errors.find((error) => error.message.includes(message));
    assert.ok(
      found !== undefined,
      `no '${message}' among:\n${errors.map((error) => error.message).join("\n")}`,
    );
    const marked = source.split("\n").findIndex((line) => line.endsWith("# <-")) + 1;
    if (marked > 0 && name !== "no entrypoint template")
      assert.equal(found.position?.line, marked, JSON.stringify(found.position));
    assert.ok(found.position === undefined || found.position.column > 0);
  });
}

const accepted: Readonly<Record<string, readonly [templates: string, spec?: string]>> = {
  "a step beside that is listed before": [
    '    - name: main\n      steps:\n        - - {name: a, template: leaf}\n          - {name: b, template: say, arguments: {parameters: [{name: p, value: "{{steps.a.outputs.result}}"}]}}',
  ],
  "its own status": [
    "    - name: main\n      steps: [[{name: a, template: leaf, hooks: {running: {template: leaf, expression: \"steps.a.status == 'Running'\"}}}]]",
  ],
  "a task that is no ancestor, in a condition": [
    '    - name: main\n      dag:\n        tasks:\n          - {name: a, template: leaf}\n          - {name: b, template: leaf, when: "{{tasks.a.outputs.result}} == 1"}',
  ],
  "tags of unknown families": [
    '    - name: main\n      container: {image: x, args: ["{{custom.thing}} {{foo}} {{ item }} {{=1 + 1}} {{retries}}"]}',
  ],
  "blanks in tags": [
    '    - name: main\n      container: {image: x, args: ["{{ workflow.name }} {{ workflow.parameters.p }}"]}',
    "  arguments: {parameters: [{name: p, value: x}]}",
  ],
  "a template by a computed reference": [
    '    - name: main\n      steps: [[{name: a, templateRef: {name: "{{item}}", template: x}, withItems: [q]}]]',
  ],
  "a hook whose template is missing": [
    "    - name: main\n      steps: [[{name: a, template: leaf, hooks: {exit: {template: nothing}}}]]",
  ],
  "a workflow parameter without a value": [
    '    - name: main\n      container: {image: x, args: ["{{workflow.parameters.p}}"]}',
    "  arguments: {parameters: [{name: p}]}",
  ],
  recursion: ['    - name: main\n      steps: [[{name: a, template: main, when: "false"}]]'],
  "an image from the defaults": [
    "    - name: main\n      container: {command: [x]}",
    "  templateDefaults: {container: {image: x}}",
  ],
  "globals of outputs": [
    '    - name: main\n      steps:\n        - [{name: a, template: pub}]\n        - [{name: b, template: say, arguments: {parameters: [{name: p, value: "{{workflow.outputs.parameters.g}}"}]}}]\n    - name: pub\n      outputs: {parameters: [{name: o, valueFrom: {path: /o}, globalName: g}]}\n      container: {image: x}',
  ],
  "an aggregate of a loop": [
    '    - name: main\n      steps:\n        - [{name: a, template: make, withItems: [1, 2]}]\n        - [{name: b, template: say, arguments: {parameters: [{name: p, value: "{{steps.a.outputs.parameters}}"}]}}]',
  ],
  "the status of the run in an exit handler": [
    '    - {name: main, container: {image: x}}\n    - {name: bye, container: {image: x, args: ["{{workflow.status}} {{workflow.failures}} {{workflow.duration}}"]}}',
    "  onExit: bye",
  ],
  "creation time in any form": [
    '    - name: main\n      container: {image: x, args: ["{{workflow.creationTimestamp.Y}} {{workflow.creationTimestamp.s}}"]}',
  ],
  "deadlines as text and tags": [
    '    - name: main\n      inputs: {parameters: [{name: d, value: "5"}]}\n      activeDeadlineSeconds: "{{inputs.parameters.d}}"\n      container: {image: x}',
  ],
  "a target with a tag": [
    '    - name: main\n      dag: {target: "{{workflow.parameters.t}}", tasks: [{name: a, template: leaf}]}',
    "  arguments: {parameters: [{name: t, value: a}]}",
  ],
  "inline templates": [
    '    - name: main\n      inputs: {parameters: [{name: q, value: x}]}\n      dag:\n        tasks:\n          - name: a\n            arguments: {parameters: [{name: p, value: v}]}\n            inline:\n              inputs: {parameters: [{name: p}]}\n              container: {image: x, args: ["{{inputs.parameters.p}} {{inputs.parameters.q}}"]}',
  ],
};

for (const [name, [templates, spec]] of Object.entries(accepted)) {
  test(`accepted: ${name}`, () => {
    assert.deepEqual(
      errorsOf(document(templates, spec)).map(({ message }) => message),
      [],
    );
  });
}

test("all problems of a document at once, each once, in order of the document", () => {
  const source = document(
    `    - name: main
      steps:
        - - {name: a, template: nothing}
          - {name: b, template: nowhere}
    - {name: x1, container: {image: x, args: ["{{inputs.parameters.q}}"]}}`,
  );
  const errors = errorsOf(source);
  const lines = errors.map(({ position }) => position?.line ?? 0);
  assert.equal(errors.length, 3, errors.map(({ message }) => message).join("\n"));
  assert.deepEqual(
    lines,
    [...lines].sort((a, b) => a - b),
  );
  assert.deepEqual(lint(source), lint(source));
});

test("other documents are definitions", () => {
  const source = document(
    "    - name: main\n      steps: [[{name: a, templateRef: {name: lib, template: t}}]]",
  );
  const library = `apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: lib}
spec: {templates: [{name: t, inputs: {parameters: [{name: p}]}, container: {image: x}}]}
`;
  assert.match(errorsOf(source)[0]?.message ?? "", /template reference lib\.t not found/);
  const found = lint(source, [library]).filter(({ severity }) => severity === "error");
  assert.deepEqual(
    found.map(({ message }) => message),
    ["templates.main.steps[0].a templates.t inputs.parameters.p was not supplied"],
  );
});
