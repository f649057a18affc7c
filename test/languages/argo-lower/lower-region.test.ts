import assert from "node:assert/strict";
import { test } from "node:test";
import { compilePlan, expression, getProcess, getRegion, getTask, text, workflow } from "./support.ts";

const echo = `
      - name: echo
        inputs: {parameters: [{name: message, default: hi}]}
        outputs: {parameters: [{name: said, valueFrom: {path: /tmp/said}}]}
        container: {image: busybox, command: [echo], args: ["{{inputs.parameters.message}}"]}
`;

/** A workflow whose entrypoint has this body. */
function main(body: string, more = ""): string {
  return workflow(`
    entrypoint: main
    templates:
      - name: main
${body}${more}${echo}`);
}

test("hello-world: one process, one task, nothing else", () => {
  const plan = compilePlan(
    workflow(`
    entrypoint: hello
    templates:
      - name: hello
        container: {image: busybox, command: [echo], args: ["hello world"]}
      - name: unused
        container: {image: busybox}`),
  );
  assert.deepEqual(
    plan.processes.map(({ id }) => id),
    ["hello"],
  );
  assert.equal(plan.entry, 0);
  assert.deepEqual(plan.arguments, []);
  assert.deepEqual(plan.hooks, []);
  assert.deepEqual(getProcess(plan, "hello").at, ["spec", "templates", 0]);
  assert.deepEqual(getTask(plan, "hello").commands, [
    {
      name: "main",
      role: "main",
      image: "busybox",
      command: ["echo"],
      args: ["hello world"],
      env: [],
      volumes: [],
      after: [],
      retries: 0,
      retryDelayMs: 0,
    },
  ]);
});

test("steps become stages; members of a group stand in one stage", () => {
  const region = getRegion(
    compilePlan(
      main(`        steps:
          - - {name: a, template: echo}
          - - {name: b, template: echo, arguments: {parameters: [{name: message, value: "{{steps.a.outputs.parameters.said}}"}]}}
            - {name: c, template: echo, continueOn: {failed: true}}
`),
    ),
    "main",
  );
  assert.deepEqual(region.order, { kind: "stages", stages: [[0], [1, 2]] });
  assert.equal(region.errorCountsAs, "failed");
  assert.equal(region.endOnFailure, false);
  assert.deepEqual(
    region.nodes.map(({ name, needs, tolerates }) => [name, needs, tolerates]),
    [
      ["a", [], undefined],
      ["b", [], undefined],
      ["c", [], { failed: true, errored: false }],
    ],
  );
  assert.deepEqual(region.nodes[1]?.at, ["spec", "templates", 0, "steps", 1, 0]);
  // The port has a default, so an absent output is covered by it.
  assert.deepEqual(region.nodes[1]?.arguments, [
    {
      port: "message",
      kind: "value",
      value: expression("argo-text-or-absent", "{{steps.a.outputs.parameters.said}}", "text"),
      optional: true,
    },
  ]);
});

test("a dag becomes a graph; dependencies are needs", () => {
  const region = getRegion(
    compilePlan(
      main(`        dag:
          tasks:
            - {name: a, template: echo}
            - {name: b, template: echo, depends: a}
            - {name: c, template: echo, depends: "a && b"}
            - {name: d, template: echo, depends: "(b.Succeeded || b.Failed) && !c.Skipped"}
`),
    ),
    "main",
  );
  assert.deepEqual(region.order, { kind: "graph", stopOnFailure: false });
  assert.equal(region.errorCountsAs, "errored");
  assert.deepEqual(
    region.nodes.map(({ needs }) => needs),
    [[], [0], [0, 1], [1, 2]],
  );
  assert.deepEqual(
    region.nodes.map(({ guard }) => guard !== undefined),
    [false, false, false, true],
  );
  assert.deepEqual(region.nodes[3]?.guard, {
    kind: "and",
    of: [
      {
        kind: "or",
        of: [
          { kind: "is", node: 1, state: "succeeded" },
          { kind: "is", node: 1, state: "failed" },
        ],
      },
      { kind: "not", of: { kind: "is", node: 2, state: "skipped" } },
    ],
  });
});

test("dependencies on a task with continueOn let its bad ends pass", () => {
  const region = getRegion(
    compilePlan(
      main(`        dag:
          failFast: false
          tasks:
            - {name: a, template: echo, continueOn: {failed: true, error: true}}
            - {name: b, template: echo, dependencies: [a]}
`),
    ),
    "main",
  );
  assert.deepEqual(region.order, { kind: "graph", stopOnFailure: false, blames: "last" });
  assert.deepEqual(region.nodes[1]?.guard, {
    kind: "or",
    of: [
      { kind: "is", node: 0, state: "passed" },
      { kind: "is", node: 0, state: "failed" },
      { kind: "is", node: 0, state: "errored" },
    ],
  });
});

test("targets are indexes, or a text when they have tags", () => {
  const dag = (target: string): string => `        inputs: {parameters: [{name: t, default: a}]}
        dag:
          target: "${target}"
          tasks:
            - {name: a, template: echo}
            - {name: b, template: echo}
`;
  const fixed = getRegion(compilePlan(main(dag("b a"))), "main").order;
  assert.deepEqual(fixed, { kind: "graph", targets: [1, 0], stopOnFailure: false });
  const computed = getRegion(compilePlan(main(dag("{{inputs.parameters.t}}"))), "main").order;
  assert.deepEqual(computed, {
    kind: "graph",
    targets: text("{{inputs.parameters.t}}"),
    stopOnFailure: false,
  });
});

test("limits of a template", () => {
  const region = getRegion(
    compilePlan(
      main(`        parallelism: 2
        failFast: true
        steps: [[{name: a, template: echo}]]
`),
    ),
    "main",
  );
  assert.equal(region.childrenAtMost, 2);
  assert.equal(region.endOnFailure, true);
});

test("when, and the four ways to fan out", () => {
  const nodes = getRegion(
    compilePlan(
      main(`        inputs: {parameters: [{name: list, default: "[]"}, {name: number, default: "3"}]}
        steps:
          - - {name: when, template: echo, when: "{{inputs.parameters.number}} == 3"}
            - {name: items, template: echo, withItems: [a, 1, {k: v}]}
            - {name: tagged, template: echo, withItems: ["{{inputs.parameters.number}}"]}
            - {name: param, template: echo, withParam: "{{inputs.parameters.list}}"}
            - {name: count, template: echo, withSequence: {count: "{{inputs.parameters.number}}"}}
            - {name: range, template: echo, withSequence: {start: "5", end: 1}}
            - {name: formatted, template: echo, withSequence: {count: 2, format: "n%02d"}}
`),
    ),
    "main",
  ).nodes;
  const each = Object.fromEntries(nodes.map((node) => [node.name, node.each]));
  assert.deepEqual(
    nodes[0]?.condition,
    expression("argo-when", "{{inputs.parameters.number}} == 3", "boolean"),
  );
  assert.deepEqual(each, {
    when: undefined,
    items: { kind: "items", items: ["a", 1, { k: "v" }] },
    tagged: { kind: "items", items: expression("argo-items", '["{{inputs.parameters.number}}"]', "list") },
    param: { kind: "items", items: expression("argo-text", "{{inputs.parameters.list}}", "list") },
    count: {
      kind: "sequence",
      start: 0,
      count: expression("argo-text", "{{inputs.parameters.number}}", "integer"),
    },
    range: { kind: "sequence", start: 5, end: 1 },
    formatted: { kind: "items", items: expression("argo-sequence", '{"count":2,"format":"n%02d"}', "list") },
  });
});

test("hooks of a node: exit at the end, others on their condition", () => {
  const node = getRegion(
    compilePlan(
      main(`        steps:
          - - name: a
              template: echo
              hooks:
                exit: {template: echo, arguments: {parameters: [{name: message, value: "{{steps.a.status}}"}]}}
                running: {template: echo, expression: 'steps.a.status == "Running"'}
`),
    ),
    "main",
  ).nodes[0];
  assert.deepEqual(
    node?.hooks?.map(({ name, on, condition, at }) => ({ name, on, condition, at })),
    [
      {
        name: "exit",
        on: "ended",
        condition: undefined,
        at: ["spec", "templates", 0, "steps", 0, 0, "hooks", "exit"],
      },
      {
        name: "running",
        on: "condition",
        condition: expression("argo-expr", 'steps.a.status == "Running"', "boolean"),
        at: ["spec", "templates", 0, "steps", 0, 0, "hooks", "running"],
      },
    ],
  );
});

test("an exit hook without arguments gets those of the workflow", () => {
  const plan = compilePlan(
    workflow(`
    entrypoint: echo
    onExit: echo
    arguments: {parameters: [{name: message, value: from-workflow}]}
    templates:${echo}`),
  );
  assert.deepEqual(plan.values, Object.assign(Object.create(null), { message: "from-workflow" }));
  assert.deepEqual(plan.arguments, [
    { port: "message", kind: "value", value: text("{{workflow.parameters.message}}"), optional: false },
  ]);
  assert.deepEqual(
    plan.hooks.map(({ name, on, arguments: given }) => ({ name, on, given })),
    [{ name: "exit", on: "ended", given: plan.arguments }],
  );
});

for (const [what, mention, captured] of [
  ["an argument", 'arguments: {parameters: [{name: message, value: "{{steps.a.outputs.result}}"}]}', true],
  ["a when", 'when: "{{steps.a.outputs.result}} == 1"', true],
  ["an expression with an index", "when: \"{{=steps['a'].outputs.result == '1'}}\"", true],
  ["a loop", 'withParam: "{{steps.a.outputs.result}}"', true],
  [
    "a parameter instead",
    'arguments: {parameters: [{name: message, value: "{{steps.a.outputs.parameters.said}}"}]}',
    false,
  ],
  ["nothing", 'when: "true"', false],
] as const) {
  test(`standard output is kept when the parent mentions it: ${what}`, () => {
    const plan = compilePlan(
      main(
        `        steps:
          - - {name: a, template: talk}
          - - name: b
              template: echo
              ${mention}
`,
        `
      - name: talk
        outputs: {parameters: [{name: said, valueFrom: {path: /tmp/said}}]}
        container: {image: busybox, command: [date]}`,
      ),
    );
    assert.equal(getTask(plan, "talk").captureResult, captured);
    assert.equal(getTask(plan, "echo").captureResult, false);
  });
}

test("recursion: a template that calls itself is one process", () => {
  const plan = compilePlan(
    main(`        steps:
          - - {name: again, template: main, when: "false"}
`),
  );
  const call = getRegion(plan, "main").nodes[0]?.call;
  assert.deepEqual(call, { kind: "process", process: plan.entry });
});

test("a call by computed name reaches every template of the object it may mean", () => {
  const stored = `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: stored}
spec:
  templates:
    - {name: one, container: {image: busybox, command: [date]}}
    - {name: two, container: {image: busybox, command: [date]}}
`;
  const plan = compilePlan(
    main(`        inputs: {parameters: [{name: which, default: one}]}
        steps: [[{name: a, templateRef: {name: stored, template: "{{inputs.parameters.which}}"}}]]
`),
    { definitions: [{ source: stored, file: "stored.yaml" }] },
  );
  assert.deepEqual(
    plan.processes.map(({ id }) => id),
    ["main", "stored/one", "stored/two"],
  );
  assert.deepEqual(getRegion(plan, "main").nodes[0]?.call, {
    kind: "named",
    id: text("stored/{{inputs.parameters.which}}"),
  });
});

test("inline templates have ids of their own and see what is around them", () => {
  const plan = compilePlan(
    main(`        inputs: {parameters: [{name: outer, default: x}]}
        steps:
          - - name: a
              withItems: [1, 2]
              inline:
                container: {image: busybox, command: [echo], args: ["{{inputs.parameters.outer}} {{item}} {{workflow.name}}"]}
`),
  );
  assert.deepEqual(
    plan.processes.map(({ id }) => id),
    ["main", "main>a"],
  );
  assert.deepEqual(getTask(plan, "main>a").commands[0]?.args, [
    text("{{inputs.parameters.outer 0}} {{inputs.parameters.outer 1}} {{workflow.name}}"),
  ]);
  assert.deepEqual(
    getProcess(plan, "main>a").inputs.map(({ name }) => name),
    ["outer 0", "outer 1"],
  );
  assert.deepEqual(
    getRegion(plan, "main").nodes[0]?.arguments?.map(({ port, value }) => [port, value]),
    [
      ["outer 0", text("{{inputs.parameters.outer}}")],
      ["outer 1", text("{{item}}")],
    ],
  );
});
