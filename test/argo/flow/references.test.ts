/** Stored templates, workflowTemplateRef, templateDefaults, inline templates, workflowMetadata (Argo, docs/workflow-templates.md). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runDocument } from "../rig.ts";
import { call, dag, run, steps, workflow } from "./documents.ts";
import { rule } from "./rule.ts";

const stored = (spec: string, name = "store", kind = "WorkflowTemplate"): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec:\n${spec}`;
const leafSpec = "  templates:\n  - {name: t, container: {image: x, command: [echo, stored]}}\n";
const ref = (name: string, template = "t", more = ""): string =>
  `{name: ${name}, templateRef: {name: store, template: ${template}${more}}}`;
const fromRef = (spec: string): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: wf}\nspec:\n  workflowTemplateRef: {name: store}\n${spec}`;

rule(
  "a step may call a stored template",
  steps(ref("a")),
  { definitions: [stored(leafSpec)] },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    started [0].a@0
  `,
);
rule(
  "a task may call a template of a cluster template",
  dag(ref("a", "t", ", clusterScope: true")),
  { definitions: [stored(leafSpec, "store", "ClusterWorkflowTemplate")] },
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    started .a@0
  `,
);
rule(
  "names within a stored template mean its own templates",
  steps(ref("a", "outer")),
  {
    definitions: [
      stored(
        "  templates:\n  - {name: outer, steps: [[{name: p, template: ok}]]}\n  - {name: ok, container: {image: x, command: [sh, -c, exit 3]}}\n",
      ),
    ],
  },
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].a Steps Failed child 'wf-1305288085' failed
    [0] StepGroup Failed child 'wf-3986212215' failed
    [0].a[0].p Pod Failed main: Error (exit code 3)
    [0].a[0] StepGroup Failed child 'wf-1305288085' failed
    started [0].a[0].p@0
  `,
);
rule(
  "a stored template may call another one",
  steps(ref("a", "outer")),
  {
    definitions: [
      stored(
        "  templates:\n  - {name: outer, dag: {tasks: [{name: p, templateRef: {name: other, template: t}}]}}\n",
      ),
      stored(leafSpec, "other"),
    ],
  },
  `
    Succeeded
    Steps Succeeded
    [0].a DAG Succeeded
    [0] StepGroup Succeeded
    [0].a.p Pod Succeeded
    started [0].a.p@0
  `,
);
rule(
  "a stored object that is not there is refused",
  steps(ref("a")),
  {},
  `
    Refused: templates.main.steps[0].a template reference store.t not found
  `,
);
rule(
  "a template that the stored object does not have is refused",
  steps(ref("a", "none")),
  { definitions: [stored(leafSpec)] },
  `
    Refused: templates.main.steps[0].a template reference store.none not found
  `,
);
rule(
  "spec fields of a stored object do not count for those who call its templates",
  steps(ref("a")),
  {
    definitions: [stored(`  onExit: t\n  retryStrategy: {limit: 2}\n${leafSpec}`)],
    answers: { a: { exit: 1 } },
  },
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Failed main: Error (exit code 1)
    [0] StepGroup Failed child 'wf-3986212215' failed
    started [0].a@0
  `,
);
rule(
  "an inline template in a step",
  steps("{name: a, inline: {container: {image: x, command: [echo]}}}"),
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
  "an inline template in a task may be steps",
  dag("{name: a, inline: {steps: [[{name: p, template: ok}]]}}"),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Steps Succeeded
    .a[0].p Pod Succeeded
    .a[0] StepGroup Succeeded
    started .a[0].p@0
  `,
);

test("a node of a stored template names its reference and its scope", async () => {
  const ran = await run(steps(ref("a", "outer")), {
    definitions: [
      stored(
        "  templates:\n  - {name: outer, steps: [[{name: p, template: t}]]}\n  - {name: t, container: {image: x, command: [echo]}}\n",
      ),
    ],
  });
  const fields = (name: string): unknown => {
    const { templateName, templateRef, templateScope } = ran.node(name) as {
      templateName?: string;
      templateRef?: unknown;
      templateScope?: string;
    };
    return { templateName, templateRef, templateScope };
  };
  assert.deepEqual(fields("[0].a"), {
    templateName: undefined,
    templateRef: { name: "store", template: "outer" },
    templateScope: "local/wf",
  });
  assert.deepEqual(fields("[0].a[0].p"), {
    templateName: "t",
    templateRef: undefined,
    templateScope: "namespaced/store",
  });
});

test("workflowTemplateRef runs the stored spec", async () => {
  const ran = await runDocument(fromRef(""), { definitions: [stored(`  entrypoint: t\n${leafSpec}`)] });
  assert.equal(ran.phase, "Succeeded");
  assert.equal(ran.program(""), "echo stored");
});

test("the workflow's own entrypoint, arguments and exit handler go over the stored ones", async () => {
  const templates = `  templates:
  - {name: one, inputs: {parameters: [{name: p}, {name: q}]}, container: {image: x, command: [echo, "{{inputs.parameters.p}}{{inputs.parameters.q}}"]}}
  - {name: two, inputs: {parameters: [{name: p}, {name: q}]}, container: {image: x, command: [echo, "two {{inputs.parameters.p}}{{inputs.parameters.q}}"]}}
  - {name: bye, container: {image: x, command: [echo, bye]}}
`;
  const ran = await runDocument(
    fromRef("  entrypoint: two\n  onExit: bye\n  arguments: {parameters: [{name: p, value: own}]}\n"),
    {
      definitions: [
        stored(
          `  entrypoint: one\n  onExit: one\n  arguments: {parameters: [{name: p, value: stored}, {name: q, value: -kept}]}\n${templates}`,
        ),
      ],
    },
  );
  assert.deepEqual(ran.started, ["", ".onExit"]);
  assert.equal(ran.program(""), "echo two own-kept");
  assert.equal(ran.program(".onExit"), "echo bye");
});

test("parameters of the submission go over both", async () => {
  const spec =
    '  entrypoint: say\n  arguments: {parameters: [{name: text, value: stored}]}\n  templates:\n  - {name: say, inputs: {parameters: [{name: text}]}, container: {image: x, command: [echo, "{{inputs.parameters.text}}"]}}\n';
  const ran = await runDocument(fromRef(""), { definitions: [stored(spec)], parameters: { text: "given" } });
  assert.equal(ran.program(""), "echo given");
});

test("a stored template can be run itself", async () => {
  const ran = await runDocument(stored(`  entrypoint: t\n${leafSpec}`));
  assert.equal(ran.phase, "Succeeded");
  assert.match(ran.nodes[0]?.name ?? "", /^store-[a-z0-9]{5}$/u);
});

test("a workflowTemplateRef that is not there is refused", async () => {
  const ran = await runDocument(fromRef(""));
  assert.equal(ran.phase, "Refused");
  assert.match(ran.message, /store.* not found/u);
});

test("templateDefaults lie under every template", async () => {
  const document = workflow(
    steps(call("a", "fail")),
    "  templateDefaults: {retryStrategy: {limit: 1}, activeDeadlineSeconds: 60}",
  );
  const ran = await runDocument(document);
  assert.deepEqual(
    ran.started.filter((name) => name.startsWith("(0)")),
    ["(0)[0].a(0)", "(0)[0].a(1)"],
  );
});

test("what a template says goes over templateDefaults", async () => {
  const ran = await runDocument(
    workflow(
      "  - {name: main, timeout: 20s, container: {image: x, command: [sleep, '10']}}\n",
      "  templateDefaults: {timeout: 5s}",
    ),
  );
  assert.equal(ran.phase, "Succeeded");
});

test("labels of workflowMetadata, and computed ones, can be named", async () => {
  const spec =
    "  arguments: {parameters: [{name: p, value: v}]}\n  workflowMetadata: {labels: {own: a}, annotations: {note: b}, labelsFrom: {from: {expression: workflow.parameters.p + '1'}}}";
  const ran = await runDocument(
    workflow(
      '  - {name: main, container: {image: x, command: [echo, "{{workflow.labels.own}} {{workflow.annotations.note}} {{workflow.labels.from}}"]}}\n',
      spec,
    ),
  );
  assert.equal(ran.program(""), "echo a b v1");
  assert.equal(ran.state.labels["from"], "v1");
});

test("a label that cannot be computed is an error of the run", async () => {
  const ran = await runDocument(
    workflow(
      steps(call("a", "ok")),
      "  workflowMetadata: {labelsFrom: {from: {expression: workflow.parameters.none + '1'}}}",
    ),
  );
  assert.equal(ran.phase, "Error");
});
