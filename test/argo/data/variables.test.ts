/** Every variable of Argo's list (docs/variables.md), as arguments and in templates see it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runDocument } from "../rig.ts";
import type { Ran } from "../rig.ts";

/** One workflow for all: `first` makes outputs, `second` gets a text as its argument, `third` has it in its own args. */
function document(argument: string, own: string): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  name: wf
  labels: {team: blue, app.kubernetes.io/name: shop}
  annotations: {note: "a \\"b\\""}
spec:
  entrypoint: main
  serviceAccountName: robot
  priority: 7
  arguments:
    parameters:
      - {name: message, value: hello}
      - {name: count, value: 3}
      - {name: flag, value: true}
      - {name: dotted, value: "x.y"}
      - {name: object, value: '{"k": [1, 2]}'}
  templates:
    - name: main
      inputs: {parameters: [{name: message}]}
      steps:
        - [{name: first, template: make}]
        - - {name: second, template: say, arguments: {parameters: [{name: text, value: ${JSON.stringify(argument)}}]}}
          - {name: third, template: own, arguments: {parameters: [{name: p, value: given}]}}
    - name: make
      outputs:
        parameters: [{name: out, valueFrom: {path: /out}}]
        artifacts: [{name: art, path: /art}]
      container: {image: x, command: [echo, made]}
    - name: say
      inputs: {parameters: [{name: text}]}
      container: {image: x, command: [say, "{{inputs.parameters.text}}"]}
    - name: own
      inputs:
        parameters: [{name: p}, {name: q, value: "2"}]
        artifacts: [{name: in, path: /in/file, raw: {data: x}}]
      outputs:
        parameters: [{name: o, valueFrom: {path: /o, default: none}}]
        artifacts: [{name: oa, path: /oa, optional: true}]
      container: {image: x, command: [own, ${JSON.stringify(own)}]}
`;
}

const answers = { first: { parameters: { out: "value" }, artifacts: { art: "content" }, out: "printed" } };

async function run(argument: string, own: string): Promise<Ran> {
  const ran = await runDocument(document(argument, own), { answers });
  assert.equal(ran.phase, "Succeeded", `${ran.message}\n${ran.lines().join("\n")}`);
  return ran;
}

/** What a text becomes as an argument. */
const inArguments: Readonly<Record<string, string>> = {
  "{{workflow.name}}": "wf",
  "{{workflow.namespace}}": "default",
  "{{workflow.uid}}": "uid-of-run",
  "{{workflow.mainEntrypoint}}": "main",
  "{{workflow.serviceAccountName}}": "robot",
  "{{workflow.priority}}": "7",
  "{{workflow.parameters.message}} {{ workflow.parameters.count }}": "hello 3",
  "{{workflow.parameters.flag}}": "true",
  "{{workflow.parameters.object}}": '{"k": [1, 2]}',
  "{{workflow.parameters}}":
    '[{"name":"message","value":"hello"},{"name":"count","value":"3"},{"name":"flag","value":"true"},{"name":"dotted","value":"x.y"},{"name":"object","value":"{\\"k\\": [1, 2]}"}]',
  "{{workflow.labels.team}}": "blue",
  "{{workflow.labels.app.kubernetes.io/name}}": "shop",
  "{{workflow.annotations.note}}": 'a "b"',
  "{{workflow.labels}}": '{"app.kubernetes.io/name":"shop","team":"blue"}',
  "{{workflow.labels.json}}": '{"app.kubernetes.io/name":"shop","team":"blue"}',
  "{{workflow.annotations.json}}": '{"note":"a \\"b\\""}',
  "{{workflow.creationTimestamp}}": "2024-01-15T12:00:00Z",
  "{{workflow.creationTimestamp.Y}}-{{workflow.creationTimestamp.m}}-{{workflow.creationTimestamp.d}}":
    "2024-01-15",
  "{{workflow.creationTimestamp.RFC3339}}": "2024-01-15T12:00:00Z",
  "{{workflow.creationTimestamp.s}}": "1705320000",
  "{{inputs.parameters.message}}": "hello",
  "{{inputs.parameters}}": '[{"name":"message","value":"hello"}]',
  "{{steps.first.status}}": "Succeeded",
  "{{steps.first.exitCode}}": "0",
  "{{steps.first.outputs.result}}": "printed",
  "{{steps.first.outputs.parameters.out}}": "value",
  "{{steps.first.id}}": "wf-881107586",
  "{{steps.first.startedAt}}": "2024-01-15T12:00:00Z",
  "{{steps.first.finishedAt}}": "2024-01-15T12:00:01Z",
  "{{steps.first.hostNodeName}}": "stage",
  "{{unknown.variable}}": "{{unknown.variable}}",
  "{{ unknown.variable }} and {{x}}": "{{ unknown.variable }} and {{x}}",
  "{{item}}": "{{item}}",
  "{{retries}}": "{{retries}}",
  "{{workflow.scheduledTime}}": "{{workflow.scheduledTime}}",
  "no tags, {braces} and {{": "no tags, {braces} and {{",
  "{{=workflow.name + '-' + workflow.parameters.message}}": "wf-hello",
  "{{=asInt(workflow.parameters.count) + 1}}": "4",
  "{{=asFloat(workflow.parameters.count) / 2}}": "1.5",
  "{{=workflow.parameters.flag == 'true'}}": "true",
  "{{=sprig.upper(steps.first.outputs.parameters.out)}}": "VALUE",
  "{{=steps['first'].outputs.result}}": "printed",
  "{{=jsonpath(workflow.parameters.object, '$.k[1]')}}": "2",
  "{{=toJson(inputs.parameters)}}": '{"message":"hello"}',
  "{{=toJSON({'a': 1})}}": '{\n  "a": 1\n}',
  "{{=workflow.labels.team}}": "blue",
  "{{=workflow.labels['app.kubernetes.io/name']}}": "shop",
  "{{=inputs.parameters.message matches '^h'}}": "true",
  "{{=inputs.parameters.missing ?? 'other'}}": "other",
  "{{=[1, 2]}}": "[1,2]",
};

for (const [text, expected] of Object.entries(inArguments)) {
  test(`as an argument ${text}`, async () =>
    assert.equal((await run(text, "own")).program("second"), `say ${expected}`));
}

/** What a text becomes in the template itself. */
const inTemplates: Readonly<Record<string, string>> = {
  "{{inputs.parameters.p}}{{inputs.parameters.q}}": "given2",
  "{{inputs.parameters}}": '[{"name":"p","value":"given"},{"name":"q","value":"2"}]',
  "{{inputs.artifacts.in.path}}": "/in/file",
  "{{outputs.parameters.o.path}}": "/o",
  "{{outputs.artifacts.oa.path}}": "/oa",
  "{{=inputs.artifacts.in.path}}": "/in/file",
  "{{=outputs.parameters.o.path}}": "/o",
  "{{node.name}}": "wf[1].third",
  "{{pod.name}}": "wf-own-952613180",
  "{{steps.name}}": "third",
  "{{workflow.parameters.message}}": "hello",
  "{{=inputs.parameters.p + inputs.parameters['q']}}": "given2",
  "{{custom.thing}} {{retries}} {{item}}": "{{custom.thing}} {{retries}} {{item}}",
};

for (const [text, expected] of Object.entries(inTemplates)) {
  test(`in a template ${text}`, async () =>
    assert.equal((await run("-", text)).program("third"), `own ${expected}`));
}
