/**
 * What every executor must do, as tests with real processes: an implementation calls `describeExecutor` from its own
 * test file. The rules are X1 to X4 of ports/executor.ts and the layout of ports/attempt-directory.ts.
 *
 * Nothing here waits for time to pass. A command that must still run waits on a FIFO in its private `/tmp` until the
 * test writes to it; whether anything of an attempt is left is seen by whether a FIFO still has a reader.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { AttemptOrder } from "../../model/run/attempt.ts";
import { attemptFiles, attemptLogFile } from "../attempt-directory.ts";
import { hasReader, makeCommand, makeOrder, openExecutorBench, releaseReader, type ExecutorBench } from "./executor-bench.ts";
import type { Executor, ExecutorListener } from "../executor.ts";

/** An executor under test. */
export interface ExecutorSubject {
  /** A new executor over the same files, as a new engine would make it. */
  create(listener: ExecutorListener): Executor;
  /** Where attempts may have their directories. */
  readonly directory: string;
  /** Removes everything. */
  dispose(): Promise<void>;
}

type Check = (title: string, body: (bench: ExecutorBench) => Promise<void>) => void;

/** Registers the suite. `open` gives a new and empty place each time. */
export function describeExecutor(name: string, open: () => Promise<ExecutorSubject>): void {
  const check: Check = (title, body) => {
    test(title, async () => {
      const subject = await open();
      const bench = openExecutorBench(subject);
      try {
        await body(bench);
      } finally {
        await bench.close();
        await subject.dispose();
      }
    });
  };
  describe(`executor: ${name}`, () => {
    describeCommands(check);
    describeFiles(check);
    describeImages(check);
    describeEnds(check);
    describeCancelling(check);
    describeSeveralCommands(check);
    describeSecrets(check);
    describeAdoption(check);
  });
}

function sh(text: string, changes: Partial<AttemptOrder> = {}): AttemptOrder {
  return makeOrder([makeCommand({ command: ["sh", "-c", text] })], changes);
}

function describeCommands(check: Check): void {
  check("keeps both outputs byte for byte, and the exit code", async (bench) => {
    const { exit, directory } = await bench.run(sh(`printf 'a\\377\\000b'; printf 'warn' >&2; exit 7`));
    assert.deepEqual(exit.ending, { kind: "exited", code: 7 });
    assert.equal(exit.problem, undefined);
    assert.deepEqual(readFileSync(join(directory, attemptLogFile("main", "out"))), Buffer.from([0x61, 0xff, 0, 0x62]));
    assert.equal(readFileSync(join(directory, attemptLogFile("main", "err")), "utf8"), "warn");
    assert.ok(readFileSync(join(directory, attemptFiles.exit), "utf8").endsWith("\n"));
    assert.ok(exit.endedAt >= exit.startedAt && exit.host !== "" && exit.user !== "");
  });
  check("hands over arguments as they are", async (bench) => {
    const args = ["it's", `"$(id)" \`id\``, "two\nlines", "", " ", "\\n", "-n", "ä\u{1f600}", "*", "$HOME", "A=1"];
    const command = makeCommand({ command: ["sh", "-c", `for each; do printf '[%s]' "$each"; done`, "sh"], args });
    const { out } = await bench.run(makeOrder([command]));
    assert.equal(out, args.map((each) => `[${each}]`).join(""));
  });
  check("runs programs, not the built-ins of its shell", async (bench) => {
    const { out } = await bench.run(makeOrder([makeCommand({ command: ["echo"], args: ["a\\tb", "c"] })]));
    assert.equal(out, "a\\tb c\n");
    const { exit } = await bench.run(makeOrder([makeCommand({ command: ["exit"], args: ["3"] })]));
    assert.equal(exit.problem?.kind, "start-refused");
    const { exit: next } = await bench.run(sh("exit 4"));
    assert.deepEqual(next.ending, { kind: "exited", code: 4 });
  });
  check("gives the order's environment and a clean base, not the engine's own", async (bench) => {
    process.env["MILLRACE_TEST_TOKEN"] = "engine-only";
    const env = [
      { name: "PLAIN", value: "it's $x", secret: false },
      { name: "with.dot-and-dash", value: "dotted", secret: false },
      { name: "IFS", value: ",", secret: false },
    ];
    const command = makeCommand({ command: ["env"], env });
    const { out } = await bench.run(makeOrder([command]));
    delete process.env["MILLRACE_TEST_TOKEN"];
    const lines = out.split("\n");
    for (const { name, value } of env) assert.ok(lines.includes(`${name}=${value}`), `${name} in ${out}`);
    for (const name of ["PATH", "HOME", "TMPDIR", "USER", "LANG"])
      assert.ok(lines.some((line) => line.startsWith(`${name}=/`) || /^(USER|LANG)=./.test(line)), name);
    assert.ok(!out.includes("engine-only"));
  });
  check("refuses what no program can be given", async (bench) => {
    const nul = await bench.run(makeOrder([makeCommand({ command: ["echo"], args: ["a\0b"] })]));
    assertRefused(nul.exit, "executor/nul-in-command");
    const long = await bench.run(makeOrder([makeCommand({ command: ["echo"], args: ["x".repeat(200_000)] })]));
    assertRefused(long.exit, "executor/command-too-long");
  });
  check("runs a script by the named interpreter", async (bench) => {
    const command = makeCommand({ command: ["sh", "-e"], script: `echo "$0" | grep -q script\nprintf "it's %s" "$1"`, args: ["run"] });
    assert.equal((await bench.run(makeOrder([command]))).out, "it's run");
  });
}

function assertRefused(exit: { readonly problem?: { readonly kind: string } }, code: string): void {
  assert.deepEqual([exit.problem?.kind, exit.problem !== undefined && "code" in exit.problem && exit.problem.code], [
    "start-refused",
    code,
  ]);
}

function describeFiles(check: Check): void {
  check("attempts that use the same /tmp name do not meet", async (bench) => {
    const text = (word: string): string =>
      `echo ${word} >/tmp/same.txt; echo ready; read go </tmp/gate; cat /tmp/same.txt; cat "\${TMPDIR}"/nothing 2>/dev/null; true`;
    const [a, b] = [bench.start(sh(text("one")), ["/tmp/gate"]), bench.start(sh(text("two")), ["/tmp/gate"])];
    await Promise.all([bench.waitForOutput(a, "ready"), bench.waitForOutput(b, "ready")]);
    releaseReader(join(a.directory, "root/tmp/gate"));
    releaseReader(join(b.directory, "root/tmp/gate"));
    assert.equal((await a.ended).out, "ready\none\n");
    assert.equal((await b.ended).out, "ready\ntwo\n");
  });
  check("declared paths lie in the attempt's root, inputs and outputs alike", async (bench) => {
    const order = sh("cat /tmp/in/message.txt >/millrace-out/a/result.txt; echo top >/millrace-result.txt", {
      outputParameters: [{ name: "a", path: "/millrace-out/a/result.txt" }],
      outputArtifacts: [{ name: "b", path: "/millrace-result.txt", optional: false, archive: { kind: "none" } }],
    });
    const started = bench.start(order, [], { "/tmp/in/message.txt": "hello" });
    const { exit } = await started.ended;
    assert.deepEqual(exit.ending, { kind: "exited", code: 0 });
    assert.equal(readFileSync(join(started.directory, "root/millrace-out/a/result.txt"), "utf8"), "hello");
    assert.equal(readFileSync(join(started.directory, "root/millrace-result.txt"), "utf8"), "top\n");
  });
  check("a host file that is declared as output is a copy", async (bench) => {
    const order = sh("echo more >>/etc/hosts", {
      outputArtifacts: [{ name: "hosts", path: "/etc/hosts", optional: false, archive: { kind: "none" } }],
    });
    const before = readFileSync("/etc/hosts", "utf8");
    const { directory } = await bench.run(order);
    assert.equal(readFileSync(join(directory, "root/etc/hosts"), "utf8"), `${before}more\n`);
    assert.equal(readFileSync("/etc/hosts", "utf8"), before);
  });
  check("works in the declared directory, by default in one of its own", async (bench) => {
    const command = makeCommand({ command: ["sh", "-c", "echo x >here.txt"], workingDir: "/millrace-work/deep" });
    const { directory } = await bench.run(makeOrder([command]));
    assert.equal(readFileSync(join(directory, "root/millrace-work/deep/here.txt"), "utf8"), "x\n");
    const other = await bench.run(sh("echo y >there.txt"));
    assert.equal(readFileSync(join(other.directory, "root/there.txt"), "utf8"), "y\n");
  });
  check("volumes: text, and one of the attempt under two paths", async (bench) => {
    const own = { name: "shared", readOnly: false, source: { kind: "attempt" } } as const;
    const volumes = [
      { name: "conf", mountPath: "/millrace-conf", readOnly: true, source: { kind: "text", files: { "a.txt": "A" } } } as const,
      { ...own, mountPath: "/millrace-one" },
      { ...own, mountPath: "/millrace-two/deep" },
    ];
    const text = "cat /millrace-conf/a.txt >/millrace-one/x; cat /millrace-two/deep/x";
    const { out, err } = await bench.run(makeOrder([makeCommand({ command: ["sh", "-c", text], volumes })]));
    assert.equal(out, "A", err);
  });
}

function describeImages(check: Check): void {
  check("an image stands for its entrypoint and its programs", async (bench) => {
    const entry = makeCommand({ image: "argoproj/argosay:v2", command: [], args: ["echo", "it's me", "/tmp/o.txt"] });
    const order = makeOrder([entry], { outputParameters: [{ name: "o", path: "/tmp/o.txt" }] });
    const { directory } = await bench.run(order);
    assert.equal(readFileSync(join(directory, "root/tmp/o.txt"), "utf8"), "it's me\n");
    const named = makeCommand({ image: "argoproj/argosay:v2", command: ["sh", "-c", "/argosay; /argosay exit 3"] });
    const { out, exit } = await bench.run(makeOrder([named]));
    assert.equal(out, "hello argo\n");
    assert.deepEqual(exit.ending, { kind: "exited", code: 3 });
  });
  check("a missing program and a missing command are refused by name", async (bench) => {
    const missing = await bench.run(makeOrder([makeCommand({ image: "acme/thing:1", command: ["no-such-program"] })]));
    assertRefused(missing.exit, "executor/missing-tool");
    assert.match(JSON.stringify(missing.exit.problem), /acme\/thing:1.*no-such-program/);
    const empty = await bench.run(makeOrder([makeCommand({ image: "acme/thing:1", command: [] })]));
    assertRefused(empty.exit, "executor/no-command");
  });
}

function describeEnds(check: Check): void {
  check("X1: many attempts start and end exactly once, never more at a time than the capacity", async (bench) => {
    const started = Array.from({ length: 25 }, (_, i) => bench.start(sh(`exit ${i % 3}`)));
    const ends = await Promise.all(started.map((each) => each.ended));
    assert.deepEqual(ends.map(({ exit }) => exit.ending.kind === "exited" && exit.ending.code), ends.map((_, i) => i % 3));
    assert.deepEqual(bench.counts(), { started: 25, ended: 25 });
    assert.ok(bench.mostAtOnce() <= bench.executor.capacity);
  });
  check("X4: an attempt that has a complete record is not run again", async (bench) => {
    const order = sh("echo again >>/tmp/count");
    const first = await bench.run(order);
    const second = bench.start(order, [], {}, first.directory);
    assert.deepEqual((await second.ended).exit.ending, { kind: "exited", code: 0 });
    assert.equal(readFileSync(join(first.directory, "root/tmp/count"), "utf8"), "again\n");
  });
  check("measures processor time, and memory of what runs long enough", async (bench) => {
    const started = bench.start(sh("i=0; while [ $i -lt 150000 ]; do i=$((i+1)); done; echo ready; read go </tmp/gate"), ["/tmp/gate"]);
    await bench.waitForOutput(started, "ready");
    releaseReader(join(started.directory, "root/tmp/gate"));
    const { usage } = (await started.ended).exit;
    assert.ok((usage.cpuUserMs ?? 0) + (usage.cpuSystemMs ?? 0) > 0, JSON.stringify(usage));
    assert.ok(usage.peakMemoryBytes === undefined || usage.peakMemoryBytes > 100_000);
  });
  check("a command that closes its outputs, or floods them, ends like any other", async (bench) => {
    const closed = await bench.run(sh("exec >&- 2>&-; exit 5"));
    assert.deepEqual(closed.exit.ending, { kind: "exited", code: 5 });
    const flood = await bench.run(sh("head -c 20000000 /dev/zero"));
    assert.equal(readFileSync(join(flood.directory, attemptLogFile("main", "out"))).length, 20_000_000);
  });
  check("what is left in the background is gone after close", async (bench) => {
    const { directory } = await bench.run(sh("sleep 1000 <>/tmp/alive & exit 0"), ["/tmp/alive"]);
    await bench.close();
    assert.ok(!hasReader(join(directory, "root/tmp/alive")));
  });
}

function describeCancelling(check: Check): void {
  check("a cancelled command may clean up", async (bench) => {
    const started = bench.start(sh(`trap 'echo bye; exit 9' TERM; echo ready; while :; do sleep 0.01; done`));
    await bench.waitForOutput(started, "ready");
    bench.executor.cancel(started.id, "cancelled", 60_000);
    const { exit, out } = await started.ended;
    assert.deepEqual([exit.ending, exit.problem], [{ kind: "exited", code: 9 }, { kind: "cancelled" }]);
    assert.equal(out, "ready\nbye\n");
  });
  check("X3: whatever ignores SIGTERM or left its session is gone when the end is told", async (bench) => {
    const text =
      "setsid sh -c 'sleep 1000 <>/tmp/alive & sleep 1000 <>/tmp/alive' & " +
      "(trap '' TERM; (setsid sleep 1000 <>/tmp/alive &) & sleep 1000 <>/tmp/alive) & " +
      "env -i sleep 1000 <>/tmp/alive & trap '' TERM; echo ready; while :; do sleep 0.01; done";
    const started = bench.start(sh(text), ["/tmp/alive"]);
    await bench.waitForOutput(started, "ready");
    bench.executor.cancel(started.id, "cancelled", 50);
    const { exit } = await started.ended;
    assert.equal(exit.problem?.kind, "cancelled");
    assert.notDeepEqual(exit.ending, { kind: "exited", code: 0 });
    assert.ok(!hasReader(join(started.directory, "root/tmp/alive")));
    assert.deepEqual((await bench.run(sh("exit 0"))).exit.ending, { kind: "exited", code: 0 });
  });
  check("cancelling at once, before its turn, and without a reason to", async (bench) => {
    const running = Array.from({ length: bench.executor.capacity }, () => bench.start(sh("sleep 1000")));
    const waiting = bench.start(sh("exit 0"));
    for (const each of [waiting, ...running]) bench.executor.cancel(each.id, "cancelled", 5000);
    bench.executor.cancel("no/such/attempt", "cancelled", 0);
    const ends = await Promise.all([waiting, ...running].map((each) => each.ended));
    assert.deepEqual(ends.map(({ exit }) => exit.problem?.kind), ends.map(() => "cancelled"));
    assert.equal(ends[0]?.exit.ending.kind, "not-run");
  });
  check("an attempt that takes too long is ended", async (bench) => {
    const { exit } = await bench.run(sh("sleep 1000", { timeoutMs: 100, graceMs: 5000 }));
    assert.deepEqual(exit.problem, { kind: "timed-out" });
  });
  check("close ends what runs", async (bench) => {
    const started = bench.start(sh("sleep 1000 <>/tmp/alive; exit 0"), ["/tmp/alive"]);
    await started.started;
    await bench.executor.close({ leaveRunning: false });
    assert.equal((await started.ended).exit.problem?.kind, "cancelled");
    assert.ok(!hasReader(join(started.directory, "root/tmp/alive")));
  });
}

function describeSeveralCommands(check: Check): void {
  const named = (name: string, text: string, changes: Parameters<typeof makeCommand>[0] = {}): ReturnType<typeof makeCommand> =>
    makeCommand({ name, command: ["sh", "-c", text], ...changes });
  check("a graph of commands shares one view and keeps its order", async (bench) => {
    const order = makeOrder([
      named("b", "cat /tmp/a >/tmp/b; echo b >>/tmp/b", { after: ["a"] }),
      named("main", "cat /tmp/b; cat /tmp/init", { after: ["a", "b"] }),
      named("a", "echo a >/tmp/a"),
      named("prepare", "echo init >/tmp/init", { role: "init" }),
    ]);
    const { exit, out } = await bench.run(order);
    assert.equal(out, "a\nb\ninit\n");
    assert.deepEqual(exit.ending, { kind: "exited", code: 0 });
    const zero = { kind: "exited", code: 0 };
    assert.deepEqual(exit.commands, { a: zero, b: zero, main: zero, prepare: zero });
  });
  check("the dependents of a failed command do not run, others do", async (bench) => {
    const order = makeOrder([
      named("bad", "exit 3"),
      named("after-bad", "exit 0", { after: ["bad"] }),
      named("main", "echo fine"),
    ]);
    const { exit, out } = await bench.run(order);
    assert.equal(out, "fine\n");
    assert.deepEqual(exit.ending, { kind: "exited", code: 3 });
    assert.deepEqual(exit.commands?.["after-bad"], { kind: "not-run" });
  });
  check("nothing runs after a failed init command", async (bench) => {
    const order = makeOrder([named("main", "exit 0"), named("prepare", "exit 4", { role: "init" }), named("next", "exit 0", { role: "init" })]);
    const { exit } = await bench.run(order);
    assert.deepEqual(exit.ending, { kind: "exited", code: 4 });
    assert.deepEqual([exit.commands?.["main"], exit.commands?.["next"]], [{ kind: "not-run" }, { kind: "not-run" }]);
  });
  check("sides are ended with the mains, by force when they do not listen", async (bench) => {
    const order = makeOrder(
      [
        named("main", "until [ -e /tmp/up ] && [ -e /tmp/up2 ]; do sleep 0.01; done; echo served"),
        named("polite", "trap 'echo bye; exit 0' TERM; touch /tmp/up; while :; do sleep 0.01; done", { role: "side" }),
        named("deaf", "trap '' TERM; touch /tmp/up2; while :; do sleep 0.01; done", { role: "side" }),
      ],
      { graceMs: 200 },
    );
    const { exit, out, directory } = await bench.run(order);
    assert.equal(out, "served\n");
    assert.deepEqual(exit.ending, { kind: "exited", code: 0 });
    assert.deepEqual(exit.commands?.["polite"], { kind: "exited", code: 0 });
    assert.deepEqual(exit.commands?.["deaf"], { kind: "exited", code: 137 });
    assert.equal(readFileSync(join(directory, attemptLogFile("polite", "out")), "utf8"), "bye\n");
  });
  check("a command is tried again inside the attempt", async (bench) => {
    const text = "echo try; [ -e /tmp/second ] || { touch /tmp/second; exit 5; }";
    const { exit, out } = await bench.run(makeOrder([named("main", text, { retries: 2, retryDelayMs: 10 })]));
    assert.deepEqual([exit.ending, out], [{ kind: "exited", code: 0 }, "try\ntry\n"]);
    const never = await bench.run(makeOrder([named("main", "exit 6", { retries: 1, retryDelayMs: 1 })]));
    assert.deepEqual(never.exit.ending, { kind: "exited", code: 6 });
  });
  check("cancelling ends all of them and starts none", async (bench) => {
    const order = makeOrder([
      named("main", "echo ready; sleep 1000 <>/tmp/alive"),
      named("next", "touch /tmp/next", { after: ["main"] }),
      named("again", "exit 1", { retries: 5, retryDelayMs: 1_000_000 }),
      named("side", "sleep 1000 <>/tmp/alive", { role: "side" }),
    ]);
    const started = bench.start(order, ["/tmp/alive"]);
    await bench.waitForOutput(started, "ready");
    bench.executor.cancel(started.id, "cancelled", 10_000);
    const { exit } = await started.ended;
    assert.equal(exit.problem?.kind, "cancelled");
    assert.deepEqual(exit.commands?.["next"], { kind: "not-run" });
    assert.ok(!hasReader(join(started.directory, "root/tmp/alive")));
  });
}

function describeSecrets(check: Check): void {
  check("secret values reach the command and are masked in the logs afterwards", async (bench) => {
    const env = [{ name: "TOKEN", value: "s3cret'value", secret: true }];
    const text = `test "\${#TOKEN}" = 12 && echo "<$TOKEN>" && echo "$TOKEN" >&2`;
    const single = await bench.run(makeOrder([makeCommand({ command: ["sh", "-c", text], env })]));
    assert.deepEqual([single.exit.ending, single.out, single.err], [{ kind: "exited", code: 0 }, "<***>\n", "***\n"]);
    const other = makeCommand({ name: "other", command: ["sh", "-c", `test -z "$TOKEN"`] });
    const several = await bench.run(makeOrder([makeCommand({ command: ["sh", "-c", text], env }), other]));
    assert.deepEqual([several.exit.ending, several.out], [{ kind: "exited", code: 0 }, "<***>\n"]);
    for (const each of [single, several]) assert.deepEqual(bench.findFilesWith(each.directory, "s3cret"), []);
  });
}

function describeAdoption(check: Check): void {
  check("an attempt that was never started is unknown", async (bench) => {
    const place = bench.makeDirectory();
    assert.deepEqual(await bench.executor.adopt(sh("exit 0"), place), { kind: "unknown" });
  });
  check("a running attempt is taken over by the next engine and told once", async (bench) => {
    const order = sh("echo ready; read go </tmp/gate; exit 6", { graceMs: 1000 });
    const started = bench.start(order, ["/tmp/gate"]);
    await bench.waitForOutput(started, "ready");
    await bench.executor.close({ leaveRunning: true });
    const next = bench.next();
    const adopted = next.adopt(order, started.directory);
    assert.deepEqual(await adopted.adoption, { kind: "running" });
    releaseReader(join(started.directory, "root/tmp/gate"));
    assert.deepEqual((await adopted.ended).exit.ending, { kind: "exited", code: 6 });
    assert.deepEqual(next.counts(), { started: 0, ended: 1 });
  });
  check("an adopted attempt can be cancelled, and its time limit holds", async (bench) => {
    for (const timeoutMs of [undefined, 300]) {
      const order = sh("echo ready; trap '' TERM; sleep 1000 <>/tmp/alive; sleep 1000", { graceMs: 20 });
      const started = bench.start(order, ["/tmp/alive"]);
      await bench.waitForOutput(started, "ready");
      await bench.executor.close({ leaveRunning: true });
      const next = bench.next();
      const adopted = next.adopt({ ...order, ...(timeoutMs === undefined ? {} : { timeoutMs }) }, started.directory);
      assert.deepEqual(await adopted.adoption, { kind: "running" });
      if (timeoutMs === undefined) next.executor.cancel(order.attemptId, "cancelled", 20);
      const { exit } = await adopted.ended;
      assert.equal(exit.problem?.kind, timeoutMs === undefined ? "cancelled" : "timed-out");
      assert.ok(!hasReader(join(started.directory, "root/tmp/alive")));
      bench = next;
    }
  });
  check("an ended attempt is told from its record", async (bench) => {
    const order = sh("exit 8");
    const { directory } = await bench.run(order);
    const next = bench.next();
    const adopted = next.adopt(order, directory);
    assert.deepEqual(await adopted.adoption, { kind: "ended" });
    assert.deepEqual((await adopted.ended).exit.ending, { kind: "exited", code: 8 });
  });
  check("an attempt whose supervisor is gone without a record is lost", async (bench) => {
    const directory = bench.makeDirectory();
    writeFileSync(join(directory, attemptFiles.exit), "");
    const adopted = bench.adopt(sh("exit 0"), directory);
    assert.deepEqual(await adopted.adoption, { kind: "ended" });
    assert.equal((await adopted.ended).exit.problem?.kind, "lost");
  });
}
