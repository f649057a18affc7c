/** What is measured in a bubblewrap, which leaves before what ran in it, and so does not know that itself. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { AttemptExit } from "../../src/model/run/attempt.ts";
import { type ExecutorBench, openExecutorBench, sh } from "../../src/ports/conformance/executor-bench.ts";
import { findRefusal, openSandbox } from "./open-sandbox.ts";
import { nativeProgram, skipNative } from "./slot-programs.ts";

const skip = skipNative !== false ? skipNative : ((await findRefusal("bubblewrap")) ?? false);

async function openBench(context: TestContext): Promise<ExecutorBench> {
  const subject = await openSandbox("bubblewrap", 1, nativeProgram);
  const bench = openExecutorBench(subject);
  context.after(() => bench.close().then(() => subject.dispose()));
  return bench;
}

/** Holds 40 MB for a moment, which no look from outside can be sure to see. */
const hungry = "head -c 40000000 /dev/zero | tail -c 40000000 >/dev/null";

/** Counts in the shell for 0.2 s of its own processor time, in steps of 0.01 s. */
const busy =
  'spent() { read -r line </proc/self/stat; set -- ${line##*) }; n=$((${12} + ${13})); }; n=0; while [ "$n" -lt 20 ]; do spent; done';

function cpuMs({ usage }: AttemptExit): number {
  return (usage.cpuUserMs ?? 0) + (usage.cpuSystemMs ?? 0);
}

test("the memory of the command counts, however short it was there", { skip }, async (context) => {
  const bench = await openBench(context);
  const { exit } = await bench.run(sh(hungry));
  const peak = exit.usage.peakMemoryBytes ?? 0;
  assert.ok(peak > 38_000_000 && peak < 80_000_000, JSON.stringify(exit.usage));
});

test("also the shortest attempt has both measures", { skip }, async (context) => {
  const bench = await openBench(context);
  const { usage } = (await bench.run(sh("exit 0"))).exit;
  assert.ok((usage.peakMemoryBytes ?? 0) > 100_000, JSON.stringify(usage));
  assert.ok(cpuMs((await bench.run(sh("exit 3"))).exit) > 0);
});

test("processor time of the command counts, and of all that it waited for", { skip }, async (context) => {
  const bench = await openBench(context);
  const { exit } = await bench.run(sh(`${busy}; (${busy}); (${busy}) & wait`));
  assert.ok(cpuMs(exit) >= 590, JSON.stringify(exit));
});

test("an attempt that is killed keeps its measures", { skip }, async (context) => {
  const bench = await openBench(context);
  const started = bench.start(sh(`trap '' TERM; ${busy}; echo spent; while :; do :; done`));
  await bench.waitForOutput(started, "spent");
  bench.executor.cancel(started.id, "cancelled", 0);
  const { exit } = await started.ended;
  assert.deepEqual(exit.problem, { kind: "cancelled" });
  assert.ok(cpuMs(exit) >= 195, JSON.stringify(exit));
});

test("what a command leaves running is not waited for", { skip }, async (context) => {
  const bench = await openBench(context);
  const { exit } = await bench.run(sh("sleep 1000 & (setsid sleep 1000 &); exit 0"));
  assert.deepEqual(exit.ending, { kind: "exited", code: 0 });
  assert.ok(cpuMs(exit) > 0);
});

test("the command cannot write to the record", { skip }, async (context) => {
  const bench = await openBench(context);
  const look = "for fd in 2 3 4 5 6 7 8 9; do [ -e /proc/self/fd/$fd ] && echo $fd; done; exit 0";
  assert.equal((await bench.run(sh(look))).out, "2\n");
});

test("commands below a supervisor are measured by the slot as well", { skip }, async (context) => {
  const bench = await openBench(context);
  const { commands, ...rest } = sh(`${hungry}; ${busy}`);
  const side = sh("read never </tmp/gate; exit 0").commands.map((each) => ({
    ...each,
    name: "beside",
    role: "side" as const,
  }));
  const { exit } = await bench.run({ ...rest, commands: [...commands, ...side] }, ["/tmp/gate"]);
  assert.ok(cpuMs(exit) >= 195, JSON.stringify(exit));
  assert.ok((exit.usage.peakMemoryBytes ?? 0) > 38_000_000, JSON.stringify(exit));
});
