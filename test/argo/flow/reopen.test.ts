/** Manual retry: a finished run goes on from its bad ends (Argo, FormulateRetryWorkflow). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { call, dag, run, steps } from "./documents.ts";
import { rule } from "./rule.ts";

const again = { kind: "retry", restartSuccessful: false, parameters: {} } as const;
const restart = (select: string) =>
  ({ kind: "retry", restartSuccessful: true, select, parameters: {} }) as const;
const heal = [{ exit: 1 }, { exit: 0 }] as const;
const inner = (body: string): string => `  - name: inner\n    ${body}\n`;

rule(
  "a failed step runs again, and what comes after it",
  steps(call("a", "ok"), call("b", "ok"), call("c", "ok")),
  { answers: { b: heal }, commands: [again] },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [1].b Pod Succeeded
    [2].c Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [2] StepGroup Succeeded
    started [0].a@0 [1].b@1 [1].b@2 [2].c@3
  `,
);
rule(
  "what succeeded beside it does not run again",
  steps(`${call("a", "ok")}, ${call("b", "ok")}`, call("c", "ok")),
  { answers: { b: heal }, commands: [again] },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0].b Pod Succeeded
    [1].c Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [0].a@0 [0].b@0 [0].b@1 [1].c@2
  `,
);
rule(
  "a step that fails again",
  steps(call("a", "fail"), call("b", "ok")),
  { commands: [again, again] },
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Failed main: Error (exit code 1)
    [0] StepGroup Failed child 'wf-3986212215' failed
    started [0].a@0 [0].a@1 [0].a@2
  `,
);
rule(
  "a failed task runs again, and what was omitted after it",
  dag(
    call("a", "ok"),
    call("b", "ok", "depends: a"),
    call("c", "ok", "depends: b"),
    call("d", "ok", "depends: a"),
  ),
  { answers: { b: heal }, commands: [again] },
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .b Pod Succeeded
    .c Pod Succeeded
    .d Pod Succeeded
    started .a@0 .b@1 .d@1 .b@2 .c@3
  `,
);
rule(
  "a task that handled the failure and is done stays done",
  dag(call("a", "ok"), call("b", "ok", "depends: a.Failed"), call("c", "ok", "depends: a")),
  { answers: { a: heal }, commands: [again] },
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .b Pod Succeeded
    .c Pod Succeeded
    started .a@0 .b@1 .a@2 .c@3
  `,
);
rule(
  "an error is a bad end like others",
  dag(call("a", "ok")),
  { answers: { a: [{ problem: { kind: "lost", message: "gone" } }, {}] }, commands: [again] },
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    started .a@0 .a@1
  `,
);
rule(
  "only the failed step of nested steps runs again",
  steps(call("a", "inner"), call("z", "ok")) +
    inner(`steps: [[${call("p", "ok")}], [${call("q", "ok")}], [${call("r", "ok")}]]`),
  { answers: { q: heal }, commands: [again] },
  `
    Succeeded
    Steps Succeeded
    [0].a Steps Succeeded
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a[0].p Pod Succeeded
    [0].a[1].q Pod Succeeded
    [0].a[2].r Pod Succeeded
    [0].a[0] StepGroup Succeeded
    [0].a[1] StepGroup Succeeded
    [0].a[2] StepGroup Succeeded
    started [0].a[0].p@0 [0].a[1].q@1 [0].a[1].q@2 [0].a[2].r@3 [1].z@4
  `,
);
rule(
  "only the failed task of a nested dag runs again",
  dag(call("a", "inner"), call("z", "ok", "depends: a")) +
    inner(
      `dag: {tasks: [${call("p", "ok")}, ${call("q", "ok", "depends: p")}, ${call("r", "ok", "depends: q")}]}`,
    ),
  { answers: { q: heal }, commands: [again] },
  `
    Succeeded
    DAG Succeeded
    .a DAG Succeeded
    .z Pod Succeeded
    .a.p Pod Succeeded
    .a.q Pod Succeeded
    .a.r Pod Succeeded
    started .a.p@0 .a.q@1 .a.q@2 .a.r@3 .z@4
  `,
);
rule(
  "only the failed member of a loop runs again",
  steps(call("a", "ok", "withItems: [u, v, w]"), call("z", "ok")),
  { answers: { "a(1:v)": heal }, commands: [again] },
  `
    Succeeded
    Steps Succeeded
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0:u) Pod Succeeded
    [0].a(1:v) Pod Succeeded
    [0].a(2:w) Pod Succeeded
    started [0].a(0:u)@0 [0].a(1:v)@0 [0].a(2:w)@0 [0].a(1:v)@1 [1].z@2
  `,
);
rule(
  "only the failed member of a task group runs again",
  dag(call("a", "ok", "withItems: [u, v, w]"), call("z", "ok", "depends: a")),
  { answers: { "a(1:v)": heal }, commands: [again] },
  `
    Succeeded
    DAG Succeeded
    .a TaskGroup Succeeded
    .z Pod Succeeded
    .a(0:u) Pod Succeeded
    .a(1:v) Pod Succeeded
    .a(2:w) Pod Succeeded
    started .a(0:u)@0 .a(1:v)@0 .a(2:w)@0 .a(1:v)@1 .z@2
  `,
);
rule(
  "a template with retries begins with new attempts",
  steps(call("a", "r"), call("z", "ok")) +
    "  - {name: r, retryStrategy: {limit: 1}, container: {image: x, command: [echo]}}\n",
  { answers: { a: [{ exit: 1 }, { exit: 1 }, { exit: 0 }] }, commands: [again] },
  `
    Succeeded
    Steps Succeeded
    [0].a Retry Succeeded
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0) Pod Succeeded
    started [0].a(0)@0 [0].a(1)@1 [0].a(0)@2 [1].z@3
  `,
);
rule(
  "a stopped run goes on",
  steps(call("a", "slow"), call("b", "ok")),
  { commands: [{ kind: "stop", atMs: 2000 }, again] },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [0].a@0 [0].a@2 [1].b@12
  `,
);
rule(
  "a terminated run goes on",
  dag(call("a", "slow"), call("b", "ok", "depends: a")),
  { commands: [{ kind: "terminate", atMs: 2000 }, again] },
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .b Pod Succeeded
    started .a@0 .a@2 .b@12
  `,
);
rule(
  "a run that passed its deadline has a new one",
  steps(call("a", "slow"), call("b", "ok")),
  {
    spec: "  activeDeadlineSeconds: 5",
    answers: { a: [{ tookMs: 10_000 }, { tookMs: 3000 }], b: [{ tookMs: 3000 }, {}] },
    commands: [again, again],
  },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [0].a@0 [0].a@5 [1].b@8 [1].b@10
  `,
);
rule(
  "the exit handler runs again",
  steps(call("a", "ok")),
  { spec: "  onExit: ok", answers: { a: heal }, commands: [again] },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    .onExit Pod Succeeded
    started [0].a@0 .onExit@1 [0].a@2 .onExit@3
  `,
);
rule(
  "a failed exit handler alone runs again",
  steps(call("a", "ok")) + "  - {name: bye, container: {image: x, command: [echo, bye]}}\n",
  { spec: "  onExit: bye", answers: { "wf.onExit": heal }, commands: [again] },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    .onExit Pod Succeeded
    started [0].a@0 .onExit@1 .onExit@2
  `,
);
rule(
  "a run that has succeeded is not retried",
  steps(call("a", "ok")),
  { commands: [again] },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    started [0].a@0
    refused run/succeeded
  `,
);
rule(
  "a run that goes on is not retried",
  steps(call("a", "slow")),
  { commands: [{ ...again, atMs: 2000 }] },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    started [0].a@0
    refused run/not-ended
  `,
);
rule(
  "with restartSuccessful a good step runs again, and what comes after it",
  steps(call("a", "ok"), call("b", "ok"), call("c", "ok")),
  { commands: [restart("displayName=b")] },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [1].b Pod Succeeded
    [2].c Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [2] StepGroup Succeeded
    started [0].a@0 [1].b@1 [2].c@2 [1].b@3 [2].c@4
  `,
);
rule(
  "with restartSuccessful a good task runs again, and what depends on it",
  dag(
    call("a", "ok"),
    call("b", "ok", "depends: a"),
    call("c", "ok", "depends: b"),
    call("d", "ok", "depends: a"),
  ),
  { commands: [restart("displayName=b")] },
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .b Pod Succeeded
    .c Pod Succeeded
    .d Pod Succeeded
    started .a@0 .b@1 .d@1 .c@2 .b@3 .c@4
  `,
);
rule(
  "with restartSuccessful a member of a loop runs again",
  steps(call("a", "ok", "withItems: [u, v]"), call("z", "ok")),
  { commands: [restart("displayName=a(0:u)")] },
  `
    Succeeded
    Steps Succeeded
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a(0:u) Pod Succeeded
    [0].a(1:v) Pod Succeeded
    started [0].a(0:u)@0 [0].a(1:v)@0 [1].z@1 [0].a(0:u)@2 [1].z@3
  `,
);
rule(
  "with restartSuccessful a step within a step runs again, and what comes after both",
  steps(call("a", "inner"), call("z", "ok")) +
    inner(`steps: [[${call("p", "ok")}], [${call("q", "ok")}], [${call("r", "ok")}]]`),
  { commands: [restart("displayName=q")] },
  `
    Succeeded
    Steps Succeeded
    [0].a Steps Succeeded
    [1].z Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a[0].p Pod Succeeded
    [0].a[1].q Pod Succeeded
    [0].a[2].r Pod Succeeded
    [0].a[0] StepGroup Succeeded
    [0].a[1] StepGroup Succeeded
    [0].a[2] StepGroup Succeeded
    started [0].a[0].p@0 [0].a[1].q@1 [0].a[2].r@2 [1].z@3 [0].a[1].q@4 [0].a[2].r@5 [1].z@6
  `,
);
rule(
  "a tolerated failure that the run went on from stays as it is",
  steps(call("a", "fail", "continueOn: {failed: true}"), call("b", "ok"), call("c", "ok")),
  { answers: { c: heal }, commands: [again] },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Failed main: Error (exit code 1)
    [1].b Pod Succeeded
    [2].c Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [2] StepGroup Succeeded
    started [0].a@0 [1].b@1 [2].c@2 [2].c@3
  `,
);
rule(
  "a tolerated failure in a part that has succeeded stays as it is",
  steps(call("a", "inner"), call("b", "ok")) +
    inner(`steps: [[${call("p", "fail", "continueOn: {failed: true}")}]]`),
  { answers: { b: heal }, commands: [again] },
  `
    Succeeded
    Steps Succeeded
    [0].a Steps Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [0].a[0].p Pod Failed main: Error (exit code 1)
    [0].a[0] StepGroup Succeeded
    started [0].a[0].p@0 [1].b@1 [1].b@2
  `,
);
rule(
  "a failed task that the dag went on from stays as it is",
  dag(call("a", "fail"), call("b", "ok", "depends: a.Failed"), call("c", "ok", "depends: b")),
  { answers: { c: heal }, commands: [again] },
  `
    Succeeded
    DAG Succeeded
    .a Pod Failed main: Error (exit code 1)
    .b Pod Succeeded
    .c Pod Succeeded
    started .a@0 .b@1 .c@2 .c@3
  `,
);
rule(
  "a tolerated failure runs again with the others when nothing after it was good",
  steps(call("a", "fail", "continueOn: {failed: true}"), call("b", "ok")),
  { answers: { b: heal }, commands: [again] },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Failed main: Error (exit code 1)
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [0].a@0 [1].b@1 [0].a@2 [1].b@3
  `,
);
rule(
  "a suspend step that was stopped waits again",
  steps(call("w", "wait"), call("b", "ok")) + "  - {name: wait, suspend: {}}\n",
  { commands: [{ kind: "stop" }, again, { kind: "resume" }] },
  `
    Succeeded
    Steps Succeeded
    [0].w Suspend Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [1].b@0.2
  `,
);

test("changed parameters hold for what runs again", async () => {
  const ran = await run(
    steps(call("a", "say", 'arguments: {parameters: [{name: text, value: "{{workflow.parameters.p}}"}]}')),
    {
      spec: "  arguments: {parameters: [{name: p, value: old}]}",
      answers: { a: heal },
      commands: [{ ...again, parameters: { p: "new" } }],
    },
  );
  assert.equal(ran.phase, "Succeeded");
  assert.equal(ran.program("[0].a"), "echo new");
});
