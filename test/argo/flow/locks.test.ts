/** Locks of templates and of whole runs (Argo, docs/synchronization.md). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runTogether } from "../rig.ts";
import type { Ran } from "../rig.ts";
import { call, dag, run, steps, workflow } from "./documents.ts";
import { rule } from "./rule.ts";

const locked = (sync: string, name = "l"): string =>
  `  - {name: ${name}, synchronization: {${sync}}, container: {image: x, command: [echo]}}\n`;
const mutex = "mutexes: [{name: m}]";
const limits = ["apiVersion: v1\nkind: ConfigMap\nmetadata: {name: limits}\ndata: {two: '2'}\n"];
const semaphore = "semaphores: [{configMapKeyRef: {name: limits, key: two}}]";
const named = (name: string, document: string): string =>
  document.replace("metadata: {name: wf}", `metadata: {name: ${name}}`);
const spans = (ran: Ran): readonly string[] =>
  ran.started.map((name, index) => `${name}@${(ran.startedAtMs[index] ?? 0) / 1000}`);

rule(
  "one at a time holds a mutex, in order",
  steps(call("a", "l", "withItems: [1, 2, 3]")) + locked(mutex),
  {},
  `
    Succeeded
    Steps Succeeded
    [0] StepGroup Succeeded
    [0].a(0:1) Pod Succeeded
    [0].a(1:2) Pod Succeeded
    [0].a(2:3) Pod Succeeded
    started [0].a(0:1)@0 [0].a(1:2)@1 [0].a(2:3)@2
  `,
);
rule(
  "a semaphore lets as many run as its ConfigMap says",
  steps(call("a", "l", "withItems: [1, 2, 3, 4]")) + locked(semaphore),
  { definitions: limits },
  `
    Succeeded
    Steps Succeeded
    [0] StepGroup Succeeded
    [0].a(0:1) Pod Succeeded
    [0].a(1:2) Pod Succeeded
    [0].a(2:3) Pod Succeeded
    [0].a(3:4) Pod Succeeded
    started [0].a(0:1)@0 [0].a(1:2)@0 [0].a(2:3)@1 [0].a(3:4)@1
  `,
);
rule(
  "different mutexes do not meet",
  dag(call("a", "l"), call("b", "k")) + locked(mutex) + locked("mutexes: [{name: k}]", "k"),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .b Pod Succeeded
    started .a@0 .b@0
  `,
);
rule(
  "the name of a mutex may be computed from inputs",
  steps(call("a", "l", 'withItems: [u, u, v], arguments: {parameters: [{name: text, value: "{{item}}"}]}')) +
    '  - {name: l, inputs: {parameters: [{name: text}]}, synchronization: {mutexes: [{name: "m-{{inputs.parameters.text}}"}]}, container: {image: x, command: [echo]}}\n',
  {},
  `
    Succeeded
    Steps Succeeded
    [0] StepGroup Succeeded
    [0].a(0:u) Pod Succeeded
    [0].a(1:u) Pod Succeeded
    [0].a(2:v) Pod Succeeded
    started [0].a(0:u)@0 [0].a(2:v)@0 [0].a(1:u)@1
  `,
);
rule(
  "several locks are taken together or not at all",
  dag(call("a", "l"), call("b", "both"), call("c", "k")) +
    locked(mutex) +
    locked("mutexes: [{name: k}]", "k") +
    locked("mutexes: [{name: m}, {name: k}]", "both"),
  {},
  `
    Succeeded
    DAG Succeeded
    .a Pod Succeeded
    .b Pod Succeeded
    .c Pod Succeeded
    started .a@0 .b@1 .c@2
  `,
);
rule(
  "a mutex of steps is held until they have ended",
  dag(call("a", "s"), call("b", "s")) +
    `  - name: s\n    synchronization: {${mutex}}\n    steps: [[${call("p", "ok")}], [${call("q", "ok")}]]\n`,
  {},
  `
    Succeeded
    DAG Succeeded
    .a Steps Succeeded
    .b Steps Succeeded
    .a[0].p Pod Succeeded
    .a[1].q Pod Succeeded
    .a[0] StepGroup Succeeded
    .a[1] StepGroup Succeeded
    .b[0].p Pod Succeeded
    .b[1].q Pod Succeeded
    .b[0] StepGroup Succeeded
    .b[1] StepGroup Succeeded
    started .a[0].p@0 .a[1].q@1 .b[0].p@2 .b[1].q@3
  `,
);
rule(
  "a mutex is held over all attempts",
  dag(call("a", "r"), call("b", "r")) +
    `  - {name: r, synchronization: {${mutex}}, retryStrategy: {limit: 1}, container: {image: x, command: [sh, -c, "exit 1"]}}\n`,
  {},
  `
    Failed
    DAG Failed
    .a Retry Failed No more retries left
    .b Retry Failed No more retries left
    .a(0) Pod Failed main: Error (exit code 1)
    .a(1) Pod Failed main: Error (exit code 1)
    .b(0) Pod Failed main: Error (exit code 1)
    .b(1) Pod Failed main: Error (exit code 1)
    started .a(0)@0 .a(1)@1 .b(0)@2 .b(1)@3
  `,
);
rule(
  "a failed holder lets go",
  dag(call("a", "r"), call("b", "r")) +
    `  - {name: r, synchronization: {${mutex}}, container: {image: x, command: [sh, -c, "exit 1"]}}\n`,
  {},
  `
    Failed
    DAG Failed
    .a Pod Failed main: Error (exit code 1)
    .b Pod Failed main: Error (exit code 1)
    started .a@0 .b@1
  `,
);
rule(
  "a stopped run lets go of what waits",
  dag(call("a", "l"), call("b", "l")) + locked(mutex),
  { answers: { l: { tookMs: 5000 } }, commands: [{ kind: "stop", atMs: 1000 }] },
  `
    Failed: Stopped with strategy 'Stop'
    DAG Failed
    .a Pod Failed workflow shutdown with strategy:  Stop
    .b Pod Failed workflow shutdown with strategy:  Stop
    started .a@0
  `,
);

test("what waits for a lock is pending and says so", async () => {
  const ran = await run(dag(call("a", "l"), call("b", "l")) + locked(mutex), {
    answers: { l: { tookMs: 5000 } },
    atMost: 1000,
  });
  assert.deepEqual(ran.lines(), [
    "DAG Running",
    ".a Pod Running",
    ".b Pod Pending Waiting for default/Mutex/m lock. Lock status: 0/1",
  ]);
});

test("the status names the locks in Argo's form", async () => {
  const ran = await run(dag(call("a", "l"), call("b", "l")) + locked(mutex), {
    answers: { l: { tookMs: 5000 } },
    spec: `  synchronization: {${semaphore}}`,
    definitions: limits,
    atMost: 1000,
  });
  assert.deepEqual(ran.status["synchronization"], {
    mutex: {
      holding: [{ mutex: "default/Mutex/m", holder: `default/wf/${ran.node("a").id}` }],
      waiting: [{ mutex: "default/Mutex/m" }],
    },
    semaphore: { holding: [{ semaphore: "default/ConfigMap/limits/two", holders: ["default/wf"] }] },
  });
  assert.deepEqual(ran.node("b").synchronizationStatus, { waiting: "default/Mutex/m" });
  assert.equal(ran.node("a").synchronizationStatus, undefined);
});

const whole = (name: string, sync = mutex, more = ""): string =>
  named(name, workflow(steps(call("a", "ok")), `  synchronization: {${sync}}\n${more}`));

test("runs with the same mutex run one after the other", async () => {
  const rans = await runTogether([whole("one"), whole("two"), whole("three")]);
  assert.deepEqual(
    rans.map((ran) => [ran.phase, ...spans(ran)]),
    [
      ["Succeeded", "[0].a@0"],
      ["Succeeded", "[0].a@1"],
      ["Succeeded", "[0].a@2"],
    ],
  );
});

test("a run that waits for its mutex is pending and says so", async () => {
  const [, second] = await runTogether([whole("one"), whole("two")], { atMost: 500 });
  assert.deepEqual(
    [second?.phase, second?.message],
    ["Pending", "Waiting for default/Mutex/m lock. Lock status: 0/1"],
  );
});

test("a semaphore lets as many runs begin as it says", async () => {
  const rans = await runTogether(
    [whole("one", semaphore), whole("two", semaphore), whole("three", semaphore)],
    { definitions: limits },
  );
  assert.deepEqual(
    rans.map((ran) => spans(ran)),
    [["[0].a@0"], ["[0].a@0"], ["[0].a@1"]],
  );
});

test("of the runs that wait the one with the higher priority begins first", async () => {
  const rans = await runTogether([whole("one"), whole("two"), whole("three", mutex, "  priority: 5")]);
  assert.deepEqual(
    rans.map((ran) => spans(ran)),
    [["[0].a@0"], ["[0].a@2"], ["[0].a@1"]],
  );
});

test("a run that fails lets the next begin, and an exit handler is still within the lock", async () => {
  const bad = named("one", workflow(steps(call("a", "fail")), `  synchronization: {${mutex}}\n  onExit: ok`));
  const rans = await runTogether([bad, whole("two")]);
  assert.deepEqual(
    rans.map((ran) => [ran.phase, ...spans(ran)]),
    [
      ["Failed", "[0].a@0", ".onExit@1"],
      ["Succeeded", "[0].a@2"],
    ],
  );
});

test("the name of a run's mutex may be computed from its parameters", async () => {
  const sync = 'mutexes: [{name: "{{workflow.parameters.p}}"}]';
  const more = "  arguments: {parameters: [{name: p, value: m}]}";
  const rans = await runTogether([whole("one", sync, more), whole("two")]);
  assert.deepEqual(
    rans.map((ran) => spans(ran)),
    [["[0].a@0"], ["[0].a@1"]],
  );
});

test("a mutex of a template holds between runs too", async () => {
  const document = workflow(steps(call("a", "l")) + locked(mutex));
  const rans = await runTogether([named("one", document), named("two", document), whole("three")]);
  assert.deepEqual(
    rans.flatMap((ran) => ran.startedAtMs).sort((a, b) => a - b),
    [0, 1000, 2000],
  );
});

test("a run that was stopped before it could begin ends, and runs no exit handler", async () => {
  const later = named(
    "later",
    workflow(steps(call("a", "ok")), `  synchronization: {${mutex}}\n  onExit: ok`),
  );
  const [first, second] = await runTogether([whole("one"), later, whole("three")], {
    commands: [{ kind: "stop", run: 1, atMs: 500 }],
  });
  assert.equal(first?.phase, "Succeeded");
  assert.deepEqual(
    [second?.phase, second?.message, second?.started],
    ["Failed", "Stopped with strategy 'Stop'", []],
  );
});

test("a run that waits for its mutex may be suspended and resumed", async () => {
  const rans = await runTogether([whole("one"), whole("two")], {
    commands: [
      { kind: "suspend", run: 1, atMs: 500 },
      { kind: "resume", run: 1, atMs: 5000 },
    ],
  });
  assert.deepEqual(
    rans.map((ran) => spans(ran)),
    [["[0].a@0"], ["[0].a@5"]],
  );
});

test("a run's own mutex is no obstacle for its templates, which take it one at a time", async () => {
  const document = workflow(
    dag(call("a", "l"), call("b", "l")) + locked(mutex),
    `  synchronization: {${mutex}}`,
  );
  const rans = await runTogether([named("one", document), named("two", document)]);
  assert.deepEqual(
    rans.map((ran) => [ran.phase, ...spans(ran)]),
    [
      ["Succeeded", ".a@0", ".b@1"],
      ["Succeeded", ".a@2", ".b@3"],
    ],
  );
});

test("steps that hold a mutex are no obstacle for what they call", async () => {
  const outer = `  - name: s\n    synchronization: {${mutex}}\n    steps: [[${call("p", "l")}, ${call("q", "l")}]]\n`;
  const ran = await run(dag(call("a", "s"), call("b", "l")) + outer + locked(mutex));
  assert.deepEqual([ran.phase, ...spans(ran)], ["Succeeded", ".a[0].p@0", ".a[0].q@1", ".b@2"]);
});

test("nobody waits behind somebody who waits for him", async () => {
  // `two` is first in line for both, and waits for `m`, which `one` has until its task gets `k`.
  const both = "mutexes: [{name: m}, {name: k}]";
  const one = workflow(
    steps(call("a", "ok"), call("b", "l")) + locked("mutexes: [{name: k}]"),
    `  synchronization: {${mutex}}`,
  );
  const rans = await runTogether([named("one", one), whole("two", both, "  priority: 9")]);
  assert.deepEqual(
    rans.map((ran) => [ran.phase, ...spans(ran)]),
    [
      ["Succeeded", "[0].a@0", "[1].b@1"],
      ["Succeeded", "[0].a@2"],
    ],
  );
});

test("tasks of several runs wait by the priority of their runs", async () => {
  const document = workflow(steps(call("a", "l", "withItems: [1, 2]")) + locked(mutex));
  const urgent = document.replace("entrypoint: main", "entrypoint: main\n  priority: 3");
  const rans = await runTogether([named("one", document), named("two", document), named("three", urgent)]);
  assert.deepEqual(
    rans.map((ran) => ran.startedAtMs),
    [
      [0, 3000],
      [4000, 5000],
      [1000, 2000],
    ],
  );
});

test("a suspended run holds up nobody who waits behind it", async () => {
  const rans = await runTogether([whole("one"), whole("two"), whole("three")], {
    commands: [
      { kind: "suspend", run: 1, atMs: 500 },
      { kind: "resume", run: 1, atMs: 5000 },
    ],
  });
  assert.deepEqual(
    rans.map((ran) => spans(ran)),
    [["[0].a@0"], ["[0].a@5"], ["[0].a@1"]],
  );
});

test("a retried run waits for its mutex again", async () => {
  const bad = named(
    "one",
    workflow(
      steps(call("a", "r")) + "  - {name: r, container: {image: x, command: [echo]}}\n",
      `  synchronization: {${mutex}}`,
    ),
  );
  const rans = await runTogether([bad, whole("two", mutex, "  activeDeadlineSeconds: 100")], {
    answers: { r: [{ exit: 1 }, {}], ok: { tookMs: 10_000 } },
    commands: [{ kind: "retry", run: 0, atMs: 2000, restartSuccessful: false, parameters: {} }],
  });
  assert.deepEqual(
    rans.map((ran) => [ran.phase, ...spans(ran)]),
    [
      ["Succeeded", "[0].a@0", "[0].a@11"],
      ["Succeeded", "[0].a@1"],
    ],
  );
});

test("a retried run that waits is pending and says so", async () => {
  const bad = named("one", workflow(steps(call("a", "fail")), `  synchronization: {${mutex}}`));
  const [first] = await runTogether([bad, whole("two")], {
    answers: { ok: { tookMs: 10_000 } },
    commands: [{ kind: "retry", run: 0, atMs: 2000, restartSuccessful: false, parameters: {} }],
    atMost: 3000,
  });
  assert.deepEqual(
    [first?.phase, first?.message],
    ["Pending", "Waiting for default/Mutex/m lock. Lock status: 0/1"],
  );
});

test("a semaphore of 0 holds everybody back", async () => {
  const definitions = limits.map((text) => text.replace("'2'", "'0'"));
  const [ran] = await runTogether([whole("one", semaphore)], { definitions, atMost: 1000 });
  assert.deepEqual(
    [ran?.phase, ran?.message],
    ["Pending", "Waiting for default/ConfigMap/limits/two lock. Lock status: 0/0"],
  );
});

test("a semaphore without a limit that anybody knows holds nothing back", async () => {
  const database = "semaphores: [{database: {key: k}}]";
  const rans = await runTogether([whole("one", database), whole("two", database)]);
  assert.deepEqual(
    rans.map((ran) => spans(ran)),
    [["[0].a@0"], ["[0].a@0"]],
  );
  assert.deepEqual(
    rans.map((ran) => ran.diagnostics.map(({ code }) => code)),
    [["argo/unknown-semaphore-limit"], ["argo/unknown-semaphore-limit"]],
  );
});

test("as many runs begin as the engine lets run, by priority and age; a full namespace holds up no other", async () => {
  const plain = (name: string, more = ""): string => named(name, workflow(steps(call("a", "ok")), more));
  const apart = (name: string): string =>
    plain(name).replace(`name: ${name}`, `name: ${name}, namespace: other`);
  const rans = await runTogether(
    [plain("one"), plain("two"), plain("three", "  priority: 1"), apart("four"), apart("five")],
    { limits: { runsAtMost: 3, runsPerNamespaceAtMost: 1 } },
  );
  assert.deepEqual(
    rans.map((ran) => spans(ran)),
    [["[0].a@0"], ["[0].a@2"], ["[0].a@1"], ["[0].a@0"], ["[0].a@1"]],
  );
});

test("with a limit, runs that have begun go to their end before others begin", async () => {
  const two = (name: string): string => named(name, workflow(steps(call("a", "ok"), call("b", "ok"))));
  const rans = await runTogether(["one", "two", "three", "four"].map(two), { limits: { runsAtMost: 2 } });
  assert.deepEqual(
    rans.map((ran) => spans(ran)),
    [0, 0, 2, 2].map((from) => [`[0].a@${from}`, `[1].b@${from + 1}`]),
  );
});

test("a run that waits for a place is pending and says so; a retried one waits too", async () => {
  const plain = (name: string, template: string): string => named(name, workflow(steps(call("a", template))));
  const rans = await runTogether([plain("one", "fail"), plain("two", "slow"), plain("three", "ok")], {
    limits: { runsAtMost: 1 },
    commands: [{ kind: "retry", run: 0, atMs: 3000, restartSuccessful: false, parameters: {} }],
    atMost: 4000,
  });
  const message = "Workflow processing has been postponed because too many workflows are already running";
  assert.deepEqual(
    rans.map((ran) => [ran.phase, ran.message]),
    [
      ["Pending", message],
      ["Running", ""],
      ["Pending", message],
    ],
  );
});
