/** What a dag, a fan-out or a template with failFast makes of several bad ends (Argo, dag.go, operator.go checkParallelism). */
import { call, dag, steps } from "./documents.ts";
import { rule } from "./rule.ts";

const failFastOff = (document: string): string => document.replace("dag:", "dag:\n      failFast: false");
const leaf = "  - {name: leaf, container: {image: x, command: [echo]}}\n";
const lost = { problem: { kind: "lost", message: "pod deleted" } } as const;

rule(
  "of several bad targets the first by name gives the dag its phase: a failure",
  dag(call("b", "broken"), call("a", "fail")),
  {},
  `
    Failed
    DAG Failed
    .b Pod Error pod deleted
    .a Pod Failed main: Error (exit code 1)
    started .b@0 .a@0
  `,
);
rule(
  "of several bad targets the first by name gives the dag its phase: an error",
  dag(call("b", "fail"), call("a", "broken")),
  {},
  `
    Error
    DAG Error
    .b Pod Failed main: Error (exit code 1)
    .a Pod Error pod deleted
    started .b@0 .a@0
  `,
);
rule(
  "with failFast off it is the last by name",
  failFastOff(dag(call("a", "fail"), call("b", "broken"), call("c", "ok"))),
  {},
  `
    Error
    DAG Error
    .a Pod Failed main: Error (exit code 1)
    .b Pod Error pod deleted
    .c Pod Succeeded
    started .a@0 .b@0 .c@0
  `,
);
rule(
  "targets that are named are asked in the order of their names in target",
  dag(call("a", "broken"), call("b", "fail")).replace("dag:", "dag:\n      target: b a"),
  {},
  `
    Failed
    DAG Failed
    .a Pod Error pod deleted
    .b Pod Failed main: Error (exit code 1)
    started .a@0 .b@0
  `,
);
rule(
  "continueOn of a last task covers the failure that it was omitted for",
  dag(call("a", "fail"), call("b", "ok", "dependencies: [a], continueOn: {failed: true}")),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Failed main: Error (exit code 1)
    .b Skipped Omitted omitted: depends condition not met
    started .a@0
  `,
);
rule(
  "continueOn of a last task does not cover another kind of end that it was omitted for",
  dag(call("a", "broken"), call("b", "ok", "dependencies: [a], continueOn: {failed: true}")),
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
  "the last bad member gives a task group its phase: a failure",
  dag(call("a", "leaf", "withItems: [p, q]")) + leaf,
  { answers: { "a(0:p)": lost, "a(1:q)": { exit: 1 } } },
  `
    Failed
    DAG Failed
    .a TaskGroup Failed
    .a(0:p) Pod Error pod deleted
    .a(1:q) Pod Failed main: Error (exit code 1)
    started .a(0:p)@0 .a(1:q)@0
  `,
);
rule(
  "the last bad member gives a task group its phase: an error",
  dag(call("a", "leaf", "withItems: [p, q, r]")) + leaf,
  { answers: { "a(0:p)": { exit: 1 }, "a(1:q)": lost } },
  `
    Error
    DAG Error
    .a TaskGroup Error
    .a(0:p) Pod Failed main: Error (exit code 1)
    .a(1:q) Pod Error pod deleted
    .a(2:r) Pod Succeeded
    started .a(0:p)@0 .a(1:q)@0 .a(2:r)@0
  `,
);
rule(
  "in steps the first bad member of a loop is blamed, by its own id",
  steps(call("a", "leaf", "withItems: [u, v, w]")) + leaf,
  { answers: { "a(1:v)": { exit: 1 }, "a(2:w)": lost } },
  `
    Failed: child 'wf-1272107367' failed
    Steps Failed child 'wf-1272107367' failed
    [0] StepGroup Failed child 'wf-1272107367' failed
    [0].a(0:u) Pod Succeeded
    [0].a(1:v) Pod Failed main: Error (exit code 1)
    [0].a(2:w) Pod Error pod deleted
    started [0].a(0:u)@0 [0].a(1:v)@0 [0].a(2:w)@0
  `,
);
rule(
  "template.failFast knows no continueOn, in steps",
  steps(call("a", "fail", "continueOn: {failed: true}"), call("b", "ok")).replace(
    "steps:",
    "failFast: true\n    steps:",
  ),
  {},
  `
    Failed: template has failed or errored children and failFast enabled
    Steps Failed template has failed or errored children and failFast enabled
    [0].a Pod Failed main: Error (exit code 1)
    [0] StepGroup Failed template has failed or errored children and failFast enabled
    started [0].a@0
  `,
);
rule(
  "template.failFast knows no continueOn, in a dag",
  dag(call("a", "fail", "continueOn: {failed: true}"), call("b", "ok", "dependencies: [a]")).replace(
    "dag:",
    "failFast: true\n    dag:",
  ),
  {},
  `
    Failed: template has failed or errored children and failFast enabled
    DAG Failed template has failed or errored children and failFast enabled
    .a Pod Failed main: Error (exit code 1)
    started .a@0
  `,
);
rule(
  "Daemoned, Omitted and Skipped with operators: all of depends in one dag",
  dag(
    call("skip", "ok", "when: 'false'"),
    call("out", "ok", "depends: skip.Succeeded"),
    call("late", "ok", "depends: 'out.Omitted && (skip.Skipped || skip.Daemoned)'"),
    call("last", "ok", "depends: '!skip.Skipped || late.Errored'"),
  ),
  {},
  `
    Succeeded
    DAG Succeeded
    .skip Skipped Skipped when 'false' evaluated false
    .out Skipped Omitted omitted: depends condition not met
    .late Pod Succeeded
    .last Skipped Omitted omitted: depends condition not met
    started .late@0
  `,
);
rule(
  "a key that an item does not have is an error, where it is used",
  steps(
    call(
      "a",
      "say",
      "withItems: [{k: 1}, {j: 2}], arguments: {parameters: [{name: text, value: '{{item.k}}'}]}",
    ),
    call("b", "ok"),
  ),
  {},
  `
    Failed: failed to resolve {{item.k}}
    Steps Failed failed to resolve {{item.k}}
    [0] StepGroup Error failed to resolve {{item.k}}
    [0].a(0:k:1) Pod Succeeded
    [0].a(1:j:2) Skipped Error failed to resolve {{item.k}}
    started [0].a(0:k:1)@0
  `,
);
rule(
  "a key that an item does not have does no harm where its condition is false",
  steps(
    call(
      "a",
      "say",
      "withItems: [{k: 1}, {j: 2}], when: 'false', arguments: {parameters: [{name: text, value: '{{item.k}}'}]}",
    ),
    call("b", "ok"),
  ),
  {},
  `
    Succeeded
    Steps Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0:k:1) Skipped Skipped when 'false' evaluated false
    [0].a(1:j:2) Skipped Skipped when 'false' evaluated false
    started [1].b@0
  `,
);
rule(
  "attempts after the first end where the time for all of them is over",
  "  - {name: main, retryStrategy: {limit: 5, backoff: {duration: 1s, maxDuration: 10s}}, container: {image: x, command: [echo]}}\n",
  { answers: { main: [{ exit: 1 }, { tookMs: 60_000 }] } },
  `
    Failed: Backoff would exceed max duration limit
    Retry Failed Backoff would exceed max duration limit
    (0) Pod Failed main: Error (exit code 1)
    (1) Pod Failed Pod was active on the node longer than the specified deadline
    started (0)@0 (1)@2
  `,
);
rule(
  "the first attempt does not",
  "  - {name: main, retryStrategy: {limit: 5, backoff: {duration: 1s, maxDuration: 10s}}, container: {image: x, command: [echo]}}\n",
  { answers: { main: { tookMs: 60_000 } } },
  `
    Succeeded
    Retry Succeeded
    (0) Pod Succeeded
    started (0)@0
  `,
);
