/** The part of the executor suite that is about ends: reports, cancelling, several commands, secrets, adoption. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AttemptCommand } from "../../model/run/attempt.ts";
import { attemptFiles, attemptLogFile } from "../attempt-directory.ts";
import {
  type ExecutorCheck,
  hasReader,
  makeCommand,
  makeOrder,
  releaseReader,
  sh,
} from "./executor-bench.ts";

export function describeEnds(check: ExecutorCheck): void {
  check(
    "X1: many attempts start and end exactly once, never more at a time than the capacity",
    async (bench) => {
      const started = Array.from({ length: 25 }, (_, i) => bench.start(sh(`exit ${i % 3}`)));
      const ends = await Promise.all(started.map((each) => each.ended));
      assert.deepEqual(
        ends.map(({ exit }) => exit.ending.kind === "exited" && exit.ending.code),
        ends.map((_, i) => i % 3),
      );
      assert.deepEqual(bench.counts(), { started: 25, ended: 25 });
      assert.ok(bench.mostAtOnce() <= bench.executor.capacity);
    },
  );
  check("X4: an attempt that has a complete record is not run again", async (bench) => {
    const order = sh("echo again >>/tmp/count");
    const first = await bench.run(order);
    const second = bench.start(order, [], {}, first.directory);
    assert.deepEqual((await second.ended).exit.ending, { kind: "exited", code: 0 });
    assert.equal(readFileSync(join(first.directory, "root/tmp/count"), "utf8"), "again\n");
  });
  check("X7: measures the shortest attempts as well", async (bench) => {
    for (const code of [0, 3]) {
      const { usage } = (await bench.run(sh(`exit ${code}`))).exit;
      assert.ok((usage.cpuUserMs ?? -1) >= 0 && (usage.cpuSystemMs ?? -1) >= 0, JSON.stringify(usage));
      const isTold = existsSync("/proc/self/status");
      assert.ok((usage.peakMemoryBytes ?? 0) > 100_000 || !isTold, JSON.stringify(usage));
    }
  });
  check("measures processor time, and memory of what runs long enough", async (bench) => {
    const started = bench.start(
      sh("i=0; while [ $i -lt 150000 ]; do i=$((i+1)); done; echo ready; read go </tmp/gate"),
      ["/tmp/gate"],
    );
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

export function describeCancelling(check: ExecutorCheck): void {
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
    assert.deepEqual(
      ends.map(({ exit }) => exit.problem?.kind),
      ends.map(() => "cancelled"),
    );
    assert.equal(ends[0]?.exit.ending.kind, "not-run");
  });
  check("an attempt that takes too long is ended", async (bench) => {
    const { exit, out, err } = await bench.run(sh("exec sleep 1000", { timeoutMs: 100, graceMs: 5000 }));
    assert.deepEqual(exit.problem, { kind: "timed-out" });
    assert.deepEqual([out, err], ["", ""], "nobody but the command writes into its logs");
  });
  check("close ends what runs", async (bench) => {
    const started = bench.start(sh("sleep 1000 <>/tmp/alive; exit 0"), ["/tmp/alive"]);
    await started.started;
    await bench.executor.close({ leaveRunning: false });
    assert.equal((await started.ended).exit.problem?.kind, "cancelled");
    assert.ok(!hasReader(join(started.directory, "root/tmp/alive")));
  });
}

function named(name: string, text: string, changes: Partial<AttemptCommand> = {}): AttemptCommand {
  return makeCommand({ name, command: ["sh", "-c", text], ...changes });
}

export function describeSeveralCommands(check: ExecutorCheck): void {
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
    const order = makeOrder([
      named("main", "exit 0"),
      named("prepare", "exit 4", { role: "init" }),
      named("next", "exit 0", { role: "init" }),
    ]);
    const { exit } = await bench.run(order);
    assert.deepEqual(exit.ending, { kind: "exited", code: 4 });
    assert.deepEqual(
      [exit.commands?.["main"], exit.commands?.["next"]],
      [{ kind: "not-run" }, { kind: "not-run" }],
    );
  });
}

export function describeSidesAndTries(check: ExecutorCheck): void {
  check("sides are ended with the mains, by force when they do not listen", async (bench) => {
    const order = makeOrder(
      [
        named("main", "until [ -e /tmp/up ] && [ -e /tmp/up2 ]; do sleep 0.01; done; echo served"),
        named("polite", "trap 'echo bye; exit 0' TERM; touch /tmp/up; while :; do sleep 0.01; done", {
          role: "side",
        }),
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
  check(
    "a side that fails by itself fails the attempt, unless a main did; one that is killed does not",
    async (bench) => {
      const gate = ["/tmp/gate"];
      for (const [side, main, code] of [
        ["exit 3", 0, 3],
        ["exit 3", 4, 4],
        ["exit 0", 0, 0],
        ["kill -TERM $$", 0, 0],
        ["kill -KILL $$", 0, 0],
      ] as const) {
        const mainText = `read go </tmp/gate; exit ${main}`;
        // The gate is closed by the end of the side itself, so the main cannot end before.
        const sideText = `exec 3>/tmp/gate; ${side}`;
        const commands = [
          makeCommand({ command: ["sh", "-c", mainText] }),
          makeCommand({ name: "side", role: "side", command: ["sh", "-c", sideText] }),
          // Ended by the supervisor, whatever it says to that.
          makeCommand({ name: "other", role: "side", command: ["sleep", "1000"] }),
        ];
        const { exit } = await bench.run(makeOrder(commands, { graceMs: 1_000 }), gate);
        assert.deepEqual(exit.ending, { kind: "exited", code }, `${side}, ${main}`);
      }
    },
  );
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

export function describeSecrets(check: ExecutorCheck): void {
  check("secret values reach the command and are masked in the logs afterwards", async (bench) => {
    const env = [{ name: "TOKEN", value: "s3cret'value", secret: true }];
    const text = `test "\${#TOKEN}" = 12 && echo "<$TOKEN>" && echo "$TOKEN" >&2`;
    const single = await bench.run(makeOrder([makeCommand({ command: ["sh", "-c", text], env })]));
    assert.deepEqual(
      [single.exit.ending, single.out, single.err],
      [{ kind: "exited", code: 0 }, "<***>\n", "***\n"],
    );
    const other = makeCommand({ name: "other", command: ["sh", "-c", `test -z "$TOKEN"`] });
    const several = await bench.run(makeOrder([makeCommand({ command: ["sh", "-c", text], env }), other]));
    assert.deepEqual([several.exit.ending, several.out], [{ kind: "exited", code: 0 }, "<***>\n"]);
    for (const each of [single, several]) assert.deepEqual(bench.findFilesWith(each.directory, "s3cret"), []);
  });
}

export function describeOpenLogs(check: ExecutorCheck): void {
  check("logs that hold secret values are for this user alone until they are masked", async (bench) => {
    const env = [{ name: "TOKEN", value: "s3cret'value", secret: true }];
    const text = 'echo "<$TOKEN>"; read go </tmp/gate';
    const logs = ["main.out", "main.err"];
    for (const isMadeAhead of [false, true]) {
      const directory = bench.makeDirectory();
      if (isMadeAhead) for (const name of logs) writeFileSync(join(directory, name), "", { mode: 0o644 });
      const order = makeOrder([makeCommand({ command: ["sh", "-c", text], env })]);
      const started = bench.start(order, ["/tmp/gate"], {}, directory);
      const modeOf = (name: string): number => statSync(join(directory, name)).mode & 0o777;
      await bench.waitForOutput(started, "s3cret");
      assert.deepEqual(logs.map(modeOf), [0o600, 0o600]);
      releaseReader(join(directory, "root/tmp/gate"));
      assert.equal((await started.ended).out, "<***>\n");
      writeFileSync(join(directory, "plain"), "");
      assert.deepEqual(logs.map(modeOf), [modeOf("plain"), modeOf("plain")]);
    }
  });
}

export function describeAdoption(check: ExecutorCheck): void {
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
      const adopted = next.adopt(
        { ...order, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
        started.directory,
      );
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
