/** What people do to a run: suspend, resume, stop, terminate, set (Argo, workflow/util; docs/walk-through/suspending.md). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { call, dag, run, steps } from "./documents.ts";
import { rule } from "./rule.ts";

const waits = `  - {name: wait, suspend: {}}
  - {name: nap, suspend: {duration: "20"}}
  - name: ask
    suspend: {}
    outputs: {parameters: [{name: p, valueFrom: {supplied: {}}}, {name: q, valueFrom: {supplied: {}, default: d}}]}
`;
const bye = { spec: "  onExit: ok" };
const stopAt = (atMs: number) => ({ kind: "stop", atMs }) as const;
const tell = (text: string): string => `arguments: {parameters: [{name: text, value: "${text}"}]}`;

rule(
  "a suspend template waits for a person",
  steps(call("w", "wait"), call("b", "ok")) + waits,
  {},
  `
    Running
    Steps Running
    [0].w Suspend Running
    [0] StepGroup Running
  `,
);
rule(
  "a suspend template with a duration ends by itself",
  steps(call("w", "nap"), call("b", "ok")) + waits,
  {},
  `
    Succeeded
    Steps Succeeded
    [0].w Suspend Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [1].b@20
  `,
);
rule(
  "a duration may be a tag",
  steps(call("w", "rest", tell("5")), call("b", "ok")) +
    '  - {name: rest, inputs: {parameters: [{name: text}]}, suspend: {duration: "{{inputs.parameters.text}}"}}\n',
  {},
  `
    Succeeded
    Steps Succeeded
    [0].w Suspend Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [1].b@5
  `,
);
rule(
  "resume ends all waits",
  dag(call("v", "wait"), call("w", "wait"), call("b", "ok", "depends: v && w")) + waits,
  { commands: [{ kind: "resume" }] },
  `
    Succeeded
    DAG Succeeded
    .v Suspend Succeeded
    .w Suspend Succeeded
    .b Pod Succeeded
    started .b@0.1
  `,
);
rule(
  "resume may end a nap early",
  steps(call("w", "nap"), call("b", "ok")) + waits,
  { commands: [{ kind: "resume", atMs: 3000 }] },
  `
    Succeeded
    Steps Succeeded
    [0].w Suspend Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [1].b@3
  `,
);
rule(
  "resume ends the waits that a selector names",
  dag(call("v", "wait"), call("w", "wait")) + waits,
  { commands: [{ kind: "resume", select: "displayName=v", message: "fine" }] },
  `
    Running
    DAG Running
    .v Suspend Succeeded fine
    .w Suspend Running
  `,
);
rule(
  "selectors may be joined by commas, and may exclude",
  dag(call("v", "wait"), call("w", "wait"), call("x1", "nap")) + waits,
  { commands: [{ kind: "resume", select: "templateName=wait,displayName!=w", atMs: 1000 }], atMost: 2000 },
  `
    Running
    DAG Running
    .v Suspend Succeeded
    .w Suspend Running
    .x1 Suspend Running
  `,
);
rule(
  "a selector may name an input",
  dag(call("v", "gate", tell("1")), call("w", "gate", tell("2"))) +
    "  - {name: gate, inputs: {parameters: [{name: text}]}, suspend: {}}\n",
  { commands: [{ kind: "resume", select: "inputs.parameters.text.value=2" }] },
  `
    Running
    DAG Running
    .v Suspend Running
    .w Suspend Succeeded
  `,
);
rule(
  "a selector that names no wait is refused",
  steps(call("w", "wait")) + waits,
  { commands: [{ kind: "resume", select: "displayName=none" }] },
  `
    Running
    Steps Running
    [0].w Suspend Running
    [0] StepGroup Running
    refused run/no-such-wait
  `,
);
rule(
  "stop with a selector fails just those waits",
  dag(call("v", "wait"), call("w", "wait"), call("b", "ok", "depends: v && w")) + waits,
  { commands: [{ kind: "stop", select: "displayName=v", message: "no" }, { kind: "resume" }] },
  `
    Failed
    DAG Failed
    .v Suspend Failed no
    .w Suspend Succeeded
    .b Skipped Omitted omitted: depends condition not met
  `,
);
rule(
  "a wait does not end while a value is missing",
  steps(call("w", "ask")) + waits,
  { commands: [{ kind: "resume" }, { kind: "resume", select: "displayName=w" }] },
  `
    Running
    Steps Running
    [0].w Suspend Running
    [0] StepGroup Running
    refused run/output-not-set
    refused run/output-not-set
  `,
);
rule(
  "a run that is suspended as a whole goes on, and the wait for a value with it",
  dag(call("w", "ask"), call("a", "ok"), call("b", "ok", "depends: a")) + waits,
  { commands: [{ kind: "suspend" }, { kind: "resume" }] },
  `
    Running
    DAG Running
    .w Suspend Running
    .a Pod Succeeded
    .b Pod Succeeded
    started .a@0 .b@1
  `,
);
rule(
  "a value is set once",
  steps(call("w", "ask")) + waits,
  {
    commands: [
      { kind: "set", select: "displayName=w", values: { p: "P" } },
      { kind: "set", select: "displayName=w", values: { p: "Q" } },
    ],
  },
  `
    Running
    Steps Running
    [0].w Suspend Running
    [0] StepGroup Running
    refused run/output-already-set
  `,
);
rule(
  "values that are supplied are outputs of the wait",
  steps(
    call("w", "ask"),
    call("b", "say", tell("{{steps.w.outputs.parameters.p}}{{steps.w.outputs.parameters.q}}")),
  ) + waits,
  { commands: [{ kind: "set", select: "displayName=w", values: { p: "P" } }, { kind: "resume" }] },
  `
    Succeeded
    Steps Succeeded
    [0].w Suspend Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [1].b@1.1
  `,
);
test("only values that a wait asks for can be set, and only good tasks that exist run again", async () => {
  const { phase, refusals } = await run(steps(call("w", "ask")) + waits, {
    commands: [
      { kind: "set", select: "displayName=w", values: { other: "1" } },
      { kind: "set", select: "displayName=nobody", values: { p: "1" } },
      { kind: "set", select: "displayName=w,phase!=Succeeded", values: { p: "1" }, phase: "succeeded" },
      { kind: "retry", restartSuccessful: true, parameters: {} },
    ],
  });
  assert.deepEqual(
    [phase, refusals],
    ["Succeeded", ["run/no-such-output", "run/no-such-wait", "run/succeeded"]],
  );
});
rule(
  "what is said of a wait stays with it",
  dag(call("v", "ask"), call("w", "wait"), call("x", "wait")) + waits,
  {
    commands: [
      { kind: "set", select: "displayName=v", values: { p: "P" }, message: "looked at" },
      { kind: "set", select: "displayName=w", values: {}, message: "one" },
      { kind: "set", select: "displayName=w", values: {}, message: "two" },
      { kind: "set", select: "displayName=w", values: {}, message: "three", phase: "failed" },
      { kind: "resume", select: "displayName=v", message: "good" },
      { kind: "set", select: "displayName=x", values: {}, message: "still open" },
    ],
  },
  `
    Running
    DAG Running
    .v Suspend Succeeded looked at; good
    .w Suspend Failed one; two; three
    .x Suspend Running still open
  `,
);
rule(
  "a wait may be set to fail, with a message",
  steps(call("w", "wait"), call("b", "ok")) + waits,
  { commands: [{ kind: "set", select: "displayName=w", values: {}, phase: "failed", message: "refused" }] },
  `
    Failed: child 'wf-4221098881' failed
    Steps Failed child 'wf-4221098881' failed
    [0].w Suspend Failed refused
    [0] StepGroup Failed child 'wf-4221098881' failed
  `,
);
rule(
  "a wait may be set to succeed",
  steps(call("w", "wait"), call("b", "ok")) + waits,
  {
    commands: [{ kind: "set", select: "displayName=w", values: {}, phase: "succeeded", message: "granted" }],
  },
  `
    Succeeded
    Steps Succeeded
    [0].w Suspend Succeeded granted
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [1].b@0.1
  `,
);
rule(
  "a wait may be set to an error",
  dag(call("w", "wait"), call("b", "ok", "depends: w.Errored")) + waits,
  { commands: [{ kind: "set", select: "displayName=w", values: {}, phase: "errored" }] },
  `
    Succeeded
    DAG Succeeded
    .w Suspend Error
    .b Pod Succeeded
    started .b@0.1
  `,
);
rule(
  "a suspended run starts nothing new, and what runs ends",
  steps(call("a", "slow"), call("b", "ok")),
  { commands: [{ kind: "suspend", atMs: 2000 }] },
  `
    Running
    Steps Running
    [0].a Pod Succeeded
    [0] StepGroup Running
    started [0].a@0
  `,
);
rule(
  "a resumed run goes on where it stood",
  steps(call("a", "slow"), call("b", "ok")),
  {
    commands: [
      { kind: "suspend", atMs: 2000 },
      { kind: "resume", atMs: 30_000 },
    ],
  },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [1].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    started [0].a@0 [1].b@30
  `,
);
rule(
  "suspend: true in the document holds the run from the start",
  steps(call("a", "ok")),
  { spec: "  suspend: true" },
  `
    Running
    Steps Pending
  `,
);
rule(
  "a run that was held from the start begins when it is resumed",
  steps(call("a", "ok")),
  { spec: "  suspend: true", commands: [{ kind: "resume" }] },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    started [0].a@0.1
  `,
);
rule(
  "stop ends what runs, begins nothing new, and runs the exit handler",
  steps(call("a", "slow"), call("b", "ok")),
  { ...bye, commands: [stopAt(2000)] },
  `
    Failed: Stopped with strategy 'Stop'
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Failed workflow shutdown with strategy:  Stop
    [0] StepGroup Failed child 'wf-3986212215' failed
    .onExit Pod Succeeded
    started [0].a@0 .onExit@2
  `,
);
rule(
  "stop in a dag",
  dag(call("a", "slow"), call("b", "ok", "depends: a")),
  { ...bye, commands: [stopAt(2000)] },
  `
    Failed: Stopped with strategy 'Stop'
    DAG Failed
    .a Pod Failed workflow shutdown with strategy:  Stop
    .onExit Pod Succeeded
    started .a@0 .onExit@2
  `,
);
rule(
  "stop runs the exit hooks of steps too",
  steps(call("a", "slow", "hooks: {exit: {template: ok}}"), call("b", "ok")),
  { commands: [stopAt(2000)] },
  `
    Failed: Stopped with strategy 'Stop'
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Failed workflow shutdown with strategy:  Stop
    [0] StepGroup Failed child 'wf-3986212215' failed
    [0].a.onExit Pod Succeeded
    started [0].a@0 [0].a.onExit@2
  `,
);
rule(
  "stop ends waits",
  steps(call("w", "wait"), call("b", "ok")) + waits,
  { ...bye, commands: [{ kind: "stop" }] },
  `
    Failed: Stopped with strategy 'Stop'
    Steps Failed child 'wf-4221098881' failed
    [0].w Suspend Failed Stopped with strategy 'Stop'
    [0] StepGroup Failed child 'wf-4221098881' failed
    .onExit Pod Succeeded
    started .onExit@0.1
  `,
);
rule(
  "stop ends a suspended run",
  steps(call("a", "slow"), call("b", "ok")),
  {
    commands: [
      { kind: "suspend", atMs: 2000 },
      { kind: "stop", atMs: 20_000 },
    ],
  },
  `
    Failed: Stopped with strategy 'Stop'
    Steps Failed Stopped with strategy 'Stop'
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    started [0].a@0
  `,
);
rule(
  "after a stop nothing is tried again",
  steps(call("a", "r")) +
    '  - {name: r, retryStrategy: {limit: 5}, container: {image: x, command: [sleep, "10"]}}\n',
  { commands: [stopAt(2000)] },
  `
    Failed: Stopped with strategy 'Stop'
    Steps Failed child 'wf-3986212215' failed
    [0].a Retry Failed Stopped with strategy 'Stop'
    [0] StepGroup Failed child 'wf-3986212215' failed
    [0].a(0) Pod Failed workflow shutdown with strategy:  Stop
    started [0].a(0)@0
  `,
);
rule(
  "stop ends a wait between two attempts",
  steps(call("a", "r")) +
    '  - {name: r, retryStrategy: {limit: 5, backoff: {duration: "1h"}}, container: {image: x, command: [sh, -c, "exit 1"]}}\n',
  { commands: [stopAt(2000)] },
  `
    Failed: Stopped with strategy 'Stop'
    Steps Failed child 'wf-3986212215' failed
    [0].a Retry Failed Stopped with strategy 'Stop'
    [0] StepGroup Failed child 'wf-3986212215' failed
    [0].a(0) Pod Failed main: Error (exit code 1)
    [0].a(1) Pod Failed workflow shutdown with strategy:  Stop
    started [0].a(0)@0
  `,
);
rule(
  "stop ends what waits for room",
  steps(`${call("a", "slow")}, ${call("b", "slow")}`),
  { capacity: 1, commands: [stopAt(2000)] },
  `
    Failed: Stopped with strategy 'Stop'
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Failed workflow shutdown with strategy:  Stop
    [0] StepGroup Failed child 'wf-3986212215' failed
    started [0].a@0
  `,
);
rule(
  "stop lets an exit handler that is under way end, and a good run stays good",
  steps(call("a", "ok")),
  { spec: "  onExit: slow", commands: [stopAt(2000)] },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    .onExit Pod Succeeded
    started [0].a@0 .onExit@1
  `,
);
rule(
  "terminate runs no exit handler",
  steps(call("a", "slow"), call("b", "ok")),
  { ...bye, commands: [{ kind: "terminate", atMs: 2000 }] },
  `
    Failed: Stopped with strategy 'Terminate'
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Failed workflow shutdown with strategy:  Terminate
    [0] StepGroup Failed child 'wf-3986212215' failed
    started [0].a@0
  `,
);
rule(
  "terminate runs no exit hooks of steps",
  steps(call("a", "slow", "hooks: {exit: {template: ok}}")),
  { commands: [{ kind: "terminate", atMs: 2000 }] },
  `
    Failed: Stopped with strategy 'Terminate'
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Failed workflow shutdown with strategy:  Terminate
    [0] StepGroup Failed child 'wf-3986212215' failed
    started [0].a@0
  `,
);
rule(
  "terminate ends an exit handler that is under way",
  steps(call("a", "ok")),
  { spec: "  onExit: slow", commands: [{ kind: "terminate", atMs: 2000 }] },
  `
    Failed: Stopped with strategy 'Terminate'
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    .onExit Pod Failed workflow shutdown with strategy:  Terminate
    started [0].a@0 .onExit@1
  `,
);
rule(
  "terminate may follow a stop",
  steps(call("a", "slow")),
  { spec: "  onExit: slow", commands: [stopAt(2000), { kind: "terminate", atMs: 4000 }] },
  `
    Failed: Stopped with strategy 'Terminate'
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Failed workflow shutdown with strategy:  Stop
    [0] StepGroup Failed child 'wf-3986212215' failed
    .onExit Pod Failed workflow shutdown with strategy:  Terminate
    started [0].a@0 .onExit@2
  `,
);
rule(
  "an ended run takes no stop",
  steps(call("a", "ok")),
  { commands: [{ kind: "stop" }] },
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    started [0].a@0
    refused run/ended
  `,
);

test("values that were supplied reach the next step", async () => {
  const ran = await run(
    steps(
      call("w", "ask"),
      call("b", "say", tell("{{steps.w.outputs.parameters.p}}{{steps.w.outputs.parameters.q}}")),
    ) + waits,
    {
      commands: [{ kind: "set", select: "displayName=w", values: { p: "P" } }, { kind: "resume" }],
    },
  );
  assert.equal(ran.program("[1].b"), "echo Pd");
  assert.deepEqual(
    ran.node("w").outputs?.parameters?.map(({ name, value }) => [name, value]),
    [
      ["p", "P"],
      ["q", "d"],
    ],
  );
});

test("what a stop ends is killed politely, what a terminate ends at once", async () => {
  const stopped = await run(steps(call("a", "slow")), { commands: [stopAt(2000)] });
  assert.deepEqual(
    stopped.cancelled.map(({ reason }) => reason),
    ["cancelled"],
  );
  const terminated = await run(steps(call("a", "slow")), { commands: [{ kind: "terminate", atMs: 2000 }] });
  assert.deepEqual(
    terminated.cancelled.map(({ reason }) => reason),
    ["cancelled"],
  );
});
