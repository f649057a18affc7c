/** Daemons: when they count as done, what others see of them, when they are ended, and what their own end means. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { call, dag, run, steps } from "./documents.ts";
import { rule } from "./rule.ts";

const db = "  - {name: db, daemon: true, container: {image: x, command: [serve]}}\n";
const again =
  "  - {name: db, daemon: true, retryStrategy: {limit: 2}, container: {image: x, command: [serve]}}\n";
const say = (tag: string): string => `arguments: {parameters: [{name: text, value: '${tag}'}]}`;

rule(
  "the next group begins when the daemon is ready, and the daemon ends well after the last one",
  steps(call("d", "db"), call("a", "slow"), call("b", "ok")) + db,
  { answers: { db: { readyMs: 3_000 } } },
  `
    Succeeded
    Steps Succeeded
    [0].d Pod Succeeded
    [1].a Pod Succeeded
    [2].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [2] StepGroup Succeeded
    started [0].d@0 [1].a@3 [2].b@13
  `,
);

rule(
  "in a dag: Daemoned holds, Succeeded does not, a bare name does",
  dag(
    call("d", "db"),
    call("a", "ok", "depends: d"),
    call("b", "ok", "depends: d.Daemoned"),
    call("c", "ok", "depends: d.Succeeded"),
    call("e", "ok", "depends: d && a"),
  ) + db,
  {},
  `
    Succeeded
    DAG Succeeded
    .d Pod Succeeded
    .a Pod Succeeded
    .b Pod Succeeded
    .c Skipped Omitted omitted: depends condition not met
    .e Pod Succeeded
    started .d@0 .a@1 .b@1 .e@2
  `,
);

test("while it is ready it is running and daemoned, and others see where it is", async () => {
  const ran = await run(
    dag(call("d", "db"), call("s", "say", `depends: d, ${say("{{tasks.d.ip}} {{tasks.d.status}}")}`)) + db,
    { answers: { s: { tookMs: 100_000_000 } }, atMost: 10_000 },
  );
  assert.equal(ran.program("s"), "echo 127.0.0.1 Running");
  const node = ran.node(".d") as unknown as Readonly<Record<string, unknown>>;
  assert.deepEqual([node["phase"], node["daemoned"], node["podIP"]], ["Running", true, "127.0.0.1"]);
  assert.equal((ran.node(".s") as unknown as Readonly<Record<string, unknown>>)["daemoned"], undefined);
});

test("after its end it is daemoned no more", async () => {
  const ran = await run(steps(call("d", "db"), call("a", "ok")) + db);
  assert.equal((ran.node("[0].d") as unknown as Readonly<Record<string, unknown>>)["daemoned"], undefined);
  assert.deepEqual(
    ran.cancelled.map(({ reason }) => reason),
    ["cancelled"],
  );
});

test("a fan-out of daemons gives a list of addresses", async () => {
  const ran = await run(
    steps(call("d", "db", "withItems: [1, 2]"), call("s", "say", say("{{steps.d.ip}}"))) + db,
  );
  assert.equal(ran.phase, "Succeeded");
  assert.equal(ran.program("s"), 'echo ["127.0.0.1","127.0.0.1"]');
});

rule(
  "one that ends by itself has failed, whatever its exit code; nothing begins before it was ready",
  dag(call("d", "db"), call("a", "ok", "depends: d")) + db,
  { answers: { db: { tookMs: 500 } } },
  `
    Failed
    DAG Failed
    .d Pod Failed a service ended by itself
    .a Skipped Omitted omitted: depends condition not met
    started .d@0
  `,
);

rule(
  "steps go on without a daemon that was ready once",
  steps(call("d", "db"), call("a", "slow"), call("b", "ok")) + db,
  { answers: { db: { tookMs: 5_000, exit: 2 } } },
  `
    Succeeded
    Steps Succeeded
    [0].d Pod Failed main: Error (exit code 2)
    [1].a Pod Succeeded
    [2].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [2] StepGroup Succeeded
    started [0].d@0 [1].a@1 [2].b@11
  `,
);

rule(
  "one with retries is started again, and what comes next waits for it",
  steps(call("d", "db"), call("a", "ok"), call("b", "ok")) + again,
  { answers: { db: [{ tookMs: 1_500, exit: 1 }, { readyMs: 4_000 }] } },
  `
    Succeeded
    Steps Succeeded
    [0].d Retry Succeeded
    [1].a Pod Succeeded
    [2].b Pod Succeeded
    [0] StepGroup Succeeded
    [1] StepGroup Succeeded
    [2] StepGroup Succeeded
    [0].d(0) Pod Failed main: Error (exit code 1)
    [0].d(1) Pod Succeeded
    started [0].d(0)@0 [1].a@1 [0].d(1)@1.5 [2].b@5.5
  `,
);

rule(
  "it is ended with the template that it stands in, also when that fails",
  `  - name: main\n    steps: [[{name: x, template: inner}], [{name: y, template: ok}]]
  - name: inner\n    steps: [[{name: d, template: db}], [{name: a, template: fail}]]\n${db}`,
  {},
  `
    Failed: child 'wf-4103655548' failed
    Steps Failed child 'wf-4103655548' failed
    [0].x Steps Failed child 'wf-3301164082' failed
    [0] StepGroup Failed child 'wf-4103655548' failed
    [0].x[0].d Pod Succeeded
    [0].x[1].a Pod Failed main: Error (exit code 1)
    [0].x[0] StepGroup Succeeded
    [0].x[1] StepGroup Failed child 'wf-3301164082' failed
    started [0].x[0].d@0 [0].x[1].a@1
  `,
);

test("a stop, a terminate and the deadline of the run end it, well if it was ready", async () => {
  const document = steps(call("d", "db"), call("a", "slow")) + db;
  for (const kind of ["stop", "terminate"] as const) {
    const ran = await run(document, { commands: [{ kind, atMs: 4_000 }] });
    assert.equal(ran.phase, "Failed", kind);
    assert.equal(ran.node("[0].d").phase, "Succeeded", kind);
    assert.equal(ran.cancelled.length, 2, kind);
  }
  const early = await run(document, {
    answers: { db: { readyMs: 9_000 } },
    commands: [{ kind: "stop", atMs: 4_000 }],
  });
  assert.equal(early.node("[0].d").phase, "Failed");
  const late = await run(document, { spec: "  activeDeadlineSeconds: 5" });
  assert.deepEqual([late.phase, late.node("[0].d").phase], ["Failed", "Succeeded"]);
});

test("activeDeadlineSeconds of a daemon is an end of its own", async () => {
  const limited = db.replace("daemon: true", "daemon: true, activeDeadlineSeconds: 3");
  const ran = await run(steps(call("d", "db"), call("a", "slow")) + limited);
  assert.deepEqual([ran.phase, ran.node("[0].d").phase], ["Succeeded", "Failed"]);
});

test("parallelism and locks are for those that use it", async () => {
  const locked = db.replace("daemon: true", "daemon: true, synchronization: {mutexes: [{name: m}]}");
  const user =
    "  - {name: user, synchronization: {mutexes: [{name: m}]}, container: {image: x, command: [echo]}}\n";
  const ran = await run(steps(call("d", "db"), call("a", "user")) + locked + user, {
    spec: "  parallelism: 1",
  });
  assert.equal(ran.phase, "Succeeded");
});

test("an entrypoint that is a daemon has done its work when it is ready", async () => {
  const ran = await run("  - {name: main, daemon: true, container: {image: x, command: [serve]}}\n");
  assert.deepEqual([ran.phase, ran.tookMs >= 1_000, ran.cancelled.length], ["Succeeded", true, 1]);
});

test("a manual retry starts it again", async () => {
  const ran = await run(steps(call("d", "db"), call("a", "fail")) + db, {
    answers: { a: [{ exit: 1 }, { exit: 0 }] },
    commands: [{ kind: "retry", restartSuccessful: false, parameters: {} }],
  });
  assert.equal(ran.phase, "Succeeded");
  assert.deepEqual(ran.started, ["[0].d", "[1].a", "[0].d", "[1].a"]);
});
