/** What the native slot program promises beyond the suite of executors: native/slot.c. */
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import fc from "fast-check";
import { createProcessExecutor } from "../../src/executors/process/process-executor.ts";
import type { Launch } from "../../src/executors/slots/launch.ts";
import { createNativeProgram, writeAttempt } from "../../src/executors/slots/native-program.ts";
import { findDescendantPids, findTree } from "../../src/executors/slots/process-tree.ts";
import { sendSignal } from "../../src/executors/slots/send-signal.ts";
import { openSlot, type Slot, type SlotReport } from "../../src/executors/slots/slot.ts";
import { hasReader, openExecutorBench, sh } from "../../src/ports/conformance/executor-bench.ts";
import { nativeProgram, skipNative } from "./slot-programs.ts";
import { makeTemporaryPlace, openSubject } from "./temporary-place.ts";

const skip = skipNative;

interface Bench {
  readonly place: string;
  readonly slot: Slot;
  /** Runs a program in a new directory below the place; its output, its errors, its end and the record. */
  run(
    launch: Partial<Launch>,
    expectsNext?: boolean,
  ): Promise<{
    readonly report: SlotReport;
    readonly out: Buffer;
    readonly err: string;
    readonly record: string;
  }>;
}

function openBench(
  context: TestContext,
  environment: Record<string, string> = { PATH: "/usr/bin:/bin" },
): Bench {
  assert.ok(nativeProgram);
  const place = makeTemporaryPlace();
  let leave: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => {
    leave = resolve;
  });
  let tell: (report: SlotReport) => void = () => undefined;
  let count = 0;
  const slot = openSlot(nativeProgram, environment, join(place, "notice"), {
    reported: (_, report) => tell(report),
    gone: () => leave(),
  });
  assert.ok(!(slot instanceof Error));
  context.after(async () => {
    slot.release();
    await gone;
  });
  return {
    place,
    slot,
    run: async (launch, expectsNext = false) => {
      const directory = join(place, String((count += 1)));
      mkdirSync(directory);
      const ended = new Promise<SlotReport>((resolve) => {
        tell = resolve;
      });
      const usual = { argv: ["/bin/true"], env: [], out: "out", err: "err" };
      slot.run(directory, { ...usual, addsToRecord: "", leavesFirst: false, ...launch }, expectsNext);
      const report = await ended;
      const read = (name: string): Buffer =>
        readdirSync(directory).includes(name) ? readFileSync(join(directory, name)) : Buffer.alloc(0);
      return { report, out: read("out"), err: String(read("err")), record: String(read("exit")) };
    },
  };
}

test(
  "arguments and variables arrive byte for byte, in many attempts of one slot",
  { skip },
  async (context) => {
    const bench = openBench(context);
    const text = fc.string({ unit: "grapheme", maxLength: 40 }).filter((each) => !each.includes("\0"));
    const name = fc.stringMatching(/^[A-Za-z_.-][A-Za-z0-9_. -]{0,9}$/).map((each) => `V${each}`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { maxLength: 8 }),
        fc.uniqueArray(fc.record({ name, value: text }), { selector: (each) => each.name, maxLength: 8 }),
        async (words, env) => {
          const printed = await bench.run({ argv: ["/usr/bin/printf", "%s\\0", "first", ...words], env });
          assert.deepEqual(printed.out.toString().split("\0").slice(1, -1), words.map(sound));
          const shown = await bench.run({ argv: ["/usr/bin/env", "-0"], env });
          const expected = ["PATH=/usr/bin:/bin", ...env.map((each) => sound(`${each.name}=${each.value}`))];
          assert.deepEqual(shown.out.toString().split("\0").slice(0, -1).toSorted(), expected.toSorted());
        },
      ),
      { numRuns: 60 },
    );
  },
);

/** Halves of a surrogate pair cannot be written as UTF-8. */
function sound(text: string): string {
  return Buffer.from(text).toString();
}

test("a variable of the attempt takes the place of the slot's own", { skip }, async (context) => {
  const bench = openBench(context, { PATH: "/nowhere", A: "slot" });
  const env = [
    { name: "A", value: "first" },
    { name: "A", value: "last" },
  ];
  assert.equal(String((await bench.run({ argv: ["/usr/bin/env"], env })).out), "PATH=/nowhere\nA=last\n");
  assert.equal(String((await bench.run({ argv: ["/usr/bin/env"] })).out), "PATH=/nowhere\nA=slot\n");
});

test(
  "a program gets its three streams, no blocked or ignored signal and no descriptor of the slot",
  { skip },
  async (context) => {
    const bench = openBench(context);
    const listed = await bench.run({
      argv: ["/bin/sh", "-c", "ls /proc/self/fd; grep -E 'Sig(Blk|Ign)' /proc/self/status; cat"],
    });
    assert.match(
      String(listed.out),
      /^0\n1\n2\n3\nSigBlk:\t0+\nSigIgn:\t0+\n$/,
      "3 is the folder that ls reads",
    );
    const noting = await bench.run({
      argv: ["/bin/sh", "-c", "echo three >&3; echo five >&5"],
      addsToRecord: "35",
    });
    assert.match(noting.record, /^slot \d+\nthree\nfive\nused \d+ \d+ \d+\nend 0 plain\n$/);
  },
);

test("ends are told as they were", { skip }, async (context) => {
  const bench = openBench(context);
  const ends = [];
  for (const text of [
    "exit 0",
    "exit 7",
    "exit 139",
    "kill -SEGV $$",
    "kill -INT $$",
    "kill -PIPE $$",
    "kill $$",
  ]) {
    const { report, record } = await bench.run({ argv: ["/bin/sh", "-c", text] });
    assert.ok(record.endsWith(`end ${report.status} ${report.how}\n`), record);
    ends.push(`${report.status} ${report.how}`);
  }
  const signaled = [139, 130, 141, 143].map((status) => `${status} signaled`);
  assert.deepEqual(ends, ["0 plain", "7 plain", "139 plain", ...signaled]);
});

test("what an attempt leaves is known, also when it hides", { skip }, async (context) => {
  const bench = openBench(context);
  const leaves = async (text: string): Promise<boolean | undefined> =>
    (await bench.run({ argv: ["/bin/sh", "-c", text] })).report.leavesProcesses;
  assert.equal(await leaves("exit 0"), false);
  // The daemon clears its environment, leaves its session and loses its parent; closing its pipe ends it.
  const gate = join(bench.place, "gate");
  execFileSync("mkfifo", [gate]);
  assert.equal(await leaves(`env -i setsid sh -c 'read go <${gate}' & exit 0`), true);
  assert.equal(await leaves("exit 0"), true, "it is still there");
  writeFileSync(gate, "go\n");
});

test("what lost its parent is taken leave of, and counts", { skip }, async (context) => {
  const bench = openBench(context);
  const gate = join(bench.place, "gate");
  execFileSync("mkfifo", [gate]);
  const hungry = "head -c 40000000 /dev/zero | tail -c 40000000 >/dev/null";
  // An ended process can be sent signals until somebody has taken leave of it.
  const text = `(sh -c 'echo $$; ${hungry}' >${gate} &); read orphan <${gate}; while kill -0 $orphan; do :; done`;
  const { report } = await bench.run({ argv: ["/bin/sh", "-c", text] });
  assert.equal(report.leavesProcesses, false);
  assert.ok((report.usage?.peakMemoryBytes ?? 0) > 30_000_000, JSON.stringify(report));
});

test("what cannot be run ends as in a shell, and the log says why", { skip }, async (context) => {
  const bench = openBench(context);
  const file = (name: string, text: string, mode: number): string => {
    writeFileSync(join(bench.place, name), text, { mode });
    return join(bench.place, name);
  };
  const end = async (launch: Partial<Launch>): Promise<string> => {
    const { report, err } = await bench.run(launch);
    return `${report.status} ${report.how} ${err.replaceAll(`${bench.place}/`, "")}`;
  };
  assert.equal(await end({ argv: [`${bench.place}/none`] }), "127 plain none: No such file or directory\n");
  assert.equal(await end({ argv: [file("text", "", 0o644)] }), "126 plain text: Permission denied\n");
  assert.equal(
    await end({ workingDirectory: join(bench.place, "none") }),
    "126 plain none: No such file or directory\n",
  );
  const script = file("script", 'echo "$1-$#" >&2; exit 4\n', 0o755);
  assert.equal(await end({ argv: [script, "a b", "c"] }), "4 plain a b-2\n");
  assert.equal(await end({ argv: [script] }), "4 plain -0\n");
});

test("an attempt whose directory is gone is refused, and the slot goes on", { skip }, async (context) => {
  const bench = openBench(context);
  const directory = join(bench.place, "none");
  const refused = await new Promise<SlotReport>((resolve) => {
    void bench.run({}).then(({ report }) => resolve(report));
  });
  assert.equal(refused.status, 0);
  assert.ok(nativeProgram);
  const launch = { argv: ["/bin/true"], env: [], out: "o", err: "e" };
  const text = writeAttempt(directory, { ...launch, addsToRecord: "", leavesFirst: false }, false);
  const { stdout, stderr, status } = spawnSync(nativeProgram.path, [], {
    input: text + text,
    encoding: "utf8",
  });
  assert.deepEqual([stdout, status], ["end 126 refused 0 0 0 0\n".repeat(2), 0]);
  assert.match(stderr, /none: No such file or directory/);
});

test("an attempt of two million bytes arrives", { skip }, async (context) => {
  const bench = openBench(context);
  const words = Array.from({ length: 18 }, (_, i) => String(i % 10).repeat(100_000));
  const { out } = await bench.run({ argv: ["/usr/bin/printf", "%s", ...words] });
  assert.equal(String(out), words.join(""));
});

test("input that is none of ours ends the slot with a word", { skip }, () => {
  assert.ok(nativeProgram);
  const { path } = nativeProgram;
  const noProgram = ["a", "b", "c", "d", "", "1", ""].join("\0");
  for (const input of ["x\n", "5\na\0b\0c", "9999999999\n", `${noProgram.length}\n${noProgram}`]) {
    const { status, stderr } = spawnSync(path, [], { input, encoding: "utf8" });
    assert.equal(status, 125);
    assert.match(stderr, /^slot: an attempt /);
  }
});

test("a short attempt has its processor time and its peak memory", { skip }, async (context) => {
  const subject = await openSubject((stateDirectory, listener) =>
    createProcessExecutor({ capacity: 1, stateDirectory, program: nativeProgram }, listener),
  );
  const bench = openExecutorBench(subject);
  context.after(() => bench.close().then(() => subject.dispose()));
  const { usage } = (await bench.run(sh("exit 0"))).exit;
  assert.ok((usage.cpuUserMs ?? 0) + (usage.cpuSystemMs ?? 0) > 0, JSON.stringify(usage));
  assert.ok((usage.peakMemoryBytes ?? 0) > 100_000, JSON.stringify(usage));
});

test("a daemon that hides is ended with its attempt", { skip }, async (context) => {
  const subject = await openSubject((stateDirectory, listener) =>
    createProcessExecutor({ capacity: 1, stateDirectory, program: nativeProgram }, listener),
  );
  const bench = openExecutorBench(subject);
  context.after(() => bench.close().then(() => subject.dispose()));
  const daemon = "env -i /usr/bin/setsid /bin/sh -c 'exec 4>&-; echo up >&3; exec 3>&-; exec sleep 1000'";
  // The daemon has hidden itself when it opens one gate, and holds the other until it is gone.
  const text = `exec 5<>/tmp/alive; exec 4<>/tmp/gate; (${daemon} 3>/tmp/gate &); read up <&4; exit 0`;
  const started = bench.start(sh(text), ["/tmp/alive", "/tmp/gate"]);
  assert.deepEqual((await started.ended).exit.ending, { kind: "exited", code: 0 });
  assert.equal(hasReader(join(started.directory, "root/tmp/alive")), false);
});

test("a program that cannot be executed is replaced by shells", async (context) => {
  const place = makeTemporaryPlace();
  const path = join(place, "slot");
  writeFileSync(path, "not to be executed", { mode: 0o644 });
  const subject = await openSubject((stateDirectory, listener) =>
    createProcessExecutor({ capacity: 2, stateDirectory, program: createNativeProgram(path) }, listener),
  );
  const bench = openExecutorBench(subject);
  context.after(() => bench.close().then(() => subject.dispose()));
  for (const code of [0, 3])
    assert.deepEqual((await bench.run(sh(`exit ${code}`))).exit.ending, { kind: "exited", code });
});

/** The process that waits below the slot for its next attempt. */
async function findWaiting(slot: Slot): Promise<number> {
  for (;;) {
    const [pid] = findDescendantPids(slot.pid);
    if (pid !== undefined && readFileSync(`/proc/${pid}/comm`, "utf8") === "millrace-slot\n") return pid;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test(
  "the process that waits is none of the last attempt's, however long it stays awake",
  { skip },
  async (context) => {
    const bench = openBench(context);
    for (const expectsNext of [false, true]) {
      const { report } = await bench.run({}, expectsNext);
      assert.equal(report.leavesProcesses, false);
      await findWaiting(bench.slot);
      assert.deepEqual(findTree(bench.slot.pid, "none"), []);
    }
    const { report } = await bench.run({ argv: ["/bin/sh", "-c", "exit 3"] });
    assert.equal(report.status, 3);
  },
);

test("a TERM that comes too late for one attempt does not end the next one", { skip }, async (context) => {
  const bench = openBench(context);
  await bench.run({});
  await findWaiting(bench.slot);
  sendSignal(-bench.slot.pid, "SIGTERM");
  const { report, out } = await bench.run({ argv: ["/bin/echo", "still here"] });
  assert.deepEqual([report.status, report.how, String(out)], [0, "plain", "still here\n"]);
});

test(
  "a slot whose waiting process is killed leaves, and takes it along when it is killed itself",
  { skip },
  async () => {
    assert.ok(nativeProgram);
    const gate = join(makeTemporaryPlace(), "gate");
    execFileSync("mkfifo", [gate]);
    for (const victim of ["waiting", "slot"] as const) {
      // An input that does not end with anybody.
      const input = openSync(gate, "r+");
      const child = spawn(nativeProgram.path, [], { detached: true, stdio: [input, "ignore", "ignore"] });
      closeSync(input);
      assert.ok(child.pid !== undefined);
      const slot = { pid: child.pid } as Slot;
      const waiting = await findWaiting(slot);
      const left = new Promise((resolve) => child.on("exit", (code, signal) => resolve(code ?? signal)));
      sendSignal(victim === "slot" ? slot.pid : waiting, "SIGKILL");
      assert.equal(await left, victim === "slot" ? "SIGKILL" : 137);
      while (existsSync(`/proc/${waiting}`)) await new Promise((resolve) => setImmediate(resolve));
    }
  },
);

test(
  "words and variables of an attempt are its own, and those of the slot stay",
  { skip },
  async (context) => {
    const bench = openBench(context, { PATH: "/usr/bin:/bin", AB: "slot's" });
    const shown = async (...env: { name: string; value: string }[]): Promise<readonly string[]> => {
      const { out } = await bench.run({ argv: ["/usr/bin/env"], env });
      return String(out).trimEnd().split("\n").toSorted();
    };
    assert.deepEqual(await shown({ name: "A", value: "1" }), ["A=1", "AB=slot's", "PATH=/usr/bin:/bin"]);
    assert.deepEqual(await shown({ name: "AB", value: "" }), ["AB=", "PATH=/usr/bin:/bin"]);
    assert.deepEqual(await shown(), ["AB=slot's", "PATH=/usr/bin:/bin"]);
  },
);
