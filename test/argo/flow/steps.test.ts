/** Steps: groups, failures, continueOn, conditions (Argo, workflow/controller/steps.go). */
import { call, steps } from "./documents.ts";
import { rule } from "./rule.ts";

const inner = (...groups: readonly string[]): string => steps(...groups).replace("name: main", "name: inner");

rule(
  "groups run one after the other, members of a group together",
  steps(`${call("a", "ok")}, ${call("b", "slow")}`, call("c", "ok")),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0].b Pod Succeeded
    [1].c Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [0].a@0 [0].b@0 [1].c@10
  `,
);

rule(
  "a failed member fails its group once the others have ended",
  steps(`${call("a", "fail")}, ${call("b", "slow")}`, call("c", "ok")),
  {},
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Failed main: Error (exit code 1)
    [0].b Pod Succeeded
    [0] StepGroup Failed child 'wf-3986212215' failed
    started [0].a@0 [0].b@0
  `,
);

rule(
  "an errored member makes the group Failed, not Error",
  steps(call("a", "broken"), call("c", "ok")),
  {},
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Error pod deleted
    [0] StepGroup Failed child 'wf-3986212215' failed
    started [0].a@0
  `,
);

rule(
  "the first of several failed members is blamed",
  steps(`${call("a", "ok")}, ${call("b", "fail")}, ${call("c", "fail")}`),
  {},
  `
    Failed: child 'wf-4002989834' failed
    Steps Failed child 'wf-4002989834' failed
    [0].a Pod Succeeded
    [0].b Pod Failed main: Error (exit code 1)
    [0].c Pod Failed main: Error (exit code 1)
    [0] StepGroup Failed child 'wf-4002989834' failed
    started [0].a@0 [0].b@0 [0].c@0
  `,
);

rule(
  "a failure goes up through nested steps",
  steps(call("a", "inner"), call("b", "ok")) + inner(call("q", "fail")),
  {},
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].a Steps Failed child 'wf-1288510466' failed
    [0] StepGroup Failed child 'wf-3986212215' failed
    [0].a[0].q Pod Failed main: Error (exit code 1)
    [0].a[0] StepGroup Failed child 'wf-1288510466' failed
    started [0].a[0].q@0
  `,
);

rule(
  "a failed entrypoint that is a leaf gives the run its message",
  "  - {name: main, container: {image: x, command: [sh, -c, exit 3]}}\n",
  {},
  `
    Failed: main: Error (exit code 3)
    Pod Failed main: Error (exit code 3)
    started @0
  `,
);

rule(
  "continueOn failed lets the next group run; the node stays Failed",
  steps(call("a", "fail", "continueOn: {failed: true}"), call("c", "ok")),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Failed main: Error (exit code 1)
    [1].c Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [0].a@0 [1].c@1
  `,
);

rule(
  "continueOn failed does not cover an error",
  steps(call("a", "broken", "continueOn: {failed: true}"), call("c", "ok")),
  {},
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Error pod deleted
    [0] StepGroup Failed child 'wf-3986212215' failed
    started [0].a@0
  `,
);

rule(
  "continueOn error covers an error",
  steps(call("a", "broken", "continueOn: {error: true}"), call("c", "ok")),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Error pod deleted
    [1].c Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [0].a@0 [1].c@1
  `,
);

rule(
  "continueOn error does not cover a failure",
  steps(call("a", "fail", "continueOn: {error: true}"), call("c", "ok")),
  {},
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Failed main: Error (exit code 1)
    [0] StepGroup Failed child 'wf-3986212215' failed
    started [0].a@0
  `,
);

rule(
  "continueOn in the last group lets the steps succeed",
  steps(call("a", "fail", "continueOn: {failed: true, error: true}")),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Failed main: Error (exit code 1)
    [0] StepGroup Succeeded
    started [0].a@0
  `,
);

rule(
  "one tolerated failure does not hide another",
  steps(`${call("a", "fail", "continueOn: {failed: true}")}, ${call("b", "fail")}`),
  {},
  `
    Failed: child 'wf-4002989834' failed
    Steps Failed child 'wf-4002989834' failed
    [0].a Pod Failed main: Error (exit code 1)
    [0].b Pod Failed main: Error (exit code 1)
    [0] StepGroup Failed child 'wf-4002989834' failed
    started [0].a@0 [0].b@0
  `,
);

rule(
  "continueOn covers the members of a loop",
  steps(call("a", "fail", "continueOn: {failed: true}, withItems: [1, 2]"), call("c", "ok")),
  {},
  `
    Succeeded
    Steps Succeeded
    [1].c Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0:1) Pod Failed main: Error (exit code 1)
    [0].a(1:2) Pod Failed main: Error (exit code 1)
    started [0].a(0:1)@0 [0].a(1:2)@0 [1].c@1
  `,
);

rule(
  "a false condition skips the step",
  steps(call("a", "ok", 'when: "1 == 2"'), call("b", "ok")),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Skipped Skipped when '1 == 2' evaluated false
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [1].b@0
  `,
);

rule(
  "a step whose group is wholly skipped lets the next group run",
  steps(`${call("a", "ok", 'when: "false"')}, ${call("b", "ok", 'when: "x == z"')}`, call("c", "ok")),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Skipped Skipped when 'false' evaluated false
    [0].b Skipped Skipped when 'x == z' evaluated false
    [1].c Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [1].c@0
  `,
);

rule(
  "an output that a skipped step never gave does no harm where the condition is false",
  steps(
    call("a", "give", 'when: "1 == 2"'),
    call(
      "b",
      "say",
      'when: "1 == 2", arguments: {parameters: [{name: text, value: "{{steps.a.outputs.parameters.p}}"}]}',
    ),
  ) +
    '  - {name: give, outputs: {parameters: [{name: p, valueFrom: {path: /p}}]}, container: {image: x, command: [echo, "v > /p"]}}\n',
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Skipped Skipped when '1 == 2' evaluated false
    [1].b Skipped Skipped when '1 == 2' evaluated false
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
  `,
);

rule(
  "a condition that is no boolean is an error of the group, and the steps fail",
  steps(call("a", "ok", 'when: "1 + 2"')),
  {},
  `
    Failed: Expected boolean evaluation for '1 + 2'. Got 3
    Steps Failed Expected boolean evaluation for '1 + 2'. Got 3
    [0].a Skipped Error Expected boolean evaluation for '1 + 2'. Got 3
    [0] StepGroup Error Expected boolean evaluation for '1 + 2'. Got 3
  `,
);

rule(
  "a condition that cannot be read is an error of the group",
  steps(call("a", "ok", 'when: "foo && "'), call("b", "ok")),
  {},
  `
    Failed: Invalid 'when' expression 'foo && ': Unexpected end of expression
    Steps Failed Invalid 'when' expression 'foo && ': Unexpected end of expression
    [0].a Skipped Error Invalid 'when' expression 'foo && ': Unexpected end of expression
    [0] StepGroup Error Invalid 'when' expression 'foo && ': Unexpected end of expression
  `,
);

rule(
  "an unquoted name with a dash is a subtraction and an error",
  steps(call("a", "ok", 'when: "a-b == a-b"')),
  {},
  `
    Failed: Failed to evaluate 'when' expression 'a-b == a-b': Value 'a' cannot be used with the modifier '-', it is not a number
    Steps Failed Failed to evaluate 'when' expression 'a-b == a-b': Value 'a' cannot be used with the modifier '-', it is not a number
    [0].a Skipped Error Failed to evaluate 'when' expression 'a-b == a-b': Value 'a' cannot be used with the modifier '-', it is not a number
    [0] StepGroup Error Failed to evaluate 'when' expression 'a-b == a-b': Value 'a' cannot be used with the modifier '-', it is not a number
  `,
);

rule(
  "a condition reads the result and the status of an earlier step",
  steps(
    call("a", "ok"),
    `${call("b", "ok", 'when: "{{steps.a.outputs.result}} == hi"')}, ${call("c", "ok", 'when: "{{steps.a.status}} == Failed"')}`,
  ),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [1].b Pod Succeeded
    [1].c Skipped Skipped when 'Succeeded == Failed' evaluated false
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [0].a@0 [1].b@1
  `,
);

rule(
  "the enum of an input does not hold calls to it",
  steps(call("a", "pick", "arguments: {parameters: [{name: p, value: z}]}")) +
    "  - {name: pick, inputs: {parameters: [{name: p, enum: [u, v]}]}, container: {image: x, command: [echo]}}\n",
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
  "with template.failFast the steps end as soon as one child has failed and the others have ended",
  steps(`${call("a", "fail")}, ${call("b", "slow")}, ${call("c", "ok")}`, call("d", "ok")).replace(
    "steps:",
    "parallelism: 2\n    failFast: true\n    steps:",
  ),
  {},
  `
    Failed: template has failed or errored children and failFast enabled
    Steps Failed template has failed or errored children and failFast enabled
    [0].a Pod Failed main: Error (exit code 1)
    [0].b Pod Succeeded
    [0] StepGroup Failed template has failed or errored children and failFast enabled
    started [0].a@0 [0].b@0
  `,
);

rule(
  "without template.failFast all members of the group run",
  steps(`${call("a", "fail")}, ${call("b", "ok")}, ${call("c", "ok")}`, call("d", "ok")).replace(
    "steps:",
    "parallelism: 1\n    steps:",
  ),
  {},
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Failed main: Error (exit code 1)
    [0].b Pod Succeeded
    [0].c Pod Succeeded
    [0] StepGroup Failed child 'wf-3986212215' failed
    started [0].a@0 [0].b@1 [0].c@2
  `,
);

rule(
  "steps call themselves until their condition is false",
  steps(call("a", "down", 'arguments: {parameters: [{name: i, value: "1"}]}')) +
    "  - name: down\n    inputs: {parameters: [{name: i}]}\n    steps:\n" +
    `    - [${call("work", "say", 'arguments: {parameters: [{name: text, value: "{{inputs.parameters.i}}"}]}')}]\n` +
    `    - [${call("again", "down", 'when: "{{inputs.parameters.i}} < 3", arguments: {parameters: [{name: i, value: "{{=asInt(inputs.parameters.i) + 1}}"}]}')}]\n`,
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Steps Succeeded
    [0] StepGroup Succeeded
    [0].a[0].work Pod Succeeded
    [0].a[1].again Steps Succeeded
    [0].a[0] StepGroup Succeeded
    [0].a[1] StepGroup Succeeded
    [0].a[1].again[0].work Pod Succeeded
    [0].a[1].again[1].again Steps Succeeded
    [0].a[1].again[0] StepGroup Succeeded
    [0].a[1].again[1] StepGroup Succeeded
    [0].a[1].again[1].again[0].work Pod Succeeded
    [0].a[1].again[1].again[1].again Skipped Skipped when '3 < 3' evaluated false
    [0].a[1].again[1].again[0] StepGroup Succeeded
    [0].a[1].again[1].again[1] StepGroup Succeeded
    started [0].a[0].work@0 [0].a[1].again[0].work@1 [0].a[1].again[1].again[0].work@2
  `,
);
