/** Retries: limit, policy, expression, backoff, on leaves and on whole templates (Argo, processNodeRetries). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { call, dag, run, steps } from "./documents.ts";
import { rule } from "./rule.ts";

const retried = (strategy: string, program = "exit 1", name = "main"): string =>
  `  - name: ${name}\n    retryStrategy: ${strategy}\n    container: {image: x, command: [sh, -c, "${program}"]}\n`;
const lost = { problem: { kind: "lost", message: "pod deleted" } } as const;

rule(
  "limit is the number of further attempts",
  retried("{limit: 2}"),
  {},
  `
    Failed: No more retries left
    Retry Failed No more retries left
    (0) Pod Failed main: Error (exit code 1)
    (1) Pod Failed main: Error (exit code 1)
    (2) Pod Failed main: Error (exit code 1)
    started (0)@0 (1)@1 (2)@2
  `,
);
rule(
  "limit may be a text",
  retried('{limit: "1"}'),
  {},
  `
    Failed: No more retries left
    Retry Failed No more retries left
    (0) Pod Failed main: Error (exit code 1)
    (1) Pod Failed main: Error (exit code 1)
    started (0)@0 (1)@1
  `,
);
rule(
  "limit may be a tag",
  retried('{limit: "{{workflow.parameters.more}}"}'),
  { spec: "  arguments: {parameters: [{name: more, value: 1}]}" },
  `
    Failed: No more retries left
    Retry Failed No more retries left
    (0) Pod Failed main: Error (exit code 1)
    (1) Pod Failed main: Error (exit code 1)
    started (0)@0 (1)@1
  `,
);
rule(
  "limit 0 is one attempt",
  retried("{limit: 0}"),
  {},
  `
    Failed: No more retries left
    Retry Failed No more retries left
    (0) Pod Failed main: Error (exit code 1)
    started (0)@0
  `,
);
rule(
  "without a limit there is no last attempt",
  retried("{}"),
  { answers: { main: [{ exit: 1 }, { exit: 1 }, { exit: 1 }, { exit: 0 }] } },
  `
    Succeeded
    Retry Succeeded
    (0) Pod Failed main: Error (exit code 1)
    (1) Pod Failed main: Error (exit code 1)
    (2) Pod Failed main: Error (exit code 1)
    (3) Pod Succeeded
    started (0)@0 (1)@1 (2)@2 (3)@3
  `,
);
rule(
  "an attempt that succeeds ends it well",
  steps(call("a", "r"), call("b", "ok")) + retried("{limit: 3}", "true", "r"),
  { answers: { a: [{ exit: 1 }, { exit: 0 }] } },
  `
    Succeeded
    Steps Succeeded
    [0].a Retry Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0) Pod Failed main: Error (exit code 1)
    [0].a(1) Pod Succeeded
    started [0].a(0)@0 [0].a(1)@1 [1].b@2
  `,
);
rule(
  "a template that succeeds at once is a Retry node with one attempt",
  retried("{limit: 3}", "true"),
  {},
  `
    Succeeded
    Retry Succeeded
    (0) Pod Succeeded
    started (0)@0
  `,
);
rule(
  "OnFailure is the usual policy: an error is not tried again",
  retried("{limit: 2}"),
  { answers: { main: lost } },
  `
    Error: pod deleted
    Retry Error pod deleted
    (0) Pod Error pod deleted
    started (0)@0
  `,
);
rule(
  "OnFailure tries failures again",
  retried("{limit: 1, retryPolicy: OnFailure}"),
  {},
  `
    Failed: No more retries left
    Retry Failed No more retries left
    (0) Pod Failed main: Error (exit code 1)
    (1) Pod Failed main: Error (exit code 1)
    started (0)@0 (1)@1
  `,
);
rule(
  "OnError tries errors again",
  retried("{limit: 1, retryPolicy: OnError}"),
  { answers: { main: lost } },
  `
    Error: No more retries left
    Retry Error No more retries left
    (0) Pod Error pod deleted
    (1) Pod Error pod deleted
    started (0)@0 (1)@1
  `,
);
rule(
  "OnError does not try failures again, and the node has the attempt's message",
  retried("{limit: 1, retryPolicy: OnError}"),
  {},
  `
    Failed: main: Error (exit code 1)
    Retry Failed main: Error (exit code 1)
    (0) Pod Failed main: Error (exit code 1)
    started (0)@0
  `,
);
rule(
  "Always tries both",
  retried("{limit: 2, retryPolicy: Always}"),
  { answers: { main: [{ exit: 1 }, lost, { exit: 0 }] } },
  `
    Succeeded
    Retry Succeeded
    (0) Pod Failed main: Error (exit code 1)
    (1) Pod Error pod deleted
    (2) Pod Succeeded
    started (0)@0 (1)@1 (2)@2
  `,
);
rule(
  "OnTransientError tries what looks like a passing fault",
  retried("{limit: 2, retryPolicy: OnTransientError}"),
  {
    answers: {
      main: [{ problem: { kind: "lost", message: "net/http: TLS handshake timeout" } }, { exit: 0 }],
    },
  },
  `
    Succeeded
    Retry Succeeded
    (0) Pod Error net/http: TLS handshake timeout
    (1) Pod Succeeded
    started (0)@0 (1)@1
  `,
);
rule(
  "OnTransientError does not try other errors",
  retried("{limit: 2, retryPolicy: OnTransientError}"),
  { answers: { main: lost } },
  `
    Error: pod deleted
    Retry Error pod deleted
    (0) Pod Error pod deleted
    started (0)@0
  `,
);
rule(
  "with an expression the usual policy is Always",
  retried('{limit: 2, expression: "true"}'),
  { answers: { main: [lost, { exit: 0 }] } },
  `
    Succeeded
    Retry Succeeded
    (0) Pod Error pod deleted
    (1) Pod Succeeded
    started (0)@0 (1)@1
  `,
);
rule(
  "an expression that is false ends it",
  retried('{limit: 3, expression: "asInt(lastRetry.exitCode) > 1"}'),
  {},
  `
    Failed: retryStrategy.expression evaluated to false
    Retry Failed retryStrategy.expression evaluated to false
    (0) Pod Failed main: Error (exit code 1)
    started (0)@0
  `,
);
rule(
  "policy and expression must both hold",
  retried('{limit: 3, retryPolicy: OnError, expression: "true"}'),
  {},
  `
    Failed: main: Error (exit code 1)
    Retry Failed main: Error (exit code 1)
    (0) Pod Failed main: Error (exit code 1)
    started (0)@0
  `,
);
rule(
  "an expression sees exit code, status and message of the last attempt",
  retried(
    `{limit: 3, expression: "lastRetry.exitCode == '7' && lastRetry.status == 'Failed' && lastRetry.message contains 'exit code 7'"}`,
  ),
  { answers: { main: [{ exit: 7 }, { exit: 8 }] } },
  `
    Failed: retryStrategy.expression evaluated to false
    Retry Failed retryStrategy.expression evaluated to false
    (0) Pod Failed main: Error (exit code 7)
    (1) Pod Failed main: Error (exit code 8)
    started (0)@0 (1)@1
  `,
);
rule(
  "the exit code of an error is -1",
  retried(`{limit: 1, expression: "lastRetry.exitCode == '-1' && lastRetry.status == 'Error'"}`),
  { answers: { main: [lost, { exit: 0 }] } },
  `
    Succeeded
    Retry Succeeded
    (0) Pod Error pod deleted
    (1) Pod Succeeded
    started (0)@0 (1)@1
  `,
);
rule(
  "the wait grows by the factor, up to the cap",
  retried("{limit: 3, backoff: {duration: 2, factor: 3, cap: 10}}"),
  {},
  `
    Failed: No more retries left
    Retry Failed No more retries left
    (0) Pod Failed main: Error (exit code 1)
    (1) Pod Failed main: Error (exit code 1)
    (2) Pod Failed main: Error (exit code 1)
    (3) Pod Failed main: Error (exit code 1)
    started (0)@0 (1)@3 (2)@10 (3)@21
  `,
);
rule(
  "durations may be texts",
  retried('{limit: 2, backoff: {duration: "1m", factor: "2"}}'),
  {},
  `
    Failed: No more retries left
    Retry Failed No more retries left
    (0) Pod Failed main: Error (exit code 1)
    (1) Pod Failed main: Error (exit code 1)
    (2) Pod Failed main: Error (exit code 1)
    started (0)@0 (1)@61 (2)@182
  `,
);
rule(
  "without a factor the wait stays",
  retried('{limit: 2, backoff: {duration: "5s"}}'),
  {},
  `
    Failed: No more retries left
    Retry Failed No more retries left
    (0) Pod Failed main: Error (exit code 1)
    (1) Pod Failed main: Error (exit code 1)
    (2) Pod Failed main: Error (exit code 1)
    started (0)@0 (1)@6 (2)@12
  `,
);
rule(
  "a wait that would end after maxDuration is not begun",
  retried('{limit: 10, backoff: {duration: "2", factor: "2", maxDuration: "10s"}}'),
  {},
  `
    Failed: Backoff would exceed max duration limit
    Retry Failed Backoff would exceed max duration limit
    (0) Pod Failed main: Error (exit code 1)
    (1) Pod Failed main: Error (exit code 1)
    (2) Pod Failed main: Error (exit code 1)
    started (0)@0 (1)@3 (2)@8
  `,
);
rule(
  "an attempt that ends after maxDuration is the last",
  retried('{limit: 10, backoff: {duration: "2", maxDuration: "10s"}}', "sleep 11; exit 1"),
  {},
  `
    Failed: Max duration limit exceeded
    Retry Failed Max duration limit exceeded
    (0) Pod Failed main: Error (exit code 1)
    started (0)@0
  `,
);
rule(
  "without a limit nobody waits, but the waits count against maxDuration",
  retried('{backoff: {duration: "2", factor: "2", maxDuration: "20s"}}'),
  {},
  `
    Failed: Backoff would exceed max duration limit
    Retry Failed Backoff would exceed max duration limit
    (0) Pod Failed main: Error (exit code 1)
    (1) Pod Failed main: Error (exit code 1)
    (2) Pod Failed main: Error (exit code 1)
    (3) Pod Failed main: Error (exit code 1)
    (4) Pod Failed main: Error (exit code 1)
    started (0)@0 (1)@1 (2)@2 (3)@3 (4)@4
  `,
);
rule(
  "whole steps are run again",
  steps(call("a", "r")) +
    `  - name: r\n    retryStrategy: {limit: 1}\n    steps: [[${call("b", "ok")}], [${call("c", "fail")}]]\n`,
  { answers: { c: [{ exit: 1 }, { exit: 0 }] } },
  `
    Succeeded
    Steps Succeeded
    [0].a Retry Succeeded
    [0] StepGroup Succeeded
    [0].a(0) Steps Failed child 'wf-3635716106' failed
    [0].a(0)[0].b Pod Succeeded
    [0].a(0)[1].c Pod Failed main: Error (exit code 1)
    [0].a(0)[0] StepGroup Succeeded
    [0].a(0)[1] StepGroup Failed child 'wf-3635716106' failed
    [0].a(1) Steps Succeeded
    [0].a(1)[0].b Pod Succeeded
    [0].a(1)[1].c Pod Succeeded
    [0].a(1)[0] StepGroup Succeeded
    [0].a(1)[1] StepGroup Succeeded
    started [0].a(0)[0].b@0 [0].a(0)[1].c@1 [0].a(1)[0].b@2 [0].a(1)[1].c@3
  `,
);
rule(
  "a whole dag is run again",
  dag(call("a", "r")) +
    `  - name: r\n    retryStrategy: {limit: 1}\n    dag: {tasks: [${call("b", "ok")}, ${call("c", "fail", "depends: b")}]}\n`,
  {},
  `
    Failed
    DAG Failed
    .a Retry Failed No more retries left
    .a(0) DAG Failed
    .a(0).b Pod Succeeded
    .a(0).c Pod Failed main: Error (exit code 1)
    .a(1) DAG Failed
    .a(1).b Pod Succeeded
    .a(1).c Pod Failed main: Error (exit code 1)
    started .a(0).b@0 .a(0).c@1 .a(1).b@2 .a(1).c@3
  `,
);
rule(
  "a dag that ends with an error is run again by OnError only",
  dag(call("a", "r")) +
    `  - name: r\n    retryStrategy: {limit: 1, retryPolicy: OnError}\n    dag: {tasks: [${call("b", "broken")}]}\n`,
  {},
  `
    Error
    DAG Error
    .a Retry Error No more retries left
    .a(0) DAG Error
    .a(0).b Pod Error pod deleted
    .a(1) DAG Error
    .a(1).b Pod Error pod deleted
    started .a(0).b@0 .a(1).b@1
  `,
);
rule(
  "a retry within a retry",
  dag(call("a", "r")) +
    `  - name: r\n    retryStrategy: {limit: 1}\n    dag: {tasks: [${call("b", "leaf")}]}\n${retried("{limit: 1}", "exit 1", "leaf")}`,
  {},
  `
    Failed
    DAG Failed
    .a Retry Failed No more retries left
    .a(0) DAG Failed
    .a(0).b Retry Failed No more retries left
    .a(0).b(0) Pod Failed main: Error (exit code 1)
    .a(0).b(1) Pod Failed main: Error (exit code 1)
    .a(1) DAG Failed
    .a(1).b Retry Failed No more retries left
    .a(1).b(0) Pod Failed main: Error (exit code 1)
    .a(1).b(1) Pod Failed main: Error (exit code 1)
    started .a(0).b(0)@0 .a(0).b(1)@1 .a(1).b(0)@2 .a(1).b(1)@3
  `,
);
rule(
  "members of a loop are tried again one by one",
  steps(call("a", "r", "withItems: [p, q]")) + retried("{limit: 1}", "exit 1", "r"),
  { answers: { "a(0:p)(1)": { exit: 0 } } },
  `
    Failed: child 'wf-600855512' failed
    Steps Failed child 'wf-600855512' failed
    [0] StepGroup Failed child 'wf-600855512' failed
    [0].a(0:p) Retry Succeeded
    [0].a(1:q) Retry Failed No more retries left
    [0].a(0:p)(0) Pod Failed main: Error (exit code 1)
    [0].a(1:q)(0) Pod Failed main: Error (exit code 1)
    [0].a(0:p)(1) Pod Succeeded
    [0].a(1:q)(1) Pod Failed main: Error (exit code 1)
    started [0].a(0:p)(0)@0 [0].a(1:q)(0)@0 [0].a(0:p)(1)@1 [0].a(1:q)(1)@1
  `,
);
rule(
  "the retryStrategy of the run holds for every template, also for the entrypoint",
  steps(call("a", "fail")),
  { spec: "  retryStrategy: {limit: 1}" },
  `
    Failed: No more retries left
    Retry Failed No more retries left
    (0) Steps Failed child 'wf-3924147526' failed
    (0)[0].a Retry Failed No more retries left
    (0)[0] StepGroup Failed child 'wf-3924147526' failed
    (0)[0].a(0) Pod Failed main: Error (exit code 1)
    (0)[0].a(1) Pod Failed main: Error (exit code 1)
    (1) Steps Failed child 'wf-2177590793' failed
    (1)[0].a Retry Failed No more retries left
    (1)[0] StepGroup Failed child 'wf-2177590793' failed
    (1)[0].a(0) Pod Failed main: Error (exit code 1)
    (1)[0].a(1) Pod Failed main: Error (exit code 1)
    started (0)[0].a(0)@0 (0)[0].a(1)@1 (1)[0].a(0)@2 (1)[0].a(1)@3
  `,
);
rule(
  "a script may be retried",
  steps(call("a", "r")) +
    '  - name: r\n    retryStrategy: {limit: 1}\n    script: {image: x, command: [sh], source: "exit 1"}\n',
  {},
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].a Retry Failed No more retries left
    [0] StepGroup Failed child 'wf-3986212215' failed
    [0].a(0) Pod Failed main: Error (exit code 1)
    [0].a(1) Pod Failed main: Error (exit code 1)
    started [0].a(0)@0 [0].a(1)@1
  `,
);
rule(
  "siblings see the last attempt",
  steps(
    call("a", "r"),
    call(
      "b",
      "say",
      'arguments: {parameters: [{name: text, value: "{{steps.a.outputs.result}} {{steps.a.status}} {{steps.a.exitCode}}"}]}',
    ),
  ) + retried("{limit: 1}", "echo hey", "r"),
  { answers: { a: [{ exit: 1 }, { exit: 0 }] } },
  `
    Succeeded
    Steps Succeeded
    [0].a Retry Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0) Pod Failed main: Error (exit code 1)
    [0].a(1) Pod Succeeded
    started [0].a(0)@0 [0].a(1)@1 [1].b@2
  `,
);

test("an attempt knows its number and the attempt before it", async () => {
  const ran = await run(
    retried(
      "{limit: 2}",
      "v {{retries}} {{lastRetry.exitCode}} {{lastRetry.status}} {{lastRetry.duration}} {{lastRetry.message}}",
    ),
    { answers: { main: [{ exit: 7, tookMs: 3000 }, { exit: 8 }, { exit: 0 }] } },
  );
  assert.deepEqual(
    ran.orders.map(({ commands }) => commands[0]?.args[0] ?? commands[0]?.command[2]),
    ["v 0 0  0 ", "v 1 7 Failed 3 main: Error (exit code 7)", "v 2 8 Failed 1 main: Error (exit code 8)"],
  );
});
