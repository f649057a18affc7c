/**
 * Outputs that are not there although nothing failed: their producer was skipped or omitted, or an optional file was
 * not made. In order: the producer's default, the consumer's default (for a pure reference), `??`, else an error
 * whose text has `absent optional` (Argo, addSkippedNodeOutputsToScope, markAbsentOptionalArgs, resolveParameter).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runDocument } from "../rig.ts";
import type { Ran } from "../rig.ts";

interface Case {
  /** Further fields of the producer's output. */
  readonly producer?: string;
  /** Further fields of the consumer's input. */
  readonly consumer?: string;
  readonly argument: string;
  /** What the consumer gets; undefined for an error. */
  readonly gets: string | undefined;
}

function document(kind: "steps" | "dag", one: Case): string {
  const family = kind === "steps" ? "steps" : "tasks";
  const argument = JSON.stringify(one.argument.replaceAll("SIBLING", family));
  const make = 'name: make, template: make, when: "false"';
  const say = `name: say, template: say, arguments: {parameters: [{name: p, value: ${argument}}]}`;
  const body =
    kind === "steps"
      ? `      steps:\n      - [{${make}}]\n      - [{${say}}]`
      : `      dag:\n        tasks:\n        - {${make}}\n        - {${say}, depends: make}`;
  return `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: wf}
spec:
  entrypoint: main
  templates:
    - name: main
${body}
    - name: make
      outputs: {parameters: [{name: o, valueFrom: {path: /o${one.producer ?? ""}}}]}
      container: {image: x, command: [make]}
    - name: say
      inputs: {parameters: [{name: p${one.consumer ?? ""}}]}
      container: {image: x, command: [got, "{{inputs.parameters.p}}"]}
`;
}

const reference = "{{SIBLING.make.outputs.parameters.o}}";

const cases: Readonly<Record<string, Case>> = {
  "the producer's default": { producer: ", default: made up", argument: reference, gets: "made up" },
  "the producer's default over the consumer's": {
    producer: ", default: made up",
    consumer: ", default: own",
    argument: reference,
    gets: "made up",
  },
  "the producer's default that is empty": {
    producer: ", default: ''",
    consumer: ", default: own",
    argument: reference,
    gets: "",
  },
  "the consumer's default": { consumer: ", default: own", argument: reference, gets: "own" },
  "the consumer's value": { consumer: ", value: own", argument: reference, gets: "own" },
  "the consumer's default with blanks in the tag": {
    consumer: ", default: own",
    argument: "{{ SIBLING.make.outputs.parameters.o }}",
    gets: "own",
  },
  "no default helps a text around the reference": {
    consumer: ", default: own",
    argument: `a ${reference}`,
    gets: undefined,
  },
  "the producer's default in a text": {
    producer: ", default: made up",
    argument: `a ${reference} b`,
    gets: "a made up b",
  },
  "an expression with ??": { argument: "{{=SIBLING.make.outputs.parameters.o ?? 'else'}}", gets: "else" },
  "an expression with ?? sees the producer's default": {
    producer: ", default: made up",
    argument: "{{=SIBLING.make.outputs.parameters.o ?? 'else'}}",
    gets: "made up",
  },
  "an expression without ??": { argument: "{{=SIBLING.make.outputs.parameters.o}}", gets: undefined },
  "nothing at all": { argument: reference, gets: undefined },
};

for (const [name, one] of Object.entries(cases)) {
  for (const kind of ["steps", "dag"] as const) {
    test(`${name} (${kind})`, async () => {
      const ran = await runDocument(document(kind, one));
      if (one.gets === undefined) return expectAbsent(ran, kind);
      assert.equal(ran.phase, "Succeeded", ran.message);
      assert.equal(ran.program("say"), `got ${one.gets}`);
    });
  }
}

function expectAbsent(ran: Ran, kind: "steps" | "dag"): void {
  assert.equal(ran.phase, kind === "steps" ? "Failed" : "Error");
  assert.match(ran.message, /absent optional/);
  assert.deepEqual(ran.started, []);
}

/** Outputs of a dag or steps template that come from a child that was skipped. */
function composite(kind: "steps" | "dag", source: string, more = ""): string {
  const family = kind === "steps" ? "steps" : "tasks";
  const make = 'name: make, template: make, when: "false"';
  const body = kind === "steps" ? `steps: [[{${make}}]]` : `dag: {tasks: [{${make}}]}`;
  return `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: wf}
spec:
  entrypoint: main
  templates:
    - name: main
      steps:
        - [{name: inner, template: inner}]
        - [{name: say, template: say, arguments: {parameters: [{name: p, value: "{{steps.inner.outputs.parameters.r}}"}]}}]
    - name: inner
      outputs: {parameters: [{name: r, valueFrom: {${source.replaceAll("SIBLING", family)}${more}}}]}
      ${body}
    - name: make
      outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}
      container: {image: x, command: [make]}
    - name: say
      inputs: {parameters: [{name: p}]}
      container: {image: x, command: [got, "{{inputs.parameters.p}}"]}
`;
}

for (const kind of ["steps", "dag"] as const) {
  test(`an output of ${kind} from a skipped child takes its own default`, async () => {
    const byReference = await runDocument(
      composite(kind, `parameter: "${reference}"`, ", default: fallback"),
    );
    assert.equal(byReference.program("say"), "got fallback");
    const byExpression = await runDocument(
      composite(kind, `expression: "SIBLING.make.outputs.parameters.o"`, ", default: fallback"),
    );
    assert.equal(byExpression.program("say"), "got fallback");
    const byOtherwise = await runDocument(
      composite(kind, `expression: "SIBLING.make.outputs.parameters.o ?? 'else'"`),
    );
    assert.equal(byOtherwise.program("say"), "got else");
  });

  test(`an output of ${kind} from a skipped child without a default is an error`, async () => {
    const byReference = await runDocument(composite(kind, `parameter: "${reference}"`));
    assert.notEqual(byReference.phase, "Succeeded");
    assert.deepEqual(byReference.started, []);
    const byExpression = await runDocument(
      composite(kind, `expression: "SIBLING.make.outputs.parameters.o"`),
    );
    assert.notEqual(byExpression.phase, "Succeeded");
  });
}

test("a bad reference in a skipped step does no harm", async () => {
  const source = document("steps", { argument: reference, gets: undefined }).replace(
    "name: say, template: say,",
    'name: say, template: say, when: "1 == 2",',
  );
  const ran = await runDocument(source);
  assert.equal(ran.phase, "Succeeded");
  assert.equal(ran.node("say").phase, "Skipped");
});

test("a condition can ask for what is absent", async () => {
  const when = `when: "{{=(steps.make.outputs.parameters.o ?? 'none') == 'none'}}"`;
  const source = document("steps", { argument: "x", gets: "x" }).replace(
    "name: say, template: say,",
    `name: say, template: say, ${when},`,
  );
  const ran = await runDocument(source);
  assert.equal(ran.program("say"), "got x");
});
