/** Dags: order, depends, failFast, targets, phases (Argo, workflow/controller/dag.go, docs/enhanced-depends-logic.md). */
import { call, dag } from "./documents.ts";
import { rule } from "./rule.ts";

const failFastOff = (document: string): string => document.replace("dag:", "dag:\n      failFast: false");
const failFastOn = (document: string): string => document.replace("dag:", "dag:\n      failFast: true");
const loop = (name: string, template: string, more = ""): string =>
  call(name, template, `withItems: [1, 2, 3]${more === "" ? "" : `, ${more}`}`);

rule(
  "a task starts when all that it depends on has ended",
  dag(
    call("a", "ok"),
    call("b", "slow"),
    call("c", "ok", "dependencies: [a, b]"),
    call("d", "ok", "dependencies: [a]"),
  ),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .b Pod Succeeded
    .c Pod Succeeded
    .d Pod Succeeded
    started .a@0 .b@0 .d@1 .c@10
  `,
);

rule(
  "a failure stops no other branch, whatever the default of failFast is said to be",
  dag(
    call("a", "fail"),
    call("b", "ok", "dependencies: [a]"),
    call("s", "slow"),
    call("s2", "ok", "dependencies: [s]"),
  ),
  {},
  `
    Failed
    DAG Failed
    .a Pod Failed main: Error (exit code 1)
    .b Skipped Omitted omitted: depends condition not met
    .s Pod Succeeded
    .s2 Pod Succeeded
    started .a@0 .s@0 .s2@10
  `,
);

rule(
  "with failFast written down, too, whatever its dependencies allow starts after a failure",
  failFastOn(
    dag(
      call("a", "fail"),
      call("b", "ok", "dependencies: [a]"),
      call("s", "slow"),
      call("s2", "ok", "dependencies: [s]"),
    ),
  ),
  {},
  `
    Failed
    DAG Failed
    .a Pod Failed main: Error (exit code 1)
    .b Skipped Omitted omitted: depends condition not met
    .s Pod Succeeded
    .s2 Pod Succeeded
    started .a@0 .s@0 .s2@10
  `,
);

rule(
  "what runs after a failure runs to its end",
  dag(
    call("a", "fail"),
    call("good", "ok", "depends: a"),
    call("clean", "ok", "depends: a.Failed"),
    call("tell", "ok", "depends: clean"),
  ),
  {},
  `
    Failed
    DAG Failed
    .a Pod Failed main: Error (exit code 1)
    .good Skipped Omitted omitted: depends condition not met
    .clean Pod Succeeded
    .tell Pod Succeeded
    started .a@0 .clean@1 .tell@2
  `,
);

rule(
  "without failFast every branch runs to its end, and the dag fails",
  failFastOff(
    dag(
      call("a", "fail"),
      call("b", "ok", "dependencies: [a]"),
      call("s", "slow"),
      call("s2", "ok", "dependencies: [s]"),
    ),
  ),
  {},
  `
    Failed
    DAG Failed
    .a Pod Failed main: Error (exit code 1)
    .b Skipped Omitted omitted: depends condition not met
    .s Pod Succeeded
    .s2 Pod Succeeded
    started .a@0 .s@0 .s2@10
  `,
);

rule(
  "an error of a task makes the dag an error",
  dag(call("a", "broken"), call("b", "ok", "dependencies: [a]")),
  {},
  `
    Error
    DAG Error
    .a Pod Error pod deleted
    .b Skipped Omitted omitted: depends condition not met
    started .a@0
  `,
);

rule(
  "a failure that a task was waiting for is no failure of the dag",
  dag(call("a", "fail"), call("b", "ok", "depends: a.Failed")),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Failed main: Error (exit code 1)
    .b Pod Succeeded
    started .a@0 .b@1
  `,
);

rule(
  "the last task of a branch decides: recovered, then failed again",
  dag(call("a", "fail"), call("b", "fail", "depends: a.Failed"), call("c", "ok", "depends: b.Failed")),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Failed main: Error (exit code 1)
    .b Pod Failed main: Error (exit code 1)
    .c Pod Succeeded
    started .a@0 .b@1 .c@2
  `,
);

rule(
  "a task that was omitted has the phase of its branch",
  dag(call("a", "fail"), call("b", "ok", "depends: a.Succeeded"), call("c", "ok", "depends: b")),
  {},
  `
    Failed
    DAG Failed
    .a Pod Failed main: Error (exit code 1)
    .b Skipped Omitted omitted: depends condition not met
    .c Skipped Omitted omitted: depends condition not met
    started .a@0
  `,
);

rule(
  "an omitted task at the end of a good branch is no failure",
  dag(call("a", "ok"), call("b", "ok", "depends: a.Failed")),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .b Skipped Omitted omitted: depends condition not met
    started .a@0
  `,
);

rule(
  "a failure in one of the branches that lead to an omitted task fails the dag",
  failFastOff(dag(call("a", "ok"), call("b", "fail"), call("c", "ok", "depends: a && b"))),
  {},
  `
    Failed
    DAG Failed
    .a Pod Succeeded
    .b Pod Failed main: Error (exit code 1)
    .c Skipped Omitted omitted: depends condition not met
    started .a@0 .b@0
  `,
);

rule(
  "Succeeded, Skipped and a bare name let a task run after a skipped one, as they say",
  dag(
    call("a", "ok", 'when: "false"'),
    call("b", "ok", "depends: a"),
    call("c", "ok", "depends: a.Succeeded"),
    call("d", "ok", "depends: a.Skipped"),
    call("e", "ok", "depends: '!a.Succeeded'"),
  ),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Skipped Skipped when 'false' evaluated false
    .b Pod Succeeded
    .c Skipped Omitted omitted: depends condition not met
    .d Pod Succeeded
    .e Pod Succeeded
    started .b@0 .d@0 .e@0
  `,
);

rule(
  "Omitted lets a task run after one that was omitted, a bare name does not",
  dag(
    call("a", "ok"),
    call("b", "ok", "depends: a.Failed"),
    call("c", "ok", "depends: b"),
    call("d", "ok", "depends: b.Omitted"),
  ),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .b Skipped Omitted omitted: depends condition not met
    .c Skipped Omitted omitted: depends condition not met
    .d Pod Succeeded
    started .a@0 .d@1
  `,
);

rule(
  "Errored and Failed are told apart",
  failFastOff(
    dag(
      call("a", "broken"),
      call("b", "fail"),
      call("c", "ok", "depends: a.Errored && b.Failed"),
      call("d", "ok", "depends: a.Failed || b.Errored"),
    ),
  ),
  {},
  `
    Error
    DAG Error
    .a Pod Error pod deleted
    .b Pod Failed main: Error (exit code 1)
    .c Pod Succeeded
    .d Skipped Omitted omitted: depends condition not met
    started .a@0 .b@0 .c@1
  `,
);

rule(
  "Daemoned is false for what is no daemon",
  dag(
    call("a", "ok"),
    call("b", "ok", "depends: a.Daemoned || a.Succeeded"),
    call("c", "ok", "depends: a.Daemoned"),
  ),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .b Pod Succeeded
    .c Skipped Omitted omitted: depends condition not met
    started .a@0 .b@1
  `,
);

rule(
  "AnySucceeded and AllFailed look at the members of a loop: one of three fails",
  dag(
    loop("a", "fail"),
    call("b", "ok", "depends: a.AnySucceeded"),
    call("c", "ok", "depends: a.AllFailed"),
    call("d", "ok", "depends: a.Failed"),
  ),
  { answers: { "a(0:1)": { exit: 0 } } },
  `
    Failed
    DAG Failed
    .a TaskGroup Failed
    .b Pod Succeeded
    .c Skipped Omitted omitted: depends condition not met
    .d Pod Succeeded
    .a(0:1) Pod Succeeded
    .a(1:2) Pod Failed main: Error (exit code 1)
    .a(2:3) Pod Failed main: Error (exit code 1)
    started .a(0:1)@0 .a(1:2)@0 .a(2:3)@0 .b@1 .d@1
  `,
);

rule(
  "AnySucceeded and AllFailed look at the members of a loop: all fail",
  dag(loop("a", "fail"), call("b", "ok", "depends: a.AnySucceeded"), call("c", "ok", "depends: a.AllFailed")),
  {},
  `
    Failed
    DAG Failed
    .a TaskGroup Failed
    .b Skipped Omitted omitted: depends condition not met
    .c Pod Succeeded
    .a(0:1) Pod Failed main: Error (exit code 1)
    .a(1:2) Pod Failed main: Error (exit code 1)
    .a(2:3) Pod Failed main: Error (exit code 1)
    started .a(0:1)@0 .a(1:2)@0 .a(2:3)@0 .c@1
  `,
);

rule(
  "AllFailed counts no errors",
  dag(loop("a", "broken"), call("c", "ok", "depends: a.AllFailed"), call("d", "ok", "depends: a.Errored")),
  {},
  `
    Error
    DAG Error
    .a TaskGroup Error
    .c Skipped Omitted omitted: depends condition not met
    .d Pod Succeeded
    .a(0:1) Pod Error pod deleted
    .a(1:2) Pod Error pod deleted
    .a(2:3) Pod Error pod deleted
    started .a(0:1)@0 .a(1:2)@0 .a(2:3)@0 .d@1
  `,
);

rule(
  "depends takes operators and parentheses",
  dag(
    call("a", "fail"),
    call("b", "ok"),
    call("c", "ok", "depends: '(a.Succeeded || b.Succeeded) && !(a.Errored || b.Errored)'"),
  ),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Failed main: Error (exit code 1)
    .b Pod Succeeded
    .c Pod Succeeded
    started .a@0 .b@0 .c@1
  `,
);

rule(
  "continueOn lets those that depend on the task run",
  dag(call("a", "fail", "continueOn: {failed: true}"), call("b", "ok", "dependencies: [a]")),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Failed main: Error (exit code 1)
    .b Pod Succeeded
    started .a@0 .b@1
  `,
);

rule(
  "continueOn for errors does not cover a failure",
  dag(call("a", "fail", "continueOn: {error: true}"), call("b", "ok", "dependencies: [a]")),
  {},
  `
    Failed
    DAG Failed
    .a Pod Failed main: Error (exit code 1)
    .b Skipped Omitted omitted: depends condition not met
    started .a@0
  `,
);

rule(
  "continueOn of the last task lets the dag succeed",
  dag(call("a", "ok"), call("b", "broken", "dependencies: [a], continueOn: {error: true}")),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .b Pod Error pod deleted
    started .a@0 .b@1
  `,
);

rule(
  "a target and what it needs are all that runs",
  dag(
    call("a", "ok"),
    call("b", "fail"),
    call("c", "ok", "dependencies: [a]"),
    call("d", "ok", "dependencies: [c]"),
  ).replace("dag:", "dag:\n      target: c"),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .c Pod Succeeded
    started .a@0 .c@1
  `,
);

rule(
  "targets are separated by blanks, and may come from a parameter",
  dag(call("a", "ok"), call("b", "ok"), call("c", "ok")).replace(
    "dag:",
    'dag:\n      target: "{{workflow.parameters.targets}}"',
  ),
  { spec: '  arguments: {parameters: [{name: targets, value: "a c"}]}' },
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .c Pod Succeeded
    started .a@0 .c@0
  `,
);

rule(
  "a failure of what is no target's ancestor does not exist",
  dag(call("a", "ok"), call("b", "fail", "dependencies: [a]")).replace("dag:", "dag:\n      target: a"),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    started .a@0
  `,
);

rule(
  "a false condition skips a task, and those that depend on it run",
  dag(call("a", "ok", 'when: "1 == 2"'), call("b", "ok", "dependencies: [a]")),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Skipped Skipped when '1 == 2' evaluated false
    .b Pod Succeeded
    started .b@0
  `,
);

rule(
  "a condition that is no boolean is an error of the task, and of the dag",
  dag(call("a", "ok", 'when: "1 + 2"'), call("b", "ok", "dependencies: [a]")),
  {},
  `
    Error
    DAG Error
    .a Skipped Error Expected boolean evaluation for '1 + 2'. Got 3
    .b Skipped Omitted omitted: depends condition not met
  `,
);

rule(
  "with template.failFast nothing new starts after a failure that another task would have taken",
  dag(call("a", "fail"), call("b", "slow"), call("c", "ok", "depends: a.Failed")).replace(
    "dag:",
    "failFast: true\n    dag:",
  ),
  {},
  `
    Failed: template has failed or errored children and failFast enabled
    DAG Failed template has failed or errored children and failFast enabled
    .a Pod Failed main: Error (exit code 1)
    .b Pod Succeeded
    started .a@0 .b@0
  `,
);

rule(
  "a nested dag that fails fails the task",
  dag(call("a", "inner"), call("b", "ok", "depends: a")) +
    dag(call("q", "fail")).replace("name: main", "name: inner"),
  {},
  `
    Failed
    DAG Failed
    .a DAG Failed
    .b Skipped Omitted omitted: depends condition not met
    .a.q Pod Failed main: Error (exit code 1)
    started .a.q@0
  `,
);

rule(
  "steps within a dag: the error of a step is a failure of the task",
  dag(call("a", "inner"), call("b", "ok", "depends: a.Failed"), call("c", "ok", "depends: a.Errored")) +
    "  - name: inner\n    steps: [[{name: q, template: broken}]]\n",
  {},
  `
    Failed
    DAG Failed
    .a Steps Failed child 'wf-153883744' failed
    .b Pod Succeeded
    .c Skipped Omitted omitted: depends condition not met
    .a[0].q Pod Error pod deleted
    .a[0] StepGroup Failed child 'wf-153883744' failed
    started .a[0].q@0 .b@1
  `,
);

rule(
  "a name with dashes may stand in depends",
  dag(call("a-b", "ok"), call("c", "ok", "depends: a-b.Succeeded")),
  {},
  `
    Succeeded
    DAG Succeeded
    .a-b Pod Succeeded
    .c Pod Succeeded
    started .a-b@0 .c@1
  `,
);
