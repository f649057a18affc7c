/**
 * What a slot costs per attempt, with everything the runtime does around it left out but the order file.
 * Prints wall and engine CPU per job for N jobs at a time, and the same for a chain of single jobs.
 *
 *   node bench/probes/slots.ts [jobs] [slots...]      MILLRACE_SLOTS=shell takes shells
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createProcessExecutor } from "../../src/executors/process/process-executor.ts";
import { findSlotProgram } from "../../src/main/slot-program.ts";
import { makeCommand, makeOrder } from "../../src/ports/conformance/executor-bench.ts";

/** Removed at the very end: ext4 allocates inodes several times more slowly for half a minute after a mass deletion. */
const made: string[] = [];

const [jobs = 3000, ...slotCounts] = process.argv.slice(2).map(Number);

function makeGate(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

async function measure(count: number, slots: number, atOnce: number): Promise<void> {
  const base = mkdtempSync(join(tmpdir(), "millrace-probe-"));
  let next = 0;
  let open = count;
  const done = makeGate();
  const executor = createProcessExecutor(
    { capacity: slots, stateDirectory: join(base, "state"), program: findSlotProgram() },
    {
      started: () => undefined,
      ready: () => undefined,
      ended: (exit) => {
        if (exit.ending.kind !== "exited" || exit.ending.code !== 0) throw new Error(JSON.stringify(exit));
        open -= 1;
        if (open === 0) done.resolve();
        else startNext();
      },
    },
  );
  function startNext(): void {
    if (next >= count) return;
    const i = (next += 1);
    const directory = join(base, `a${i}`);
    const env = [{ name: "A", value: "1", secret: false }];
    const order = makeOrder([makeCommand({ image: "alpine:3", command: ["/bin/true"], env })]);
    mkdirSync(directory);
    writeFileSync(join(directory, "order.json"), JSON.stringify(order));
    executor.start(order, directory);
  }
  executor.prepare(slots);
  const cpuBefore = process.cpuUsage();
  const before = process.hrtime.bigint();
  for (let i = 0; i < atOnce; i += 1) startNext();
  await done.promise;
  const wallMs = Number(process.hrtime.bigint() - before) / 1e6;
  const cpu = process.cpuUsage(cpuBefore);
  await executor.close({ leaveRunning: false });
  made.push(base);
  const engineMs = (cpu.user + cpu.system) / 1000;
  console.log(
    `${slots} slots, ${atOnce} at once: ${(wallMs / count).toFixed(3)} ms/job wall, ${(engineMs / count).toFixed(3)} ms/job engine CPU`,
  );
}

for (const slots of slotCounts.length > 0 ? slotCounts : [2, 3, 4]) await measure(jobs, slots, slots);
await measure(Math.min(jobs, 1000), 1, 1);
for (const base of made) rmSync(base, { recursive: true });
