/**
 * Attempts outlive the engine: a child process with an executor is killed with SIGKILL in the middle of its attempts,
 * which go on, are found by the next engine, and whose ends are told once each.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { createProcessExecutor } from "../../src/executors/process/process-executor.ts";
import { createSandboxExecutor } from "../../src/executors/sandbox/sandbox-executor.ts";
import type { AttemptOrder } from "../../src/model/run/attempt.ts";
import { attemptLogFile } from "../../src/ports/attempt-directory.ts";
import {
  hasReader,
  makeCommand,
  makeOrder,
  openExecutorBench,
  releaseReader,
} from "../../src/ports/conformance/executor-bench.ts";
import { forEachProgram } from "./slot-programs.ts";
import { openSubject } from "./temporary-place.ts";

interface Engine {
  readonly child: ChildProcess;
  start(order: AttemptOrder, directory: string): void;
  /** The next line that it wrote. */
  read(): Promise<string>;
  kill(): Promise<void>;
}

function openEngine(kind: string, stateDirectory: string, slots: string): Engine {
  const program = join(import.meta.dirname, "engine-child.ts");
  const child = spawn(process.execPath, [program, kind, stateDirectory, slots], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    start: (order, directory) => void child.stdin.write(`${JSON.stringify({ order, directory })}\n`),
    read: async () => String((await lines.next()).value),
    kill: async () => {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    },
  };
}

for (const kind of ["process", "sandbox"] as const) {
  const create = kind === "process" ? createProcessExecutor : createSandboxExecutor;
  forEachProgram(
    (program, name) =>
      void test(`${kind} with ${name}: attempts outlive a killed engine`, async (context) => {
        const subject = await openSubject((stateDirectory, listener) =>
          create({ capacity: 4, stateDirectory, program }, listener),
        );
        const bench = openExecutorBench(subject);
        try {
          const { available, reason } = await bench.executor.capabilities();
          if (!available) {
            context.skip(reason);
            return;
          }
          const engine = openEngine(kind, join(subject.directory, "child-state"), program.name);
          const text = "echo ready >/tmp/ready; read go </tmp/gate; echo done; exit 3";
          const orders = [
            makeOrder([makeCommand({ command: ["sh", "-c", text] })]),
            makeOrder([
              makeCommand({ name: "first", command: ["sh", "-c", text.replace("exit 3", "exit 0")] }),
              makeCommand({ command: ["sh", "-c", "echo second; exit 5"], after: ["first"] }),
            ]),
            makeOrder([makeCommand({ command: ["sh", "-c", `${text}; `] })]),
          ];
          const directories = orders.map((order) => {
            const directory = bench.makeDirectory();
            for (const name of ["gate", "ready"]) {
              mkdirSync(join(directory, "root/tmp"), { recursive: true });
              execFileSync("mkfifo", [join(directory, "root/tmp", name)]);
            }
            engine.start(order, directory);
            return directory;
          });
          // Each attempt blocks on its `ready` FIFO until this reads it: now all of them run.
          for (const directory of directories) execFileSync("cat", [join(directory, "root/tmp/ready")]);
          await engine.kill();

          // One ends while no engine is there, the others after they were adopted.
          const [first = "", ...others] = directories;
          releaseReader(join(first, "root/tmp/gate"));
          const adopted = orders.map((order, i) => bench.adopt(order, directories[i] ?? ""));
          for (const { adoption } of adopted) assert.notDeepEqual(await adoption, { kind: "unknown" });
          for (const directory of others) releaseReader(join(directory, "root/tmp/gate"));
          const ends = await Promise.all(adopted.map((each) => each.ended));
          assert.deepEqual(
            ends.map(({ exit }) => [exit.ending, exit.problem]),
            [3, 5, 3].map((code) => [{ kind: "exited", code }, undefined]),
          );
          assert.equal(readFileSync(join(first, attemptLogFile("main", "out")), "utf8"), "done\n");
          assert.deepEqual(bench.counts(), { started: 0, ended: 3 });
        } finally {
          await bench.close();
          await subject.dispose();
        }
      }),
  );
}

forEachProgram((program, name) => {
  test(`process with ${name}: an attempt whose slot was killed is lost, and its processes are gone`, async () => {
    const subject = await openSubject((stateDirectory, listener) =>
      createProcessExecutor({ capacity: 1, stateDirectory, program }, listener),
    );
    const bench = openExecutorBench(subject);
    try {
      const order = makeOrder([
        makeCommand({ command: ["sh", "-c", "echo $PPID; sleep 1000 <>/tmp/alive"] }),
      ]);
      const started = bench.start(order, ["/tmp/alive"]);
      await bench.waitForOutput(started, "\n");
      const slot = Number(readFileSync(join(started.directory, attemptLogFile("main", "out")), "utf8"));
      process.kill(slot, "SIGKILL");
      const { exit } = await started.ended;
      assert.equal(exit.problem?.kind, "lost");
      assert.ok(!hasReader(join(started.directory, "root/tmp/alive")));
      const next = await bench.run(makeOrder([makeCommand({ command: ["true"] })]));
      assert.deepEqual(next.exit.ending, { kind: "exited", code: 0 });
    } finally {
      await bench.close();
      await subject.dispose();
    }
  });

  test(`process with ${name}: a signal is told apart from an exit code above 128`, async () => {
    const subject = await openSubject((stateDirectory, listener) =>
      createProcessExecutor({ capacity: 1, stateDirectory, program }, listener),
    );
    const bench = openExecutorBench(subject);
    try {
      const ends = [];
      for (const text of ["kill -9 $$", "exit 137", "kill -SEGV $$", "exit 255"])
        ends.push((await bench.run(makeOrder([makeCommand({ command: ["sh", "-c", text] })]))).exit.ending);
      assert.deepEqual(ends, [
        { kind: "signaled", signal: "SIGKILL" },
        { kind: "exited", code: 137 },
        { kind: "signaled", signal: "SIGSEGV" },
        { kind: "exited", code: 255 },
      ]);
    } finally {
      await bench.close();
      await subject.dispose();
    }
  });

  test(`process with ${name}: a gigabyte of output does not pass through the engine`, async () => {
    const subject = await openSubject((stateDirectory, listener) =>
      createProcessExecutor({ capacity: 1, stateDirectory, program }, listener),
    );
    const bench = openExecutorBench(subject);
    try {
      const before = process.memoryUsage().rss;
      const command = makeCommand({ command: ["head", "-c", String(2 ** 30), "/dev/zero"] });
      const { exit, directory } = await bench.run(makeOrder([command]));
      assert.deepEqual(exit.ending, { kind: "exited", code: 0 });
      assert.equal(statSync(join(directory, attemptLogFile("main", "out"))).size, 2 ** 30);
      assert.ok(process.memoryUsage().rss - before < 100_000_000);
    } finally {
      await bench.close();
      await subject.dispose();
    }
  });
});
